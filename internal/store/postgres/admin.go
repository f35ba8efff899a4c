package postgres

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// CreateTenant makes a tenant and its counters.
func (s *Store) CreateTenant(ctx context.Context, t cinode.Tenant) (cinode.Tenant, error) {
	switches, mappings, err := store.EncodeBehaviour(t)
	if err != nil {
		return t, err
	}
	err = s.write(ctx, func(c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			if t.ID == 0 {
				if err := tx.QueryRow(ctx, "SELECT nextval('tenant_ids')").Scan(&t.ID); err != nil {
					return err
				}
			} else if _, err := tx.Exec(ctx, "SELECT setval('tenant_ids', GREATEST($1, (SELECT last_value FROM tenant_ids)))", t.ID); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO tenants (id, name, persona, strict, skip_unknown_members, switches, mappings, created)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
				t.ID, t.Name, t.Persona, t.Strict, t.SkipUnknownMembers, switches, mappings, t.Created.UnixMilli()); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `INSERT INTO resource_counts (tenant_id, type, slot, n)
				SELECT $1, type, slot, 0 FROM unnest(ARRAY['Group', 'User']) type, generate_series(0, $2) slot`, t.ID, slots-1)
			return err
		})
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

func scanTenant(row pgx.CollectableRow) (cinode.Tenant, error) {
	var r tenantRow
	if err := row.Scan(r.targets()...); err != nil {
		return cinode.Tenant{}, err
	}
	return r.finish()
}

// Tenant reads one tenant.
func (s *Store) Tenant(ctx context.Context, id int64) (cinode.Tenant, error) {
	rows, err := s.pool.Query(ctx, "SELECT "+tenantColumns+" FROM tenants t WHERE t.id = $1", id)
	if err != nil {
		return cinode.Tenant{}, translate(err)
	}
	t, err := pgx.CollectExactlyOneRow(rows, scanTenant)
	return t, translate(err)
}

// Tenants reads all tenants in the order of their ids.
func (s *Store) Tenants(ctx context.Context) ([]cinode.Tenant, error) {
	rows, err := s.pool.Query(ctx, "SELECT "+tenantColumns+" FROM tenants t ORDER BY t.id")
	if err != nil {
		return nil, translate(err)
	}
	list, err := pgx.CollectRows(rows, scanTenant)
	return list, translate(err)
}

// SetBehaviour changes what a tenant is but for its id and age.
func (s *Store) SetBehaviour(ctx context.Context, t cinode.Tenant) error {
	switches, mappings, err := store.EncodeBehaviour(t)
	if err != nil {
		return err
	}
	tag, err := s.pool.Exec(ctx, "UPDATE tenants SET name = $2, persona = $3, strict = $4, skip_unknown_members = $5, switches = $6, mappings = $7 WHERE id = $1",
		t.ID, t.Name, t.Persona, t.Strict, t.SkipUnknownMembers, switches, mappings)
	if err == nil && tag.RowsAffected() == 0 {
		return store.ErrNotFound
	}
	return translate(err)
}

// DeleteTenant removes a tenant with all that it has.
func (s *Store) DeleteTenant(ctx context.Context, id int64) error {
	return s.write(ctx, func(c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, "DELETE FROM tenants WHERE id = $1", id)
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 0 {
				return store.ErrNotFound
			}
			for _, table := range []string{
				"tokens", "memberships", "groups", "users", "teams", "roles", "links", "team_members", "user_roles", "resource_counts",
			} {
				if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE tenant_id = $1", id); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

const insertToken = `INSERT INTO tokens (hash, tenant_id, name, name_key, audience, scopes, user_id, created, expires, revoked, used_at, used_address, used_client)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '', '')`

// CreateToken stores a token.
func (s *Store) CreateToken(ctx context.Context, t cinode.Token, hash cinode.Hash) error {
	return s.write(ctx, func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, insertToken, tokenArgs(t, hash)...)
		return err
	})
}

// PutToken stores a token in place of one of the same name.
func (s *Store) PutToken(ctx context.Context, t cinode.Token, hash cinode.Hash) error {
	return s.write(ctx, func(c *pgx.Conn) error {
		b := &pgx.Batch{}
		b.Queue("DELETE FROM tokens WHERE tenant_id = $1 AND name_key = $2", t.Tenant, t.NameKey())
		b.Queue(insertToken, tokenArgs(t, hash)...)
		return run(ctx, c, b)
	})
}

func tokenArgs(t cinode.Token, hash cinode.Hash) []any {
	return []any{hash[:], t.Tenant, t.Name, t.NameKey(), t.Audience, cinode.JoinScopes(t.Scopes), t.UserID, t.Created.UnixMilli(), t.Expires.UnixMilli()}
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
	rows, err := s.pool.Query(ctx, "SELECT "+tokenColumns+" FROM tokens k WHERE k.tenant_id = $1 ORDER BY k.created, k.name_key", tenant)
	if err != nil {
		return nil, translate(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (cinode.Token, error) {
		var r tokenRow
		if err := row.Scan(r.targets()...); err != nil {
			return r.token, err
		}
		return r.finish()
	})
	return list, translate(err)
}

// RevokeToken ends a token; one that is revoked stays so.
func (s *Store) RevokeToken(ctx context.Context, tenant int64, name string, at time.Time) error {
	tag, err := s.pool.Exec(ctx, "UPDATE tokens SET revoked = CASE revoked WHEN 0 THEN $3 ELSE revoked END WHERE tenant_id = $1 AND name_key = $2",
		tenant, cinode.Token{Name: name}.NameKey(), at.UnixMilli())
	if err == nil && tag.RowsAffected() == 0 {
		return store.ErrNotFound
	}
	return translate(err)
}

// TokenByHash finds a token and its tenant.
func (s *Store) TokenByHash(ctx context.Context, hash cinode.Hash) (store.Access, error) {
	var token tokenRow
	var tenant tenantRow
	var a store.Access
	err := s.pool.QueryRow(ctx, "SELECT "+tokenColumns+", "+tenantColumns+" FROM tokens k JOIN tenants t ON t.id = k.tenant_id WHERE k.hash = $1", hash[:]).
		Scan(append(token.targets(), tenant.targets()...)...)
	if err != nil {
		return a, translate(err)
	}
	if a.Tenant, err = tenant.finish(); err != nil {
		return a, err
	}
	a.Token, err = token.finish()
	return a, err
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
func (s *Store) PutAdminKey(ctx context.Context, hash cinode.Hash, replace bool) error {
	sql := "INSERT INTO settings (name, value) VALUES ('admin_key', $1)"
	if replace {
		sql += " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
	}
	_, err := s.pool.Exec(ctx, sql, hash[:])
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
