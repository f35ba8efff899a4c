package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"modernc.org/sqlite"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// pool holds the connections that nobody uses.
type pool chan *conn

// close waits for every connection.
func (p pool) close() {
	for range cap(p) {
		(<-p).close()
	}
}

// conn is a connection with the statements prepared on it. Who has taken it
// from its pool has it alone.
type conn struct {
	*sql.Conn
	statements map[string]statement
}

// statement is a prepared statement that lives as long as its connection, or
// until others take its place.
type statement struct{ *sql.Stmt }

func (c *conn) close() {
	for _, st := range c.statements {
		_ = st.Close()
	}
	_ = c.Close()
}

// maxStatements bounds the prepared statements of a connection: clients may
// send any number of different filters.
const maxStatements = 256

func (c *conn) prepare(ctx context.Context, text string) (statement, error) {
	if st, ok := c.statements[text]; ok {
		return st, nil
	}
	if len(c.statements) == maxStatements {
		for other, st := range c.statements { // any
			_ = st.Close()
			delete(c.statements, other)
			break
		}
	}
	st, err := c.PrepareContext(ctx, text)
	if err != nil {
		return statement{}, err
	}
	c.statements[text] = statement{st}
	return statement{st}, nil
}

func (c *conn) exec(ctx context.Context, text string, args ...any) (affected int64, err error) {
	st, err := c.prepare(ctx, text)
	if err != nil {
		return 0, err
	}
	result, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// queryRow reads the first row into targets, or fails with sql.ErrNoRows.
func (c *conn) queryRow(ctx context.Context, text string, args []any, targets ...any) error {
	st, err := c.prepare(ctx, text)
	if err != nil {
		return err
	}
	return st.QueryRowContext(ctx, args...).Scan(targets...)
}

// query calls each for every row.
func (c *conn) query(ctx context.Context, text string, args []any, each func(*sql.Rows) error) error {
	st, err := c.prepare(ctx, text)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err has the error
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

var errClosed = errors.New("the store is closed")

// with runs fn on a connection of the pool, again when another process has the
// database locked.
func (s *Store) with(ctx context.Context, p pool, fn func(*conn) error) error {
	select {
	case <-s.closed:
		return errClosed
	default:
	}
	select {
	case c := <-p:
		defer func() { p <- c }()
		return translate(retry(ctx, func() error { return fn(c) }))
	case <-s.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// transact runs fn in a transaction that may write. It has the lock from the
// start: one that began by reading could not wait for it.
func (s *Store) transact(ctx context.Context, fn func(*conn) error) error {
	return s.with(ctx, s.write, func(c *conn) error {
		// How the transaction ends must be known, also for a client that has gone.
		always := context.WithoutCancel(ctx)
		committed := false
		// Also where BEGIN was given up after it had begun, and where fn panics: the
		// next one who takes the connection could write no more.
		defer func() {
			if !committed {
				_, _ = c.exec(always, "ROLLBACK") // fails where there is nothing to roll back
			}
		}()
		if _, err := c.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
			return err
		}
		if err := fn(c); err != nil {
			return err
		}
		_, err := c.exec(always, "COMMIT")
		committed = err == nil
		return err
	})
}

// attempts is how often something is tried while the database is locked.
const attempts = 5

func retry(ctx context.Context, fn func() error) error {
	for try := 1; ; try++ {
		err := fn()
		if !isBusy(err) {
			return err
		}
		if try == attempts {
			return store.ErrBusy
		}
		if err := clock.Wait(ctx, time.Duration(try)*time.Duration(rand.Int64N(int64(10*time.Millisecond)))); err != nil { //nolint:gosec // jitter
			return err
		}
	}
}

// Result codes of SQLite; the lower byte is the primary code.
const (
	codeBusy       = 5
	codeLocked     = 6
	codePrimaryKey = 1555
	codeUnique     = 2067
)

func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

func isBusy(err error) bool {
	primary := code(err) & 0xff
	return primary == codeBusy || primary == codeLocked
}

// taken names what a unique index or a primary key has refused. Each table has
// at most one of both, so that the code tells which.
func taken(err, index, key error) error {
	switch code(err) {
	case codeUnique:
		return index
	case codePrimaryKey:
		return key
	default:
		return err
	}
}

func translate(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrNotFound
	}
	return err
}
