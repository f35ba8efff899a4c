package journal_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

func object(t *testing.T, text string) scim.Object {
	t.Helper()
	if text == "" {
		return nil
	}
	o, err := scim.DecodeObject([]byte(text))
	require.NoError(t, err)
	return o
}

func TestDifference(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, before, after string
		want                []string // path: before -> after
	}{
		{"nothing", `{"userName":"a"}`, `{"userName":"a"}`, nil},
		{"what is computed", `{"meta":{"version":"1"}}`, `{"meta":{"version":"2"},"schemas":["x"],"id":"1"}`, nil},
		{"new", ``, `{"userName":"a","name":{"givenName":"b"}}`, []string{`name.givenName:  -> "b"`, `userName:  -> "a"`}},
		{"gone", `{"userName":"a"}`, ``, []string{`userName: "a" -> `}},
		{"simple", `{"active":true,"n":1.50}`, `{"active":false,"n":1.5}`, []string{`active: true -> false`, `n: 1.50 -> 1.5`}},
		{"complex", `{"name":{"givenName":"a","familyName":"b"}}`, `{"name":{"givenName":"c","familyName":"b"}}`, []string{`name.givenName: "a" -> "c"`}},
		{"extension", `{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"a","manager":{"value":"1"}}}`, `{}`, []string{
			`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department: "a" -> `,
			`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value: "1" -> `}},
		{"by type", `{"emails":[{"type":"work","value":"a","primary":true},{"type":"home","value":"h"}]}`, `{"emails":[{"type":"home","value":"h"},{"type":"work","value":"b","primary":true}]}`,
			[]string{`emails[type eq "work"].value: "a" -> "b"`}},
		{"element came", `{}`, `{"emails":[{"type":"work","value":"a"}]}`, []string{`emails[type eq "work"].value:  -> "a"`}},
		{"by value", `{"emails":[{"value":"a"},{"value":"b\"","display":"x"}]}`, `{"emails":[{"value":"b\"","display":"y"}]}`,
			[]string{`emails[value eq "a"]: {"value":"a"} -> `, `emails[value eq "b\""].display: "x" -> "y"`}},
		{"by nothing", `{"emails":[{"type":"work","value":"a"},{"type":"work"}]}`, `{"emails":[{"type":"work","value":"a"}]}`, []string{`emails: {"type":"work"} -> `}},
		{"strings", `{"tags":["a","b","b"]}`, `{"tags":["b","c"]}`, []string{`tags: "a" -> `, `tags: "b" -> `, `tags:  -> "c"`}},
		{"members", `{"members":[{"value":"1","display":"x"},{"value":"2"}]}`, `{"members":[{"value":"3"},{"value":"1","display":"y"}]}`, []string{`members: "2" -> `, `members:  -> "3"`}},
		{"empty array", `{"emails":[]}`, `{}`, nil},
		{"another kind", `{"x":[1]}`, `{"x":{"a":1}}`, []string{`x: [1] -> {"a":1}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, change := range journal.Difference("Users/1", object(t, c.before), object(t, c.after)) {
				require.Equal(t, "Users/1", change.Resource)
				got = append(got, change.Path+": "+change.Before+" -> "+change.After)
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestDifference_IsBounded(t *testing.T) {
	t.Parallel()
	members := make([]any, 50_000)
	for i := range members {
		members[i] = scim.Object{"value": fmt.Sprint(i)}
	}
	changes := journal.Difference("Groups/1", nil, scim.Object{"members": members})
	require.Len(t, changes, 101)
	require.Equal(t, journal.Change{Resource: "Groups/1", After: `"49900 more changes"`}, changes[100])

	changes = journal.Difference("Users/1", nil, scim.Object{"title": strings.Repeat("å", 5000), strings.Repeat("n", 5000): true})
	require.Len(t, changes, 2)
	for _, c := range changes {
		require.Less(t, len(c.Path)+len(c.After), 2000)
		require.True(t, valid([]byte(c.After)))
	}
	require.True(t, strings.HasSuffix(changes[1].After, `... (10002 bytes)"`), changes[1].After)
}

func TestExchange_Touched(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		changes []journal.Change
		want    []int64
	}{
		{"nothing", nil, []int64{}},
		{"each once, by number", []journal.Change{{Resource: "Users/12"}, {Resource: "Groups/3"}, {Resource: "Users/12"}}, []int64{3, 12}},
		{"who came and who left", []journal.Change{{Resource: "Groups/3", Path: "members", After: `"5"`}, {Resource: "Groups/3", Path: "members", Before: `"4"`}}, []int64{3, 4, 5}},
		{"values of other attributes", []journal.Change{{Resource: "Users/1", Path: "title", Before: `"5"`, After: `6`}}, []int64{1}},
		{"no ids", []journal.Change{{Resource: "Users"}, {Resource: "Groups/3", Path: "members", Before: `"x"`, After: `"07"`}, {Resource: "Users/-1"}}, []int64{3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, (&journal.Exchange{Changes: c.changes}).Touched())
		})
	}
}
