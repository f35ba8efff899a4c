package idp

import "time"

// Names of Directory Insights. That of an import is on record nowhere ("user import
// has its own event"); user_import follows the others.
const (
	eventActivate = "idm_integration_activate"
	eventUpdate   = "idm_integration_update"
	eventReauth   = "idm_integration_reauth"
	eventRemove   = "idm_integration_delete"
	eventImport   = "user_import"
)

var jumpCloudEvents = map[string]map[Action]string{
	KindApplication: {
		Activate: eventActivate, Update: eventUpdate, Reauth: eventReauth, Remove: eventRemove, Import: eventImport,
	},
	KindUser: {
		Create: "user_create_provision", Deactivate: "user_deprovision", Delete: "user_delete_provision",
		Lookup: "user_lookup_provision", Import: eventImport,
		// An account that was there before is updated to what the directory says.
		Update: "user_update_provision", Adopt: "user_update_provision", Reactivate: "user_update_provision",
	},
	KindGroup: {
		Create: "group_create_provision", Delete: "group_delete_provision", Update: "group_update_provision",
		Adopt: "group_update_provision", Rename: "group_update_provision",
		AddMember: "group_update_provision", DropMember: "group_update_provision",
	},
}

func (j *jumpCloud) typeOf(e Event) string { return jumpCloudEvents[e.Object.Kind][e.Action] }

// The organization and the administrator of the simulated JumpCloud.
const (
	organizationID = "5f0000000000000000000001"
	administrator  = "5f0000000000000000000002"
	adminAddress   = "admin@example.com"
)

// record is the envelope of Directory Insights, idp-profiles.md 1.7. Keys of other
// services' events (client_ip, geoip, mfa ...) are left out: nothing fills them here.
func (j *jumpCloud) record(e Event) any {
	app := j.state.Application
	o := object{
		{"@version", "1"},
		{"id", e.ID},
		{"event_type", e.Type},
		{"service", "directory"},
		{"provider", nil},
		{"organization", organizationID},
		{"timestamp", e.Time.UTC().Format(time.RFC3339Nano)},
		{"success", e.Success},
		{"initiated_by", object{{"id", administrator}, {"type", "admin"}, {"email", adminAddress}}},
		{"resource", resourceOf(e.Object)},
		{"application", object{
			{"id", app.ID}, {"name", app.Name}, {"display_label", app.DisplayLabel}, {"sso_url", app.IDPURL},
		}},
	}
	if e.Member.ID != "" {
		o = append(o, member{"association", associationOf(e)})
	}
	list := make([]object, 0, len(e.Changes))
	for _, c := range e.Changes {
		list = append(list, object{{"field", c.Field}, {"from", c.From}, {"to", c.To}})
	}
	o = append(o, member{"changes", list})
	if !e.Success {
		o = append(o, member{"error_message", e.Error}, member{"error_code", e.Status})
	}
	return o
}

func resourceOf(of Object) object {
	name := "name"
	if of.Kind == KindUser {
		name = "username"
	}
	return object{{"id", of.ID}, {"type", of.Kind}, {name, of.Name}}
}

// associationOf tells whose membership of which group was added or removed.
func associationOf(e Event) object {
	op := "add"
	if e.Action == DropMember {
		op = "remove"
	}
	end := func(of Object) object {
		return object{{"id", of.ID}, {"type", of.Kind}, {"name", of.Name}}
	}
	return object{{"op", op}, {"connection", object{{"from", end(e.Object)}, {"to", end(e.Member)}}}}
}
