package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func managedBy(value string) scim.Object {
	return scim.Object{scim.URNEnterpriseUser: scim.Object{"manager": scim.Object{"value": value}}}
}

func testManager(t *testing.T, f *fixture) {
	t.Helper()
	boss := f.user(t, "boss", scim.Object{"displayName": "The Boss"})
	other := f.in(f.newTenant(t))
	stranger := other.user(t, "stranger")
	group := f.group(t, "G")
	link := &store.Link{ID: boss.ID, Type: "User", Display: "The Boss"}
	ann := f.user(t, "ann", managedBy(idText(boss.ID)))

	t.Run("Shown", func(t *testing.T) {
		require.Equal(t, link, ann.Manager)
		require.Equal(t, link, f.get(t, "User", ann.ID).Manager)
		require.Equal(t, link, f.list(t, f.users, `userName eq "ann"`).Resources[0].Manager)
		require.Equal(t, link, f.list(t, f.users, `userName sw "a"`).Resources[0].Manager)
		require.Nil(t, f.get(t, "User", boss.ID).Manager)
		require.NotContains(t, string(ann.Text), "Boss")
	})
	t.Run("NobodyIsNobody", func(t *testing.T) {
		for i, value := range []string{
			"x", "", "0", "-1", "+" + idText(boss.ID), "0" + idText(boss.ID), " " + idText(boss.ID), "99999999999999999999",
			idText(stranger.ID), idText(group.ID), idText(1 << 60),
		} {
			u := f.user(t, "lone"+idText(int64(i)), managedBy(value))
			require.Nil(t, u.Manager, value)
			require.Nil(t, f.get(t, "User", u.ID).Manager, value)
		}
	})
	t.Run("Update", func(t *testing.T) {
		u := f.user(t, "updated")
		change := func(o scim.Object) *store.Link {
			r := f.update(t, "User", u.ID, store.Change{Attributes: merge(scim.Object{"userName": "updated"}, []scim.Object{o})})
			require.Equal(t, r, f.get(t, "User", u.ID))
			return r.Manager
		}
		require.Equal(t, link, change(managedBy(idText(boss.ID))))
		require.Equal(t, &store.Link{ID: u.ID, Type: "User", Display: "updated"}, change(managedBy(idText(u.ID))), "its own")
		require.Nil(t, change(managedBy("x")))
		require.Equal(t, link, change(managedBy(idText(boss.ID))))
		require.Nil(t, change(scim.Object{}))
		change(managedBy(idText(boss.ID)))
		require.Equal(t, link, f.update(t, "User", u.ID, store.Change{Password: new("hash")}).Manager)
		f.remove(t, "User", u.ID)
	})
	t.Run("Found", func(t *testing.T) {
		path := scim.URNEnterpriseUser + ":manager"
		for _, filter := range []string{
			path + `.displayName eq "the BOSS"`, path + `.displayName co "boss"`, path + `[displayName sw "the"]`, path + `.displayName pr`,
			path + `.$ref eq "` + baseURL + `/Users/` + idText(boss.ID) + `"`, path + `.$ref pr and ` + path + ` pr`,
			path + `.value eq "` + idText(boss.ID) + `"`,
		} {
			require.Equal(t, []int64{ann.ID}, ids(f.list(t, f.users, filter).Resources), filter)
		}
		require.Equal(t, ann.ID, f.sorted(t, f.users, path+".displayName", false).Resources[0].ID)
		require.Equal(t, ann.ID, f.sorted(t, f.users, path+".$ref", false).Resources[0].ID)
	})
	t.Run("DisplayIsOfNow", func(t *testing.T) {
		f.update(t, "User", boss.ID, store.Change{Attributes: scim.Object{"userName": "boss2"}})
		require.Equal(t, "boss2", f.get(t, "User", ann.ID).Manager.Display)
		require.Equal(t, ann.Meta, f.get(t, "User", ann.ID).Meta)
	})
	t.Run("DeletedManagerLeavesTheAttribute", func(t *testing.T) {
		f.remove(t, "User", boss.ID)
		r := f.get(t, "User", ann.ID)
		require.Nil(t, r.Manager)
		require.Equal(t, ann.Text, r.Text)
		require.Equal(t, ann.Meta, r.Meta)
	})
}

func testPassword(t *testing.T, f *fixture) {
	t.Helper()
	const secret = "hashed-secret"
	created, err := f.store.Create(t.Context(), store.CreateParams{
		Tenant: f.tenant, Type: f.users, Attributes: scim.Object{"userName": "ann"}, Password: secret, Now: now,
	})
	require.NoError(t, err)
	password := func(t *testing.T, ref store.Ref) string {
		t.Helper()
		hash, err := f.password(t, ref)
		require.NoError(t, err)
		return hash
	}
	ann := f.ref("User", created.ID)
	t.Run("KeptApart", func(t *testing.T) {
		require.Equal(t, secret, password(t, ann))
		require.NotContains(t, string(f.get(t, "User", ann.ID).Text), secret)
		require.Empty(t, password(t, f.ref("User", f.user(t, "none").ID)))
		require.Empty(t, password(t, f.ref("Group", f.group(t, "G").ID)))
	})
	t.Run("OthersHaveNone", func(t *testing.T) {
		for _, ref := range []store.Ref{f.ref("Group", ann.ID), f.ref("User", 1<<60), {Tenant: f.newTenant(t), Type: "User", ID: ann.ID}} {
			_, err := f.password(t, ref)
			require.ErrorIs(t, err, store.ErrNotFound)
		}
	})
	t.Run("StaysUnlessItChanges", func(t *testing.T) {
		before := f.get(t, "User", ann.ID).Meta.Version
		r := f.update(t, "User", ann.ID, store.Change{Attributes: scim.Object{"userName": "ann", "title": "T"}})
		require.Equal(t, before+1, r.Meta.Version)
		require.Equal(t, secret, password(t, ann))
	})
	t.Run("ChangeMovesTheVersion", func(t *testing.T) {
		before := f.get(t, "User", ann.ID)
		for i, change := range []store.Change{
			{Password: new("second")},
			{Password: new("third"), Attributes: scim.Object{"userName": "ann"}},
			{Password: new("")},
			{Password: new("fourth")},
			{Password: new(""), Attributes: scim.Object{"userName": "ann"}},
		} {
			r := f.update(t, "User", ann.ID, change)
			require.Equal(t, before.Meta.Version+1+int64(i), r.Meta.Version)
			require.True(t, r.Meta.LastModified.After(before.Meta.Created))
			require.Equal(t, r, f.get(t, "User", ann.ID))
			require.Equal(t, *change.Password, password(t, ann))
			require.NotContains(t, string(r.Text), "password")
		}
	})
	t.Run("ChangeSeesIt", func(t *testing.T) {
		f.update(t, "User", ann.ID, store.Change{Password: new(secret)})
		for _, members := range [][]int64{nil, {ann.ID}} { // without a lock and with it
			_, err := f.store.Update(t.Context(), store.UpdateParams{
				Ref: ann, Type: f.users, Now: later(1), MemberIDs: members,
				Change: func(c store.Current) (store.Change, error) {
					require.Equal(t, secret, c.Password)
					return store.Change{}, nil
				},
			})
			require.NoError(t, err)
		}
		require.Equal(t, secret, password(t, ann))
	})
}

// password is the hash that a change of the resource would see.
func (f *fixture) password(t *testing.T, ref store.Ref) (hash string, err error) {
	t.Helper()
	_, err = f.store.Update(t.Context(), store.UpdateParams{
		Ref: ref, Type: f.users, Now: now,
		Change: func(current store.Current) (store.Change, error) {
			hash = current.Password
			return store.Change{}, nil
		},
	})
	return hash, err
}
