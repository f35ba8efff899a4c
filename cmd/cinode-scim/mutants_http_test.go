package main

import "net/http"

// toLogin is a server that sends /Me elsewhere.
var toLogin = &mutant{on: "GET /Me", sent: do(answer(307, ""), func(c *call) { c.got.header.Set("Location", "/login") })}

// asOwner gives a request all rights.
func asOwner(c *call) { header("Authorization", "Bearer "+c.proxy.token)(c) }

var httpMutants = []mutant{
	{row: "HTTP-001", why: "sends another media type", on: "GET /Users", got: header("Content-Type", "application/json")},
	{row: "HTTP-002", why: "refuses application/json", on: "GET /Users", sent: when(asksHeader("Accept", "application/json"), refuse(406, ""))},
	{row: "HTTP-003", why: "takes any for its own choice", on: "GET /Users", got: when(asksHeader("Accept", "*/*"), header("Content-Type", "text/json"))},
	{row: "HTTP-004", why: "answers in Latin-1", on: "GET /Users/*", got: swap("ë", "\xeb")},
	{row: "HTTP-004", why: "loses what is beyond the first plane", on: "POST /Users", sent: swap("😀", "?")},
	{row: "HTTP-005", why: "wants no charset", on: "POST /Users", sent: when(asksHeader("Content-Type", "charset"), refuse(415, ""))},
	{row: "HTTP-006", why: "takes any media type for JSON", on: "POST /Users", sent: header("Content-Type", "application/scim+json")},
	{row: "HTTP-007", why: "answers a browser in HTML", on: "GET /Users", got: when(asksHeader("Accept", "text/html"), do(answer(200, "<p>"), header("Content-Type", "text/html")))},
	{row: "HTTP-008", why: "answers an unknown path in HTML", on: "GET /*", got: when(answers(404), do(answer(404, "<p>"), header("Content-Type", "text/html")))},
	{row: "HTTP-009", why: "leaves Allow out", on: "PUT /Users", got: header("Allow", "")},
	{row: "HTTP-009", why: "answers 404 to a method", on: "POST /Users/*", sent: refuse(404, "")},
	{row: "HTTP-010", why: "answers 404 to bulk", given: noBulk, on: "POST /Bulk", sent: refuse(404, "")},
	{row: "HTTP-011", why: "refuses an unknown parameter", on: "GET /Users", sent: when(asks("foo=bar"), refuse(400, "invalidValue"))},
	{row: "HTTP-012", why: "serves any version", on: "GET /scim/**", sent: to("/Users")},
	{row: "HTTP-013", why: "takes the suffix for a fault", on: "GET /Users/*", sent: when(asks(".scim"), refuse(400, "invalidValue"))},
	{row: "HTTP-014", why: "has no ETag on HEAD", on: "HEAD /Users/*", got: header("ETag", "")},
	{row: "HTTP-015", why: "takes the last of two keys", on: "POST /Users", sent: swap(`"userName":"a",`, "")},
	{row: "HTTP-015", why: "breaks on depth", on: "POST /Users", got: when(asks("[[[[[[[["), refuse(500, ""))},
	{row: "HTTP-016", why: "shows the host behind the proxy", on: "POST /Users", got: set("meta/location", "http://backend:8080/Users/1")},
}

var errorMutants = []mutant{
	{row: "ERR-001", why: "has a second schema", on: "GET /Users/*", got: when(answers(404), set("schemas/+", "urn:x"))},
	{row: "ERR-002", why: "writes the status as a number", on: "POST /Users", got: when(answers(409), set("status", 409))},
	{row: "ERR-003", why: "lists the faults", on: "POST /Users", got: when(answers(400), set("detail", arr{"x"}))},
	{row: "ERR-004", why: "makes a scimType up", on: "POST /Users", got: when(answers(409), set("scimType", "duplicate"))},
	{row: "ERR-005", why: "answers 200 with an error in it", on: "PATCH /Users/*", got: when(answers(400), code(200))},
	{row: "ERR-006", why: "sends errors as plain JSON", on: "POST /Users", got: when(answers(400), header("Content-Type", "application/json"))},
	{row: "ERR-007", why: "answers 409 to an old version", on: "PUT /Users/*", got: when(answers(412), refuse(409, ""))},
	{row: "ERR-008", why: "answers 404 to who may not", scopes: onlyReads, on: "POST /Users", got: when(answers(403), refuse(404, ""))},
	{row: "ERR-008", why: "lets all delete", scopes: onlyReads, on: "DELETE /Users/*", sent: asOwner},
	{row: "ERR-009", why: "shows its database", on: "POST /Users", got: when(answers(400), set("detail", "ERROR: syntax error at or near \"{\" (SQLSTATE 42601)"))},
	{row: "ERR-009", why: "breaks on a NUL", on: "GET /Users/%00", sent: refuse(500, "")},
	{row: "ERR-010", why: "does not say where to go", given: toLogin, on: "GET /Me", got: header("Location", "")},
	{row: "ERR-011", why: "does not say when to come again", on: "GET /ServiceProviderConfig", sent: when(after(20), refuse(429, ""))},
	{row: "ERR-012", why: "leaves methods to the framework", on: "FROB /Users", got: do(answer(405, "no"), header("Content-Type", "text/plain"))},
	{row: "ERR-013", why: "judges the body before the path", on: "PUT /Users/*", got: when(answers(404), refuse(400, "invalidValue"))},
	{row: "ERR-013", why: "judges the version before the path", on: "PUT /Users/*", sent: when(asksHeader("If-Match", ""), refuse(412, ""))},

	{row: "AUTH-001", why: "has no challenge", on: "GET /Users", got: header("WWW-Authenticate", "")},
	{row: "AUTH-002", why: "has no parameter", on: "GET /Users", got: when(answers(401), header("WWW-Authenticate", "Bearer"))},
	{row: "AUTH-002", why: "repeats a parameter", on: "GET /Users", got: when(answers(401), header("WWW-Authenticate", `Bearer realm="a", realm="b"`))},
	{row: "AUTH-003", why: "finds a fault in no credential", on: "GET /Users", got: when(answers(401), header("WWW-Authenticate", `Bearer realm="a", error="invalid_token"`))},
	{row: "AUTH-004", why: "does not say that the token is bad", on: "GET /Users", got: when(answers(401), header("WWW-Authenticate", `Bearer realm="a"`))},
	{row: "AUTH-005", why: "does not say what is missing", scopes: onlyReads, on: "POST /Users", got: when(answers(403), header("WWW-Authenticate", "Bearer"))},
	{row: "AUTH-006", why: "minds the case of the scheme", on: "GET /Users", sent: when(asksHeader("Authorization", "BEARER"), refuse(401, ""))},
	{row: "AUTH-007", why: "takes a token in the query", on: "GET /Users", sent: func(c *call) {
		c.sent.header.Set("Authorization", "Bearer "+c.query.Get("access_token"))
		param("access_token", "")(c)
	}},
	{row: "AUTH-008", why: "answers 401 in HTML", on: "GET /Users", got: when(answers(401), answer(401, "<p>"))},
	{row: "AUTH-009", why: "lets all delete", scopes: onlyReads, on: "DELETE /Users/*", sent: asOwner},
	{row: "AUTH-009", why: "writes before it looks", scopes: onlyReads, on: "PATCH /Users/*", got: when(answers(403), func(c *call) {
		c.alsoAs("Bearer "+c.proxy.token, http.MethodPatch, c.path, c.body)
	})},
	{row: "AUTH-011", why: "tells anyone which ids there are", on: "GET /Users/*", got: when(answers(401), func(c *call) {
		if status, _ := c.alsoAs("Bearer "+c.proxy.token, http.MethodGet, c.path, ""); status == 404 {
			refuse(404, "")(c)
		}
	})},
	{row: "AUTH-012", why: "announces no scheme", on: "GET /ServiceProviderConfig", got: set("authenticationSchemes", arr{})},
}
