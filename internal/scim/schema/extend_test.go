package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

const (
	badge       = "urn:example:scim:2.0:Badge"
	isSchema    = `"schemas":["` + scim.URNSchema + `"]`
	isType      = `"schemas":["` + scim.URNResourceType + `"]`
	badgeSchema = `{` + isSchema + `,"id":"` + badge + `","name":"Badge","description":"What opens doors.","attributes":[
		{"name":"number","type":"integer","required":true},{"name":"color"},{"name":"note","returned":"request"},
		{"name":"owner","type":"reference","referenceTypes":["User"]},{"name":"mark","returned":"always"},
		{"name":"pin","mutability":"writeOnly","returned":"never"},{"name":"serial","mutability":"immutable"},
		{"name":"doors","type":"complex","multiValued":true,"description":"Those it opens.","subAttributes":[
			{"name":"code","caseExact":true,"canonicalValues":["A","B"]},{"name":"floor","type":"integer","returned":"request"},
			{"name":"key","returned":"never"},{"name":"name","returned":"always"}]}]}`
	userHasBadge = `{` + isType + `,"name":"User","schemaExtensions":[{"schema":"` + badge + `","required":false}]}`
)

func file(parts ...string) schema.File {
	return schema.File{Name: "x.json", Text: []byte("[" + strings.Join(parts, ",") + "]")}
}

func extended(t *testing.T, files ...schema.File) *schema.Registry {
	t.Helper()
	r, err := schema.RFC().Extend(files...)
	require.NoError(t, err)
	return r
}

func withBadge(t *testing.T) *schema.Registry {
	t.Helper()
	return extended(t, file(badgeSchema, userHasBadge))
}

func TestExtend(t *testing.T) {
	t.Parallel()
	base := schema.RFC()
	r := withBadge(t)
	require.Len(t, r.Users.Extensions, 2)
	require.Same(t, base.Users.Schema, r.Users.Schema)
	require.Empty(t, r.Groups.Extensions)
	require.Len(t, base.Users.Extensions, 1, "the base is not changed")
	require.Same(t, r.Users.Extension(strings.ToUpper(badge)), r.Lookup(badge))
	require.False(t, r.Users.Requires(r.Lookup(badge)))
	var ids []string
	for _, s := range r.Schemas {
		ids = append(ids, s.ID)
	}
	require.Equal(t, []string{scim.URNUser, enterprise, scim.URNGroup, badge, scim.URNServiceProviderConfig, scim.URNResourceType, scim.URNSchema}, ids)
	requireSound(t, badge, r.Lookup(badge).Attributes)

	target, ok := r.Users.ResolveText("URN:EXAMPLE:scim:2.0:badge:DOORS.code")
	require.True(t, ok)
	require.Equal(t, badge+":doors.code", target.String())
	target, ok = r.Resolve(badge + ":color")
	require.True(t, ok)
	require.Equal(t, badge+":color", target.String())
	_, ok = r.Resolve("members.value")
	require.True(t, ok)
	_, ok = r.Resolve("bogus")
	require.False(t, ok)

	same, err := base.Extend()
	require.NoError(t, err)
	require.Same(t, base, same)
}

// TestExtend_PublishesDefaults: what a file leaves out is shown with the default
// of RFC 7643 section 2.2.
func TestExtend_PublishesDefaults(t *testing.T) {
	t.Parallel()
	o := decode(t, string(withBadge(t).Lookup(badge).JSON))
	require.Equal(t, badge, o["id"])
	require.Equal(t, "What opens doors.", o["description"])
	list, _ := o["attributes"].([]any)
	require.Len(t, list, 8)
	require.Equal(t, decode(t, `{"name":"color","type":"string","multiValued":false,"required":false,"caseExact":false,"mutability":"readWrite",
		"returned":"default","uniqueness":"none"}`), list[1])
	require.Equal(t, decode(t, `{"name":"owner","type":"reference","multiValued":false,"required":false,"caseExact":true,"mutability":"readWrite",
		"returned":"default","uniqueness":"none","referenceTypes":["User"]}`), list[3])
	doors, _ := list[7].(scim.Object)
	require.Equal(t, "Those it opens.", doors["description"])
	require.NotContains(t, doors, "uniqueness")
	parts, _ := doors["subAttributes"].([]any)
	require.Equal(t, decode(t, `{"name":"code","type":"string","multiValued":false,"required":false,"canonicalValues":["A","B"],"caseExact":true,
		"mutability":"readWrite","returned":"default","uniqueness":"none"}`), parts[0])
}

func TestExtend_Forms(t *testing.T) {
	t.Parallel()
	list := `{"schemas":["` + scim.URNListResponse + `"],"totalResults":2,"Resources":[` + badgeSchema + `,` + userHasBadge + `]}`
	for name, files := range map[string][]schema.File{
		"array":           {file(badgeSchema, userHasBadge)},
		"ListResponse":    {{Name: "a", Text: []byte(list)}},
		"array of lists":  {file(list)},
		"two files":       {{Name: "a", Text: []byte(badgeSchema)}, {Name: "b", Text: []byte(userHasBadge)}},
		"the type first":  {{Name: "b", Text: []byte(userHasBadge)}, {Name: "a", Text: []byte(badgeSchema)}},
		"as it is served": {file(badgeSchema, `{`+isType+`,"id":"User","name":"User","endpoint":"/Users","description":"d","schema":"`+scim.URNUser+`","schemaExtensions":[{"schema":"`+enterprise+`"},{"schema":"`+strings.ToUpper(badge)+`"}],"meta":{"location":"x"}}`)},
	} {
		r, err := schema.RFC().Extend(files...)
		require.NoError(t, err, name)
		require.NotNil(t, r.Users.Extension(badge), name)
		require.NotNil(t, r.Users.Extension(enterprise), name)
	}
	both := extended(t, file(badgeSchema, userHasBadge, strings.ReplaceAll(userHasBadge, `"User"`, `"Group"`)))
	require.Same(t, both.Users.Extension(badge), both.Groups.Extension(badge))
}

func TestExtend_RequiredExtension(t *testing.T) {
	t.Parallel()
	users := extended(t, file(badgeSchema, strings.ReplaceAll(userHasBadge, "false", "true"))).Users
	require.True(t, users.Requires(users.Extension(badge)))
	require.False(t, users.Requires(users.Extension(enterprise)))
	require.False(t, schema.RFC().Users.Requires(users.Extension(badge)))
	requireRefusal(t, users.CheckRequired(scim.Object{"userName": "a"}), scim.ErrorTypeInvalidValue, "the extension "+badge+" is required for every User")
	requireRefusal(t, users.CheckRequired(scim.Object{"userName": "a", badge: scim.Object{"color": "red"}}), scim.ErrorTypeInvalidValue, badge+":number is required")
	require.NoError(t, users.CheckRequired(scim.Object{"userName": "a", badge: scim.Object{"number": scim.Number("1")}}))

	known := extended(t, file(`{`+isType+`,"name":"User","schemaExtensions":[{"schema":"`+enterprise+`","required":true}]}`)).Users
	require.True(t, known.Requires(known.Extension(enterprise)))
}

// TestExtend_Refuses: each fault is one sentence with its place.
func TestExtend_Refuses(t *testing.T) {
	t.Parallel()
	attribute := func(definition string) string {
		return strings.Replace(badgeSchema, `{"name":"color"}`, definition, 1)
	}
	part := func(definition string) string {
		return attribute(`{"name":"color","type":"complex","multiValued":true,"subAttributes":[` + definition + `]}`)
	}
	const at, in = "x.json at /0/attributes/1", "x.json at /0/attributes/1/subAttributes/0"
	for _, c := range []struct{ text, want string }{
		{`x`, "x.json: this is not the JSON of a schema: "},
		{`[1]`, "x.json at /0: this must be an object: a Schema or ResourceType resource"},
		{`{"id":"urn:x:y"}`, "x.json at /schemas: schemas must hold "},
		{`{"schemas":"` + scim.URNSchema + `"}`, "x.json at /schemas: schemas must be an array"},
		{`{"schemas":["` + scim.URNListResponse + `"],"Resources":{}}`, "x.json at /Resources: Resources must be an array"},
		{`{"schemas":["` + scim.URNListResponse + `"],"Resources":[{}]}`, "x.json at /Resources/0/schemas: schemas must hold "},

		{`{` + isSchema + `}`, "x.json at /id: the schema needs an id, a URN such as "},
		{`{` + isSchema + `,"id":7}`, "x.json at /id: id must be a string"},
		{`{` + isSchema + `,"id":"badge"}`, `x.json at /id: "badge" cannot be the id of a schema; write a URN such as `},
		{`{` + isSchema + `,"id":"urn:example:a b"}`, "cannot be the id of a schema"},
		{`{` + isSchema + `,"id":"urn:example:a[b]"}`, "cannot be the id of a schema"},
		{`{` + isSchema + `,"id":"` + strings.ToLower(enterprise) + `"}`, "x.json at /id: " + strings.ToLower(enterprise) + " is a schema that the server has already"},
		{`{` + isSchema + `,"id":"` + scim.URNPatchOp + `"}`, "is a schema that the server has already; give yours an id of its own"},
		{`[` + badgeSchema + `,` + strings.ReplaceAll(badgeSchema, badge, strings.ToUpper(badge)) + `]`, "x.json at /1/id: the schema " + strings.ToUpper(badge) + " is there twice"},
		{`{` + isSchema + `,"id":"` + badge + `"}`, "x.json at /attributes: attributes must hold at least one attribute"},
		{`{` + isSchema + `,"id":"` + badge + `","attributes":{}}`, "x.json at /attributes: attributes must be an array"},
		{`{` + isSchema + `,"id":"` + badge + `","attributes":["a"]}`, "x.json at /attributes/0: this must be an object: the definition of an attribute"},
		{`{` + isSchema + `,"id":"` + badge + `","attrs":[]}`, `x.json at /attrs: there is no "attrs" here; known are schemas, id, name, `},

		{attribute(`{"name":"a/b"}`), at + `/name: "a/b" is no name of an attribute; use letters, digits, $, - and _`},
		{attribute(`{"name":"$ref"}`), at + `/name: "$ref" is no name`},
		{attribute(`{"name":"1a"}`), at + `/name: "1a" is no name`},
		{attribute(`{"type":"string"}`), at + "/name: the attribute needs a name"},
		{attribute(`{"name":"NUMBER"}`), at + `/name: two attributes are called "NUMBER"; case does not tell them apart`},
		{attribute(`{"name":"username"}`), at + `/name: "username" is an attribute of every User already; choose another name`},
		{attribute(`{"name":"members"}`), at + `/name: "members" is an attribute of every Group already`},
		{attribute(`{"name":"externalId"}`), "is an attribute of every User already"},
		{attribute(`{"name":"a","caseexact":true}`), at + `/caseexact: there is no "caseexact" here; known are name, type, `},
		{attribute(`{"name":"a","type":"text"}`), at + `/type: "text" is no type; use one of string, boolean, decimal, integer, dateTime, binary, reference, complex`},
		{attribute(`{"name":"a","mutability":"writeonly"}`), at + `/mutability: "writeonly" is no mutability; use one of readWrite, readOnly, immutable, writeOnly`},
		{attribute(`{"name":"a","returned":"no"}`), at + `/returned: "no" is no returned; use one of default, always, never, request`},
		{attribute(`{"name":"a","uniqueness":"yes"}`), at + `/uniqueness: "yes" is no uniqueness; use one of none, server, global`},
		{attribute(`{"name":"a","multiValued":"yes"}`), at + "/multiValued: multiValued must be true or false"},
		{attribute(`{"name":"a","required":1}`), at + "/required: required must be true or false"},
		{attribute(`{"name":"a","uniqueness":"server"}`), at + `/uniqueness: the server cannot keep "a" unique: it has no index for it; set uniqueness to none`},
		{attribute(`{"name":"a","uniqueness":"global"}`), "it has no index for it"},
		{attribute(`{"name":"a","mutability":"writeOnly"}`), at + `/returned: "a" is writeOnly, so that nobody may read it; set returned to never`},
		{attribute(`{"name":"a","mutability":"readOnly","required":true}`), at + `/required: "a" is readOnly, so that no client can give it`},
		{attribute(`{"name":"a","type":"boolean","caseExact":true}`), at + `/caseExact: "a" is boolean, which has no case`},
		{attribute(`{"name":"a","type":"integer","canonicalValues":["1"]}`), at + `/canonicalValues: "a" is integer; canonicalValues are for strings`},
		{attribute(`{"name":"a","canonicalValues":["x","x"]}`), at + `/canonicalValues/1: "x" stands twice in canonicalValues`},
		{attribute(`{"name":"a","canonicalValues":[1]}`), at + "/canonicalValues/0: canonicalValues must hold strings"},
		{attribute(`{"name":"a","canonicalValues":"x"}`), at + "/canonicalValues: canonicalValues must be an array"},
		{attribute(`{"name":"a","referenceTypes":["User"]}`), at + `/referenceTypes: "a" is string; referenceTypes are for references`},
		{attribute(`{"name":"a","type":"reference"}`), at + `/referenceTypes: "a" is a reference; name in referenceTypes what it may point to`},
		{attribute(`{"name":"a","type":"reference","referenceTypes":["uri","Device"]}`), at + `/referenceTypes/1: "Device" is nothing to point to`},
		{attribute(`{"name":"a","subAttributes":[{"name":"b"}]}`), at + `/subAttributes: "a" is string; subAttributes are for complex attributes`},
		{attribute(`{"name":"a","type":"complex"}`), at + "/subAttributes: subAttributes must hold at least one attribute"},
		{attribute(`{"name":"a","type":"complex","uniqueness":"server","subAttributes":[{"name":"b"}]}`), "it has no index for it"},
		{attribute(`{"name":"a","type":"complex","caseExact":true,"subAttributes":[{"name":"b"}]}`), at + `/caseExact: "a" is complex, which has no case`},
		{part(`{"name":"b","type":"complex","subAttributes":[{"name":"c"}]}`), in + `/type: "b" is complex inside a complex attribute, which RFC 7643 section 2.3.8 does not allow`},
		{part(`{"name":"b","multiValued":true}`), in + `/multiValued: "b" holds several values inside one`},
		{part(`{"name":"primary"}`), in + "/type: primary must be a boolean"},
		{part(`{"name":"b"},{"name":"B"}`), `x.json at /0/attributes/1/subAttributes/1/name: two attributes are called "B"`},
		{part(`{"name":"b~/"}`), in + `/name: "b~/" is no name`},
		{part(`{"name":"b","a~/b":1}`), in + `/a~0~1b: there is no "a~/b" here`},

		{`{` + isType + `,"name":"Device"}`, `x.json at /name: "Device" cannot be extended; the resource types are User and Group`},
		{`{` + isType + `,"name":"User"}`, "x.json at /schemaExtensions: schemaExtensions must name a schema"},
		{`{` + isType + `,"name":"User","endpoint":"/People"}`, `x.json at /endpoint: the endpoint of User is "/Users"; write that or leave it out`},
		{`{` + isType + `,"name":"Group","schema":"` + scim.URNUser + `"}`, `x.json at /schema: the schema of Group is "` + scim.URNGroup + `"`},
		{`{` + isType + `,"name":"User","schemaExtensions":["` + badge + `"]}`, "x.json at /schemaExtensions/0: this must be an object"},
		{`{` + isType + `,"name":"User","schemaExtensions":[{"schema":"` + badge + `","required":"no"}]}`, "x.json at /schemaExtensions/0/required: required must be true or false"},
		{userHasBadge, `x.json at /schemaExtensions/0/schema: no file has a schema with the id "` + badge + `"; add it, or correct the id`},
		{badgeSchema, "x.json: no resource type uses the schema " + badge + "; name it in schemaExtensions of a ResourceType resource"},
		{`[` + badgeSchema + `,` + userHasBadge + `,` + userHasBadge + `]`, `x.json at /2/schemaExtensions/0/schema: User names the schema "` + badge + `" twice`},
		{`[` + badgeSchema + `,` + strings.ReplaceAll(badgeSchema, badge, badge+":Color") + `,` + userHasBadge + `,` +
			strings.ReplaceAll(userHasBadge, badge, badge+":Color") + `]`, "is the id of another schema, " + badge + ":Color; rename the attribute"},
		{strings.ReplaceAll(`[`+badgeSchema+`,`+userHasBadge+`]`, badge, scim.URNUser+":emails"), `x.json at /0/id: "` + scim.URNUser + `:emails" is also the path of an attribute of ` + scim.URNUser},
	} {
		text := c.text
		if strings.HasPrefix(text, `{`+isSchema) && strings.Contains(c.want, "x.json at /0/") || strings.Contains(c.want, "no index") || strings.Contains(c.want, "externalId") {
			text = `[` + text + `]`
		}
		_, err := schema.RFC().Extend(schema.File{Name: "x.json", Text: []byte(text)})
		require.ErrorContains(t, err, c.want, text)
		require.NotContains(t, err.Error(), "\n")
	}
}

// FuzzExtend: no file panics, and an error names it.
func FuzzExtend(f *testing.F) {
	f.Add([]byte(`[` + badgeSchema + `,` + userHasBadge + `]`))
	f.Add([]byte(`{"schemas":["` + scim.URNListResponse + `"],"Resources":[` + badgeSchema + `]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := schema.RFC().Extend(schema.File{Name: "f", Text: text})
		if err != nil {
			require.Regexp(t, `^f(: | at /)`, err.Error())
			return
		}
		for _, s := range r.Schemas {
			require.True(t, jsontext.Value(s.JSON).IsValid())
			requireSound(t, s.ID, s.Attributes)
		}
	})
}

func TestShown(t *testing.T) {
	t.Parallel()
	r := withBadge(t)
	stored := decode(t, `{"schemas":["`+scim.URNUser+`","`+badge+`"],"userName":"a b","active":true,"`+badge+`":{"number":1,"color":"red"}}`)
	require.Equal(t, decode(t, `{"userName":"a b","active":true}`), schema.RFC().Users.Shown(stored))
	require.Equal(t, decode(t, `{"userName":"a b","active":true,"`+badge+`":{"number":1,"color":"red"}}`), r.Users.Shown(stored))
	changed := extended(t, file(strings.Replace(badgeSchema, `{"name":"color"}`, `{"name":"color","type":"integer"}`, 1), userHasBadge))
	require.Equal(t, decode(t, `{"userName":"a b","active":true,"`+badge+`":{"number":1}}`), changed.Users.Shown(stored), "what does not fit is hidden")
}

func TestSendsAsStored(t *testing.T) {
	t.Parallel()
	r := withBadge(t)
	for _, c := range []struct {
		text              string
		rfc, badge, other bool
	}{
		{`{"userName":"a"}`, true, true, false},
		{`{"userName":"a","` + enterprise + `":{"department":"d"}}`, true, true, false},
		{`{"userName":"a","` + badge + `":{"number":1}}`, false, false, false},
		{`{"userName":"a","` + enterprise + `":{"department":"d"},"` + badge + `":{"number":1}}`, false, false, false},
	} {
		text := r.Users.AppendJSON(nil, decode(t, c.text))
		require.Equal(t, c.rfc, schema.RFC().Users.SendsAsStored(text), c.text)
		require.Equal(t, c.badge, r.Users.SendsAsStored(text), c.text)
		require.Equal(t, c.other, schema.Cinode().Users.SendsAsStored(text), c.text)
	}
	require.True(t, r.Groups.SendsAsStored([]byte(fmt.Sprintf(`{"schemas":[%q],"displayName":"x"}`, scim.URNGroup))))
	for _, text := range []string{"", "{}", `{"schemas":`, `{"schemas":["x"]}`, `{"schemas":[]}`} {
		require.False(t, r.Users.SendsAsStored([]byte(text)), text)
	}
}

// TestProjection_Returned: when the four values of returned are shown (RFC 7643
// section 7).
func TestProjection_Returned(t *testing.T) {
	t.Parallel()
	users := withBadge(t).Users
	const everything = `{"schemas":["x"],"id":"1","userName":"u","password":"p","` + badge + `":{"number":1,"note":"n","mark":"m","pin":"0",
		"doors":[{"code":"A","floor":1,"key":"k","name":"N"},{"code":"B"}]}}`
	const head = `{"schemas":["x"],"id":"1"`
	for _, c := range []struct {
		name, attributes, excluded string
		written                    []string
		want                       string
	}{
		{"default", "", "", nil, head + `,"userName":"u","` + badge + `":{"number":1,"mark":"m","doors":[{"code":"A","name":"N"},{"code":"B"}]}}`},
		{"on request", badge + ":note", "", nil, head + `,"` + badge + `":{"note":"n","mark":"m"}}`},
		{"part on request", badge + ":doors.floor", "", nil, head + `,"` + badge + `":{"mark":"m","doors":[{"floor":1,"name":"N"}]}}`},
		{"never", "password," + badge + ":pin," + badge + ":doors.key", "", nil, head + `,"` + badge + `":{"mark":"m","doors":[{"name":"N"}]}}`},
		{"the whole extension", badge, "", nil, head + `,"` + badge + `":{"number":1,"mark":"m","doors":[{"code":"A","name":"N"},{"code":"B"}]}}`},
		{"excluded", "", "userName," + badge + ":doors.code," + badge + ":mark", nil, head + `,"` + badge + `":{"number":1,"mark":"m","doors":[{"name":"N"}]}}`},
		{"written", "", "", []string{badge + ":note", "title", "password"},
			head + `,"userName":"u","` + badge + `":{"number":1,"note":"n","mark":"m","doors":[{"code":"A","name":"N"},{"code":"B"}]}}`},
		{"written in a body", "", badge + ":number", schema.PathsOf(decode(t, everything)),
			head + `,"userName":"u","` + badge + `":{"note":"n","mark":"m","doors":[{"code":"A","floor":1,"name":"N"},{"code":"B"}]}}`},
		{"written through brackets", "userName", "", []string{badge + `:doors[code eq "A"].floor`}, head + `,"userName":"u","` + badge + `":{"mark":"m"}}`},
	} {
		p, err := users.ParseProjection([]string{c.attributes}, []string{c.excluded})
		require.NoError(t, err)
		if c.written != nil {
			p = users.Written(p, c.written)
		}
		require.Equal(t, decode(t, c.want), users.Apply(p, decode(t, everything)), c.name)
	}
}

func TestKeepOnReplace(t *testing.T) {
	t.Parallel()
	users := withBadge(t).Users
	current := `{"userName":"u","` + badge + `":{"number":1,"color":"red","serial":"s","pin":"0"}}`
	for _, c := range []struct{ name, body, want, refused string }{
		{"named", `{"userName":"u","` + badge + `":{"number":2,"serial":"s","pin":"1"}}`, `{"userName":"u","` + badge + `":{"number":2,"serial":"s","pin":"1"}}`, ""},
		{"left out", `{"userName":"u","` + badge + `":{"number":2}}`, `{"userName":"u","` + badge + `":{"number":2,"serial":"s","pin":"0"}}`, ""},
		{"cleared", `{"userName":"u","` + badge + `":{"number":2,"pin":null}}`, `{"userName":"u","` + badge + `":{"number":2,"serial":"s"}}`, ""},
		{"without the extension", `{"userName":"v"}`, `{"userName":"v","` + badge + `":{"serial":"s","pin":"0"}}`, ""},
		{"changed", `{"userName":"u","` + badge + `":{"number":2,"serial":"t"}}`, "", badge + ":serial cannot be changed once set"},
	} {
		body := decode(t, c.body)
		next, err := (&schema.Normalizer{Type: users}).Resource(body)
		require.NoError(t, err)
		err = users.KeepOnReplace(next, decode(t, current), body)
		if c.refused != "" {
			requireRefusal(t, err, scim.ErrorTypeMutability, c.refused)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, decode(t, c.want), next, c.name)
	}
}
