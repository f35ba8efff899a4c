package postgres

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// makeCounts makes the counters of a tenant: tenant, last slot.
const makeCounts = `INSERT INTO resource_counts (tenant_id, type, slot, n)
	SELECT $1, type, slot, 0 FROM unnest(ARRAY['Group', 'User']) type, generate_series(0, $2) slot`

// CreateTenant makes a tenant and its counters.
func (s *Store) CreateTenant(ctx context.Context, t cinode.Tenant, e store.AuditEntry) (cinode.Tenant, error) {
	columns, err := sqlfilter.TenantArgs(t)
	if err != nil {
		return t, err
	}
	err = s.write(ctx, func(c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			if t.ID == 0 {
				if err := tx.QueryRow(ctx, "SELECT nextval('tenant_ids')").Scan(&t.ID); err != nil {
					return err
				}
			} else if _, err := tx.Exec(ctx, "SELECT setval('tenant_ids', $1) FROM tenant_ids WHERE last_value < $1 OR NOT is_called", t.ID); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO tenants (id, created, name, persona, strict, skip_unknown_members, switches, mappings, clock_frozen, clock_offset)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, append([]any{t.ID, t.Created.UnixMilli()}, columns...)...); err != nil {
				return err
			}
			if err := clearRows(ctx, tx, t.ID); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, makeCounts, t.ID, slots-1); err != nil {
				return err
			}
			e.Tenant = t.ID
			return audit(ctx, tx, e)
		})
	})
	return t, err
}

// Tenant reads one tenant.
func (s *Store) Tenant(ctx context.Context, id int64) (cinode.Tenant, error) {
	rows, err := s.pool.Query(ctx, "SELECT "+sqlfilter.TenantColumns+" FROM tenants t WHERE t.id = $1", id)
	if err != nil {
		return cinode.Tenant{}, translate(err)
	}
	t, err := pgx.CollectExactlyOneRow(rows, rowTo(sqlfilter.ScanTenant))
	return t, translate(err)
}

// Tenants reads tenants in the order of their ids.
func (s *Store) Tenants(ctx context.Context, after int64, limit int) ([]cinode.Tenant, error) {
	return collect(ctx, s, sqlfilter.ScanTenant, "SELECT "+sqlfilter.TenantColumns+" FROM tenants t WHERE t.id > $1 ORDER BY t.id LIMIT $2", after, limit)
}

// ChangeTenant changes what a tenant is but for its id and age.
func (s *Store) ChangeTenant(ctx context.Context, id int64, change func(*cinode.Tenant) (store.AuditEntry, error)) (t cinode.Tenant, err error) {
	err = s.write(ctx, func(c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, "SELECT "+sqlfilter.TenantColumns+" FROM tenants t WHERE t.id = $1 FOR UPDATE", id)
			if err != nil {
				return err
			}
			if t, err = pgx.CollectExactlyOneRow(rows, rowTo(sqlfilter.ScanTenant)); err != nil {
				return err
			}
			had := t.HasCompany()
			e, err := change(&t)
			if err != nil {
				return err
			}
			if !had && t.HasCompany() {
				if err := reconcile(ctx, tx, id); err != nil {
					return err
				}
			}
			columns, err := sqlfilter.TenantArgs(t)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE tenants SET name = $2, persona = $3, strict = $4, skip_unknown_members = $5, switches = $6, mappings = $7,
				clock_frozen = $8, clock_offset = $9 WHERE id = $1`, append([]any{id}, columns...)...); err != nil {
				return err
			}
			return audit(ctx, tx, e)
		})
	})
	return t, err
}

// DeleteTenant removes a tenant with all that it has. First goes what writers take
// last, its counters, with what opens it: who has moved one is waited for, and who
// comes later finds none and gives up. Then nobody is left to wait for, or to be a
// deadlock with.
func (s *Store) DeleteTenant(ctx context.Context, id int64, e store.AuditEntry) error {
	err := s.write(ctx, func(c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, "DELETE FROM tenants WHERE id = $1", id)
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 0 {
				return store.ErrNotFound
			}
			if err := dropSnapshots(ctx, tx, id); err != nil {
				return err
			}
			b := &pgx.Batch{}
			b.Queue("DELETE FROM tokens WHERE tenant_id = $1", id)
			b.Queue("DELETE FROM resource_counts WHERE tenant_id = $1", id)
			queueAudit(b, e)
			return tx.SendBatch(ctx, b).Close()
		})
	})
	if err != nil {
		return err
	}
	return s.write(ctx, func(c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error { return purge(ctx, tx, id) })
	})
}

// number locks the number of a tenant, against others who make or purge it.
const number = "SELECT pg_advisory_xact_lock($1)"

// purge removes all of a tenant that has been deleted, unless it has been made
// again meanwhile.
func purge(ctx context.Context, tx pgx.Tx, tenant int64) error {
	var again bool
	b := &pgx.Batch{}
	b.Queue(number, tenant)
	b.Queue("SELECT EXISTS (SELECT 1 FROM tenants WHERE id = $1)", tenant).QueryRow(func(r pgx.Row) error { return r.Scan(&again) })
	if err := tx.SendBatch(ctx, b).Close(); err != nil || again {
		return err
	}
	return clearRows(ctx, tx, tenant)
}

// clearRows removes what has the number of a tenant: before one is made too, since
// a process may have ended in the middle of a deletion.
func clearRows(ctx context.Context, tx pgx.Tx, tenant int64) error {
	b := &pgx.Batch{}
	b.Queue(number, tenant)
	queueClear(b, tenant)
	for _, table := range []string{"tokens", "exchanges", "deviation_counts", "resource_counts"} {
		b.Queue("DELETE FROM "+table+" WHERE tenant_id = $1", tenant)
	}
	return tx.SendBatch(ctx, b).Close()
}

const insertToken = `INSERT INTO tokens (hash, tenant_id, name, name_key, audience, scopes, user_id, created, expires, revoked, used_at, used_address, used_client)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '', '')`

// CreateToken stores a token.
func (s *Store) CreateToken(ctx context.Context, t cinode.Token, hash cinode.Hash, e store.AuditEntry) error {
	return s.inTenant(ctx, t.Tenant, func(tx pgx.Tx) error {
		sql, args := audited(insertToken, sqlfilter.TokenArgs(t, hash), e)
		_, err := tx.Exec(ctx, sql, args...)
		return err
	})
}

// inTenant runs fn in a transaction that keeps a tenant from being deleted; one
// that is gone is store.ErrNotFound.
func (s *Store) inTenant(ctx context.Context, tenant int64, fn func(pgx.Tx) error) error {
	return s.write(ctx, func(c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			var one int
			if err := tx.QueryRow(ctx, "SELECT 1 FROM tenants WHERE id = $1 FOR KEY SHARE", tenant).Scan(&one); err != nil {
				return err
			}
			return fn(tx)
		})
	})
}

// PutToken stores a token in place of one of the same name.
func (s *Store) PutToken(ctx context.Context, t cinode.Token, hash cinode.Hash, e store.AuditEntry) error {
	return s.inTenant(ctx, t.Tenant, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		b.Queue("DELETE FROM tokens WHERE tenant_id = $1 AND name_key = $2", t.Tenant, cinode.NameKey(t.Name))
		b.Queue(insertToken, sqlfilter.TokenArgs(t, hash)...)
		queueAudit(b, e)
		return tx.SendBatch(ctx, b).Close()
	})
}

// Token reads a token by its name.
func (s *Store) Token(ctx context.Context, tenant int64, name string) (cinode.Token, error) {
	rows, err := s.pool.Query(ctx, "SELECT "+sqlfilter.TokenColumns+" FROM tokens k WHERE k.tenant_id = $1 AND k.name_key = $2", tenant, cinode.NameKey(name))
	if err != nil {
		return cinode.Token{}, translate(err)
	}
	t, err := pgx.CollectExactlyOneRow(rows, rowTo(sqlfilter.ScanToken))
	return t, translate(err)
}

// Tokens reads tokens of a tenant in the order they were made.
func (s *Store) Tokens(ctx context.Context, tenant int64, after string, limit int) ([]cinode.Token, error) {
	return collect(ctx, s, sqlfilter.ScanToken, "SELECT "+sqlfilter.TokenColumns+` FROM tokens k WHERE k.tenant_id = $1 AND ($2 = '' OR (k.created, k.name_key) >
		(SELECT a.created, a.name_key FROM tokens a WHERE a.tenant_id = $1 AND a.name_key = $2)) ORDER BY k.created, k.name_key LIMIT $3`,
		tenant, cinode.NameKey(after), limit)
}

// RevokeToken ends a token; one that is revoked stays so.
func (s *Store) RevokeToken(ctx context.Context, tenant int64, name string, at time.Time, e store.AuditEntry) error {
	sql, args := audited("UPDATE tokens SET revoked = $3 WHERE tenant_id = $1 AND name_key = $2 AND revoked = 0",
		[]any{tenant, cinode.NameKey(name), at.UnixMilli()}, e)
	tag, err := s.pool.Exec(ctx, sql, args...)
	if err != nil || tag.RowsAffected() > 0 {
		return translate(err)
	}
	_, err = s.Token(ctx, tenant, name)
	return err
}

// TokenByHash finds a token and its tenant.
func (s *Store) TokenByHash(ctx context.Context, hash cinode.Hash) (store.Access, error) {
	a, err := sqlfilter.ScanAccess(s.pool.QueryRow(ctx,
		"SELECT "+sqlfilter.TokenColumns+", "+sqlfilter.TenantColumns+" FROM tokens k JOIN tenants t ON t.id = k.tenant_id WHERE k.hash = $1", hash[:]).Scan)
	return a, translate(err)
}

// TouchTokens remembers the last use of tokens.
func (s *Store) TouchTokens(ctx context.Context, uses []store.TokenUse) error {
	b := &pgx.Batch{}
	for _, u := range uses {
		b.Queue("UPDATE tokens SET used_at = $2, used_address = $3, used_client = $4 WHERE hash = $1",
			u.Hash[:], u.Use.At.UnixMilli(), u.Use.Address, u.Use.Client)
	}
	return translate(s.pool.SendBatch(ctx, b).Close())
}

// PutAdminKey stores the hash of the admin key.
func (s *Store) PutAdminKey(ctx context.Context, hash cinode.Hash, replace bool, e store.AuditEntry) error {
	sql := "INSERT INTO settings (name, value) VALUES ('admin_key', $1)"
	if replace {
		sql += " ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE settings.value <> excluded.value"
	}
	sql, args := audited(sql, []any{hash[:]}, e)
	_, err := s.pool.Exec(ctx, sql, args...)
	return translate(err)
}

// AdminKey reads the hash of the admin key.
func (s *Store) AdminKey(ctx context.Context) (cinode.Hash, error) {
	var value []byte
	var hash cinode.Hash
	err := s.pool.QueryRow(ctx, "SELECT value FROM settings WHERE name = 'admin_key'").Scan(&value)
	copy(hash[:], value)
	return hash, translate(err)
}

// Secret gives the random bytes of a name, made once.
func (s *Store) Secret(ctx context.Context, name string) ([]byte, error) {
	fresh := make([]byte, store.SecretSize)
	_, _ = rand.Read(fresh) // never fails
	if _, err := s.pool.Exec(ctx, "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", secretName(name), fresh); err != nil {
		return nil, translate(err)
	}
	var value []byte
	err := s.pool.QueryRow(ctx, "SELECT value FROM settings WHERE name = $1", secretName(name)).Scan(&value)
	return value, translate(err)
}

// secretName keeps secrets apart from other settings.
func secretName(name string) string { return "secret:" + name }
