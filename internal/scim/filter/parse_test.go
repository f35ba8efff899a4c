package filter_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

func TestParse_Bounds(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	for _, c := range []struct{ name, within, beyond, detail string }{
		{"parentheses", repeat("(", filter.MaxDepth) + "title pr" + repeat(")", filter.MaxDepth),
			repeat("(", filter.MaxDepth+1) + "title pr" + repeat(")", filter.MaxDepth+1), "nested"},
		{"not", repeat("not (", filter.MaxDepth) + "title pr" + repeat(")", filter.MaxDepth),
			repeat("not(", filter.MaxDepth+1) + "title pr" + repeat(")", filter.MaxDepth+1), "nested"},
		{"parentheses in brackets", "emails[" + repeat("(", filter.MaxDepth-1) + "value pr" + repeat(")", filter.MaxDepth-1) + "]",
			"emails[" + repeat("(", filter.MaxDepth) + "value pr" + repeat(")", filter.MaxDepth) + "]", "nested"},
		{"one after the other", repeat("(title pr) and ", filter.MaxTerms-1) + "title pr", repeat("(title pr) or ", filter.MaxTerms) + "title pr", "comparisons"},
		{"terms in brackets", "emails[" + repeat("value pr or ", filter.MaxTerms-2) + "value pr]",
			"emails[" + repeat("value pr or ", filter.MaxTerms) + "value pr]", "comparisons"},
		{"terms in and after brackets", "emails[" + repeat("value pr or ", 99) + "value pr]" + repeat(" or title pr", 99),
			"emails[" + repeat("value pr or ", 99) + "value pr]" + repeat(" or title pr", 100), "comparisons"},
		{"length", `title eq "` + repeat("x", filter.MaxLength-11) + `"`, `title eq "` + repeat("x", filter.MaxLength-10) + `"`, "longer than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := filter.Parse(c.within)
			require.NoError(t, err)
			_, err = filter.Parse(c.beyond)
			requireRefused(t, err, c.name)
			require.ErrorContains(t, err, c.detail)
		})
	}
	_, err := filter.Parse(repeat("(", 1_000_000))
	requireRefused(t, err, "a million")
	_, err = filter.Parse("title eq \"\xff\"")
	require.ErrorContains(t, err, "UTF-8")
}

func TestParse_NamesThePlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`userName regex "x"`:       `character 10: "regex" is not an operator`,
		`é eq "x" xor a pr`:        `character 10: expected "and", "or" or the end, found "xor"`,
		`(title pr`:                `character 10: ")" is missing`,
		`emails[type eq "a"`:       `character 19: "]" is missing`,
		`userName eq "a`:           `the closing quote is missing`,
		`userName eq`:              `a value is missing after "eq"`,
		`userName eq 'a'`:          `a value in double quotes is needed after "eq"`,
		`userName`:                 `an operator is missing after "userName"`,
		`title pr and`:             `an attribute is missing`,
		`title pr)`:                `found ")"`,
		`emails[type pr].value pr`: `nothing may follow a closing bracket`,
		" ":                        `the filter is empty`,
	} {
		_, err := filter.Parse(text)
		requireRefused(t, err, text)
		require.ErrorContains(t, err, want, text)
	}
}

func TestBinder_Strict(t *testing.T) {
	t.Parallel()
	const text = `active eq "True"`
	noted := &scim.Deviations{}
	bound, err := bind(&filter.Binder{Type: schema.RFC().Users, Deviations: noted}, text)
	require.NoError(t, err)
	require.Equal(t, "active eq true", bound.String())
	require.Equal(t, scim.DeviationBoolAsString, noted.IDs())
	_, err = bind(&filter.Binder{Type: schema.RFC().Users, Strict: true}, text)
	requireRefused(t, err, text)
}

func TestBound_String(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`USERNAME EQ "A" or title pr and not (nickName ne "B")`: `(userName eq "a" or (title pr and not (not (nickName eq "b"))))`,
		`emails[TYPE eq "Work" and primary eq false]`:           `emails[(type eq "work" and primary eq false)]`,
		`emails co "X"`:     `emails.value co "x"`,
		`title gt null`:     `never`,
		`title eq null`:     `not (title pr)`,
		`externalId eq "A"`: `externalId eq "A"`,
		`meta.created ge "2026-01-31T14:00:00+02:00"`:    `meta.created ge "2026-01-31T12:00:00.000000000Z"`,
		scim.URNEnterpriseUser + `:MANAGER.value eq "1"`: scim.URNEnterpriseUser + `:manager.value eq "1"`,
	} {
		bound, err := bind(&filter.Binder{Type: schema.RFC().Users}, text)
		require.NoError(t, err, text)
		require.Equal(t, want, bound.String())
	}
}

// TestParse_Precedence holds parsing against logic: a random formula over three
// attributes is true where it should be, written with the fewest parentheses.
func TestParse_Precedence(t *testing.T) {
	t.Parallel()
	names := []string{"title", "nickName", "displayName"}
	binder := filter.Binder{Type: schema.RFC().Users}
	rapid.Check(t, func(t *rapid.T) {
		o := scim.Object{}
		for _, name := range names {
			if rapid.Bool().Draw(t, name) {
				o[name] = "x"
			}
		}
		text, want := formula(t, names, o, 4, 0)
		bound, err := bind(&binder, text)
		require.NoError(t, err, text)
		require.Equal(t, want, bound.Match(o), text)
	})
}

// formula draws a filter that stands where operators bind with a strength of at
// least min (0 or, 1 and, 2 operand), and its truth.
func formula(t *rapid.T, names []string, o scim.Object, depth, least int) (string, bool) {
	kind := 3
	if depth > 0 {
		kind = rapid.IntRange(0, 3).Draw(t, "kind")
	}
	switch kind {
	case 0, 1:
		left, x := formula(t, names, o, depth-1, kind)
		right, y := formula(t, names, o, depth-1, kind)
		text, truth := left+" or "+right, x || y
		if kind == 1 {
			text, truth = left+" AND "+right, x && y
		}
		if kind < least {
			text = "(" + text + ")"
		}
		return text, truth
	case 2:
		inner, x := formula(t, names, o, depth-1, 0)
		return "not (" + inner + ")", !x
	default:
		name := rapid.SampledFrom(names).Draw(t, "name")
		return name + " pr", o[name] != nil
	}
}

func TestBind_BoundsMultiValued(t *testing.T) {
	t.Parallel()
	bind := func(terms int) error {
		expr, err := filter.Parse(strings.TrimSuffix(strings.Repeat(`groups.display co "x" or `, terms), " or "))
		require.NoError(t, err)
		_, err = (&filter.Binder{Type: schema.RFC().Users}).Bind(expr)
		return err
	}
	require.NoError(t, bind(filter.MaxLists))
	var refusal *scim.Error
	require.ErrorAs(t, bind(filter.MaxLists+1), &refusal)
	require.Equal(t, scim.ErrorTypeInvalidFilter, refusal.Type)
}
