package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// parallel runs fn n times at once and gives the errors that were met.
func parallel(n int, fn func(i int) error) []error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed []error
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			if err := fn(i); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, err)
			}
		})
	}
	close(start)
	wg.Wait()
	return failed
}

const crowd = 50

func testConcurrency(t *testing.T, f *fixture) {
	t.Helper()
	t.Run("MembersAreNotLost", func(t *testing.T) {
		users := make([]int64, crowd)
		for i := range users {
			users[i] = f.user(t, "member"+idText(int64(i))).ID
		}
		g := f.group(t, "G", users[:crowd/2]...)
		require.Empty(t, parallel(crowd, func(i int) error {
			_, err := f.store.Update(t.Context(), f.toggle(g.ID, users[i]))
			return err
		}))
		r := f.get(t, "Group", g.ID)
		require.Len(t, r.Links, crowd/2)
		require.Equal(t, users[crowd/2], r.Links[0].ID)
		require.Equal(t, int64(1+crowd), r.Meta.Version)
	})
	t.Run("UpdatesAreNotLost", func(t *testing.T) {
		u := f.user(t, "counter", scim.Object{"title": ""})
		require.Empty(t, parallel(crowd, func(int) error {
			_, err := f.store.Update(t.Context(), store.UpdateParams{
				Ref: f.ref("User", u.ID), Type: f.users, Now: later(1),
				Change: func(c store.Current) (store.Change, error) {
					o, err := scim.DecodeObject(c.Text)
					if err != nil {
						return store.Change{}, err
					}
					title, _ := o["title"].(string)
					return store.Change{Attributes: scim.Object{"userName": "counter", "title": title + "x"}}, nil
				},
			})
			return err
		}))
		r := f.get(t, "User", u.ID)
		require.Equal(t, int64(1+crowd), r.Meta.Version)
		require.Len(t, body(t, r)["title"], crowd)
	})
	t.Run("OneOfManyCreatesWins", func(t *testing.T) {
		before := f.list(t, f.users, "").Total
		failed := parallel(crowd, func(int) error {
			_, err := f.store.Create(t.Context(), store.CreateParams{Tenant: f.tenant, Type: f.users, Attributes: scim.Object{"userName": "One"}, Now: now})
			return err
		})
		require.Len(t, failed, crowd-1)
		for _, err := range failed {
			var unique *store.UniqueError
			require.ErrorAs(t, err, &unique)
		}
		require.Equal(t, before+1, f.list(t, f.users, "").Total)
	})
	t.Run("CreatesAreCounted", func(t *testing.T) {
		before := f.list(t, f.users, "").Total
		require.Empty(t, parallel(crowd, func(i int) error {
			_, err := f.store.Create(t.Context(), store.CreateParams{
				Tenant: f.tenant, Type: f.users, Attributes: scim.Object{"userName": "counted" + idText(int64(i))}, Now: now,
			})
			return err
		}))
		require.Equal(t, before+crowd, f.list(t, f.users, "").Total)
	})
	t.Run("DeleteLeavesNoMembership", f.testDeleteRace)
	t.Run("ReadersSeeWholeChanges", f.testSnapshot)
	t.Run("ClientsThatGo", f.testCancelled)
	t.Run("PanicInsideAChange", func(t *testing.T) {
		u := f.user(t, "panicked").ID
		require.Panics(t, func() {
			_, _ = f.store.Update(t.Context(), store.UpdateParams{
				Ref: f.ref("User", u), Type: f.users, Now: now,
				Change: nil,
			})
		})
		f.remove(t, "User", u)
	})
	t.Run("CancelledContext", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := f.store.Get(ctx, store.GetParams{Ref: f.ref("User", 1)})
		require.ErrorIs(t, err, context.Canceled)
		_, err = f.store.Create(ctx, store.CreateParams{Tenant: f.tenant, Type: f.users, Attributes: scim.Object{"userName": "cancelled"}, Now: now})
		require.ErrorIs(t, err, context.Canceled)
		f.user(t, "cancelled")
	})
}

// toggle makes a member of who is none, and the other way round.
func (f *fixture) toggle(group, id int64) store.UpdateParams {
	return store.UpdateParams{
		Ref: f.ref("Group", group), Type: f.groups, Now: later(1), MemberIDs: []int64{id},
		Change: func(c store.Current) (store.Change, error) {
			switch {
			case c.IsMember[id]:
				return store.Change{RemoveMembers: []int64{id}}, nil
			case c.Known[id] != "":
				return store.Change{AddMembers: []int64{id}}, nil
			default:
				return store.Change{}, nil
			}
		},
	}
}

// testDeleteRace deletes a user while it is added to groups.
func (f *fixture) testDeleteRace(t *testing.T) {
	const rounds, groups = 10, 8
	var all []int64
	for i := range groups {
		all = append(all, f.group(t, "race"+idText(int64(i))).ID)
	}
	for i := range rounds {
		u := f.user(t, "raced"+idText(int64(i))).ID
		require.Empty(t, parallel(groups+1, func(j int) error {
			if j == groups/2 {
				return f.store.Delete(t.Context(), store.DeleteParams{Ref: f.ref("User", u), Now: now})
			}
			_, err := f.store.Update(t.Context(), f.toggle(all[j%groups], u))
			return err
		}))
		for _, g := range all {
			require.Empty(t, f.get(t, "Group", g).Links)
		}
		require.Zero(t, f.list(t, f.groups, `members.value eq "`+idText(u)+`"`).Total)
	}
}

// testCancelled gives writes up at any moment of theirs: whoever comes next finds
// neither an open transaction nor half a change.
func (f *fixture) testCancelled(t *testing.T) {
	before := f.list(t, f.users, "").Total
	var created atomic.Int64
	_ = parallel(4, func(i int) error {
		for n := range 500 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(n)*time.Microsecond)
			_, err := f.store.Create(ctx, store.CreateParams{
				Tenant: f.tenant, Type: f.users, Attributes: scim.Object{"userName": "gone" + idText(int64(i*1000+n))}, Now: now,
			})
			cancel()
			if err == nil {
				created.Add(1)
			}
		}
		return nil
	})
	f.user(t, "afterwards")
	page := f.list(t, f.users, "")
	require.GreaterOrEqual(t, page.Total, before+1+created.Load())
	require.Equal(t, f.list(t, f.users, "id pr").Total, page.Total, "counter and rows")
}

// testSnapshot lists while resources come and go: total and page must belong
// together.
func (f *fixture) testSnapshot(t *testing.T) {
	tenant := f.in(f.newTenant(t))
	torn := errors.New("total and page differ")
	require.Empty(t, parallel(4, func(i int) error {
		for n := range crowd {
			if i == 0 {
				created, err := f.store.Create(t.Context(), store.CreateParams{
					Tenant: tenant.tenant, Type: f.users, Attributes: scim.Object{"userName": "u" + idText(int64(n)), "externalId": "same"}, Now: now,
				})
				if err == nil && n%3 == 0 {
					err = f.store.Delete(t.Context(), store.DeleteParams{Ref: tenant.ref("User", created.ID), Now: now})
				}
				if err != nil {
					return err
				}
				continue
			}
			p := store.ListParams{Tenant: tenant.tenant, Of: []store.Selection{{Type: f.users}}, Start: 1, Count: 2 * crowd}
			if i == 2 {
				p.Of[0].Filter = bind(t, f.users, `externalId eq "same"`)
			}
			if i == 3 {
				p.Of[0].Filter = bind(t, f.users, `userName sw "u"`)
			}
			page, err := f.store.List(t.Context(), p)
			if err != nil {
				return err
			}
			if page.Total != int64(len(page.Resources)) {
				return torn
			}
		}
		return nil
	}))
}
