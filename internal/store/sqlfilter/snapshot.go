package sqlfilter

import (
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/store"
)

// The tables whose rows are of a tenant, with their columns behind tenant_id. They
// are copied by SQL alone.
var tenantTables = []struct{ table, columns string }{
	{"groups", resourceColumns},
	{"users", resourceColumns},
	{"memberships", "group_id, member_id, member_type"},
	{"teams", "id, name, name_key, created"},
	{"roles", "id, name, name_key, created"},
	{"links", "group_id, kind, unit_id, awaited_key, created"},
	{"team_members", "team_id, user_id"},
	{"user_roles", "role_id, user_id"},
}

const (
	resourceColumns = "id, version, created, last_modified, active, wide, user_name, external_id, display, display_key, doc, search, manager_id, password"
	countColumns    = "type, slot, n"
	tokenColumns    = "hash, tenant_id, name, name_key, audience, scopes, user_id, created, expires, revoked, used_at, used_address, used_client" //nolint:gosec // columns
	behaviour       = "persona, strict, skip_unknown_members, switches, mappings, clock_frozen, clock_offset"
)

// SnapshotStatements is the SQL about snapshots. The comments name the parameters
// in their order; a copy has the negative number of its snapshot as tenant.
type SnapshotStatements struct {
	Copy  []string // rows of a tenant to another: from, to
	Clear []string // all rows of a tenant but its counters: tenant
	// Zero sets its counters to 0, DropCounts removes them: tenant. Those of a tenant
	// stay as long as it does, since who writes waits for them.
	Zero, DropCounts string
	// Find gives the number of a snapshot: tenant, name.
	Find string
	// Save keeps the tenant itself: snapshot, name, created, tenant.
	Save       string
	SaveTokens string // snapshot, tenant
	// Load sets the tenant itself: tenant, name. LoadTokens puts tokens back:
	// snapshot.
	Load       string
	LoadTokens string
	DropTokens string // of a tenant: tenant
	Drop       string // tenant, name
	DropSaved  string // snapshot
	// List gives name, created, users and groups: tenant.
	List string
}

// SnapshotSQL are the statements about snapshots.
func (d *Dialect) SnapshotSQL() SnapshotStatements {
	s := SnapshotStatements{
		Find: d.number("SELECT id FROM snapshots WHERE tenant_id = $1 AND name = $2"),
		Save: d.number("INSERT INTO snapshots (tenant_id, name, id, created, tenant_name, " + behaviour +
			") SELECT id, CAST($2 AS text), CAST($1 AS bigint), CAST($3 AS bigint), name, " + behaviour + " FROM tenants WHERE id = $4"),
		SaveTokens: d.number("INSERT INTO snapshot_tokens (snapshot_id, " + tokenColumns + ") SELECT CAST($1 AS bigint), " + tokenColumns +
			" FROM tokens WHERE tenant_id = $2"),
		Load:       d.number("UPDATE tenants SET " + assign(behaviour) + ", name = s.tenant_name FROM snapshots s WHERE tenants.id = $1 AND s.tenant_id = $1 AND s.name = $2"),
		LoadTokens: d.number("INSERT INTO tokens (" + tokenColumns + ") SELECT " + tokenColumns + " FROM snapshot_tokens WHERE snapshot_id = $1"),
		DropTokens: d.number("DELETE FROM tokens WHERE tenant_id = $1"),
		Drop:       d.number("DELETE FROM snapshots WHERE tenant_id = $1 AND name = $2"),
		DropSaved:  d.number("DELETE FROM snapshot_tokens WHERE snapshot_id = $1"),
		List: d.number(`SELECT s.name, s.created,
			(SELECT count(*) FROM users u WHERE u.tenant_id = -s.id), (SELECT count(*) FROM groups g WHERE g.tenant_id = -s.id)
			FROM snapshots s WHERE s.tenant_id = $1 ORDER BY s.name`),
	}
	tables := tenantTables
	for _, t := range tables {
		columns := t.columns
		if columns == resourceColumns && d.keyColumn {
			columns += ", keys"
		}
		s.Copy = append(s.Copy, d.copyRows(t.table, columns))
		s.Clear = append(s.Clear, d.number("DELETE FROM "+t.table+" WHERE tenant_id = $1"))
	}
	if !d.keyColumn {
		s.Copy = append(s.Copy, d.copyRows("resource_keys", "key, id"))
		s.Clear = append(s.Clear, d.number("DELETE FROM resource_keys WHERE tenant_id = $1"))
	}
	// Counters last, as in every write.
	s.Copy = append(s.Copy, d.copyRows("resource_counts", countColumns)+" ON CONFLICT (tenant_id, type, slot) DO UPDATE SET n = excluded.n")
	s.Zero = d.number("UPDATE resource_counts SET n = 0 WHERE tenant_id = $1")
	s.DropCounts = d.number("DELETE FROM resource_counts WHERE tenant_id = $1")
	return s
}

func (d *Dialect) copyRows(table, columns string) string {
	return d.number("INSERT INTO " + table + " (tenant_id, " + columns + ") SELECT CAST($2 AS bigint), " + columns + " FROM " + table + " WHERE tenant_id = $1")
}

// assign sets columns to those of s.
func assign(columns string) string {
	list := strings.Split(columns, ", ")
	for i, c := range list {
		list[i] = c + " = s." + c
	}
	return strings.Join(list, ", ")
}

// ScanSnapshot reads a row of List.
func ScanSnapshot(scan Scan) (s store.Snapshot, err error) {
	var created int64
	err = scan(&s.Name, &created, &s.Users, &s.Groups)
	s.Created = FromMillis(created)
	return s, err
}
