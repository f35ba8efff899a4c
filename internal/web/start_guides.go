package web

import (
	"slices"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

// guide is an identity provider as Start explains it: what to do there, in the words
// of its forms, and what it sends then.
type guide struct {
	Key    string // in the address
	Name   string
	Client journal.Client
	Before []string  // what to do until the form is seen
	Fields []setting // of the form
	After  []string  // what to do with the form filled in
	Remove []string  // how to take the integration away there
	Probes []probe
	// Remote says that it calls from the internet.
	Remote bool
}

// FormAt is the number of the step that fills in the form.
func (x guide) FormAt() int { return len(x.Before) + 1 }

// AfterFrom is the number of the step behind it.
func (x guide) AfterFrom() int { return len(x.Before) + 2 }

// setting is a field of a form with what goes in.
type setting struct {
	Field string
	Value string // text, or one of the values below
	Note  string
}

// Values of a setting that are this server's.
const (
	valueURL   = "{url}"
	valueToken = "{token}"
)

// idps are the tabs of Start, in their order. What they say is what cinode.md and
// idp-profiles.md have on record.
func guides() []guide {
	return []guide{jumpCloud, entra, okta, oneLogin, google, other}
}

func guideOf(key string) guide {
	list := guides()
	if i := slices.IndexFunc(list, func(x guide) bool { return x.Key == key }); i >= 0 {
		return list[i]
	}
	return list[0]
}

var jumpCloud = guide{
	Key: "jumpcloud", Name: "JumpCloud", Client: journal.ClientJumpCloud, Remote: true, Probes: jumpCloudProbes,
	Before: []string{
		"SSO Applications: + Add New Application, find Cinode, give it a display label, Save Application, Configure.",
		"Identity Management tab: tick “Enable management of User Groups and Group Membership in this application”, Configure.",
	},
	Fields: []setting{
		{"Base URL", valueURL, "Without a slash at the end."},
		{"Token Key", valueToken, "JumpCloud sends it as a bearer token."},
		{"Test User Email", "", "Only the custom SCIM connector asks for it: an address that no user here has, also no disconnected one. That connector asks for SCIM version 2.0 too."},
	},
	After: []string{
		"Activate. JumpCloud says that the integration was verified; save.",
		"User Groups tab: bind the groups whose members are to have an account. Users in no bound group are not provisioned, and empty groups are not created.",
	},
	Remove: []string{
		"Leave the groups bound: unbinding one deactivates all its members whom no other bound group holds.",
		"Identity Management tab: Deactivate IdM connection, and confirm. Users and groups stay here as they are.",
		"Deactivate Bookmark, or delete the application, which asks for the number of applications.",
	},
}

var entra = guide{
	Key: "entra", Name: "Entra ID", Client: journal.ClientEntra, Remote: true, Probes: entraProbes,
	Before: []string{
		"Enterprise applications: New application, and choose Cinode, or create your own (non-gallery).",
		"Provisioning: Provisioning Mode Automatic, Admin Credentials.",
	},
	Fields: []setting{
		{"Tenant URL", valueURL, "With ?aadOptscim062020 behind it Entra ID speaks its newer dialect; both are understood."},
		{"Secret Token", valueToken, "Must not be left empty: Entra ID would send a token of its own."},
	},
	After: []string{
		"Test Connection, then Save.",
		"Mappings: userName and active, name.givenName, name.familyName, externalId from objectId, title, addresses[type eq \"work\"].locality.",
		"Users and groups: assign who is to have an account. Set Provisioning Status to On. A cycle runs about every 40 minutes; Provision on demand is at once.",
	},
	Remove: []string{
		"Provisioning: set Provisioning Status to Off before anything else. Whoever is unassigned while it is On is disabled here.",
		"Delete the enterprise application once nothing needs it.",
	},
}

var okta = guide{
	Key: "okta", Name: "Okta", Client: journal.ClientOkta, Remote: true, Probes: oktaProbes,
	Before: []string{
		"Applications: an app with SCIM provisioning, such as one of the App Integration Wizard.",
		"Provisioning tab, Integration: Configure API Integration, Enable API integration.",
	},
	Fields: []setting{
		{"SCIM connector base URL", valueURL, "No underscore may stand in it. Apps of the catalogue call it Base URL."},
		{"Unique identifier field for users", "userName", ""},
		{"Supported provisioning actions", "Push New Users, Push Profile Updates, Push Groups", "Import too, if Okta is to read the users that are here."},
		{"Authentication Mode", "HTTP Header", ""},
		{"Authorization", valueToken, "Where the form does not show the word Bearer before the field, write it there: Okta sends the field as it is."},
	},
	After: []string{
		"Test API Credentials, then Save.",
		"To App: Edit, and enable Create Users, Update User Attributes and Deactivate Users.",
		"Assignments: assign people. Push Groups: choose the groups to push; only their members who are assigned come along.",
	},
	Remove: []string{
		"Provisioning tab, Integration: Edit, and take the tick off Enable API integration before anybody is unassigned. With Deactivate Users enabled, each who is unassigned is deactivated here.",
		"Deactivate the application, then delete it.",
	},
}

var oneLogin = guide{
	Key: "onelogin", Name: "OneLogin", Client: journal.ClientOneLogin, Remote: true, Probes: oneLoginProbes,
	Before: []string{
		"Applications: Add App, SCIM Provisioner with SAML (SCIM v2 Core, or Enterprise).",
		"Configuration tab.",
	},
	Fields: []setting{
		{"SCIM Base URL", valueURL, ""},
		{"SCIM JSON Template", oneLoginTemplate, "What OneLogin sends of a user; without quotes around it, active is a boolean."},
		{"SCIM Bearer Token", valueToken, ""},
	},
	After: []string{
		"API Connection: Enable. OneLogin tests it at once.",
		"Provisioning tab: Enable provisioning. Choose Suspend for users that are deleted there. Actions may wait in an approval queue.",
	},
	Remove: []string{
		"Provisioning tab: choose Do Nothing for users that are deleted or removed, and save, before anybody is removed from the app.",
		"Configuration tab: API Connection, Disable. Then delete the app.",
	},
}

const oneLoginTemplate = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{$parameters.scimusername}",` +
	`"name":{"givenName":"{$user.firstname}","familyName":"{$user.lastname}"},"emails":[{"value":"{$user.email}","type":"work","primary":true}]}`

var google = guide{
	Key: "google", Name: "Google", Client: journal.ClientGoogle, Remote: true, Probes: googleProbes,
	Before: []string{
		"Admin console: Apps, Web and mobile apps, the application, Autoprovisioning.",
	},
	Fields: []setting{
		{"Access token", valueToken, ""},
		{"Endpoint URL", valueURL, ""},
	},
	After: []string{
		"Map the attributes: Google offers those that /Schemas of this server lists.",
		"Choose who is in scope and what happens to users that leave. Suspending and deleting are separate there; a deletion may follow up to 21 days later. Groups are not provisioned.",
		"Turn autoprovisioning on.",
	},
	Remove: []string{
		"Turn autoprovisioning off before the scope or the application is changed: users that leave the scope while it is on are suspended here.",
		"Then delete the application.",
	},
}

var other = guide{
	Key: "other", Name: "Other", Client: journal.ClientUnknown, Probes: otherProbes,
	Before: []string{"Choose SCIM 2.0 and a bearer token as authentication, in whatever words your identity provider has for them."},
	Fields: []setting{
		{"SCIM base URL", valueURL, "The URL that /Users and /Groups are put behind. " + "Some forms add a slash or /scim themselves: look at the paths of what arrives."},
		{"Bearer token", valueToken, "Sent as Authorization: Bearer TOKEN."},
		{"Unique identifier", "userName", ""},
	},
	After: []string{"Test the connection, then assign one person."},
	Remove: []string{
		"Switch provisioning off before people or groups are unassigned: most clients deactivate whom they lose.",
		"Then delete the application.",
	},
}
