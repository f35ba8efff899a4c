package web_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/seed"
	"github.com/cinode-scim/cinode-scim/internal/server"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func TestMain(m *testing.M) {
	code := testenv.M{M: m}.Run()
	stopBrowser()
	os.Exit(code)
}

const adminKey = "the-admin-key-of-the-tests"

// site is a server on a port of its own, with the token "one" of tenant 1.
type site struct {
	*server.Server
	url string
}

// serve runs a server with test control; the database is :memory: unless the flags
// say something else.
func serve(t *testing.T, args ...string) *site {
	t.Helper()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	config.Register(flags)
	require.NoError(t, flags.Parse(append([]string{
		"--database=:memory:", "--listen=127.0.0.1:0", "--admin-key=" + adminKey, "--token=first=one", "--test-api=true",
	}, args...)))
	c, warnings, err := config.Load(flags, nil)
	require.NoError(t, err)
	require.Empty(t, warnings)
	s, err := server.New(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ready, result := make(chan string, 1), make(chan error, 1)
	go func() { result <- s.Run(ctx, func(url string) { ready <- url }) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-result)
	})
	return &site{Server: s, url: <-ready}
}

// serveSeeded runs a server whose tenant 1 has made-up people: 60 users in 8 groups.
func serveSeeded(t *testing.T, args ...string) *site {
	t.Helper()
	path := filepath.Join(t.TempDir(), "seed.yaml")
	file, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, seed.Generate(file, seed.GenerateOptions{Users: 60, Groups: 8, Number: 1, Tenant: 1, Persona: cinode.PersonaCinode}))
	require.NoError(t, file.Close())
	return serve(t, append([]string{"--seed=" + path}, args...)...)
}

// onBoth runs a test on a server of each kind of database.
func onBoth(t *testing.T, test func(t *testing.T, s *site), args ...string) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, serve(t, args...)) })
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, serve(t, append([]string{"--database=" + testenv.Postgres(t)}, args...)...))
	})
}
