package main

import (
	"net/http"
	"strings"
)

// binaryNames is a server whose nickName is binary.
var binaryNames = &mutant{
	sent: at("POST /Users", when(holds("nickName", "%%%"), refuse(400, "invalidValue")), when(holds("nickName", "QUJDR"), refuse(400, "invalidValue"))),
	got:  at("GET /Schemas", set(schemaOf(coreUser, "nickName")+"/type", "binary")),
}

var characteristicMutants = []mutant{
	{row: "CHAR-001", why: "has a blank in a name", on: "GET /Schemas", got: set(schemaOf(coreUser, "nickName")+"/name", "nick name")},
	{row: "CHAR-001", why: "has a number for a name", on: "GET /Schemas", got: set(schemaOf(coreUser, "emails.type")+"/name", "1st")},
	{row: "CHAR-002", why: "writes booleans as strings", on: "GET /Users/*", got: set("active", "true")},
	{row: "CHAR-002", why: "writes inner booleans as numbers", on: "GET /Users/*", got: swap(`"primary":true`, `"primary":1`)},
	{row: "CHAR-004", why: "leaves the time out", on: "GET /Users/*", got: set("meta/created", "2024-01-02")},
	{row: "CHAR-004", why: "counts seconds", on: "GET /Users/*", got: set("meta/lastModified", 1704164645)},
	{row: "CHAR-005", why: "takes what is no base64", given: binaryNames, on: "POST /Users", sent: swap(`"%%%"`, `"QUJD"`)},
	{row: "CHAR-005", why: "shows bytes", given: binaryNames, on: "GET /Users/*", got: swap(`"QUJD"`, `"%41"`)},
	{row: "CHAR-005", why: "cuts off what is not padded", given: binaryNames, on: "GET /Users/*", got: swap(`"QUI"`, `"Q"`)},
	{row: "CHAR-006", why: "refers to nothing", on: "GET /Groups/*", got: set("members/*/$ref", "../Users/none")},
	{row: "CHAR-006", why: "takes any text for a URI", on: "POST /Users", sent: swap(`"not a uri %%"`, `"https://example.com/"`)},
	{row: "CHAR-007", why: "wants schemas before userName", on: "POST /Users", sent: when(func(c *call) bool {
		return strings.Index(c.body, `"userName"`) < strings.Index(c.body, `"schemas"`)
	}, refuse(400, "invalidSyntax"))},
	{row: "CHAR-007", why: "reads an object up to its value", on: "POST /Users", sent: swap(`,"type":"work"`, "")},
	{row: "CHAR-008", why: "lowers the case of externalId", on: "GET /Users/*", got: swap("-AbC", "-abc")},
	{row: "CHAR-009", why: "lowers the case of userName", on: "GET /Users/*", got: swap("-AbC@", "-abc@")},
	{row: "CHAR-009", why: "gives another userName", on: "GET /Users/*", got: set("userName", "x")},
	{row: "CHAR-011", why: "lets two users share a name", on: "POST /Users", got: when(answers(409), accept())},
	{row: "CHAR-011", why: "has no scimType", on: "POST /Users", got: when(answers(409), drop("scimType"))},
	{row: "CHAR-011", why: "lets a PUT take a name", on: "PUT /Users/*", got: when(answers(409), accept())},
	{row: "CHAR-012", why: "minds canonicalValues in PUT only", on: "PUT /Users/*", sent: when(asks(`"custom"`), refuse(400, "invalidValue"))},
	{row: "CHAR-012", why: "skips other types", on: "* /Users/**", sent: drop("emails/*/type", "Operations/0/value/*/type")},
	{row: "CHAR-013", why: "shows an extension at the top", on: "GET /Users/*", got: set("employeeNumber", "x")},
	{row: "CHAR-013", why: "has its own key for an extension", on: "GET /Users/*", got: swap(`"`+enterprise+`":`, `"enterprise":`)},
	{row: "CHAR-013", why: "takes an extension at the top", on: "POST /Users", sent: when(holds("employeeNumber", nil), set(enterprise+"/employeeNumber", "x"))},
	{row: "CHAR-014", why: "takes objects for strings", on: "POST /Users", got: when(answers(400), accept())},
	{row: "CHAR-014", why: "drops objects for strings", on: "POST /Users", sent: drop("name/givenName", "emails/0/value")},
}

var groupMutants = []mutant{
	{row: "GROUP-001", why: "takes a group without a name", on: "POST /Groups", got: when(answers(400), accept())},
	{row: "GROUP-001", why: "breaks on a name that is taken", on: "POST /Groups", sent: when(after(2), refuse(500, ""))},
	{row: "GROUP-002", why: "refers to another user", on: "GET /Groups/*", got: set("members/*/$ref", "../Users/none")},
	{row: "GROUP-002", why: "names members by their names", on: "GET /Groups/*", got: func(c *call) {
		set("members/0/value", valueAt(readJSON(c.got.body), "members/0/display"))(c)
	}},
	{row: "GROUP-003", why: "takes anyone as a member", on: "POST /Groups", got: when(answers(400), accept())},
	{row: "GROUP-003", why: "answers 404", on: "PATCH /Groups/*", got: when(answers(400), refuse(404, ""))},
	{row: "GROUP-004", why: "takes groups for users", on: "GET /Groups/*", got: set("members/*/type", "User")},
	{row: "GROUP-004", why: "drops groups", on: "GET /Groups/*", got: drop("members/type=Group")},
	{row: "GROUP-005", why: "breaks on a circle", on: "GET /Groups/*", sent: refuse(500, "")},
	{row: "GROUP-005", why: "loses groups in a circle", on: "GET /Users/*", got: drop("groups")},
	{row: "GROUP-005", why: "finds nothing in a circle", on: "GET /Groups", sent: nothing()},
	{row: "GROUP-006", why: "has no display", on: "GET /Groups/*", got: drop("members/*/display")},
	{row: "GROUP-006", why: "refuses display", on: "POST /Groups", sent: when(asks(`"display"`), refuse(400, "invalidPath"))},
	{row: "GROUP-007", why: "lists a member twice", on: "GET /Groups/*", got: change("members", double)},
	{row: "GROUP-007", why: "lists a member twice after it is added", on: "GET /Groups/*", got: when(after(2), change("members", double))},
	{row: "GROUP-008", why: "leaves members out", on: "GET /Groups/*", got: drop("members")},
	{row: "GROUP-009", why: "does not remove", on: "PATCH /Groups/*", sent: when(asks(`"remove"`), answer(204, ""))},
}

var enterpriseMutants = []mutant{
	{row: "ENT-001", why: "leaves the URN out", on: "GET /Users/*", got: set("schemas", arr{coreUser})},
	{row: "ENT-001", why: "has a short key", on: "GET /Users/*", got: swap(`"`+enterprise+`":`, `"enterprise":`)},
	{row: "ENT-002", why: "publishes several departments", on: "GET /Schemas", got: set(schemaOf(enterprise, "department")+"/multiValued", true)},
	{row: "ENT-002", why: "loses the division", on: "GET /Users/*", got: drop(enterprise + "/division")},
	{row: "ENT-002", why: "has a department for all", on: "GET /Users/*", got: unless(holds(enterprise, nil), set(enterprise+"/department", "none"))},
	{row: "ENT-003", why: "names the manager only", on: "GET /Users/*", got: drop(enterprise + "/manager/value")},
	{row: "ENT-003", why: "refers to another", on: "GET /Users/*", got: set(enterprise+"/manager/$ref", "../Users/none")},
	{row: "ENT-004", why: "keeps displayName of the manager", on: "* /Users/**", got: keep(enterprise + "/manager/displayName")},
	{row: "ENT-004", why: "refuses it without saying", on: "PATCH /Users/*", got: when(answers(400), drop("scimType"))},
	{row: "ENT-005", why: "skips a bare string", on: "PATCH /Users/*", sent: answer(204, "")},
	{row: "ENT-005", why: "breaks on a bare string", on: "PATCH /Users/*", sent: refuse(500, "")},
	{row: "ENT-006", why: "has the URN always", on: "GET /Users/*", got: set("schemas", arr{coreUser, enterprise})},
	{row: "ENT-006", why: "shows an empty container", on: "GET /Users/*", got: unless(holds(enterprise, nil), set(enterprise, obj{}))},
}

var internationalMutants = []mutant{
	{row: "I18N-001", why: "compares as it comes", on: "POST /Users", got: when(answers(409), accept())},
	{row: "I18N-001", why: "does not map width in filters", on: "GET /Users", got: when(asks("\uff43"), nothing())},
	{row: "I18N-001", why: "does not compose in filters", on: "GET /Users", got: when(asks("e\u0301"), nothing())},
	{row: "I18N-002", why: "minds case beyond ASCII", on: "POST /Users", got: when(answers(409), when(asks("\u0436"), accept()))},
	{row: "I18N-002", why: "maps no width", on: "POST /Users", got: when(answers(409), accept())},
	{row: "I18N-003", partly: true, why: "takes control characters", on: "POST /Users", sent: swap(`\u0007`, "")},
	{row: "I18N-003", partly: true, why: "breaks on control characters", on: "POST /Users", got: when(answers(400), refuse(500, ""))},
	{row: "I18N-004", why: "drops control characters", on: "POST /Users", sent: swap(`\u0007`, "")},
	{row: "I18N-004", why: "takes symbols", on: "POST /Users", sent: swap("\u265a", "")},
	{row: "I18N-004", why: "does not say what is wrong", on: "POST /Users", got: when(answers(400), drop("scimType"))},
	{row: "I18N-005", why: "composes", on: "POST /Users", sent: swap("e\u0301", "\u00e9")},
	{row: "I18N-005", why: "maps width", on: "PUT /Users/*", sent: swap("\uff21", "A")},
	{row: "I18N-005", why: "makes lines one", on: "PATCH /Users/*", sent: swap(`\n`, " ")},
}

var interopMutants = []mutant{
	{row: "INTOP-001", why: "refuses False", on: "POST /Users", sent: when(asks(`"False"`), refuse(400, "invalidValue"))},
	{row: "INTOP-001", why: "takes a text for true", on: "PATCH /Users/*", sent: swap(`"False"`, "true")},
	{row: "INTOP-002", why: "does not find a boolean in quotes", on: "PATCH /Users/*", sent: when(asks("True"), refuse(400, "noTarget"))},
	{row: "INTOP-002", why: "changes all values", on: "PATCH /Users/*", sent: swap(`[primary eq \"True\"]`, "")},
	{row: "INTOP-003", why: "refuses null", on: "PATCH /Groups/*", sent: when(asks(`"$ref":null`), refuse(400, "invalidValue"))},
	{row: "INTOP-003", why: "takes null for no member", on: "PATCH /Groups/*", sent: when(asks(`"$ref":null`), answer(204, ""))},
	{row: "INTOP-004", why: "lowers the case of domains", on: "GET /Users/*", got: swap("EXAMPLE.com", "example.com")},
	{row: "INTOP-004", why: "makes blanks one", on: "POST /Users", sent: swap("A  b", "A b")},
	{row: "INTOP-004", why: "writes phone numbers as digits", on: "GET /Users/*", got: swap("(555) 123-4567", "5551234567")},
	{row: "INTOP-005", why: "answers 200 with nothing", on: "PATCH /Users/*", got: answer(200, "{}")},
	{row: "INTOP-005", why: "answers 202", on: "PATCH /Groups/*", got: code(202)},
	{row: "INTOP-006", why: "does not enable again", on: "PATCH /Users/*", sent: when(asks("true"), answer(204, ""))},
	{row: "INTOP-006", why: "deletes who is disabled", on: "PUT /Users/*", got: when(holds("active", false), also("DELETE", "/Users/{id}", ""))},
	{row: "INTOP-007", why: "refuses readOnly members", on: "PUT /Users/*", sent: when(holds("meta", nil), refuse(400, "mutability"))},
	{row: "INTOP-007", why: "stores unknown members", on: "* /Users/**", got: keep("bogusMember")},
	{row: "INTOP-007", why: "changes nothing", on: "PUT /Users/*", sent: drop("displayName")},
	{row: "INTOP-008", why: "breaks on the plural", on: "GET /ServiceProviderConfigs", sent: refuse(500, "")},
	{row: "INTOP-009", why: "minds a slash at the end", on: "GET /Users/*/", sent: refuse(404, "")},
	{row: "INTOP-009", why: "minds two slashes", on: "GET //Users", sent: refuse(404, "")},
	{row: "INTOP-009", why: "takes a slash for an id", on: "GET /Users/", sent: refuse(404, "")},
}

var tenantMutants = []mutant{
	{row: "TEN-001", why: "mixes users of one id up", on: "GET " + otherUsers + "/*", got: set("userName", "of this tenant")},
	{row: "TEN-002", why: "lists one tenant in another", on: "GET " + otherUsers, sent: toOurs},
	{row: "TEN-002", why: "loses users of the other", on: "GET " + otherUsers, sent: nothing()},
	{row: "TEN-003", why: "minds the token only", on: "GET " + otherUsers, sent: when(byOwner, to("/Users"))},
	{row: "TEN-003", why: "takes any token", on: "GET /Users/*", sent: asOwner},
	{row: "TEN-004", why: "wants externalId unique over all", on: "POST " + otherUsers, sent: when(holds("externalId", nil), refuse(409, "uniqueness"))},
	{row: "TEN-005", why: "shows users by id", on: "GET " + otherUsers + "/*", sent: toOurs},
	{row: "TEN-005", why: "tells whose id it is", on: "GET " + otherUsers + "/*", got: when(answers(404), unless(after(1), set("scimType", "noTarget")))},
	{row: "TEN-005", why: "deletes in another tenant", on: "DELETE " + otherUsers + "/*", sent: toOurs},
	{row: "TEN-005", why: "deletes in another tenant by bulk", on: "POST /scim/tenants/*/v2/Bulk", sent: toOurs},
	{row: "TEN-005", why: "finds users of others", on: "GET " + otherUsers, got: when(asks("userName eq"), set("totalResults", 1))},
	{row: "TEN-005", why: "wants userName unique over all", on: "POST " + otherUsers, sent: refuse(409, "uniqueness")},
	{row: "TEN-005", why: "pages with cursors of others", on: "GET " + otherUsers, sent: when(asks("cursor="), toOurs)},
}

// registers is a server where anyone may register, and then waits.
var registers = &mutant{on: "POST /Users", sent: when(anonymous, asOwner, set("active", false))}

// seesLess is a server that shows the token that only reads less.
var seesLess = &mutant{on: "GET /Users/*", got: unless(byOwner, drop("active"))}

var securityMutants = []mutant{
	{row: "SEC-002", partly: true, why: "answers with the password", on: "POST /Users", got: echo("password")},
	{row: "SEC-002", partly: true, why: "lists a hash", on: "GET /Users", got: set("Resources/*/password", "{SHA}5en6G6MezRroT3XKqkdPOmY")},
	{row: "SEC-002", partly: true, why: "quotes the password in an error", on: "PATCH /Users/*", got: when(answers(400), func(c *call) {
		set("detail", "wrong value: "+writeJSON(valueAt(readJSON(c.body), "Operations/0/value")))(c)
	})},
	{row: "SEC-003", partly: true, why: "minds the beginning of a token", on: "GET /Users", sent: when(func(c *call) bool {
		return strings.HasPrefix(c.came.Header.Get("Authorization"), "Bearer "+c.proxy.token[:5])
	}, asOwner)},
	{row: "SEC-005", why: "breaks on a quote", on: "GET /Users", sent: when(asks(`'`), refuse(500, ""))},
	{row: "SEC-005", why: "takes % for anything", on: "GET /Users", sent: when(asks(`%"`), filter(`userName eq`, `id pr or userName eq`))},
	{row: "SEC-005", why: "shows its database", on: "GET /Users", got: when(answers(400), set("detail", "SQLSTATE 42601"))},
	{row: "SEC-005", why: "removes what looks like HTML", on: "POST /Users", sent: swap("<script>", "")},
	{row: "SEC-005", why: "lets the client write headers", on: "GET /Users", got: when(asks("X-Injected"), header("X-Injected", "yes"))},
	{row: "SEC-005", why: "leaves its folder", on: "GET /Users/*", got: when(asks("etc"), answer(200, "root:x:0:0"))},
	{row: "SEC-006", why: "lets all write", scopes: onlyReads, on: "PUT /Users/*", sent: asOwner},
	{row: "SEC-006", why: "writes before it looks", scopes: onlyReads, on: "PUT /Users/*", got: when(answers(403), func(c *call) {
		c.alsoAs("Bearer "+c.proxy.token, http.MethodPut, c.path, c.body)
	})},
	{row: "SEC-007", why: "lets in who registers", given: registers, on: "POST /Users", got: set("active", true)},
	{row: "SEC-008", why: "shows users to anyone", given: seesLess, scopes: onlyReads, on: "GET /Users/*", sent: when(anonymous, asOwner)},
	{row: "SEC-008", why: "shows more to who may less", given: seesLess, scopes: onlyReads, on: "GET /Users/*", got: unless(byOwner, set("nickName", "x"))},
	{row: "SEC-009", why: "opens photos", on: "POST /Users", got: opens("photos/0/value")},
	{row: "SEC-009", why: "opens the profile after a PUT", on: "PUT /Users/*", got: opens("profileUrl")},
}

// opens asks for the URL that the client sent at a path.
func opens(path string) edit {
	return func(c *call) {
		url, _ := valueAt(readJSON(c.body), path).(string)
		request, err := http.NewRequestWithContext(c.came.Context(), http.MethodGet, url, nil)
		if err != nil {
			return // it sent none
		}
		if response, err := c.proxy.server.client.Do(request); err == nil {
			_ = response.Body.Close()
		}
	}
}
