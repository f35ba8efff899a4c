package storetest

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// testGone writes to a tenant that is deleted, before, meanwhile and afterwards:
// the next tenant of that number begins with nothing.
func testGone(t *testing.T, f *fixture) {
	t.Helper()
	ctx := t.Context()
	t.Run("Afterwards", func(t *testing.T) {
		f := f.in(f.newTenant(t))
		user := f.user(t, "ann")
		require.NoError(t, f.store.DeleteTenant(ctx, f.tenant, store.AuditEntry{}))
		for name, err := range f.writes(t, user.ID) {
			require.ErrorIs(t, err, store.ErrNotFound, name)
		}
		f.requireEmptyAgain(t)
	})
	t.Run("Meanwhile", func(t *testing.T) {
		for range 4 {
			f := f.in(f.newTenant(t))
			user := f.user(t, "ann")
			var group errgroup.Group
			for i := range 6 {
				group.Go(func() error {
					for n := range 100 {
						_, err := f.store.Create(ctx, f.newUser(idText(int64(i*1000+n))))
						if errors.Is(err, store.ErrNotFound) {
							return nil
						}
						if err != nil {
							return err
						}
						for _, err := range f.writes(t, user.ID) {
							var taken *store.UniqueError
							if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.As(err, &taken) {
								return err
							}
						}
					}
					return nil
				})
			}
			group.Go(func() error { return f.store.DeleteTenant(ctx, f.tenant, store.AuditEntry{}) })
			require.NoError(t, group.Wait())
			f.requireEmptyAgain(t)
		}
	})
}

// writes tries every way to leave something in a tenant.
func (f *fixture) writes(t *testing.T, user int64) map[string]error {
	t.Helper()
	ctx := t.Context()
	team := f.newGroup("Team", user)
	team.SkipUnknown, team.Company = true, true
	plain := team
	plain.Company = false
	errs := map[string]error{}
	_, errs["group"] = f.store.Create(ctx, team)
	_, errs["group without a Team"] = f.store.Create(ctx, plain)
	_, errs["users together"] = f.store.CreateAll(ctx, []store.CreateParams{f.newUser("bob" + idText(user))})
	_, errs["role"] = f.store.CreateUnit(ctx, f.tenant, cinode.Unit{Kind: cinode.KindRole, Name: "R", Created: now}, store.AuditEntry{})
	token := cinode.Token{Tenant: f.tenant, Name: "t", Audience: cinode.AudienceSCIM, Created: now, Expires: later(60)}
	hash := cinode.HashSecret("gone" + idText(f.tenant))
	errs["token"] = f.store.CreateToken(ctx, token, hash, store.AuditEntry{})
	errs["token in place of one"] = f.store.PutToken(ctx, token, hash, store.AuditEntry{})
	_, errs["update"] = f.store.Update(ctx, store.UpdateParams{
		Ref: f.ref("User", user), Type: f.users, Now: later(1),
		Change: func(store.Current) (store.Change, error) {
			return store.Change{Attributes: scim.Object{"userName": "ann", "title": "x"}}, nil
		},
	})
	return errs
}

func (f *fixture) requireEmptyAgain(t *testing.T) {
	t.Helper()
	_, err := f.store.CreateTenant(t.Context(), cinode.Tenant{ID: f.tenant, Name: "next", Persona: cinode.PersonaRFC, Created: now}, store.AuditEntry{})
	require.NoError(t, err)
	for _, rt := range []string{"User", "Group"} {
		page, err := f.store.List(t.Context(), store.ListParams{Tenant: f.tenant, Of: []store.Selection{{Type: f.typeOf(rt)}}, Start: 1, Count: 100})
		require.NoError(t, err)
		require.Empty(t, page.Resources)
		require.Zero(t, page.Total)
	}
	tokens, err := f.store.Tokens(t.Context(), f.tenant, "", 100)
	require.NoError(t, err)
	require.Empty(t, tokens)
	require.Empty(t, f.units(t, cinode.KindTeam))
	require.Empty(t, f.units(t, cinode.KindRole))
	require.Empty(t, f.links(t))
}

// testCompanySwitchedOn changes groups while nothing follows them.
func testCompanySwitchedOn(t *testing.T, f *fixture) {
	t.Helper()
	ann, bob := f.user(t, "ann").ID, f.user(t, "bob").ID
	linked, team := f.linkedGroup(t, "Linked", ann)
	role := f.unit(t, cinode.KindRole, "Role")
	awaited := f.link(t, "Awaited", "", cinode.KindRole, role)
	unlinked := f.unit(t, cinode.KindTeam, "By hand")
	become := func(persona string) {
		_, err := f.store.ChangeTenant(t.Context(), f.tenant, func(tenant *cinode.Tenant) (store.AuditEntry, error) {
			tenant.Persona = persona
			return store.AuditEntry{}, nil
		})
		require.NoError(t, err)
	}
	// The fixture's tenant is rfc: nothing follows.
	f.update(t, "Group", linked, store.Change{AddMembers: []int64{bob}, RemoveMembers: []int64{ann}})
	f.update(t, "Group", awaited, store.Change{AddMembers: []int64{bob}})
	plain := f.group(t, "Plain", ann, bob, linked)
	require.Equal(t, []int64{ann}, f.members(t, cinode.KindTeam, team))
	for range 2 { // the second time it is as it should be
		become(cinode.PersonaCinode)
		require.Equal(t, []int64{bob}, f.members(t, cinode.KindTeam, team))
		require.Equal(t, []int64{bob}, f.members(t, cinode.KindRole, role))
		link, ok := f.linkOf(t, plain.ID)
		require.True(t, ok)
		require.Equal(t, "Plain", link.UnitName)
		require.Equal(t, []int64{ann, bob}, f.members(t, cinode.KindTeam, link.UnitID))
		require.Empty(t, f.members(t, cinode.KindTeam, unlinked))
		require.Len(t, f.units(t, cinode.KindTeam), 3)
		become(cinode.PersonaRFC)
	}
}
