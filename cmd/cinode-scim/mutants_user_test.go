package main

var (
	// knowsCountries is a server that takes country codes only.
	knowsCountries = &mutant{on: "POST /Users", sent: when(holds("addresses/0/country", "USA"), refuse(400, "invalidValue"))}
	// readsCertificates is a server that takes one certificate only.
	readsCertificates = &mutant{on: "POST /Users", sent: when(noCertificate, refuse(400, "invalidValue"))}
)

var userMutants = []mutant{
	{row: "USER-001", why: "guesses the schema", on: "POST /Users", sent: set("schemas", arr{coreUser})},
	{row: "USER-001", why: "leaves the schema out", on: "GET /Users/*", got: set("schemas", arr{"urn:x"})},
	{row: "USER-002", why: "drops middle names", on: "POST /Users", sent: drop("name/middleName")},
	{row: "USER-002", why: "wants a family name", on: "POST /Users", sent: when(holds("name", nil), unless(holds("name/familyName", nil), refuse(400, "invalidValue")))},
	{row: "USER-003", why: "drops the time zone", on: "POST /Users", sent: drop("timezone")},
	{row: "USER-003", why: "does not empty the title", on: "GET /Users/*", got: clings("title")},
	{row: "USER-004", why: "writes locales its own way", on: "GET /Users/*", got: swap("en_US", "en-US")},
	{row: "USER-004", why: "takes one language only", on: "POST /Users", sent: when(asks("q=0.8"), refuse(400, "invalidValue"))},
	{row: "USER-005", why: "publishes a string", on: "GET /Schemas", got: set(schemaOf(coreUser, "profileUrl")+"/type", "string")},
	{row: "USER-005", why: "cuts the query off", on: "GET /Users/*", got: swap("?a=b#c", "")},
	{row: "USER-006", why: "hides who is not active", on: "GET /Users/*", got: when(holds("active", false), refuse(404, ""))},
	{row: "USER-006", why: "does not list who is not active", on: "GET /Users", got: when(holds("Resources/0/active", false), nothing())},
	{row: "USER-006", why: "does not enable again", on: "PUT /Users/*", sent: set("active", false)},
	{row: "USER-007", partly: true, why: "does not say that a password is bad", on: "POST /Users", sent: when(asks(`"password":"a"`), refuse(400, ""))},
	{row: "USER-007", partly: true, why: "breaks on a new password", on: "PUT /Users/*", sent: refuse(500, "")},
	{row: "USER-008", why: "drops primary", on: "POST /Users", sent: drop("ims/0/primary")},
	{row: "USER-008", why: "drops display", on: "GET /Users/*", got: drop("photos/0/display")},
	{row: "USER-009", why: "writes numbers its own way", on: "POST /Users", sent: swap("tel:", "")},
	{row: "USER-009", why: "takes URIs only", on: "POST /Users", sent: when(asks(`"555-1234"`), refuse(400, "invalidValue"))},
	{row: "USER-010", why: "knows no thumbnails", on: "POST /Users", sent: swap(`"thumbnail"`, `"photo"`)},
	{row: "USER-010", why: "keeps a name for the URI", on: "GET /Users/*", got: swap("/F.jpg", "")},
	{row: "USER-011", why: "makes lines one", on: "POST /Users", sent: swap(`\n`, " ")},
	{row: "USER-011", why: "drops the region", on: "GET /Users/*", got: drop("addresses/*/region")},
	{row: "USER-012", why: "takes other codes", given: knowsCountries, on: "POST /Users", sent: swap(`"USA"`, `"US"`)},
	{row: "USER-012", why: "shows the name of the country", given: knowsCountries, on: "GET /Users/*", got: set("addresses/*/country", "Norway")},
	{row: "USER-013", why: "lets users join groups", on: "* /Users/**", got: keep("groups")},
	{row: "USER-013", why: "takes a PATCH of groups", on: "PATCH /Users/*", got: when(answers(400), accept())},
	{row: "USER-014", why: "has old groups", on: "GET /Users/*", got: clings("groups")},
	{row: "USER-014", why: "takes all for indirect", on: "GET /Users/*", got: set("groups/*/type", "indirect")},
	{row: "USER-014", why: "has no $ref", on: "GET /Users/*", got: drop("groups/*/$ref")},
	{row: "USER-014", why: "leaves groups out", on: "GET /Users/*", got: drop("groups")},
	{row: "USER-015", why: "loses certificates", given: readsCertificates, on: "POST /Users", sent: drop("x509Certificates")},
	{row: "USER-015", why: "refuses without saying", given: readsCertificates, on: "POST /Users", got: when(answers(400), drop("scimType"))},
}
