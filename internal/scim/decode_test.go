package scim_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		`null`:                     nil,
		` true `:                   true,
		`"a\"\u00e9\uD83D\uDE00/"`: "a\"é😀/",
		`""`:                       "",
		`[]`:                       []any{},
		`{}`:                       scim.Object{},
		`{"a":{"a":1},"b":[{"a":2},{"a":3}]}`: scim.Object{
			"a": scim.Object{"a": scim.Number("1")},
			"b": []any{scim.Object{"a": scim.Number("2")}, scim.Object{"a": scim.Number("3")}},
		},
		`[9007199254740993, -0, 1.50, 1E400]`: []any{
			scim.Number("9007199254740993"), scim.Number("-0"), scim.Number("1.50"), scim.Number("1E400"),
		},
		`{"":null}`: scim.Object{"": nil},
		strings.Repeat("[", scim.MaxDepth) + strings.Repeat("]", scim.MaxDepth): nest(scim.MaxDepth),
	} {
		got, err := scim.Decode([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

// nest makes arrays in arrays.
func nest(depth int) any {
	list := []any{}
	for range depth - 1 {
		list = []any{list}
	}
	return list
}

func TestDecode_Refuses(t *testing.T) {
	t.Parallel()
	deep := scim.MaxDepth + 2
	for _, c := range []struct{ name, text, detail string }{
		{"nothing", ``, "ends"},
		{"blank", ` `, "ends"},
		{"open object", `{"a":1`, "ends"},
		{"open string", `"a`, "ends too early"},
		{"open array", `[1,`, "ends too early"},
		{"word", `nope`, "at byte"},
		{"comma", `{"a":1,}`, "at byte"},
		{"colon", `{"a" 1}`, "at byte"},
		{"no quotes", `{a:1}`, "at byte"},
		{"comment", `{} // x`, "more than one JSON value"},
		{"leading zero", `{"a":01}`, "at byte"},
		{"two values", `{} {}`, "more than one JSON value"},
		{"tail", `1 x`, "more than one JSON value"},
		{"same name twice", `{"a":1,"a":2}`, "twice"},
		{"same name escaped", `{"a":1,"\u0061":2}`, "twice"},
		{"same name inside", `{"b":[{"a":1,"a":2}]}`, "twice"},
		{"case twins", `{"userName":1,"USERNAME":2}`, "twice"},
		{"case twins inside", `{"name":{"givenName":1,"GivenName":2}}`, "twice"},
		{"NUL", `{"a":"x\u0000y"}`, "U+0000"},
		{"NUL in a name", `{"a\u0000":1}`, "U+0000"},
		{"bad UTF-8", "{\"a\":\"\xff\"}", "UTF-8"},
		{"half a surrogate pair", `{"a":"\ud83d"}`, "at byte"},
		{"control character", "{\"a\":\"\x01\"}", "at byte"},
		{"too deep", strings.Repeat("[", deep) + strings.Repeat("]", deep), "nested deeper"},
		{"too deep and open", strings.Repeat(`{"a":`, 100_000), "nested deeper"},
		{"byte order mark", "\ufeff{}", "at byte"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := scim.Decode([]byte(c.text))
			var refusal *scim.Error
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, 400, refusal.Status)
			require.Equal(t, scim.ErrorTypeInvalidSyntax, refusal.Type)
			require.Contains(t, refusal.Detail, c.detail)
		})
	}
}

func TestDecodeObject(t *testing.T) {
	t.Parallel()
	o, err := scim.DecodeObject([]byte(`{"a":1}`))
	require.NoError(t, err)
	require.Equal(t, scim.Object{"a": scim.Number("1")}, o)
	for text, detail := range map[string]string{
		"": "no body", " \n": "no body", "[]": "must be a JSON object", "null": "must be a JSON object", `"x"`: "must be a JSON object",
	} {
		_, err := scim.DecodeObject([]byte(text))
		require.ErrorContains(t, err, detail, text)
	}
}

// FuzzDecode: no input panics, a refusal is one the client can read, and what
// was decoded is valid text without U+0000 that copies into an equal tree.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `[1,true,null,"x"]`, `{"userName":"a\u00e9","emails":[{"value":"x","primary":true}]}`, `{"a":1,"A":2}`,
		"{\"a\":\"\xff\"}", `{"a":"\u0000"}`, strings.Repeat(`[`, 40), `-0.1e-5`, `{"a":{"b":{"c":[[[]]]}}} x`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := scim.Decode(text)
		if err != nil {
			var refusal *scim.Error
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, scim.ErrorTypeInvalidSyntax, refusal.Type)
			require.Equal(t, strings.ToValidUTF8(refusal.Detail, ""), refusal.Detail)
			return
		}
		requireClean(t, v, 0)
		require.True(t, scim.Equal(v, scim.Clone(v)))
	})
}

func requireClean(t *testing.T, v any, depth int) {
	t.Helper()
	require.LessOrEqual(t, depth, scim.MaxDepth)
	switch v := v.(type) {
	case string:
		require.NotContains(t, v, "\x00")
		require.Equal(t, strings.ToValidUTF8(v, ""), v)
	case []any:
		for _, e := range v {
			requireClean(t, e, depth+1)
		}
	case scim.Object:
		for name, e := range v {
			requireClean(t, name, depth)
			requireClean(t, e, depth+1)
		}
	}
}

// user is what an IdP sends to create a user, about 800 bytes.
const user = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
"externalId":"00u1a2b3c4d5e6f7","userName":"barbara.jensen@example.com","active":true,"displayName":"Barbara Jensen","title":"Tour Guide",
"name":{"givenName":"Barbara","familyName":"Jensen","formatted":"Barbara Jensen"},"preferredLanguage":"sv-SE","timezone":"Europe/Stockholm",
"emails":[{"value":"barbara.jensen@example.com","type":"work","primary":true},{"value":"babs@home.example","type":"home"}],
"phoneNumbers":[{"value":"tel:+46-8-555-0100","type":"work"}],
"addresses":[{"type":"work","streetAddress":"Storgatan 1","locality":"Stockholm","postalCode":"111 22","country":"SE"}],
"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984","department":"Tours","manager":{"value":"26"}}}`

func BenchmarkDecode(b *testing.B) {
	text := []byte(user)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := scim.DecodeObject(text); err != nil {
			b.Fatal(err)
		}
	}
}
