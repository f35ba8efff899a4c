package seed

import (
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// linksOf reads links. Their groups and units are references, but for a group that
// a client will make, which the link brings.
func (r *reader) linksOf(t *tenant, n *yaml.Node) {
	for i, e := range r.list(n, "links") {
		what := "links[" + strconv.Itoa(i) + "]"
		values, ok := r.fields(e, what, "group", "displayName", "objectId", "id", "team", "role")
		if !ok || !r.linkForm(e, values, what) {
			continue
		}
		link := Link{Kind: cinode.KindTeam, Awaited: values["group"] == nil}
		index, unit := len(t.Links), values["team"]
		if unit == nil {
			link.Kind, unit = cinode.KindRole, values["role"]
		}
		t.Links = append(t.Links, link)
		key := string(unitKind(link.Kind))
		r.refer(t, unit, key, "a "+key, func(h handle) bool { return h.kind == unitKind(link.Kind) },
			func(_ handle, id int64) { t.Links[index].UnitID = id })
		if link.Awaited {
			r.await(t, index, values)
			continue
		}
		p := at(values["group"])
		r.refer(t, values["group"], "group", "a group", func(h handle) bool { return h.kind == kindGroup }, func(h handle, id int64) {
			if first, twice := t.linked[h.index]; twice {
				r.refuse(p, "the group has a link already, in line %d; a group is linked to one team or role", first.line)
				return
			}
			t.linked[h.index], t.Links[index].GroupID = p, id
		})
	}
}

// linkForm refuses a link that does not say once what is linked to what.
func (r *reader) linkForm(n *yaml.Node, values map[string]*yaml.Node, what string) bool {
	faults := r.faults
	switch {
	case values["group"] == nil && values["displayName"] == nil:
		r.refuse(at(n), "%s names no group; write group for one of this file, or displayName for one that a client will make", what)
	case values["group"] != nil:
		for _, key := range []string{"displayName", "objectId", "id"} {
			if values[key] != nil {
				r.refuse(at(values[key]), "%s has group and %s; leave out %s, which is for a group that a client will make", what, key, key)
			}
		}
	}
	switch {
	case values["team"] == nil && values["role"] == nil:
		r.refuse(at(n), "%s names no team and no role; write one of them", what)
	case values["team"] != nil && values["role"] != nil:
		r.refuse(at(values["role"]), "%s has team and role; a group is linked to one of them", what)
	}
	return r.faults == faults
}

// await adds the group of a link that is made beforehand. Its names are kept as
// they are: clients are matched exactly.
func (r *reader) await(t *tenant, link int, values map[string]*yaml.Node) {
	n := values["displayName"]
	group := Resource{Attributes: scim.Object{}}
	group.Attributes["displayName"] = r.line(n, "displayName", true)
	if id := r.line(values["objectId"], "objectId", false); id != "" {
		group.Attributes["externalId"] = id
	}
	group.ID = r.known(t, values, handle{kindAwaited, len(t.awaited)})
	t.awaited = append(t.awaited, awaited{Resource: group, link: link, at: at(n)})
}

// awaited is the group of a link that is made beforehand.
type awaited struct {
	Resource
	link int
	at   place
}

// groupKey is what a client is matched by that makes a group.
func groupKey(o scim.Object) string {
	name, _ := o["displayName"].(string)
	external, _ := o["externalId"].(string)
	return name + "\x00" + external
}
