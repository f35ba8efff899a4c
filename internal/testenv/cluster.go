package testenv

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
)

// The longest a start or a stop may take; it only ever runs out on a broken machine.
const patience = time.Minute

// StartOptions choose how a cluster treats its data.
type StartOptions struct {
	// Durable keeps PostgreSQL's defaults (fsync, synchronous_commit, full_page_writes), for honest measurements.
	// Without it a crash may lose everything, which a test never notices.
	Durable bool
}

// Cluster is a PostgreSQL server to create databases in: one that this process started and will remove, or one that
// CINODE_SCIM_TEST_POSTGRES names and that is left running.
type Cluster struct {
	base    url.URL // of any database of the server; DSN replaces the name
	folder  string  // data and socket; empty for a server of somebody else
	process *process
}

// StartPostgres starts a throw-away cluster that is reached over a Unix socket only. The caller must Stop it.
func StartPostgres(ctx context.Context, options StartOptions) (*Cluster, error) {
	programs, err := findPostgres(postgresFolders)
	if err != nil {
		return nil, err
	}
	removeLeftovers(programs)
	account, err := serverAccount()
	if err != nil {
		return nil, err
	}
	folder, err := makeFolder(account)
	if err != nil {
		return nil, err
	}
	c := &Cluster{folder: folder, base: socketURL(folder)}
	if err := c.start(ctx, programs, account, options); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

func socketURL(folder string) url.URL {
	query := url.Values{"host": {folder}, "sslmode": {"disable"}}
	return url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: query.Encode()}
}

func (c *Cluster) start(ctx context.Context, programs string, who *account, options StartOptions) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := initdb(ctx, programs, c.folder, who, options); err != nil {
		return err
	}
	var err error
	if c.process, err = startServer(programs, c.folder, who, options); err != nil {
		return err
	}
	return c.waitReady(ctx)
}

// waitReady polls, because that is all PostgreSQL offers to a process that is not systemd.
func (c *Cluster) waitReady(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := c.exec(ctx, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-c.process.done:
			return fmt.Errorf("postgres stopped while starting: %w\n%s", c.process.err, c.logTail())
		case <-ctx.Done():
			return fmt.Errorf("postgres did not get ready: %w: %w\n%s", ctx.Err(), err, c.logTail())
		}
	}
}

// DSN returns the postgres:// address of one of the cluster's databases, whether it exists or not.
func (c *Cluster) DSN(database string) string {
	dsn := c.base
	dsn.Path = "/" + database
	return dsn.String()
}

// CreateDatabase makes an empty database. It copies template0, so nobody connected elsewhere can be in its way.
func (c *Cluster) CreateDatabase(ctx context.Context, name string) error {
	return c.exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+" TEMPLATE template0 ENCODING 'UTF8'")
}

// DropDatabase removes a database and ends the connections that are still open to it.
func (c *Cluster) DropDatabase(ctx context.Context, name string) error {
	return c.exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
}

func (c *Cluster) exec(ctx context.Context, sql string) (err error) {
	conn, err := pgx.Connect(ctx, c.base.String())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

// PID is the process id of the postmaster, whose children are the server's other processes; 0 for a server of
// somebody else.
func (c *Cluster) PID() int {
	if c.process == nil {
		return 0
	}
	return c.process.pid
}

// Stop ends the server and removes its folder. It leaves a server of somebody else alone and may be called twice.
func (c *Cluster) Stop() error {
	if c.folder == "" {
		return nil
	}
	var err error
	if c.process != nil {
		err = c.process.stop()
	}
	return errors.Join(err, os.RemoveAll(c.folder))
}

func (c *Cluster) logTail() string {
	const enough = 2000
	log, err := os.ReadFile(filepath.Join(c.folder, logName))
	if err != nil {
		return err.Error()
	}
	return string(log[max(0, len(log)-enough):])
}
