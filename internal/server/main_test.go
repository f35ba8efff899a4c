package server_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/server"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(testenv.M{M: m}) }

const tokens = "--token=first=one,2/second=two"

// options reads serve's flags; the database is :memory: and the port a free one unless they say something else.
func options(t *testing.T, args ...string) *config.Config {
	t.Helper()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	config.Register(flags)
	require.NoError(t, flags.Parse(append([]string{"--database=:memory:", "--listen=127.0.0.1:0"}, args...)))
	c, warnings, err := config.Load(flags, nil)
	require.NoError(t, err)
	require.Empty(t, warnings)
	return c
}

// databases are flags for the kinds that need nothing beside this process.
func databases(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{"memory": "--database=:memory:", "file": "--database=" + filepath.Join(t.TempDir(), "scim.db")}
}

// fixture is a server that answers in this process, without a listener.
type fixture struct {
	*server.Server
	log *syncBuffer
}

func newFixture(t *testing.T, args ...string) fixture {
	t.Helper()
	log := &syncBuffer{}
	s, err := server.New(t.Context(), options(t, args...), slog.New(slog.NewTextHandler(log, nil)))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return fixture{s, log}
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   string
}

// change makes a request different from a plain GET.
type change func(*http.Request)

func bearer(token string) change { return header("Authorization", "Bearer "+token) }

func header(name string, values ...string) change {
	return func(r *http.Request) { r.Header[http.CanonicalHeaderKey(name)] = values }
}

func from(address string) change { return func(r *http.Request) { r.RemoteAddr = address } }

func with(method, body string) change {
	return func(r *http.Request) { r.Method, r.Body = method, io.NopCloser(strings.NewReader(body)) }
}

func (f fixture) do(t *testing.T, target string, changes ...change) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	for _, c := range changes {
		c(r)
	}
	w := httptest.NewRecorder()
	f.Handler().ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

// requireSCIMError checks an error answer from head to foot.
func (a answer) requireSCIMError(t *testing.T, status int) {
	t.Helper()
	require.Equal(t, status, a.status, a.body)
	require.Equal(t, []string{"application/scim+json"}, a.header["Content-Type"])
	var body struct {
		Schemas []string `json:"schemas"`
		Status  string   `json:"status"`
		Detail  string   `json:"detail"`
	}
	require.NoError(t, json.Unmarshal([]byte(a.body), &body))
	require.Equal(t, []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, body.Schemas)
	require.Equal(t, strconv.Itoa(status), body.Status)
	require.NotEmpty(t, body.Detail)
}

// requireProblem checks an error answer outside the SCIM bases.
func (a answer) requireProblem(t *testing.T, status int) {
	t.Helper()
	require.Equal(t, status, a.status, a.body)
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
	var body struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}
	require.NoError(t, json.Unmarshal([]byte(a.body), &body))
	require.Equal(t, status, body.Status)
	require.Equal(t, http.StatusText(status), body.Title)
	require.NotEmpty(t, body.Detail)
}

// running is a server on a port of its own.
type running struct {
	fixture
	url    string
	client *http.Client
	stop   context.CancelFunc // asks it to end
	ended  func() error       // waits for its end
}

func run(t *testing.T, args ...string) *running {
	t.Helper()
	log := &syncBuffer{}
	s, err := server.New(t.Context(), options(t, args...), slog.New(slog.NewTextHandler(log, nil)))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ready, result := make(chan string, 1), make(chan error, 1)
	go func() { result <- s.Run(ctx, func(url string) { ready <- url }) }()
	r := &running{fixture: fixture{s, log}, client: &http.Client{Transport: &http.Transport{}}, stop: stop}
	r.ended = sync.OnceValue(func() error { return <-result })
	t.Cleanup(func() {
		stop()
		r.client.CloseIdleConnections()
		require.NoError(t, r.ended())
	})
	select {
	case r.url = <-ready:
	case err := <-result:
		require.NoError(t, err)
	}
	return r
}

// call is do over the wire.
func (r *running) call(t *testing.T, path string, changes ...change) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+path, nil)
	require.NoError(t, err)
	for _, c := range changes {
		c(request)
	}
	response, err := r.client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return answer{response.StatusCode, response.Header, string(body)}
}

// syncBuffer is a log that is read while it is written.
type syncBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
