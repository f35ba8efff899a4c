package main

// onceOnly is a server whose nickName is immutable.
var onceOnly = &mutant{
	sent: at("PUT|PATCH /Users/*", func(c *call) {
		_, now := c.also("GET", c.path, "")
		old, fresh := valueAt(now, "nickName"), valueAt(readJSON(c.sent.body), "nickName")
		if fresh == nil {
			fresh = valueAt(readJSON(c.sent.body), "Operations/path=nickName/value")
		}
		if old != nil && fresh != nil && old != fresh {
			refuse(400, "mutability")(c)
		}
	}),
	got: at("GET /Schemas", set(schemaOf(coreUser, "nickName")+"/mutability", "immutable")),
}

var putMutants = []mutant{
	{row: "PUT-001", why: "has no PUT", on: "PUT /Users/*", sent: refuse(501, "")},
	{row: "PUT-002", why: "answers without meta", on: "PUT /Users/*", got: drop("meta")},
	{row: "PUT-002", why: "answers 204", on: "PUT /Users/*", got: answer(204, "")},
	{row: "PUT-003", why: "makes what it does not find", on: "PUT /Users/*", got: when(answers(404), func(c *call) { c.also("POST", "/Users", c.body) })},
	{row: "PUT-003", why: "says that it made something", on: "PUT /Users/*", got: accept()},
	{row: "PUT-004", why: "adds to a list", on: "PUT /Users/*", sent: func(c *call) {
		_, now := c.also("GET", c.path, "")
		set("emails/+", valueAt(now, "emails/0"))(c)
	}},
	{row: "PUT-004", why: "keeps the old value", on: "PUT /Users/*", sent: do(drop("displayName"), stored("displayName"))},
	{row: "PUT-005", why: "keeps what was left out", on: "PUT /Users/*", sent: stored("title")},
	{row: "PUT-006", why: "skips null", on: "PUT /Users/*", sent: stored("title")},
	{row: "PUT-006", why: "skips an empty array", on: "PUT /Users/*", sent: stored("emails")},
	{row: "PUT-007", why: "refuses readOnly attributes", on: "PUT /Users/*", sent: when(holds("groups", nil), refuse(400, "mutability"))},
	{row: "PUT-007", why: "keeps the created that the client sends", on: "* /Users/**", got: keep("meta/created")},
	{row: "PUT-008", why: "changes what is immutable", given: onceOnly, on: "PUT /Users/*", got: accept()},
	{row: "PUT-009", why: "refuses what is immutable even if it is the same", given: onceOnly, on: "PUT /Users/*", sent: when(holds("nickName", nil), refuse(400, "mutability"))},
	{row: "PUT-010", why: "keeps what is required", on: "PUT /Users/*", sent: stored("userName")},
	{row: "PUT-012", why: "lets two users share a name", on: "PUT /Users/*", got: when(answers(409), accept())},
	{row: "PUT-012", why: "finds a user's own name taken", on: "PUT /Users/*", got: when(answers(200), refuse(409, "uniqueness"))},
	{row: "PUT-013", why: "keeps the version", on: "GET /Users/*", got: freeze("meta/version")},
	{row: "PUT-013", why: "is made anew", on: "GET /Users/*", got: when(after(1), set("meta/created", "2099-01-01T00:00:00Z"))},
	{row: "PUT-014", why: "changes what did not change", on: "PUT /Users/*", got: patch(op("add", "nickName", "x"))},
	{row: "PUT-015", why: "keeps the extension", on: "PUT /Users/*", sent: stored(enterprise)},
	{row: "PUT-015", why: "keeps the URN", on: "GET /Users/*", got: set("schemas", arr{coreUser, enterprise})},
	{row: "PUT-016", why: "guesses schemas", on: "PUT /Users/*", sent: unless(holds("schemas", nil), set("schemas", arr{coreUser}))},
	{row: "PUT-016", why: "reads a string as a boolean", on: "PUT /Users/*", sent: when(holds("active", "x"), set("active", true))},
	{row: "PUT-017", why: "stores one half", on: "PUT /Users/*", got: when(answers(400), patch(op("replace", "displayName", "half")))},
}

var deleteMutants = []mutant{
	{row: "DEL-001", why: "answers 200", on: "DELETE /Users/*", got: answer(200, "{}")},
	{row: "DEL-002", why: "deletes twice", on: "DELETE /Users/*", got: when(answers(404), answer(204, ""))},
	{row: "DEL-002", why: "answers an unknown id with nothing", on: "PUT /Users/*", got: when(answers(404), answer(404, ""))},
	{row: "DEL-003", why: "lists what is deleted", on: "DELETE /Users/*", sent: answer(204, "")},
	{row: "DEL-004", why: "holds on to the name", on: "DELETE /Users/*", sent: answer(204, "")},
	{row: "DEL-005", why: "gives an id again", on: "POST /Users", got: func(c *call) { set("id", c.store.keep("id", c.id()))(c) }},
	{row: "DEL-006", why: "ignores If-Match", on: "DELETE /Users/*", sent: header("If-Match", "")},
	{row: "DEL-006", why: "refuses If-Match", on: "DELETE /Users/*", sent: when(asksHeader("If-Match", ""), refuse(412, ""))},
	{row: "DEL-007", why: "leaves the user in the group",
		got: do(at("DELETE /Users/*", func(c *call) { c.store.keep("gone", c.id()) }), at("GET /Groups/*", func(c *call) { set("members/+", obj{"value": c.store.get("gone")})(c) }))},
	{row: "DEL-008", why: "deletes who is not active", on: "PATCH /Users/*", got: also("DELETE", "/Users/{id}", "")},

	{row: "ETAG-001", why: "has no ETag on PUT", on: "PUT /Users/*", got: header("ETag", "")},
	{row: "ETAG-001", why: "has no ETag on create", on: "POST /Users", got: header("ETag", "")},
	{row: "ETAG-002", why: "leaves W/ out of meta.version", on: "GET /Users/*", got: swap(`W/`, ``)},
	{row: "ETAG-003", why: "writes a small w", on: "GET /Users/*", got: header("ETag", `w/"1"`)},
	{row: "ETAG-003", why: "has no quotes", on: "GET /Users/*", got: header("ETag", `1`)},
	{row: "ETAG-004", why: "keeps the tag", on: "GET /Users/*", got: header("ETag", `W/"1"`)},
	{row: "ETAG-004", why: "keeps the tag in PATCH", got: do(
		at("PUT /Users/*", func(c *call) { c.store.put("tag", c.got.header.Get("ETag")) }),
		at("GET /Users/*", func(c *call) {
			if tag, _ := c.store.get("tag").(string); tag != "" {
				header("ETag", tag)(c)
			}
		}))},
	{row: "ETAG-004", why: "has a tag for each answer", on: "GET /Users/*", got: func(c *call) { header("ETag", `W/"`+c.got.header.Get("X-Request-Id")+`"`)(c) }},
	{row: "ETAG-005", why: "has no ETag on 304", on: "GET /Users/*", got: when(answers(304), header("ETag", ""))},
	{row: "ETAG-005", why: "takes one tag only", on: "GET /Users/*", got: when(asksHeader("If-None-Match", ", "), reread())},
	{row: "ETAG-006", why: "ignores If-Match in PATCH", on: "PATCH /Users/*", sent: header("If-Match", "")},
	{row: "ETAG-006", why: "writes before it looks", on: "PUT /Users/*", got: when(answers(412), patch(op("replace", "displayName", "x")))},
	{row: "ETAG-007", why: "takes * for a tag", on: "PUT /Users/*", sent: when(asksHeader("If-Match", "*"), refuse(412, ""))},
	{row: "ETAG-008", why: "compares strongly", on: "PUT /Users/*", sent: when(asksHeader("If-Match", "W/"), refuse(412, ""))},
	{row: "ETAG-009", why: "looks too early", on: "PUT /Users/*", sent: header("If-Match", "")},
	{row: "ETAG-010", why: "looks at the version first", on: "DELETE /Users/*", got: when(answers(404), refuse(412, ""))},
	{row: "ETAG-011", why: "has a tag for each selection", on: "GET /Users/*", got: when(asks("attributes="), header("ETag", `W/"part"`))},
	{row: "ETAG-012", why: "wants no condition", given: noVersions, on: "PUT /Users/*", sent: when(asksHeader("If-Match", ""), refuse(400, "invalidValue"))},
	{row: "ETAG-013", why: "takes the condition for one on the list", on: "POST /Users", sent: when(asksHeader("If-None-Match", "*"), refuse(412, ""))},
}

// noVersions is a server that does not announce versions.
var noVersions = &mutant{on: "GET /ServiceProviderConfig", got: set("etag/supported", false)}
