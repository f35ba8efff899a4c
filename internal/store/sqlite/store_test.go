package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlite"
	"github.com/cinode-scim/cinode-scim/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openFile(t *testing.T) store.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "odd name?#%41.db")
	require.NoError(t, migrate.Up(t.Context(), path))
	s, err := sqlite.Open(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func openMemory(t *testing.T) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), migrate.Memory)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	require.NoError(t, s.Migrate(t.Context()))
	return s
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
