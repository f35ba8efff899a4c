package journal

import (
	"net/http"
	"slices"
)

// forecast is what a client does after an answer. Empty fields fit everything.
type forecast struct {
	client     Client
	methods    []string
	routes     []string
	statuses   func(int) bool
	retryAfter *bool
	outlook    string
}

var (
	yes = true
	no  = false
)

func status(codes ...int) func(int) bool {
	return func(s int) bool { return slices.Contains(codes, s) }
}

func refused(s int) bool { return s >= http.StatusBadRequest }

// unanswered fits refusals and connections that ended without an answer.
func unanswered(s int) bool { return s == 0 || refused(s) }

// forecasts hold what idp-profiles.md records and no more, the first that fits.
// JumpCloud's and OneLogin's retries, and all of Google's, are not known.
var forecasts = []forecast{
	// 3.1, documented.
	{ClientOkta, nil, nil, status(http.StatusTooManyRequests), &yes,
		"Okta pauses the task for as many seconds as Retry-After says, a date counting as 5 minutes, and tries again; the wait doubles each time, and after 10 attempts an administrator must retry by hand"},
	{ClientOkta, nil, nil, status(http.StatusTooManyRequests), &no,
		"Okta pauses the task for 5 minutes and tries again; the wait doubles each time, and after 10 attempts an administrator must retry by hand"},
	// 3.1, observed.
	{ClientOkta, []string{http.MethodPatch}, nil, status(http.StatusNotImplemented), nil,
		"the task fails: Okta does not fall back to PUT"},
	// 3.3 item 2, documented.
	{ClientOkta, []string{http.MethodPost}, []string{"/Users"}, status(http.StatusConflict), nil,
		"Okta stops the job: an administrator must solve the conflict and retry"},
	// 3.3 item 1, documented.
	{ClientOkta, []string{http.MethodGet}, []string{"/Users"}, status(http.StatusNotFound), nil,
		"Okta takes this for no match and creates the user"},
	// 3.1, documented; what follows the closed connection is not.
	{ClientOkta, nil, nil, status(0), nil,
		"Okta closes a connection after 60 seconds without an answer; what it does then is not documented"},

	// 2.2 items 1 and 3, documented and observed.
	{ClientEntra, []string{http.MethodGet}, []string{"/Users", "/Groups"}, status(http.StatusNotFound), nil,
		"as a lookup or a connection test this fails: Entra ID wants 200 with an empty list, and calls the service incompatible; in a cycle it tries again later"},
	// 2.6, documented: the second DELETE is answered so.
	{ClientEntra, []string{http.MethodDelete}, nil, status(http.StatusNotFound), nil,
		"Entra ID takes the resource for deleted"},
	// 2.3, observed that it is not documented.
	{ClientEntra, nil, nil, status(http.StatusTooManyRequests), nil,
		"Entra ID tries again, with back-off, in a later cycle (one every 40 minutes or so); whether it waits as Retry-After says is not documented"},
	// 2.3, documented.
	{ClientEntra, nil, nil, unanswered, nil,
		"Entra ID tries again, with back-off, in later cycles (one every 40 minutes or so); if errors persist the job is quarantined, tries about once a day, and is disabled after 4 weeks"},

	// 1.2, documented: the clean-up of the test user. The PUT is inferred.
	{ClientJumpCloud, []string{http.MethodDelete}, []string{"/Users/{id}"}, refused, nil,
		"when this is the test user of an activation, JumpCloud deactivates it instead, with a PUT of active false, and leaves it for an administrator to remove"},

	// 4.2 item 1, documented.
	{ClientOneLogin, []string{http.MethodGet}, []string{"/Users"}, status(http.StatusNotFound), nil,
		"OneLogin takes this for no match, as it does an empty list"},

	// internal/cli: the judge.
	{ClientOurs, nil, nil, status(http.StatusTooManyRequests), &yes,
		"the judge waits as Retry-After says, for 30 seconds at most, and tries again up to 3 times"},
}

// Outlook says what a client will do after an answer with a status, 0 for none
// at all; retryAfter is whether the answer had that header. It is empty where
// nothing is known, or nothing but going on is left to do.
func Outlook(client Client, method, route string, status int, retryAfter bool) string {
	for _, f := range forecasts {
		if f.client == client && f.fits(method, route, status, retryAfter) {
			return f.outlook
		}
	}
	return ""
}

func (f forecast) fits(method, route string, status int, retryAfter bool) bool {
	if len(f.methods) > 0 && !slices.Contains(f.methods, method) {
		return false
	}
	if len(f.routes) > 0 && !slices.Contains(f.routes, route) {
		return false
	}
	return f.statuses(status) && (f.retryAfter == nil || *f.retryAfter == retryAfter)
}
