package storetest

import (
	"sync"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// manager is what the enterprise extension says of a manager.
const manager = `{"name":"manager","type":"complex","subAttributes":[
	{"name":"value","type":"string","caseExact":true},{"name":"$ref","type":"reference"},
	{"name":"displayName","type":"string","mutability":"readOnly"}]}`

// URNs of the schemas that random resources follow.
const (
	urnUser  = "urn:example:User"
	urnGroup = "urn:example:Group"
	urnExtra = "urn:example:extra:2.0:Extra"
)

// every has an attribute of each type, by name.
const every = `
	{"name":"plain","type":"string"},
	{"name":"exact","type":"string","caseExact":true},
	{"name":"flag","type":"boolean"},
	{"name":"amount","type":"decimal"},
	{"name":"level","type":"integer"},
	{"name":"moment","type":"dateTime"},
	{"name":"raw","type":"binary"},
	{"name":"site","type":"reference"},
	{"name":"tags","type":"string","multiValued":true},
	{"name":"codes","type":"string","multiValued":true,"caseExact":true},
	{"name":"flags","type":"boolean","multiValued":true},
	{"name":"amounts","type":"decimal","multiValued":true},
	{"name":"levels","type":"integer","multiValued":true},
	{"name":"moments","type":"dateTime","multiValued":true}`

// complexes has complex attributes of those.
const complexes = `
	{"name":"single","type":"complex","subAttributes":[
		{"name":"value","type":"string"},{"name":"exact","type":"string","caseExact":true},{"name":"primary","type":"boolean"},
		{"name":"level","type":"integer"},{"name":"moment","type":"dateTime"}]},
	{"name":"emails","type":"complex","multiValued":true,"subAttributes":[
		{"name":"value","type":"string"},{"name":"type","type":"string"},{"name":"primary","type":"boolean"}]},
	{"name":"things","type":"complex","multiValued":true,"subAttributes":[
		{"name":"exact","type":"string","caseExact":true},{"name":"flag","type":"boolean"},{"name":"amount","type":"decimal"},
		{"name":"moment","type":"dateTime"},{"name":"$ref","type":"reference"},{"name":"raw","type":"binary"}]}`

const links = `"type":"complex","multiValued":true,"subAttributes":[
	{"name":"value","type":"string","caseExact":true},{"name":"$ref","type":"reference"},
	{"name":"display","type":"string"},{"name":"type","type":"string"}]}`

// randomTypes are the types of random resources.
var randomTypes = sync.OnceValues(func() (users, groups *schema.ResourceType) {
	extra := mustParse(urnExtra, every+","+complexes)
	users = schema.NewResourceType("User", "/Users", "", mustParse(urnUser,
		`{"name":"userName","type":"string","required":true},{"name":"displayName","type":"string"},{"name":"active","type":"boolean"},
		{"name":"groups","mutability":"readOnly",`+links+","+every+","+complexes), []*schema.Schema{extra, mustParse(scim.URNEnterpriseUser, manager)})
	groups = schema.NewResourceType("Group", "/Groups", "", mustParse(urnGroup,
		`{"name":"displayName","type":"string","required":true},{"name":"members",`+links+","+every), nil)
	return users, groups
})

func mustParse(urn, attributes string) *schema.Schema {
	s, err := schema.Parse([]byte(`{"id":"` + urn + `","attributes":[` + attributes + `]}`))
	if err != nil {
		panic(err)
	}
	return s
}
