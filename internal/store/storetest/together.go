package storetest

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func (f *fixture) newUser(userName string) store.CreateParams {
	return store.CreateParams{Tenant: f.tenant, Type: f.users, Attributes: scim.Object{"userName": userName}, Now: now}
}

func (f *fixture) newGroup(displayName string, members ...int64) store.CreateParams {
	return store.CreateParams{Tenant: f.tenant, Type: f.groups, Attributes: scim.Object{"displayName": displayName}, Members: members, Now: now}
}

func testCreateAll(t *testing.T, f *fixture) {
	t.Helper()
	ann := f.user(t, "ann")
	t.Run("ReservedIDsAreGivenOnce", func(t *testing.T) {
		reserved, err := f.store.ReserveIDs(t.Context(), 3)
		require.NoError(t, err)
		require.Len(t, reserved, 3)
		require.Less(t, ann.ID, reserved[0])
		require.Less(t, reserved[0], reserved[1])
		require.Less(t, reserved[1], reserved[2])
		require.Greater(t, f.user(t, "next").ID, reserved[2])
		p := f.newUser("reserved")
		p.ID = reserved[1]
		created, err := f.store.Create(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, reserved[1], created.ID)
		g := f.newGroup("reserved", created.ID)
		g.ID = reserved[0]
		created, err = f.store.Create(t.Context(), g)
		require.NoError(t, err)
		require.Equal(t, reserved[0], created.ID)
		require.Len(t, f.get(t, "Group", reserved[0]).Links, 1)
		none, err := f.store.ReserveIDs(t.Context(), 0)
		require.NoError(t, err)
		require.Empty(t, none)
	})
	t.Run("NameEachOther", func(t *testing.T) {
		users, groups := f.list(t, f.users, "").Total, f.list(t, f.groups, "").Total
		id, err := f.store.ReserveIDs(t.Context(), 4)
		require.NoError(t, err)
		outer, inner, boss, bob := f.newGroup("outer", id[1], ann.ID), f.newGroup("inner", id[3], id[0]), f.newUser("boss"), f.newUser("bob")
		outer.ID, inner.ID, boss.ID, bob.ID = id[0], id[1], id[2], id[3]
		bob.Attributes = merge(bob.Attributes, []scim.Object{managedBy(idText(boss.ID))})
		bob.Password = "hash"
		created, err := f.store.CreateAll(t.Context(), []store.CreateParams{outer, bob, inner, boss, f.newUser("last")})
		require.NoError(t, err)
		require.Len(t, created, 5)
		for i, want := range []int64{outer.ID, bob.ID, inner.ID, boss.ID} {
			require.Equal(t, want, created[i].ID)
			require.Empty(t, created[i].Skipped)
			require.Equal(t, created[i].Resource, withoutLinks(f.get(t, created[i].Type, want)))
		}
		require.Greater(t, created[4].ID, bob.ID)
		require.Equal(t, []store.Link{{ID: ann.ID, Type: "User", Display: "ann"}, {ID: inner.ID, Type: "Group", Display: "inner"}},
			f.get(t, "Group", outer.ID).Links)
		require.Equal(t, []store.Link{{ID: outer.ID, Type: "Group", Display: "outer", Indirect: true}, {ID: inner.ID, Type: "Group", Display: "inner"}},
			f.get(t, "User", bob.ID).Links)
		hash, err := f.password(t, f.ref("User", bob.ID))
		require.NoError(t, err)
		require.Equal(t, "hash", hash)
		require.Equal(t, users+3, f.list(t, f.users, "").Total)
		require.Equal(t, groups+2, f.list(t, f.groups, "").Total)
		require.Equal(t, []int64{bob.ID}, ids(f.list(t, f.users, `userName eq "BOB"`).Resources))
	})
	t.Run("AllOrNone", func(t *testing.T) {
		users, groups := f.list(t, f.users, "").Total, f.list(t, f.groups, "").Total
		var unique *store.UniqueError
		_, err := f.store.CreateAll(t.Context(), []store.CreateParams{f.newUser("fresh"), f.newGroup("fresh"), f.newUser("ANN")})
		require.ErrorAs(t, err, &unique)
		_, err = f.store.CreateAll(t.Context(), []store.CreateParams{f.newUser("fresh"), f.newUser("Fresh")})
		require.ErrorAs(t, err, &unique)
		var unknown *store.UnknownMembersError
		const nobody = int64(1) << 60
		_, err = f.store.CreateAll(t.Context(), []store.CreateParams{f.newUser("fresh"), f.newGroup("fresh", ann.ID, nobody, nobody)})
		require.ErrorAs(t, err, &unknown)
		require.Equal(t, []int64{nobody}, unknown.IDs)
		for _, text := range []string{"", "id pr"} {
			require.Equal(t, users, f.list(t, f.users, text).Total)
			require.Equal(t, groups, f.list(t, f.groups, text).Total)
		}
	})
	t.Run("None", func(t *testing.T) {
		created, err := f.store.CreateAll(t.Context(), nil)
		require.NoError(t, err)
		require.Empty(t, created)
	})
	t.Run("ManyAtOnce", func(t *testing.T) {
		before := f.list(t, f.users, "").Total
		failed := parallel(8, func(i int) error {
			all := []store.CreateParams{f.newGroup("crowd", ann.ID)}
			for j := range 20 { // half of them want the same names, the other way round
				n := j
				if i%2 == 0 {
					n = 19 - j
				}
				all = append(all, f.newUser("crowd"+idText(int64(n))))
			}
			_, err := f.store.CreateAll(t.Context(), all)
			return err
		})
		require.Len(t, failed, 7)
		for _, err := range failed {
			var unique *store.UniqueError
			require.ErrorAs(t, err, &unique)
		}
		require.Equal(t, before+20, f.list(t, f.users, "").Total)
	})
}

func testSecret(t *testing.T, f *fixture) {
	t.Helper()
	var mu sync.Mutex
	seen := map[string]bool{}
	require.Empty(t, parallel(20, func(int) error {
		secret, err := f.store.Secret(t.Context(), "cursor")
		mu.Lock()
		defer mu.Unlock()
		seen[string(secret)] = true
		return err
	}))
	require.Len(t, seen, 1, "all have the same")
	other, err := f.store.Secret(t.Context(), "admin_key")
	require.NoError(t, err)
	require.Len(t, other, store.SecretSize)
	require.NotContains(t, seen, string(other))
	_, err = f.store.AdminKey(t.Context())
	require.ErrorIs(t, err, store.ErrNotFound, "a secret is no other setting")
}
