package web_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/seed"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func TestMain(m *testing.M) {
	code := testenv.M{M: m}.Run()
	stopBrowser()
	os.Exit(code)
}

const adminKey = "the-admin-key-of-the-tests"

// site is a process of the built program, with the token "one" of tenant 1.
type site struct {
	url  string
	code string // of the link in its greeting, which signs in once
}

// serve runs a server with test control; the database is :memory: unless the flags
// say something else.
func serve(t *testing.T, flags ...string) *site {
	t.Helper()
	server := testenv.Serve(t, append([]string{
		"--database=:memory:", "--admin-key=" + adminKey, "--token=first=one", "--test-api=true",
	}, flags...)...)
	_, code, found := strings.Cut(server.Greeting, "/admin/#code=")
	require.True(t, found, server.Greeting)
	code, _, _ = strings.Cut(code, "\n")
	return &site{server.URL, code}
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
