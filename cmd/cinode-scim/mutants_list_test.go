package main

import "strings"

var (
	noSort = &mutant{on: "GET /ServiceProviderConfig", got: set("sort/supported", false)}
	// cursorsFirst is a server that pages by cursors unless told otherwise.
	cursorsFirst = &mutant{on: "GET /Users", sent: imposeCursor}
)

var sortMutants = []mutant{
	{row: "SORT-001", why: "breaks on sortBy", given: noSort, on: "GET /Users", sent: when(asks("sortBy="), refuse(500, ""))},
	{row: "SORT-002", why: "ignores sortBy", on: "GET /Users", sent: param("sortBy", "")},
	{row: "SORT-002", why: "ignores sortOrder", on: "GET /Users", sent: param("sortOrder", "")},
	{row: "SORT-003", why: "minds case", on: "GET /Users", got: when(asks("sortBy=displayName"), ordered("displayName", asIs))},
	{row: "SORT-003", why: "minds case beyond ASCII", on: "GET /Users", got: when(asks("sortBy=displayName"), ordered("displayName", lowerASCII))},
	{row: "SORT-003", why: "has the latest first", on: "GET /Users", got: when(asks("sortBy=meta.created"), change("Resources", reverse))},
	{row: "SORT-003", why: "ignores case where it counts", on: "GET /Users", got: when(asks("sortBy=externalId"), ordered("externalId", strings.ToLower))},
	{row: "SORT-004", why: "takes what is missing for empty", on: "GET /Users", got: ordered("title", asIs)},
	{row: "SORT-005", why: "takes no path", on: "GET /Users", sent: when(asks("sortBy=name.familyName"), param("sortBy", "name"))},
	{row: "SORT-005", why: "breaks on a complex attribute", on: "GET /Users", sent: when(asks("sortBy=name&"), refuse(500, ""))},
	{row: "SORT-006", why: "takes the first value", on: "GET /Users", got: ordered("emails/0/value", asIs)},
	{row: "SORT-006", why: "takes the last value", on: "GET /Users", got: ordered("emails/1/value", asIs)},
	{row: "SORT-007", why: "wants emails.value", on: "GET /Users", sent: when(asks("sortBy=emails&"), refuse(400, "invalidPath"))},
	{row: "SORT-007", why: "ignores emails", on: "GET /Users", sent: when(asks("sortBy=emails&"), param("sortBy", ""))},
	{row: "SORT-008", why: "minds the case of names", on: "GET /Users", sent: when(asks("sortBy=USERNAME"), param("sortBy", ""))},
	{row: "SORT-008", why: "minds the case of URNs", on: "GET /Users", sent: when(asks("sortBy=URN:"), refuse(400, "invalidValue"))},
	{row: "SORT-008", why: "does not sort by extensions", on: "GET /Users", sent: when(asks("sortBy="+enterprise), param("sortBy", ""))},
	{row: "SORT-009", why: "skips what it does not know", on: "GET /Users", sent: when(asks("sortBy=bogus"), param("sortBy", ""))},
	{row: "SORT-009", why: "takes any order for ascending", on: "GET /Users", sent: when(asks("sortOrder=up"), param("sortOrder", ""))},
	{row: "SORT-009", why: "sorts by passwords", on: "GET /Users", sent: when(asks("sortBy=password"), param("sortBy", ""))},
	{row: "SORT-009", why: "minds sortOrder alone", on: "GET /Users", got: when(asks("sortOrder="), unless(asks("sortBy="), change("Resources", reverse)))},
	{row: "SORT-010", why: "breaks ties by the size of the page", on: "GET /Users", got: when(asks("sortBy=displayName", "count=50"), change("Resources", reverse))},
	{row: "SORT-010", why: "shows one twice", on: "GET /Users", sent: when(asks("startIndex=3&"), param("startIndex", "2"))},
}

var cursorMutants = []mutant{
	{row: "CURS-001", why: "wants a value", on: "GET /Users", sent: when(asksRaw("cursor&"), param("cursor", ""))},
	{row: "CURS-001", why: "knows no cursors", on: "GET /Users", sent: param("cursor", "")},
	{row: "CURS-002", why: "ends with a cursor", on: "GET /Users", got: unless(holds("nextCursor", nil), set("nextCursor", "end"))},
	{row: "CURS-002", why: "ends too early", on: "GET /Users", got: drop("nextCursor")},
	{row: "CURS-003", why: "skips one", on: "GET /Users", got: when(after(1), drop("Resources/0"))},
	{row: "CURS-003", why: "shows the same page again", on: "GET /Users", sent: func(c *call) { param("cursor", "")(c); imposeCursor(c) }},
	{row: "CURS-004", why: "pads its cursors", on: "GET /Users", sent: func(c *call) { c.rawQuery = strings.ReplaceAll(c.rawQuery, "%3D", "") },
		got: change("nextCursor", padded)},
	{row: "CURS-005", why: "goes back from the first page", on: "GET /Users", got: set("previousCursor", "none")},
	{row: "CURS-005", why: "goes back to where it is not", on: "GET /Users", got: when(after(1), func(c *call) { set("previousCursor", c.query.Get("cursor"))(c) })},
	{row: "CURS-006", why: "takes count=0 for no limit", on: "GET /Users", sent: when(asks("count=0"), param("count", ""))},
	{row: "CURS-006", why: "refuses a negative count", on: "GET /Users", sent: when(asks("count=-3"), refuse(400, "invalidCount"))},
	{row: "CURS-006", why: "counts the page", on: "GET /Users", got: when(asks("count=0"), set("totalResults", 0))},
	{row: "CURS-006", why: "gives more than count", on: "GET /Users", got: when(asks("count=2"), change("Resources", double), change("Resources", double))},
	{row: "CURS-007", why: "counts what is left", on: "GET /Users", got: when(after(1), set("totalResults", 3))},
	{row: "CURS-008", why: "answers 404", on: "GET /Users", got: when(answers(400), refuse(404, ""))},
	{row: "CURS-008", why: "does not say what is wrong", on: "GET /Users", got: when(answers(400), set("scimType", "invalidValue"))},
	{row: "CURS-008", why: "ends with a broken cursor", on: "GET /Users", got: when(answers(400), nothing())},
	{row: "CURS-010", why: "lets count change", on: "GET /Users", got: when(answers(400), nothing())},
	{row: "CURS-010", why: "does not say that it is count", on: "GET /Users", got: when(answers(400), set("scimType", "invalidCursor"))},
	{row: "CURS-011", why: "goes on with another filter", on: "GET /Users", got: when(answers(400), when(asks("filter=("), nothing()))},
	{row: "CURS-011", why: "goes on with other attributes", on: "GET /Users", sent: param("attributes", "")},
	{row: "CURS-011", why: "goes on in another order", on: "GET /Users", sent: param("sortBy", "")},
	{row: "CURS-011", why: "goes on among groups", on: "GET /Groups", got: when(answers(400), nothing())},
	{row: "CURS-012", why: "goes by ids", on: "GET /Users", sent: param("sortBy", "")},
	{row: "CURS-012", why: "sorts within the page only", on: "GET /Users", sent: param("sortBy", ""), got: ordered("userName", asIs)},
	{row: "CURS-013", why: "shows the first page again", given: cursorsFirst, on: "GET /Users", sent: param("cursor", "")},
	{row: "CURS-014", why: "changes with count", on: "GET /Users", sent: when(asks("count=2"), imposeCursor)},
	{row: "CURS-014", why: "does otherwise than it says", on: "GET /Users", sent: imposeCursor},
	{row: "CURS-015", why: "knows cursors in GET only", on: "POST /Users/.search", sent: drop("cursor")},
	{row: "CURS-015", why: "does not begin with an empty cursor", on: "POST /Users/.search", sent: when(holds("cursor", ""), refuse(400, "invalidCursor"))},
	{row: "CURS-016", why: "minds startIndex", on: "GET /Users", sent: when(asks("startIndex=2"), param("cursor", ""))},
	{row: "CURS-016", why: "breaks on both", on: "GET /Users", sent: when(asks("startIndex=2"), refuse(500, ""))},
	{row: "CURS-017", why: "lets anyone with a cursor in", on: "GET /Users", sent: when(anonymous, asOwner)},
	{row: "CURS-017", why: "lets another tenant with a cursor in", on: "GET " + otherUsers, sent: toOurs},
	{row: "CURS-019", why: "tells whose cursor it is", on: "GET " + otherUsers, got: unless(after(1), set("detail", "this cursor is of another tenant"))},
	{row: "CURS-019", why: "has a scimType for those of others", on: "GET " + otherUsers, got: unless(after(1), set("scimType", "expiredCursor"))},
	{row: "CURS-020", why: "breaks if many are open", on: "GET /Users", sent: when(after(50), refuse(500, ""))},
	{row: "CURS-020", why: "refuses them with no code for it", on: "GET /Users", sent: when(after(50), refuse(400, "tooMany"))},
}

var searchMutants = []mutant{
	{row: "SRCH-001", why: "answers 201", on: "POST /Users/.search", got: code(201)},
	{row: "SRCH-001", why: "has a Location", on: "POST /Users/.search", got: header("Location", "http://example.com/")},
	{row: "SRCH-001", why: "has none", on: "POST /Users/.search", sent: refuse(404, "")},
	{row: "SRCH-001", why: "makes a user", on: "POST /Users/.search", got: func(c *call) {
		mark := strings.Split(c.body, `\"`)[1] // what the filter looks for
		c.also("POST", "/Users", writeJSON(obj{"schemas": arr{coreUser}, "userName": "made-by-a-search", "displayName": mark}))
	}},
	{row: "SRCH-002", why: "finds users only", on: "POST /.search", got: drop("Resources/1")},
	{row: "SRCH-003", why: "guesses schemas", on: "POST /Users/.search", sent: set("schemas", arr{searchURN})},
	{row: "SRCH-003", why: "wants a filter", on: "POST /Users/.search", sent: unless(holds("filter", nil), refuse(400, "invalidFilter"))},
	{row: "SRCH-004", why: "ignores attributes", on: "POST /Users/.search", sent: drop("attributes")},
	{row: "SRCH-004", why: "ignores excludedAttributes", on: "POST /Users/.search", sent: drop("excludedAttributes")},
	{row: "SRCH-004", why: "ignores count", on: "POST /Users/.search", sent: drop("count")},
	{row: "SRCH-004", why: "breaks on a string", on: "POST /Users/.search", sent: when(holds("count", "1"), refuse(500, ""))},
	{row: "SRCH-005", why: "ignores sortOrder", on: "POST /Users/.search", sent: drop("sortOrder")},
	{row: "SRCH-005", why: "ignores startIndex", on: "POST /Users/.search", sent: drop("startIndex")},
	{row: "SRCH-005", why: "ignores the filter", on: "POST /Users/.search", sent: drop("filter")},
	{row: "SRCH-006", why: "does not say what is wrong", on: "POST /Users/.search", got: when(answers(400), drop("scimType"))},
	{row: "SRCH-006", why: "takes a wrong filter for none", on: "POST /Users/.search", got: when(asks("regex"), nothing())},
	{row: "SRCH-007", why: "lists at a GET", on: "GET /Users/.search", sent: to("/Users")},
}

var meMutants = []mutant{
	{row: "ME-001", why: "answers 404", on: "GET /Me", sent: refuse(404, "")},
	{row: "ME-002", why: "redirects to itself", me: true, on: "GET /Me", sent: do(answer(308, ""), func(c *call) { c.got.header.Set("Location", c.came.URL.Path) })},
	{row: "ME-002", why: "answers 302", me: true, on: "GET /Me", sent: answer(302, "")},
	{row: "ME-002", why: "lists the caller", me: true, on: "GET /Me", got: wrap()},
	{row: "ME-003", why: "shows /Me", me: true, on: "GET /Me", got: func(c *call) { set("meta/location", "http://"+c.came.Host+c.came.URL.Path)(c) }},
	{row: "ME-003", why: "has no Location", me: true, on: "GET /Me", got: header("Location", "")},
	{row: "ME-003", why: "says /Me in Content-Location", me: true, on: "GET /Me", got: header("Content-Location", "http://example.com/Me")},
	{row: "ME-004", why: "ignores attributes", me: true, on: "GET /Me", sent: param("attributes", "")},
	{row: "ME-004", why: "breaks on PATCH", me: true, on: "PATCH /Me", sent: refuse(500, "")},
	{row: "ME-005", why: "shows somebody to anyone", me: true, scopes: onlyReads, on: "GET /Me", got: when(anonymous, answer(200, `{"id":"1"}`))},
	{row: "ME-005", why: "does not say why not", me: true, scopes: onlyReads, on: "GET /Me", got: when(answers(404, 501), answer(404, ""))},
	{row: "ME-006", why: "lets anyone create", me: true, on: "POST /Me", sent: do(asOwner, to("/Users"))},
	{row: "ME-006", why: "answers with a page", me: true, on: "POST /Me", got: answer(403, "<p>")},
}
