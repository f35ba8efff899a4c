package migrate_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite"

	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
	"github.com/cinode-scim/cinode-scim/migrations"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(testenv.M{M: m}) }

// engines make the name of a fresh database.
var engines = map[string]func(t *testing.T) string{
	"SQLite": func(t *testing.T) string {
		t.Helper()
		return filepath.Join(t.TempDir(), "odd name?#%41.db")
	},
	"PostgreSQL": func(t *testing.T) string {
		t.Helper()
		return testenv.Postgres(t)
	},
}

func onBoth(t *testing.T, fn func(t *testing.T, database string)) {
	t.Helper()
	for name, fresh := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fn(t, fresh(t))
		})
	}
}

// latest is the number of migrations.
func latest(t *testing.T) uint {
	t.Helper()
	files, err := migrations.SQLite.ReadDir("sqlite")
	require.NoError(t, err)
	return uint(len(files) / 2)
}

func requireVersion(t *testing.T, database string, want uint) {
	t.Helper()
	version, dirty, err := migrate.Version(t.Context(), database)
	require.NoError(t, err)
	require.False(t, dirty)
	require.Equal(t, want, version)
}

// handle opens a database beside the migrations.
func handle(t *testing.T, database string) *sql.DB {
	t.Helper()
	driver, name := "pgx", database
	if !migrate.IsPostgres(database) {
		var err error
		driver = "sqlite"
		name, err = migrate.SQLiteName(database, "")
		require.NoError(t, err)
	}
	db, err := sql.Open(driver, name)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func exec(t *testing.T, database, statement string) {
	t.Helper()
	_, err := handle(t, database).ExecContext(t.Context(), statement)
	require.NoError(t, err)
}

func TestMigrate_UpDownUp(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		require.NoError(t, migrate.Up(t.Context(), database))
		requireVersion(t, database, latest(t))
		before := columns(t, database)
		require.NoError(t, migrate.Up(t.Context(), database), "a second up has nothing to do")

		require.NoError(t, migrate.Down(t.Context(), database, 1))
		requireVersion(t, database, latest(t)-1)
		require.NoError(t, migrate.Down(t.Context(), database, 100), "as many as there are")
		requireVersion(t, database, 0)
		require.Empty(t, columns(t, database))
		require.NoError(t, migrate.Down(t.Context(), database, 1), "nothing is left to take back")

		require.NoError(t, migrate.Up(t.Context(), database))
		requireVersion(t, database, latest(t))
		require.Equal(t, before, columns(t, database))
		require.Error(t, migrate.Down(t.Context(), database, 0))
	})
}

func TestMigrate_ManyAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		const processes = 10
		failed := make([]error, processes)
		var wg sync.WaitGroup
		for i := range processes {
			wg.Go(func() { failed[i] = migrate.Up(t.Context(), database) })
		}
		wg.Wait()
		for _, err := range failed {
			require.NoError(t, err)
		}
		requireVersion(t, database, latest(t))
	})
}

func TestMigrate_NewerIsRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		require.NoError(t, migrate.Up(t.Context(), database))
		exec(t, database, "UPDATE schema_migrations SET version = 900")
		require.ErrorContains(t, migrate.Up(t.Context(), database), "use the newer binary")
		require.ErrorContains(t, migrate.Down(t.Context(), database, 1), "use the newer binary")
		requireVersion(t, database, 900)
	})
}

func TestMigrate_DirtyIsRefusedUntilForced(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		require.NoError(t, migrate.Up(t.Context(), database))
		exec(t, database, "UPDATE schema_migrations SET dirty = true")
		_, dirty, err := migrate.Version(t.Context(), database)
		require.NoError(t, err)
		require.True(t, dirty)
		require.ErrorContains(t, migrate.Up(t.Context(), database), "cinode-scim migrate force N")

		require.ErrorContains(t, migrate.Force(t.Context(), database, 900), "there is no schema version 900")
		require.NoError(t, migrate.Force(t.Context(), database, int(latest(t))))
		require.NoError(t, migrate.Up(t.Context(), database))
	})
}

func TestMigrate_FailedIsDirtyAndForcedToTheVersionBefore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		require.NoError(t, migrate.Up(t.Context(), database))
		require.NoError(t, migrate.Down(t.Context(), database, 1))
		inTheWay := "touched_resources" // of what the last one makes
		if migrate.IsPostgres(database) {
			inTheWay = "ix_exchanges_touched"
		}
		exec(t, database, "CREATE TABLE "+inTheWay+" (id INTEGER)")
		require.ErrorContains(t, migrate.Up(t.Context(), database), "migrate up")
		require.ErrorContains(t, migrate.Up(t.Context(), database), "did not finish")

		exec(t, database, "DROP TABLE "+inTheWay)
		require.NoError(t, migrate.Force(t.Context(), database, int(latest(t))-1))
		require.NoError(t, migrate.Up(t.Context(), database))
	})
}

func TestMigrate_ForceZeroStartsOver(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		require.NoError(t, migrate.Up(t.Context(), database))
		require.NoError(t, migrate.Down(t.Context(), database, 100))
		exec(t, database, "INSERT INTO schema_migrations (version, dirty) VALUES (1, true)")
		require.NoError(t, migrate.Force(t.Context(), database, 0))
		require.NoError(t, migrate.Up(t.Context(), database))
	})
}

func TestMigrate_CancelledContext(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, migrate.Up(ctx, database), context.Canceled)
		require.NoError(t, migrate.Up(t.Context(), database))
	})
}

func TestMigrate_FileIsTheOwnersAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "scim.db")
	require.NoError(t, migrate.Up(t.Context(), path))
	files, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	for _, file := range files {
		info, err := os.Stat(file)
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, file)
	}
}

func TestMigrate_OnlyUpCreatesAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "scim.db")
	_, _, err := migrate.Version(t.Context(), path)
	require.ErrorContains(t, err, "there is no database")
	require.ErrorContains(t, migrate.Up(t.Context(), filepath.Join(path, "x.db")), "there is no database")
	require.ErrorContains(t, migrate.Up(t.Context(), migrate.Memory), "migrated by the server")
}
