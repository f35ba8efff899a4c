package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlite"
)

func TestStore_WhatIsTouchedGoesWithTheExchange(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	require.NoError(t, migrate.Up(t.Context(), path))
	s, err := sqlite.Open(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	rows := func() (n int) {
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT count(*) FROM touched_resources").Scan(&n))
		return n
	}
	start := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	tenant, err := s.CreateTenant(t.Context(), cinode.Tenant{Name: "A", Persona: cinode.PersonaRFC, Created: start}, store.AuditEntry{})
	require.NoError(t, err)
	write := func(keep journal.Keep, numbers ...int) {
		var list []journal.Exchange
		for _, n := range numbers {
			list = append(list, journal.Exchange{Tenant: tenant.ID, At: start.Add(time.Duration(n) * time.Minute), Changes: []journal.Change{
				{Resource: "Groups/9", Path: "members", After: `"` + strconv.Itoa(n) + `"`},
			}})
		}
		require.NoError(t, s.AppendExchanges(t.Context(), list, nil, keep))
	}
	keep := journal.Keep{Max: 3}
	write(keep, 1, 2)
	require.Equal(t, 4, rows())
	write(keep, 3, 4, 5)
	require.Equal(t, 6, rows(), "of the newest three")
	write(journal.Keep{Max: 3, Age: journal.Age{Now: start.Add(6 * time.Minute), Max: 2 * time.Minute}})
	require.Equal(t, 4, rows(), "one was too old")
	require.NoError(t, s.ClearJournal(t.Context(), tenant.ID))
	require.Zero(t, rows())
	write(keep, 6)
	require.NoError(t, s.DeleteTenant(t.Context(), tenant.ID, store.AuditEntry{}))
	require.Zero(t, rows())
}
