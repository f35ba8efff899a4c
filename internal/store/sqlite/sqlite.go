// Package sqlite is the store on SQLite, a file or a database in memory. It
// owns the SQL, the connections and the mapping of result codes; what a filter
// means is sqlfilter's, migrations are store/migrate's.
//
// A file has one connection that writes and several that read, each statement
// of its own snapshot (WAL). A database in memory has one connection for both:
// SQLite's locks between connections to it would make them wait by sleeping.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
)

// readers is the number of connections that read.
const readers = 8

// The settings of a connection. A commit that was answered survives the loss
// of power (synchronous FULL).
const (
	filePragmas   = "_pragma=busy_timeout(1000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"
	readerPragmas = "_pragma=busy_timeout(1000)&_pragma=query_only(1)"
	memoryPragmas = "_pragma=foreign_keys(1)"
)

// Store implements store.Store.
type Store struct {
	write, read pool // the same for a database in memory
	handles     []*sql.DB
	name        string // of the data source
	memory      bool
	closed      chan struct{}
	close       sync.Once
}

var _ store.Store = (*Store)(nil)

// databases numbers the databases in memory of this process.
var databases atomic.Int64

// Open opens a database file that has been migrated, or with ":memory:" a new
// database of this store alone, which Migrate must fill.
func Open(ctx context.Context, path string) (*Store, error) {
	s := &Store{closed: make(chan struct{}), memory: path == migrate.Memory}
	if err := s.open(ctx, path); err != nil {
		s.Close()
		return nil, fmt.Errorf("open the database %s: %w", path, err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, path string) error {
	if s.memory {
		s.name = fmt.Sprintf("file:/cinode-scim-%d?vfs=memdb&%s", databases.Add(1), memoryPragmas)
		var err error
		s.write, err = s.connect(ctx, s.name, 1)
		s.read = s.write
		return err
	}
	var err error
	if s.name, err = migrate.SQLiteName(path, filePragmas); err != nil {
		return err
	}
	if s.write, err = s.connect(ctx, s.name, 1); err != nil {
		return err
	}
	name, err := migrate.SQLiteName(path, readerPragmas)
	if err != nil {
		return err
	}
	s.read, err = s.connect(ctx, name, readers)
	return err
}

// connect opens a handle and all its connections.
func (s *Store) connect(ctx context.Context, name string, n int) (pool, error) {
	if err := register(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	s.handles = append(s.handles, db)
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	p := make(pool, n)
	for range n {
		err := retry(ctx, func() error {
			c, err := db.Conn(ctx)
			if err == nil {
				p <- &conn{Conn: c, statements: map[string]statement{}}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Migrate brings the schema of a database in memory up to date. A file is
// migrated before it is opened, under a lock that other processes heed.
func (s *Store) Migrate(ctx context.Context) error {
	if !s.memory {
		return errors.New("a database file is migrated before it is opened")
	}
	return s.with(ctx, s.write, func(*conn) error {
		db, err := sql.Open("sqlite", s.name)
		if err != nil {
			return err
		}
		return errors.Join(migrate.UpSQLite(ctx, db), db.Close())
	})
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	err := s.with(ctx, s.read, func(c *conn) error {
		var one int
		return c.queryRow(ctx, "SELECT 1", nil, &one)
	})
	if err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	return nil
}

// Close waits for connections in use and closes all.
func (s *Store) Close() {
	s.close.Do(func() {
		close(s.closed)
		s.write.close()
		if !s.memory {
			s.read.close()
		}
		for _, db := range s.handles {
			_ = db.Close()
		}
	})
}
