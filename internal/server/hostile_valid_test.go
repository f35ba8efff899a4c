package server_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// Words in all kinds of letters that clients have; none of them is wrong.
var words = []string{
	"Barbara", "Jensen", "O'Neil", "Åsa", "Åsa", "Müller-Lüdenscheidt", "渡辺", "Ольга", "😀", "a\"b", "back\\slash", "100%", "a_b", "<b>", "'; --",
	"tab\there", "line\nbreak", "İstanbul", "ﬁ", "x y", "\u2028", "null", "true", "42", "[x]", "{x}", "urn:x:y", "a.b", "$ref", "\u007f", "\ufeff",
}

// userBody is a user as an IdP sends one.
func (g *gen) userBody() scim.Object {
	o := scim.Object{
		"schemas":  []any{scim.URNUser},
		"userName": "user-" + g.unique() + "@example.com",
	}
	for name, value := range map[string]any{"displayName": pick(g, words), "title": pick(g, words), "externalId": g.unique(), "active": true} {
		if g.chance(60) {
			o[name] = value
		}
	}
	if !g.wide() || g.chance(60) { // Cinode requires them
		o["name"] = scim.Object{"givenName": pick(g, words), "familyName": pick(g, words)}
	}
	if g.chance(30) {
		o["addresses"] = []any{scim.Object{"type": "work", "locality": pick(g, words), "formatted": pick(g, words)}}
	}
	if !g.wide() {
		return o
	}
	if g.chance(70) {
		o["emails"] = []any{
			scim.Object{"type": "work", "value": g.unique() + "@example.com", "primary": true},
			scim.Object{"type": "home", "value": g.unique() + "@example.org"},
		}
	}
	if g.chance(30) {
		o["schemas"] = []any{scim.URNUser, scim.URNEnterpriseUser}
		o[scim.URNEnterpriseUser] = scim.Object{"department": pick(g, words), "manager": scim.Object{"value": "1"}}
	}
	if g.chance(20) {
		o["phoneNumbers"] = []any{scim.Object{"type": "mobile", "value": "+46 8 123"}}
		o["x509Certificates"] = []any{scim.Object{"value": certificate}}
		o["profileUrl"] = "https://example.com/~" + url.PathEscape(pick(g, words))
	}
	return o
}

func (g *gen) groupBody(l lodging) scim.Object {
	o := scim.Object{"schemas": []any{scim.URNGroup}, "displayName": pick(g, words) + " " + g.unique()}
	if members := g.members(l, 5); len(members) > 0 && g.chance(70) {
		o["members"] = members
	}
	return o
}

// members are up to n members, users and now and then a group.
func (g *gen) members(l lodging, n int) []any {
	var list []any
	for range g.IntN(n + 1) {
		ids := l.users
		if g.chance(10) {
			ids = l.groups
		}
		if len(ids) > 0 {
			list = append(list, scim.Object{"value": pick(g, ids)})
		}
	}
	return list
}

func patchBody(operations ...any) scim.Object {
	return scim.Object{"schemas": []any{scim.URNPatchOp}, "Operations": operations}
}

func patchOperation(op, path string, value any) scim.Object {
	o := scim.Object{"op": op}
	if path != "" {
		o["path"] = path
	}
	if value != nil {
		o["value"] = value
	}
	return o
}

func (g *gen) createUser() request {
	r := g.sent(g.to(http.MethodPost, "/Users"), g.userBody())
	r.want = []int{http.StatusCreated}
	return r
}

// takeName gives a user one of a few names, which others have or want at the
// same time.
func (g *gen) takeName() request {
	name := pick(g, []string{"taken@example.com", "TAKEN@example.com", "strasse", "STRASSE", "Åsa", "åsa", "A\u030asa"})
	r := g.to(http.MethodPost, "/Users")
	body := g.userBody()
	body["userName"] = name
	r.want = []int{http.StatusCreated, http.StatusConflict}
	if g.chance(50) {
		r = g.ofUser(pick(g, []string{http.MethodPut, http.MethodPatch}))
		r.want = []int{http.StatusOK, http.StatusNotFound, http.StatusConflict}
	}
	if r.method == http.MethodPatch {
		body = patchBody(patchOperation("replace", "userName", name))
	}
	if !g.wide() { // where it is read-only once it is set, and on strict tenants an e-mail address
		r.want = append(r.want, http.StatusBadRequest)
	}
	return g.sent(r, body)
}

func (g *gen) createGroup() request {
	r := g.to(http.MethodPost, "/Groups")
	r = g.sent(r, g.groupBody(r.lodging))
	r.want = []int{http.StatusCreated, http.StatusBadRequest} // a member may have gone
	return r
}

func (g *gen) read() request {
	r := g.ofAny(pick(g, []string{http.MethodGet, http.MethodGet, http.MethodHead}))
	r.want = []int{http.StatusOK, http.StatusNotFound}
	return r
}

func (g *gen) readConditionally() request {
	r := g.ofAny(http.MethodGet)
	r.headers = append(r.headers, "If-None-Match: "+pick(g, []string{`W/"1"`, `W/"2", W/"1"`, "*", `"1"`}))
	r.want = []int{http.StatusOK, http.StatusNotModified, http.StatusNotFound}
	return r
}

// query adds parameters, name and value in turn.
func (r request) query(pairs ...string) request {
	separator := "?"
	if strings.Contains(r.target, "?") {
		separator = "&"
	}
	for i := 0; i < len(pairs); i += 2 {
		r.target += separator + pairs[i] + "=" + url.QueryEscape(pairs[i+1])
		separator = "&"
	}
	return r
}

func (g *gen) collection() string { return pick(g, []string{"/Users", "/Users", "/Groups"}) }

func (g *gen) pageSize() string { return pick(g, []string{"0", "1", "2", "10", "20", "-5", "1000"}) }

func (g *gen) list() request {
	r := g.to(http.MethodGet, g.collection()).query("count", g.pageSize())
	if g.chance(50) {
		r = r.query("startIndex", pick(g, []string{"1", "0", "-1", "3", "50", "100000"}))
	}
	r.want = []int{http.StatusOK}
	return r
}

// userFilters are filters that every persona has, and those of the RFC alone.
func (g *gen) userFilters() []string {
	word := quote(pick(g, words))
	list := []string{
		`userName eq "user-` + g.unique() + `@example.com"`, `userName co "user-1"`, "title co " + word, "displayName ne " + word,
		`meta.lastModified gt "2026-01-31T12:00:00Z"`, "active eq true", "externalId eq " + word, "name.familyName eq " + word,
		"title ge " + word + " and active eq true", `id eq "` + g.idOf(g.realm.lodge().users) + `"`,
	}
	if !g.wide() {
		return list
	}
	return append(list,
		"userName sw \"user\" or not (title pr)", `emails[type eq "work" and value co "@example.com"]`, "emails.value ew \"example.org\"",
		"emails co \"1\"", scim.URNEnterpriseUser+":department eq "+word, "not (emails[primary eq true])", "groups.display co \"a\"",
		scim.URNUser+":userName sw \"USER\"", "title eq null", "meta.location co \"Users\"", "schemas eq \""+scim.URNEnterpriseUser+"\"",
	)
}

func (g *gen) groupFilters() []string {
	list := []string{"displayName co " + quote(pick(g, words)), `displayName eq "a"`, `meta.created le "2036-01-31T12:00:00+02:00"`}
	if !g.wide() {
		return list
	}
	return append(list, `members.value eq "`+g.idOf(g.realm.lodge().users)+`"`, `members[type eq "User" and display co "a"]`, "members pr", "not (members pr)")
}

// quote writes the literal of a filter.
func quote(s string) string { return string(appendTree(nil, s)) }

func (g *gen) filter() request {
	path, filters := "/Users", g.userFilters()
	if g.chance(25) {
		path, filters = "/Groups", g.groupFilters()
	}
	r := g.to(http.MethodGet, path).query("filter", pick(g, filters), "count", g.pageSize())
	r.want = []int{http.StatusOK}
	return r
}

func (g *gen) sort() request {
	by := pick(g, []string{"userName", "name.familyName", "emails", "emails.value", "meta.created", "active", "id", scim.URNEnterpriseUser + ":department"})
	r := g.to(http.MethodGet, "/Users").query("sortBy", by, "sortOrder", pick(g, []string{"ascending", "descending"}), "count", "5", "startIndex", "2")
	if g.wide() {
		r.want = []int{http.StatusOK}
	}
	return r
}

func (g *gen) project() request {
	r := g.ofUser(http.MethodGet)
	if g.chance(50) {
		r = g.to(http.MethodGet, g.collection()).query("count", "3")
	}
	r = r.query(pick(g, []string{"attributes", "excludedAttributes"}), pick(g, []string{
		"userName", "displayName,members", "name.givenName,emails.value", "id", "meta", scim.URNEnterpriseUser, scim.URNEnterpriseUser + ":department", "groups",
		"USERNAME, active", scim.URNUser + ":title",
	}))
	r.want = []int{http.StatusOK, http.StatusNotFound}
	return r
}

// cursor pages as RFC 9865 has it, where there is such a thing: on from the page
// before, or from the first.
func (g *gen) cursor() request {
	if r := g.next; r != nil && g.chance(70) {
		g.next = nil
		return *r
	}
	r := g.to(http.MethodGet, g.collection()).query("count", pick(g, []string{"1", "3"}))
	if g.chance(30) {
		r = r.query("filter", "displayName ne \"x\"")
	}
	g.paged = r
	r = r.query("cursor", "")
	r.want = []int{http.StatusOK}
	return r
}

// follow makes the request for the next page of what cursor has asked for.
func (g *gen) follow(r request, a reply) {
	if a.status != http.StatusOK || r.method != http.MethodGet || !strings.Contains(r.target, "cursor=") {
		return
	}
	o, err := scim.DecodeObject(a.body)
	if next, ok := o["nextCursor"].(string); ok && err == nil && strings.HasPrefix(r.target, g.paged.target) {
		page := g.paged.query("cursor", next)
		page.want = []int{http.StatusOK, http.StatusUnauthorized} // its tenant may have gone
		g.next = &page
	}
}

func (g *gen) patchUser() request {
	r := g.ofUser(http.MethodPatch)
	operations := []any{
		patchOperation("replace", "title", pick(g, words)),
		patchOperation("add", "displayName", pick(g, words)),
		patchOperation("remove", "title", nil),
		patchOperation("replace", "active", g.chance(50)),
		patchOperation("add", "name.givenName", pick(g, words)),
		patchOperation("replace", "", scim.Object{"title": pick(g, words), "name": scim.Object{"familyName": pick(g, words)}}),
		patchOperation("replace", "addresses", []any{scim.Object{"type": "home", "locality": pick(g, words)}}),
		patchOperation("remove", "addresses", nil),
	}
	if g.wide() {
		operations = append(operations,
			patchOperation("add", "emails", []any{scim.Object{"type": "other", "value": "o@example.com"}}),
			patchOperation("remove", `emails[type eq "other"]`, nil),
			patchOperation("add", `emails[type eq "work"].value`, g.unique()+"@example.com"),
			patchOperation("add", scim.URNEnterpriseUser+":manager", scim.Object{"value": "7"}),
			patchOperation("replace", scim.URNEnterpriseUser+":department", pick(g, words)),
			patchOperation("remove", scim.URNEnterpriseUser, nil),
		)
	}
	chosen := []any{pick(g, operations)}
	for g.chance(30) {
		chosen = append(chosen, pick(g, operations))
	}
	r.want = []int{http.StatusOK, http.StatusNotFound}
	if g.chance(10) {
		r.headers = append(r.headers, `If-Match: W/"1"`)
		r.want = append(r.want, http.StatusPreconditionFailed)
	}
	return g.sent(r, patchBody(chosen...))
}

func (g *gen) patchMembers() request {
	r := g.ofGroup(http.MethodPatch)
	id := g.idOf(r.lodging.users)
	one := []any{scim.Object{"value": id}}
	operations := []any{
		patchOperation("add", "members", one),
		patchOperation("add", "members", one),
		patchOperation("add", "", scim.Object{"members": one}),
		patchOperation("replace", "displayName", pick(g, words)+g.unique()),
		patchOperation("remove", `members[value eq "`+id+`"]`, nil),
		patchOperation("remove", `members[value eq "`+id+`" or value eq "1"]`, nil),
	}
	if members := g.members(r.lodging, 20); len(members) > 0 {
		operations = append(operations, patchOperation("add", "members", members), patchOperation("replace", "members", members))
	}
	chosen := []any{pick(g, operations)}
	for g.chance(30) {
		chosen = append(chosen, pick(g, operations))
	}
	r.want = []int{http.StatusOK, http.StatusNoContent, http.StatusNotFound, http.StatusBadRequest}
	return g.sent(r, patchBody(chosen...))
}

func (g *gen) putUser() request {
	r := g.sent(g.ofUser(http.MethodPut), g.userBody())
	r.want = []int{http.StatusOK, http.StatusNotFound}
	if !g.wide() { // it has another userName, which strict tenants refuse
		r.want = append(r.want, http.StatusBadRequest)
	}
	return r
}

func (g *gen) putGroup() request {
	r := g.ofGroup(http.MethodPut)
	r = g.sent(r, g.groupBody(r.lodging))
	r.want = []int{http.StatusOK, http.StatusNotFound, http.StatusBadRequest, http.StatusNotImplemented}
	return r
}

func (g *gen) remove() request {
	r := g.ofAny(http.MethodDelete)
	r.want = []int{http.StatusNoContent, http.StatusNotFound}
	return r
}

func (g *gen) searchBody() scim.Object {
	o := scim.Object{"schemas": []any{urnSearch}, "count": scim.Number(pick(g, []string{"0", "1", "5"}))}
	if g.chance(70) {
		o["filter"] = pick(g, g.userFilters())
	}
	if g.chance(30) {
		o["attributes"] = []any{"userName", "displayName"}
	}
	if g.chance(30) {
		o["startIndex"], o["sortBy"], o["sortOrder"] = scim.Number("1"), "userName", "descending"
	}
	return o
}

func (g *gen) search() request {
	return g.sent(g.to(http.MethodPost, pick(g, []string{"/Users/.search", "/Groups/.search", "/.search"})), g.searchBody())
}

// bulkOperation is one operation; create says under which bulkId.
func (g *gen) bulkOperation(l lodging, create string) scim.Object {
	switch g.IntN(5) {
	case 0:
		return scim.Object{"method": "POST", "path": "/Users", "bulkId": create, "data": g.userBody()}
	case 1:
		group := g.groupBody(l)
		group["members"] = []any{scim.Object{"value": "bulkId:a-before"}}
		return scim.Object{"method": "POST", "path": "/Groups", "bulkId": create, "data": group}
	case 2:
		return scim.Object{"method": "PATCH", "path": g.userPath(l), "data": patchBody(patchOperation("replace", "title", pick(g, words)))}
	case 3:
		return scim.Object{"method": "PUT", "path": g.userPath(l), "data": g.userBody()}
	default:
		return scim.Object{"method": "DELETE", "path": g.userPath(l)}
	}
}

func (g *gen) bulkBody(l lodging) scim.Object {
	operations := []any{scim.Object{"method": "POST", "path": "/Users", "bulkId": "a-before", "data": g.userBody()}}
	for i := range g.IntN(6) {
		operations = append(operations, g.bulkOperation(l, "a"+strconv.Itoa(i)))
	}
	o := scim.Object{"schemas": []any{urnBulk}, "Operations": operations}
	if g.chance(50) {
		o["failOnErrors"] = scim.Number(pick(g, []string{"1", "5"}))
	}
	return o
}

func (g *gen) bulk() request {
	r := g.to(http.MethodPost, "/Bulk")
	return g.sent(r, g.bulkBody(r.lodging))
}

func (g *gen) me() request {
	r := g.to(pick(g, []string{
		http.MethodGet, http.MethodGet, http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodPatch, http.MethodPut, http.MethodPut, http.MethodDelete, http.MethodPost,
	}), "/Me")
	if r.lodging.bound != "" && g.chance(80) {
		r.token = boundToken + r.token
	}
	switch r.method {
	case http.MethodPatch:
		return g.sent(r, patchBody(patchOperation("replace", "title", pick(g, words))))
	case http.MethodPut, http.MethodPost:
		return g.sent(r, g.userBody())
	}
	return r
}

func (g *gen) discovery() request {
	r := g.to(http.MethodGet, pick(g, []string{
		"/ServiceProviderConfig", "/ServiceProviderConfigs", "/Schemas", "/ResourceTypes", "/ResourceTypes/User", "/Schemas/" + scim.URNUser, "/ResourceTypes/Group",
	}))
	r.want = []int{http.StatusOK}
	if g.chance(20) {
		r.token, r.want = "", []int{http.StatusOK, http.StatusUnauthorized}
	}
	return r
}

func (g *gen) operations() request {
	return request{method: pick(g, []string{"GET", "HEAD", "POST"}), target: pick(g, []string{"/livez", "/readyz", "/version", "/metrics", "/", "/admin", "/favicon.ico"})}
}

// certificate is a self-signed one of nobody, good for a hundred years.
const certificate = "MIIBLjCB4aADAgECAhQ+AFxv5FraWtgv5MtC8famYA9XGDAFBgMrZXAwDDEKMAgGA1UEAwwBeDAgFw0yNjExMjYwMDI0NTBaGA8y" +
	"MTI2MTEwMjAwMjQ1MFowDDEKMAgGA1UEAwwBeDAqMAUGAytlcAMhAOFuVUf1IfTfLG29xuVQFOA0cryPsHlBTUuHphOfsjrio1Mw" +
	"UTAdBgNVHQ4EFgQUJNksieUZzyCbSrtI1CP/D+Kvk3owHwYDVR0jBBgwFoAUJNksieUZzyCbSrtI1CP/D+Kvk3owDwYDVR0TAQH/" +
	"BAUwAwEB/zAFBgMrZXADQQCog0fdIbqF3U0WhESM0hYvxHx1qcF3Oao3Y/DrNn9UbCiJUUzmyO75u8qKOsWi3gb6Hea/9/ItXKBD" +
	"XBkosKoI"
