package seed

import (
	"cmp"
	"slices"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// resolve gives ids to what has none, and makes ids of references.
func (r *reader) resolve(t *tenant) {
	t.number()
	for _, p := range t.pending {
		h, ok := t.find(p.text)
		switch {
		case !ok:
			r.refuse(p.at, "%s names %q, which is no ref, no userName and no id that this file gives in tenant %d", p.what, p.written, t.ID)
		case !p.fits(h):
			r.refuse(p.at, "%s names %q, which is a %s; name %s", p.what, p.written, h.kind, p.wanted)
		default:
			p.set(h, t.id(h))
		}
	}
	r.settle(t)
	if r.faults > 0 {
		return
	}
	for i := range t.Groups {
		g := &t.Groups[i]
		g.Users, g.Groups = set(g.Users), set(g.Groups)
		if _, linked := t.linked[i]; !linked && t.persona.Company {
			t.bring(g)
		}
	}
	for _, a := range t.awaited {
		t.Links[a.link].GroupID = a.ID
		t.Groups = append(t.Groups, a.Resource)
	}
	t.follow()
	t.sort()
}

// number counts ids in file order.
func (t *tenant) number() {
	for i := range t.Users {
		t.give(&t.Users[i].ID)
	}
	for i := range t.Groups {
		t.give(&t.Groups[i].ID)
	}
	for _, kind := range []cinode.Kind{cinode.KindTeam, cinode.KindRole} {
		for i := range t.Units {
			if t.Units[i].Kind == kind {
				t.give(&t.Units[i].ID)
			}
		}
	}
	for i := range t.awaited {
		t.give(&t.awaited[i].ID)
	}
}

// give takes the next id that is free, for what has none.
func (t *tenant) give(id *int64) {
	for *id == 0 {
		t.last++
		if _, taken := t.ids[t.last]; !taken {
			*id = t.last
		}
	}
}

// settle refuses links that wait for a group which is there.
func (r *reader) settle(t *tenant) {
	there := map[string]place{}
	if len(t.awaited) == 0 {
		return
	}
	for i := range t.Groups {
		if p, linked := t.linked[i]; linked || t.persona.Company {
			there[groupKey(t.Groups[i].Attributes)] = p
		}
	}
	for _, a := range t.awaited {
		key := groupKey(a.Attributes)
		if _, twice := there[key]; twice {
			r.refuse(a.at, "a group of this displayName and objectId has a link already; a client that makes it can find one only")
		}
		there[key] = a.at
	}
}

// set puts ids in order and leaves out doubles.
func set(ids []int64) []int64 {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// bring makes the Team of a group.
func (t *tenant) bring(g *Resource) {
	team := Unit{Unit: cinode.Unit{Kind: cinode.KindTeam}}
	team.Name, _ = g.Attributes["displayName"].(string)
	t.give(&team.ID)
	t.Units = append(t.Units, team)
	t.Links = append(t.Links, Link{GroupID: g.ID, Kind: cinode.KindTeam, UnitID: team.ID})
}

// follow brings the members of linked groups into their Teams and Roles.
func (t *tenant) follow() {
	units := make(map[int64]*Unit, len(t.Units))
	for i := range t.Units {
		units[t.Units[i].ID] = &t.Units[i]
	}
	linked := make(map[int64]*Unit, len(t.Links))
	for _, l := range t.Links {
		linked[l.GroupID] = units[l.UnitID]
	}
	for _, g := range t.Groups {
		if u := linked[g.ID]; u != nil {
			u.Members = append(u.Members, g.Users...)
		}
	}
	for i := range t.Units {
		t.Units[i].Members = set(t.Units[i].Members)
	}
}

// sort puts records in the order of their ids, as the store wants them.
func (t *tenant) sort() {
	byID := func(a, b Resource) int { return cmp.Compare(a.ID, b.ID) }
	slices.SortFunc(t.Users, byID)
	slices.SortFunc(t.Groups, byID)
	slices.SortFunc(t.Units, func(a, b Unit) int { return cmp.Or(-cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	slices.SortFunc(t.Links, func(a, b Link) int { return cmp.Compare(a.GroupID, b.GroupID) })
}
