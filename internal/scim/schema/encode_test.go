package schema_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// user is what an IdP sends to create a user, about 800 bytes.
const user = `{"schemas":["` + scim.URNUser + `","` + enterprise + `"],
"externalId":"00u1a2b3c4d5e6f7","userName":"barbara.jensen@example.com","active":true,"displayName":"Barbara Jensen","title":"Tour Guide",
"name":{"givenName":"Barbara","familyName":"Jensen","formatted":"Barbara Jensen"},"preferredLanguage":"sv-SE","timezone":"Europe/Stockholm",
"emails":[{"value":"barbara.jensen@example.com","type":"work","primary":true},{"value":"babs@home.example","type":"home"}],
"phoneNumbers":[{"value":"tel:+46-8-555-0100","type":"work"}],
"addresses":[{"type":"work","streetAddress":"Storgatan 1","locality":"Stockholm","postalCode":"111 22","country":"SE"}],
"` + enterprise + `":{"employeeNumber":"701984","department":"Tours","manager":{"value":"26"}}}`

func TestAppendJSON_WritesInTheOrderOfTheSchemas(t *testing.T) {
	t.Parallel()
	o := decode(t, `{"`+enterprise+`":{"manager":{"value":"2"},"department":"D","bogus":1},"meta":{"version":"v","resourceType":"User"},"active":true,
		"emails":[{"type":"work","value":"a"},{"value":"b"}],"name":{"givenName":"g","familyName":"f"},"userName":"u","externalId":"e","id":"1",
		"bogus":"x","schemas":["anything"]}`)
	want := `{"schemas":["` + scim.URNUser + `","` + enterprise + `"],"id":"1","externalId":"e","userName":"u",` +
		`"name":{"familyName":"f","givenName":"g"},"active":true,"emails":[{"value":"a","type":"work"},{"value":"b"}],` +
		`"` + enterprise + `":{"department":"D","manager":{"value":"2"},"bogus":1},"meta":{"resourceType":"User","version":"v"},"bogus":"x"}`
	got := string(schema.RFC().Users.AppendJSON(nil, o))
	require.Equal(t, want, got)
}

func TestAppendJSON_SchemasFollowFromTheContent(t *testing.T) {
	t.Parallel()
	users := schema.RFC().Users
	require.Equal(t, `x{"schemas":["`+scim.URNUser+`"],"userName":"u"}`, string(users.AppendJSON([]byte("x"), scim.Object{"userName": "u"})))
	require.JSONEq(t, `{"schemas":["a","b"],"userName":"u"}`, string(users.AppendJSONAs(nil, scim.Object{"userName": "u"}, []any{"a", "b"})))
}

// TestAppendJSON_KeepsWhatTheTypeDoesNotHave: a server that is started without a
// schema must not lose what was stored under it.
func TestAppendJSON_KeepsWhatTheTypeDoesNotHave(t *testing.T) {
	t.Parallel()
	o := decode(t, `{"schemas":[],"userName":"u","urn:b":{"z":[{"y":1,"x":null}],"a":true},"urn:a":{}}`)
	got := string(schema.RFC().Users.AppendJSON(nil, o))
	want := `{"schemas":["` + scim.URNUser + `","urn:a","urn:b"],"userName":"u","urn:a":{},"urn:b":{"a":true,"z":[{"x":null,"y":1}]}}`
	require.Equal(t, want, got)
	again := string(schema.RFC().Users.AppendJSON(nil, decode(t, got)))
	require.Equal(t, got, again)
}

func TestAppendString_IsJSON(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":            `""`,
		"a\"\\/\n\t":  `"a\"\\/\n\t"`,
		"\x01":        `"\u0001"`,
		"é😀<>&\u2028": "\"é😀<>&\u2028\"",
		"\xff":        "\"\ufffd\"",
	} {
		require.Equal(t, want, string(schema.AppendString(nil, in)))
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[^\x00]*`).Draw(t, "s")
		back, err := scim.Decode(schema.AppendString(nil, s))
		require.NoError(t, err)
		require.Equal(t, s, back)
	})
}

// TestAppendJSON_RoundTrip: what was written is read back the same, for any
// resource, and needs no normalising.
func TestAppendJSON_RoundTrip(t *testing.T) {
	t.Parallel()
	users := schema.RFC().Users
	rapid.Check(t, func(t *rapid.T) {
		body := scim.Object{}
		for _, a := range users.Schema.Attributes {
			if rapid.Bool().Draw(t, a.Name) {
				body[a.Name] = value(t, a)
			}
		}
		n := &schema.Normalizer{Type: users}
		o, err := n.Resource(body)
		if err != nil {
			require.ErrorContains(t, err, "primary values")
			return
		}
		back, err := scim.DecodeObject(users.AppendJSON(nil, o))
		require.NoError(t, err)
		again, err := n.Resource(back)
		require.NoError(t, err)
		require.Equal(t, o, again)
		require.True(t, users.Covers(o))
	})
}

func value(t *rapid.T, a *schema.Attribute) any {
	if a.MultiValued {
		one := *a
		one.MultiValued = false
		return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) any { return value(t, &one) }), 0, 3).Draw(t, a.Name)
	}
	switch a.Type {
	case schema.TypeComplex:
		o := scim.Object{}
		for _, sub := range a.SubAttributes {
			if rapid.Bool().Draw(t, sub.Name) {
				o[sub.Name] = value(t, sub)
			}
		}
		return o
	case schema.TypeBoolean:
		return rapid.Bool().Draw(t, a.Name)
	case schema.TypeReference, schema.TypeBinary:
		return rapid.StringMatching(`([a-z]{4})*`).Draw(t, a.Name)
	default:
		return rapid.StringMatching(`[^\x00]{0,8}`).Draw(t, a.Name)
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	users := schema.RFC().Users
	o, err := (&schema.Normalizer{Type: users}).Resource(decode(b, user))
	require.NoError(b, err)
	dst := make([]byte, 0, 2048)
	b.ReportAllocs()
	for b.Loop() {
		dst = users.AppendJSON(dst[:0], o)
	}
}
