package storetest

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func testCompanyLinks(t *testing.T, f *fixture) {
	t.Helper()
	at := now.Truncate(time.Millisecond)
	t.Run("NewGroupGetsATeam", func(t *testing.T) {
		created, err := f.store.Create(t.Context(), f.newLinked("Gröna", "object-1"))
		require.NoError(t, err)
		require.False(t, created.Adopted)
		l, ok := f.linkOf(t, created.ID)
		require.True(t, ok)
		require.Equal(t, cinode.Link{
			GroupID: created.ID, DisplayName: "Gröna", ObjectID: "object-1", Kind: cinode.KindTeam, UnitID: l.UnitID, UnitName: "Gröna",
			Created: at.Add(time.Second),
		}, l)
		u, err := f.store.Unit(t.Context(), f.tenant, cinode.KindTeam, l.UnitID)
		require.NoError(t, err)
		require.Equal(t, cinode.Unit{ID: l.UnitID, Kind: cinode.KindTeam, Name: "Gröna", Created: at.Add(time.Second)}, u)

		f.update(t, "Group", created.ID, store.Change{Attributes: scim.Object{"displayName": "Blåa"}})
		l, _ = f.linkOf(t, created.ID)
		require.Equal(t, "Blåa", l.DisplayName)
		require.Equal(t, "Gröna", l.UnitName, "renaming the group does not rename the Team (D)")
	})
	t.Run("NoCompanyNoTeam", func(t *testing.T) {
		before := len(f.units(t, cinode.KindTeam))
		g := f.group(t, "plain")
		_, ok := f.linkOf(t, g.ID)
		require.False(t, ok)
		p := f.newUser("in a company")
		p.Company = true
		_, err := f.store.Create(t.Context(), p)
		require.NoError(t, err)
		require.Len(t, f.units(t, cinode.KindTeam), before)
	})
	t.Run("RefusedLeavesNothing", func(t *testing.T) {
		teams, groups := len(f.units(t, cinode.KindTeam)), f.list(t, f.groups, "").Total
		role := f.unit(t, cinode.KindRole, "refused")
		g := f.link(t, "refused", "", cinode.KindRole, role)
		for _, name := range []string{"new and refused", "refused"} {
			var unknown *store.UnknownMembersError
			_, err := f.store.Create(t.Context(), f.newLinked(name, "", nothing))
			require.ErrorAs(t, err, &unknown)
		}
		require.Len(t, f.units(t, cinode.KindTeam), teams)
		require.Equal(t, groups+1, f.list(t, f.groups, "").Total)
		l, _ := f.linkOf(t, g)
		require.True(t, l.Awaited, "a client that is refused has not come")
	})
	t.Run("MadeBeforehand", f.testAwaited)
	t.Run("Listed", func(t *testing.T) {
		in := f.in(f.newTenant(t))
		a, _ := in.linkedGroup(t, "Alpha one")
		in.group(t, "alpha without")
		b, _ := in.linkedGroup(t, "Beta")
		c, _ := in.linkedGroup(t, "ALPHA two")
		for _, want := range []struct {
			after int64
			limit int
			name  string
			ids   []int64
		}{
			{0, 10, "", []int64{a, b, c}}, {0, 2, "", []int64{a, b}}, {b, 2, "", []int64{c}},
			{0, 10, "alpha", []int64{a, c}}, {a, 10, "alpha", []int64{c}}, {0, 10, "%", nil},
		} {
			list, err := f.store.Links(t.Context(), store.Slice{Tenant: in.tenant, After: want.after, Limit: want.limit, Name: want.name})
			require.NoError(t, err)
			var got []int64
			for _, l := range list {
				got = append(got, l.GroupID)
			}
			require.Equal(t, want.ids, got)
		}
	})
	t.Run("DeleteLink", func(t *testing.T) {
		ann := f.user(t, "left behind")
		g, team := f.linkedGroup(t, "to be unlinked", ann.ID)
		outer := f.group(t, "outer", g)
		groups := f.list(t, f.groups, "").Total
		other := f.in(f.newTenant(t))
		require.ErrorIs(t, other.store.DeleteLink(t.Context(), other.tenant, g, now, store.AuditEntry{}), store.ErrNotFound)
		require.ErrorIs(t, f.store.DeleteLink(t.Context(), f.tenant, outer.ID, now, store.AuditEntry{}), store.ErrNotFound, "a group without a link")
		require.NoError(t, f.store.DeleteLink(t.Context(), f.tenant, g, later(3), store.AuditEntry{}))
		require.ErrorIs(t, f.store.DeleteLink(t.Context(), f.tenant, g, now, store.AuditEntry{}), store.ErrNotFound)
		_, err := f.store.Get(t.Context(), store.GetParams{Ref: f.ref("Group", g)})
		require.ErrorIs(t, err, store.ErrNotFound)
		require.Equal(t, []int64{ann.ID}, f.members(t, cinode.KindTeam, team))
		require.Equal(t, groups-1, f.list(t, f.groups, "").Total)
		require.Equal(t, int64(2), f.get(t, "Group", outer.ID).Meta.Version)
		again, next := f.linkedGroup(t, "to be unlinked")
		require.NotEqual(t, g, again)
		require.NotEqual(t, team, next)
	})
	t.Run("DeleteUnit", f.testDeleteUnit)
	t.Run("CreateAll", f.testCreateAllInCompany)
}

// testAwaited is about links that an administrator makes before the client comes.
func (f *fixture) testAwaited(t *testing.T) {
	team := f.unit(t, cinode.KindTeam, "The Team")
	ann := f.user(t, "awaited ann")
	made, err := f.store.CreateLink(t.Context(), store.LinkParams{
		Tenant: f.tenant, DisplayName: "Café", ObjectID: "o1", Kind: cinode.KindTeam, UnitID: team, Now: now,
	})
	require.NoError(t, err)
	require.Equal(t, cinode.Link{
		GroupID: made.GroupID, DisplayName: "Café", ObjectID: "o1", Kind: cinode.KindTeam, UnitID: team, UnitName: "The Team",
		Awaited: true, Created: now.Truncate(time.Millisecond),
	}, made)
	l, _ := f.linkOf(t, made.GroupID)
	require.Equal(t, made, l)
	require.Equal(t, []int64{made.GroupID}, ids(f.list(t, f.groups, `displayName eq "CAFÉ" and externalId eq "o1"`).Resources), "it lists (J)")
	require.Equal(t, scim.Object{"schemas": []any{scim.URNGroup}, "displayName": "Café", "externalId": "o1"}, body(t, f.get(t, "Group", made.GroupID)))

	_, err = f.store.CreateLink(t.Context(), store.LinkParams{Tenant: f.tenant, DisplayName: "Café", ObjectID: "o1", Kind: cinode.KindTeam, UnitID: team, Now: now})
	require.ErrorIs(t, err, store.ErrExists)
	_, err = f.store.CreateLink(t.Context(), store.LinkParams{Tenant: f.tenant, DisplayName: "X", Kind: cinode.KindRole, UnitID: team, Now: now})
	require.ErrorIs(t, err, store.ErrNotFound, "no Role has that id")
	_, err = f.store.CreateLink(t.Context(), store.LinkParams{Tenant: f.tenant, DisplayName: "X", Kind: "Guild", UnitID: team, Now: now})
	require.ErrorContains(t, err, "use Team or Role")
	var tooLong *store.TooLongError
	_, err = f.store.CreateLink(t.Context(), store.LinkParams{
		Tenant: f.tenant, DisplayName: strings.Repeat("x", 4000), Kind: cinode.KindTeam, UnitID: team, Now: now,
	})
	require.ErrorAs(t, err, &tooLong)

	for _, near := range [][2]string{{"CAFÉ", "o1"}, {"Café", ""}, {"Café", "O1"}, {"Cafe\u0301", "o1"}, {"Café ", "o1"}} {
		created, err := f.store.Create(t.Context(), f.newLinked(near[0], near[1]))
		require.NoError(t, err)
		require.False(t, created.Adopted, near)
	}
	given := f.newLinked("Café", "o1")
	reserved, err := f.store.ReserveIDs(t.Context(), 1)
	require.NoError(t, err)
	given.ID = reserved[0]
	kept, err := f.store.Create(t.Context(), given)
	require.NoError(t, err)
	require.False(t, kept.Adopted)
	require.Equal(t, given.ID, kept.ID)

	groups, teams := f.list(t, f.groups, "").Total, len(f.units(t, cinode.KindTeam))
	adopted, err := f.store.Create(t.Context(), f.newLinked("Café", "o1", ann.ID))
	require.NoError(t, err)
	require.True(t, adopted.Adopted)
	require.Equal(t, made.GroupID, adopted.ID)
	require.Equal(t, withoutLinks(f.get(t, "Group", made.GroupID)), adopted.Resource)
	require.Equal(t, scim.Meta{Created: now.Truncate(time.Millisecond), LastModified: later(1).Truncate(time.Millisecond), Version: 2}, adopted.Meta)
	require.Equal(t, []int64{ann.ID}, f.members(t, cinode.KindTeam, team))
	require.Equal(t, groups, f.list(t, f.groups, "").Total)
	require.Len(t, f.units(t, cinode.KindTeam), teams)
	l, _ = f.linkOf(t, made.GroupID)
	require.False(t, l.Awaited)

	second, err := f.store.Create(t.Context(), f.newLinked("Café", "o1"))
	require.NoError(t, err)
	require.False(t, second.Adopted, "a link is taken over once")

	role := f.unit(t, cinode.KindRole, "The Role")
	found := f.link(t, "By name", "", cinode.KindRole, role)
	_, err = f.store.Update(t.Context(), f.toggleLinked(found, ann.ID))
	require.NoError(t, err)
	require.Equal(t, []int64{ann.ID}, f.members(t, cinode.KindRole, role), "found by its name and changed (J)")
	l, _ = f.linkOf(t, found)
	require.False(t, l.Awaited)
}

func (f *fixture) testDeleteUnit(t *testing.T) {
	f = f.in(f.newTenant(t))
	ann := f.user(t, "ann")
	for _, kind := range kinds {
		unit, kept := f.unit(t, kind, "U"), f.unit(t, kind, "kept")
		one, two := f.link(t, "one", string(kind), kind, unit), f.link(t, "two", string(kind), kind, unit)
		stays := f.link(t, "stays", string(kind), kind, kept)
		for _, g := range []int64{one, two, stays} {
			_, err := f.store.Update(t.Context(), f.toggleLinked(g, ann.ID))
			require.NoError(t, err)
		}
		outer := f.group(t, "outer", one, two, stays)
		groups := f.list(t, f.groups, "").Total
		require.NoError(t, f.store.DeleteUnit(t.Context(), f.tenant, kind, unit, later(4), store.AuditEntry{}))
		require.Empty(t, f.members(t, kind, unit))
		require.Equal(t, []int64{ann.ID}, f.members(t, kind, kept))
		require.Equal(t, groups-2, f.list(t, f.groups, "").Total)
		require.Equal(t, groups-2, f.list(t, f.groups, "id pr").Total)
		for _, g := range []int64{one, two} {
			_, ok := f.linkOf(t, g)
			require.False(t, ok)
		}
		r := f.get(t, "Group", outer.ID)
		require.Equal(t, int64(2), r.Meta.Version)
		require.Len(t, r.Links, 1)
		_, err := f.store.Unit(t.Context(), f.tenant, kind, unit)
		require.ErrorIs(t, err, store.ErrNotFound)
		empty := f.unit(t, kind, "empty")
		require.NoError(t, f.store.DeleteUnit(t.Context(), f.tenant, kind, empty, now, store.AuditEntry{}))
	}
}

func (f *fixture) testCreateAllInCompany(t *testing.T) {
	ann := f.user(t, "created with all")
	id, err := f.store.ReserveIDs(t.Context(), 2)
	require.NoError(t, err)
	outer, inner, plain, bob := f.newLinked("outer", "", id[1], ann.ID), f.newLinked("inner", "", id[0]), f.newLinked("plain", ""), f.newUser("created too")
	outer.ID, inner.ID, plain.Company, bob.Company = id[0], id[1], false, true
	created, err := f.store.CreateAll(t.Context(), []store.CreateParams{outer, bob, plain, inner})
	require.NoError(t, err)
	for i, want := range []struct {
		name    string
		members []int64
	}{0: {"outer", []int64{ann.ID}}, 3: {"inner", []int64{}}} {
		if want.name == "" {
			_, ok := f.linkOf(t, created[i].ID)
			require.False(t, ok)
			continue
		}
		l, ok := f.linkOf(t, created[i].ID)
		require.True(t, ok)
		require.Equal(t, want.name, l.UnitName)
		require.Equal(t, want.members, f.members(t, cinode.KindTeam, l.UnitID), "users, not groups in groups")
	}
	waits := f.link(t, "created all", "", cinode.KindRole, f.unit(t, cinode.KindRole, "R"))
	created, err = f.store.CreateAll(t.Context(), []store.CreateParams{f.newLinked("created all", "")})
	require.NoError(t, err)
	require.False(t, created[0].Adopted)
	require.NotEqual(t, waits, created[0].ID)
	l, _ := f.linkOf(t, waits)
	require.True(t, l.Awaited)
}
