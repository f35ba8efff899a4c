package main

var (
	withCursors = &mutant{on: "GET /ServiceProviderConfig", got: set("pagination", obj{"cursor": true, "index": true, "defaultPageSize": 10})}
	withEvents  = &mutant{on: "GET /ServiceProviderConfig", got: set("securityEvents", obj{"asyncRequest": "none", "eventUris": arr{}})}
	// needsExtension is a server whose users must have the enterprise extension.
	needsExtension = &mutant{
		sent: at("POST /Users", unless(holds(enterprise, nil), refuse(400, "invalidValue"))),
		got:  at("GET /ResourceTypes", set("Resources/0/schemaExtensions/0/required", true)),
	}
)

var discoveryMutants = []mutant{
	{row: "DISC-001", why: "sends another media type", on: "GET /Schemas", got: header("Content-Type", "application/json")},
	{row: "DISC-002", why: "lists without the message's URN", on: "GET /ResourceTypes", got: drop("schemas")},
	{row: "DISC-002", why: "wraps ServiceProviderConfig", on: "GET /ServiceProviderConfig", got: wrap()},
	{row: "DISC-003", why: "pages the schemas", on: "GET /Schemas", got: when(asks("count=1"), drop("Resources/1", "Resources/1"))},
	{row: "DISC-003", why: "selects attributes", on: "GET /ServiceProviderConfig", got: when(asks("attributes="), drop("bulk", "filter", "sort"))},
	{row: "DISC-004", why: "ignores a filter", on: "GET /ResourceTypes", sent: param("filter", "")},
	{row: "DISC-005", why: "lists a message as a schema", on: "GET /Schemas", got: set("Resources/+", obj{"id": errorURN, "attributes": arr{}})},
	{row: "DISC-006", why: "leaves Allow out", on: "POST /Schemas", got: header("Allow", "")},
	{row: "DISC-006", why: "takes a DELETE", on: "DELETE /ResourceTypes", sent: answer(204, "")},
	{row: "DISC-007", why: "denies the PATCH that it serves", on: "GET /ServiceProviderConfig", got: set("patch/supported", false)},
	{row: "DISC-007", why: "drops an attribute that it publishes", on: "POST /Users", sent: drop("nickName")},

	{row: "SPC-001", why: "has a second schema", on: "GET /ServiceProviderConfig", got: set("schemas/+", "urn:x")},
	{row: "SPC-002", why: "leaves a feature out", on: "GET /ServiceProviderConfig", got: drop("changePassword")},
	{row: "SPC-002", why: "writes a boolean as a string", on: "GET /ServiceProviderConfig", got: set("sort/supported", "true")},
	{row: "SPC-003", why: "leaves the limits of bulk out, as it has none", on: "GET /ServiceProviderConfig", got: drop("bulk/maxOperations")},
	{row: "SPC-004", why: "has two primary schemes", on: "GET /ServiceProviderConfig",
		got: set("authenticationSchemes/+", obj{"type": "httpbasic", "name": "Basic", "description": "Basic", "primary": true})},
	{row: "SPC-004", why: "describes no scheme", on: "GET /ServiceProviderConfig", got: drop("authenticationSchemes/0/description")},
	{row: "SPC-005", why: "makes a type up", on: "GET /ServiceProviderConfig", got: set("authenticationSchemes/0/type", "apikey")},
	{row: "SPC-006", why: "wants a token", on: "GET /ServiceProviderConfig", sent: unless(asksHeader("Authorization", ""), refuse(401, ""))},
	{row: "SPC-007", why: "has a relative URL", on: "GET /ServiceProviderConfig", got: set("documentationUri", "docs/index.html")},
	{row: "SPC-008", why: "names its type otherwise", on: "GET /ServiceProviderConfig", got: set("meta/resourceType", "Config")},
	{row: "SPC-008", why: "says that it is where it is not", on: "GET /ServiceProviderConfig",
		got: swap(`/ServiceProviderConfig"}`, `/Config"}`)},
	{row: "SPC-009", why: "says nothing of index", given: withCursors, on: "GET /ServiceProviderConfig", got: drop("pagination/index")},
	{row: "SPC-010", why: "has pages of nothing", given: withCursors, on: "GET /ServiceProviderConfig", got: set("pagination/defaultPageSize", 0)},
	{row: "SPC-011", why: "makes a word up", given: withEvents, on: "GET /ServiceProviderConfig", got: set("securityEvents/asyncRequest", "sometimes")},

	{row: "RT-001", why: "leaves schemas out", on: "GET /ResourceTypes", got: drop("Resources/1/schemas")},
	{row: "RT-001", why: "leaves an endpoint out", on: "GET /ResourceTypes", got: drop("Resources/1/endpoint")},
	{row: "RT-002", why: "does not serve the schema of users", on: "GET /Schemas/" + coreUser, sent: refuse(404, "")},
	{row: "RT-003", why: "writes a boolean as a string", on: "GET /ResourceTypes", got: set("Resources/0/schemaExtensions/0/required", "false")},
	{row: "RT-003", why: "does not serve the schema of an extension", on: "GET /Schemas/" + enterprise, sent: refuse(404, "")},
	{row: "RT-004", why: "announces an endpoint that it does not have", on: "GET /Groups", sent: refuse(404, "")},
	{row: "RT-004", why: "leaves the slash out", on: "GET /ResourceTypes", got: set("Resources/1/endpoint", "Groups")},
	{row: "RT-005", why: "wraps a single type", on: "GET /ResourceTypes/User", got: wrap()},
	{row: "RT-006", why: "answers 404 with a message of its own", on: "GET /ResourceTypes/*", got: when(answers(404), answer(404, `{"message":"no"}`))},
	{row: "RT-007", why: "makes up the extension that is required", given: needsExtension, on: "POST /Users", sent: set(enterprise, obj{"department": "x"})},
	{row: "RT-008", why: "gives two types one name", on: "GET /ResourceTypes", got: set("Resources/1/name", "User")},
	{row: "RT-009", why: "has an endpoint of another name", on: "GET /ResourceTypes", got: set("Resources/1/endpoint", "/Teams")},
	{row: "RT-010", why: "numbers the types", on: "GET /ResourceTypes", got: set("Resources/1/id", "2")},
}

var schemaMutants = []mutant{
	{row: "SCH-001", why: "leaves a schema out", on: "GET /Schemas",
		got: do(drop("Resources/id="+enterprise), set("totalResults", 2))},
	{row: "SCH-001", why: "counts wrongly", on: "GET /Schemas", got: set("totalResults", 1)},
	{row: "SCH-002", why: "does not decode the path", on: "GET /Schemas/*", sent: when(asks("%3A"), refuse(404, ""))},
	{row: "SCH-003", why: "answers an unknown URN with nothing", on: "GET /Schemas/*", got: when(answers(404), answer(200, "{}"))},
	{row: "SCH-004", why: "leaves schemas out", on: "GET /Schemas", got: drop("Resources/0/schemas")},
	{row: "SCH-004", why: "leaves attributes out", on: "GET /Schemas", got: drop("Resources/id=" + enterprise + "/attributes")},
	{row: "SCH-005", why: "leaves multiValued out", on: "GET /Schemas", got: drop(schemaOf(coreUser, "userName") + "/multiValued")},
	{row: "SCH-005", why: "leaves the type of a sub-attribute out", on: "GET /Schemas", got: drop(schemaOf(coreUser, "name.givenName") + "/type")},
	{row: "SCH-006", why: "makes a mutability up", on: "GET /Schemas", got: set(schemaOf(coreUser, "userName")+"/mutability", "writable")},
	{row: "SCH-006", why: "makes a type up", on: "GET /Schemas", got: set(schemaOf(coreUser, "emails.type")+"/type", "text")},
	{row: "SCH-007", why: "nests complex attributes", on: "GET /Schemas", got: set(schemaOf(coreUser, "name.givenName")+"/type", "complex")},
	{row: "SCH-008", why: "leaves subAttributes out", on: "GET /Schemas", got: drop(schemaOf(coreUser, "name") + "/subAttributes")},
	{row: "SCH-009", why: "makes a complex attribute unique", on: "GET /Schemas", got: set(schemaOf(coreUser, "emails")+"/uniqueness", "server")},
	{row: "SCH-009", why: "makes a complex attribute caseExact", on: "GET /Schemas", got: set(schemaOf(coreUser, "name")+"/caseExact", true)},
	{row: "SCH-010", why: "has referenceTypes on a string", on: "GET /Schemas", got: set(schemaOf(coreUser, "userName")+"/referenceTypes", arr{"external"})},
	{row: "SCH-010", why: "refers to no type", on: "GET /Schemas", got: set(schemaOf(coreGroup, "members.$ref")+"/referenceTypes", arr{"Robot"})},
	{row: "SCH-011", why: "follows the RFC before its errata", on: "GET /Schemas", got: set(schemaOf(coreGroup, "displayName")+"/required", false)},
	{row: "SCH-012", why: "says that a reference is not caseExact", on: "GET /Schemas", got: set(schemaOf(coreUser, "profileUrl")+"/caseExact", false)},
	{row: "SCH-013", why: "publishes an id that clients set", on: "GET /Schemas", got: set("Resources/id="+coreUser+"/attributes/+",
		obj{"name": "id", "type": "string", "multiValued": false, "caseExact": true, "mutability": "readWrite", "returned": "always"})},
}
