package scim_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                "",
		"abc.1@x":         "abc.1@x",
		"ABC.1@X":         "abc.1@x",
		"ÅÄÖ":             "åäö",
		"A\u030a":         "å",
		"\u212b":          "å", // the angstrom sign is an Å
		"Straße":          "strasse",
		"STRASSE":         "strasse",
		"ΣΑΣ":             "σασ",
		"σας":             "σασ",
		"ﬀ":               "ff",
		"I":               "i",
		"İ":               "i\u0307",
		"ı":               "ı",
		"Дом":             "дом",
		"日本":              "日本",
		"e\u0301E\u0301é": "ééé",
		"1½":              "1½", // NFC keeps what NFKC would take apart
	} {
		require.Equal(t, want, scim.Fold(in), in)
	}
}

func TestFold_HoldsForAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		// The library swaps the two cases of Cherokee instead of folding them.
		s := rapid.String().Filter(func(s string) bool { return !strings.ContainsFunc(s, isCherokee) }).Draw(t, "s")
		folded := scim.Fold(s)
		require.Equal(t, folded, scim.Fold(folded), "folding twice is folding once")
		ascii := rapid.StringMatching(`[ -~]*`).Draw(t, "ascii")
		require.Equal(t, strings.ToLower(ascii), scim.Fold(ascii))
		require.Equal(t, scim.Fold(ascii), scim.Fold(strings.ToUpper(ascii)))
	})
}

func isCherokee(r rune) bool { return unicode.Is(unicode.Cherokee, r) }

func TestEqual(t *testing.T) {
	t.Parallel()
	tree := scim.Object{"a": []any{scim.Number("1"), "x", true, nil, scim.Object{}}, "b": scim.Object{"c": "d"}}
	require.True(t, scim.Equal(tree, scim.Clone(tree)))
	for _, c := range [][2]any{
		{nil, false}, {"1", scim.Number("1")}, {[]any{}, scim.Object{}}, {[]any{"a", "b"}, []any{"b", "a"}}, {[]any{"a"}, []any{"a", "a"}},
		{scim.Object{"a": nil}, scim.Object{}}, {scim.Object{"a": nil}, scim.Object{"b": nil}}, {scim.Object{}, "x"}, {[]any{}, nil},
	} {
		require.False(t, scim.Equal(c[0], c[1]), "%v %v", c[0], c[1])
		require.False(t, scim.Equal(c[1], c[0]), "%v %v", c[0], c[1])
	}
}

func TestClone_SharesNothing(t *testing.T) {
	t.Parallel()
	inner := scim.Object{"c": "d"}
	tree := scim.Object{"a": []any{inner}, "b": inner}
	copied := scim.CloneObject(tree)
	inner["c"] = "changed"
	require.Equal(t, scim.Object{"a": []any{scim.Object{"c": "d"}}, "b": scim.Object{"c": "d"}}, copied)
}

func TestLookup_IgnoresCase(t *testing.T) {
	t.Parallel()
	o := scim.Object{"userName": "a"}
	for _, name := range []string{"userName", "USERNAME", "username"} {
		v, ok := scim.Lookup(o, name)
		require.True(t, ok)
		require.Equal(t, "a", v)
	}
	_, ok := scim.Lookup(o, "user")
	require.False(t, ok)
	_, ok = scim.Lookup(nil, "user")
	require.False(t, ok)
}

func TestDeviations(t *testing.T) {
	t.Parallel()
	var none *scim.Deviations
	none.Note("a", "b") // nobody asked
	require.Empty(t, none.List())
	require.Empty(t, none.IDs())

	noted := &scim.Deviations{}
	for _, d := range []scim.Deviation{{"b", "x"}, {"a", "x"}, {"b", "x"}, {"b", "y"}} {
		noted.Note(d.ID, d.Detail)
	}
	require.Equal(t, []scim.Deviation{{"b", "x"}, {"a", "x"}, {"b", "y"}}, noted.List(), "each once, in order")
	require.Equal(t, "b, a", noted.IDs())
}

func TestErrors_HaveTheStatusOfTheirType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  *scim.Error
		want string
	}{
		{scim.InvalidFilter("%d", 1), "400 invalidFilter: 1"},
		{scim.InvalidSyntax("x"), "400 invalidSyntax: x"},
		{scim.InvalidPath("x"), "400 invalidPath: x"},
		{scim.InvalidValue("x"), "400 invalidValue: x"},
		{scim.NoTarget("x"), "400 noTarget: x"},
		{scim.Mutability("x"), "400 mutability: x"},
		{scim.Uniqueness("x"), "409 uniqueness: x"},
		{scim.PreconditionFailed("x"), "412: x"},
		{scim.NotImplemented("x"), "501: x"},
		{scim.StatusError(404, "%s", "x"), "404: x"},
	} {
		require.EqualError(t, c.err, c.want)
	}
}
