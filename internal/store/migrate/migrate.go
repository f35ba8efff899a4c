// Package migrate moves the schema of a database up and down with
// golang-migrate and the embedded migrations. It owns the lock under which
// that happens, so that any number of processes may start at once, and refuses
// a schema that is newer than the binary or was left half way. What the tables
// are for is the stores' business.
package migrate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	"github.com/golang-migrate/migrate/v4/source"
	"github.com/golang-migrate/migrate/v4/source/iofs"
)

// Memory is the name of the database that lives in a store of this process and
// is migrated by that store.
const Memory = ":memory:"

// Up brings a database to the newest schema. The database is a postgres:// URL
// or the path of an SQLite file, which is created if need be.
func Up(ctx context.Context, database string) error {
	return with(ctx, database, true, (*schema).up)
}

// Check refuses a database whose schema is not the newest, for a server that is
// told not to migrate.
func Check(ctx context.Context, database string) error {
	return with(ctx, database, false, func(s *schema) error {
		version, err := s.check()
		if err == nil && version < s.latest {
			err = fmt.Errorf("the database has schema version %d and this binary needs %d: run `cinode-scim migrate up`, or serve without --migrate=false",
				max(version, 0), s.latest)
		}
		return err
	})
}

// Down takes back that many migrations, or as many as there are.
func Down(ctx context.Context, database string, steps int) error {
	if steps < 1 {
		return fmt.Errorf("cannot take back %d migrations; give the number, 1 or more", steps)
	}
	return with(ctx, database, false, func(s *schema) error { return s.down(steps) })
}

// Version is the version of the schema, 0 before the first migration. Dirty
// says that a migration did not finish.
func Version(ctx context.Context, database string) (version uint, dirty bool, err error) {
	err = with(ctx, database, false, func(s *schema) error {
		var v int
		v, dirty, err = s.driver.Version()
		version = uint(max(v, 0)) //nolint:gosec // not negative
		return err
	})
	return version, dirty, err
}

// Force records a version, 0 for none, without running anything, as the cure
// for a dirty schema.
func Force(ctx context.Context, database string, version int) error {
	return with(ctx, database, false, func(s *schema) error { return s.force(version) })
}

func with(ctx context.Context, database string, create bool, fn func(*schema) error) error {
	switch {
	case IsPostgres(database):
		return withPostgres(ctx, database, fn)
	case database == Memory:
		return errors.New("a :memory: database is migrated by the server that holds it; name a file or a postgres:// URL")
	default:
		return withSQLite(ctx, database, create, fn)
	}
}

// IsPostgres tells a PostgreSQL URL from the path of an SQLite file.
func IsPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// schema is a database whose migration lock is held.
type schema struct {
	migrate *migrate.Migrate
	driver  database.Driver
	latest  int // the newest version this binary knows
}

// run calls fn with the schema behind a driver. It leaves the driver open.
func run(ctx context.Context, driver database.Driver, files fs.FS, folder string, fn func(*schema) error) error {
	src, err := iofs.New(files, folder)
	if err != nil {
		return fmt.Errorf("read the embedded migrations: %w", err)
	}
	latest, err := newest(src)
	if err != nil {
		return fmt.Errorf("read the embedded migrations: %w", err)
	}
	m, err := migrate.NewWithInstance("embedded", src, folder, driver)
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { m.GracefulStop <- true })
	defer stop()
	if err := fn(&schema{migrate: m, driver: driver, latest: latest}); err != nil {
		return err
	}
	return ctx.Err()
}

func newest(src source.Driver) (int, error) {
	version, err := src.First()
	for err == nil {
		var next uint
		if next, err = src.Next(version); err == nil {
			version = next
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return int(version), err //nolint:gosec // a handful
}

// check refuses what must not be migrated; the answer is the version, -1 for
// none.
func (s *schema) check() (int, error) {
	version, dirty, err := s.driver.Version()
	switch {
	case err != nil:
		return 0, fmt.Errorf("read the schema version: %w", err)
	case dirty:
		return 0, fmt.Errorf("a migration to schema version %d did not finish: see which version the tables have, normally %d, "+
			"and record it with `cinode-scim migrate force N`", max(version, 0), max(version-1, 0))
	case version > s.latest:
		return 0, fmt.Errorf("the database has schema version %d and this binary knows versions up to %d: use the newer binary that migrated it",
			version, s.latest)
	default:
		return version, nil
	}
}

func (s *schema) up() error {
	if _, err := s.check(); err != nil {
		return err
	}
	if err := s.migrate.Up(); err != nil && !errors.Is(err, migrate.ErrNoChange) {
		return fmt.Errorf("migrate up: %w", err)
	}
	return nil
}

func (s *schema) down(steps int) error {
	version, err := s.check()
	if err != nil || version < 0 {
		return err
	}
	var fewer migrate.ErrShortLimit
	if err := s.migrate.Steps(-steps); err != nil && !errors.As(err, &fewer) {
		return fmt.Errorf("migrate down: %w", err)
	}
	return nil
}

// UnknownVersionError says that a version was asked for which this binary does
// not know.
type UnknownVersionError struct{ Version, Latest int }

func (e *UnknownVersionError) Error() string {
	return fmt.Sprintf("there is no schema version %d; give one from 0 (no tables) to %d", e.Version, e.Latest)
}

func (s *schema) force(version int) error {
	if version < 0 || version > s.latest {
		return &UnknownVersionError{Version: version, Latest: s.latest}
	}
	if version == 0 {
		version = database.NilVersion
	}
	if err := s.migrate.Force(version); err != nil {
		return fmt.Errorf("force the schema version: %w", err)
	}
	return nil
}
