package server_test

import (
	"net/http"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// URNs of messages that not every persona takes.
const (
	urnSearch = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
	urnBulk   = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
)

// bodied begins a request that needs a body, and gives the body that fits.
func (g *gen) bodied() (request, scim.Object) {
	r := g.to(http.MethodPost, "/Users")
	l := r.lodging
	switch g.IntN(10) {
	case 0, 1:
		return r, g.userBody()
	case 2:
		return g.to(http.MethodPost, "/Groups"), g.groupBody(l)
	case 3:
		return g.ofUser(http.MethodPut), g.userBody()
	case 4:
		return g.ofGroup(http.MethodPut), g.groupBody(l)
	case 5, 6:
		return g.ofUser(http.MethodPatch), g.tree(g.patchUser())
	case 7:
		return g.ofGroup(http.MethodPatch), g.tree(g.patchMembers())
	case 8:
		return g.to(http.MethodPost, pick(g, []string{"/.search", "/Users/.search"})), g.searchBody()
	default:
		return g.to(http.MethodPost, "/Bulk"), g.bulkBody(l)
	}
}

// tree is the body of a request, decoded.
func (g *gen) tree(r request) scim.Object {
	o, err := scim.DecodeObject(r.body)
	if err != nil {
		return scim.Object{}
	}
	return o
}

func (g *gen) changedBody() request {
	r, body := g.bodied()
	for range 1 + g.IntN(4) {
		g.spoil(body)
	}
	return g.sent(r, body)
}

func (g *gen) damagedJSON() request {
	r, body := g.bodied()
	text := string(appendTree(nil, body))
	for range 1 + g.IntN(3) {
		text = g.damage(text)
	}
	return g.sentText(r, text)
}

func (g *gen) truncatedJSON() request {
	r, body := g.bodied()
	text := string(appendTree(nil, body))
	r = g.sentText(r, text[:g.IntN(len(text))])
	r.want = []int{http.StatusBadRequest, http.StatusNotFound, http.StatusNotImplemented}
	return r
}

func (g *gen) anothersBody() request {
	r, _ := g.bodied()
	_, body := g.bodied()
	return g.sent(r, body)
}

func (g *gen) brokenPatchPath() request {
	path := pick(g, []string{
		"/title", "/emails/0", "emails[", "emails]", "emails[]", "emails[0]", "emails[type eq", `emails[type eq "work"`, `emails[type eq "work"]]`, `emails[type eq "work"].`,
		`emails[type eq "work"].value.x`, `emails[type eq "work"].bogus`, "bogus", "name.bogus", "name.givenName.x", "userName[value pr]", "schemas", "id", "meta", "meta.version",
		"groups", "members.value", "members[display co \"a\"]", "members[]", "members[value eq 1]", "members[bogus pr]", `members[not (value eq "1")]`, `members[value pr].display`,
		scim.URNUser, scim.URNUser + ":title", scim.URNEnterpriseUser, scim.URNEnterpriseUser + ":", scim.URNEnterpriseUser + ":bogus", "urn:x:y:z", "urn:", ":", ".", "[", " ", "\t",
		"password", "active", "emails.primary", "emails[primary eq true].primary", `emails[value eq "\u0000"]`, `addresses[type eq "work"].locality`, `roles[primary eq "True"].value`,
		`emails[type eq "a" and (value pr or not (display pr))].value`, `x509Certificates[value eq "MIIDQzCC"]`, `emails[type eq work].value`, `emails[$ref pr]`, "$ref", "members.$ref",
	})
	if g.chance(20) {
		path = g.damage(path)
	}
	r := g.ofAny(http.MethodPatch)
	op := pick(g, []string{"add", "remove", "replace", "Add", "REMOVE", "move", "test", "", "copy"})
	return g.sent(r, patchBody(patchOperation(op, path, pick(g, wrongValues))))
}

func (g *gen) brokenFilter() request {
	text := pick(g, append(g.userFilters(), g.groupFilters()...))
	for range 1 + g.IntN(2) {
		text = g.damage(text)
	}
	if g.chance(30) {
		text = pick(g, []string{
			"", " ", "userName", "userName eq", `eq "a"`, "userName eq a b", `userName xx "a"`, "userName eq 'a'", `userName eq "a`, "active gt true", "active eq \"maybe\"",
			"meta.created co \"2026\"", "meta.created gt \"soon\"", "members[value eq \"1\"].display pr", "emails[emails[type pr]]", "bogus pr", "password eq \"x\"", "name eq \"x\"",
			"name pr", "emails pr", "meta pr", "schemas pr", "userName eq true", "userName gt 5", "title eq null and null eq title", "(((title pr)", "title pr))", "not title pr",
			"userName EQ \"a\" AND title PR", `userName eq "a" and`, "id gt 5", "id eq 99999999999999999999", `id eq "99999999999999999999"`, `meta.version eq "W/\"1\""`,
			`emails.primary eq 1`, `externalId eq "a" or`, `userName eq "\q"`, `userName eq "\ud800"`, `userName co ""`, `userName sw "%"`, `userName co "_"`, `title eq "\\"`,
		})
	}
	return g.to(http.MethodGet, g.collection()).query("filter", text, "count", "3")
}

func (g *gen) brokenParameter() request {
	name := pick(g, []string{"count", "startIndex", "sortBy", "sortOrder", "attributes", "excludedAttributes", "cursor", "bogus", "Filter", "COUNT"})
	value := pick(g, []string{
		"", " ", "x", "-1", "1.5", "1e3", "0x10", "99999999999999999999", "-99999999999999999999", "٣", "+1", "1 ", "null", "true", "[1]", "userName desc", "bogus", "up", "name", "emails",
		"emails[type eq \"work\"]", "a,b,c", ",", ",,userName,,", ".", "urn:x:y", scim.URNUser, "id,meta,schemas", "*", "members.value", "groups.display", "password", "meta.location",
	})
	r := g.to(http.MethodGet, g.collection())
	if g.chance(30) {
		r = g.ofAny(http.MethodGet)
	}
	r = r.query(name, value)
	if g.chance(30) {
		r = r.query(name, "1", "attributes", "userName", "excludedAttributes", "name")
	}
	return r
}

func (g *gen) brokenMethod() request {
	method := pick(g, []string{
		"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD", "CONNECT", "PROPFIND", "get", "SEARCH", "PATCh", "M-SEARCH", "LINK", "PURGE", "X",
	})
	r := g.to(method, pick(g, []string{
		"/Users", "/Groups", "/Users/1", "/Groups/1", "/Users/.search", "/.search", "/Bulk", "/Me", "/Schemas", "/ServiceProviderConfig", "/ResourceTypes/User", "/Bogus", "",
	}))
	if g.chance(50) && method != "HEAD" && method != "CONNECT" {
		r = g.sent(r, g.userBody())
	}
	return r
}

func (g *gen) brokenContentType() request {
	r, body := g.bodied()
	r = g.sent(r, body)
	r.headers = []string{"Content-Type: " + pick(g, []string{
		"text/plain", "text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "application/scim", "*/*", "json", "", ";", "/",
		"application/json; charset=utf-16", "application/json; charset", "application/json, text/html", "APPLICATION/JSON", "application/scim+json;;", "application/merge-patch+json",
	})}
	if g.chance(30) {
		r.headers = nil
	}
	return r
}

// brokenToken sends what opens nothing, or not this.
func (g *gen) brokenToken() request {
	r, body := g.bodied()
	if g.chance(50) {
		r, body = g.ofAny(http.MethodGet), nil
	}
	good := r.lodging.token
	r.want = []int{http.StatusUnauthorized}
	switch g.IntN(9) {
	case 0:
		r.token = ""
	case 1:
		r.token = expiredToken + good
	case 2:
		r.token = revokedToken + good
	case 3:
		r.token, r.want = readerToken+good, nil
	case 4:
		r.token = strings.ToUpper(good)
	case 5:
		r.token = pick(g, []string{"csc_" + strings.Repeat("0", 43) + "_000000", "csc__", "x", "a b", "null", "undefined", "Bearer", good + " ", good + "\t x"})
		r.want = nil // blanks at the end are cut off
	case 6:
		r.token, r.headers = "", append(r.headers, "Authorization: "+pick(g, []string{"Basic b25lOnR3bw==", "Bearer", "bearer  ", "Digest x", "Token " + good, ", Bearer " + good}))
	case 7:
		r.headers = append(r.headers, "Authorization: Bearer "+good)
		r.want = []int{http.StatusBadRequest}
	default:
		r.token, r.want = pick(g, g.h.realms).lodge().token, nil // of another tenant, mostly
	}
	if body == nil {
		return r
	}
	return g.sent(r, body)
}

func (g *gen) brokenID() request {
	r := g.to(pick(g, []string{"GET", "PUT", "PATCH", "DELETE", "HEAD"}), pick(g, []string{"/Users/", "/Groups/"})+pick(g, []string{
		"0", "-1", "01", "1.0", "1e3", "0x1", "99999999999999999999999", "9223372036854775807", "9223372036854775808", "abc", "me", "2819c223-7f76-453a-919d-413861904646", "null",
		"1%20", "1+1", "%31", "1;x=y", "1,2", "*", "1:1", "@", "~", "$ref", "%E2%98%83", "1/Users", "1/emails", ".", "..", "search", ".Search",
	}))
	switch r.method {
	case http.MethodPut:
		return g.sent(r, g.userBody())
	case http.MethodPatch:
		return g.sent(r, patchBody(patchOperation("remove", "title", nil)))
	}
	return r
}

func (g *gen) brokenEndpoint() request {
	r := g.to(pick(g, []string{"GET", "POST", "DELETE"}), pick(g, []string{
		"/users", "/USERS", "/Teams", "/Users/1/groups", "/Schemas/bogus", "/Schemas/", "/ResourceTypes/bogus", "/ResourceTypes/user", "/Bulk/1", "/Me/x", "/.search/x", "/Users/.search/1",
		"/ServiceProviderConfig/1", "", "/", "/v2/Users", "/Users/Users",
	}))
	if g.chance(20) {
		r.target = pick(g, []string{
			"/scim", "/scim/", "/scim/v1/Users", "/scim/v2x/Users", "/scim/tenants", "/scim/tenants/1", "/scim/tenants/x/v2/Users", "/scim/tenants/0/v2/Users", "/scim/tenants//v2/Users",
			"/scim/tenants/99999999999999999999/v2/Users", "/scim/tenants/-1/v2/ServiceProviderConfig", "/scim/tenants/1%2F2/v2/Schemas", "/scim/v2/scim/v2/Users",
		})
	}
	if r.method == http.MethodPost {
		return g.sent(r, g.userBody())
	}
	return r
}

func (g *gen) brokenCondition() request {
	r := g.ofAny(pick(g, []string{"GET", "PATCH", "PUT", "DELETE"}))
	header := pick(g, []string{"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range"})
	r.headers = append(r.headers, header+": "+pick(g, []string{
		`""`, `W/`, `W/"`, `W/"x"`, "1", "W/1", `W/"1`, `"1", "2", "3"`, "*, *", ",,,", `W/"99999999999999999999"`, `W/"-1"`, "bytes=0-10", "Thu, 01 Jan 1970 00:00:00 GMT", "never", `w/"1"`,
		strings.Repeat(`W/"1",`, 500),
	}))
	switch r.method {
	case http.MethodPut:
		return g.sent(r, g.userBody())
	case http.MethodPatch:
		return g.sent(r, patchBody(patchOperation("remove", "title", nil)))
	}
	return r
}

// brokenMembers names members that are not there, or are no ids.
func (g *gen) brokenMembers() request {
	r := g.ofGroup(http.MethodPatch)
	id := pick(g, []string{
		"0", "-1", "999999999", "99999999999999999999", "abc", "", " 1", "01", "bulkId:x", r.lodging.users0(), r.target[strings.LastIndexByte(r.target, '/')+1:],
	})
	members := []any{scim.Object{"value": id}, scim.Object{"value": g.idOf(r.lodging.users), "type": pick(g, []string{"User", "Group", "user", "x"}), "display": "d", "$ref": "x"}}
	if g.chance(30) {
		members = append(members, pick(g, wrongValues))
	}
	if g.chance(30) {
		return g.sent(g.to(http.MethodPost, "/Groups"), scim.Object{"schemas": []any{scim.URNGroup}, "displayName": "m", "members": members})
	}
	return g.sent(r, patchBody(patchOperation(pick(g, []string{"add", "remove", "replace"}), pick(g, []string{"members", "", "members[value eq \"" + id + "\"]"}), members)))
}

// users0 is the first user, the one most likely to be a member already.
func (l lodging) users0() string {
	if len(l.users) == 0 {
		return "1"
	}
	return l.users[0]
}
