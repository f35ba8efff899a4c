package sqlite_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlite"
	"github.com/cinode-scim/cinode-scim/internal/store/storetest"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openFile(t *testing.T) store.Store {
	t.Helper()
	return testenv.Opened(t, filepath.Join(t.TempDir(), "odd name?#%41.db"), migrate.Up, sqlite.Open)
}

func openMemory(t *testing.T) store.Store {
	t.Helper()
	return testenv.InMemory(t, sqlite.Open)
}

func TestStore_File(t *testing.T) {
	t.Parallel()
	storetest.Run(t, openFile)
}

func TestStore_Memory(t *testing.T) {
	t.Parallel()
	storetest.Run(t, openMemory)
}

func TestStore_Agree(t *testing.T) {
	t.Parallel()
	storetest.Agree(t, openFile)
}

func TestStore_Agree_Memory(t *testing.T) {
	t.Parallel()
	storetest.Agree(t, openMemory)
}

func TestOpen_MissingFolder(t *testing.T) {
	t.Parallel()
	_, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "none", "scim.db"))
	require.ErrorContains(t, err, "open the database")
}

func TestOpen_MemoryIsPrivate(t *testing.T) {
	t.Parallel()
	one, two := openMemory(t), openMemory(t)
	_, err := one.CreateTenant(t.Context(), cinode.Tenant{Name: "A"}, store.AuditEntry{})
	require.NoError(t, err)
	list, err := two.Tenants(t.Context(), 0, 1000)
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestStore_MigrateAgainKeepsTheHandle(t *testing.T) {
	t.Parallel()
	s := testenv.InMemory(t, sqlite.Open)
	_, err := s.CreateTenant(t.Context(), cinode.Tenant{Name: "A"}, store.AuditEntry{})
	require.NoError(t, err)
	require.NoError(t, s.Migrate(t.Context()))
	list, err := s.Tenants(t.Context(), 0, 1000)
	require.NoError(t, err)
	require.Len(t, list, 1)
}

func TestStore_Closed(t *testing.T) {
	t.Parallel()
	for _, open := range []storetest.OpenFunc{openFile, openMemory} {
		s := open(t)
		s.Close()
		s.Close()
		require.ErrorContains(t, s.Ping(t.Context()), "closed")
		_, err := s.CreateTenant(t.Context(), cinode.Tenant{Name: "A"}, store.AuditEntry{})
		require.ErrorContains(t, err, "closed")
	}
}

// openTwice opens a file as two processes do.
func openTwice(t *testing.T) (path string, stores [2]store.Store) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "scim.db")
	require.NoError(t, migrate.Up(t.Context(), path))
	for i := range stores {
		s, err := sqlite.Open(t.Context(), path)
		require.NoError(t, err)
		t.Cleanup(s.Close)
		stores[i] = s
	}
	return path, stores
}

func TestStore_ProcessesShareAFile(t *testing.T) {
	t.Parallel()
	const each = 50
	_, stores := openTwice(t)
	failed := make([]error, len(stores)*each)
	var wg sync.WaitGroup
	for i := range failed {
		wg.Go(func() {
			_, failed[i] = stores[i%len(stores)].CreateTenant(t.Context(), cinode.Tenant{Name: "A"}, store.AuditEntry{})
		})
	}
	wg.Wait()
	for _, err := range failed {
		require.NoError(t, err)
	}
	list, err := stores[0].Tenants(t.Context(), 0, 1000)
	require.NoError(t, err)
	require.Len(t, list, len(failed))
}

func TestStore_BusyWhileAnotherProcessWrites(t *testing.T) {
	t.Parallel()
	path, stores := openTwice(t)
	name, err := migrate.SQLiteName(path, "_txlock=immediate")
	require.NoError(t, err)
	db, err := sql.Open("sqlite", name)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)

	_, err = stores[0].CreateTenant(t.Context(), cinode.Tenant{Name: "A"}, store.AuditEntry{})
	require.ErrorIs(t, err, store.ErrBusy)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = stores[1].CreateTenant(ctx, cinode.Tenant{Name: "A"}, store.AuditEntry{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = stores[0].Tenants(t.Context(), 0, 1000)
	require.NoError(t, err, "reading goes on")

	require.NoError(t, tx.Rollback())
	_, err = stores[0].CreateTenant(t.Context(), cinode.Tenant{Name: "A"}, store.AuditEntry{})
	require.NoError(t, err)
}
