// Package postgres is the store on PostgreSQL. It owns the SQL and the mapping
// of SQLSTATEs; what a filter means is sqlfilter's, migrations are
// store/migrate's.
//
// A read is one statement. A write is at most two round trips: the first
// begins, locks and reads, the second writes and commits; a create without
// members needs one. Statements that follow each other travel as one batch.
package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// poolSize is the number of connections where the URL does not say
// pool_max_conns: enough for commits to share a flush, and few enough for reads
// not to crowd each other out on a small machine.
const poolSize = 12

// readBuffer lets a page of resources arrive in a few reads; the driver's own
// buffer would take a dozen.
const readBuffer = 64 << 10

// slots is the number of counters a tenant has for a resource type. One row
// would make every create of a tenant wait for the one before.
const slots = 16

// Store implements store.Store.
type Store struct {
	pool *pgxpool.Pool
	// nested are the ids of tenants that were seen with groups in groups. It only
	// tells which statement to try first.
	nested sync.Map
}

var _ store.Store = (*Store)(nil)

// Open connects to a database that has been migrated.
func Open(ctx context.Context, url string) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the database URL cannot be read: %w", err)
	}
	if !regexp.MustCompile(`pool_max_conns=`).MatchString(url) {
		config.MaxConns = poolSize
	}
	config.ConnConfig.BuildFrontend = func(r io.Reader, w io.Writer) *pgproto3.Frontend {
		return pgproto3.NewFrontend(bufio.NewReaderSize(r, readBuffer), w)
	}
	// Whatever is asked for here is answered before compiling it would pay.
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "SET jit = off")
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	s := &Store{pool: pool}
	if err := s.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return s, nil
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return fmt.Errorf("PostgreSQL does not answer: %w", err)
	}
	return nil
}

// Close waits for connections in use and closes all.
func (s *Store) Close() { s.pool.Close() }

// attempts is how often a transaction is tried that the database broke off.
const attempts = 5

// write runs fn on one connection, again when the database chose it as the
// victim of a deadlock or it would have been one. fn sends its own begin and commit.
func (s *Store) write(ctx context.Context, fn func(*pgx.Conn) error) error {
	for try := 1; ; try++ {
		err := s.pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
			err := fn(c.Conn())
			if c.Conn().PgConn().TxStatus() != 'I' {
				rollback(ctx, c.Conn())
			}
			return err
		})
		if !isConflict(err) {
			return translate(err)
		}
		if try == attempts {
			return store.ErrBusy
		}
		if err := clock.Wait(ctx, time.Duration(try)*time.Duration(rand.Int64N(int64(5*time.Millisecond)))); err != nil { //nolint:gosec // jitter
			return err
		}
	}
}

// rollback also runs for a client that has gone; a connection that is still in
// a transaction afterwards is closed by the pool.
func rollback(ctx context.Context, c *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_, _ = c.Exec(ctx, "rollback")
}

// run sends a batch in one round trip and reads every answer.
func run(ctx context.Context, c *pgx.Conn, b *pgx.Batch) error {
	return c.SendBatch(ctx, b).Close()
}

func isConflict(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001" || pg.Code == "55P03")
}

// unique maps constraints to what is taken.
var unique = map[string]error{
	"uq_users_user_name":   &store.UniqueError{Attribute: "userName"},
	"uq_tokens_name":       &store.UniqueError{Attribute: "name"},
	"uq_links_awaited_key": store.ErrExists,
	"pk_tokens":            &store.UniqueError{Attribute: "secret"},
	"pk_tenants":           store.ErrExists,
	"pk_settings":          store.ErrExists,
}

// shard is what Citus puts behind the name of a constraint.
var shard = regexp.MustCompile(`_\d{6,}$`)

// translate turns a driver's error into the store's.
func translate(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return store.ErrNotFound
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "22012" { // count
		return store.ErrNotFound
	}
	if errors.As(err, &pg) && pg.Code == "23505" {
		if known, ok := unique[shard.ReplaceAllString(pg.ConstraintName, "")]; ok {
			return known
		}
	}
	return err
}

// tables are the tables of the resource types.
var tables = map[string]string{"User": "users", "Group": "groups"}
