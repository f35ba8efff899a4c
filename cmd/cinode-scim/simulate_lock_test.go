package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// simulation is the program's simulate, in a folder of its own.
func simulation(t *testing.T, provider, url string, flags ...string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), testenv.Program(t), append([]string{"simulate", provider, "--base-url", url, "--token", "secret"}, flags...)...)
	c.Dir = t.TempDir()
	return c
}

// ran is how a command ended.
type ran struct {
	code   int
	stderr string
	stdout string
}

func run(t *testing.T, c *exec.Cmd) ran {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := c.Run(); !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return ran{c.ProcessState.ExitCode(), stderr.String(), stdout.String()}
}

// A state file is of one process at a time, until that ends, or is killed.
func TestSimulate_StateFileIsOfOneProcess(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 10)
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(target.Close)
	state := filepath.Join(t.TempDir(), "state.json")
	first := simulation(t, "okta", target.URL, "--state", state)
	require.NoError(t, first.Start())
	<-asked
	second := run(t, simulation(t, "okta", target.URL, "--state", state))
	require.Equal(t, 2, second.code)
	require.Contains(t, second.stderr, "cinode-scim: the state file "+state+" is in use by another process; wait until that ends, or name another file\n")
	require.Empty(t, second.stdout)
	require.Empty(t, asked, "nothing is sent")
	require.NoError(t, first.Process.Kill())
	require.Error(t, first.Wait())
	third := run(t, simulation(t, "okta", target.URL, "--state", state, "--timeout", "50ms"))
	require.Equal(t, 3, third.code, third.stderr)
}
