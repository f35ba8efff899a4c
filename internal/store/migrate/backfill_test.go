package migrate_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
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
