package idp

import "time"

// oktaTypes are names of the System Log's catalogue of event types.
var oktaTypes = map[string]map[Action]string{
	KindUser: {
		Create:     "application.provision.user.push",
		Update:     "application.provision.user.push_profile",
		Deactivate: "application.provision.user.deactivate",
		Reactivate: "application.provision.user.reactivate",
		Adopt:      "application.provision.user.verify_exists",
		Lookup:     "application.provision.user.verify_exists",
		Import:     "application.provision.user.import",
	},
	KindGroup: {
		Create:     "application.provision.group.add",
		Adopt:      "application.provision.group.verify_exists",
		Lookup:     "application.provision.group.verify_exists",
		Rename:     "application.provision.group.update",
		Delete:     "application.provision.group.remove",
		AddMember:  "application.provision.group_membership.add",
		DropMember: "application.provision.group_membership.remove",
	},
	KindApplication: {
		Activate: "application.lifecycle.activate",
		Remove:   "application.lifecycle.deactivate",
	},
}

func (o *okta) typeOf(e Event) string {
	if name := oktaTypes[e.Object.Kind][e.Action]; name != "" {
		return name
	}
	if e.Object.Kind == KindApplication {
		return "application.lifecycle.update"
	}
	return "application.provision.user.sync"
}

// The System Log's events, with what a simulation knows.
type (
	logEvent struct {
		UUID           string      `json:"uuid"`
		Published      time.Time   `json:"published"`
		EventType      string      `json:"eventType"`
		Version        string      `json:"version"`
		Severity       string      `json:"severity"`
		DisplayMessage string      `json:"displayMessage"`
		Actor          logEntity   `json:"actor"`
		Outcome        logOutcome  `json:"outcome"`
		Target         []logEntity `json:"target"`
	}
	logEntity struct {
		ID          string      `json:"id"`
		Type        string      `json:"type"`
		AlternateID string      `json:"alternateId"`
		DisplayName string      `json:"displayName"`
		Change      *logChanges `json:"changeDetails,omitzero"`
	}
	logOutcome struct {
		Result string `json:"result"`
		Reason string `json:"reason,omitzero"`
	}
	logChanges struct {
		From map[string]string `json:"from"`
		To   map[string]string `json:"to"`
	}
)

// record is an event of the System Log.
func (o *okta) record(e Event) any {
	app := o.state.Application
	r := logEvent{
		UUID: e.ID, Published: e.Time.UTC(), EventType: e.Type, Version: "0", Severity: "INFO",
		DisplayMessage: string(e.Action) + " " + e.Object.Kind + " in " + app.DisplayLabel,
		Actor:          logEntity{ID: "system", Type: "SystemPrincipal", AlternateID: "system@okta.com", DisplayName: "Okta System"},
		Outcome:        logOutcome{Result: "SUCCESS"},
	}
	if !e.Success {
		r.Severity, r.Outcome = "WARN", logOutcome{"FAILURE", e.Error}
	}
	if e.Member.ID != "" {
		r.Target = append(r.Target, o.logTarget(e.Member))
	}
	if e.Object.Kind != KindApplication {
		target := o.logTarget(e.Object)
		if len(e.Changes) > 0 {
			target.Change = &logChanges{From: map[string]string{}, To: map[string]string{}}
			for _, c := range e.Changes {
				target.Change.From[c.Field], target.Change.To[c.Field] = c.From, c.To
			}
		}
		r.Target = append(r.Target, target)
	}
	r.Target = append(r.Target, logEntity{ID: app.ID, Type: "AppInstance", AlternateID: app.Name, DisplayName: app.DisplayLabel})
	return r
}

// logTarget is an object as the System Log names it; a user by the own name. The
// provider is locked.
func (o *okta) logTarget(of Object) logEntity {
	if of.Kind == KindGroup {
		return logEntity{ID: of.ID, Type: "UserGroup", AlternateID: "unknown", DisplayName: of.Name}
	}
	name := of.Name
	if u := o.state.Directory.byID[of.ID]; u != nil && u.Name() != "" {
		name = u.Name()
	}
	return logEntity{ID: of.ID, Type: "AppUser", AlternateID: of.Name, DisplayName: name}
}
