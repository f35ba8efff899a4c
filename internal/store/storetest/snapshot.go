package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// whole is all of a tenant that can be read.
type whole struct {
	tenant        cinode.Tenant
	tokens        []cinode.Token
	users, groups []store.Resource
	totals        [2]int64
	teams, roles  []cinode.Unit
	members       map[int64][]int64
	links         []cinode.Link
}

func (f *fixture) whole(t *testing.T) whole {
	t.Helper()
	w := whole{members: map[int64][]int64{}, teams: f.units(t, cinode.KindTeam), roles: f.units(t, cinode.KindRole), links: f.links(t)}
	var err error
	w.tenant, err = f.store.Tenant(t.Context(), f.tenant)
	require.NoError(t, err)
	w.tokens, err = f.store.Tokens(t.Context(), f.tenant, "", 100)
	require.NoError(t, err)
	read := func(s store.Selection, total *int64) []store.Resource {
		page, err := f.store.List(t.Context(), store.ListParams{Tenant: f.tenant, Of: []store.Selection{s}, Start: 1, Count: 100})
		require.NoError(t, err)
		*total = page.Total
		return page.Resources
	}
	w.users = read(store.Selection{Type: f.users, Links: true, Manager: true}, &w.totals[0])
	w.groups = read(store.Selection{Type: f.groups, Links: true}, &w.totals[1])
	for _, u := range w.teams {
		w.members[u.ID] = f.members(t, cinode.KindTeam, u.ID)
	}
	for _, u := range w.roles {
		w.members[u.ID] = f.members(t, cinode.KindRole, u.ID)
	}
	return w
}

// furnish gives a tenant some of everything.
func (f *fixture) furnish(t *testing.T) (user, group int64) {
	t.Helper()
	ann := f.user(t, "ann", scim.Object{"emails": []any{scim.Object{"value": "ann@example.com"}}})
	bob := f.user(t, "bob", managedBy(idText(ann.ID)))
	inner := f.group(t, "Inner", ann.ID)
	linked, _ := f.linkedGroup(t, "Linked", ann.ID, bob.ID, inner.ID)
	role := f.unit(t, cinode.KindRole, "Role")
	f.link(t, "Awaited", "o1", cinode.KindRole, role)
	token := cinode.Token{Tenant: f.tenant, Name: "t", Audience: cinode.AudienceSCIM, Scopes: cinode.AllScopes, Created: now, Expires: later(60)}
	require.NoError(t, f.store.CreateToken(t.Context(), token, cinode.HashSecret("snapshot"), store.AuditEntry{}))
	return ann.ID, linked
}

func testSnapshots(t *testing.T, f *fixture) {
	t.Helper()
	ctx := t.Context()
	user, group := f.furnish(t)
	other := f.in(f.newTenant(t))
	other.user(t, "ann")
	before, beside := f.whole(t), other.whole(t)
	saved, err := f.store.SaveSnapshot(ctx, f.tenant, "seed", now, f.line("snapshot.create", "snapshots/seed"))
	require.NoError(t, err)
	want := store.Snapshot{Name: "seed", Created: now.Truncate(time.Millisecond), Users: 2, Groups: 3}
	require.Equal(t, want, saved)
	require.Equal(t, before, f.whole(t), "saving changes nothing")

	change := func() {
		f.remove(t, "User", user)
		f.remove(t, "Group", group)
		f.user(t, "new")
		require.NoError(t, f.store.RevokeToken(ctx, f.tenant, "t", later(1), store.AuditEntry{}))
		_, err := f.store.ChangeTenant(ctx, f.tenant, func(tenant *cinode.Tenant) (store.AuditEntry, error) {
			tenant.Persona, tenant.Clock = cinode.PersonaCinode, clock.Setting{Frozen: later(9).Truncate(time.Millisecond)}
			return store.AuditEntry{}, nil
		})
		require.NoError(t, err)
		require.NotEqual(t, before, f.whole(t))
	}
	for range 2 {
		change()
		tenant, err := f.store.LoadSnapshot(ctx, f.tenant, "seed", f.line("snapshot.load", "snapshots/seed"))
		require.NoError(t, err)
		require.Equal(t, before.tenant, tenant)
		require.Equal(t, before, f.whole(t))
	}
	require.Equal(t, []int64{user}, ids(f.list(t, f.users, `emails.value eq "ann@example.com"`).Resources), "keys are back")
	last := f.user(t, "later").ID
	f.remove(t, "User", last)
	require.Greater(t, f.user(t, "latest").ID, last, "ids are never given twice")
	require.Equal(t, beside, other.whole(t))

	_, err = f.store.SaveSnapshot(ctx, f.tenant, "seed", later(5), store.AuditEntry{})
	require.NoError(t, err)
	list, err := f.store.Snapshots(ctx, f.tenant)
	require.NoError(t, err)
	require.Equal(t, []store.Snapshot{{Name: "seed", Created: later(5).Truncate(time.Millisecond), Users: 3, Groups: 3}}, list, "it took the place")
	_, err = f.store.LoadSnapshot(ctx, other.tenant, "seed", store.AuditEntry{})
	require.ErrorIs(t, err, store.ErrNotFound)
	require.ErrorIs(t, f.store.DeleteSnapshot(ctx, f.tenant, "none", store.AuditEntry{}), store.ErrNotFound)
	_, err = f.store.SaveSnapshot(ctx, nothing, "seed", now, store.AuditEntry{})
	require.ErrorIs(t, err, store.ErrNotFound)
	require.NoError(t, f.store.DeleteSnapshot(ctx, f.tenant, "seed", store.AuditEntry{}))
	require.ErrorIs(t, f.store.DeleteSnapshot(ctx, f.tenant, "seed", store.AuditEntry{}), store.ErrNotFound)
}

func testEmptyTenant(t *testing.T, f *fixture) {
	t.Helper()
	f.furnish(t)
	before := f.whole(t)
	_, err := f.store.SaveSnapshot(t.Context(), f.tenant, "full", now, store.AuditEntry{})
	require.NoError(t, err)
	require.NoError(t, f.store.EmptyTenant(t.Context(), f.tenant, f.line("tenant.reset", "")))
	after := f.whole(t)
	require.Equal(t, before.tenant, after.tenant)
	require.Equal(t, before.tokens, after.tokens)
	require.Zero(t, len(after.users)+len(after.groups)+len(after.teams)+len(after.roles)+len(after.links))
	require.Equal(t, [2]int64{}, after.totals)
	f.user(t, "ann")
	require.Equal(t, int64(1), f.whole(t).totals[0])
	_, err = f.store.LoadSnapshot(t.Context(), f.tenant, "full", store.AuditEntry{})
	require.NoError(t, err)
	require.Equal(t, before, f.whole(t))
	require.ErrorIs(t, f.store.EmptyTenant(t.Context(), nothing, store.AuditEntry{}), store.ErrNotFound)
	require.NoError(t, f.store.DeleteTenant(t.Context(), f.tenant, store.AuditEntry{}))
	list, err := f.store.Snapshots(t.Context(), f.tenant)
	require.NoError(t, err)
	require.Empty(t, list, "they go with the tenant")
}
