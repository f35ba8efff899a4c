package migrate_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

func TestMigrate_FillsInManagers(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		require.NoError(t, migrate.Up(t.Context(), database))
		require.NoError(t, migrate.Down(t.Context(), database, int(latest(t))-2))
		managers := []string{"7", "123456789012345678", "x", "", "0", "07", "-7", "7x", "99999999999999999999"}
		want := map[int64]int64{0: 7, 1: 123456789012345678}
		for i, manager := range managers {
			search := `{"` + scim.URNEnterpriseUser + `":{"manager":{"value":"` + manager + `"}}}`
			keys := map[bool]string{true: ", keys", false: ""}[migrate.IsPostgres(database)]
			value := map[bool]string{true: ", '{}'", false: ""}[migrate.IsPostgres(database)]
			exec(t, database, `INSERT INTO users (tenant_id, id, version, created, last_modified, active, wide, user_name, display, display_key, doc, search`+keys+`)
				SELECT 1, `+strconv.Itoa(i)+`, 1, 0, 0, t.strict, t.strict, 'u`+strconv.Itoa(i)+`', '', '', '{}', '`+search+`'`+value+`
				FROM (SELECT 1 = 1 AS strict) t`)
		}
		require.NoError(t, migrate.Up(t.Context(), database))
		rows, err := handle(t, database).QueryContext(t.Context(), "SELECT id, manager_id FROM users WHERE manager_id IS NOT NULL")
		require.NoError(t, err)
		defer rows.Close() //nolint:errcheck // Err has the error
		have := map[int64]int64{}
		for rows.Next() {
			var id, manager int64
			require.NoError(t, rows.Scan(&id, &manager))
			have[id] = manager
		}
		require.NoError(t, rows.Err())
		require.Equal(t, want, have)
	})
}

func TestMigrate_FillsInWhatExchangesTouched(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		require.NoError(t, migrate.Up(t.Context(), database))
		require.NoError(t, migrate.Down(t.Context(), database, int(latest(t))-8))
		want := map[int64][]int64{}
		for id, changes := range [][]journal.Change{
			nil,
			{{Resource: "Users/26", Path: "title", After: `"\"x\\"`}, {Resource: "Users/26", Path: "members\u0000"}, {Resource: "Users/3"}},
			{{Resource: "Groups/7", Path: "members", After: `"26"`}, {Resource: "Groups/8", Path: "members", Before: `"27"`}, {Resource: "Groups/8", Path: "members", After: `"x"`}},
			{{Resource: "Groups/9", Path: "displayName", Before: `"11"`, After: `"12"`}},
		} {
			e := journal.Exchange{Tenant: 1, Path: "/\u0000", Changes: changes}
			e.Sent.Body = []byte(`{"changes":[{"Resource":"Users/99","Path":"title"}]}` + "\x00")
			e.Answer.Body = []byte("\xff")
			row, err := sqlfilter.ExchangeRow(&e)
			require.NoError(t, err)
			columns, values := "id", strconv.Itoa(id)
			for i, column := range sqlfilter.ExchangeColumns {
				columns += ", " + column
				values += ", " + literal(row[i])
			}
			exec(t, database, "INSERT INTO exchanges ("+columns+") VALUES ("+values+")")
			if touched := e.Touched(); len(touched) > 0 {
				want[int64(id)] = touched
			}
		}
		require.NoError(t, migrate.Up(t.Context(), database))
		query := "SELECT exchange_id, resource_id FROM touched_resources ORDER BY 1, 2"
		if migrate.IsPostgres(database) {
			query = "SELECT id, unnest(touched) FROM exchanges ORDER BY 1, 2"
		}
		rows, err := handle(t, database).QueryContext(t.Context(), query)
		require.NoError(t, err)
		defer rows.Close() //nolint:errcheck // Err has the error
		have := map[int64][]int64{}
		for rows.Next() {
			var exchange, resource int64
			require.NoError(t, rows.Scan(&exchange, &resource))
			have[exchange] = append(have[exchange], resource)
		}
		require.NoError(t, rows.Err())
		require.Equal(t, want, have)
		require.Len(t, have, 3)
	})
}

// literal is a value of a row as SQL.
func literal(v any) string {
	if text, ok := v.(string); ok {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return fmt.Sprint(v)
}
