package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlite"
	"github.com/cinode-scim/cinode-scim/internal/store/storetest"
)

func FuzzList_File(f *testing.F) {
	path := filepath.Join(f.TempDir(), "scim.db")
	require.NoError(f, migrate.Up(f.Context(), path))
	s, err := sqlite.Open(f.Context(), path)
	require.NoError(f, err)
	f.Cleanup(s.Close)
	storetest.Fuzz(f, s)
}

func FuzzList_Memory(f *testing.F) {
	s, err := sqlite.Open(f.Context(), migrate.Memory)
	require.NoError(f, err)
	f.Cleanup(s.Close)
	require.NoError(f, s.Migrate(f.Context()))
	storetest.Fuzz(f, s)
}
