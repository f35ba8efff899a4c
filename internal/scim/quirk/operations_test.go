package quirk_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/quirk"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// op makes an operation; a value of "" is none.
func op(t *testing.T, index int, kind, path, value string) scim.Operation {
	t.Helper()
	o := scim.Operation{Op: scim.Op(kind), Path: path, Index: index}
	if value != "" {
		o.Value, o.HasValue = decode(t, value), true
	}
	return o
}

func TestOperations(t *testing.T) {
	t.Parallel()
	type ops = []scim.Operation
	for _, c := range []struct {
		name       string
		typ        string
		in, want   ops
		deviations string
	}{
		{"as the RFC has it", "User",
			ops{op(t, 0, "add", "title", `"x"`), op(t, 1, "remove", "title", ""), op(t, 2, "replace", "", `{"title":"x"}`)},
			ops{op(t, 0, "add", "title", `"x"`), op(t, 1, "remove", "title", ""), op(t, 2, "replace", "", `{"title":"x"}`)}, ""},
		{"capitals", "User", ops{op(t, 0, "Replace", "title", `"x"`), op(t, 1, "ADD", "title", `"x"`)},
			ops{op(t, 0, "replace", "title", `"x"`), op(t, 1, "add", "title", `"x"`)}, "patch-op-case"},
		{"not an operation", "User", ops{op(t, 0, "move", "title", `"x"`)}, ops{op(t, 0, "move", "title", `"x"`)}, ""},
		{"remove by object", "Group", ops{op(t, 3, "remove", "", `{"members":[{"value":"1"}],"externalId":null}`)},
			ops{op(t, 3, "remove", "externalId", `null`), op(t, 3, "remove", "members", `[{"value":"1"}]`)}, "members-remove-by-object, members-remove-by-value"},
		{"remove by an empty object", "Group", ops{op(t, 0, "remove", "", `{}`)}, ops{op(t, 0, "remove", "", `{}`)}, ""},
		{"remove by value", "Group", ops{op(t, 0, "remove", "members", `[{"value":"1"}]`)}, ops{op(t, 0, "remove", "members", `[{"value":"1"}]`)}, "members-remove-by-value"},
		{"remove with null", "Group", ops{op(t, 0, "remove", "members", `null`)}, ops{op(t, 0, "remove", "members", `null`)}, ""},
		{"add by path", "Group", ops{op(t, 0, "add", `members[value eq "1"]`, "")}, ops{op(t, 0, "add", "members", `[{"value":"1"}]`)}, "members-add-by-path"},
		{"add by path with a value", "Group", ops{op(t, 0, "add", `members[value eq "1"]`, `{}`)}, ops{op(t, 0, "add", `members[value eq "1"]`, `{}`)}, ""},
		{"add by path with more", "Group", ops{op(t, 0, "add", `members[value eq "1" or value eq "2"]`, "")},
			ops{op(t, 0, "add", `members[value eq "1" or value eq "2"]`, "")}, ""},
		{"keys that are paths", "User", ops{op(t, 1, "Replace", "", `{"title":"t","name.givenName":"g","emails[type eq \"work\"].value":"e","`+enterprise+`:department":"d"}`)},
			ops{
				op(t, 1, "replace", "", `{"title":"t"}`), op(t, 1, "replace", `emails[type eq "work"].value`, `"e"`),
				op(t, 1, "replace", "name.givenName", `"g"`), op(t, 1, "replace", enterprise+":department", `"d"`),
			}, "patch-op-case, pathless-path-keys"},
		{"only keys that are paths", "User", ops{op(t, 0, "add", "", `{"name.givenName":"g"}`)}, ops{op(t, 0, "add", "name.givenName", `"g"`)}, "pathless-path-keys"},
		{"an extension is no path", "User", ops{op(t, 0, "add", "", `{"`+enterprise+`":{"department":"d"}}`)},
			ops{op(t, 0, "add", "", `{"`+enterprise+`":{"department":"d"}}`)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			noted := &scim.Deviations{}
			typ := schema.RFC().Type(c.typ)
			before := append(ops{}, c.in...)
			require.Equal(t, c.want, quirk.Operations(typ, c.in, noted))
			require.Equal(t, c.deviations, noted.IDs())
			require.Equal(t, before, c.in, "the input is not changed")

			err := quirk.Strict(typ, c.in)
			if c.deviations == "" {
				require.NoError(t, err)
				return
			}
			var refusal *scim.Error
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, scim.ErrorTypeInvalidSyntax, refusal.Type)
			require.Contains(t, refusal.Detail, "strict")
		})
	}
}
