package main

const foreignURN = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"

var createMutants = []mutant{
	{row: "CREATE-001", why: "answers 200", on: "POST /Users", got: code(200)},
	{row: "CREATE-002", why: "leaves Location out", on: "POST /Users", got: header("Location", "")},
	{row: "CREATE-002", why: "has another meta.location", on: "POST /Users", got: drop("meta/location")},
	{row: "CREATE-003", why: "answers with less", on: "POST /Users", got: drop("displayName")},
	{row: "CREATE-003", why: "leaves its default out", on: "POST /Users", got: drop("active")},
	{row: "CREATE-004", why: "refuses readOnly attributes", on: "POST /Users", sent: when(holds("groups", nil), refuse(400, "mutability"))},
	{row: "CREATE-004", why: "keeps the created that the client sends", on: "* /Users/**", got: keep("meta/created")},
	{row: "CREATE-005", why: "has no lastModified", on: "POST /Groups", got: drop("meta/lastModified")},
	{row: "CREATE-006", why: "touches what it made", on: "POST /Users", got: set("meta/lastModified", "2099-01-01T00:00:00Z")},
	{row: "CREATE-007", why: "has no scimType", on: "POST /Users", got: when(answers(409), drop("scimType"))},
	{row: "CREATE-007", why: "makes a second one", on: "POST /Users", got: when(answers(409), accept())},
	{row: "CREATE-008", why: "minds the case of userName", on: "POST /Users", got: when(answers(409), accept())},
	{row: "CREATE-009", why: "takes an empty userName", on: "POST /Users", got: when(asks(`"userName":""`), accept())},
	{row: "CREATE-009", why: "takes a group without displayName", on: "POST /Groups", got: accept()},
	{row: "CREATE-010", why: "guesses schemas", on: "POST /Users", sent: unless(holds("schemas", nil), set("schemas", arr{coreUser}))},
	{row: "CREATE-011", why: "reads a string as a boolean", on: "POST /Users", sent: when(holds("active", "yes"), set("active", true))},
	{row: "CREATE-012", why: "breaks on broken JSON", on: "POST /Users", got: when(answers(400), refuse(500, ""))},
	{row: "CREATE-013", why: "has a default of another type", on: "POST /Users", got: set("active", "true")},
	{row: "CREATE-014", why: "minds the case of names", on: "POST /Users", sent: drop("DisplayNAME")},
	{row: "CREATE-015", why: "ignores attributes", on: "POST /Users", sent: param("attributes", "")},
	{row: "CREATE-016", why: "lets two creates through", on: "POST /Users", got: accept()},
}

var commonMutants = []mutant{
	{row: "COMM-001", why: "gives another id after a PUT", on: "GET /Users/*", got: set("id", "other")},
	{row: "COMM-001", why: "gives a group the id of a user", on: "POST /*", got: func(c *call) { set("id", c.store.keep("id", c.id()))(c) }},
	{row: "COMM-002", why: "makes an externalId up", on: "GET /Users/*", got: unless(holds("externalId", nil), set("externalId", "made-up"))},
	{row: "COMM-002", why: "lowers the case of externalId", on: "GET /Users/*", got: swap("-AbC", "-abc")},
	{row: "COMM-003", why: "does not let externalId change", on: "PUT /Users/*", sent: do(drop("externalId"), stored("externalId"))},
	{row: "COMM-004", why: "keeps the created that the client sends", on: "* /Users/**", got: keep("meta/created")},
	{row: "COMM-004", why: "keeps the version that the client sends", on: "* /Users/**", got: keep("meta/version")},
	{row: "COMM-005", why: "lowers the case of the type", on: "GET /Users/*", got: set("meta/resourceType", "user")},
	{row: "COMM-006", why: "goes back in time", on: "GET /Users/*", got: when(after(1), set("meta/lastModified", "1999-01-01T00:00:00Z"))},
	{row: "COMM-006", why: "is made anew with each change", on: "GET /Users/*", got: when(after(1), set("meta/created", "2099-01-01T00:00:00Z"))},
	{row: "COMM-007", why: "has no meta.location", on: "GET /Users/*", got: drop("meta/location")},
	{row: "COMM-007", why: "has another Content-Location", on: "GET /Users/*", got: header("Content-Location", "http://example.com/")},
	{row: "COMM-008", why: "returns meta always", on: "GET /Users/*", sent: when(asks("attributes=userName"), param("attributes", "userName,meta"))},
	{row: "COMM-009", why: "has the base URN twice", on: "GET /Users/*", got: set("schemas/+", coreUser)},
	{row: "COMM-009", why: "leaves out the URN of the extension", on: "GET /Users/*", got: set("schemas", arr{coreUser})},
	{row: "COMM-010", why: "writes the offset as a number", on: "GET /Users/*", got: swap(`Z"`, `+00:00"`)},
	{row: "COMM-010", why: "counts in whole minutes", on: "GET /Users/*", got: freeze("meta/lastModified")},

	{row: "NULL-001", why: "takes null for a value", on: "GET /Users", sent: filter("title pr or emails pr", "id pr")},
	{row: "NULL-001", why: "keeps an empty string for null", on: "GET /Users/*", got: set("title", "")},
	{row: "NULL-002", why: "shows null", on: "GET /Users/*", got: set("title", nil)},
	{row: "NULL-002", why: "shows null within", on: "GET /Users/*", got: set("emails/0/display", nil)},
	{row: "NULL-003", why: "skips a null within", on: "PUT /Users/*", sent: stored("name/givenName")},
	{row: "NULL-004", why: "stores empty values", sent: at("POST /Users", drop("emails")), got: at("GET /Users/*", set("emails", arr{nil, obj{}}))},

	{row: "MVAL-001", why: "stores two primary values",
		sent: when(holds("emails/1", nil), set("emails/1/primary", false)), got: at("GET /Users/*", set("emails/*/primary", true))},
	{row: "MVAL-002", why: "makes the first value primary", on: "GET /Users/*", got: set("emails/0/primary", true)},
	{row: "MVAL-003", why: "gives a value twice", on: "GET /Users/*", got: change("emails", double)},
	{row: "MVAL-003", why: "minds the value only", on: "GET /Users/*", got: when(holds("emails/1", nil), drop("emails/1"))},
	{row: "MVAL-004", why: "makes primary a string", on: "GET /Schemas", got: set(schemaOf(coreUser, "emails.primary")+"/type", "string")},
	{row: "MVAL-005", why: "refuses a relative $ref", on: "POST /Groups", sent: when(asks(`"$ref":"../`), refuse(400, "invalidValue"))},
	{row: "MVAL-006", why: "takes a lone object in PUT otherwise than in POST", on: "PUT /Users/*", got: when(asks(`"emails":{`), func(c *call) {
		if c.status >= 400 {
			accept()(c)
			return
		}
		refuse(400, "invalidValue")(c)
	})},
	{row: "MVAL-007", why: "turns the order round", on: "GET /Users/*", got: change("emails", reverse)},

	{row: "UNK-001", why: "stores what is unknown", on: "GET /Users/*", got: set("bogusAttribute", 1)},
	{row: "UNK-001", why: "stores what is unknown in PUT", on: "* /Users/**", got: do(at("PUT /Users/*", keep("bogusAttribute")), at("GET /Users/*", keep("bogusAttribute")))},
	{row: "UNK-002", why: "echoes a foreign URN", on: "GET /Groups/*", got: set("schemas/+", foreignURN)},
	{row: "UNK-003", why: "does not fill in the URN", on: "GET /Users/*", got: set("schemas", arr{coreUser})},
	{row: "UNK-003", why: "wants data for each URN", on: "POST /Users", sent: when(holds("schemas/1", nil), unless(holds(enterprise, nil), refuse(400, "invalidValue")))},
	{row: "UNK-004", why: "takes an extension of another type", on: "GET /Groups/*", got: set(enterprise, obj{"department": "d"})},
	{row: "UNK-005", why: "takes the first of two spellings", on: "POST /Users", sent: drop("USERNAME")},
}
