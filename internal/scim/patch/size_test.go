package patch_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/patch"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// many makes n values of a multi-valued attribute.
func many(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = scim.Object{"value": strconv.Itoa(i + 1)}
	}
	return list
}

func apply(t *testing.T, rt *schema.ResourceType, o scim.Object, ops ...scim.Operation) (scim.Object, error) {
	t.Helper()
	c := &patch.Compiler{Normalizer: &schema.Normalizer{Type: rt}, Binder: &filter.Binder{Type: rt}}
	plan, err := c.Compile(ops)
	if err != nil {
		return nil, err
	}
	out, _, err := plan.Apply(o, "1")
	return out, err
}

func add(path string, value any) scim.Operation {
	return scim.Operation{Op: scim.OpAdd, Path: path, Value: value, HasValue: true}
}

func TestBlame(t *testing.T) {
	t.Parallel()
	users := schema.RFC().Users
	c := &patch.Compiler{Normalizer: &schema.Normalizer{Type: users}, Binder: &filter.Binder{Type: users}}
	plan, err := c.Compile([]scim.Operation{
		{Op: scim.OpRemove, Path: scim.URNEnterpriseUser, Index: 0}, {Op: scim.OpReplace, Path: "title", Value: "a", HasValue: true, Index: 1},
		{Op: scim.OpReplace, Value: scim.Object{"title": "b"}, HasValue: true, Index: 2}, {Op: scim.OpReplace, Path: "nickName", Value: "c", HasValue: true, Index: 3},
	})
	require.NoError(t, err)
	require.EqualError(t, plan.Blame("title", scim.InvalidValue("no")), "400 invalidValue: Operations[2]: no", "the last one on it")
	require.EqualError(t, plan.Blame("active", scim.InvalidValue("no")), "400 invalidValue: no")
	require.NoError(t, plan.Blame("title", nil))
}

func TestApply_ValuesAreBounded(t *testing.T) {
	t.Parallel()
	users := schema.RFC().Users
	ann := scim.Object{"userName": "ann", "roles": many(schema.MaxValues)}
	for name, op := range map[string]scim.Operation{
		"in one operation": add("roles", many(schema.MaxValues+1)),
		"one more":         add("roles", []any{scim.Object{"value": "more"}}),
		"by brackets":      add(`roles[type eq "more"].value`, "more"),
	} {
		_, err := apply(t, users, ann, op)
		require.ErrorContains(t, err, "roles has more than 1000 values", name)
	}
	_, err := apply(t, users, ann, add("roles", many(schema.MaxValues)))
	require.NoError(t, err, "those there are")
}

func TestApply_MembersAreManyAndUnique(t *testing.T) {
	t.Parallel()
	const n = 20_000
	groups := schema.RFC().Groups
	g := scim.Object{"displayName": "G", "members": many(n)}
	out, err := apply(t, groups, g, add("members", many(n+1)))
	require.NoError(t, err)
	require.Equal(t, many(n+1), out["members"])
	out, err = apply(t, groups, g, scim.Operation{Op: scim.OpRemove, Path: "members", Value: many(n - 1), HasValue: true})
	require.NoError(t, err)
	require.Equal(t, many(n)[n-1:], out["members"])
}
