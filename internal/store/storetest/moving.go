package storetest

import (
	"errors"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func testMoving(t *testing.T, f *fixture) {
	t.Helper()
	secret := Fill(t, f.store, f.tenant)
	other := f.in(f.newTenant(t))
	Fill(t, other.store, other.tenant)
	before, untouched := f.dump(t), other.dump(t)
	t.Run("InOrder", func(t *testing.T) { requireEverything(t, before) })
	t.Run("NoTenant", func(t *testing.T) {
		err := f.store.Dump(t.Context(), nothing, func(store.Record) error { return errors.New("called") })
		require.ErrorIs(t, err, store.ErrNotFound)
	})
	t.Run("ErrorOfEach", func(t *testing.T) {
		full := errors.New("the disk is full")
		n := 0
		require.ErrorIs(t, f.store.Dump(t.Context(), f.tenant, func(store.Record) error {
			if n++; n == 7 {
				return full
			}
			return nil
		}), full)
		require.Equal(t, 7, n)
		require.Equal(t, before, f.dump(t))
	})
	t.Run("RoundTrip", func(t *testing.T) { f.moveAway(t, before, secret) })
	t.Run("AnotherNumber", func(t *testing.T) { f.moveBeside(t, before) })
	t.Run("AllOrNothing", func(t *testing.T) { f.failToMove(t, before) })
	t.Run("OthersAreUntouched", func(t *testing.T) { require.Equal(t, untouched, other.dump(t)) })
	t.Run("IsOneSnapshot", func(t *testing.T) { f.in(f.newTenant(t)).dumpWhileWriting(t) })
}

// dump gives the records of the tenant.
func (f *fixture) dump(t *testing.T) (list []store.Record) {
	t.Helper()
	require.NoError(t, f.store.Dump(t.Context(), f.tenant, func(r store.Record) error {
		list = append(list, r)
		return nil
	}))
	return list
}

// restoreInto makes a tenant of records, which keep what they have.
func (f *fixture) restoreInto(t *testing.T, tenant int64, records iter.Seq2[store.Record, error]) error {
	t.Helper()
	return f.store.Restore(t.Context(), tenant, schema.RFC(), func(yield func(store.Record, error) bool) {
		for r, err := range records {
			if r.User != nil {
				u := *r.User
				r.User = &u
			}
			if r.Group != nil {
				g := *r.Group
				r.Group = &g
			}
			if !yield(r, err) {
				return
			}
		}
	}, store.AuditEntry{By: store.By{Actor: "cli"}, Tenant: tenant, At: now, Action: "tenant.restore"})
}

func recordsOf(list []store.Record) iter.Seq2[store.Record, error] {
	return func(yield func(store.Record, error) bool) {
		for _, r := range list {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func without(list []store.Record, drop func(store.Record) bool) []store.Record {
	return slices.DeleteFunc(slices.Clone(list), drop)
}

func isToken(r store.Record) bool { return r.Token != nil }

func (f *fixture) restores(t *testing.T, tenant int64) int {
	t.Helper()
	list, err := f.store.AuditLog(t.Context(), store.AuditParams{Tenant: tenant, Action: "tenant.restore", Limit: 100})
	require.NoError(t, err)
	return len(list)
}

// requireEverything makes sure that the case has what it claims.
func requireEverything(t *testing.T, list []store.Record) {
	t.Helper()
	kinds := map[string]int{}
	for _, r := range list {
		kinds["tenant"] += count(r.Tenant != nil)
		kinds["revoked"] += count(r.Token != nil && !r.Token.Revoked.IsZero())
		kinds["used"] += count(r.Token != nil && !r.Token.LastUsed.At.IsZero())
		kinds["bound"] += count(r.Token != nil && r.Token.UserID != 0)
		kinds["password"] += count(r.User != nil && r.User.Password != "")
		kinds["versions"] += count(r.Group != nil && r.Group.Version > 1 && r.Group.Modified.After(r.Group.Created))
		kinds["members"] += count(r.Members != nil && r.Members.Type == "User")
		kinds["nested"] += count(r.Members != nil && r.Members.Type == "Group")
		kinds["full"] += count(r.Members != nil && len(r.Members.IDs) == store.MaxMembers)
		kinds["team members"] += count(r.UnitMembers != nil && r.UnitMembers.Kind == cinode.KindTeam)
		kinds["role members"] += count(r.UnitMembers != nil && r.UnitMembers.Kind == cinode.KindRole)
		kinds["teams"] += count(r.Unit != nil && r.Unit.Kind == cinode.KindTeam)
		kinds["roles"] += count(r.Unit != nil && r.Unit.Kind == cinode.KindRole)
		kinds["awaited"] += count(r.Link != nil && r.Link.AwaitedKey != "")
		kinds["links"] += count(r.Link != nil)
	}
	require.Equal(t, map[string]int{
		"tenant": 1, "revoked": 1, "used": 2, "bound": 1, "password": 1, "versions": 2, "members": 5, "nested": 2, "full": 1,
		"team members": 2, "role members": 1, "teams": 2, "roles": 1, "awaited": 1, "links": 4,
	}, kinds)
	require.NotNil(t, list[0].Tenant)
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// moveAway deletes the tenant and brings it back.
func (f *fixture) moveAway(t *testing.T, before []store.Record, secret string) {
	t.Helper()
	queries := func() (all []any) {
		for _, text := range []string{"", `userName eq "ANN@example.com"`, `externalId eq "e-1"`, `emails.value eq "ann@example.com"`,
			`title sw "räk"`, `active eq false`, `groups.display eq "outer"`, scim.URNEnterpriseUser + `:manager.displayName eq "Ann@example.com"`} {
			all = append(all, f.list(t, f.users, text))
		}
		for _, text := range []string{"", `displayName eq "înner"`, `members pr`} {
			all = append(all, f.list(t, f.groups, text))
		}
		for _, r := range f.list(t, f.groups, "").Resources {
			all = append(all, f.get(t, "Group", r.ID))
		}
		access, err := f.store.TokenByHash(t.Context(), cinode.HashSecret(secret))
		require.NoError(t, err)
		return append(all, access, f.links(t), f.units(t, cinode.KindTeam), f.units(t, cinode.KindRole))
	}
	want := queries()
	require.ErrorIs(t, f.restoreInto(t, f.tenant, recordsOf(before)), store.ErrExists)
	require.Equal(t, before, f.dump(t))
	require.NoError(t, f.store.DeleteTenant(t.Context(), f.tenant, store.AuditEntry{}))
	require.NoError(t, f.restoreInto(t, f.tenant, recordsOf(before)))
	require.Equal(t, before, f.dump(t))
	require.Equal(t, want, queries())
	require.Equal(t, 1, f.restores(t, f.tenant))
}

// moveBeside restores under another number and far above the ids given so far,
// then near above those.
func (f *fixture) moveBeside(t *testing.T, before []store.Record) {
	t.Helper()
	number := f.tenant + 10_000
	err := f.restoreInto(t, number, recordsOf(before))
	var unique *store.UniqueError
	require.ErrorAs(t, err, &unique)
	require.Equal(t, "secret", unique.Attribute)
	for i, by := range []int64{1_000_000, 1_000_100, 0} {
		number := number * int64(i+1)
		list := without(before, isToken)
		highest := int64(0)
		for i := range list {
			list[i] = shift(list[i], by)
			highest = max(highest, list[i].Highest())
		}
		require.NoError(t, f.restoreInto(t, number, recordsOf(list)))
		moved := f.in(number)
		require.Equal(t, list[1:], moved.dump(t)[1:])
		page := moved.list(t, f.users, "")
		u := moved.user(t, "new")
		require.Greater(t, u.ID, highest)
		require.Equal(t, page.Total+1, moved.list(t, f.users, "").Total)
		require.Greater(t, f.newTenant(t), number)
		_, err := f.store.Create(t.Context(), moved.newUser("BOB@example.com"))
		require.ErrorAs(t, err, &unique, "it is taken")
		awaited, err := f.store.Create(t.Context(), moved.newLinked("Awaited", "object-1", u.ID))
		require.NoError(t, err)
		require.True(t, awaited.Adopted)
		role := moved.units(t, cinode.KindRole)[0].ID
		require.Contains(t, moved.members(t, cinode.KindRole, role), u.ID)
	}
}

// shift moves all ids of a record but those that attributes name.
func shift(r store.Record, by int64) store.Record {
	move := func(ids []int64) []int64 {
		out := make([]int64, len(ids))
		for i, id := range ids {
			out[i] = id + by
		}
		return out
	}
	switch {
	case r.User != nil:
		u := *r.User
		u.ID += by
		r.User = &u
	case r.Group != nil:
		g := *r.Group
		g.ID += by
		r.Group = &g
	case r.Unit != nil:
		u := *r.Unit
		u.ID += by
		r.Unit = &u
	case r.Members != nil:
		r.Members = &store.MembersRecord{Group: r.Members.Group + by, Type: r.Members.Type, IDs: move(r.Members.IDs)}
	case r.UnitMembers != nil:
		r.UnitMembers = &store.UnitMembersRecord{Kind: r.UnitMembers.Kind, Unit: r.UnitMembers.Unit + by, Users: move(r.UnitMembers.Users)}
	case r.Link != nil:
		l := *r.Link
		l.Group, l.Unit = l.Group+by, l.Unit+by
		r.Link = &l
	}
	return r
}

// failToMove breaks a restore off at every kind of record.
func (f *fixture) failToMove(t *testing.T, before []store.Record) {
	t.Helper()
	number := f.tenant + 1_000_000
	list := without(before, isToken)
	broken := errors.New("line 9 is wrong")
	for _, at := range []int{0, 1, 2, 500, len(list) - 8, len(list) - 3, len(list)} {
		err := f.restoreInto(t, number, func(yield func(store.Record, error) bool) {
			for _, r := range list[:at] {
				if !yield(r, nil) {
					return
				}
			}
			yield(store.Record{}, broken)
		})
		require.ErrorIs(t, err, broken, at)
	}
	odd := slices.Clone(list)
	odd[1].User = &store.ResourceRecord{ID: 1, Version: 1, Created: now, Modified: now, Text: []byte(`{"urn:x:y":{"z":1}}`)}
	var unknown *schema.UnknownError
	require.ErrorAs(t, f.restoreInto(t, number, recordsOf(odd)), &unknown)
	require.Equal(t, "urn:x:y", unknown.Path)
	odd[1].User = list[2].User
	require.Error(t, f.restoreInto(t, number, recordsOf(odd)), "twice")

	_, err := f.store.Tenant(t.Context(), number)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Zero(t, f.in(number).list(t, f.users, "").Total)
	require.Zero(t, f.restores(t, number))
	require.NoError(t, f.restoreInto(t, number, recordsOf(list)), "nothing is in the way")
	require.Equal(t, list[1:], f.in(number).dump(t)[1:])
}

// dumpWhileWriting dumps while users and groups are made that belong together.
func (f *fixture) dumpWhileWriting(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	stop, wrote := make(chan struct{}), make(chan struct{})
	var writing sync.WaitGroup
	var failed error
	writing.Go(func() {
		defer close(wrote)
		for n := int64(0); failed == nil; n++ {
			select {
			case <-stop:
				return
			case wrote <- struct{}{}: // somebody waits
			default:
			}
			var reserved []int64
			if reserved, failed = f.store.ReserveIDs(ctx, 1); failed == nil {
				u, g := f.newUser("u"+idText(n)), f.newGroup("g"+idText(n), reserved[0])
				u.ID, g.Company = reserved[0], true
				_, failed = f.store.CreateAll(ctx, []store.CreateParams{u, g})
			}
		}
	})
	<-wrote
	<-wrote // the first pair is there
	for range 20 {
		n := map[string]int{}
		require.NoError(t, f.store.Dump(ctx, f.tenant, func(r store.Record) error {
			for i := 0; r.Group != nil && n["groups"] == 0 && i < 3; i++ {
				select {
				case <-wrote:
				case <-time.After(50 * time.Millisecond): // in memory the writer waits for the dump
				}
			}
			n["users"] += count(r.User != nil)
			n["groups"] += count(r.Group != nil)
			n["members"] += count(r.Members != nil)
			n["teams"] += count(r.Unit != nil)
			n["team members"] += count(r.UnitMembers != nil)
			n["links"] += count(r.Link != nil)
			return nil
		}))
		all := n["users"]
		require.Equal(t, map[string]int{"users": all, "groups": all, "members": all, "teams": all, "team members": all, "links": all}, n)
	}
	close(stop)
	writing.Wait()
	require.NoError(t, failed)
}
