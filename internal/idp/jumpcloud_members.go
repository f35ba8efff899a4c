package idp

import (
	"context"
	"net/http"
)

// memberTasks are the adds of all members and the removals, one person each.
func (r *jumpCloudCycle) memberTasks(plans []groupPlan) []task {
	var tasks []task
	for i := range plans {
		plan := &plans[i]
		if plan.group.Deleted || plan.link == nil || plan.link.Target == "" {
			continue // what failed is the next cycle's
		}
		wanted := map[string]bool{}
		for _, id := range plan.group.Members {
			wanted[plan.targets[id]] = true
			tasks = append(tasks, r.memberTask(plan, id, AddMember))
		}
		for _, id := range plan.drop {
			// Somebody hired anew has the account of the one who left. It stays in.
			if target := plan.targets[id]; wanted[target] {
				delete(plan.targets, id)
			}
			tasks = append(tasks, r.memberTask(plan, id, DropMember))
		}
	}
	return tasks
}

func (r *jumpCloudCycle) memberTask(plan *groupPlan, id string, action Action) task {
	person := r.person(id, plan.targets[id])
	return task{
		name: string(action) + " " + person.Name + " of group " + plan.group.Name,
		run: func(ctx context.Context, attempt int) error {
			return r.membershipOf(ctx, plan, person, action, attempt)
		},
	}
}

// person is whom a membership is of.
func (r *jumpCloudCycle) person(id, target string) Object {
	object := Object{Kind: KindUser, ID: id, Target: target}
	r.with(func(s *state) {
		if u := s.Directory.byID[id]; u != nil {
			object.Name = u.Username
		}
	})
	return object
}

// membershipOf adds one member, or removes one. One of whom the application has
// nothing any more needs no request.
func (r *jumpCloudCycle) membershipOf(ctx context.Context, plan *groupPlan, person Object, action Action, attempt int) error {
	group := r.groupTarget(plan.group.ID)
	if person.Target == "" || group == "" {
		return r.membership(plan.group.ID, false, person.ID)
	}
	op := "add"
	if action == DropMember {
		op = "remove"
	}
	_, err := r.send(ctx, http.MethodPatch, groupPath(group), oneMember(op, person.Target))
	r.c.emit(Event{Action: action, Object: groupObject(plan.group, group), Member: person, Attempt: attempt}, err)
	switch {
	case StatusOf(err) == http.StatusNotFound:
		return r.missing(ctx, plan, group, person, action, attempt, err)
	case err != nil:
		return err
	}
	return r.membership(plan.group.ID, action == AddMember, person.ID)
}

func (r *jumpCloudCycle) groupTarget(id string) (target string) {
	r.with(func(s *state) {
		if link := s.Groups[id]; link != nil {
			target = link.Target
		}
	})
	return target
}

// missing finds out what a 404 was about, the group or the member. A group that is
// gone is made again, and all its members are added in the next pass.
func (r *jumpCloudCycle) missing(
	ctx context.Context, plan *groupPlan, group string, person Object, action Action, attempt int, refusal error,
) error {
	r.mending.Lock()
	defer r.mending.Unlock()
	if r.groupTarget(plan.group.ID) == group {
		target, err := r.lookup(ctx, "/Groups", "displayName", plan.group.Name)
		switch {
		case err != nil:
			return err
		case target == group && action == DropMember:
			return r.membership(plan.group.ID, false, person.ID)
		case target == group:
			return refusal
		}
		if err := r.remake(ctx, plan, attempt); err != nil {
			return err
		}
	}
	if r.pass > 1 {
		return refusal // there is no next pass in this cycle
	}
	return nil
}
