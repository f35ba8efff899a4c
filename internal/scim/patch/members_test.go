package patch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/patch"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

func takeMembers(t *testing.T, request string) ([]patch.MemberChange, *patch.Plan, bool) {
	t.Helper()
	s := &suite{typ: schema.RFC().Groups}
	plan, err := compile(s.compiler(), operations(t, request))
	require.NoError(t, err)
	changes, ok := plan.TakeMembers()
	return changes, plan, ok
}

func TestTakeMembers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		request string
		want    []patch.MemberChange
	}{
		{`[{"op":"replace","path":"displayName","value":"x"}]`, nil},
		{`[{"op":"add","path":"members","value":[{"value":"1"},{"value":"2"}]}]`, []patch.MemberChange{{Add: []string{"1", "2"}}}},
		{`[{"op":"add","path":"members","value":[]}]`, []patch.MemberChange{{Add: []string{}}}},
		{`[{"op":"replace","path":"members","value":[{"value":"1"}]}]`, []patch.MemberChange{{Clear: true, Add: []string{"1"}}}},
		{`[{"op":"replace","value":{"members":[]}}]`, []patch.MemberChange{{Clear: true, Add: []string{}}}},
		{`[{"op":"remove","path":"members"}]`, []patch.MemberChange{{Clear: true, Add: []string{}}}},
		{`[{"op":"remove","path":"members[value eq \"1\"]"}]`, []patch.MemberChange{{Remove: []string{"1"}}}},
		{`[{"op":"remove","path":"members[value eq \"1\" or (value eq \"2\" or value eq \"3\")]"}]`, []patch.MemberChange{{Remove: []string{"1", "2", "3"}}}},
		{`[{"op":"remove","path":"members","value":[{"value":"1"}]}]`, []patch.MemberChange{{Remove: []string{"1"}}}},
		{`[{"op":"remove","path":"members","value":[]}]`, nil},
		{`[{"op":"remove","path":"members[value eq \"1\"]"},{"op":"add","path":"members","value":[{"value":"2"}]}]`,
			[]patch.MemberChange{{Remove: []string{"1"}}, {Add: []string{"2"}}}},
	} {
		changes, _, ok := takeMembers(t, c.request)
		require.True(t, ok, c.request)
		require.Equal(t, c.want, changes, c.request)
	}
}

func TestTakeMembers_TakesNothingThatLooksAtMoreThanIDs(t *testing.T) {
	t.Parallel()
	for _, request := range []string{
		`[{"op":"remove","path":"members[type eq \"User\"]"}]`,
		`[{"op":"remove","path":"members[value eq \"1\" and type eq \"User\"]"}]`,
		`[{"op":"remove","path":"members[not (value eq \"1\")]"}]`,
		`[{"op":"remove","path":"members[value ne \"1\"]"}]`,
		`[{"op":"remove","path":"members[value sw \"1\"]"}]`,
		`[{"op":"add","path":"members[value eq \"1\"].type","value":"User"}]`,
		`[{"op":"replace","path":"members[value eq \"1\"]","value":{"value":"1"}}]`,
		`[{"op":"add","path":"members","value":[{"type":"User"}]}]`,
		`[{"op":"add","path":"members","value":[{"value":"2"}]},{"op":"remove","path":"members[type eq \"User\"]"}]`,
	} {
		_, plan, ok := takeMembers(t, request)
		require.False(t, ok, request)
		again, ok := plan.TakeMembers()
		require.False(t, ok, "nothing was taken")
		require.Empty(t, again)
	}
}

func TestTakeMembers_LeavesTheRest(t *testing.T) {
	t.Parallel()
	_, plan, ok := takeMembers(t, `[{"op":"add","path":"members","value":[{"value":"1"}]},{"op":"replace","path":"displayName","value":"x"}]`)
	require.True(t, ok)
	got, changed, err := plan.Apply(scim.Object{"displayName": "a"}, ownID)
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, scim.Object{"displayName": "x"}, got)
}

// TestTakeMembers_AgreesWithApply: as changes of a set or on the resource,
// operations leave the same members.
func TestTakeMembers_AgreesWithApply(t *testing.T) {
	t.Parallel()
	id := rapid.SampledFrom([]string{"1", "2", "3", "4"})
	operation := rapid.Custom(func(t *rapid.T) string {
		ids := rapid.SliceOfN(id, 0, 3).Draw(t, "ids")
		var values []string
		for _, id := range ids {
			values = append(values, fmt.Sprintf(`{"value":%q}`, id))
		}
		list := "[" + strings.Join(values, ",") + "]"
		return rapid.SampledFrom([]string{
			`{"op":"add","path":"members","value":` + list + `}`,
			`{"op":"replace","path":"members","value":` + list + `}`,
			`{"op":"replace","value":{"members":` + list + `}}`,
			`{"op":"remove","path":"members","value":` + list + `}`,
			`{"op":"remove","path":"members"}`,
			`{"op":"remove","path":"members[value eq \"` + id.Draw(t, "id") + `\"]"}`,
			`{"op":"remove","path":"members[value eq \"1\" or value eq \"` + id.Draw(t, "id") + `\"]"}`,
		}).Draw(t, "operation")
	})
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.SliceOfNDistinct(id, 0, 4, rapid.ID).Draw(t, "start")
		request := "[" + strings.Join(rapid.SliceOfN(operation, 1, 4).Draw(t, "operations"), ",") + "]"
		ops, ok := readOperations([]byte(request))
		require.True(t, ok)
		s := &suite{typ: schema.RFC().Groups}

		group := scim.Object{"displayName": "g"}
		if len(start) > 0 {
			group["members"] = memberList(start)
		}
		plan, err := compile(s.compiler(), ops)
		require.NoError(t, err)
		applied, _, err := plan.Apply(group, ownID)
		require.NoError(t, err)

		changes, ok := plan.TakeMembers()
		require.True(t, ok)
		set := start
		for _, c := range changes {
			if c.Clear {
				set = nil
			}
			set = slices.DeleteFunc(slices.Clone(set), func(id string) bool { return slices.Contains(c.Remove, id) })
			set = append(set, c.Add...)
		}
		slices.Sort(set)
		want := []string{}
		list, _ := applied["members"].([]any)
		for _, v := range list {
			o, _ := v.(scim.Object)
			value, _ := o["value"].(string)
			want = append(want, value)
		}
		require.ElementsMatch(t, want, slices.Compact(set))
	})
}

func memberList(ids []string) []any {
	var list []any
	for _, id := range ids {
		list = append(list, scim.Object{"value": id})
	}
	return list
}
