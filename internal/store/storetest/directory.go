package storetest

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// lookUp gives the ids that a lookup finds.
func (f *fixture) lookUp(t *testing.T, l store.Lookup) []int64 {
	t.Helper()
	l.Tenant = f.tenant
	if l.Limit == 0 {
		l.Limit = 100
	}
	list, err := f.store.LookUp(t.Context(), l)
	require.NoError(t, err)
	ids := []int64{}
	for _, found := range list {
		require.Equal(t, found.Person.ID, found.Position.ID)
		ids = append(ids, found.Person.ID)
	}
	return ids
}

func testLookUp(t *testing.T, f *fixture) {
	t.Helper()
	long := strings.Repeat("Å", 300)
	ann := f.user(t, "Ann@example.com", scim.Object{"displayName": "Ann Lee", "externalId": "E-1", "active": true}).ID
	bob := f.user(t, "bob@example.com", scim.Object{"displayName": "ann (2)", "externalId": "e-1", "active": false}).ID
	eva := f.user(t, "annika@example.com", scim.Object{"displayName": long + "x", "active": true,
		"emails": []any{scim.Object{"value": "Eva@example.com"}}}).ID
	f.in(f.newTenant(t)).user(t, "ann@example.com", scim.Object{"displayName": "Ann Lee", "externalId": "E-1"})
	for name, c := range map[string]struct {
		lookup store.Lookup
		want   []int64
	}{
		"the newest":         {store.Lookup{Way: store.ByNewest}, []int64{eva, bob, ann}},
		"of a status":        {store.Lookup{Way: store.ByNewest, Status: cinode.StatusActive}, []int64{eva, ann}},
		"of the other":       {store.Lookup{Way: store.ByNewest, Status: cinode.StatusDisconnected}, []int64{bob}},
		"id":                 {store.Lookup{Way: store.ByID, Text: strconv.FormatInt(bob, 10)}, []int64{bob}},
		"no id":              {store.Lookup{Way: store.ByID, Text: "x"}, []int64{}},
		"userName":           {store.Lookup{Way: store.ByUserName, Text: "ANN"}, []int64{ann, eva}},
		"userName, whole":    {store.Lookup{Way: store.ByUserName, Text: "ann@"}, []int64{ann}},
		"no wildcard":        {store.Lookup{Way: store.ByUserName, Text: "%"}, []int64{}},
		"displayName":        {store.Lookup{Way: store.ByDisplay, Text: "ANN"}, []int64{bob, ann}},
		"displayName, long":  {store.Lookup{Way: store.ByDisplay, Text: long + "x"}, []int64{eva}},
		"but":                {store.Lookup{Way: store.ByDisplay, Text: "ann", Except: []store.Way{store.ByUserName, store.ByExternalID}}, []int64{bob}},
		"externalId":         {store.Lookup{Way: store.ByExternalID, Text: "E-"}, []int64{ann}},
		"email":              {store.Lookup{Way: store.ByEmail, Text: "eva@EXAMPLE.com"}, []int64{eva}},
		"email, not a part":  {store.Lookup{Way: store.ByEmail, Text: "eva@"}, []int64{}},
		"userName, status":   {store.Lookup{Way: store.ByUserName, Text: "ann", Status: cinode.StatusDisconnected}, []int64{}},
		"backward":           {store.Lookup{Way: store.ByNewest, Backward: true, Limit: 2}, []int64{ann, bob}},
		"backward, userName": {store.Lookup{Way: store.ByUserName, Text: "ann", Backward: true}, []int64{eva, ann}},
	} {
		require.Equal(t, c.want, f.lookUp(t, c.lookup), name)
	}
	_, err := f.store.LookUp(t.Context(), store.Lookup{Tenant: f.tenant, Way: "none", Limit: 1})
	require.Error(t, err)
}

// testLookUpPages walks every way in both directions, one user at a time, where many
// have the same name.
func testLookUpPages(t *testing.T, f *fixture) {
	t.Helper()
	for i := range 6 {
		f.user(t, "p"+strconv.Itoa(i)+"@example.com", scim.Object{"displayName": "P " + strconv.Itoa(i/3), "externalId": "p" + strconv.Itoa(i/2), "active": i != 2})
	}
	for _, way := range []store.Way{store.ByNewest, store.ByUserName, store.ByDisplay, store.ByExternalID} {
		for _, status := range []cinode.Status{"", cinode.StatusActive} {
			whole := f.lookUp(t, store.Lookup{Way: way, Text: "p", Status: status})
			for _, backward := range []bool{false, true} {
				l := store.Lookup{Tenant: f.tenant, Way: way, Text: "p", Status: status, Backward: backward, Limit: 1}
				walked := []int64{}
				for {
					list, err := f.store.LookUp(t.Context(), l)
					require.NoError(t, err)
					if len(list) == 0 {
						break
					}
					walked = append(walked, list[0].Person.ID)
					l.At = &list[0].Position
				}
				if backward {
					for i, j := 0, len(walked)-1; i < j; i, j = i+1, j-1 {
						walked[i], walked[j] = walked[j], walked[i]
					}
				}
				require.Equal(t, whole, walked, "%s %s %t", way, status, backward)
			}
		}
	}
}

func testMembership(t *testing.T, f *fixture) {
	t.Helper()
	ann := f.user(t, "ann", scim.Object{"displayName": "Ann", "active": true}).ID
	bob := f.user(t, "bob", scim.Object{"active": false}).ID
	inner, innerTeam := f.linkedGroup(t, "Inner", ann)
	outer, team := f.linkedGroup(t, "Outer", ann, bob, inner)
	list, err := f.store.Members(t.Context(), outer, store.Slice{Tenant: f.tenant, Limit: 10})
	require.NoError(t, err)
	want := []store.Member{
		{Link: store.Link{ID: ann, Type: "User", Display: "Ann"}, Status: cinode.StatusActive},
		{Link: store.Link{ID: bob, Type: "User", Display: "bob"}, Status: cinode.StatusDisconnected},
		{Link: store.Link{ID: inner, Type: "Group", Display: "Inner"}},
	}
	require.Equal(t, want, list)
	list, err = f.store.Members(t.Context(), outer, store.Slice{Tenant: f.tenant, After: ann, Limit: 1})
	require.NoError(t, err)
	require.Equal(t, want[1:2], list)
	other := f.in(f.newTenant(t))
	list, err = f.store.Members(t.Context(), outer, store.Slice{Tenant: other.tenant, Limit: 10})
	require.NoError(t, err)
	require.Empty(t, list)

	role := f.unit(t, cinode.KindRole, "R")
	f.link(t, "Beforehand", "", cinode.KindRole, role)
	units, err := f.store.UnitsOf(t.Context(), f.tenant, cinode.KindTeam, ann)
	require.NoError(t, err)
	require.Equal(t, []string{"Inner", "Outer"}, []string{units[0].Name, units[1].Name})
	units, err = f.store.UnitsOf(t.Context(), f.tenant, cinode.KindRole, ann)
	require.NoError(t, err)
	require.Empty(t, units)
	links, err := f.store.LinksTo(t.Context(), f.tenant, cinode.KindTeam, []int64{team, innerTeam, role})
	require.NoError(t, err)
	require.Equal(t, []int64{inner, outer}, []int64{links[0].GroupID, links[1].GroupID})
	links, err = f.store.LinksOf(t.Context(), f.tenant, []int64{outer, role})
	require.NoError(t, err)
	require.Equal(t, []int64{outer}, []int64{links[0].GroupID})
	links, err = f.store.LinksTo(t.Context(), f.tenant, cinode.KindRole, []int64{role})
	require.NoError(t, err)
	require.Equal(t, "Beforehand", links[0].DisplayName)
	for of, want := range map[string]map[int64]int{"Group": {outer: 2, inner: 1}, "Team": {team: 2, innerTeam: 1}, "Role": {role: 0}} {
		sizes, err := f.store.Sizes(t.Context(), f.tenant, of, []int64{outer, inner, team, innerTeam, role}, 2)
		require.NoError(t, err)
		require.Equal(t, want, sizes, of)
	}
	for tenant, want := range map[int64]map[int64]string{f.tenant: {outer: "Outer", inner: "Inner"}, other.tenant: {}} {
		names, err := f.store.GroupNames(t.Context(), tenant, []int64{outer, inner, ann, team})
		require.NoError(t, err)
		require.Equal(t, want, names)
	}
	for _, actor := range []string{"admin", "cli"} {
		e := f.line("role.update", "roles/"+strconv.FormatInt(role, 10))
		e.Actor = actor
		require.NoError(t, f.store.RenameUnit(t.Context(), f.tenant, cinode.KindRole, role, "R", e))
	}
	about := store.AuditParams{Tenant: f.tenant, Limit: 9, Targets: []string{"roles/x", "roles/" + strconv.FormatInt(role, 10)}}
	for actor, want := range map[string]int{"": 2, "admin": 1, "cli": 1, "x": 0} {
		about.Actor = actor
		log, err := f.store.AuditLog(t.Context(), about)
		require.NoError(t, err)
		require.Len(t, log, want, actor)
	}
	about.Targets = []string{}
	log, err := f.store.AuditLog(t.Context(), about)
	require.NoError(t, err)
	require.Empty(t, log)
	_, err = f.store.Sizes(t.Context(), f.tenant, "none", nil, 1)
	require.Error(t, err)
	_, err = f.store.UnitsOf(t.Context(), f.tenant, "none", ann)
	require.Error(t, err)
}
