package sqlite

import (
	"context"
	"database/sql"
	"iter"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// Dump reads a tenant in one transaction. Of a file it takes one of the
// connections that read, and writing goes on; a database in memory has one
// connection alone, for which everybody waits.
func (s *Store) Dump(ctx context.Context, tenant int64, each func(store.Record) error) error {
	var broken error // once each was called, which must not be called again for the same
	err := s.with(ctx, s.read, func(c *conn) error {
		if _, err := c.exec(ctx, "BEGIN"); err != nil {
			return err
		}
		defer func() { _, _ = c.exec(context.WithoutCancel(ctx), "ROLLBACK") }() // nothing was written
		begun := false
		query := func(text string, args []any, row func(sqlfilter.Scan) error) error {
			return c.query(ctx, text, args, func(rows *sql.Rows) error { return row(rows.Scan) })
		}
		err := dialect.Dump(query, tenant, func(r store.Record) error {
			begun = true
			return each(r)
		})
		if begun {
			broken = err
			return nil
		}
		return err
	})
	if err == nil {
		err = translate(broken)
	}
	return busy(err)
}

// busy is ErrBusy for what is not tried again.
func busy(err error) error {
	if isBusy(err) {
		return store.ErrBusy
	}
	return err
}

// Restore makes a tenant. Others who write wait until it ends.
func (s *Store) Restore(
	ctx context.Context, tenant int64, registry *schema.Registry, records iter.Seq2[store.Record, error], e store.AuditEntry,
) error {
	begun := false
	return s.transact(ctx, func(c *conn) error {
		if begun {
			return store.ErrBusy // the records have been read
		}
		begun = true
		m := &restoration{conn: c, tenant: tenant, types: registry.Storage(), counts: map[string]int{}}
		for r, err := range records {
			if err == nil {
				err = m.take(ctx, r)
			}
			if err != nil {
				return busy(err)
			}
		}
		return busy(m.finish(ctx, e))
	})
}

// restoration is a tenant on its way into the database.
type restoration struct {
	*conn
	tenant  int64
	types   *schema.Registry
	highest int64
	counts  map[string]int // of the resource types
}

func (m *restoration) take(ctx context.Context, r store.Record) error {
	m.highest = max(m.highest, r.Highest())
	switch {
	case r.Tenant != nil:
		return m.insertTenant(ctx, r.Tenant)
	case r.Token != nil:
		return m.insertToken(ctx, r.Token)
	case r.User != nil:
		return m.insertResource(ctx, m.types.Users, r.User)
	case r.Group != nil:
		return m.insertResource(ctx, m.types.Groups, r.Group)
	case r.Members != nil:
		_, err := m.exec(ctx, "INSERT INTO memberships (tenant_id, group_id, member_id, member_type) SELECT ?1, ?2, value, ?3 FROM json_each(?4)",
			m.tenant, r.Members.Group, r.Members.Type, jsonList(r.Members.IDs))
		return err
	case r.Unit != nil:
		_, err := m.exec(ctx, units[r.Unit.Kind].Insert, m.tenant, r.Unit.ID, r.Unit.Name, scim.Fold(r.Unit.Name), r.Unit.Created.UnixMilli())
		return err
	case r.UnitMembers != nil:
		_, err := m.exec(ctx, insertUnitMembers[r.UnitMembers.Kind], m.tenant, r.UnitMembers.Unit, jsonList(r.UnitMembers.Users))
		return err
	default:
		_, err := m.exec(ctx, links.Insert, m.tenant, r.Link.Group, r.Link.Kind, r.Link.Unit, r.Link.AwaitedKey, r.Link.Created.UnixMilli())
		return err
	}
}

var insertUnitMembers = map[cinode.Kind]string{
	cinode.KindTeam: "INSERT INTO team_members (tenant_id, team_id, user_id) SELECT ?1, ?2, value FROM json_each(?3)",
	cinode.KindRole: "INSERT INTO user_roles (tenant_id, role_id, user_id) SELECT ?1, ?2, value FROM json_each(?3)",
}

func (m *restoration) insertTenant(ctx context.Context, t *cinode.Tenant) error {
	switches, mappings, err := store.EncodeBehaviour(*t)
	if err != nil {
		return err
	}
	_, err = m.exec(ctx, `INSERT INTO tenants (id, name, persona, strict, skip_unknown_members, switches, mappings, created)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
		m.tenant, t.Name, t.Persona, t.Strict, t.SkipUnknownMembers, switches, mappings, sqlfilter.Millis(t.Created))
	if err != nil {
		return taken(err, err, store.ErrExists)
	}
	return clearJournal(ctx, m.conn, m.tenant)
}

func (m *restoration) insertToken(ctx context.Context, t *store.TokenRecord) error {
	_, err := m.exec(ctx, `INSERT INTO tokens (hash, tenant_id, name, name_key, audience, scopes, user_id, created, expires, revoked,
			used_at, used_address, used_client) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)`,
		t.Hash[:], m.tenant, t.Name, cinode.NameKey(t.Name), t.Audience, cinode.JoinScopes(t.Scopes), t.UserID, sqlfilter.Millis(t.Created),
		sqlfilter.Millis(t.Expires), sqlfilter.Millis(t.Revoked), sqlfilter.Millis(t.LastUsed.At), t.LastUsed.Address, t.LastUsed.Client)
	return taken(err, &store.UniqueError{Attribute: "name"}, &store.UniqueError{Attribute: "secret"})
}

func (m *restoration) insertResource(ctx context.Context, t *schema.ResourceType, r *store.ResourceRecord) error {
	attributes, err := r.Attributes(t)
	if err != nil {
		return err
	}
	row, err := sqlfilter.NewSQLiteRow(t, m.tenant, attributes)
	if err != nil {
		return err
	}
	m.counts[t.Name]++
	if _, err := m.exec(ctx, "INSERT INTO "+tables[t.Name]+` (tenant_id, id, last_modified, active, wide, user_name, external_id, display,
			display_key, doc, search, manager_id, password, version, created)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULLIF(?7, ''), ?8, ?9, ?10, ?11, NULLIF(?12, 0), NULLIF(?13, ''), ?14, ?15)`,
		append(rowArgs(m.tenant, r.ID, r.Modified, row, &r.Password), r.Version, r.Created.UnixMilli())...); err != nil {
		return taken(err, errUserName, err)
	}
	return putKeys(ctx, m.conn, m.tenant, r.ID, row.Keys)
}

// finish writes what follows from the records.
func (m *restoration) finish(ctx context.Context, e store.AuditEntry) error {
	for resourceType, n := range m.counts {
		if err := count(ctx, m.conn, m.tenant, resourceType, n); err != nil {
			return err
		}
	}
	if _, err := m.exec(ctx, "UPDATE tenant_ids SET last = max(last, ?1)", m.tenant); err != nil {
		return err
	}
	if _, err := m.exec(ctx, "UPDATE resource_ids SET last = max(last, ?1)", m.highest); err != nil {
		return err
	}
	text, args := dialect.InsertAudit(e, nil, "")
	_, err := m.exec(ctx, text, args...)
	return err
}
