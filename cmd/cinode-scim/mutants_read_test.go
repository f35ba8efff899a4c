package main

import "strings"

var (
	// letterIDs is a server whose ids have a letter.
	letterIDs = &mutant{
		sent: at("* /Users/**", func(c *call) { c.path = strings.Replace(c.path, "/u", "/", 1) }),
		got:  at("* /Users/**", change("**/id", lettered)),
	}
	// onRequest is a server that returns nickName on request only.
	onRequest = &mutant{got: do(
		at("GET /Schemas", set(schemaOf(coreUser, "nickName")+"/returned", "request")),
		at("GET /Users/*", unless(asks("attributes=nickName"), drop("nickName"))),
	)}
)

func lettered(v any) any {
	if id, ok := v.(string); ok {
		return "u" + id
	}
	return gone
}

var readMutants = []mutant{
	{row: "READ-001", why: "wraps a single user", on: "GET /Users/*", got: wrap()},
	{row: "READ-002", why: "answers 404 with nothing", on: "GET /Users/*", got: when(answers(404), answer(404, ""))},
	{row: "READ-003", why: "shows what is never returned", on: "GET /Users/*", got: set("password", "x")},
	{row: "READ-003", why: "hides what is set", on: "GET /Users/*", got: drop("displayName")},
	{row: "READ-004", why: "answers PUT with the password", on: "PUT /Users/*", got: echo("password")},
	{row: "READ-004", why: "lists a hash of the password", on: "GET /Users", got: set("Resources/0/password", "{SHA}5en6G6MezRroT3XKqkdPOmY")},
	{row: "READ-005", why: "ignores the case of ids", given: letterIDs, on: "GET /Users/*", sent: func(c *call) { c.path = strings.Replace(c.path, "/Users/U", "/Users/u", 1) }},
	{row: "READ-006", why: "finds a user among groups", on: "GET /Groups/*", sent: func(c *call) { c.path = strings.Replace(c.path, "/Groups", "/Users", 1) }},
	{row: "READ-007", why: "refuses a filter on one user", on: "GET /Users/*", sent: when(asks("filter="), refuse(400, "invalidFilter"))},

	{row: "LIST-001", why: "lists without the message's URN", on: "GET /Users", got: drop("schemas")},
	{row: "LIST-002", why: "writes resources small", on: "GET /Users", got: swap(`"Resources"`, `"resources"`)},
	{row: "LIST-002", why: "writes the total as a string", on: "GET /Users", got: set("totalResults", "1")},
	{row: "LIST-003", why: "answers 404 to a filter that finds nothing", on: "GET /Users", got: when(holds("totalResults", 0), refuse(404, ""))},
	{row: "LIST-004", why: "leaves startIndex out", on: "GET /Users", got: drop("startIndex")},
	{row: "LIST-004", why: "leaves itemsPerPage out", on: "GET /Users", got: drop("itemsPerPage")},
	{row: "LIST-005", why: "counts the page", on: "GET /Users", got: set("totalResults", 1)},
	{row: "LIST-005", why: "counts all there is", on: "GET /Users", got: set("totalResults", 100)},
	{row: "LIST-006", why: "lists without schemas", on: "GET /Users", got: drop("Resources/*/schemas")},
	{row: "LIST-007", why: "finds users only", on: "GET /", got: drop("Resources/1")},
	{row: "LIST-008", why: "takes what a type lacks for true", on: "GET /", sent: filter("userName pr and ", "")},
	{row: "LIST-009", why: "shortens the result and says nothing", on: "GET /Users",
		got: do(drop("Resources/1"), set("totalResults", 1), set("itemsPerPage", 1))},
	{row: "LIST-010", why: "counts what is hidden", scopes: "users:read", on: "GET /Groups", sent: asOwner, got: drop("Resources/0")},
}

var projectionMutants = []mutant{
	{row: "ATTR-001", why: "ignores excludedAttributes", on: "GET /Users/*", sent: param("excludedAttributes", "")},
	{row: "ATTR-002", why: "answers with more than was asked for", on: "GET /Users/*", sent: param("attributes", "userName,displayName")},
	{row: "ATTR-002", why: "leaves id out", on: "GET /Users/*", got: drop("id")},
	{row: "ATTR-003", why: "leaves out the first only", on: "GET /Users/*", sent: param("excludedAttributes", "title")},
	{row: "ATTR-003", why: "takes excludedAttributes for attributes", on: "GET /Users/*", sent: do(param("excludedAttributes", ""), param("attributes", "userName"))},
	{row: "ATTR-004", why: "leaves id out", on: "GET /Users/*", got: when(asks("excludedAttributes=id"), drop("id"))},
	{row: "ATTR-005", why: "returns a password that is asked for", on: "GET /Users/*", got: when(asks("attributes=password"), set("password", "x"))},
	{row: "ATTR-006", why: "returns what nobody requested", given: onRequest, on: "GET /Users/*", got: set("nickName", "x")},
	{row: "ATTR-006", why: "returns not even what was requested", given: onRequest, on: "GET /Users/*", got: drop("nickName")},
	{row: "ATTR-007", why: "selects whole attributes", on: "GET /Users/*", sent: when(asks("attributes=emails.value"), param("attributes", "emails"))},
	{row: "ATTR-007", why: "leaves whole attributes out", on: "GET /Users/*", sent: when(asks("=name.familyName"), param("excludedAttributes", "name"))},
	{row: "ATTR-008", why: "does not know the URN", on: "GET /Users/*", sent: when(asks(coreUser+":userName"), param("attributes", "id"))},
	{row: "ATTR-008", why: "minds the case of names", on: "GET /Users/*", sent: when(asks("=USERname"), param("attributes", "id"))},
	{row: "ATTR-009", why: "selects the whole extension", on: "GET /Users/*", sent: param("attributes", enterprise)},
	{row: "ATTR-010", why: "does not exclude an extension", on: "GET /Users/*", sent: param("excludedAttributes", "")},
	{row: "ATTR-010", why: "does not select an extension", on: "GET /Users/*", sent: param("attributes", "id")},
	{row: "ATTR-011", why: "ignores attributes in PATCH", on: "PATCH /Users/*", sent: param("attributes", "")},
	{row: "ATTR-011", why: "ignores attributes in lists", on: "GET /Users", sent: param("attributes", "")},
	{row: "ATTR-011", why: "ignores excludedAttributes in lists", on: "GET /Users", sent: param("excludedAttributes", "")},
	{row: "ATTR-011", why: "ignores excludedAttributes in PUT", on: "PUT /Users/*", sent: param("excludedAttributes", "")},
	{row: "ATTR-012", why: "minds excludedAttributes only", on: "GET /Users/*", sent: param("attributes", "")},
	{row: "ATTR-013", why: "leaves schemas out", on: "GET /Users/*", got: drop("schemas")},
	{row: "ATTR-014", why: "refuses an unknown name", on: "GET /Users/*", sent: when(asks("bogus"), refuse(400, "invalidValue"))},
	{row: "ATTR-014", why: "takes an empty list for none", on: "GET /Users/*", sent: when(asksRaw("attributes="), unless(asks("userName"), param("attributes", "id")))},
	{row: "ATTR-015", why: "returns the members all the same", on: "GET /Groups/*", sent: param("excludedAttributes", "")},
}

var pageMutants = []mutant{
	{row: "PAGE-001", why: "counts from 0", on: "GET /Users", sent: when(asks("startIndex=1&"), param("startIndex", "2"))},
	{row: "PAGE-002", why: "refuses a negative startIndex", on: "GET /Users", sent: when(asks("startIndex=-5"), refuse(400, "invalidValue"))},
	{row: "PAGE-002", why: "repeats a startIndex of 0", on: "GET /Users", got: when(asks("startIndex=0"), set("startIndex", 0))},
	{row: "PAGE-003", why: "ignores count", on: "GET /Users", sent: param("count", "")},
	{row: "PAGE-004", why: "takes count=0 for no limit", on: "GET /Users", sent: when(asks("count=0"), param("count", ""))},
	{row: "PAGE-004", why: "counts the page", on: "GET /Users", got: when(asks("count=-3"), set("totalResults", 0))},
	{row: "PAGE-005", why: "says how many it might hold", on: "GET /Users", got: set("itemsPerPage", 100)},
	{row: "PAGE-005", why: "gives no more than none", on: "GET /Users", sent: param("count", "0")},
	{row: "PAGE-006", why: "refuses a large count", on: "GET /Users", sent: when(asks("count="), refuse(400, "invalidValue"))},
	{row: "PAGE-007", why: "repeats the last of a page", on: "GET /Users", sent: when(asks("startIndex=3"), param("startIndex", "2"))},
	{row: "PAGE-008", why: "answers 404 past the end", on: "GET /Users", sent: when(asks("startIndex=4"), refuse(404, ""))},
	{row: "PAGE-009", why: "says how many it might hold", on: "GET /Users", got: set("itemsPerPage", 2)},
	{row: "PAGE-009", why: "counts pages", on: "GET /Users", got: set("startIndex", 2)},
	{row: "PAGE-010", why: "skips a count that is no number", on: "GET /Users", sent: when(asks("count=abc"), param("count", ""))},
	{row: "PAGE-010", why: "overflows", on: "GET /Users", sent: when(asks("startIndex=9223372036854775807"), param("startIndex", "1"))},
	{row: "PAGE-011", why: "sorts the page only", on: "GET /Users", sent: param("sortOrder", ""), got: change("Resources", reverse)},
}
