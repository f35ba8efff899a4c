package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// traceDatabases are those that every trace must give the same result on.
var traceDatabases = map[string]func(t *testing.T) string{
	"sqlite":   func(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "scim.db") },
	"postgres": func(t *testing.T) string { t.Helper(); return testenv.Postgres(t) },
}

// traceServer is a process of the built program, with one fixed token for each of its tenants.
type traceServer struct {
	url    string
	client *http.Client
}

// traceSecret is the token of a tenant, and not the beginning of another's.
func traceSecret(tenant int) string { return "secret-" + strconv.Itoa(tenant) + "-of-tenant" }

// startTraceServer starts the program and waits until it is ready; it must end well after the test.
func startTraceServer(t *testing.T, database, persona string, tenants []int, flags ...string) *traceServer {
	t.Helper()
	args := []string{"serve", "--database", database, "--persona", persona, "--listen", "127.0.0.1:0", "--log-level", "warn"}
	for _, tenant := range tenants {
		args = append(args, "--token", strconv.Itoa(tenant)+"/trace="+traceSecret(tenant))
	}
	args = append(args, flags...)
	log := &bytes.Buffer{}
	process := exec.CommandContext(context.WithoutCancel(t.Context()), binary, args...)
	process.Dir, process.Stderr = t.TempDir(), log
	stdout, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	s := &traceServer{client: &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16}}}
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		_ = process.Process.Signal(syscall.SIGTERM) // if it has ended already, Wait says why
		_, _ = io.Copy(io.Discard, stdout)          // to its end: Wait closes it
		require.NoError(t, process.Wait(), log)
	})
	lines := bufio.NewScanner(stdout)
	for s.url == "" && lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "ready: "); ok {
			s.url = url
		}
	}
	require.NotEmpty(t, s.url, "the server does not get ready")
	return s
}

// runProgram runs a command of the built program to its end.
func runProgram(t *testing.T, args ...string) {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), binary, args...).CombinedOutput()
	require.NoError(t, err, string(output))
}

// traceAnswer is what a request got.
type traceAnswer struct {
	status int
	header http.Header
	body   string
}

// send sends a request exactly as written: no header of its own, the query untouched.
func (s *traceServer) send(ctx context.Context, m traceMessage) (traceAnswer, error) {
	var body io.Reader
	if m.body != "" {
		body = strings.NewReader(m.body)
	}
	request, err := http.NewRequestWithContext(ctx, m.method, s.url+m.target, body)
	if err != nil {
		return traceAnswer{}, err
	}
	request.Header["User-Agent"] = []string{""} // net/http then leaves it out
	for _, h := range m.headers {
		request.Header.Set(h.name, h.value)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return traceAnswer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return traceAnswer{response.StatusCode, response.Header, string(text)}, err
}
