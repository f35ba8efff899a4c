package scenario

import (
	"context"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"
)

// action is what a step does.
type action interface {
	about() string // whom or what it is about, for people
	run(ctx context.Context, p *player) error
}

// Action is a thing that steps can do, for lists of them.
type Action struct{ Name, Sentence string }

// actions are all things that steps can do.
var actions = []struct {
	Action
	make func() action
}{
	{Action{"addApplication", "adds the target to the provider's applications"}, func() action { return &addApplication{} }},
	{Action{"editApplication", "changes label, description, image, portal and bookmark of the application"}, func() action { return &editApplication{} }},
	{Action{"deactivateBookmark", "hides the bookmark"}, func() action { return &deactivateBookmark{} }},
	{Action{"configure", "gives the integration its base URL, token and switch of group management"}, func() action { return &configure{} }},
	{Action{"activate", "runs the connection test and turns provisioning on; what was not added or configured yet is, with the target of the run"}, func() action { return &activate{} }},
	{Action{"reconfigure", "changes an active integration, which is verified again"}, func() action { return &reconfigure{} }},
	{Action{"rotateToken", "replaces the token, by deactivate and activate or in place (how: reauth); a new one is made by the admin API, else the same is used"}, func() action { return &rotateToken{} }},
	{Action{"deactivate", "turns provisioning off"}, func() action { return &deactivate{} }},
	{Action{"deleteApplication", "deletes the application"}, func() action { return &deleteApplication{} }},
	{Action{"groupManagement", "switches the management of groups on or off"}, func() action { return &groupManagement{} }},
	{Action{"hire", "adds a person, to groups if it has them"}, func() action { return &hire{} }},
	{Action{"change", "changes properties of a person"}, func() action { return &change{} }},
	{Action{"move", "moves a person from one group to another"}, func() action { return &move{} }},
	{Action{"leave", "takes a person's access away: how is suspend, unassign or delete"}, func() action { return &leave{} }},
	{Action{"rehire", "gives it back, in groups if it has them"}, func() action { return &rehire{} }},
	{Action{"createGroup", "adds a group"}, func() action { return &createGroup{} }},
	{Action{"renameGroup", "renames a group"}, func() action { return &renameGroup{} }},
	{Action{"deleteGroup", "deletes a group"}, func() action { return &deleteGroup{} }},
	{Action{"bind", "gives a group access to the application"}, func() action { return &bind{} }},
	{Action{"unbind", "takes the access away"}, func() action { return &unbind{} }},
	{Action{"addMembers", "puts people into a group"}, func() action { return &addMembers{} }},
	{Action{"removeMembers", "takes people out of a group"}, func() action { return &removeMembers{} }},
	{Action{"generate", "makes people and bound groups, the same ones for the same seed"}, func() action { return &generate{} }},
	{Action{"sync", "runs a provisioning cycle, or as many as it takes (until: converged)"}, func() action { return &cycle{} }},
	{Action{"import", "imports users of the target: all, new, or a list of userNames"}, func() action { return &importUsers{} }},
	{Action{"kill", "runs a cycle that is killed after some requests, and resumes from the state"}, func() action { return &kill{} }},
	{Action{"parallel", "takes several steps at the same time"}, func() action { return &parallel{} }},
	{Action{"outage", "breaks the target: no connection, or a status"}, func() action { return &outage{} }},
	{Action{"faults", "sets fault rules of this project's server"}, func() action { return &faults{} }},
	{Action{"recover", "ends outages and faults"}, func() action { return &recovery{} }},
	{Action{"advanceClock", "moves the clock of this project's server"}, func() action { return &advanceClock{} }},
	{Action{"wait", "waits"}, func() action { return &wait{} }},
	{Action{"request", "sends raw requests, one or a list, written as those of the command replay"}, func() action { return &request{} }},
	{Action{"onTarget", "makes users and groups on the target that the provider does not know, by SCIM"}, func() action { return &onTarget{} }},
}

// Actions are all things that steps can do.
func Actions() []Action {
	list := make([]Action, len(actions))
	for i, a := range actions {
		list[i] = a.Action
	}
	return list
}

// ActionNames are the keys of steps for what they do.
func ActionNames() []string {
	names := make([]string, len(actions))
	for i, a := range actions {
		names[i] = a.Name
	}
	return names
}

// action reads an action by its name, which is one of ActionNames.
func (r *reader) action(name string, n *yaml.Node, what string) action {
	i := slices.IndexFunc(actions, func(a struct {
		Action
		make func() action
	}) bool {
		return a.Name == name
	})
	a := actions[i].make()
	r.value(n, reflect.ValueOf(a).Elem(), what)
	if c, ok := a.(checked); ok && len(r.faults) == 0 {
		if problem := c.check(); problem != "" {
			r.refuse(n, "%s: %s", name, problem)
		}
	}
	return a
}

// checked is an action of which not all that can be written can be done.
type checked interface{ check() string }
