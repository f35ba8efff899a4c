package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func testTenants(t *testing.T, f *fixture) {
	t.Helper()
	at := now.Truncate(time.Millisecond)
	create := func(t *testing.T, tenant cinode.Tenant) cinode.Tenant {
		t.Helper()
		created, err := f.store.CreateTenant(t.Context(), tenant, store.AuditEntry{})
		require.NoError(t, err)
		return created
	}
	t.Run("TheFirstIsOne", func(t *testing.T) { require.Equal(t, int64(1), f.tenant) })
	t.Run("KeepsItsSwitches", func(t *testing.T) {
		want := cinode.Tenant{Name: "Åkeri", Persona: cinode.PersonaCinode, Strict: true, SkipUnknownMembers: true, Created: at,
			Switches: map[string]bool{"b": true, "a": false}, Mappings: []cinode.Mapping{cinode.MappingEmployeeNumber}}
		created := create(t, want)
		want.ID = created.ID
		require.Equal(t, want, created)
		got, err := f.store.Tenant(t.Context(), created.ID)
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
	t.Run("GivenIDRaisesTheSequence", func(t *testing.T) {
		require.Equal(t, int64(40), create(t, cinode.Tenant{ID: 40, Name: "forty", Persona: "rfc", Created: at}).ID)
		require.Equal(t, int64(20), create(t, cinode.Tenant{ID: 20, Name: "twenty", Persona: "rfc", Created: at}).ID)
		require.Equal(t, int64(41), create(t, cinode.Tenant{Name: "next", Persona: "rfc", Created: at}).ID)
		_, err := f.store.CreateTenant(t.Context(), cinode.Tenant{ID: 40, Name: "again", Persona: "rfc", Created: at}, store.AuditEntry{})
		require.ErrorIs(t, err, store.ErrExists)
	})
	t.Run("ListedByID", func(t *testing.T) {
		list, err := f.store.Tenants(t.Context(), 0, 1000)
		require.NoError(t, err)
		for i := 1; i < len(list); i++ {
			require.Less(t, list[i-1].ID, list[i].ID)
		}
		require.Equal(t, f.tenant, list[0].ID)
	})
	t.Run("DeleteTakesAll", func(t *testing.T) {
		gone := f.in(create(t, cinode.Tenant{Name: "gone", Persona: "rfc", Created: at}).ID)
		u := gone.user(t, "ann", scim.Object{"emails": []any{scim.Object{"value": "a@example.com"}}})
		gone.group(t, "G", u.ID)
		g, team := gone.linkedGroup(t, "L", u.ID)
		hash := cinode.HashSecret("gone")
		require.NoError(t, f.store.CreateToken(t.Context(), cinode.Token{Tenant: gone.tenant, Name: "t", Created: at, Expires: at}, hash, store.AuditEntry{}))
		require.NoError(t, f.store.DeleteTenant(t.Context(), gone.tenant, store.AuditEntry{}))

		_, err := f.store.Tenant(t.Context(), gone.tenant)
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = f.store.TokenByHash(t.Context(), hash)
		require.ErrorIs(t, err, store.ErrNotFound)
		require.ErrorIs(t, f.store.DeleteTenant(t.Context(), gone.tenant, store.AuditEntry{}), store.ErrNotFound)

		create(t, cinode.Tenant{ID: gone.tenant, Name: "back", Persona: "rfc", Created: at})
		require.Zero(t, gone.list(t, f.users, "").Total)
		require.Empty(t, gone.list(t, f.users, `emails.value eq "a@example.com"`).Resources)
		require.Empty(t, gone.units(t, cinode.KindTeam))
		require.Empty(t, gone.links(t))
		require.NotZero(t, g)
		require.Empty(t, gone.members(t, cinode.KindTeam, team))
		gone.user(t, "ann")
		require.Equal(t, int64(1), gone.list(t, f.users, "").Total)
	})
	t.Run("Missing", func(t *testing.T) {
		_, err := f.store.Tenant(t.Context(), 1<<40)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func testTokens(t *testing.T, f *fixture) {
	t.Helper()
	at := now.Truncate(time.Millisecond)
	token := func(name string) cinode.Token {
		return cinode.Token{
			Tenant: f.tenant, Name: name, Audience: cinode.AudienceSCIM, Scopes: cinode.AllScopes, Created: at, Expires: at.Add(time.Hour),
		}
	}
	requireTaken := func(t *testing.T, err error, attribute string) {
		t.Helper()
		var unique *store.UniqueError
		require.ErrorAs(t, err, &unique)
		require.Equal(t, attribute, unique.Attribute)
	}
	first := token("First")
	first.UserID, first.Scopes = 7, []cinode.Scope{cinode.ScopeUsersRead}
	hash := cinode.HashSecret("first")
	require.NoError(t, f.store.CreateToken(t.Context(), first, hash, store.AuditEntry{}))

	t.Run("FoundByHash", func(t *testing.T) {
		access, err := f.store.TokenByHash(t.Context(), hash)
		require.NoError(t, err)
		require.Equal(t, first, access.Token)
		tenant, err := f.store.Tenant(t.Context(), f.tenant)
		require.NoError(t, err)
		require.Equal(t, tenant, access.Tenant)
		_, err = f.store.TokenByHash(t.Context(), cinode.HashSecret("other"))
		require.ErrorIs(t, err, store.ErrNotFound)
	})
	t.Run("NameAndSecretAreUnique", func(t *testing.T) {
		requireTaken(t, f.store.CreateToken(t.Context(), token("FIRST"), cinode.HashSecret("x"), store.AuditEntry{}), "name")
		requireTaken(t, f.store.CreateToken(t.Context(), token("second"), hash, store.AuditEntry{}), "secret")
		other := token("first")
		other.Tenant = f.newTenant(t)
		require.NoError(t, f.store.CreateToken(t.Context(), other, cinode.HashSecret("y"), store.AuditEntry{}))
	})
	t.Run("PutTakesThePlace", func(t *testing.T) {
		old, replacement := cinode.HashSecret("old"), cinode.HashSecret("new")
		require.NoError(t, f.store.PutToken(t.Context(), token("Fixed"), old, store.AuditEntry{}))
		require.NoError(t, f.store.PutToken(t.Context(), token("fixed"), old, store.AuditEntry{}))
		require.NoError(t, f.store.PutToken(t.Context(), token("fixed"), replacement, store.AuditEntry{}))
		_, err := f.store.TokenByHash(t.Context(), old)
		require.ErrorIs(t, err, store.ErrNotFound)
		access, err := f.store.TokenByHash(t.Context(), replacement)
		require.NoError(t, err)
		require.Equal(t, "fixed", access.Token.Name)
		requireTaken(t, f.store.PutToken(t.Context(), token("fixed"), hash, store.AuditEntry{}), "secret")
		_, err = f.store.TokenByHash(t.Context(), replacement)
		require.NoError(t, err, "a refused put changes nothing")
	})
	t.Run("Touch", func(t *testing.T) {
		use := cinode.Use{At: at.Add(time.Minute), Address: "192.0.2.1", Client: "client/1"}
		require.NoError(t, f.store.TouchTokens(t.Context(), []store.TokenUse{{Hash: hash, Use: use}, {Hash: cinode.HashSecret("nobody"), Use: use}}))
		require.NoError(t, f.store.TouchTokens(t.Context(), nil))
		access, err := f.store.TokenByHash(t.Context(), hash)
		require.NoError(t, err)
		require.Equal(t, use, access.Token.LastUsed)
	})
	t.Run("Revoke", func(t *testing.T) {
		require.NoError(t, f.store.RevokeToken(t.Context(), f.tenant, "first", at.Add(time.Second), store.AuditEntry{}))
		require.NoError(t, f.store.RevokeToken(t.Context(), f.tenant, "First", at.Add(time.Hour), store.AuditEntry{}))
		access, err := f.store.TokenByHash(t.Context(), hash)
		require.NoError(t, err, "a revoked token is found")
		require.Equal(t, at.Add(time.Second), access.Token.Revoked, "the first time counts")
		require.ErrorIs(t, f.store.RevokeToken(t.Context(), f.tenant, "nobody", at, store.AuditEntry{}), store.ErrNotFound)
	})
	t.Run("ListedOfOneTenant", func(t *testing.T) {
		list, err := f.store.Tokens(t.Context(), f.tenant, "", 1000)
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.Equal(t, "First", list[0].Name)
		require.Equal(t, "fixed", list[1].Name)
	})
}

func testAdminKey(t *testing.T, f *fixture) {
	t.Helper()
	one, two := cinode.HashSecret("one"), cinode.HashSecret("two")
	_, err := f.store.AdminKey(t.Context())
	require.ErrorIs(t, err, store.ErrNotFound)
	require.NoError(t, f.store.PutAdminKey(t.Context(), one, false, store.AuditEntry{}))
	require.ErrorIs(t, f.store.PutAdminKey(t.Context(), two, false, store.AuditEntry{}), store.ErrExists)
	got, err := f.store.AdminKey(t.Context())
	require.NoError(t, err)
	require.Equal(t, one, got)
	require.NoError(t, f.store.PutAdminKey(t.Context(), two, true, store.AuditEntry{}))
	got, err = f.store.AdminKey(t.Context())
	require.NoError(t, err)
	require.Equal(t, two, got)
}
