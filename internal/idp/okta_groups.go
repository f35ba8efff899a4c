package idp

import (
	"context"
	"net/http"
)

func (o *okta) groupTasks(c *cycle) []task {
	var tasks []task
	for _, plan := range o.planGroups() {
		if plan.due() {
			tasks = append(tasks, task{name: "group " + plan.group.Name, run: func(ctx context.Context, attempt int) error {
				return o.pushGroup(ctx, c, plan, attempt)
			}})
		}
	}
	return tasks
}

// pushGroup is Group Push for one group: its name and its members.
func (o *okta) pushGroup(ctx context.Context, c *cycle, plan groupPlan, attempt int) error {
	if plan.group.Deleted || !plan.group.Bound {
		err := o.remove(ctx, groupPath(plan.link.Target))
		c.emit(Event{Action: Delete, Object: groupObject(plan.group, plan.link.Target), Attempt: attempt}, err)
		if err != nil {
			return err
		}
		return o.unlinkGroup(plan.group.ID)
	}
	if plan.link == nil {
		target, err := o.provisionGroup(ctx, c, plan.group, attempt)
		if err != nil {
			return err
		}
		plan.link = &groupLink{Target: target, Name: plan.group.Name}
		if len(plan.add) == 0 {
			return nil
		}
	}
	if o.style == oktaAIW {
		return o.putGroup(ctx, c, plan, attempt)
	}
	return o.patchGroup(ctx, c, plan, attempt)
}

// provisionGroup looks a group up by its name, and creates it without members where
// there is none.
func (o *okta) provisionGroup(ctx context.Context, c *cycle, g Group, attempt int) (string, error) {
	found, err := o.findOne(ctx, "/Groups", "displayName", g.Name)
	if err != nil {
		c.emit(Event{Action: Lookup, Object: groupObject(g, ""), Attempt: attempt}, err)
		return "", err
	}
	event := Event{Action: Adopt, Attempt: attempt}
	id := ""
	if found != nil {
		id, err = idOf(found)
	} else {
		event.Action, event.Changes = Create, []Change{{Field: "displayName", To: g.Name}}
		var a *answer
		a, err = o.send(ctx, http.MethodPost, "/Groups", object{{"schemas", []string{groupURN}}, {"displayName", g.Name}, {"members", []string{}}})
		if err == nil {
			id, err = a.id()
		}
	}
	event.Object = groupObject(g, id)
	c.emit(event, err)
	if err != nil {
		return "", err
	}
	return id, o.linkGroup(g.ID, id, g.Name)
}

// patchGroup sends the name, whether it changed or not, and then the members who left
// and came, in one request.
func (o *okta) patchGroup(ctx context.Context, c *cycle, plan groupPlan, attempt int) error {
	g, id := plan.group, plan.link.Target
	_, err := o.send(ctx, http.MethodPatch, groupPath(id), patch(operation("replace", "", object{{"id", id}, {"displayName", g.Name}})))
	if err := o.renamed(c, plan, err, attempt); err != nil {
		return err
	}
	var operations []object
	for _, user := range plan.drop {
		if plan.targets[user] != "" {
			operations = append(operations, operation("remove", "members[value eq "+quoteValue(plan.targets[user])+"]", nil))
		}
	}
	if len(plan.add) > 0 {
		operations = append(operations, operation("add", "members", o.members(plan, plan.add)))
	}
	if len(operations) > 0 {
		_, err = o.send(ctx, http.MethodPatch, groupPath(id), patch(operations...))
	}
	return o.pushedMembers(c, plan, err, attempt)
}

// putGroup sends the whole group.
func (o *okta) putGroup(ctx context.Context, c *cycle, plan groupPlan, attempt int) error {
	_, err := o.send(ctx, http.MethodPut, groupPath(plan.link.Target), object{
		{"schemas", []string{groupURN}}, {"displayName", plan.group.Name}, {"members", o.members(plan, plan.group.Members)},
	})
	if plan.group.Name != plan.link.Name {
		if err := o.renamed(c, plan, err, attempt); err != nil {
			return err
		}
	}
	return o.pushedMembers(c, plan, err, attempt)
}

// members are elements with the username as display.
func (o *okta) members(plan groupPlan, users []string) []object {
	list := make([]object, 0, len(users))
	for _, id := range users {
		list = append(list, append(reference(plan.targets[id]), member{"display", o.person(id).Username}))
	}
	return list
}

// renamed tells what became of a name that was sent. One that had not changed is
// worth an event only if it failed.
func (o *okta) renamed(c *cycle, plan groupPlan, err error, attempt int) error {
	g := plan.group
	if g.Name != plan.link.Name || err != nil {
		c.emit(Event{
			Action: Rename, Object: groupObject(g, plan.link.Target), Attempt: attempt,
			Changes: []Change{{Field: "displayName", From: plan.link.Name, To: g.Name}},
		}, err)
	}
	if err != nil {
		return o.gone(err, func() error { return o.unlinkGroup(g.ID) })
	}
	return o.renamedGroup(g.ID, g.Name)
}

// pushedMembers tells of each membership that was sent, and remembers them.
func (o *okta) pushedMembers(c *cycle, plan groupPlan, err error, attempt int) error {
	g := plan.group
	tell := func(action Action, users []string) {
		for _, id := range users {
			c.emit(Event{
				Action: action, Object: groupObject(g, plan.link.Target), Member: userObject(o.person(id), plan.targets[id]), Attempt: attempt,
			}, err)
		}
	}
	tell(DropMember, plan.drop)
	tell(AddMember, plan.add)
	if err != nil {
		return o.gone(err, func() error { return o.unlinkGroup(g.ID) })
	}
	if err := o.membership(g.ID, false, plan.drop...); err != nil {
		return err
	}
	return o.membership(g.ID, true, plan.add...)
}
