package idp

import (
	"context"
	"net/http"
	"sync"
)

func (e *entra) groupTasks(c *cycle) []task {
	var tasks []task
	for _, plan := range e.planGroups() {
		run := e.groupStep(c, plan)
		if run != nil {
			tasks = append(tasks, task{name: "group " + plan.group.Name, run: run})
		}
	}
	return tasks
}

// groupStep is what a group itself needs, its members aside; nil if nothing.
func (e *entra) groupStep(c *cycle, plan groupPlan) func(context.Context, int) error {
	g := plan.group
	switch {
	case plan.link == nil:
		return func(ctx context.Context, attempt int) error { return e.provisionGroup(ctx, c, g, attempt) }
	case g.Deleted || !g.Bound:
		return func(ctx context.Context, attempt int) error {
			err := e.remove(ctx, groupPath(plan.link.Target))
			c.emit(Event{Action: Delete, Object: groupObject(g, plan.link.Target), Attempt: attempt}, err)
			if err != nil {
				return err
			}
			return e.unlinkGroup(g.ID)
		}
	case g.Name != plan.link.Name:
		return func(ctx context.Context, attempt int) error { return e.rename(ctx, c, plan, attempt) }
	}
	return nil
}

// provisionGroup matches a group by its name, and creates one where there is no match.
func (e *entra) provisionGroup(ctx context.Context, c *cycle, g Group, attempt int) error {
	found, err := e.lookup(ctx, "/Groups?excludedAttributes=members&"+eq("displayName", g.Name), "displayName", g.Name)
	if err != nil {
		c.emit(Event{Action: Lookup, Object: groupObject(g, ""), Attempt: attempt}, err)
		return err
	}
	if found != nil {
		id, err := idOf(found)
		c.emit(Event{Action: Adopt, Object: groupObject(g, id), Attempt: attempt}, err)
		if err != nil {
			return err
		}
		return e.linkGroup(g.ID, id, g.Name)
	}
	id := ""
	a, err := e.send(ctx, http.MethodPost, "/Groups", object{
		{"schemas", []string{groupURN, adscimGroup}}, {"externalId", g.ID}, {"displayName", g.Name},
		{"meta", object{{"resourceType", "Group"}}},
	})
	if err == nil {
		id, err = a.id()
	}
	c.emit(Event{Action: Create, Object: groupObject(g, id), Changes: []Change{{Field: "displayName", To: g.Name}}, Attempt: attempt}, err)
	if err != nil {
		return err
	}
	return e.linkGroup(g.ID, id, g.Name)
}

func (e *entra) rename(ctx context.Context, c *cycle, plan groupPlan, attempt int) error {
	g := plan.group
	_, err := e.send(ctx, http.MethodPatch, groupPath(plan.link.Target), patch(e.operations(
		[]Change{{Field: "displayName", From: plan.link.Name, To: g.Name}}, nil)...))
	c.emit(Event{
		Action: Rename, Object: groupObject(g, plan.link.Target), Attempt: attempt,
		Changes: []Change{{Field: "displayName", From: plan.link.Name, To: g.Name}},
	}, err)
	if err != nil {
		return e.gone(err, func() error { return e.unlinkGroup(g.ID) })
	}
	return e.renamedGroup(g.ID, g.Name)
}

// memberships reads each group whose members change, without them, and then writes
// the members, one request each and several at a time.
func (e *entra) memberships(ctx context.Context, c *cycle) error {
	var plans []groupPlan
	for _, plan := range e.planGroups() {
		if plan.link != nil && plan.group.Bound && !plan.group.Deleted && len(plan.add)+len(plan.drop) > 0 {
			plans = append(plans, plan)
		}
	}
	var mu sync.Mutex
	shown := map[string]bool{} // groups that were read, and whether their members came with them
	reads := make([]task, 0, len(plans))
	for _, plan := range plans {
		reads = append(reads, task{name: "group " + plan.group.Name, run: func(ctx context.Context, attempt int) error {
			members, err := e.readGroup(ctx, c, plan, attempt)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			shown[plan.group.ID] = members
			return nil
		}})
	}
	if err := c.run(ctx, "groups read", 1, reads); err != nil {
		return err
	}
	var tasks []task
	for _, plan := range plans {
		if replaces, read := shown[plan.group.ID]; read {
			tasks = append(tasks, e.memberTasks(c, plan, replaces)...)
		}
	}
	return c.run(ctx, "memberships", entraParallel, tasks)
}

// readGroup says whether a target shows members that it was asked to leave out.
func (e *entra) readGroup(ctx context.Context, c *cycle, plan groupPlan, attempt int) (members bool, err error) {
	a, err := e.send(ctx, http.MethodGet, groupPath(plan.link.Target)+"?excludedAttributes=members", nil)
	if err == nil {
		_, err = a.id()
	}
	if err != nil {
		c.emit(Event{Action: Lookup, Object: groupObject(plan.group, plan.link.Target), Attempt: attempt}, err)
		return false, e.gone(err, func() error { return e.unlinkGroup(plan.group.ID) })
	}
	return valueOf(a.body, "members") != nil, nil
}

// memberTasks write the members of a group. Where the target had shown members,
// Entra ID replaces them by each that it wants to add: a target that takes this at
// its word is left with one.
func (e *entra) memberTasks(c *cycle, plan groupPlan, replaces bool) []task {
	tasks := make([]task, 0, len(plan.add)+len(plan.drop))
	for _, id := range plan.add {
		op := e.addMember(plan.targets[id])
		if replaces {
			op = operation("replace", "members", []object{reference(plan.targets[id])})
		}
		tasks = append(tasks, e.memberTask(c, plan, id, AddMember, op))
	}
	for _, id := range plan.drop {
		tasks = append(tasks, e.memberTask(c, plan, id, DropMember, e.removeMember(plan.targets[id])))
	}
	return tasks
}

func (e *entra) memberTask(c *cycle, plan groupPlan, id string, action Action, op object) task {
	g, user := plan.group, e.person(id)
	return task{name: string(action) + " " + user.Username + " of " + g.Name, run: func(ctx context.Context, attempt int) error {
		if plan.targets[id] != "" { // else the application has forgotten the user, and the membership with it
			_, err := e.send(ctx, http.MethodPatch, groupPath(plan.link.Target), patch(op))
			c.emit(Event{
				Action: action, Object: groupObject(g, plan.link.Target), Member: userObject(user, plan.targets[id]), Attempt: attempt,
			}, err)
			if err != nil {
				return err
			}
		}
		return e.membership(g.ID, action == AddMember, id)
	}}
}

// person is somebody by the directory's id, whose name is the id if it has forgotten them.
func (p *Provider) person(id string) User {
	p.mu.Lock()
	defer p.mu.Unlock()
	if u := p.state.Directory.byID[id]; u != nil {
		return *u
	}
	return User{ID: id, Username: id}
}
