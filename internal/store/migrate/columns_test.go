package migrate_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/migrations"
)

// columns lists every column as "table.column", NULL behind those that may be.
func columns(t *testing.T, database string) []string {
	t.Helper()
	query := `SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'YES' THEN ' NULL' ELSE '' END FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name <> 'schema_migrations'`
	if !migrate.IsPostgres(database) {
		query = `SELECT m.name || '.' || c.name || iif(c."notnull", '', ' NULL') FROM sqlite_schema m, pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name <> 'schema_migrations'`
	}
	rows, err := handle(t, database).QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer rows.Close() //nolint:errcheck // Err has the error
	var list []string
	for rows.Next() {
		var column string
		require.NoError(t, rows.Scan(&column))
		list = append(list, column)
	}
	require.NoError(t, rows.Err())
	slices.Sort(list)
	return list
}

func TestMigrate_BothHaveTheSameColumns(t *testing.T) {
	t.Parallel()
	// What one of them has alone, and why.
	alone := map[string]string{
		"tenant_ids.last":               "a sequence on PostgreSQL",
		"resource_ids.last":             "a sequence on PostgreSQL",
		"exchange_ids.last":             "a sequence on PostgreSQL",
		"snapshot_ids.last":             "a sequence on PostgreSQL",
		"users.keys":                    "an array with a GIN index, rows of resource_keys on SQLite",
		"groups.keys":                   "an array with a GIN index, rows of resource_keys on SQLite",
		"resource_keys.tenant_id":       "the arrays of PostgreSQL as rows",
		"resource_keys.key":             "the arrays of PostgreSQL as rows",
		"resource_keys.id":              "the arrays of PostgreSQL as rows",
		"exchanges.touched":             "an array with a GIN index, rows of touched_resources on SQLite",
		"touched_resources.exchange_id": "the arrays of PostgreSQL as rows",
		"touched_resources.resource_id": "the arrays of PostgreSQL as rows",
	}
	var lists [2][]string
	for i, name := range []string{"SQLite", "PostgreSQL"} {
		database := engines[name](t)
		require.NoError(t, migrate.Up(t.Context(), database))
		for _, column := range columns(t, database) {
			if _, explained := alone[column]; explained {
				delete(alone, column)
				continue
			}
			lists[i] = append(lists[i], column)
		}
	}
	require.Equal(t, lists[1], lists[0])
	require.Empty(t, alone, "an exception that no database needs any more")
}

func TestMigrate_BothHaveTheSameFiles(t *testing.T) {
	t.Parallel()
	names := func(folder string) (list []string) {
		files := migrations.SQLite
		if folder == "postgres" {
			files = migrations.Postgres
		}
		entries, err := files.ReadDir(folder)
		require.NoError(t, err)
		for _, e := range entries {
			list = append(list, e.Name())
		}
		return list
	}
	require.Equal(t, names("postgres"), names("sqlite"))
}
