package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/store/postgres"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlite"
)

// DatabaseError says that the database cannot be reached or used: exit code 3.
type DatabaseError struct{ err error }

func (e *DatabaseError) Error() string { return e.err.Error() }

// Unwrap gives the cause.
func (e *DatabaseError) Unwrap() error { return e.err }

// Database is a database with all that is kept in it.
type Database interface {
	store.Store
	journal.Store
}

// OpenStore opens a database by the value of --database, and brings its schema
// up to date where asked to.
func OpenStore(ctx context.Context, database string, up bool) (Database, error) {
	db, err := openStore(ctx, database, up)
	if err != nil {
		return nil, &DatabaseError{err}
	}
	return db, nil
}

func openStore(ctx context.Context, database string, up bool) (Database, error) {
	if database == ":memory:" {
		db, err := sqlite.Open(ctx, database)
		if err != nil {
			return nil, err
		}
		return db, db.Migrate(ctx)
	}
	if up {
		if err := migrate.Up(ctx, database); err != nil {
			return nil, err
		}
	} else if err := migrate.Check(ctx, database); err != nil {
		return nil, err
	}
	if migrate.IsPostgres(database) {
		return postgres.Open(ctx, database)
	}
	return sqlite.Open(ctx, database)
}

// Welcome is what the first start made.
type Welcome struct {
	Token    string // the secret of the first tenant's token, empty if none was made
	AdminKey string // the admin key, empty if there was one
}

// firstTenant is the id of the tenant that the first start makes.
const firstTenant = 1

// bootstrap makes what a server needs to be used: a tenant, a token, an admin
// key, and the fixed tokens of the command line. Of processes that start at
// once on one database each thing is made, and shown, by one.
func bootstrap(ctx context.Context, db store.Store, c *config.Config, now clock.Clock) (Welcome, error) {
	var w Welcome
	tenants, err := db.Tenants(ctx, 0, 1)
	if err != nil {
		return w, &DatabaseError{err}
	}
	if len(tenants) == 0 {
		if w.Token, err = makeFirstTenant(ctx, db, c, now); err != nil {
			return w, err
		}
	}
	for _, t := range c.Tokens {
		if err := putFixedToken(ctx, db, c, t, now); err != nil {
			return w, err
		}
	}
	w.AdminKey, err = makeAdminKey(ctx, db, c, now)
	return w, err
}

// atStart is a line of the audit log about what a start of the server makes.
func atStart(tenant int64, action, target string, now clock.Clock) store.AuditEntry {
	return store.AuditEntry{By: store.By{Actor: "start"}, Tenant: tenant, At: now.Now(), Action: action, Target: target}
}

func makeFirstTenant(ctx context.Context, db store.Store, c *config.Config, now clock.Clock) (string, error) {
	_, err := db.CreateTenant(ctx, cinode.Tenant{ID: firstTenant, Name: "Tenant 1", Persona: c.Persona, Created: now.Now()},
		atStart(firstTenant, "tenant.create", "", now))
	if errors.Is(err, store.ErrExists) || err == nil && hasToken(c.Tokens, firstTenant) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("create the first tenant: %w", err)
	}
	secret := cinode.NewTokenSecret()
	token := scimToken(firstTenant, "first", now)
	if err := db.CreateToken(ctx, token, cinode.HashSecret(secret), atStart(firstTenant, "token.create", "tokens/"+token.Name, now)); err != nil {
		return "", fmt.Errorf("create the first token: %w", err)
	}
	return secret, nil
}

func hasToken(tokens []config.Token, tenant int64) bool {
	for _, t := range tokens {
		if t.Tenant == tenant {
			return true
		}
	}
	return false
}

// scimToken is a token with every right for a year.
func scimToken(tenant int64, name string, now clock.Clock) cinode.Token {
	created := now.Now()
	return cinode.Token{
		Tenant: tenant, Name: name, Audience: cinode.AudienceSCIM, Scopes: cinode.AllScopes,
		Created: created, Expires: created.AddDate(1, 0, 0),
	}
}

// fresh is how much longer than that a fixed token must be good to be left as it is.
const fresh = 183 * 24 * time.Hour

// putFixedTokens makes the fixed tokens of a tenant good again.
func (s *Server) putFixedTokens(ctx context.Context, tenant int64) error {
	for _, t := range s.config.Tokens {
		if t.Tenant != tenant {
			continue
		}
		if err := putFixedToken(ctx, s.store, s.config, t, s.clock); err != nil {
			return err
		}
	}
	return nil
}

func putFixedToken(ctx context.Context, db store.Store, c *config.Config, t config.Token, now clock.Clock) error {
	there, err := db.TokenByHash(ctx, cinode.HashSecret(t.Secret))
	if err == nil && isFresh(there.Token, t, now) {
		return nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	_, err = db.Tenant(ctx, t.Tenant)
	if errors.Is(err, store.ErrNotFound) {
		_, err = db.CreateTenant(ctx, cinode.Tenant{
			ID: t.Tenant, Name: fmt.Sprintf("Tenant %d", t.Tenant), Persona: c.Persona, Created: now.Now(),
		}, atStart(t.Tenant, "tenant.create", "", now))
	}
	if err != nil && !errors.Is(err, store.ErrExists) {
		return fmt.Errorf("tenant %d of --token: %w", t.Tenant, err)
	}
	err = db.PutToken(ctx, scimToken(t.Tenant, t.Name, now), cinode.HashSecret(t.Secret), atStart(t.Tenant, "token.replace", "tokens/"+t.Name, now))
	var taken *store.UniqueError
	if errors.As(err, &taken) {
		return &config.Error{Message: fmt.Sprintf("the secret of --token %s is another token's; choose a different one", t.Name)}
	}
	return err
}

// isFresh reports whether a token is the one that the command line gives, and need
// not be renewed.
func isFresh(there cinode.Token, given config.Token, now clock.Clock) bool {
	return there.Tenant == given.Tenant && cinode.NameKey(there.Name) == cinode.NameKey(given.Name) && there.Opens(now.Now()) &&
		there.Expires.Sub(now.Now()) > fresh
}

func makeAdminKey(ctx context.Context, db store.Store, c *config.Config, now clock.Clock) (string, error) {
	if c.AdminKey != "" {
		return "", db.PutAdminKey(ctx, cinode.HashSecret(c.AdminKey), true, atStart(0, "admin-key.replace", "", now))
	}
	_, err := db.AdminKey(ctx)
	if !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	key := cinode.NewAdminKey()
	if err = db.PutAdminKey(ctx, cinode.HashSecret(key), false, atStart(0, "admin-key.create", "", now)); errors.Is(err, store.ErrExists) {
		return "", nil
	}
	return key, err
}
