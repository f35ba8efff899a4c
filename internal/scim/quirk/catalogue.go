package quirk

import "github.com/cinode-scim/cinode-scim/internal/scim"

// Kind describes a deviation for people.
type Kind struct {
	ID       string
	Sentence string // what was sent
	Senders  string // who is known to send it
	Section  string // what it departs from
}

// Catalogue lists every deviation.
var Catalogue = []Kind{
	{scim.DeviationUnknownAttribute, "an attribute that no schema of the resource has was ignored", "Entra ID, OneLogin", "RFC 7643 section 3"},
	{scim.DeviationAttributeNotUsed, "an attribute that this tenant does not have was ignored", "every IdP", "Cinode"},
	{scim.DeviationReadOnlyIgnored, "a read-only attribute in a PATCH value without path was ignored", "Okta", "RFC 7644 section 3.5.2"},
	{scim.DeviationBoolAsString, "a boolean was sent as a string", "Entra ID, OneLogin", "RFC 7643 section 2.3.2"},
	{scim.DeviationNumberAsString, "a number was sent where a string is due", "Okta, authentik", "RFC 7643 section 2.3.1"},
	{scim.DeviationValueInArray, "a single value was wrapped in an array", "Entra ID", "RFC 7643 section 2.4"},
	{scim.DeviationObjectForArray, "one value was sent where an array is due", "OneLogin", "RFC 7643 section 2.4"},
	{scim.DeviationStringForComplex, "a string was sent where an object is due", "Entra ID", "RFC 7643 section 2.3.8"},
	{scim.DeviationJSONInString, "an object was sent as JSON text in a string", "Entra ID", "RFC 7643 section 2.3.8"},
	{scim.DeviationMissingSchemas, "the message has no schemas", "various clients", "RFC 7643 section 3"},
	{scim.DeviationSchemaURN, "schemas holds a URN that does not belong there", "Entra ID, OneLogin, Cinode's documents", "RFC 7643 section 3"},
	{scim.DeviationPatchOpCase, "the name of a PATCH operation is capitalised", "Entra ID, Cinode's documents", "RFC 7644 section 3.5.2"},
	{scim.DeviationEmptyOperations, "a PATCH without operations changed nothing", "Entra ID", "RFC 7644 section 3.5.2"},
	{scim.DeviationPathlessKeys, "keys of a PATCH value without path are paths", "Entra ID", "RFC 7644 section 3.5.2"},
	{scim.DeviationUnknownPath, "a PATCH path names no attribute and was ignored", "Entra ID", "RFC 7644 section 3.5.2"},
	{scim.DeviationRemoveByValue, "a remove lists the values to remove instead of selecting them in its path", "Entra ID, OneLogin, JumpCloud", "RFC 7644 section 3.5.2.2"},
	{scim.DeviationRemoveByObject, "a remove has no path and names the values in an object", "Salesforce", "RFC 7644 section 3.5.2.2"},
	{scim.DeviationAddByPath, "an add has no value and names the member in its path", "various clients", "RFC 7644 section 3.5.2.1"},
	{scim.DeviationMembersEmptied, "a replace of members took other members out of the group", "Entra ID", "RFC 7644 section 3.5.2.3"},
	{scim.DeviationReplaceCreates, "a replace whose brackets match nothing created the value", "Entra ID", "RFC 7644 section 3.5.2.3"},
	{scim.DeviationUnknownMember, "members that do not exist were skipped", "JumpCloud, Okta", "RFC 7643 section 4.2"},
	{scim.DeviationUnquotedFilter, "a value in a filter has no quotes", "Entra ID, Cinode's documents", "RFC 7644 section 3.4.2.2"},
	{scim.DeviationEncodedFilter, "a value in a filter is percent-encoded twice", "the validator of Entra ID", "RFC 3986 section 2.4"},
	{scim.DeviationReadOnlyChanged, "another value for what can be set once was left out", "every IdP", "Cinode"},
	{scim.DeviationUserNameNotEmail, "a userName is no e-mail address", "JumpCloud", "Cinode"},
	{scim.DeviationJobTitle, "jobTitle was taken as title", "JumpCloud", "RFC 7643 section 4.1.1"},
	{scim.DeviationGroupID, "the id in a POST of a group was kept as externalId", "Entra ID, Cinode's documents", "RFC 7643 section 3.1"},
	{scim.DeviationParameterIgnored, "a query parameter that is not supported was ignored", "various clients", "Cinode"},
	{scim.DeviationTokenWithoutScheme, "the Authorization header has a token and no scheme", "Okta", "RFC 6750 section 2.1"},
}

// Describe finds a deviation by its id; an unknown id has no sentence.
func Describe(id string) Kind {
	for _, k := range Catalogue {
		if k.ID == id {
			return k
		}
	}
	return Kind{ID: id}
}
