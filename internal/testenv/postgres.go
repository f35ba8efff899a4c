package testenv

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
)

// shared is the cluster of this test binary, started by the first test that needs it.
var shared struct {
	sync.Mutex
	cluster *Cluster
	err     error // a failed start is not tried again by every test
}

// Postgres returns the postgres:// address of a fresh, empty database that only this test uses and that is dropped
// after it. Tests may call it in parallel.
func Postgres(tb testing.TB) string {
	tb.Helper()
	cluster, err := sharedCluster(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	name := "scim_test_" + strings.ToLower(rand.Text())
	if err := cluster.CreateDatabase(tb.Context(), name); err != nil {
		tb.Fatalf("create a test database: %v", err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := cluster.DropDatabase(ctx, name); err != nil {
			tb.Errorf("drop the test database: %v", err)
		}
	})
	return cluster.DSN(name)
}

func sharedCluster(ctx context.Context) (*Cluster, error) {
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster == nil && shared.err == nil {
		if dsn := os.Getenv(postgresVariable); dsn != "" {
			shared.cluster, shared.err = foreignCluster(dsn)
		} else {
			shared.cluster, shared.err = StartPostgres(context.WithoutCancel(ctx), StartOptions{})
		}
	}
	return shared.cluster, shared.err
}

func foreignCluster(dsn string) (*Cluster, error) {
	base, err := url.Parse(dsn)
	if err != nil {
		// The parser's own message quotes the address, and with it the password.
		return nil, fmt.Errorf("%s is not an address like postgres://user:password@host/database", postgresVariable)
	}
	if base.Scheme != "postgres" && base.Scheme != "postgresql" {
		return nil, fmt.Errorf("%s must start with postgres:// and lead to a user who may create databases", postgresVariable)
	}
	return &Cluster{base: *base}, nil
}

// Stop ends this test binary's cluster and removes the program that it built, if it has them. A later call of Postgres
// or Program makes others.
func Stop() error {
	shared.Lock()
	defer shared.Unlock()
	err := removeProgram()
	cluster := shared.cluster
	shared.cluster, shared.err = nil, nil
	if cluster == nil {
		return err
	}
	return errors.Join(err, cluster.Stop())
}

// M runs the tests of a package and then calls Stop, before whoever called Run looks for leaked goroutines.
type M struct{ *testing.M }

// Run runs the tests and returns the exit code.
func (m M) Run() int {
	code := m.M.Run()
	if err := Stop(); err != nil {
		fmt.Fprintln(os.Stderr, errors.Join(errors.New("tidy up after the tests"), err))
		return max(code, 1)
	}
	return code
}

// Main is a whole TestMain: it runs the tests, calls Stop and exits.
func Main(m *testing.M) { os.Exit(M{m}.Run()) }
