package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	driver "github.com/golang-migrate/migrate/v4/database/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/migrations"
)

// lockKey is the advisory lock of this program; any number would do.
const lockKey = 0x63736369_6d6d6967

// pause is the time between two looks at a lock that another process holds.
const pause = 50 * time.Millisecond

func withPostgres(ctx context.Context, url string, fn func(*schema) error) error {
	// The pool's parser, because the URL may have settings for a pool.
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("the database URL cannot be read: %w", err)
	}
	db := stdlib.OpenDB(*config.ConnConfig)
	defer db.Close() //nolint:errcheck // closed already where all went well
	if err := db.PingContext(ctx); err != nil {
		return fmt.Errorf("PostgreSQL does not answer: %w", err)
	}
	unlock, err := lockPostgres(ctx, db)
	if err != nil {
		return fmt.Errorf("lock the database for migration: %w", err)
	}
	defer unlock()
	d, err := driver.WithInstance(db, &driver.Config{})
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	err = run(ctx, d, migrations.Postgres, "postgres", fn)
	unlock()
	return errors.Join(err, d.Close())
}

// lockPostgres waits for the lock. golang-migrate's own gives up after 15
// seconds and is taken after the version was read, when a migration that runs
// elsewhere looks like one that failed. The lock belongs to a transaction, so
// that it holds behind a pooler too, and is tried rather than waited for: a
// waiting statement would hold up CREATE INDEX CONCURRENTLY.
func lockPostgres(ctx context.Context, db *sql.DB) (unlock func(), err error) {
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return nil, err
	}
	unlock = func() { _ = tx.Rollback() }
	if _, err := tx.ExecContext(ctx, "SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil {
		unlock()
		return nil, err
	}
	for {
		var locked bool
		err := tx.QueryRowContext(ctx, "SELECT pg_try_advisory_xact_lock($1)", int64(lockKey)).Scan(&locked)
		if err == nil && locked {
			return unlock, nil
		}
		if err == nil {
			err = clock.Wait(ctx, pause)
		}
		if err != nil {
			unlock()
			return nil, err
		}
	}
}
