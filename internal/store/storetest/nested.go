package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// testNested has ann in team, team in unit, unit in firm, and bob in unit and
// firm.
func testNested(t *testing.T, f *fixture) {
	t.Helper()
	ann, bob, cid := f.user(t, "ann"), f.user(t, "bob"), f.user(t, "cid")
	firm := f.group(t, "Firm", bob.ID)
	team := f.group(t, "Team", ann.ID)
	unit := f.group(t, "Unit", team.ID, bob.ID)
	link := func(r store.Resource, display string, indirect bool) store.Link {
		return store.Link{ID: r.ID, Type: "Group", Display: display, Indirect: indirect}
	}
	t.Run("OneLevel", func(t *testing.T) {
		require.Equal(t, []store.Link{link(team, "Team", false), link(unit, "Unit", true)}, f.get(t, "User", ann.ID).Links)
	})
	f.update(t, "Group", firm.ID, store.Change{AddMembers: []int64{unit.ID}})
	t.Run("ShownByID", func(t *testing.T) {
		want := []store.Link{link(firm, "Firm", true), link(team, "Team", false), link(unit, "Unit", true)}
		require.Equal(t, want, f.get(t, "User", ann.ID).Links)
		for _, text := range []string{`userName eq "ann"`, `userName sw "a"`} {
			page, err := f.store.List(t.Context(), store.ListParams{
				Tenant: f.tenant, Of: []store.Selection{{Type: f.users, Filter: bind(t, f.users, text), Links: true, Manager: true}}, Start: 1, Count: 10,
			})
			require.NoError(t, err)
			require.Equal(t, want, page.Resources[0].Links)
		}
		require.Equal(t, []store.Link{link(firm, "Firm", false), link(unit, "Unit", false)}, f.get(t, "User", bob.ID).Links, "direct wins")
		require.Empty(t, f.get(t, "User", cid.ID).Links)
		require.Len(t, f.get(t, "Group", firm.ID).Links, 2, "members of a group are direct")
		require.Equal(t, ann.Meta, f.get(t, "User", ann.ID).Meta)
		r := f.update(t, "User", ann.ID, store.Change{Attributes: scim.Object{"userName": "ann", "title": "T"}})
		require.Equal(t, want, r.Links)
	})
	t.Run("Found", func(t *testing.T) {
		in := func(r store.Resource) string { return `"` + idText(r.ID) + `"` }
		for _, c := range []struct {
			filter string
			want   []int64
		}{
			{`groups.value eq ` + in(firm), []int64{ann.ID, bob.ID}},
			{`groups eq ` + in(team), []int64{ann.ID}},
			{`groups.value eq "0` + idText(firm.ID) + `"`, nil},
			{`groups.value ne ` + in(team), []int64{bob.ID, cid.ID}},
			{`userName eq "ann" and groups.value eq ` + in(firm), []int64{ann.ID}},
			{`userName eq "ann" and groups[value eq ` + in(firm) + ` and type eq "direct"]`, nil},
			{`userName eq "cid" and groups pr`, nil},
			{`groups.display eq "unit"`, []int64{ann.ID, bob.ID}},
			{`groups.type eq "indirect"`, []int64{ann.ID}},
			{`groups.type eq "direct"`, []int64{ann.ID, bob.ID}},
			{`groups[type eq "direct" and value eq ` + in(unit) + `]`, []int64{bob.ID}},
			{`groups[type eq "indirect" and display eq "firm"]`, []int64{ann.ID}},
			{`groups[not (type eq "direct") and not (display eq "unit")]`, []int64{ann.ID}},
			{`groups[value eq ` + in(firm) + `]`, []int64{ann.ID, bob.ID}},
			{`groups.$ref ew "/Groups/` + idText(firm.ID) + `"`, []int64{ann.ID, bob.ID}},
			{`not (groups pr)`, []int64{cid.ID}},
		} {
			page := f.list(t, f.users, c.filter)
			require.ElementsMatch(t, c.want, ids(page.Resources), c.filter)
			require.Equal(t, int64(len(c.want)), page.Total, c.filter)
		}
		require.Equal(t, []int64{firm.ID}, ids(f.list(t, f.groups, `members.value eq `+in(unit)).Resources), "members of a group are direct")
	})
	t.Run("Sorted", func(t *testing.T) {
		require.Equal(t, []int64{bob.ID, ann.ID, cid.ID}, ids(f.sorted(t, f.users, "groups.type", false).Resources))
		require.Equal(t, []int64{ann.ID, bob.ID, cid.ID}, ids(f.sorted(t, f.users, "groups.display", false).Resources))
	})
	t.Run("OtherTenantsDoNotNest", func(t *testing.T) {
		other := f.in(f.newTenant(t))
		u := other.user(t, "ann")
		g := other.group(t, "Team", u.ID)
		require.Equal(t, []store.Link{link(g, "Team", false)}, other.get(t, "User", u.ID).Links)
		require.Empty(t, other.list(t, f.users, `groups.value eq "`+idText(firm.ID)+`"`).Resources)
	})
	t.Run("CircleEnds", func(t *testing.T) {
		f.update(t, "Group", team.ID, store.Change{AddMembers: []int64{firm.ID, team.ID}})
		require.Equal(t, []store.Link{link(firm, "Firm", true), link(team, "Team", false), link(unit, "Unit", true)}, f.get(t, "User", ann.ID).Links)
		require.Equal(t, []store.Link{link(firm, "Firm", false), link(team, "Team", true), link(unit, "Unit", false)}, f.get(t, "User", bob.ID).Links)
		require.Equal(t, int64(2), f.list(t, f.users, `groups.value eq "`+idText(team.ID)+`"`).Total)
		require.Equal(t, int64(2), f.list(t, f.users, `groups.type eq "indirect"`).Total)
	})
	t.Run("GoneWithTheGroupBetween", func(t *testing.T) {
		f.remove(t, "Group", unit.ID)
		require.Equal(t, []store.Link{link(team, "Team", false)}, f.get(t, "User", ann.ID).Links)
	})
}
