package journal

import (
	"net/http"
	"regexp"
	"strings"
)

// sign is one habit of a client.
type sign struct {
	client Client
	weight int
	shows  func(t traits) bool
}

var (
	quotedUUID   = regexp.MustCompile(`(?i) eq "?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"?$`)
	unquoted     = regexp.MustCompile(`(?i)^[a-z.]+ eq [^" ]+$`)
	oktaID       = regexp.MustCompile(`"externalId":"00u[0-9A-Za-z]{17}"`)
	jumpCloudID  = regexp.MustCompile(`"externalId":"[0-9a-f]{24}"`)
	capitalOp    = regexp.MustCompile(`"op":"(Add|Replace|Remove)"`)
	capitalBool  = regexp.MustCompile(`"(active|primary)":"(True|False)"|"path":"active","value":"(True|False)"`)
	oktaPage     = regexp.MustCompile(`(^|&)startIndex=[0-9]+&count=(100|2)$`)
	oneLoginPage = regexp.MustCompile(`^count=100&startIndex=[0-9]+$`)
)

const (
	coreUser   = `"urn:ietf:params:scim:schemas:core:2.0:User"`
	enterprise = `"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`
)

// signs are the habits on record in idp-profiles.md, whose sections stand
// beside them. "Documented" and "observed" are the words of that record.
var signs = []sign{
	// Entra ID.
	{ClientEntra, strong, func(t traits) bool { // 2.7: flags in the address, documented
		return strings.Contains(t.query, "aadOptscim062020") || strings.Contains(t.query, "AzureAdScimPatch2017")
	}},
	{ClientEntra, 2, func(t traits) bool { return t.agent == "" }}, // 2.1: observed, but a bare script may do so too
	{ClientEntra, fair, func(t traits) bool { // 2.5: documented, the only one on record to leave members out
		return t.groups && strings.Contains(t.query, "excludedAttributes=members")
	}},
	{ClientEntra, fair, func(t traits) bool { return quotedUUID.MatchString(t.filter) }},                    // 2.2: the connection test, documented
	{ClientEntra, 2, func(t traits) bool { return unquoted.MatchString(t.filter) }},                         // 2.4: in examples only; Cinode's have it too
	{ClientEntra, 2, func(t traits) bool { return strings.HasPrefix(t.filter, "urn:ietf:params:scim:") }},   // 2.4: observed
	{ClientEntra, slight, func(t traits) bool { return t.filter != "" && !strings.Contains(t.query, "&") }}, // 2.4: no paging with a lookup
	{ClientEntra, slight, func(t traits) bool { // 2.4: references are checked by filter, documented
		return strings.HasPrefix(t.filter, "id eq ") && (strings.Contains(t.filter, " and manager eq ") || strings.Contains(t.filter, " and members eq "))
	}},
	{ClientEntra, strong, func(t traits) bool { return t.method == http.MethodPatch && capitalOp.MatchString(t.body) }}, // 2.4: documented
	{ClientEntra, strong, func(t traits) bool { return t.has(`"$ref":null`) }},                                          // 2.5: documented
	{ClientEntra, certain, func(t traits) bool { // 2.5: a URN of Microsoft, documented
		return t.has("http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/")
	}},
	{ClientEntra, fair, func(t traits) bool { return capitalBool.MatchString(t.body) }}, // 2.4 and 2.7: documented
	{ClientEntra, fair, func(t traits) bool { // 2.4 and 2.5: a client that writes meta, documented; Okta's PUT returns ours, with more in it
		return t.method == http.MethodPost && t.has(`"meta":{"resourceType":`)
	}},

	// Okta, by its User-Agent above all; this is for what passes through a proxy.
	{ClientOkta, strong, func(t traits) bool { return oktaPage.MatchString(t.query) }},                           // 3.2 and 3.3: documented, in this order
	{ClientOkta, fair, func(t traits) bool { return t.query == "count=1&startIndex=1" }},                         // 3.5: its test suite
	{ClientOkta, slight, func(t traits) bool { return strings.EqualFold(t.headers["accept-charset"], "utf-8") }}, // 3.1: observed
	{ClientOkta, strong, func(t traits) bool { return oktaID.MatchString(t.body) }},                              // 3.3: an id of Okta's, documented
	{ClientOkta, fair, func(t traits) bool { // 3.3: documented
		return t.method == http.MethodPost && t.users && t.has(`"groups":[]`, `"password":"`)
	}},
	{ClientOkta, fair, func(t traits) bool { // 3.4: a rename that repeats the id, documented
		return t.method == http.MethodPatch && t.groups && t.has(`"op":"replace","value":{"id":`)
	}},
	{ClientOkta, 2, func(t traits) bool { // 3.3: documented; Entra with its flag does it too
		return t.method == http.MethodPatch && t.users && t.has(`[{"op":"replace","value":{"active":`)
	}},
	{ClientOkta, 2, func(t traits) bool { return t.method == http.MethodPost && t.groups && t.has(`"members":[]`) }},    // 3.4
	{ClientOkta, 2, func(t traits) bool { return t.has(`"op":"remove","path":"members[value eq`) }},                     // 3.4; Entra with its flag does it too
	{ClientOkta, slight, func(t traits) bool { return t.method == http.MethodPut && t.groups && t.has(`"members":[`) }}, // 3.4

	// JumpCloud: its User-Agent is not known, and most is observed once.
	{ClientJumpCloud, fair, func(t traits) bool { return jumpCloudID.MatchString(t.body) }}, // 1.3: an ObjectID, observed
	{ClientJumpCloud, fair, func(t traits) bool { // 1.2: the extension is named and absent, observed
		return t.method == http.MethodPost && t.users && strings.Count(t.body, enterprise) == 1 && !t.has(enterprise+":{")
	}},
	{ClientJumpCloud, strong, func(t traits) bool { return t.method == http.MethodPut && t.has(`"emails":null`) }}, // 1.2: observed
	{ClientJumpCloud, fair, func(t traits) bool {
		return t.method == http.MethodPut && t.has(`"schemas":[`+enterprise+`,`+coreUser+`]`)
	}}, // 1.3: observed
	{ClientJumpCloud, fair, func(t traits) bool { // 1.2: the placeholders of its test user, observed
		return t.has(`"givenName":"firstname"`, `"familyName":"lastname"`)
	}},
	{ClientJumpCloud, fair, func(t traits) bool { // 1.2: a rename without a path, observed
		return t.method == http.MethodPatch && t.groups && t.has(`[{"op":"replace","value":{"displayName":`)
	}},
	{ClientJumpCloud, 2, func(t traits) bool { // 1.2: one member at a time, observed; others add so too
		return t.has(`[{"op":"add","path":"members","value":[{"value":`) && strings.Count(t.body, `"value":`) == 2
	}},
	{ClientJumpCloud, slight, func(t traits) bool { // 1.2: observed
		return t.method == http.MethodPost && t.groups && strings.HasPrefix(t.body, `{"schemas":`) && !t.has(`"members"`) && !t.has(`"externalId"`)
	}},

	// OneLogin: observed in 2020.
	{ClientOneLogin, strong, func(t traits) bool { return oneLoginPage.MatchString(t.query) }}, // 4.3: in this order
	{ClientOneLogin, fair, func(t traits) bool { // 4.3: an ampersand that nothing follows
		return strings.HasPrefix(t.query, "filter=") && strings.HasSuffix(t.query, "&")
	}},
	{ClientOneLogin, 2, func(t traits) bool { return strings.HasPrefix(t.query, "filter=userName+eq+") }},                   // 4.3: plus for space
	{ClientOneLogin, strong, func(t traits) bool { return t.has(`"Operations":[{"value":[{"value":`, `"path":"members"`) }}, // 4.3: in this order
	{ClientOneLogin, strong, func(t traits) bool { return t.has(`"urn:scim:schemas:core:2.0"`) }},                           // 4.3: the old template
	{ClientOneLogin, 2, func(t traits) bool { return t.has(`"urn:scim:schemas:core:1.0"`) }},                                // 4.3: the 1.1 connector
	{ClientOneLogin, fair, func(t traits) bool { return t.method == http.MethodPost && t.has(`"id":null`) }},                // 4.1: a template
	{ClientOneLogin, fair, func(t traits) bool { return t.has(`"emails":{`) }},                                              // 4.3: observed
	{ClientOneLogin, fair, func(t traits) bool { return t.has(`"managerId":`) }},                                            // 4.1: a template
	{ClientOneLogin, slight, func(t traits) bool { // 4.3: its order of members
		return t.method == http.MethodPost && t.groups && strings.HasPrefix(t.body, `{"displayName":`)
	}},

	// Google, by its User-Agent above all.
	{ClientGoogle, fair, func(t traits) bool { // 5: a start without a count, observed
		return t.users && strings.HasPrefix(t.query, "filter=") && strings.HasSuffix(t.query, "&startIndex=1")
	}},
}
