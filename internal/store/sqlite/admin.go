package sqlite

import (
	"cmp"
	"context"
	"crypto/rand"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// CreateTenant makes a tenant.
func (s *Store) CreateTenant(ctx context.Context, t cinode.Tenant, e store.AuditEntry) (cinode.Tenant, error) {
	columns, err := sqlfilter.TenantArgs(t)
	if err != nil {
		return t, err
	}
	err = s.transact(ctx, func(c *conn) error {
		if err := c.queryRow(ctx, "UPDATE tenant_ids SET last = max(last + (?1 = 0), ?1) RETURNING iif(?1 = 0, last, ?1)",
			[]any{t.ID}, &t.ID); err != nil {
			return err
		}
		_, err := c.exec(ctx, `INSERT INTO tenants (id, created, name, persona, strict, skip_unknown_members, switches, mappings, clock_frozen, clock_offset)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`, append([]any{t.ID, t.Created.UnixMilli()}, columns...)...)
		if err != nil {
			return taken(err, err, store.ErrExists)
		}
		if err := clearJournal(ctx, c, t.ID); err != nil { // what came too late for the one before
			return err
		}
		e.Tenant = t.ID
		return audit(ctx, c, e)
	})
	return t, err
}

// Tenant reads one tenant.
func (s *Store) Tenant(ctx context.Context, id int64) (t cinode.Tenant, err error) {
	err = s.with(ctx, s.read, func(c *conn) (err error) {
		t, err = getTenant(ctx, c, id)
		return err
	})
	return t, err
}

func getTenant(ctx context.Context, c *conn, id int64) (cinode.Tenant, error) {
	return sqlfilter.ScanTenant(func(targets ...any) error {
		return c.queryRow(ctx, "SELECT "+sqlfilter.TenantColumns+" FROM tenants t WHERE t.id = ?1", []any{id}, targets...)
	})
}

// Tenants reads tenants in the order of their ids.
func (s *Store) Tenants(ctx context.Context, after int64, limit int) ([]cinode.Tenant, error) {
	return collect(ctx, s, sqlfilter.ScanTenant, "SELECT "+sqlfilter.TenantColumns+" FROM tenants t WHERE t.id > ?1 ORDER BY t.id LIMIT ?2", after, limit)
}

// ChangeTenant changes what a tenant is but for its id and age.
func (s *Store) ChangeTenant(ctx context.Context, id int64, change func(*cinode.Tenant) (store.AuditEntry, error)) (t cinode.Tenant, err error) {
	err = s.transact(ctx, func(c *conn) error {
		if t, err = getTenant(ctx, c, id); err != nil {
			return err
		}
		had := t.HasCompany()
		e, err := change(&t)
		if err != nil {
			return err
		}
		if !had && t.HasCompany() {
			if err := reconcile(ctx, c, id); err != nil {
				return err
			}
		}
		columns, err := sqlfilter.TenantArgs(t)
		if err != nil {
			return err
		}
		if _, err := c.exec(ctx, `UPDATE tenants SET name = ?2, persona = ?3, strict = ?4, skip_unknown_members = ?5, switches = ?6, mappings = ?7,
			clock_frozen = ?8, clock_offset = ?9 WHERE id = ?1`, append([]any{id}, columns...)...); err != nil {
			return err
		}
		return audit(ctx, c, e)
	})
	return t, err
}

// DeleteTenant removes a tenant with all that it has.
func (s *Store) DeleteTenant(ctx context.Context, id int64, e store.AuditEntry) error {
	return s.transact(ctx, func(c *conn) error {
		n, err := c.exec(ctx, "DELETE FROM tenants WHERE id = ?1", id)
		if err != nil {
			return err
		}
		if n == 0 {
			return store.ErrNotFound
		}
		if err := dropSnapshots(ctx, c, id); err != nil {
			return err
		}
		if err := clearRows(ctx, c, id); err != nil {
			return err
		}
		if err := clearJournal(ctx, c, id); err != nil {
			return err
		}
		for _, table := range []string{"tokens", "resource_counts"} {
			if _, err := c.exec(ctx, "DELETE FROM "+table+" WHERE tenant_id = ?1", id); err != nil {
				return err
			}
		}
		return audit(ctx, c, e)
	})
}

const insertToken = `INSERT INTO tokens (hash, tenant_id, name, name_key, audience, scopes, user_id, created, expires, revoked,
	used_at, used_address, used_client) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, '', '')`

func createToken(ctx context.Context, c *conn, t cinode.Token, hash cinode.Hash, e store.AuditEntry) error {
	if err := hasTenant(ctx, c, t.Tenant); err != nil {
		return err
	}
	_, err := c.exec(ctx, insertToken, sqlfilter.TokenArgs(t, hash)...)
	if err != nil {
		return taken(err, &store.UniqueError{Attribute: "name"}, &store.UniqueError{Attribute: "secret"})
	}
	return audit(ctx, c, e)
}

// CreateToken stores a token.
func (s *Store) CreateToken(ctx context.Context, t cinode.Token, hash cinode.Hash, e store.AuditEntry) error {
	return s.transact(ctx, func(c *conn) error { return createToken(ctx, c, t, hash, e) })
}

// PutToken stores a token in place of one of the same name.
func (s *Store) PutToken(ctx context.Context, t cinode.Token, hash cinode.Hash, e store.AuditEntry) error {
	return s.transact(ctx, func(c *conn) error {
		if _, err := c.exec(ctx, "DELETE FROM tokens WHERE tenant_id = ?1 AND name_key = ?2", t.Tenant, cinode.NameKey(t.Name)); err != nil {
			return err
		}
		return createToken(ctx, c, t, hash, e)
	})
}

// Token reads a token by its name.
func (s *Store) Token(ctx context.Context, tenant int64, name string) (cinode.Token, error) {
	list, err := collect(ctx, s, sqlfilter.ScanToken, "SELECT "+sqlfilter.TokenColumns+" FROM tokens k WHERE k.tenant_id = ?1 AND k.name_key = ?2",
		tenant, cinode.NameKey(name))
	if err != nil || len(list) == 0 {
		return cinode.Token{}, cmp.Or(err, store.ErrNotFound)
	}
	return list[0], nil
}

// Tokens reads tokens of a tenant in the order they were made.
func (s *Store) Tokens(ctx context.Context, tenant int64, after string, limit int) ([]cinode.Token, error) {
	return collect(ctx, s, sqlfilter.ScanToken, "SELECT "+sqlfilter.TokenColumns+` FROM tokens k WHERE k.tenant_id = ?1 AND (?2 = '' OR (k.created, k.name_key) >
		(SELECT a.created, a.name_key FROM tokens a WHERE a.tenant_id = ?1 AND a.name_key = ?2)) ORDER BY k.created, k.name_key LIMIT ?3`,
		tenant, cinode.NameKey(after), limit)
}

// RevokeToken ends a token; one that is revoked stays so.
func (s *Store) RevokeToken(ctx context.Context, tenant int64, name string, at time.Time, e store.AuditEntry) error {
	return s.transact(ctx, func(c *conn) error {
		n, err := c.exec(ctx, "UPDATE tokens SET revoked = ?3 WHERE tenant_id = ?1 AND name_key = ?2 AND revoked = 0",
			tenant, cinode.NameKey(name), at.UnixMilli())
		if err != nil {
			return err
		}
		if n > 0 {
			return audit(ctx, c, e)
		}
		var one int
		return c.queryRow(ctx, "SELECT 1 FROM tokens WHERE tenant_id = ?1 AND name_key = ?2", []any{tenant, cinode.NameKey(name)}, &one)
	})
}

// TokenByHash finds a token and its tenant.
func (s *Store) TokenByHash(ctx context.Context, hash cinode.Hash) (a store.Access, err error) {
	text := "SELECT " + sqlfilter.TokenColumns + ", " + sqlfilter.TenantColumns + " FROM tokens k JOIN tenants t ON t.id = k.tenant_id WHERE k.hash = ?1"
	err = s.with(ctx, s.read, func(c *conn) error {
		a, err = sqlfilter.ScanAccess(func(targets ...any) error { return c.queryRow(ctx, text, []any{hash[:]}, targets...) })
		return err
	})
	return a, err
}

// TouchTokens remembers the last use of tokens.
func (s *Store) TouchTokens(ctx context.Context, uses []store.TokenUse) error {
	return s.transact(ctx, func(c *conn) error {
		for _, u := range uses {
			if _, err := c.exec(ctx, "UPDATE tokens SET used_at = ?2, used_address = ?3, used_client = ?4 WHERE hash = ?1",
				u.Hash[:], u.Use.At.UnixMilli(), u.Use.Address, u.Use.Client); err != nil {
				return err
			}
		}
		return nil
	})
}

// PutAdminKey stores the hash of the admin key.
func (s *Store) PutAdminKey(ctx context.Context, hash cinode.Hash, replace bool, e store.AuditEntry) error {
	text := "INSERT INTO settings (name, value) VALUES ('admin_key', ?1)"
	if replace {
		text += " ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value"
	}
	return s.transact(ctx, func(c *conn) error {
		n, err := c.exec(ctx, text, hash[:])
		if err != nil || n == 0 { // it is the key already
			return taken(err, err, store.ErrExists)
		}
		return audit(ctx, c, e)
	})
}

// AdminKey reads the hash of the admin key.
func (s *Store) AdminKey(ctx context.Context) (cinode.Hash, error) {
	var value []byte
	var hash cinode.Hash
	err := s.with(ctx, s.read, func(c *conn) error {
		return c.queryRow(ctx, "SELECT value FROM settings WHERE name = 'admin_key'", nil, &value)
	})
	copy(hash[:], value)
	return hash, err
}

// Secret gives the random bytes of a name, made once.
func (s *Store) Secret(ctx context.Context, name string) ([]byte, error) {
	fresh := make([]byte, store.SecretSize)
	_, _ = rand.Read(fresh) // never fails
	name = "secret:" + name // apart from other settings
	var value []byte
	err := s.transact(ctx, func(c *conn) error {
		if _, err := c.exec(ctx, "INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING", name, fresh); err != nil {
			return err
		}
		return c.queryRow(ctx, "SELECT value FROM settings WHERE name = ?1", []any{name}, &value)
	})
	return value, err
}
