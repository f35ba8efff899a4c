package filter_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// lines are all filters of testdata, as seeds.
func lines(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(tb, err)
	var all []string
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		require.NoError(tb, err)
		for _, f := range archive.Files {
			if !strings.HasSuffix(f.Name, ".json") {
				all = append(all, strings.Split(strings.TrimSpace(string(f.Data)), "\n")...)
			}
		}
	}
	return all
}

// someone has a value for every kind of comparison.
var someone = scim.Object{
	"id": "42", "userName": "Babs", "title": "", "active": false, "name": scim.Object{"familyName": "Jensen"},
	"emails":               []any{scim.Object{"value": "a@x", "type": "work", "primary": true}, scim.Object{"value": "b@x"}},
	"meta":                 scim.Object{"created": "2026-01-31T12:00:00Z"},
	scim.URNEnterpriseUser: scim.Object{"department": "Tours", "manager": scim.Object{"value": "26"}},
}

// FuzzParse: no filter panics, an error is invalidFilter, what was parsed is
// within bounds, and what can be bound is true of somebody or its negation is.
func FuzzParse(f *testing.F) {
	for _, line := range lines(f) {
		f.Add(line)
	}
	f.Add(strings.Repeat("(", 100_000))
	f.Add(strings.Repeat("not (", filter.MaxDepth) + "title pr" + strings.Repeat(")", filter.MaxDepth))
	f.Add(strings.Repeat("title pr and ", filter.MaxTerms-1) + "title pr")
	f.Fuzz(func(t *testing.T, text string) {
		expr, err := filter.Parse(text)
		if err != nil {
			requireRefused(t, err, text)
			return
		}
		terms := requireBounded(t, expr, 0)
		require.LessOrEqual(t, terms, filter.MaxTerms)
		for _, typ := range schema.RFC().Types() {
			bound, err := (&filter.Binder{Type: typ, Unquoted: true}).Bind(expr)
			if err != nil {
				requireRefused(t, err, text)
				continue
			}
			before := scim.CloneObject(someone)
			yes := bound.Match(someone)
			require.Equal(t, !yes, (&filter.Bound{Kind: filter.NodeNot, Left: bound}).Match(someone))
			require.Equal(t, before, someone)
			require.NotEmpty(t, bound.String())
		}
	})
}

// requireBounded counts comparisons, and the parentheses and brackets that the
// tree still shows.
func requireBounded(t *testing.T, e filter.Expr, depth int) int {
	t.Helper()
	require.LessOrEqual(t, depth, filter.MaxDepth)
	switch e := e.(type) {
	case filter.And:
		return requireBounded(t, e.Left, depth) + requireBounded(t, e.Right, depth)
	case filter.Or:
		return requireBounded(t, e.Left, depth) + requireBounded(t, e.Right, depth)
	case filter.Not:
		return requireBounded(t, e.Operand, depth+1)
	case filter.ValuePath:
		require.NotEmpty(t, e.Path)
		return 1 + requireBounded(t, e.Filter, depth+1)
	case filter.Comparison:
		require.NotEmpty(t, e.Path)
		require.NotContains(t, e.Literal.Text, "\x00")
		return 1
	default:
		require.Fail(t, "an unknown expression")
		return 0
	}
}

// FuzzPath: no path panics, an error is one that a PATCH may have, and a path
// without brackets is, written with its canonical names, the same path.
func FuzzPath(f *testing.F) {
	for _, line := range lines(f) {
		f.Add(line)
	}
	for _, path := range []string{
		"userName", "name.familyName", `emails[type eq "work"]`, `emails[type eq "work"].value`, "emails[type eq", "emails[0]", "/emails/0", "a..b",
		scim.URNEnterpriseUser, scim.URNEnterpriseUser + ":manager.value", scim.URNUser + ":emails[primary eq true].value", `members[value eq "]"]`,
		strings.Repeat("emails[", 5_000),
	} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, typ := range schema.RFC().Types() {
			binder := filter.Binder{Type: typ}
			path, err := binder.ParsePath(text)
			if err != nil {
				requirePathError(t, err)
				continue
			}
			require.True(t, path.Target.Attribute != nil || path.Target.Container != "")
			if path.Filter != nil {
				path.Filter.Match(someone)
				continue
			}
			again, err := binder.ParsePath(path.Target.String())
			require.NoError(t, err)
			require.Equal(t, path, again)
		}
	})
}

func requirePathError(t *testing.T, err error) {
	t.Helper()
	var unknown *filter.ErrUnknownAttribute
	var refusal *scim.Error
	if errors.As(err, &unknown) {
		refusal = unknown.Refusal
	} else {
		require.ErrorAs(t, err, &refusal)
	}
	require.Contains(t, []scim.ErrorType{scim.ErrorTypeInvalidPath, scim.ErrorTypeInvalidFilter}, refusal.Type)
}

func BenchmarkParseBind(b *testing.B) {
	binder := filter.Binder{Type: schema.RFC().Users}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := bind(&binder, `userName eq "barbara.jensen@example.com"`); err != nil {
			b.Fatal(err)
		}
	}
}
