package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

// probe is a request that an identity provider sends while it is set up.
type probe struct {
	Title string
	Call  string // as one line
	// Optional ones do not come from every configuration.
	Optional bool
	// Missing is the likely cause where all before it came and this did not.
	Missing string
	// Conflict is the likely cause of a 409.
	Conflict string
	fits     func(*journal.Exchange) bool
}

// call fits a method, or several with | between, at a place: "/Users", or "/Users/"
// for one of them.
func call(methods, place string, more ...func(*journal.Exchange) bool) func(*journal.Exchange) bool {
	return func(e *journal.Exchange) bool {
		if !strings.Contains("|"+methods+"|", "|"+e.Method+"|") {
			return false
		}
		at, one := strings.CutSuffix(place, "/")
		rest, below := strings.CutPrefix(e.Place, at)
		if !below || one != strings.HasPrefix(rest, "/") || !one && rest != "" {
			return false
		}
		for _, f := range more {
			if !f(e) {
				return false
			}
		}
		return true
	}
}

func filterOf(e *journal.Exchange) string {
	q, err := url.ParseQuery(e.Query)
	if err != nil {
		return ""
	}
	return q.Get("filter")
}

var madeUp = regexp.MustCompile(`(?i) eq "?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"?$`)

func filtered(e *journal.Exchange) bool  { return filterOf(e) != "" }
func plain(e *journal.Exchange) bool     { return filterOf(e) == "" }
func ofNobody(e *journal.Exchange) bool  { return madeUp.MatchString(filterOf(e)) }
func ofSomeone(e *journal.Exchange) bool { return filtered(e) && !ofNobody(e) }

func says(part string) func(*journal.Exchange) bool {
	return func(e *journal.Exchange) bool { return strings.Contains(string(e.Sent.Body), part) }
}

func anything(*journal.Exchange) bool { return true }

// noGroups is why calls about groups do not come from JumpCloud.
const noGroups = "“Enable management of User Groups and Group Membership” is not ticked, or the activation broke off at the call before."

var jumpCloudProbes = []probe{
	{Title: "Lists users", Call: "GET /Users", Optional: true, fits: call("GET", "/Users", plain)},
	{Title: "Lists groups", Call: "GET /Groups", Optional: true, fits: call("GET", "/Groups")},
	{Title: "Looks for its test user", Call: "GET /Users?filter=userName eq …", Optional: true, fits: call("GET", "/Users", filtered)},
	{Title: "Creates the test user", Call: "POST /Users", fits: call("POST", "/Users"),
		Missing:  "Activate was not pressed yet, or JumpCloud did not like an answer before.",
		Conflict: "A user here has the address of the test user already, maybe a disconnected one: give another Test User Email, or release that e-mail."},
	{Title: "Updates it", Call: "PUT /Users/{id}", fits: call("PUT", "/Users/"),
		Missing: "The activation broke off after the test user was created. Look at that answer, and activate again."},
	{Title: "Creates a test group", Call: "POST /Groups", fits: call("POST", "/Groups"), Missing: noGroups,
		Conflict: "A group of that name is here already."},
	{Title: "Renames it", Call: "PATCH /Groups/{id} displayName", fits: call("PATCH", "/Groups/", says("displayName")), Missing: noGroups},
	{Title: "Adds the test user to it", Call: "PATCH /Groups/{id} members", fits: call("PATCH", "/Groups/", says("members")), Missing: noGroups},
	{Title: "Deletes the test group", Call: "DELETE /Groups/{id}", fits: call("DELETE", "/Groups/"), Missing: noGroups},
	{Title: "Deletes the test user", Call: "DELETE /Users/{id}", fits: call("DELETE", "/Users/"),
		Missing: "JumpCloud could not finish. It then says “There was a problem activating identity management” and may leave its test user behind."},
}

// notOn is why Entra ID sends nothing after the connection test.
const notOn = "Provisioning Status is Off, nobody is assigned yet, or the next cycle, one about every 40 minutes, is still to come. Provision on demand is quicker."

var entraProbes = []probe{
	{Title: "Tests the connection with a user that cannot exist", Call: "GET /Users?filter=userName eq \"GUID\"", fits: call("GET", "/Users", ofNobody),
		Missing: "Test Connection was not pressed yet, or Entra ID cannot reach this server: it needs HTTPS with a certificate that is publicly trusted."},
	{Title: "The same for groups", Call: "GET /Groups?filter=displayName eq \"GUID\"", Optional: true, fits: call("GET", "/Groups", ofNobody)},
	{Title: "Reads the schemas", Call: "GET /Schemas", Optional: true, fits: call("GET", "/Schemas")},
	{Title: "Looks for an assigned user", Call: "GET /Users?filter=userName eq …", fits: call("GET", "/Users", ofSomeone), Missing: notOn},
	{Title: "Creates a user", Call: "POST /Users", fits: call("POST", "/Users"),
		Missing:  "All assigned users were found here, so none has to be created, or they are skipped: look at the provisioning log of Entra ID.",
		Conflict: "A user here has that e-mail but is not found by the matching attribute: check the mapping of userName."},
	{Title: "Looks for an assigned group", Call: "GET /Groups?filter=displayName eq …", Optional: true, fits: call("GET", "/Groups", ofSomeone)},
	{Title: "Creates the group", Call: "POST /Groups", Optional: true, fits: call("POST", "/Groups")},
	{Title: "Adds a member", Call: "PATCH /Groups/{id} members", Optional: true, fits: call("PATCH", "/Groups/", says("members"))},
}

// notAssigned is why Okta sends nothing after the test of credentials.
const notAssigned = "Nobody is assigned to the app yet, or Create Users is not enabled under To App."

var oktaProbes = []probe{
	{Title: "Tests the credentials", Call: "GET /Users?startIndex=1&count=2", fits: call("GET", "/Users", plain),
		Missing: "Test API Credentials was not pressed yet, or Okta cannot reach this server: it must answer from the internet within 60 seconds."},
	{Title: "Lists groups", Call: "GET /Groups?startIndex=1&count=100", Optional: true, fits: call("GET", "/Groups", plain)},
	{Title: "Looks for an assigned user", Call: "GET /Users?filter=userName eq …", fits: call("GET", "/Users", filtered), Missing: notAssigned},
	{Title: "Creates the user", Call: "POST /Users", fits: call("POST", "/Users"), Missing: "Okta found each assigned user here, so none has to be created.",
		Conflict: "A user here has that e-mail already, and Okta stops the job: release the e-mail of a disconnected user, then retry the task in Okta."},
	{Title: "Reads the user", Call: "GET /Users/{id}", Optional: true, fits: call("GET", "/Users/")},
	{Title: "Updates the user", Call: "PUT or PATCH /Users/{id}", Optional: true, fits: call("PUT|PATCH", "/Users/")},
	{Title: "Looks for a pushed group", Call: "GET /Groups?filter=displayName eq …", Optional: true, fits: call("GET", "/Groups", filtered)},
	{Title: "Creates the group", Call: "POST /Groups", Optional: true, fits: call("POST", "/Groups")},
	{Title: "Sends its members", Call: "PATCH or PUT /Groups/{id}", Optional: true, fits: call("PUT|PATCH", "/Groups/"),
		Conflict: "A group of that name is here already."},
}

// notEnabled is why OneLogin sends nothing after the connection test.
const notEnabled = "Provisioning is not enabled, nobody has the app yet, or the action waits in the approval queue."

var oneLoginProbes = []probe{
	{Title: "Tests the connection with a user that cannot exist", Call: "GET /Users?filter=userName eq …", fits: call("GET", "/Users", filtered),
		Missing: "Enable of API Connection was not pressed yet, or OneLogin cannot reach this server."},
	{Title: "Reads what the server can do", Call: "GET /ServiceProviderConfig", Optional: true, fits: call("GET", "/ServiceProviderConfig")},
	{Title: "Lists groups", Call: "GET /Groups?count=100&startIndex=1", fits: call("GET", "/Groups"), Missing: "Entitlements were not refreshed yet: Provisioning tab, Refresh."},
	{Title: "Creates a user", Call: "POST /Users", fits: call("POST", "/Users"), Missing: notEnabled,
		Conflict: "A user here has that e-mail already, maybe a disconnected one: release its e-mail."},
	{Title: "Creates a group", Call: "POST /Groups", Optional: true, fits: call("POST", "/Groups")},
	{Title: "Adds the user to a group", Call: "PATCH /Groups/{id} members", Optional: true, fits: call("PATCH", "/Groups/")},
}

var googleProbes = []probe{
	{Title: "Reads the schemas", Call: "GET /Schemas", fits: call("GET", "/Schemas"),
		Missing: "The token and the URL were not saved yet, or Google cannot reach this server."},
	{Title: "Looks for a user", Call: "GET /Users?filter=userName eq …&startIndex=1", fits: call("GET", "/Users", filtered),
		Missing: "Autoprovisioning is off, or nobody is in its scope."},
	{Title: "Creates the user", Call: "POST /Users", fits: call("POST", "/Users"), Missing: "Google found each user in scope here, so none has to be created.",
		Conflict: "A user here has that e-mail already, maybe a disconnected one: release its e-mail."},
	{Title: "Updates or suspends a user", Call: "PUT or PATCH /Users/{id}", Optional: true, fits: call("PUT|PATCH", "/Users/")},
}

var otherProbes = []probe{
	{Title: "Anything arrives", Call: "any request", fits: anything, Missing: "The connection was not tested yet, or the URL leads elsewhere. The curl line below shows whether this server can be reached."},
	{Title: "Reads what the server can do", Call: "GET /ServiceProviderConfig, /Schemas or /ResourceTypes", Optional: true, fits: func(e *journal.Exchange) bool {
		return e.Method == http.MethodGet && (strings.HasPrefix(e.Place, "/ServiceProviderConfig") || strings.HasPrefix(e.Place, "/Schemas") || strings.HasPrefix(e.Place, "/ResourceTypes"))
	}},
	{Title: "Lists or looks for users", Call: "GET /Users", fits: call("GET", "/Users"), Missing: "The connection test reads discovery only, or the base URL is not what /Users is put behind."},
	{Title: "Creates a user", Call: "POST /Users", fits: call("POST", "/Users"), Missing: "Nobody is assigned yet, or provisioning is switched off.",
		Conflict: "A user here has that e-mail already, maybe a disconnected one: release its e-mail."},
	{Title: "Updates a user", Call: "PUT or PATCH /Users/{id}", Optional: true, fits: call("PUT|PATCH", "/Users/")},
	{Title: "Creates a group", Call: "POST /Groups", Optional: true, fits: call("POST", "/Groups")},
	{Title: "Sends its members", Call: "PATCH or PUT /Groups/{id}", Optional: true, fits: call("PUT|PATCH", "/Groups/")},
}
