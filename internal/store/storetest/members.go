package storetest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func testMembers(t *testing.T, f *fixture) {
	t.Helper()
	ann, bob := f.user(t, "ann"), f.user(t, "bob")
	inner := f.group(t, "inner")
	const unknown = int64(1) << 60

	t.Run("CreateWithMembers", func(t *testing.T) {
		g := f.get(t, "Group", f.group(t, "G", bob.ID, inner.ID, ann.ID, bob.ID).ID)
		require.Equal(t, []store.Link{{ID: ann.ID, Type: "User", Display: "ann"}, {ID: bob.ID, Type: "User", Display: "bob"},
			{ID: inner.ID, Type: "Group", Display: "inner"}}, g.Links)
		require.Equal(t, int64(1), g.Meta.Version)
		require.NotContains(t, string(g.Text), "members")
	})
	t.Run("UnknownIsRefused", func(t *testing.T) {
		before := f.list(t, f.groups, "").Total
		_, err := f.store.Create(t.Context(), store.CreateParams{
			Tenant: f.tenant, Type: f.groups, Attributes: scim.Object{"displayName": "G"}, Members: []int64{ann.ID, unknown, unknown}, Now: now,
		})
		var refused *store.UnknownMembersError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, []int64{unknown}, refused.IDs)
		require.Equal(t, before, f.list(t, f.groups, "").Total)
	})
	t.Run("UnknownIsSkipped", func(t *testing.T) {
		created, err := f.store.Create(t.Context(), store.CreateParams{
			Tenant: f.tenant, Type: f.groups, Attributes: scim.Object{"displayName": "G"}, Members: []int64{unknown, ann.ID}, SkipUnknown: true, Now: now,
		})
		require.NoError(t, err)
		require.Equal(t, []int64{unknown}, created.Skipped)
		require.Len(t, f.get(t, "Group", created.ID).Links, 1)
	})
	t.Run("ChangeLearnsWhoIsKnownAndMember", func(t *testing.T) {
		g := f.group(t, "G", ann.ID)
		_, err := f.store.Update(t.Context(), store.UpdateParams{
			Ref: f.ref("Group", g.ID), Type: f.groups, Now: now, MemberIDs: []int64{ann.ID, unknown, inner.ID, bob.ID, ann.ID},
			Change: func(c store.Current) (store.Change, error) {
				require.Equal(t, map[int64]string{ann.ID: "User", bob.ID: "User", inner.ID: "Group"}, c.Known)
				require.Equal(t, map[int64]bool{ann.ID: true}, c.IsMember)
				return store.Change{}, nil
			},
		})
		require.NoError(t, err)
	})
	t.Run("AddTwiceIsOnce", func(t *testing.T) {
		g := f.group(t, "G", ann.ID)
		r := f.update(t, "Group", g.ID, store.Change{AddMembers: []int64{ann.ID, bob.ID}})
		require.Len(t, r.Links, 2)
	})
	t.Run("RemoveKeepsOthers", func(t *testing.T) {
		g := f.group(t, "G", ann.ID, bob.ID)
		r := f.update(t, "Group", g.ID, store.Change{RemoveMembers: []int64{ann.ID, unknown}})
		require.Equal(t, []store.Link{{ID: bob.ID, Type: "User", Display: "bob"}}, r.Links)
	})
	t.Run("ReplaceAtOnce", func(t *testing.T) {
		g := f.group(t, "G", ann.ID)
		r := f.update(t, "Group", g.ID, store.Change{
			Attributes: scim.Object{"displayName": "H"}, AddMembers: []int64{bob.ID}, RemoveMembers: []int64{ann.ID},
		})
		require.Equal(t, []store.Link{{ID: bob.ID, Type: "User", Display: "bob"}}, r.Links)
		require.Equal(t, int64(2), r.Meta.Version)
		require.Equal(t, "H", body(t, r)["displayName"])
	})
	t.Run("DeletedGroupLeavesAll", func(t *testing.T) {
		g := f.group(t, "G", ann.ID)
		outer := f.group(t, "outer", g.ID)
		f.remove(t, "Group", g.ID)
		require.False(t, slices.ContainsFunc(f.get(t, "User", ann.ID).Links, func(l store.Link) bool { return l.ID == g.ID }))
		require.Empty(t, f.get(t, "Group", outer.ID).Links)
		require.Equal(t, int64(2), f.get(t, "Group", outer.ID).Meta.Version)
	})
	t.Run("MoreThanFitsAStatement", func(t *testing.T) {
		many := make([]int64, 0, 1200)
		for i := range 1200 {
			many = append(many, f.user(t, "many"+idText(int64(i))).ID)
		}
		g := f.group(t, "many", many...)
		require.Len(t, f.get(t, "Group", g.ID).Links, 1200)
		r := f.update(t, "Group", g.ID, store.Change{RemoveMembers: many[:1100], AddMembers: many[1000:]})
		require.NotEmpty(t, r.Links)
	})
}

func testLinks(t *testing.T, f *fixture) {
	t.Helper()
	ann := f.user(t, "ann", scim.Object{"displayName": "Ann Lee"})
	first, second := f.group(t, "First", ann.ID), f.group(t, "Second", ann.ID)
	mine := []store.Link{{ID: first.ID, Type: "Group", Display: "First"}, {ID: second.ID, Type: "Group", Display: "Second"}}

	t.Run("GroupsOfAUser", func(t *testing.T) {
		require.Equal(t, mine, f.get(t, "User", ann.ID).Links)
		require.Equal(t, []store.Link{{ID: ann.ID, Type: "User", Display: "Ann Lee"}}, f.get(t, "Group", first.ID).Links)
	})
	t.Run("OnlyWhereAskedFor", func(t *testing.T) {
		r, err := f.store.Get(t.Context(), store.GetParams{Ref: f.ref("User", ann.ID)})
		require.NoError(t, err)
		require.Empty(t, r.Links)
		for _, want := range []bool{false, true} {
			for _, text := range []string{"", `userName eq "ann"`} {
				page, err := f.store.List(t.Context(), store.ListParams{
					Tenant: f.tenant, Of: []store.Selection{{Type: f.users, Filter: bind(t, f.users, text), Links: want}}, Start: 1, Count: 10,
				})
				require.NoError(t, err)
				require.Len(t, page.Resources, 1)
				require.Equal(t, want, len(page.Resources[0].Links) == 2)
			}
		}
	})
	t.Run("DisplayIsOfNow", func(t *testing.T) {
		f.update(t, "Group", second.ID, store.Change{Attributes: scim.Object{"displayName": "Renamed \"2\" ☃"}})
		require.Equal(t, "Renamed \"2\" ☃", f.get(t, "User", ann.ID).Links[1].Display)
		require.Equal(t, ann.Meta, f.get(t, "User", ann.ID).Meta)
		f.update(t, "User", ann.ID, store.Change{Attributes: scim.Object{"userName": "ann"}})
		require.Equal(t, "ann", f.get(t, "Group", first.ID).Links[0].Display, "the userName stands in for a displayName")
	})
}
