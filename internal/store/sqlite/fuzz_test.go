package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlite"
	"github.com/cinode-scim/cinode-scim/internal/store/storetest"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func FuzzList_File(f *testing.F) {
	s := testenv.Opened(f, filepath.Join(f.TempDir(), "scim.db"), migrate.Up, sqlite.Open)
	storetest.Fuzz(f, s)
}

func FuzzList_Memory(f *testing.F) {
	s := testenv.InMemory(f, sqlite.Open)
	storetest.Fuzz(f, s)
}
