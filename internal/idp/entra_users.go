package idp

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
)

func (e *entra) userTasks(c *cycle) []task {
	var tasks []task
	for _, plan := range e.planUsers() {
		if plan.user.Deleted && !plan.link.Active && e.isMember(plan.user.ID) {
			continue // first out of the groups
		}
		tasks = append(tasks, task{name: "user " + plan.user.Username, run: func(ctx context.Context, attempt int) error {
			switch {
			case plan.link == nil:
				return e.provision(ctx, c, plan.user, attempt)
			case plan.user.Deleted && e.succeeded(plan.user, plan.link.Target):
				return e.unlinkUser(plan.user.ID)
			case plan.user.Deleted && !plan.link.Active:
				return e.deleteUser(ctx, c, plan, attempt)
			default:
				return e.updateUser(ctx, c, plan, attempt)
			}
		}})
	}
	return tasks
}

// provision matches a user, and creates one where there is no match.
func (e *entra) provision(ctx context.Context, c *cycle, u User, attempt int) error {
	value := u.Username
	if e.matchBy == "externalId" {
		value = u.ID
	}
	found, err := e.lookup(ctx, "/Users?"+eq(e.matchBy, value), e.matchBy, value)
	if err != nil {
		c.emit(Event{Action: Lookup, Object: userObject(u, ""), Attempt: attempt}, err)
		return err
	}
	if found != nil {
		return e.adopt(ctx, c, u, found, attempt)
	}
	id := ""
	a, err := e.send(ctx, http.MethodPost, "/Users", e.newUser(u))
	if err == nil {
		id, err = a.id()
	}
	c.emit(Event{Action: Create, Object: userObject(u, id), Changes: changes(nil, e.mapped(u)), Attempt: attempt}, err)
	if err != nil {
		return err
	}
	return e.remember(u, id, true)
}

// adopt makes a user that was found as the directory has it.
func (e *entra) adopt(ctx context.Context, c *cycle, u User, found map[string]any, attempt int) error {
	event := Event{Action: Adopt, Object: userObject(u, ""), Changes: e.differences(u, found), Attempt: attempt}
	id, err := idOf(found)
	event.Object.Target = id
	var active *bool
	if is, _ := activeOf(found); !is {
		active, event.Action = new(true), Reactivate
	}
	if operations := e.operations(event.Changes, active); err == nil && len(operations) > 0 {
		_, err = e.send(ctx, http.MethodPatch, userPath(id), patch(operations...))
	}
	c.emit(event, err)
	if err != nil {
		return err
	}
	return e.remember(u, id, true)
}

// differences are what a resource lacks. Cinode sets its object identifier once, so
// its mapping leaves the one alone that a user has already.
func (e *entra) differences(u User, found map[string]any) []Change {
	has := map[string]string{}
	for _, a := range e.mapped(u) {
		has[a.name], _ = textAt(found, a.name)
	}
	list := changes(has, e.mapped(u))
	return slices.DeleteFunc(list, func(c Change) bool {
		return c.To == "" || c.Field == "userName" && strings.EqualFold(c.From, c.To) ||
			c.Field == "externalId" && c.From != "" && e.mapping == entraCinode
	})
}

// updateUser sends what has changed since it was sent last, leaving the scope,
// suspension and their ends among it.
func (e *entra) updateUser(ctx context.Context, c *cycle, plan userPlan, attempt int) error {
	event := Event{Action: Update, Object: userObject(plan.user, plan.link.Target), Attempt: attempt}
	event.Changes = slices.DeleteFunc(slices.Clone(plan.changes), func(c Change) bool { return c.Field == entraManager })
	var active *bool
	if plan.active != plan.link.Active {
		active, event.Action = &plan.active, Deactivate
		if plan.active {
			event.Action = Reactivate
		}
	}
	if operations := e.operations(event.Changes, active); len(operations) > 0 {
		_, err := e.send(ctx, http.MethodPatch, userPath(plan.link.Target), patch(operations...))
		c.emit(event, err)
		if err != nil {
			return e.gone(err, func() error { return e.unlinkUser(plan.user.ID) })
		}
	}
	if !plan.inScope { // nothing but active was sent
		e.with(func(s *state) {
			if link := s.Users[plan.user.ID]; link != nil {
				link.Active = plan.active
			}
		})
		return e.save(false)
	}
	return e.remember(plan.user, plan.link.Target, plan.active)
}

// gone forgets what the target does not have any more, so that the next cycle matches
// anew, and gives the error on.
func (p *Provider) gone(err error, forget func() error) error {
	if StatusOf(err) == http.StatusNotFound {
		if failure := forget(); failure != nil {
			return failure
		}
	}
	return err
}

// deleteUser deletes somebody who is deleted in the directory and was disabled in the
// cycle before.
func (e *entra) deleteUser(ctx context.Context, c *cycle, plan userPlan, attempt int) error {
	err := e.remove(ctx, userPath(plan.link.Target))
	c.emit(Event{Action: Delete, Object: userObject(plan.user, plan.link.Target), Attempt: attempt}, err)
	if err != nil {
		return err
	}
	return e.unlinkUser(plan.user.ID)
}

// remove deletes a resource; one that is gone already is as good.
func (p *Provider) remove(ctx context.Context, path string) error {
	_, err := p.send(ctx, http.MethodDelete, path, nil)
	if StatusOf(err) == http.StatusNotFound {
		return nil
	}
	return err
}

// remember keeps what was sent of a user. The manager is a reference, and written by
// itself later: what was sent of it stays.
func (e *entra) remember(u User, target string, active bool) error {
	sent := map[string]string{}
	for _, a := range e.mapped(u) {
		if a.value != "" {
			sent[a.name] = a.value
		}
	}
	e.with(func(s *state) {
		if old := s.Users[u.ID]; old != nil && old.Target == target && old.Sent[entraManager] != "" {
			sent[entraManager] = old.Sent[entraManager]
		}
		s.Users[u.ID] = &userLink{Target: target, Active: active, Sent: sent}
	})
	return e.save(false)
}

// referenceTasks write managers, once those are in the application.
func (e *entra) referenceTasks(c *cycle) []task {
	var tasks []task
	for _, plan := range e.planUsers() {
		at := slices.IndexFunc(plan.changes, func(c Change) bool { return c.Field == entraManager })
		if plan.link == nil || at < 0 {
			continue
		}
		change := plan.changes[at]
		tasks = append(tasks, task{name: "manager of " + plan.user.Username, run: func(ctx context.Context, attempt int) error {
			target := plan.link.Target
			_, err := e.send(ctx, http.MethodPatch, userPath(target), patch(e.managerOperation(change)))
			c.emit(Event{Action: Update, Object: userObject(plan.user, target), Changes: []Change{change}, Attempt: attempt}, err)
			if err != nil {
				return e.gone(err, func() error { return e.unlinkUser(plan.user.ID) })
			}
			e.with(func(s *state) {
				if link := s.Users[plan.user.ID]; link != nil {
					link.Sent = maps.Clone(link.Sent)
					link.Sent[entraManager] = change.To
				}
			})
			return e.save(false)
		}})
	}
	return tasks
}

// RestoreUser takes back the deletion of a user whom the application still has, with
// the groups left behind.
func (p *Provider) RestoreUser(username string) error {
	return p.change(func(s *state) error {
		if s.Directory.byName[strings.ToLower(username)] != nil {
			return invalid("username", "%q is taken in the directory", username)
		}
		for _, u := range slices.Backward(s.Directory.Users) {
			if u.Deleted && strings.EqualFold(u.Username, username) {
				u.Deleted = false
				s.Directory.note(u)
				return nil
			}
		}
		return invalid("username", "%q is nobody who was deleted and can be restored", username)
	})
}
