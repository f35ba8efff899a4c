package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func testFilter(t *testing.T, f *fixture) {
	t.Helper()
	ann := f.user(t, "Ann@example.com", scim.Object{
		"externalId": "X1", "active": true, "title": "Smith",
		"name":                 scim.Object{"familyName": "Lee"},
		"emails":               []any{scim.Object{"value": "ann@work.example", "type": "work", "primary": true}, scim.Object{"value": "ann@home.example", "type": "home"}},
		scim.URNEnterpriseUser: scim.Object{"department": "R&D", "manager": scim.Object{"value": "7"}},
	})
	bob := f.user(t, "bob@example.com", scim.Object{"active": false, "emails": []any{scim.Object{"value": "bob@home.example", "type": "work"}}})
	group := f.group(t, "Staff", ann.ID)

	for _, c := range []struct {
		filter string
		want   []int64
	}{
		{`userName eq "ann@EXAMPLE.com"`, []int64{ann.ID}},
		{`userName ne "ann@example.com"`, []int64{bob.ID}},
		{`externalId eq "X1"`, []int64{ann.ID}},
		{`externalId eq "x1"`, nil},
		{`externalId pr`, []int64{ann.ID}},
		{`not (externalId pr)`, []int64{bob.ID}},
		{`externalId eq null`, []int64{bob.ID}},
		{`active eq true`, []int64{ann.ID}},
		{`active ne true`, []int64{bob.ID}},
		{`title co "MIT"`, []int64{ann.ID}},
		{`name.familyName sw "l" and name pr`, []int64{ann.ID}},
		{`name[familyName ew "EE"]`, []int64{ann.ID}},
		{`emails eq "BOB@home.example"`, []int64{bob.ID}},
		{`emails.type eq "work" and emails.value co "home"`, []int64{ann.ID, bob.ID}},
		{`emails[type eq "work" and value co "home"]`, []int64{bob.ID}},
		{`emails[value eq "ann@home.example" and primary eq false]`, []int64{ann.ID}},
		{`emails[not (primary eq true)]`, []int64{ann.ID, bob.ID}},
		{scim.URNEnterpriseUser + `:department eq "r&d"`, []int64{ann.ID}},
		{scim.URNEnterpriseUser + `:manager.value eq "7"`, []int64{ann.ID}},
		{`schemas eq "` + scim.URNEnterpriseUser + `"`, []int64{ann.ID}},
		{`meta.created ge "2026-01-31T12:00:00.123Z"`, []int64{ann.ID, bob.ID}},
		{`meta.lastModified gt "2026-01-31T12:00:00.123Z"`, nil},
		{`meta[resourceType eq "User" and created pr]`, []int64{ann.ID, bob.ID}},
		{`meta.location eq "` + baseURL + `/Users/` + idText(bob.ID) + `"`, []int64{bob.ID}},
		{`meta.version eq "W/\"1\""`, []int64{ann.ID, bob.ID}},
		{`id eq "` + idText(ann.ID) + `"`, []int64{ann.ID}},
		{`id eq "0` + idText(ann.ID) + `"`, nil},
		{`id eq "nobody"`, nil},
		{`groups.value eq "` + idText(group.ID) + `"`, []int64{ann.ID}},
		{`groups[display eq "staff"]`, []int64{ann.ID}},
		{`not (groups pr)`, []int64{bob.ID}},
		{`userName eq "bob@example.com" or name.familyName eq "lee"`, []int64{ann.ID, bob.ID}},
		{`title gt null`, nil},
	} {
		t.Run(c.filter, func(t *testing.T) {
			page := f.list(t, f.users, c.filter)
			require.ElementsMatch(t, c.want, ids(page.Resources))
			require.Equal(t, int64(len(c.want)), page.Total)
		})
	}
	t.Run("MembersOfGroups", func(t *testing.T) {
		empty := f.group(t, "Empty")
		require.Equal(t, []int64{group.ID}, ids(f.list(t, f.groups, `members.value eq "`+idText(ann.ID)+`"`).Resources))
		require.Equal(t, []int64{group.ID}, ids(f.list(t, f.groups, `members[type eq "user" and display sw "ann"]`).Resources))
		require.Equal(t, []int64{empty.ID}, ids(f.list(t, f.groups, `not (members pr)`).Resources))
	})
}

// sorted lists everything of a type by one attribute.
func (f *fixture) sorted(t require.TestingT, rt *schema.ResourceType, path string, descending bool) store.Page {
	target, ok := rt.ResolveText(path)
	require.True(t, ok, path)
	page, err := f.store.List(contextOf(t), store.ListParams{
		Tenant: f.tenant, Of: []store.Selection{{Type: rt, Sort: &target}}, Descending: descending, Start: 1, Count: 1000, BaseURL: baseURL,
	})
	require.NoError(t, err)
	return page
}

func testSort(t *testing.T, f *fixture) {
	t.Helper()
	mail := func(value string, primary bool) scim.Object {
		o := scim.Object{"value": value}
		if primary {
			o["primary"] = true
		}
		return o
	}
	none := f.user(t, "zoe")
	b := f.user(t, "Bea", scim.Object{"emails": []any{mail("z@example.com", false), mail("b@example.com", true)}, "active": true})
	a := f.user(t, "anna", scim.Object{"emails": []any{mail("A@example.com", false), mail("y@example.com", false)}, "active": false})
	again := f.user(t, "cleo", scim.Object{"emails": []any{mail("a@example.com", true)}})

	for _, c := range []struct {
		path       string
		descending bool
		want       []int64
	}{
		{"userName", false, []int64{a.ID, b.ID, again.ID, none.ID}},
		{"userName", true, []int64{none.ID, again.ID, b.ID, a.ID}},
		{"emails.value", false, []int64{a.ID, again.ID, b.ID, none.ID}},
		{"emails", false, []int64{a.ID, again.ID, b.ID, none.ID}},
		{"emails.value", true, []int64{none.ID, b.ID, a.ID, again.ID}},
		{"active", false, []int64{a.ID, b.ID, none.ID, again.ID}},
		{"meta.created", true, []int64{none.ID, b.ID, a.ID, again.ID}},
		{"meta", false, []int64{none.ID, b.ID, a.ID, again.ID}},
	} {
		t.Run(c.path, func(t *testing.T) {
			page := f.sorted(t, f.users, c.path, c.descending)
			require.Equal(t, c.want, ids(page.Resources))
			require.Equal(t, int64(4), page.Total)
		})
	}
}

func testPage(t *testing.T, f *fixture) {
	t.Helper()
	var all []int64
	for i := range 25 {
		all = append(all, f.user(t, "user"+idText(int64(i)), scim.Object{"title": "T", "externalId": "same"}).ID)
	}
	f.group(t, "not a user")
	title, _ := f.users.ResolveText("title")
	lists := map[string]store.Selection{
		"All":       {},
		"Filter":    {Filter: bind(t, f.users, `title pr`)},
		"Selective": {Filter: bind(t, f.users, `externalId eq "same"`)},
		"Sort":      {Sort: &title},
		"Both":      {Filter: bind(t, f.users, `externalId eq "same"`), Sort: &title},
	}
	for name, of := range lists {
		of.Type = f.users
		p := store.ListParams{Tenant: f.tenant, Of: []store.Selection{of}}
		t.Run(name, func(t *testing.T) {
			for _, c := range []struct {
				start int64
				count int
			}{{1, 10}, {11, 10}, {21, 10}, {25, 1}, {1, 25}, {1, 26}, {2, 24}, {26, 10}, {1000, 10}, {1, 1}} {
				p.Start, p.Count = c.start, c.count
				page, err := f.store.List(t.Context(), p)
				require.NoError(t, err)
				require.Equal(t, int64(25), page.Total)
				from := min(int(c.start)-1, len(all))
				want := append([]int64{}, all[from:min(from+c.count, len(all))]...)
				require.Equal(t, want, ids(page.Resources), "start %d, count %d", c.start, c.count)
			}
		})
		t.Run(name+"TotalAlone", func(t *testing.T) {
			p.Start, p.Count = 1, 0
			page, err := f.store.List(t.Context(), p)
			require.NoError(t, err)
			require.Equal(t, int64(25), page.Total)
			require.Empty(t, page.Resources)
		})
	}
	t.Run("EmptyTenant", func(t *testing.T) {
		page := f.in(f.newTenant(t)).list(t, f.users, "")
		require.Zero(t, page.Total)
		require.Empty(t, page.Resources)
	})
}
