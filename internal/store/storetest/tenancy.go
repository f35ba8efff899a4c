package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func testTenancy(t *testing.T, f *fixture) {
	t.Helper()
	other := f.in(f.newTenant(t))
	attributes := scim.Object{"externalId": "e1", "title": "T", "emails": []any{scim.Object{"value": "ann@example.com"}}}
	mine := f.user(t, "ann", attributes)
	theirs := other.user(t, "ann", attributes)
	theirGroup := other.group(t, "G", theirs.ID)
	f.user(t, "bob")

	t.Run("NothingIsVisible", func(t *testing.T) {
		ref := f.ref("User", theirs.ID)
		_, err := f.store.Get(t.Context(), store.GetParams{Ref: ref})
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = f.tryUpdate(t, "User", theirs.ID, store.Change{Attributes: scim.Object{"userName": "x"}})
		require.ErrorIs(t, err, store.ErrNotFound)
		require.ErrorIs(t, f.store.Delete(t.Context(), store.DeleteParams{Ref: ref, Now: now}), store.ErrNotFound)
		require.Equal(t, theirs, withoutLinks(other.get(t, "User", theirs.ID)))
	})
	t.Run("NothingIsFoundOrCounted", func(t *testing.T) {
		for _, text := range []string{
			`userName eq "ann"`, `externalId eq "e1"`, `emails.value eq "ann@example.com"`, `title eq "t"`, `title pr`,
			`emails[value eq "ann@example.com"]`,
		} {
			page := f.list(t, f.users, text)
			require.Equal(t, []int64{mine.ID}, ids(page.Resources), text)
			require.Equal(t, int64(1), page.Total, text)
		}
		require.Equal(t, int64(2), f.list(t, f.users, "").Total)
		require.Equal(t, int64(1), other.list(t, f.users, "").Total)
		require.Zero(t, f.list(t, f.groups, "").Total)
		require.Empty(t, f.list(t, f.users, `id eq "`+idText(theirs.ID)+`"`).Resources)
		require.Empty(t, f.list(t, f.users, `groups.value eq "`+idText(theirGroup.ID)+`"`).Resources)
		require.Empty(t, f.list(t, f.users, `groups pr`).Resources)
		require.Empty(t, f.list(t, f.groups, `members.value eq "`+idText(theirs.ID)+`"`).Resources)
	})
	t.Run("NothingIsSorted", func(t *testing.T) {
		require.Equal(t, []int64{mine.ID}, ids(f.sorted(t, f.users, "emails.value", false).Resources)[:1])
		require.Len(t, f.sorted(t, f.users, "emails.value", true).Resources, 2)
	})
	t.Run("NobodyIsKnown", func(t *testing.T) {
		_, err := f.store.Create(t.Context(), store.CreateParams{
			Tenant: f.tenant, Type: f.groups, Attributes: scim.Object{"displayName": "G"}, Members: []int64{theirs.ID}, Now: now,
		})
		var refused *store.UnknownMembersError
		require.ErrorAs(t, err, &refused)
		_, err = f.store.Update(t.Context(), store.UpdateParams{
			Ref: f.ref("User", mine.ID), Type: f.users, Now: now, MemberIDs: []int64{theirs.ID, theirGroup.ID},
			Change: func(c store.Current) (store.Change, error) {
				require.Empty(t, c.Known)
				return store.Change{}, nil
			},
		})
		require.NoError(t, err)
	})
	t.Run("DeletedTenantTakesOnlyItsOwn", func(t *testing.T) {
		require.NoError(t, f.store.DeleteTenant(t.Context(), other.tenant, store.AuditEntry{}))
		require.Zero(t, other.list(t, f.users, "").Total)
		require.Empty(t, other.list(t, f.groups, `members pr`).Resources)
		require.Equal(t, mine, withoutLinks(f.get(t, "User", mine.ID)))
		require.Equal(t, int64(2), f.list(t, f.users, "").Total)
	})
}

func withoutLinks(r store.Resource) store.Resource {
	r.Links = nil
	return r
}
