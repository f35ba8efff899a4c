package conformance

import "slices"

// join makes one table of several, and the same reason for several rows.
func join(parts ...[]rule) []rule { return slices.Concat(parts...) }

func because(why string, words ...string) []rule {
	var rules []rule
	for _, word := range words {
		rules = append(rules, rule{word, why})
	}
	return rules
}

// What Cinode documents beyond the MUST rows.
var cinodeNeeds = join(
	because("Cinode documents the plural path", "INTOP-008"),
	because("Cinode's examples write Add, Replace and Remove", "PATCH-005"),
	because("Cinode documents active as the status of a user", "INTOP-006"),
)

var cinodeSpares = join(
	because("Cinode documents no bulk", "BULK"),
	because("Cinode documents no /Me", "ME"),
	because("Cinode documents no sorting", "SORT"),
	because("Cinode documents no .search", "SRCH"),
	because("Cinode documents paging by startIndex alone", "CURS"),
	because("Cinode documents no versions", "ETAG"),
	because("Cinode documents no events", "EVT", "SETD"),
	because("Cinode documents users and groups alone", "DEV", "LIST-008"),
	because("Cinode documents no value paths in filters", "VPATH"),
	because("Cinode documents eq, ne, co, lt, le, gt and ge, but no sw, ew or pr", "FILT-007", "FILT-008", "FILT-013", "FILT-016", "FILT-017", "FILT-018"),
	because("Cinode documents no and, or, not", "FILT-004", "FILT-023", "FILT-024", "FILT-025", "FILT-026", "FILT-028"),
	because("Cinode keeps a deleted user and shows it as disconnected", "DEL-002", "DEL-003"),
	because("Cinode's userName cannot be changed once it is set", "PUT-012", "PATCH-024"),
	because("Cinode's externalId cannot be changed once it is set", "COMM-003"),
	because("Cinode works with Entra, which sends an empty Operations", "PATCH-003"),
	because("Cinode works with providers that send attributes it does not keep", "PATCH-011"),
	because("Cinode works with providers that leave schemas out", "PUT-016", "USER-001"),
)

var entraNeeds = join(
	because("Entra updates by PATCH alone", "PATCH-001"),
	because("Entra sends many small changes of a group at the same time", "PATCH-025"),
	because("Entra sends a membership again", "PATCH-034", "GROUP-007"),
	because("Entra sets the work address with a value path whether there is one or not", "PATCH-037"),
	because("Entra removes members that may be gone, and repeats what is refused", "PATCH-043", "PATCH-044"),
	because("Entra may set the manager by a bare id", "ENT-005"),
	because("Entra sends an empty roles list and meta whether published or not", "UNK-001"),
	because("Entra adds a URN of its own to the schemas of a group", "UNK-002"),
	because("Entra names the enterprise extension in schemas also when it has no data", "UNK-003"),
	because("Entra's Content-Type has a charset", "HTTP-005"),
	because("Entra appends a feature flag to the query", "HTTP-011"),
	because("Entra encodes its filters", "FILT-043"),
	because("Entra reads errors as SCIM JSON, and stops at HTML", "ERR-012", "AUTH-008"),
)

var entraSpares = join(
	because("Entra sends no bulk request", "BULK"),
	because("Entra does not use /Me", "ME"),
	because("Entra does not sort", "SORT", "PAGE-011"),
	because("Entra searches by GET", "SRCH"),
	because("Entra does not page by cursor", "CURS"),
	because("Entra sends no conditional request", "ETAG", "DEL-006"),
	because("Entra takes no events", "EVT", "SETD"),
	because("Entra provisions users and groups alone", "DEV"),
	because("Entra updates by PATCH alone", "PUT"),
	because("Entra reads no discovery but the schemas", "SPC", "RT"),
	because("Entra filters with eq and and alone", "FILT-010", "FILT-013", "FILT-016", "FILT-017", "FILT-018", "FILT-020", "FILT-021",
		"FILT-022", "FILT-024", "FILT-025", "FILT-026", "FILT-028", "FILT-030"),
	because("Entra puts a sub-attribute behind the value paths of its filters", "VPATH"),
	because("Entra queries one type at a time", "LIST-008"),
	because("Entra selects attributes only as it reads", "CREATE-015", "PATCH-009", "ATTR-011"),
	because("Entra may send an empty Operations", "PATCH-003"),
	because("Entra wants the value made that the path does not find", "PATCH-051"),
	because("Entra wants the name of a group to be unique", "GROUP-001"),
)

var oktaNeeds = join(
	because("Okta takes a create that is answered without the user for a failed one", "CREATE-003"),
	because("Okta writes back by PUT what it read, so that what is hidden is missing", "PUT-011"),
	because("Okta writes back by PUT all that it read", "UNK-001"),
	because("Okta's catalogue integrations change users and groups by PATCH", "PATCH-001"),
	because("Okta sends changes of one group at the same time", "PATCH-025"),
	because("Okta sends a membership again", "PATCH-034", "GROUP-007"),
	because("Okta removes members by a value path that may find none", "PATCH-043"),
	because("Okta imports by pages of 100", "PAGE-006", "PAGE-007", "SORT-010"),
	because("Okta's Content-Type has a charset, and its tests send application/json", "HTTP-005"),
	because("Okta encodes its filters", "FILT-043"),
	because("Okta's tests want 401 for a wrong token", "AUTH-004"),
	because("Okta reads every error as JSON", "ERR-012", "AUTH-008"),
	because("Okta waits as long as Retry-After says", "ERR-011"),
	because("no client may ever read a password", "ATTR-005"),
)

var oktaSpares = join(
	because("Okta sends no bulk request", "BULK"),
	because("Okta does not use /Me", "ME"),
	because("Okta does not sort", "SORT", "PAGE-011"),
	because("Okta searches by GET", "SRCH"),
	because("Okta does not page by cursor", "CURS"),
	because("Okta sends no conditional request", "ETAG", "DEL-006"),
	because("Okta takes no events", "EVT", "SETD"),
	because("Okta pushes users and groups alone", "DEV"),
	because("Okta reads no discovery but for entitlements", "DISC", "SPC", "RT", "SCH"),
	because("Okta filters by userName eq and displayName eq alone", "FILT-004", "FILT-005", "FILT-006", "FILT-010", "FILT-013", "FILT-016",
		"FILT-017", "FILT-018", "FILT-020", "FILT-021", "FILT-022", "FILT-023", "FILT-024", "FILT-025", "FILT-026", "FILT-027", "FILT-028",
		"FILT-030", "FILT-032", "FILT-045", "VPATH"),
	because("Okta queries one type at a time", "LIST-008"),
	because("Okta selects no attributes", "ATTR", "CREATE-015", "PATCH-009", "FILT-046"),
	because("Okta never deletes a user", "DEL"),
)
