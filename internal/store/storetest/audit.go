package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func testAudit(t *testing.T, f *fixture) {
	t.Helper()
	other, err := f.store.CreateTenant(t.Context(), cinode.Tenant{Name: "B", Persona: cinode.PersonaRFC, Created: now})
	require.NoError(t, err)
	at := later(1).Truncate(1_000_000)
	entries := []store.AuditEntry{
		{Tenant: f.tenant, At: at, Actor: "admin", Address: "192.0.2.1", Request: "r1", Action: "token.create", Target: "tokens/Å", Detail: "d"},
		{Tenant: other.ID, At: at, Actor: "cli", Action: "token.create"},
		{Tenant: f.tenant, At: at, Actor: "cli", Action: "token.revoke"},
		{Tenant: f.tenant, At: at, Actor: "admin", Action: "tokens"},
		{Tenant: f.tenant, At: at, Actor: "admin", Action: "user.delete"},
	}
	for _, e := range entries {
		require.NoError(t, f.store.AppendAudit(t.Context(), e))
	}
	list := func(p store.AuditParams) (places []int) {
		if p.Limit == 0 {
			p.Limit = 100
		}
		got, err := f.store.AuditLog(t.Context(), p)
		require.NoError(t, err)
		for _, e := range got {
			id := e.ID
			e.ID = 0
			for i := range entries {
				if entries[i] == e {
					places = append(places, i)
				}
			}
			require.Positive(t, id)
		}
		require.Len(t, places, len(got), "as they were written")
		return places
	}
	t.Run("NewestFirst", func(t *testing.T) { require.Equal(t, []int{4, 3, 2, 1, 0}, list(store.AuditParams{})) })
	t.Run("OfATenant", func(t *testing.T) {
		require.Equal(t, []int{4, 3, 2, 0}, list(store.AuditParams{Tenant: f.tenant}))
		require.Equal(t, []int{1}, list(store.AuditParams{Tenant: other.ID}))
	})
	t.Run("ByActionOrWhatStandsBeforeItsDot", func(t *testing.T) {
		require.Equal(t, []int{1, 0}, list(store.AuditParams{Action: "token.create"}))
		require.Equal(t, []int{2, 1, 0}, list(store.AuditParams{Action: "token"}))
		require.Empty(t, list(store.AuditParams{Action: "tok"}))
		require.Empty(t, list(store.AuditParams{Action: "%"}))
	})
	t.Run("ByActor", func(t *testing.T) {
		require.Equal(t, []int{2}, list(store.AuditParams{Tenant: f.tenant, Actor: "cli", Action: "token"}))
	})
	t.Run("InPages", func(t *testing.T) {
		first, err := f.store.AuditLog(t.Context(), store.AuditParams{Limit: 2})
		require.NoError(t, err)
		require.Len(t, first, 2)
		require.Equal(t, []int{2, 1}, list(store.AuditParams{Before: first[1].ID, Limit: 2}))
		require.Equal(t, []int{0}, list(store.AuditParams{Before: first[1].ID - 2, Limit: 2}))
	})
	t.Run("OutlivesItsTenant", func(t *testing.T) {
		require.NoError(t, f.store.DeleteTenant(t.Context(), other.ID))
		require.Equal(t, []int{1}, list(store.AuditParams{Tenant: other.ID}))
	})
}
