package journal

import (
	"net/http"
	"slices"
	"strings"
)

// place is the section that decides about a method on a route. A route is a
// pattern below the base, as in Exchange.Route; an empty method is any.
type place struct {
	method, route, section string
}

var places = []place{
	{http.MethodPost, "/.search", "RFC 7644 section 3.4.3"},
	{http.MethodPost, "/Users/.search", "RFC 7644 section 3.4.3"},
	{http.MethodPost, "/Groups/.search", "RFC 7644 section 3.4.3"},
	{http.MethodGet, "/", "RFC 7644 section 3.4.2.1"},
	{http.MethodPost, "/Bulk", "RFC 7644 section 3.7"},
	{"", "/Me", "RFC 7644 section 3.11"},
	{"", "/ServiceProviderConfig", "RFC 7644 section 4"},
	{"", "/ServiceProviderConfigs", "RFC 7644 section 4"},
	{"", "/Schemas", "RFC 7644 section 4"},
	{"", "/Schemas/{id}", "RFC 7644 section 4"},
	{"", "/ResourceTypes", "RFC 7644 section 4"},
	{"", "/ResourceTypes/{id}", "RFC 7644 section 4"},
	{http.MethodPost, "/Users", "RFC 7644 section 3.3"},
	{http.MethodPost, "/Groups", "RFC 7644 section 3.3"},
	{http.MethodGet, "/Users", "RFC 7644 section 3.4.2"},
	{http.MethodGet, "/Groups", "RFC 7644 section 3.4.2"},
	{http.MethodGet, "/Users/{id}", "RFC 7644 section 3.4.1"},
	{http.MethodGet, "/Groups/{id}", "RFC 7644 section 3.4.1"},
	{http.MethodPut, "/Users/{id}", "RFC 7644 section 3.5.1"},
	{http.MethodPut, "/Groups/{id}", "RFC 7644 section 3.5.1"},
	{http.MethodPatch, "/Users/{id}", "RFC 7644 section 3.5.2"},
	{http.MethodPatch, "/Groups/{id}", "RFC 7644 section 3.5.2"},
	{http.MethodDelete, "/Users/{id}", "RFC 7644 section 3.6"},
	{http.MethodDelete, "/Groups/{id}", "RFC 7644 section 3.6"},
}

// verdicts are statuses that are decided about elsewhere, whatever the route.
var verdicts = map[int]string{
	http.StatusUnauthorized:       "RFC 6750 section 3",
	http.StatusTooManyRequests:    "RFC 6585 section 4",
	http.StatusNotModified:        "RFC 7644 section 3.14",
	http.StatusPreconditionFailed: "RFC 7644 section 3.14",
	http.StatusMethodNotAllowed:   "RFC 7644 section 3.2",
}

// Section is the section of an RFC that decides about a request, and about the
// status of its answer. query is raw; a route that is unknown is of the table of
// endpoints.
func Section(method, route, query string, status int) string {
	if section := verdicts[status]; section != "" {
		return section
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	i := slices.IndexFunc(places, func(p place) bool { return p.route == route && (p.method == "" || p.method == method) })
	if i < 0 {
		return "RFC 7644 section 3.2"
	}
	if section := places[i].section; section != "RFC 7644 section 3.4.2" {
		return section
	}
	switch {
	case hasParameter(query, "cursor"):
		return "RFC 9865 section 2"
	case hasParameter(query, "filter"):
		return "RFC 7644 section 3.4.2.2"
	case hasParameter(query, "startIndex"), hasParameter(query, "count"):
		return "RFC 7644 section 3.4.2.4"
	case hasParameter(query, "sortBy"):
		return "RFC 7644 section 3.4.2.3"
	default:
		return "RFC 7644 section 3.4.2"
	}
}

func hasParameter(query, name string) bool {
	for part := range strings.SplitSeq(query, "&") {
		if key, _, _ := strings.Cut(part, "="); key == name {
			return true
		}
	}
	return false
}

// cinodeRule is what one of Cinode's documents says, with its letter: J is
// JumpCloud's article, D Cinode's own documents, M Microsoft's tutorial.
type cinodeRule struct {
	methods []string
	routes  []string
	status  int
	why     string // the scimType or the Refusal, empty for any
	rule    string
}

var (
	discovery = []string{"/ServiceProviderConfig", "/ServiceProviderConfigs", "/Schemas", "/Schemas/{id}", "/ResourceTypes", "/ResourceTypes/{id}"}
	lists     = []string{"/Users", "/Groups"}
)

var cinodeRules = []cinodeRule{
	{[]string{http.MethodPut}, []string{"/Groups/{id}"}, http.StatusNotImplemented, "", "PUT /Groups/{id} is not supported [D]"},
	{[]string{http.MethodDelete}, []string{"/Users/{id}"}, http.StatusNoContent, "", "DELETE does not delete a user: the status becomes Disconnected, and only an administrator removes one for good [D]"},
	{[]string{http.MethodDelete}, []string{"/Groups/{id}"}, http.StatusNoContent, "", "DELETE of a group removes the link; the Team and its members stay [D]"},
	{[]string{http.MethodPost}, []string{"/Users"}, http.StatusConflict, "", "a user whose e-mail exists cannot be created, be the other disconnected; an administrator must change that one's e-mail first [D]"},
	{[]string{http.MethodPost}, []string{"/Groups"}, http.StatusCreated, "", "a new group makes a Team of its name, unless an administrator linked a group of that name to a Team or Role before [D]"},
	{[]string{http.MethodPatch, http.MethodPut}, []string{"/Users/{id}"}, http.StatusBadRequest, "mutability", "userName is read only once created, and externalId once it is set [D]"},
	{[]string{http.MethodGet}, lists, http.StatusBadRequest, "invalidFilter", "a filter has eq, ne, co, lt, le, gt and ge, and nothing else [D]"},
	{nil, discovery, http.StatusUnauthorized, string(RefusalNoCredential), "every endpoint needs a token, discovery included [J, D]"},
	{nil, nil, http.StatusForbidden, string(RefusalOtherTenant), "a token of another tenant is refused [J, D, M]"},
	{nil, nil, http.StatusUnauthorized, string(RefusalWrongAudience), "a token has an audience, https://api.cinode.app/scim/v2 for SCIM, and one of another is refused [J, D, M]"},
	{nil, nil, http.StatusUnauthorized, string(RefusalExpired), "a token has a day of expiry, after which it is refused [J, D, M]"},
}

// CinodeRule is what Cinode's documents say where it decided about the answer of
// a tenant that behaves like Cinode; empty where they say nothing. why is
// the scimType of the answer, or the Refusal of access control.
func CinodeRule(method, route string, status int, why string) string {
	for _, r := range cinodeRules {
		if r.status == status && (r.why == "" || r.why == why) &&
			(r.methods == nil || slices.Contains(r.methods, method)) && (r.routes == nil || slices.Contains(r.routes, route)) {
			return r.rule
		}
	}
	return ""
}
