package idp

import (
	"context"
	"errors"
	"net/http"
)

// oktaLookup is the query of a lookup, with the page that Okta always asks for.
func oktaLookup(attribute, value string) string {
	return "?" + eq(attribute, value) + "&startIndex=1&count=100"
}

func (o *okta) userTasks(c *cycle) []task {
	var tasks []task
	for _, plan := range o.planUsers() {
		if plan.user.Deleted && !plan.link.Active {
			continue // see forget
		}
		tasks = append(tasks, task{name: "user " + plan.user.Username, run: func(ctx context.Context, attempt int) error {
			switch {
			case plan.link == nil:
				return o.provision(ctx, c, plan.user, attempt)
			case plan.user.Deleted && o.succeeded(plan.user, plan.link.Target):
				return o.unlinkUser(plan.user.ID)
			case plan.active != plan.link.Active:
				return o.switchUser(ctx, c, plan, attempt)
			default:
				return o.push(ctx, c, plan.user, plan.link.Target, plan.changes, Update, attempt)
			}
		}})
	}
	return tasks
}

// findOne looks for somebody; a 404 that speaks SCIM is a miss as well as an empty list.
func (o *okta) findOne(ctx context.Context, path, attribute, value string) (map[string]any, error) {
	found, err := o.lookup(ctx, path+oktaLookup(attribute, value), attribute, value)
	if isMiss(err) {
		return nil, nil
	}
	return found, err
}

// provision looks a user up, and creates one where there is none.
func (o *okta) provision(ctx context.Context, c *cycle, u User, attempt int) error {
	found, err := o.findOne(ctx, "/Users", "userName", u.Username)
	if err != nil {
		c.emit(Event{Action: Lookup, Object: userObject(u, ""), Attempt: attempt}, err)
		return err
	}
	if found != nil {
		return o.adopt(ctx, c, u, found, attempt)
	}
	id := ""
	a, err := o.send(ctx, http.MethodPost, "/Users", newOktaUser(u))
	if err == nil {
		id, err = a.id()
	}
	c.emit(Event{Action: Create, Object: userObject(u, id), Changes: changes(nil, o.attributes(u)), Attempt: attempt}, err)
	if err != nil {
		return err
	}
	return o.linkUser(u, id, true)
}

// adopt takes over a user that the application has: reactivated where it was not
// active, and with the profile pushed.
func (o *okta) adopt(ctx context.Context, c *cycle, u User, found map[string]any, attempt int) error {
	id, err := idOf(found)
	if err != nil {
		c.emit(Event{Action: Adopt, Object: userObject(u, ""), Attempt: attempt}, err)
		return err
	}
	if is, _ := activeOf(found); !is {
		if err := o.setActive(ctx, id, true); err != nil {
			c.emit(Event{Action: Reactivate, Object: userObject(u, id), Attempt: attempt}, err)
			return err
		}
		c.emit(Event{Action: Reactivate, Object: userObject(u, id), Attempt: attempt}, nil)
	}
	return o.push(ctx, c, u, id, oktaDifferences(o.attributes(u), found), Adopt, attempt)
}

func oktaDifferences(attributes []attribute, found map[string]any) []Change {
	has := map[string]string{}
	for _, a := range attributes {
		path := a.name
		if path == "email" {
			path = `emails[type eq "work"].value`
		}
		has[a.name], _ = textAt(found, path)
		if a.value == "" {
			has[a.name] = "" // what the directory lacks is left alone
		}
	}
	return changes(has, attributes)
}

// push reads a user and writes what was read, edited. A user without changes is left alone.
func (o *okta) push(ctx context.Context, c *cycle, u User, id string, list []Change, action Action, attempt int) error {
	var err error
	if len(list) > 0 {
		err = o.put(ctx, id, func(user object) object { return edited(user, list) }, nil)
	}
	c.emit(Event{Action: action, Object: userObject(u, id), Changes: list, Attempt: attempt}, err)
	if err != nil {
		return o.gone(err, func() error { return o.unlinkUser(u.ID) })
	}
	return o.linkUser(u, id, true)
}

// put sends the server's own representation of a user back. check looks at the answer.
func (o *okta) put(ctx context.Context, id string, edit func(object) object, check func(*answer) error) error {
	path := userPath(id)
	read, err := o.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	user, err := parseObject(read.Body)
	if err == nil && valueOf(read.body, "userName") == nil {
		err = errors.New("it has no userName")
	}
	if err != nil {
		return &AnswerError{Exchange: read.Exchange, Reason: "the answer is no user: " + err.Error()}
	}
	a, err := o.send(ctx, http.MethodPut, path, edit(user))
	if err != nil || check == nil {
		return err
	}
	return check(a)
}

// switchUser turns a user on or off. The changes of a profile come in the same step
// where the user comes back.
func (o *okta) switchUser(ctx context.Context, c *cycle, plan userPlan, attempt int) error {
	u, id := plan.user, plan.link.Target
	action := Deactivate
	if plan.active {
		action = Reactivate
	}
	err := o.setActive(ctx, id, plan.active)
	if !plan.active && StatusOf(err) == http.StatusNotFound {
		err = nil // nobody is there to be turned off
	}
	c.emit(Event{Action: action, Object: userObject(u, id), Attempt: attempt}, err)
	if err != nil {
		return o.gone(err, func() error { return o.unlinkUser(u.ID) })
	}
	o.with(func(s *state) {
		if link := s.Users[u.ID]; link != nil {
			link.Active = plan.active
		}
	})
	if plan.active && len(plan.changes) > 0 {
		return o.push(ctx, c, u, id, plan.changes, Update, attempt)
	}
	return o.save(false)
}

// forget drops those who are deleted in the directory once they are turned off and out
// of the groups that are pushed. The application keeps them: Okta never deletes anybody.
func (o *okta) forget() error {
	for _, plan := range o.planUsers() {
		if plan.user.Deleted && !plan.link.Active && !o.isMember(plan.user.ID) {
			if err := o.unlinkUser(plan.user.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// setActive is a PATCH without a path, or a PUT of the whole user. A user that is to
// be active has to be shown so, where an answer has a body.
func (o *okta) setActive(ctx context.Context, id string, active bool) error {
	check := func(a *answer) error {
		if is, known := activeOf(a.body); active && a.body != nil && (!is || !known) {
			return &AnswerError{Exchange: a.Exchange, Reason: "the user was reactivated, and is not shown as active: the target delays it"}
		}
		return nil
	}
	if o.style == oktaAIW {
		return o.put(ctx, id, func(user object) object { return user.with(active, "active") }, check)
	}
	a, err := o.send(ctx, http.MethodPatch, userPath(id), patch(operation("replace", "", object{{"active", active}})))
	if err != nil {
		return err
	}
	return check(a)
}
