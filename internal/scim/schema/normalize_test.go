package schema_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/quirk"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

const enterprise = scim.URNEnterpriseUser

func decode(tb testing.TB, text string) scim.Object {
	tb.Helper()
	o, err := scim.DecodeObject([]byte(text))
	require.NoError(tb, err, text)
	return o
}

func TestNormalizer_Resource(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, want, deviations string }{
		{"canonical names", `{"USERNAME":"A","Name":{"GIVENNAME":"B"},"EMAILS":[{"VALUE":"c"}]}`,
			`{"userName":"A","name":{"givenName":"B"},"emails":[{"value":"c"}]}`, ""},
		{"extension in any case", `{"URN:IETF:params:scim:schemas:extension:enterprise:2.0:user":{"Department":"D"}}`,
			`{"` + enterprise + `":{"department":"D"}}`, ""},
		{"schemas are not looked at", `{"schemas":["urn:x"],"userName":"a"}`, `{"userName":"a"}`, ""},
		{"null, empty array, empty object", `{"title":null,"emails":[],"name":{"givenName":null},"roles":[null,{}],"` + enterprise + `":{"manager":{}}}`, `{}`, ""},
		{"an extension of null", `{"` + enterprise + `":null}`, `{}`, ""},
		{"empty strings stay", `{"title":"","name":{"givenName":""}}`, `{"title":"","name":{"givenName":""}}`, ""},
		{"read-only", `{"id":"9","meta":{"created":"x"},"groups":[{"value":"1"}],"userName":"a"}`, `{"userName":"a"}`, ""},
		{"read-only inside", `{"` + enterprise + `":{"manager":{"value":"1","displayName":"x"}}}`, `{"` + enterprise + `":{"manager":{"value":"1"}}}`, ""},
		{"password", `{"userName":"a","password":"secret"}`, `{"userName":"a","password":"secret"}`, ""},
		{"password as a number", `{"password":12345}`, `{"password":"12345"}`, "number-for-string"},
		{"no password", `{"userName":"a","password":null}`, `{"userName":"a"}`, ""},
		{"unknown", `{"bogus":1,"name":{"x":1,"givenName":"g"},"department":"D","` + enterprise + `":{"y":1}}`, `{"name":{"givenName":"g"}}`, "unknown-attribute"},
		{"another type's extension", `{"urn:example:x":{"y":1}}`, `{}`, "unknown-attribute"},
		{"order is kept", `{"emails":[{"value":"c"},{"value":"a"},{"value":"b"}]}`, `{"emails":[{"value":"c"},{"value":"a"},{"value":"b"}]}`, ""},
		{"doubles", `{"emails":[{"value":"a"},{"value":"a"},{"value":"a","type":"work"}]}`, `{"emails":[{"value":"a"},{"value":"a","type":"work"}]}`, ""},
		{"one primary", `{"emails":[{"value":"a","primary":true},{"value":"b","primary":false}]}`,
			`{"emails":[{"value":"a","primary":true},{"value":"b","primary":false}]}`, ""},
		{"doubled primary", `{"emails":[{"value":"a","primary":true},{"value":"a","primary":true}]}`, `{"emails":[{"value":"a","primary":true}]}`, ""},
		{"other types of a canonical value", `{"emails":[{"value":"a","type":"custom"}]}`, `{"emails":[{"value":"a","type":"custom"}]}`, ""},
		{"base64 without padding", `{"x509Certificates":[{"value":"QQ"},{"value":"QUI="}]}`, `{"x509Certificates":[{"value":"QQ"},{"value":"QUI="}]}`, ""},
		{"relative reference", `{"profileUrl":"../people/1"}`, `{"profileUrl":"../people/1"}`, ""},
		{"case of values", `{"externalId":"AbC","userName":"AbC"}`, `{"externalId":"AbC","userName":"AbC"}`, ""},

		{"string for a boolean", `{"active":"TRUE","emails":[{"value":"a","primary":"False"}]}`, `{"active":true,"emails":[{"value":"a","primary":false}]}`, "bool-as-string"},
		{"number for a string", `{"externalId":17,"emails":[{"value":1}]}`, `{"externalId":"17","emails":[{"value":"1"}]}`, "number-for-string"},
		{"array for a value", `{"title":["T"],"name":[{"givenName":"g"}],"active":["true"]}`, `{"title":"T","name":{"givenName":"g"},"active":true}`, "bool-as-string, value-in-array"},
		{"object for an array", `{"emails":{"value":"a"}}`, `{"emails":[{"value":"a"}]}`, "object-for-array"},
		{"empty string for an array", `{"emails":""}`, `{}`, "string-for-complex"},
		{"manager as string, number, empty", `{"` + enterprise + `":{"manager":"26"}}`, `{"` + enterprise + `":{"manager":{"value":"26"}}}`, "string-for-complex"},
		{"manager as number", `{"` + enterprise + `":{"manager":26}}`, `{"` + enterprise + `":{"manager":{"value":"26"}}}`, "string-for-complex"},
		{"manager empty", `{"` + enterprise + `":{"manager":{"value":""},"department":"D"}}`, `{"` + enterprise + `":{"department":"D"}}`, "string-for-complex"},
		{"JSON in a string", `{"roles":["{\"value\":\"r\"}"]}`, `{"roles":[{"value":"r"}]}`, "json-in-string"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			noted := &scim.Deviations{}
			n := &schema.Normalizer{Type: schema.RFC().Users, Coerce: quirk.Coerce, Deviations: noted}
			body := decode(t, c.body)
			got, err := n.Resource(body)
			require.NoError(t, err)
			require.Equal(t, decode(t, c.want), got)
			require.Equal(t, c.deviations, noted.IDs())
			require.Equal(t, decode(t, c.body), body, "the body is not changed")

			again, err := n.Resource(got)
			require.NoError(t, err)
			require.Equal(t, got, again, "normalising twice is normalising once")
		})
	}
}

func TestNormalizer_Refuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, detail string }{
		{`{"active":"maybe"}`, "active must be true or false"},
		{`{"active":1}`, "active must be true or false"},
		{`{"title":true}`, "title must be a string"},
		{`{"title":{"x":1}}`, "title must be a string"},
		{`{"title":["a","b"]}`, "title must be a string"},
		{`{"name":"x"}`, "name must be an object"},
		{`{"name":{"givenName":{"x":1}}}`, "name.givenName must be a string"},
		{`{"emails":"x"}`, "emails must be an array"},
		{`{"emails":1}`, "emails must be an array"},
		{`{"emails":["x"]}`, "emails[0] must be an object"},
		{`{"emails":[{"value":"a"},{"value":["b","c"]}]}`, "emails[1].value must be a string"},
		{`{"emails":[{"value":"a","primary":true},{"value":"b","primary":true}]}`, "emails has 2 primary values"},
		{`{"emails":[{"value":"a","primary":"yes"}]}`, "emails[0].primary must be true or false"},
		{`{"x509Certificates":[{"value":"%%%"}]}`, "x509Certificates[0].value must be base64"},
		{`{"profileUrl":"%zz"}`, "profileUrl must be a URI"},
		{`{"` + enterprise + `":"x"}`, enterprise + " must be an object"},
		{`{"` + enterprise + `":{"department":false}}`, enterprise + ":department must be a string"},
	} {
		t.Run(c.body, func(t *testing.T) {
			t.Parallel()
			n := &schema.Normalizer{Type: schema.RFC().Users, Coerce: quirk.Coerce}
			_, err := n.Resource(decode(t, c.body))
			requireRefusal(t, err, scim.ErrorTypeInvalidValue, c.detail)
		})
	}
}

func requireRefusal(t *testing.T, err error, kind scim.ErrorType, detail string) {
	t.Helper()
	var refusal *scim.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, 400, refusal.Status)
	require.Equal(t, kind, refusal.Type, refusal.Detail)
	require.Contains(t, refusal.Detail, detail)
}

// TestNormalizer_ChecksUserNames: RFC 8265 is for userName alone, and where it is
// asked for.
func TestNormalizer_ChecksUserNames(t *testing.T) {
	t.Parallel()
	const blanks = `{"userName":"a b","displayName":"c d","externalId":"e f","name":{"formatted":"g\th"}}`
	for _, typ := range []*schema.ResourceType{schema.RFC().Users, schema.Cinode().Users} {
		n := &schema.Normalizer{Type: typ}
		got, err := n.Resource(decode(t, blanks))
		require.NoError(t, err)
		require.Equal(t, decode(t, blanks), got)
		n.CheckFormats = true
		_, err = n.Resource(decode(t, blanks))
		requireRefusal(t, err, scim.ErrorTypeInvalidValue, "userName holds the character U+0020")
		_, err = n.Resource(decode(t, `{"userName":"babs","displayName":"c d","externalId":"e f"}`))
		require.NoError(t, err)
	}
}

func TestNormalizer_StrictToleratesNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		body string
		kind scim.ErrorType
	}{
		{`{"bogus":1}`, scim.ErrorTypeInvalidSyntax},
		{`{"name":{"bogus":1}}`, scim.ErrorTypeInvalidSyntax},
		{`{"` + enterprise + `":{"bogus":1}}`, scim.ErrorTypeInvalidSyntax},
		{`{"active":"true"}`, scim.ErrorTypeInvalidValue},
		{`{"externalId":1}`, scim.ErrorTypeInvalidValue},
		{`{"title":["T"]}`, scim.ErrorTypeInvalidValue},
		{`{"emails":{"value":"a"}}`, scim.ErrorTypeInvalidValue},
		{`{"` + enterprise + `":{"manager":"26"}}`, scim.ErrorTypeInvalidValue},
	} {
		n := &schema.Normalizer{Type: schema.RFC().Users, Strict: true}
		_, err := n.Resource(decode(t, c.body))
		requireRefusal(t, err, c.kind, "")
	}
}

func TestNormalizer_TellsUnusedFromUnknown(t *testing.T) {
	t.Parallel()
	noted := &scim.Deviations{}
	n := &schema.Normalizer{Type: schema.Cinode().Users, Wider: schema.RFC().Users, Coerce: quirk.Coerce, Deviations: noted}
	got, err := n.Resource(decode(t, `{"userName":"a","emails":[{"value":"x"}],"bogus":1,"password":"p","name":{"middleName":"m","givenName":"g"},"`+enterprise+`":{"department":"D"}}`))
	require.NoError(t, err)
	require.Equal(t, decode(t, `{"userName":"a","name":{"givenName":"g"}}`), got)
	require.Equal(t, []scim.Deviation{
		{ID: scim.DeviationUnknownAttribute, Detail: "bogus"},
		{ID: scim.DeviationAttributeNotUsed, Detail: "emails"},
		{ID: scim.DeviationAttributeNotUsed, Detail: "name.middleName"},
		{ID: scim.DeviationAttributeNotUsed, Detail: "password"},
		{ID: scim.DeviationAttributeNotUsed, Detail: enterprise},
	}, noted.List())
}

func TestNormalizer_Types(t *testing.T) {
	t.Parallel()
	typ := custom(t, `{"id":"urn:x","attributes":[{"name":"count","type":"integer"},{"name":"ratio","type":"decimal"},
		{"name":"at","type":"dateTime"},{"name":"tags","type":"string","multiValued":true}]}`)
	for text, ok := range map[string]bool{
		`{"count":1}`: true, `{"count":-0}`: true, `{"count":9223372036854775807}`: true, `{"count":9223372036854775808}`: false,
		`{"count":1.5}`: false, `{"count":1e3}`: false, `{"count":"1"}`: false, `{"count":true}`: false,
		`{"ratio":1.25}`: true, `{"ratio":1e3}`: true, `{"ratio":2}`: true, `{"ratio":"1.25"}`: false,
		`{"at":"2024-01-01T00:00:00Z"}`: true, `{"at":"2024-01-01T00:00:00.123456789+02:00"}`: true, `{"at":"2024-01-01T00:00:00"}`: true,
		`{"at":"2024-02-30T00:00:00Z"}`: false, `{"at":"2024-01-01"}`: false, `{"at":""}`: false, `{"at":1}`: false,
		`{"tags":["a","b"]}`: true, `{"tags":"a"}`: true, `{"tags":[1]}`: true, `{"tags":[{}]}`: false,
	} {
		_, err := (&schema.Normalizer{Type: typ, Coerce: quirk.Coerce}).Resource(decode(t, text))
		if ok {
			require.NoError(t, err, text)
		} else {
			requireRefusal(t, err, scim.ErrorTypeInvalidValue, "")
		}
	}
}

func custom(t *testing.T, text string) *schema.ResourceType {
	t.Helper()
	core, err := schema.Parse([]byte(text))
	require.NoError(t, err)
	return schema.NewResourceType("User", "/Users", "", core, nil)
}

func TestCheckRequired(t *testing.T) {
	t.Parallel()
	users := schema.RFC().Users
	require.NoError(t, users.CheckRequired(scim.Object{"userName": "a"}))
	for _, o := range []scim.Object{{}, {"userName": ""}, {"userName": nil}, {"displayName": "x"}} {
		requireRefusal(t, users.CheckRequired(o), scim.ErrorTypeInvalidValue, "userName is required")
	}
	requireRefusal(t, schema.RFC().Groups.CheckRequired(scim.Object{}), scim.ErrorTypeInvalidValue, "displayName is required")

	text := `{"id":"urn:e","attributes":[{"name":"badge","type":"string","required":true},{"name":"x","type":"string"}]}`
	extension, err := schema.Parse([]byte(text))
	require.NoError(t, err)
	typ := schema.NewResourceType("User", "/Users", "", users.Schema, []*schema.Schema{extension})
	require.NoError(t, typ.CheckRequired(scim.Object{"userName": "a"}), "an extension may be absent")
	require.NoError(t, typ.CheckRequired(scim.Object{"userName": "a", "urn:e": scim.Object{"badge": "1"}}))
	err = typ.CheckRequired(scim.Object{"userName": "a", "urn:e": scim.Object{"x": "1"}})
	requireRefusal(t, err, scim.ErrorTypeInvalidValue, "urn:e:badge is required")
}

func TestCheckRequired_Parts(t *testing.T) {
	t.Parallel()
	typ := custom(t, `{"id":"urn:x","attributes":[{"name":"one","type":"complex","subAttributes":[{"name":"a","required":true},{"name":"b"}]},
		{"name":"many","type":"complex","multiValued":true,"subAttributes":[{"name":"a","required":true},{"name":"b"}]}]}`)
	for text, detail := range map[string]string{
		`{}`: "", `{"one":{"a":"x"},"many":[{"a":"x"},{"a":"y","b":"z"}]}`: "",
		`{"one":{"b":"x"}}`: "one.a is required", `{"one":{"a":""}}`: "one.a is required", `{"many":[{"a":"x"},{"b":"x"}]}`: "many.a is required",
	} {
		err := typ.CheckRequired(decode(t, text))
		if detail == "" {
			require.NoError(t, err, text)
		} else {
			requireRefusal(t, err, scim.ErrorTypeInvalidValue, detail)
		}
	}
}

func BenchmarkNormalizer_Resource(b *testing.B) {
	body := decode(b, user)
	n := &schema.Normalizer{Type: schema.RFC().Users, Coerce: quirk.Coerce}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := n.Resource(body); err != nil {
			b.Fatal(err)
		}
	}
}
