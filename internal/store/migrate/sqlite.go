package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
	driver "github.com/golang-migrate/migrate/v4/database/sqlite"

	"github.com/cinode-scim/cinode-scim/migrations"
)

// SQLiteName is the data source name of a file for the driver "sqlite", with
// parameters of the driver. Whatever the path holds is taken literally.
func SQLiteName(path, parameters string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find the database file: %w", err)
	}
	return "file:" + (&url.URL{Path: absolute}).EscapedPath() + "?" + parameters, nil
}

func withSQLite(ctx context.Context, path string, create bool, fn func(*schema) error) error {
	if err := ensureFile(path, create); err != nil {
		return err
	}
	// golang-migrate's lock covers one handle of one process.
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, pause); err != nil {
		return fmt.Errorf("lock the database for migration: %w", err)
	}
	defer lock.Unlock() //nolint:errcheck // the end of the process unlocks too
	name, err := SQLiteName(path, "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	return errors.Join(onSQLite(ctx, db, fn), db.Close())
}

// ensureFile keeps the file from others than its owner: it holds personal data.
// SQLite gives the files beside it the same rights.
func ensureFile(path string, create bool) error {
	flags := os.O_RDWR
	if create {
		flags |= os.O_CREATE
	}
	f, err := os.OpenFile(path, flags, 0o600) //nolint:gosec // the path is the operator's
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no database %s; check the path and that its folder exists", path)
	}
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	return f.Close()
}

func onSQLite(ctx context.Context, db *sql.DB, fn func(*schema) error) error {
	if err := db.PingContext(ctx); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	d, err := driver.WithInstance(db, &driver.Config{})
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	return run(ctx, d, migrations.SQLite, "sqlite", fn)
}

// UpSQLite brings the database behind a handle to the newest schema and leaves
// the handle open. It takes no lock: it is for databases in memory.
func UpSQLite(ctx context.Context, db *sql.DB) error {
	return onSQLite(ctx, db, (*schema).up)
}
