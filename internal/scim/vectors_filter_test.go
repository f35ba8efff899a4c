package scim_test

import (
	"errors"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

var filterExceptions = exceptions{
	"filter-scim2-parse-filter-074": "the same filter as 073, which JSON does not allow",
}

// disputed is what we do with filters and paths on which readings of RFC 7644
// differ.
var disputed = map[string]struct {
	taken bool
	why   string
}{
	"filter-scim2-parse-filter-057": {false, "brackets inside brackets are outside the grammar (erratum 4690 held)"},
	"filter-scim2-parse-filter-158": {false, "brackets inside brackets are outside the grammar (erratum 4690 held)"},
	"filter-scim2-parse-filter-073": {false, "\\u without four hex digits is no JSON string"},
	"filter-scim2-parse-filter-115": {false, "not needs parentheses"},
	"filter-scim2-parse-filter-116": {false, "not needs parentheses"},
	"filter-scim2-parse-filter-117": {false, "not needs parentheses"},
	"filter-scim2-parse-filter-155": {false, "nothing may follow brackets in a filter; that is PATCH path syntax"},
	"filter-scim2-parse-filter-156": {false, "nothing may follow brackets in a filter; that is PATCH path syntax"},
	"filter-scim2-parse-filter-159": {true, "a name that begins with a digit parses; the binder knows no such attribute"},
	"filter-pingidentity-082":       {false, "an empty path is no path; an operation without one is another thing"},
	"filter-pingidentity-083":       {false, "a URN with an empty name after it"},
	"filter-pingidentity-084":       {true, "a bare extension URN is the extension as a whole, as many clients send it"},
	"filter-pingidentity-085":       {false, "one pair of brackets and one sub-attribute is all a path may have"},
}

func TestVectors_Filters(t *testing.T) {
	t.Parallel()
	all := vectors(t, "filters-*.json")
	for _, v := range all {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			switch v.Kind {
			case "filter":
				err := grammar(text(t, v))
				judgeGrammar(t, v, err)
			case "path":
				err := pathGrammar(t, text(t, v))
				judgeGrammar(t, v, err)
			case "match":
				judgeMatch(t, v)
			default:
				require.Fail(t, "unknown kind "+v.Kind)
			}
		})
	}
	filterExceptions.complete(t, all)
}

func text(t *testing.T, v vector) string {
	t.Helper()
	s, ok := tree(t, v.Input).(string)
	require.True(t, ok)
	return s
}

// grammar judges a filter without a schema. Words without quotes, which a
// persona may take, and brackets in brackets are the binder's to refuse.
func grammar(text string) error {
	e, err := filter.Parse(text)
	if err == nil && leftToBinder(e, false) {
		return scim.InvalidFilter("the binder refuses it whatever the schema")
	}
	return err
}

func leftToBinder(e filter.Expr, inside bool) bool {
	switch e := e.(type) {
	case filter.And:
		return leftToBinder(e.Left, inside) || leftToBinder(e.Right, inside)
	case filter.Or:
		return leftToBinder(e.Left, inside) || leftToBinder(e.Right, inside)
	case filter.Not:
		return leftToBinder(e.Operand, inside)
	case filter.ValuePath:
		return inside || leftToBinder(e.Filter, true)
	case filter.Comparison:
		return e.Literal.Kind == filter.KindBare
	default:
		return false
	}
}

// pathGrammar judges a PATCH path against a type that has the names that the
// suites' paths have.
func pathGrammar(t *testing.T, text string) error {
	t.Helper()
	binder := filter.Binder{Type: pathType(t)}
	_, err := binder.ParsePath(text)
	var unknown *filter.ErrUnknownAttribute
	if errors.As(err, &unknown) {
		return nil // well formed, and names nothing
	}
	return err
}

func pathType(t *testing.T) *schema.ResourceType {
	t.Helper()
	sample := scim.Object{
		"attr": []any{scim.Object{"subAttr": "78750", "$ref": "/Users/1"}},
		"fmt":  "x", "testing": "x",
		"members":   []any{scim.Object{"value": "1", "displayName": "x"}},
		"addresses": []any{scim.Object{"type": "work"}},
		"name":      scim.Object{"familyName": "x"},
	}
	topics := scim.Object{"topicPreferences": []any{scim.Object{"id": "x", "strength": scim.Number("1"), "timeStamp": "x"}}}
	base := schema.RFC().Users
	extensions := []*schema.Schema{
		base.Extensions[0], definition(t, "urn:extension", sample), definition(t, "urn:pingidentity:schemas:sample:profile:1.0", topics),
	}
	return schema.NewResourceType("User", "/Users", "", definition(t, scim.URNUser, sample), extensions)
}

// definition is a schema with the attributes of a sample.
func definition(t *testing.T, urn string, sample scim.Object) *schema.Schema {
	t.Helper()
	text, err := json.Marshal(&schema.Schema{ID: urn, Attributes: learn(nil, sample, false)})
	require.NoError(t, err)
	s, err := schema.Parse(text)
	require.NoError(t, err)
	return s
}

func judgeGrammar(t *testing.T, v vector, err error) {
	t.Helper()
	if err != nil {
		var refusal *scim.Error
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, 400, refusal.Status)
	}
	switch expected := tree(t, v.Expected); expected {
	case "disputed":
		want, listed := disputed[v.ID]
		require.True(t, listed, "say what we do with %s (%v)", v.Input, err)
		require.Equal(t, want.taken, err == nil, "%s: %s: %v", v.Input, want.why, err)
	default:
		filterExceptions.judge(t, v.ID, (expected == "valid") == (err == nil), "%s is %s: %v", v.Input, expected, err)
	}
}

func judgeMatch(t *testing.T, v vector) {
	t.Helper()
	resource := object(t, v.Resource)
	empty := schema.NewResourceType("User", "/Users", "", definition(t, scim.URNUser, nil), nil)
	binder := filter.Binder{Type: extend(t, empty, v.Options.CaseExact, resource)}
	expr, err := filter.Parse(v.Filter)
	if err != nil {
		filterExceptions.judge(t, v.ID, false, "%s: %v", v.Filter, err)
		return
	}
	bound, err := binder.Bind(expr)
	require.NoError(t, err)
	filterExceptions.judge(t, v.ID, bound.Match(resource) == tree(t, v.Expected), "%s", v.Input)
}
