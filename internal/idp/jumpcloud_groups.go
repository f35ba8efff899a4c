package idp

import (
	"context"
	"errors"
	"net/http"
)

// groups syncs the groups. As soon as one of them differs all that are bound are
// sent, every member again: a target must take an add of somebody who is in.
func (r *jumpCloudCycle) groups(ctx context.Context) error {
	again := true
	for r.pass = 1; again && r.pass <= 2; r.pass++ {
		plans := r.due()
		if err := r.c.run(ctx, "groups", 1, r.groupTasks(plans)); err != nil {
			return err
		}
		r.remade = false
		if err := r.c.run(ctx, "memberships", 1, r.memberTasks(plans)); err != nil {
			return err
		}
		// A group that was made again while its members were sent lacks those before.
		again = r.remade
	}
	return nil
}

// due gives all groups that are bound or to be deleted, none where nothing differs.
// A group without members that the application does not have is left out: it is
// made when its first member comes.
func (r *jumpCloudCycle) due() []groupPlan {
	var plans []groupPlan
	differs := false
	for _, plan := range r.planGroups() {
		if !plan.group.Bound && !plan.group.Deleted {
			continue
		}
		var members []string
		for _, id := range plan.group.Members {
			if plan.targets[id] != "" {
				members = append(members, id)
			}
		}
		plan.group.Members = members
		if plan.link == nil && len(members) == 0 {
			continue
		}
		differs = differs || plan.due() || plan.link.Target == ""
		plans = append(plans, plan)
	}
	if !differs {
		return nil
	}
	return plans
}

func (r *jumpCloudCycle) groupTasks(plans []groupPlan) []task {
	var tasks []task
	for i := range plans {
		plan := &plans[i]
		if !plan.group.Deleted && plan.link != nil && plan.link.Target != "" && plan.link.Name == plan.group.Name {
			continue
		}
		tasks = append(tasks, task{
			name: "group " + plan.group.Name,
			run:  func(ctx context.Context, attempt int) error { return r.group(ctx, plan, attempt) },
		})
	}
	return tasks
}

// group makes a group what it should be, without its members.
func (r *jumpCloudCycle) group(ctx context.Context, plan *groupPlan, attempt int) error {
	if !r.holds(plan.group.ID) {
		return nil
	}
	if plan.link != nil && plan.link.Target == "" && plan.link.Name == plan.group.Name && len(plan.link.Members) == 0 && !plan.group.Deleted {
		plan.link = nil // an earlier create, of which nothing came or nothing is known
	}
	if plan.link != nil && plan.link.Target == "" {
		if err := r.relocate(ctx, plan, attempt); err != nil {
			return err
		}
	}
	switch {
	case plan.link == nil && (plan.group.Deleted || len(plan.group.Members) == 0):
		return nil
	case plan.link == nil:
		return r.obtain(ctx, plan, attempt)
	case plan.group.Deleted:
		return r.deleteGroup(ctx, plan, attempt)
	}
	if plan.link.Name == plan.group.Name {
		return nil
	}
	_, err := r.send(ctx, http.MethodPatch, groupPath(plan.link.Target), pathlessRename(plan.group.Name))
	r.c.emit(Event{
		Action: Rename, Object: groupObject(plan.group, plan.link.Target), Attempt: attempt,
		Changes: []Change{{"displayName", plan.link.Name, plan.group.Name}},
	}, err)
	if StatusOf(err) == http.StatusNotFound {
		return r.remake(ctx, plan, attempt)
	}
	if err != nil {
		return err
	}
	plan.link.Name = plan.group.Name
	return r.renamedGroup(plan.group.ID, plan.group.Name)
}

// relocate finds a group again whose id is not known any more, by the name that it
// had. plan.link is nil afterwards where there is none.
func (r *jumpCloudCycle) relocate(ctx context.Context, plan *groupPlan, attempt int) error {
	target, err := r.lookup(ctx, "/Groups", "displayName", plan.link.Name)
	if err != nil {
		r.c.emit(Event{Action: groupAction(plan), Object: groupObject(plan.group, ""), Attempt: attempt}, err)
		return err
	}
	if target == "" {
		plan.link = nil
		return r.unlinkGroup(plan.group.ID)
	}
	plan.link.Target = target
	r.with(func(s *state) {
		if link := s.Groups[plan.group.ID]; link != nil {
			link.Target = target
		}
	})
	return r.save(false)
}

// groupAction is what a lookup was for: JumpCloud has no event of its own for that of a group.
func groupAction(plan *groupPlan) Action {
	switch {
	case plan.group.Deleted:
		return Delete
	case plan.link != nil:
		return Update
	default:
		return Create
	}
}

// obtain takes over the group of the same name, with whoever is in it, or makes one.
func (r *jumpCloudCycle) obtain(ctx context.Context, plan *groupPlan, attempt int) error {
	e := Event{Action: Create, Attempt: attempt, Changes: []Change{{"displayName", "", plan.group.Name}}}
	target, err := r.lookup(ctx, "/Groups", "displayName", plan.group.Name)
	switch {
	case err == nil && !r.holds(plan.group.ID):
		return nil
	case err == nil && target != "" && r.groupTaken(plan, target):
		err = invalid("name", "%q is in the application that of another group of the directory", plan.group.Name)
	case err == nil && target != "":
		e.Action = Adopt
	case err == nil:
		if target, err = r.createGroup(ctx, plan); errors.As(err, new(*StateError)) {
			return err
		}
	}
	e.Object = groupObject(plan.group, target)
	r.c.emit(e, err)
	if err != nil {
		return err
	}
	return r.keep(plan, target)
}

// createGroup makes a group. That there may be one is noted before: a process that is
// killed, or a group that is renamed or deleted, before the answer was noted must not
// leave one behind that nobody knows of. Groups are few, so each is saved.
func (r *jumpCloudCycle) createGroup(ctx context.Context, plan *groupPlan) (target string, err error) {
	if err := errors.Join(r.linkGroup(plan.group.ID, "", plan.group.Name), r.save(true)); err != nil {
		return "", err
	}
	a, err := r.send(ctx, http.MethodPost, "/Groups", groupNamed(plan.group.Name))
	if err == nil {
		target, err = a.id()
	}
	if err == nil && r.groupTaken(plan, target) {
		target, err = "", &AnswerError{Exchange: a.Exchange, Reason: "the answer has the id of another group, " + target}
	}
	return target, err
}

// keep remembers a group of the application. One that was unbound meanwhile is left to it.
func (r *jumpCloudCycle) keep(plan *groupPlan, target string) error {
	plan.link = nil
	if !r.holds(plan.group.ID) {
		return nil
	}
	plan.link = &groupLink{Target: target, Name: plan.group.Name}
	return errors.Join(r.linkGroup(plan.group.ID, target, plan.group.Name), r.save(true))
}

// holds is true while a group is bound, or is deleted and the application has to be
// told. Unbinding stops all that is still to be sent of a group, in a running cycle too.
func (r *jumpCloudCycle) holds(id string) (held bool) {
	r.with(func(s *state) {
		for _, g := range s.Directory.Groups {
			held = held || g.ID == id && (g.Bound || g.Deleted)
		}
	})
	return held
}

// groupTaken is true where a group of the application is that of another one here.
func (r *jumpCloudCycle) groupTaken(plan *groupPlan, target string) (taken bool) {
	r.with(func(s *state) {
		for id, link := range s.Groups {
			taken = taken || id != plan.group.ID && link.Target == target
		}
	})
	return taken
}

// remake makes a group anew that somebody removed in the application.
func (r *jumpCloudCycle) remake(ctx context.Context, plan *groupPlan, attempt int) error {
	if err := r.unlinkGroup(plan.group.ID); err != nil {
		return err
	}
	plan.link = nil
	r.guard.Lock()
	r.remade = true
	r.guard.Unlock()
	if len(plan.group.Members) == 0 {
		return nil
	}
	return r.obtain(ctx, plan, attempt)
}

func (r *jumpCloudCycle) deleteGroup(ctx context.Context, plan *groupPlan, attempt int) error {
	_, err := r.send(ctx, http.MethodDelete, groupPath(plan.link.Target), nil)
	if StatusOf(err) == http.StatusNotFound {
		err = nil
	}
	r.c.emit(Event{Action: Delete, Object: groupObject(plan.group, plan.link.Target), Attempt: attempt}, err)
	if err != nil {
		return err
	}
	return r.unlinkGroup(plan.group.ID)
}

func groupObject(g Group, target string) Object {
	return Object{Kind: KindGroup, ID: g.ID, Name: g.Name, Target: target}
}
