package main

import (
	"context"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
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

// startTraceServer starts the program and waits until it is ready.
func startTraceServer(t *testing.T, database, persona string, tenants []int, flags ...string) *traceServer {
	t.Helper()
	args := []string{"--database", database, "--persona", persona}
	for _, tenant := range tenants {
		args = append(args, "--token", strconv.Itoa(tenant)+"/trace="+traceSecret(tenant))
	}
	s := &traceServer{
		url:    testenv.Serve(t, append(args, flags...)...).URL,
		client: &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16}},
	}
	t.Cleanup(s.client.CloseIdleConnections)
	return s
}

// runProgram runs a command of the built program to its end.
func runProgram(t *testing.T, args ...string) {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), testenv.Program(t), args...).CombinedOutput()
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
