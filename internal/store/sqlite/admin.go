package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// CreateTenant makes a tenant.
func (s *Store) CreateTenant(ctx context.Context, t cinode.Tenant) (cinode.Tenant, error) {
	switches, mappings, err := store.EncodeBehaviour(t)
	if err != nil {
		return t, err
	}
	err = s.transact(ctx, func(c *conn) error {
		if err := c.queryRow(ctx, "UPDATE tenant_ids SET last = max(last + (?1 = 0), ?1) RETURNING iif(?1 = 0, last, ?1)",
			[]any{t.ID}, &t.ID); err != nil {
			return err
		}
		_, err := c.exec(ctx, `INSERT INTO tenants (id, name, persona, strict, skip_unknown_members, switches, mappings, created)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
			t.ID, t.Name, t.Persona, t.Strict, t.SkipUnknownMembers, switches, mappings, t.Created.UnixMilli())
		return taken(err, err, store.ErrExists)
	})
	return t, err
}

const tenantColumns = "t.id, t.name, t.persona, t.strict, t.skip_unknown_members, t.switches, t.mappings, t.created"

// tenantRow is a tenant as its columns have it.
type tenantRow struct {
	tenant             cinode.Tenant
	switches, mappings string
	created            int64
}

func (r *tenantRow) targets() []any {
	t := &r.tenant
	return []any{&t.ID, &t.Name, &t.Persona, &t.Strict, &t.SkipUnknownMembers, &r.switches, &r.mappings, &r.created}
}

func (r *tenantRow) finish() (cinode.Tenant, error) {
	r.tenant.Created = fromMillis(r.created)
	err := store.DecodeBehaviour(&r.tenant, r.switches, r.mappings)
	return r.tenant, err
}

// Tenant reads one tenant.
func (s *Store) Tenant(ctx context.Context, id int64) (cinode.Tenant, error) {
	var r tenantRow
	err := s.with(ctx, s.read, func(c *conn) error {
		return c.queryRow(ctx, "SELECT "+tenantColumns+" FROM tenants t WHERE t.id = ?1", []any{id}, r.targets()...)
	})
	if err != nil {
		return cinode.Tenant{}, err
	}
	return r.finish()
}

// Tenants reads all tenants in the order of their ids.
func (s *Store) Tenants(ctx context.Context) ([]cinode.Tenant, error) {
	var list []cinode.Tenant
	err := s.with(ctx, s.read, func(c *conn) error {
		list = nil
		return c.query(ctx, "SELECT "+tenantColumns+" FROM tenants t ORDER BY t.id", nil, func(rows *sql.Rows) error {
			var r tenantRow
			if err := rows.Scan(r.targets()...); err != nil {
				return err
			}
			t, err := r.finish()
			list = append(list, t)
			return err
		})
	})
	return list, err
}

// SetBehaviour changes what a tenant is but for its id and age.
func (s *Store) SetBehaviour(ctx context.Context, t cinode.Tenant) error {
	switches, mappings, err := store.EncodeBehaviour(t)
	if err != nil {
		return err
	}
	return s.transact(ctx, func(c *conn) error {
		n, err := c.exec(ctx, `UPDATE tenants SET name = ?2, persona = ?3, strict = ?4, skip_unknown_members = ?5, switches = ?6, mappings = ?7
			WHERE id = ?1`, t.ID, t.Name, t.Persona, t.Strict, t.SkipUnknownMembers, switches, mappings)
		if err == nil && n == 0 {
			return store.ErrNotFound
		}
		return err
	})
}

// DeleteTenant removes a tenant with all that it has.
func (s *Store) DeleteTenant(ctx context.Context, id int64) error {
	return s.transact(ctx, func(c *conn) error {
		n, err := c.exec(ctx, "DELETE FROM tenants WHERE id = ?1", id)
		if err != nil {
			return err
		}
		if n == 0 {
			return store.ErrNotFound
		}
		for _, table := range []string{
			"tokens", "memberships", "resource_keys", "resource_counts", "groups", "users", "teams", "roles", "links", "team_members", "user_roles",
		} {
			if _, err := c.exec(ctx, "DELETE FROM "+table+" WHERE tenant_id = ?1", id); err != nil {
				return err
			}
		}
		return nil
	})
}

const insertToken = `INSERT INTO tokens (hash, tenant_id, name, name_key, audience, scopes, user_id, created, expires, revoked,
	used_at, used_address, used_client) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, '', '')`

func createToken(ctx context.Context, c *conn, t cinode.Token, hash cinode.Hash) error {
	_, err := c.exec(ctx, insertToken, hash[:], t.Tenant, t.Name, t.NameKey(), t.Audience, cinode.JoinScopes(t.Scopes), t.UserID,
		t.Created.UnixMilli(), t.Expires.UnixMilli())
	return taken(err, &store.UniqueError{Attribute: "name"}, &store.UniqueError{Attribute: "secret"})
}

// CreateToken stores a token.
func (s *Store) CreateToken(ctx context.Context, t cinode.Token, hash cinode.Hash) error {
	return s.transact(ctx, func(c *conn) error { return createToken(ctx, c, t, hash) })
}

// PutToken stores a token in place of one of the same name.
func (s *Store) PutToken(ctx context.Context, t cinode.Token, hash cinode.Hash) error {
	return s.transact(ctx, func(c *conn) error {
		if _, err := c.exec(ctx, "DELETE FROM tokens WHERE tenant_id = ?1 AND name_key = ?2", t.Tenant, t.NameKey()); err != nil {
			return err
		}
		return createToken(ctx, c, t, hash)
	})
}

const tokenColumns = "k.tenant_id, k.name, k.audience, k.scopes, k.user_id, k.created, k.expires, k.revoked, k.used_at, k.used_address, k.used_client"

// tokenRow is a token as its columns have it.
type tokenRow struct {
	token                           cinode.Token
	scopes                          string
	created, expires, revoked, used int64
}

func (r *tokenRow) targets() []any {
	return []any{&r.token.Tenant, &r.token.Name, &r.token.Audience, &r.scopes, &r.token.UserID, &r.created, &r.expires,
		&r.revoked, &r.used, &r.token.LastUsed.Address, &r.token.LastUsed.Client}
}

func (r *tokenRow) finish() (cinode.Token, error) {
	t := r.token
	t.Created, t.Expires, t.Revoked, t.LastUsed.At = fromMillis(r.created), fromMillis(r.expires), fromMillis(r.revoked), fromMillis(r.used)
	var err error
	t.Scopes, err = cinode.ParseScopes(r.scopes)
	return t, err
}

// fromMillis reads a time; 0 stands for none.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Tokens reads the tokens of a tenant in the order they were made.
func (s *Store) Tokens(ctx context.Context, tenant int64) ([]cinode.Token, error) {
	var list []cinode.Token
	err := s.with(ctx, s.read, func(c *conn) error {
		list = nil
		text := "SELECT " + tokenColumns + " FROM tokens k WHERE k.tenant_id = ?1 ORDER BY k.created, k.name_key"
		return c.query(ctx, text, []any{tenant}, func(rows *sql.Rows) error {
			var r tokenRow
			if err := rows.Scan(r.targets()...); err != nil {
				return err
			}
			t, err := r.finish()
			list = append(list, t)
			return err
		})
	})
	return list, err
}

// RevokeToken ends a token; one that is revoked stays so.
func (s *Store) RevokeToken(ctx context.Context, tenant int64, name string, at time.Time) error {
	return s.transact(ctx, func(c *conn) error {
		n, err := c.exec(ctx, "UPDATE tokens SET revoked = iif(revoked = 0, ?3, revoked) WHERE tenant_id = ?1 AND name_key = ?2",
			tenant, cinode.Token{Name: name}.NameKey(), at.UnixMilli())
		if err == nil && n == 0 {
			return store.ErrNotFound
		}
		return err
	})
}

// TokenByHash finds a token and its tenant.
func (s *Store) TokenByHash(ctx context.Context, hash cinode.Hash) (store.Access, error) {
	var token tokenRow
	var tenant tenantRow
	text := "SELECT " + tokenColumns + ", " + tenantColumns + " FROM tokens k JOIN tenants t ON t.id = k.tenant_id WHERE k.hash = ?1"
	err := s.with(ctx, s.read, func(c *conn) error {
		return c.queryRow(ctx, text, []any{hash[:]}, append(token.targets(), tenant.targets()...)...)
	})
	if err != nil {
		return store.Access{}, err
	}
	var a store.Access
	if a.Tenant, err = tenant.finish(); err != nil {
		return a, err
	}
	a.Token, err = token.finish()
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
func (s *Store) PutAdminKey(ctx context.Context, hash cinode.Hash, replace bool) error {
	text := "INSERT INTO settings (name, value) VALUES ('admin_key', ?1)"
	if replace {
		text += " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
	}
	return s.transact(ctx, func(c *conn) error {
		_, err := c.exec(ctx, text, hash[:])
		return taken(err, err, store.ErrExists)
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
