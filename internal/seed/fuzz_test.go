package seed_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/seed"
)

// FuzzDecode holds that a file is refused with places that it has, or makes
// records that the store takes: in order, with ids of their own, naming nothing
// that is not there.
func FuzzDecode(f *testing.F) {
	f.Add(whole)
	f.Add("tenants: [{id: 1, persona: rfc, users: [{userName: \"${HOME}\", active: ${B:-no}}]}]")
	f.Add("tenants: [{id: 1, users: &a [], groups: *a}]\n---\ntenants: [{id: 1}]")
	f.Add("tenants:\n- id: 1\n  persona: rfc\n  groups: [{displayName: a, id: 2, members: [2]}]\n  links: [{displayName: b, team: t}]\n  teams: [{ref: t, name: T}]")
	f.Add("{\"tenants\": [{\"id\": 9, \"tokens\": [{\"name\": \"a\", \"secret\": \"b\", \"expires\": \"-1d\"}]}]}")
	f.Add("? [a, {b: c}]\n: !!binary x\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := seed.Decode(strings.NewReader(text), options(variables{"HOME": "a: [b]\n- $x", "B": ""}))
		if err != nil {
			var invalid *seed.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.NotEmpty(t, invalid.Violations)
			for _, v := range invalid.Violations {
				require.Positive(t, v.Line)
				require.Positive(t, v.Column)
				require.NotEmpty(t, v.Detail)
			}
			return
		}
		for _, tenant := range file.Tenants {
			checkRecords(t, tenant)
		}
	})
}

func checkRecords(t *testing.T, tenant *seed.Tenant) {
	t.Helper()
	full := schema.RFC().Storage()
	users, groups, units := map[int64]bool{}, map[int64]bool{}, map[int64]bool{}
	var last int64
	for r, err := range tenant.Records(tenant.ID, schema.RFC(), time.Unix(0, 0), nil) {
		require.NoError(t, err)
		switch {
		case r.User != nil:
			attributes, err := r.User.Attributes(full.Users)
			require.NoError(t, err, string(r.User.Text))
			require.Equal(t, full.Users.AppendJSON(nil, attributes), r.User.Text)
			require.Greater(t, r.User.ID, last)
			last, users[r.User.ID] = r.User.ID, true
		case r.Group != nil:
			if len(groups) == 0 {
				last = 0
			}
			_, err := r.Group.Attributes(full.Groups)
			require.NoError(t, err, string(r.Group.Text))
			require.Greater(t, r.Group.ID, last)
			require.False(t, users[r.Group.ID])
			last, groups[r.Group.ID] = r.Group.ID, true
		case r.Members != nil:
			require.True(t, groups[r.Members.Group])
			known := map[string]map[int64]bool{"User": users, "Group": groups}[r.Members.Type]
			for _, id := range r.Members.IDs {
				require.True(t, known[id])
			}
		case r.Unit != nil:
			require.False(t, users[r.Unit.ID] || groups[r.Unit.ID] || units[r.Unit.ID])
			units[r.Unit.ID] = true
		case r.UnitMembers != nil:
			require.True(t, units[r.UnitMembers.Unit])
			for _, id := range r.UnitMembers.Users {
				require.True(t, users[id])
			}
		case r.Link != nil:
			require.True(t, groups[r.Link.Group])
			require.True(t, units[r.Link.Unit])
			delete(groups, r.Link.Group) // a group has one link
		}
	}
	if persona, err := cinode.LookupPersona(tenant.Persona, schema.RFC()); err == nil && persona.Company && len(tenant.Switches) == 0 {
		require.Empty(t, groups, "every group has a link")
	}
	for _, u := range tenant.Users {
		require.NotEqual(t, scim.Object{}, u.Attributes)
	}
}
