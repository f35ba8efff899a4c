package filter_test

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// somebodies are resources that filters are held against: with everything,
// with nothing, and with what no normaliser would let through.
var somebodies = []scim.Object{
	someone,
	{},
	{"id": "1", "displayName": "Åsa", "members": []any{scim.Object{"value": "42", "type": "User", "display": "Babs", "$ref": "https://x/Users/42"}, scim.Object{"value": "7"}}},
	{"userName": "", "emails": []any{scim.Object{"primary": false}, scim.Object{}}, "active": true, "name": scim.Object{}, "schemas": []any{scim.URNUser}},
	{"userName": scim.Object{}, "emails": scim.Object{"value": "a@x"}, "active": "true", "name": "x", "members": []any{"x", nil}, scim.URNEnterpriseUser: "x", "meta": []any{}},
}

// FuzzBind: a filter means the same however it is written, whatever the binder
// tolerates: written again it is the same tree, in parentheses it is the same
// filter, and `not` is its complement for every resource. Binding and matching
// change nothing that they are given.
func FuzzBind(f *testing.F) {
	for _, line := range lines(f) {
		f.Add(line, true, false)
	}
	f.Add(`emails[type eq "work" and not (value co "x" or primary eq true)] or title pr`, false, true)
	f.Add(`(title pr and (nickName pr and userName pr)) and (title pr or nickName pr)`, false, false)
	f.Fuzz(func(t *testing.T, text string, unquoted, strict bool) {
		expr, err := filter.Parse(text)
		if err != nil {
			requireRefused(t, err, text)
			return
		}
		printed := write(expr)
		if len(printed) > filter.MaxLength-len("not ()") {
			return // some escapes are shorter than what they stand for
		}
		again, err := filter.Parse(printed)
		require.NoError(t, err, printed)
		require.Equal(t, expr, again, printed)
		for _, registry := range []*schema.Registry{schema.RFC(), schema.Cinode()} {
			for _, typ := range registry.Types() {
				requireLogical(t, filter.Binder{Type: typ, Unquoted: unquoted, Strict: strict, Deviations: &scim.Deviations{}}, expr, printed)
			}
		}
	})
}

// requireLogical binds an expression and what follows from it.
func requireLogical(t *testing.T, b filter.Binder, expr filter.Expr, printed string) {
	t.Helper()
	bound, err := b.Bind(expr)
	if err != nil {
		requireRefused(t, err, printed)
		return
	}
	within, err := bind(&b, printed)
	require.NoError(t, err, printed)
	require.Equal(t, bound, within, "it is bound to the same once more")
	opposite, err := b.Bind(filter.Not{Operand: expr})
	require.NoError(t, err)
	before := bound.String()
	for _, o := range somebodies {
		copied := scim.CloneObject(o)
		yes := bound.Match(o)
		require.Equal(t, !yes, opposite.Match(o), "not (%s)", printed)
		require.Equal(t, yes, bound.Match(o), "once more")
		require.Equal(t, copied, o, "matching changes nothing")
	}
	require.Equal(t, before, bound.String())
}

// write is a filter as text, with the parentheses that it needs and no others.
func write(e filter.Expr) string {
	switch e := e.(type) {
	case filter.Or:
		_, nested := e.Right.(filter.Or)
		return write(e.Left) + " or " + parenthesize(e.Right, nested)
	case filter.And:
		_, left := e.Left.(filter.Or)
		_, or := e.Right.(filter.Or)
		_, and := e.Right.(filter.And)
		return parenthesize(e.Left, left) + " and " + parenthesize(e.Right, or || and)
	case filter.Not:
		return "not (" + write(e.Operand) + ")"
	case filter.ValuePath:
		return e.Path + "[" + write(e.Filter) + "]"
	case filter.Comparison:
		if e.Op == filter.OpPresent {
			return e.Path + " pr"
		}
		text := e.Literal.Text
		if e.Literal.Kind == filter.KindString {
			quoted, err := jsontext.AppendQuote(nil, text)
			if err != nil {
				return "a string that is no text"
			}
			text = string(quoted)
		}
		return strings.Join([]string{e.Path, string(e.Op), text}, " ")
	default:
		return "an unknown expression"
	}
}

func parenthesize(e filter.Expr, needed bool) string {
	if needed {
		return "(" + write(e) + ")"
	}
	return write(e)
}
