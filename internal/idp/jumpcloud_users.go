package idp

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// users sends those who differ. The deleted come first: somebody hired anew under
// the same username takes over the account they leave.
func (r *jumpCloudCycle) users(ctx context.Context) error {
	plans := r.planUsers()
	if err := r.intend(plans); err != nil {
		return err
	}
	defer r.reconsider(plans)
	var leavers, others []task
	for i := range plans {
		plan := &plans[i]
		t := task{
			name: "user " + plan.user.Username,
			run:  func(ctx context.Context, attempt int) error { return r.user(ctx, plan, attempt) },
		}
		if plan.user.Deleted {
			leavers = append(leavers, t)
		} else {
			others = append(others, t)
		}
	}
	if err := r.c.run(ctx, "leavers", 1, leavers); err != nil {
		return err
	}
	return r.c.run(ctx, "users", 1, others)
}

// intend notes who is about to be made, before anything is sent. A process that is
// killed after a POST and before it could note the answer must still know, when
// the directory has changed meanwhile, whose account there may be.
func (r *jumpCloudCycle) intend(plans []userPlan) error {
	r.with(func(s *state) {
		for _, plan := range plans {
			if plan.link == nil {
				s.Users[plan.user.ID] = doubtful()
				r.fresh[plan.user.ID] = true
			}
		}
	})
	if len(r.fresh) == 0 {
		return nil
	}
	return r.save(true)
}

// reconsider drops the notes of those for whom nothing was sent but lookups. What the
// application has under their names is not JumpCloud's as yet: whoever leaves before
// the next cycle must not have it deactivated.
func (r *jumpCloudCycle) reconsider(plans []userPlan) {
	r.with(func(s *state) {
		for _, plan := range plans {
			id := plan.user.ID
			if link := s.Users[id]; r.fresh[id] && !r.sent[id] && link != nil && link.Target == "" {
				delete(s.Users, id)
			}
		}
	})
}

// sending notes that somebody's account is about to be made or taken over.
func (r *jumpCloudCycle) sending(id string) {
	r.guard.Lock()
	defer r.guard.Unlock()
	r.sent[id] = true
}

// doubtful is a link to an account that may exist, and is to be looked up.
func doubtful() *userLink { return &userLink{Active: true, Sent: map[string]string{}} }

// user is the task of one person.
func (r *jumpCloudCycle) user(ctx context.Context, plan *userPlan, attempt int) error {
	switch {
	case plan.link == nil || plan.link.Target == "":
		return r.provision(ctx, plan, attempt)
	case plan.user.Deleted && (r.taken(plan, plan.link.Target) || r.dialect == DialectCinode && !plan.link.Active):
		return r.leave(plan, plan.link.Target)
	case plan.user.Deleted && r.dialect == DialectCustom:
		return r.remove(ctx, plan, plan.link.Target, attempt)
	}
	err := r.put(ctx, plan, plan.link.Target, attempt)
	if StatusOf(err) != http.StatusNotFound {
		return err
	}
	// Somebody removed the account in the application. Its id is good for nothing.
	plan.link = nil
	r.with(func(s *state) { s.Users[plan.user.ID] = doubtful() })
	return r.provision(ctx, plan, attempt)
}

// provision looks for the account of a person of whom no id is known, and makes one
// where there is none and one is wanted.
func (r *jumpCloudCycle) provision(ctx context.Context, plan *userPlan, attempt int) error {
	target, err := r.lookup(ctx, "/Users", "userName", plan.user.Username)
	if err == nil && target != "" && plan.active && r.taken(plan, target) {
		err = invalid("username", "%q has an account in the application that is another person's of the directory", plan.user.Username)
	}
	if err != nil {
		r.c.emit(Event{Action: Lookup, Object: userObject(plan.user, ""), Attempt: attempt}, err)
		return err
	}
	switch {
	case target == "" && plan.active:
		return r.create(ctx, plan, attempt)
	case target == "" || !plan.active && r.taken(plan, target):
		r.tell(plan)
		return r.unlinkUser(plan.user.ID)
	case plan.user.Deleted && r.dialect == DialectCustom:
		return r.remove(ctx, plan, target, attempt)
	default:
		return r.put(ctx, plan, target, attempt)
	}
}

// lookup finds a resource by its name, "" if there is none. A target that answers
// with others than those asked for is not believed.
func (j *jumpCloud) lookup(ctx context.Context, path, attribute, value string) (string, error) {
	a, err := j.send(ctx, http.MethodGet, path+"?"+eq(attribute, value), nil)
	if err != nil {
		return "", err
	}
	list, err := a.resources()
	if err != nil || len(list) == 0 {
		return "", err
	}
	var found map[string]any
	for _, resource := range list {
		name, _ := resource[attribute].(string) // what has none is not it
		if name == value || found == nil && strings.EqualFold(name, value) {
			if found = resource; name == value {
				break
			}
		}
	}
	if found == nil {
		return "", &AnswerError{Exchange: a.Exchange, Reason: fmt.Sprintf("the answer has others than those whose %s is %q", attribute, value)}
	}
	return (&answer{Exchange: a.Exchange, body: found}).id()
}

func (r *jumpCloudCycle) create(ctx context.Context, plan *userPlan, attempt int) error {
	r.sending(plan.user.ID)
	a, err := r.send(ctx, http.MethodPost, "/Users", r.created(plan.user))
	target := ""
	if err == nil {
		target, err = a.id()
	}
	if err == nil && r.taken(plan, target) {
		target, err = "", &AnswerError{Exchange: a.Exchange, Reason: "the answer has the id of somebody else, " + target}
	}
	r.c.emit(Event{
		Action: Create, Object: userObject(plan.user, target), Attempt: attempt,
		Changes: append([]Change{{"active", "", "true"}}, changes(nil, r.attributes(plan.user))...),
	}, err)
	if err != nil {
		return err
	}
	return r.own(plan, target)
}

// put sends the whole user, and so updates, adopts, deactivates and reactivates.
func (r *jumpCloudCycle) put(ctx context.Context, plan *userPlan, target string, attempt int) error {
	e := Event{Action: Update, Object: userObject(plan.user, target), Changes: plan.changes, Attempt: attempt}
	adopted := plan.link == nil || plan.link.Target == ""
	switch {
	case !plan.active:
		e.Action = Deactivate
		e.Changes = append([]Change{{"active", "true", "false"}}, plan.changes...)
	case adopted:
		e.Action = Adopt
		e.Changes = append([]Change{{"active", "", "true"}}, changes(nil, r.attributes(plan.user))...)
	case !plan.link.Active:
		e.Action = Reactivate
		e.Changes = append([]Change{{"active", "false", "true"}}, plan.changes...)
	}
	r.sending(plan.user.ID)
	_, err := r.send(ctx, http.MethodPut, userPath(target), r.replaced(plan.user, target, plan.active))
	r.c.emit(e, err)
	if err != nil {
		return err
	}
	if plan.user.Deleted {
		return r.leave(plan, target)
	}
	return r.own(plan, target)
}

// own remembers an account as that of a person.
func (r *jumpCloudCycle) own(plan *userPlan, target string) error {
	r.guard.Lock()
	r.owners[target] = plan.user.ID
	r.guard.Unlock()
	return r.linkUser(plan.user, target, plan.active)
}

// taken is true where an account is that of somebody else who is in the directory.
func (r *jumpCloudCycle) taken(plan *userPlan, target string) bool {
	r.guard.Lock()
	defer r.guard.Unlock()
	owner, ok := r.owners[target]
	return ok && owner != plan.user.ID
}

// leave notes that the application knows of somebody's end. The account stays
// known until the groups are done: it is to be taken out of them.
func (r *jumpCloudCycle) leave(plan *userPlan, target string) error {
	r.tell(plan)
	return r.linkUser(plan.user, target, false)
}

func (r *jumpCloudCycle) tell(plan *userPlan) {
	if plan.user.Deleted {
		r.guard.Lock()
		defer r.guard.Unlock()
		r.told[plan.user.ID] = true
	}
}

// remove deletes the account of somebody who was deleted; the `custom` dialect does
// so. A target that has no DELETE gets the account deactivated, as after a
// connection test.
func (r *jumpCloudCycle) remove(ctx context.Context, plan *userPlan, target string, attempt int) error {
	_, err := r.send(ctx, http.MethodDelete, userPath(target), nil)
	if StatusOf(err) == http.StatusNotFound {
		err = nil
	}
	r.c.emit(Event{Action: Delete, Object: userObject(plan.user, target), Attempt: attempt}, err)
	switch {
	case err == nil:
		return r.unlinkUser(plan.user.ID)
	case refusesDelete(err):
		return r.put(ctx, plan, target, attempt)
	default:
		return err
	}
}

// refusesDelete is true of an answer that will stay the same.
func refusesDelete(err error) bool {
	switch status := StatusOf(err); status {
	case http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	default:
		return status >= 400 && status < 500 || status == http.StatusNotImplemented
	}
}

func userObject(u User, target string) Object {
	return Object{Kind: KindUser, ID: u.ID, Name: u.Username, Target: target}
}
