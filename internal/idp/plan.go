package idp

import (
	"maps"
	"slices"
)

// userPlan is a user for whom there is something to do.
type userPlan struct {
	user    User
	link    *userLink // nil if the application is not known to have the user
	inScope bool
	active  bool     // what the user should be in the application
	changes []Change // against what was sent last
}

// with runs f while the state is locked, and notes that it is to be saved.
func (p *Provider) with(f func(s *state)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.state)
}

// planUsers gives those who have something to be done, in the directory's order.
// People out of scope get no updates, as those who are not linked get nothing.
func (p *Provider) planUsers() []userPlan {
	p.mu.Lock()
	defer p.mu.Unlock()
	scope := p.state.Directory.scope(p.profile.direct())
	var plans []userPlan
	for _, u := range p.state.Directory.Users {
		if plan, due := p.planUser(*u, scope[u.ID]); due {
			plans = append(plans, plan)
		}
	}
	return plans
}

// planUser needs p.mu.
func (p *Provider) planUser(u User, inScope bool) (plan userPlan, due bool) {
	suspended := u.Suspended && p.options.Kind != Okta // which tells nobody of a suspension
	plan = userPlan{user: u, inScope: inScope, active: inScope && !suspended && !u.Deleted}
	link := p.state.Users[u.ID]
	if link == nil {
		return plan, plan.active
	}
	plan.link = &userLink{Target: link.Target, Active: link.Active, Sent: maps.Clone(link.Sent)}
	if u.Deleted {
		return plan, true
	}
	if inScope {
		plan.changes = changes(link.Sent, p.profile.attributes(u))
	}
	return plan, plan.active != link.Active || len(plan.changes) > 0
}

// changes are the attributes that differ from those sent.
func changes(sent map[string]string, now []attribute) []Change {
	var list []Change
	for _, a := range now {
		if sent[a.name] != a.value {
			list = append(list, Change{Field: a.name, From: sent[a.name], To: a.value})
		}
	}
	return list
}

// linkUser remembers what a user is in the application, as it was sent.
func (p *Provider) linkUser(u User, target string, active bool) error {
	p.mu.Lock()
	sent := map[string]string{}
	for _, a := range p.profile.attributes(u) {
		if a.value != "" {
			sent[a.name] = a.value
		}
	}
	p.state.Users[u.ID] = &userLink{Target: target, Active: active, Sent: sent}
	p.mu.Unlock()
	return p.save(false)
}

// unlinkUser forgets a user of the application.
func (p *Provider) unlinkUser(id string) error {
	p.with(func(s *state) { delete(s.Users, id) })
	return p.save(false)
}

// groupPlan is a group that is bound, or that the application has from when it was.
type groupPlan struct {
	group   Group      // its members are those that the application has as users, by their ids here
	link    *groupLink // nil if the application is not known to have the group
	add     []string   // ids of users
	drop    []string
	targets map[string]string // ids of the users above in the application
}

// due is true where the application differs from the directory.
func (g *groupPlan) due() bool {
	switch {
	case g.link == nil:
		return g.group.Bound && !g.group.Deleted
	case g.group.Deleted, !g.group.Bound:
		return true
	default:
		return g.group.Name != g.link.Name || len(g.add) > 0 || len(g.drop) > 0
	}
}

// planGroups gives every group that is bound or linked, in the directory's order.
func (p *Provider) planGroups() []groupPlan {
	p.mu.Lock()
	defer p.mu.Unlock()
	var plans []groupPlan
	for _, g := range p.state.Directory.Groups {
		link := p.state.Groups[g.ID]
		if link == nil && (!g.Bound || g.Deleted) {
			continue
		}
		plans = append(plans, p.planGroup(*g, link))
	}
	return plans
}

func (p *Provider) planGroup(g Group, link *groupLink) groupPlan {
	plan := groupPlan{group: g, targets: map[string]string{}}
	known := map[string]bool{}
	if link != nil {
		known = link.Members
		plan.link = &groupLink{Target: link.Target, Name: link.Name, Members: maps.Clone(known)}
	}
	plan.group.Members = nil
	wanted := map[string]bool{}
	for _, id := range g.Members {
		user, target := p.state.Directory.byID[id], p.state.Users[id]
		if user == nil || user.Deleted || target == nil {
			continue
		}
		wanted[id] = true
		plan.group.Members = append(plan.group.Members, id)
		plan.targets[id] = target.Target
		if !known[id] {
			plan.add = append(plan.add, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(known)) {
		if wanted[id] {
			continue
		}
		plan.drop = append(plan.drop, id)
		if target := p.state.Users[id]; target != nil {
			plan.targets[id] = target.Target
		}
	}
	return plan
}

// linkGroup remembers a group of the application, without members as yet.
func (p *Provider) linkGroup(id, target, name string) error {
	p.with(func(s *state) { s.Groups[id] = &groupLink{Target: target, Name: name, Members: map[string]bool{}} })
	return p.save(false)
}

// renamedGroup remembers the name that was sent.
func (p *Provider) renamedGroup(id, name string) error {
	p.with(func(s *state) {
		if link := s.Groups[id]; link != nil {
			link.Name = name
		}
	})
	return p.save(false)
}

// membership remembers that users were added to a group, or removed.
func (p *Provider) membership(group string, added bool, users ...string) error {
	p.with(func(s *state) {
		link := s.Groups[group]
		if link == nil {
			return
		}
		for _, id := range users {
			if added {
				link.Members[id] = true
			} else {
				delete(link.Members, id)
			}
		}
	})
	return p.save(false)
}

// unlinkGroup forgets a group of the application.
func (p *Provider) unlinkGroup(id string) error {
	p.with(func(s *state) { delete(s.Groups, id) })
	return p.save(false)
}

// sweep drops the deleted of whom the application need not be told any more.
func (p *Provider) sweep() {
	p.with(func(s *state) {
		for _, u := range slices.Clone(s.Directory.Users) {
			if u.Deleted && s.Users[u.ID] == nil {
				s.Directory.dropUser(u.ID)
			}
		}
		for _, g := range slices.Clone(s.Directory.Groups) {
			if g.Deleted && (s.Groups[g.ID] == nil || !s.Connection.Groups) {
				s.Directory.dropGroup(g.ID)
				delete(s.Groups, g.ID)
			}
		}
	})
}
