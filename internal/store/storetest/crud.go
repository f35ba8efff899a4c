package storetest

import (
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func testCRUD(t *testing.T, f *fixture) {
	t.Helper()
	t.Run("CreateAnswersWhatIsStored", func(t *testing.T) {
		created, err := f.store.Create(t.Context(), store.CreateParams{
			Tenant: f.tenant, Type: f.users, Now: now,
			Attributes: scim.Object{"userName": "Ann", "active": true, "name": scim.Object{"familyName": "Lee"}},
		})
		require.NoError(t, err)
		require.Positive(t, created.ID)
		require.Equal(t, int64(1), created.Meta.Version)
		require.Equal(t, now.Truncate(time.Millisecond), created.Meta.Created)
		require.Equal(t, created.Meta.Created, created.Meta.LastModified)
		require.Empty(t, created.Skipped)
		require.Equal(t, created.Resource, f.get(t, "User", created.ID))
		require.Equal(t, scim.Object{
			"schemas": []any{scim.URNUser}, "userName": "Ann", "active": true, "name": scim.Object{"familyName": "Lee"},
		}, body(t, created.Resource))
	})
	t.Run("WideSaysWhetherCinodeKnowsAll", func(t *testing.T) {
		require.False(t, f.get(t, "User", f.user(t, "narrow").ID).Wide)
		require.True(t, f.get(t, "User", f.user(t, "wide", scim.Object{"nickName": "W"}).ID).Wide)
	})
	t.Run("IDsAreOfOneSequence", func(t *testing.T) {
		a, b, c := f.user(t, "seq1").ID, f.group(t, "seq2").ID, f.user(t, "seq3").ID
		require.Less(t, a, b)
		require.Less(t, b, c)
		f.remove(t, "User", c)
		require.Greater(t, f.user(t, "seq3").ID, c, "an id is never given twice")
	})
	t.Run("UpdateReplacesAttributes", func(t *testing.T) {
		u := f.user(t, "before", scim.Object{"externalId": "x1", "title": "T"})
		r := f.update(t, "User", u.ID, store.Change{Attributes: scim.Object{"userName": "after"}})
		require.Equal(t, scim.Object{"schemas": []any{scim.URNUser}, "userName": "after"}, body(t, r))
		require.Equal(t, r, f.get(t, "User", u.ID))
		require.Empty(t, f.list(t, f.users, `externalId eq "x1" or userName eq "before" or title pr`).Resources)
		require.Equal(t, []int64{u.ID}, ids(f.list(t, f.users, `userName eq "after"`).Resources))
	})
	t.Run("ChangeSeesTheCurrentResource", func(t *testing.T) {
		u := f.user(t, "seen")
		r, err := f.store.Update(t.Context(), store.UpdateParams{
			Ref: f.ref("User", u.ID), Type: f.users, Now: later(1),
			Change: func(c store.Current) (store.Change, error) {
				require.Equal(t, u, c.Resource)
				return store.Change{}, nil
			},
		})
		require.NoError(t, err)
		require.Equal(t, u, r)
	})
	t.Run("ErrorOfChangeUndoesNothingElse", func(t *testing.T) {
		u := f.user(t, "refused")
		refusal := errors.New("refused")
		_, err := f.store.Update(t.Context(), store.UpdateParams{
			Ref: f.ref("User", u.ID), Type: f.users, Now: later(1),
			Change: func(store.Current) (store.Change, error) { return store.Change{}, refusal },
		})
		require.ErrorIs(t, err, refusal)
		require.Equal(t, u, f.get(t, "User", u.ID))
	})
	t.Run("DeleteRemoves", func(t *testing.T) {
		u := f.user(t, "gone", scim.Object{"emails": []any{scim.Object{"value": "gone@example.com"}}})
		before := f.list(t, f.users, "").Total
		f.remove(t, "User", u.ID)
		require.Equal(t, before-1, f.list(t, f.users, "").Total)
		require.Empty(t, f.list(t, f.users, `emails.value eq "gone@example.com"`).Resources)
		_, err := f.store.Get(t.Context(), store.GetParams{Ref: f.ref("User", u.ID)})
		require.ErrorIs(t, err, store.ErrNotFound)
		f.user(t, "gone")
	})
	t.Run("MissingIsNotFound", func(t *testing.T) {
		g := f.group(t, "G")
		for _, ref := range []store.Ref{f.ref("User", 1<<62), f.ref("User", g.ID), f.ref("Group", 0), f.ref("User", -1)} {
			_, err := f.store.Get(t.Context(), store.GetParams{Ref: ref, Links: true})
			require.ErrorIs(t, err, store.ErrNotFound)
			_, err = f.tryUpdate(t, ref.Type, ref.ID, store.Change{Attributes: scim.Object{"userName": "x"}})
			require.ErrorIs(t, err, store.ErrNotFound)
			require.ErrorIs(t, f.store.Delete(t.Context(), store.DeleteParams{Ref: ref, Now: now}), store.ErrNotFound)
		}
	})
	t.Run("Ping", func(t *testing.T) { require.NoError(t, f.store.Ping(t.Context())) })
}

func testUnique(t *testing.T, f *fixture) {
	t.Helper()
	requireTaken := func(t *testing.T, err error) {
		t.Helper()
		var unique *store.UniqueError
		require.ErrorAs(t, err, &unique)
		require.Equal(t, "userName", unique.Attribute)
	}
	create := func(t *testing.T, userName string) error {
		t.Helper()
		_, err := f.store.Create(t.Context(), store.CreateParams{Tenant: f.tenant, Type: f.users, Attributes: scim.Object{"userName": userName}, Now: now})
		return err
	}
	first := f.user(t, "ann@example.com", scim.Object{"externalId": "e1"})
	second := f.user(t, "bob@example.com", scim.Object{"externalId": "e1"})

	t.Run("CreateWhateverItsCase", func(t *testing.T) {
		requireTaken(t, create(t, "ann@example.com"))
		requireTaken(t, create(t, "ANN@Example.com"))
		require.Equal(t, int64(2), f.list(t, f.users, "").Total, "a refused create is not counted")
	})
	t.Run("Update", func(t *testing.T) {
		_, err := f.tryUpdate(t, "User", second.ID, store.Change{Attributes: scim.Object{"userName": "Ann@example.com"}})
		requireTaken(t, err)
		require.Equal(t, second, f.get(t, "User", second.ID))
	})
	t.Run("OwnNameInAnotherCase", func(t *testing.T) {
		r := f.update(t, "User", first.ID, store.Change{Attributes: scim.Object{"userName": "ANN@example.com", "externalId": "e1"}})
		require.Equal(t, "ANN@example.com", body(t, r)["userName"])
	})
	t.Run("LongestValues", func(t *testing.T) { f.testLongest(t, create) })
	t.Run("GroupNamesAndExternalIDsAreNot", func(t *testing.T) {
		f.group(t, "Same")
		f.group(t, "Same")
		require.Equal(t, int64(2), f.list(t, f.groups, `displayName eq "same"`).Total)
		require.Equal(t, int64(2), f.list(t, f.users, `externalId eq "e1"`).Total)
	})
}

// testLongest stores what no index can compress: as much as one holds, and more.
func (f *fixture) testLongest(t *testing.T, create func(*testing.T, string) error) {
	t.Helper()
	const limit = 2048
	noise := func(n int) string {
		b := make([]byte, (n+1)/2)
		_, _ = rand.NewChaCha8([32]byte{}).Read(b)
		return hex.EncodeToString(b)[:n]
	}
	requireTooLong := func(t *testing.T, err error, attribute string) {
		t.Helper()
		var tooLong *store.TooLongError
		require.ErrorAs(t, err, &tooLong)
		require.Equal(t, attribute, tooLong.Attribute)
	}
	requireTooLong(t, create(t, noise(limit+1)), "userName")
	u := f.user(t, noise(limit), scim.Object{"externalId": noise(limit), "displayName": noise(2 * limit)})
	_, err := f.tryUpdate(t, "User", u.ID, store.Change{Attributes: scim.Object{"userName": "ann", "externalId": noise(limit + 1)}})
	requireTooLong(t, err, "externalId")
	require.Equal(t, u, f.get(t, "User", u.ID))
	f.remove(t, "User", u.ID)
	g := f.group(t, noise(limit))
	_, err = f.tryUpdate(t, "Group", g.ID, store.Change{Attributes: scim.Object{"displayName": noise(limit + 1)}})
	requireTooLong(t, err, "displayName")
	f.remove(t, "Group", g.ID)
}

func testVersion(t *testing.T, f *fixture) {
	t.Helper()
	u := f.user(t, "ann")
	t.Run("MovesWithAChange", func(t *testing.T) {
		r := f.update(t, "User", u.ID, store.Change{Attributes: scim.Object{"userName": "ann", "title": "T"}})
		require.Equal(t, int64(2), r.Meta.Version)
		require.Equal(t, later(1).Truncate(time.Millisecond), r.Meta.LastModified)
		require.Equal(t, u.Meta.Created, r.Meta.Created)
		require.Equal(t, r, f.get(t, "User", u.ID))
	})
	t.Run("StaysWithoutOne", func(t *testing.T) {
		before := f.get(t, "User", u.ID)
		require.Equal(t, before, f.update(t, "User", u.ID, store.Change{}))
		require.Equal(t, before, f.get(t, "User", u.ID))
	})
	t.Run("MembershipMovesTheGroupAlone", func(t *testing.T) {
		before := f.get(t, "User", u.ID).Meta
		g := f.group(t, "G")
		r := f.update(t, "Group", g.ID, store.Change{AddMembers: []int64{u.ID}})
		require.Equal(t, int64(2), r.Meta.Version)
		require.Equal(t, r, f.get(t, "Group", g.ID))
		require.Equal(t, before, f.get(t, "User", u.ID).Meta)
		r = f.update(t, "Group", g.ID, store.Change{RemoveMembers: []int64{u.ID}})
		require.Equal(t, int64(3), r.Meta.Version)
	})
	t.Run("DeletedMemberMovesItsGroups", func(t *testing.T) {
		v := f.user(t, "leaver")
		in, out := f.group(t, "in", v.ID), f.group(t, "out", u.ID)
		f.remove(t, "User", v.ID)
		left := f.get(t, "Group", in.ID)
		require.Equal(t, int64(2), left.Meta.Version)
		require.Equal(t, later(2).Truncate(time.Millisecond), left.Meta.LastModified)
		require.Empty(t, left.Links)
		require.Equal(t, int64(1), f.get(t, "Group", out.ID).Meta.Version)
	})
	t.Run("CheckRefusesADelete", func(t *testing.T) {
		refusal := errors.New("version differs")
		var seen int64
		err := f.store.Delete(t.Context(), store.DeleteParams{Ref: f.ref("User", u.ID), Now: now, Check: func(version int64) error {
			seen = version
			return refusal
		}})
		require.ErrorIs(t, err, refusal)
		require.Equal(t, f.get(t, "User", u.ID).Meta.Version, seen)
	})
}
