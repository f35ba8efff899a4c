package postgres

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// Dump reads a tenant in one transaction, as rows come off the wire.
func (s *Store) Dump(ctx context.Context, tenant int64, each func(store.Record) error) error {
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		query := func(text string, args []any, row func(sqlfilter.Scan) error) error {
			rows, err := tx.Query(ctx, text, args...)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				if err := row(rows.Scan); err != nil {
					return err
				}
			}
			return rows.Err()
		}
		return dialect.Dump(query, tenant, each)
	})
	return translate(err)
}

// Restore makes a tenant. Tokens, which are few and may be in the way, are
// inserted one by one, all else is copied.
func (s *Store) Restore(
	ctx context.Context, tenant int64, registry *schema.Registry, records iter.Seq2[store.Record, error], e store.AuditEntry,
) error {
	next, stop := iter.Pull2(records)
	defer stop()
	err := s.pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			m := &restoration{tx: tx, tenant: tenant, types: registry.Storage(), next: next, counts: map[string]int64{}}
			return m.run(ctx, e)
		})
	})
	if isConflict(err) {
		return store.ErrBusy
	}
	return translate(err)
}

// restoration is a tenant on its way into the database. COPY takes what it copies
// from another goroutine than this one's, while this one waits.
type restoration struct {
	tx     pgx.Tx
	tenant int64
	types  *schema.Registry

	next   func() (store.Record, error, bool)
	record store.Record
	more   bool
	err    error // of the records, or of one

	highest int64
	counts  map[string]int64 // of the resource types
}

// advance goes to the next record. After the last, or an error, there is no more.
func (m *restoration) advance() {
	var err error
	m.record, err, m.more = m.next()
	if err != nil {
		m.err, m.more = err, false
	}
	m.highest = max(m.highest, m.record.Highest())
}

func (m *restoration) run(ctx context.Context, e store.AuditEntry) error {
	for m.advance(); m.more; {
		if err := m.take(ctx); err != nil {
			return err
		}
	}
	if m.err != nil {
		return m.err
	}
	return m.finish(ctx, e)
}

// take writes the record, and those that follow of its kind.
func (m *restoration) take(ctx context.Context) error {
	switch r := m.record; {
	case r.Tenant != nil:
		return m.then(m.insertTenant(ctx, r.Tenant))
	case r.Token != nil:
		return m.then(m.insertToken(ctx, r.Token))
	case r.User != nil:
		return m.copy(ctx, "users", resourceColumns, func(r store.Record) ([][]any, error) { return m.resource(m.types.Users, r.User) })
	case r.Group != nil:
		return m.copy(ctx, "groups", resourceColumns, func(r store.Record) ([][]any, error) { return m.resource(m.types.Groups, r.Group) })
	case r.Members != nil:
		return m.copy(ctx, "memberships", []string{"tenant_id", "group_id", "member_id", "member_type"}, m.members)
	case r.Unit != nil:
		return m.copyUnits(ctx, r.Unit.Kind)
	case r.UnitMembers != nil:
		return m.copyUnitMembers(ctx, r.UnitMembers.Kind)
	default:
		return m.copy(ctx, "links", []string{"tenant_id", "group_id", "kind", "unit_id", "awaited_key", "created"}, m.link)
	}
}

// then goes on unless the record was refused.
func (m *restoration) then(err error) error {
	if err == nil {
		m.advance()
	}
	return err
}

// copy sends the record and those that follow, as rows of a table, up to one that
// has none there.
func (m *restoration) copy(ctx context.Context, table string, columns []string, rows func(store.Record) ([][]any, error)) error {
	var queue [][]any
	_, err := m.tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		for len(queue) == 0 && m.more {
			var err error
			if queue, err = rows(m.record); err != nil {
				m.err = err
				return nil, err
			}
			if len(queue) == 0 {
				return nil, nil
			}
			m.advance()
		}
		if len(queue) == 0 {
			return nil, m.err
		}
		row := queue[0]
		queue = queue[1:]
		return row, nil
	}))
	if m.err != nil {
		return m.err // the driver has only its text
	}
	return err
}

func (m *restoration) insertTenant(ctx context.Context, t *cinode.Tenant) error {
	switches, mappings, err := store.EncodeBehaviour(*t)
	if err != nil {
		return err
	}
	_, err = m.tx.Exec(ctx, `INSERT INTO tenants (id, name, persona, strict, skip_unknown_members, switches, mappings, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		m.tenant, t.Name, t.Persona, t.Strict, t.SkipUnknownMembers, switches, mappings, sqlfilter.Millis(t.Created))
	if err != nil {
		return err
	}
	return clearRows(ctx, m.tx, m.tenant)
}

func (m *restoration) insertToken(ctx context.Context, t *store.TokenRecord) error {
	_, err := m.tx.Exec(ctx, `INSERT INTO tokens (hash, tenant_id, name, name_key, audience, scopes, user_id, created, expires, revoked,
			used_at, used_address, used_client) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		t.Hash[:], m.tenant, t.Name, cinode.NameKey(t.Name), t.Audience, cinode.JoinScopes(t.Scopes), t.UserID, sqlfilter.Millis(t.Created),
		sqlfilter.Millis(t.Expires), sqlfilter.Millis(t.Revoked), sqlfilter.Millis(t.LastUsed.At), t.LastUsed.Address, t.LastUsed.Client)
	return err
}

var resourceColumns = []string{
	"tenant_id", "id", "version", "created", "last_modified", "active", "wide", "user_name", "external_id", "display", "display_key",
	"doc", "search", "keys", "manager_id", "password",
}

func (m *restoration) resource(t *schema.ResourceType, r *store.ResourceRecord) ([][]any, error) {
	if r == nil {
		return nil, nil
	}
	attributes, err := r.Attributes(t)
	if err != nil {
		return nil, err
	}
	row, err := sqlfilter.NewRow(t, m.tenant, attributes)
	if err != nil {
		return nil, err
	}
	m.counts[t.Name]++
	return [][]any{{
		m.tenant, r.ID, r.Version, r.Created.UnixMilli(), r.Modified.UnixMilli(), row.Active, row.Wide, row.UserName, orNull(row.ExternalID),
		row.Display, row.DisplayKey, string(row.Text), row.Search, row.Keys, orNull(row.ManagerID), orNull(r.Password),
	}}, nil
}

// orNull is NULL for the zero value.
func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

func (m *restoration) members(r store.Record) (rows [][]any, _ error) {
	if r.Members != nil {
		for _, id := range r.Members.IDs {
			rows = append(rows, []any{m.tenant, r.Members.Group, id, r.Members.Type})
		}
	}
	return rows, nil
}

// unitTables are the tables of Teams and Roles, and of their members.
var unitTables = map[cinode.Kind]struct{ units, members, column string }{
	cinode.KindTeam: {"teams", "team_members", "team_id"},
	cinode.KindRole: {"roles", "user_roles", "role_id"},
}

func (m *restoration) copyUnits(ctx context.Context, kind cinode.Kind) error {
	columns := []string{"tenant_id", "id", "name", "name_key", "created"}
	return m.copy(ctx, unitTables[kind].units, columns, func(r store.Record) ([][]any, error) {
		if r.Unit == nil || r.Unit.Kind != kind {
			return nil, nil
		}
		return [][]any{{m.tenant, r.Unit.ID, r.Unit.Name, scim.Fold(r.Unit.Name), r.Unit.Created.UnixMilli()}}, nil
	})
}

func (m *restoration) copyUnitMembers(ctx context.Context, kind cinode.Kind) error {
	table := unitTables[kind]
	return m.copy(ctx, table.members, []string{"tenant_id", table.column, "user_id"}, func(r store.Record) (rows [][]any, _ error) {
		if r.UnitMembers != nil && r.UnitMembers.Kind == kind {
			for _, id := range r.UnitMembers.Users {
				rows = append(rows, []any{m.tenant, r.UnitMembers.Unit, id})
			}
		}
		return rows, nil
	})
}

func (m *restoration) link(r store.Record) ([][]any, error) {
	if r.Link == nil {
		return nil, nil
	}
	return [][]any{{m.tenant, r.Link.Group, r.Link.Kind, r.Link.Unit, orNull(r.Link.AwaitedKey), r.Link.Created.UnixMilli()}}, nil
}

// finish writes what follows from the records.
func (m *restoration) finish(ctx context.Context, e store.AuditEntry) error {
	if _, err := m.tx.Exec(ctx, `INSERT INTO resource_counts (tenant_id, type, slot, n)
		SELECT $1, type, slot, CASE WHEN slot > 0 THEN 0 WHEN type = 'User' THEN $3::bigint ELSE $4::bigint END
		FROM unnest(ARRAY['Group', 'User']) type, generate_series(0, $2) slot`,
		m.tenant, slots-1, m.counts["User"], m.counts["Group"]); err != nil {
		return err
	}
	if err := m.raise(ctx, "tenant_ids", m.tenant); err != nil {
		return err
	}
	if err := m.raise(ctx, "resource_ids", m.highest); err != nil {
		return err
	}
	text, args := dialect.InsertAudit(e, nil, "")
	_, err := m.tx.Exec(ctx, text, args...)
	return err
}

// few is a number of ids that others do not take while one statement follows
// another.
const few = 10_000

// raise brings a sequence to a number at least. Others go on taking from it
// meanwhile: setting it must not bring it back to where they have been, so that a
// number that is near is reached as they reach it.
func (m *restoration) raise(ctx context.Context, sequence string, to int64) error {
	var last int64
	if err := m.tx.QueryRow(ctx, "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM "+sequence).Scan(&last); err != nil {
		return err
	}
	switch {
	case last >= to:
		return nil
	case last+few >= to:
		_, err := m.tx.Exec(ctx, "SELECT max(nextval('"+sequence+"')) FROM generate_series(1, $1)", to-last)
		return err
	default:
		_, err := m.tx.Exec(ctx, "SELECT setval('"+sequence+"', $1)", to)
		return err
	}
}
