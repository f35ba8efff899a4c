package scimtest

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/server"
)

// Server is a SCIM server that runs while a test does. It is safe for parallel use.
type Server struct {
	URL       string // the SCIM base URL; the tenant is the token's
	TenantURL string // the SCIM base URL that names the tenant
	Token     string // opens both, as a bearer token
	AdminURL  string // the base URL of the admin API
	AdminKey  string // opens that
	TenantID  int64

	tb     testing.TB
	ctx    context.Context //nolint:containedctx // the test's, which has no call of its own for each method
	wait   time.Duration
	client *http.Client // sends Token
	admin  *http.Client
	log    *safeBuffer
}

const (
	presetWait  = 10 * time.Second
	longestWait = 90 * time.Second
	// ending is how long requests that are on their way hold up the end of a test.
	ending = 2 * time.Second
)

// New starts a server and ends it with the test. A seed that is wrong, or a machine
// without a free port, ends the test.
func New(tb testing.TB, options ...Option) *Server {
	tb.Helper()
	s := &setup{tb: tb, config: preset(), tenant: 1, name: "scimtest", secret: cinode.NewTokenSecret(), wait: presetWait}
	for _, o := range options {
		o(s)
	}
	s.config.Tokens = []config.Token{{Tenant: s.tenant, Name: s.name, Secret: s.secret}}
	srv := &Server{
		Token: s.secret, AdminKey: s.config.AdminKey, TenantID: s.tenant,
		tb: tb, wait: s.wait, log: &safeBuffer{},
		ctx: context.WithoutCancel(tb.Context()), // the end of a test is looked at when its context has ended
	}
	srv.start(s.config)
	return srv
}

// preset are the options of `serve --database :memory:`.
func preset() *config.Config {
	return &config.Config{
		Listen: "127.0.0.1:0", Database: ":memory:", Migrate: true, TestAPI: true,
		AdminKey: cinode.NewAdminKey(), Persona: "cinode",
		ShutdownTimeout: ending, CursorTimeout: 10 * time.Minute,
		Journal:    config.Journal{Max: 10_000, BodyLimit: 1 << 20},
		MaxTenants: 1000, Variable: os.LookupEnv,
	}
}

func (s *Server) start(c *config.Config) {
	s.tb.Helper()
	logger := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	started, err := server.New(s.ctx, c, logger)
	if err != nil {
		s.tb.Fatalf("scimtest: the server does not start: %v", err)
	}
	ctx, stop := context.WithCancel(s.ctx)
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- started.Run(ctx, func(url string) { ready <- url }) }()
	select {
	case url := <-ready:
		s.URL, s.AdminURL = url+"/scim/v2", url+"/admin/api/v1"
		s.TenantURL = url + "/scim/tenants/" + strconv.FormatInt(s.TenantID, 10) + "/v2"
		s.client, s.admin = bearerClient(url, s.Token), bearerClient(url, s.AdminKey)
	case err := <-ended:
		stop()
		s.tb.Fatalf("scimtest: the server does not start: %v", err)
		return
	}
	s.tb.Cleanup(func() {
		s.tb.Helper()
		s.client.CloseIdleConnections()
		s.tell()
		s.admin.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			s.tb.Errorf("scimtest: %v", err)
		}
	})
}

// Client sends the token with each request to this server, and with no other.
// What a request has as Authorization stays.
func (s *Server) Client() *http.Client { return s.client }

// longestCall is above all that the server answers within.
const longestCall = longestWait + 30*time.Second

func bearerClient(url, secret string) *http.Client {
	return &http.Client{
		Transport: &bearer{Transport: &http.Transport{}, host: strings.TrimPrefix(url, "http://"), value: "Bearer " + secret},
		Timeout:   longestCall,
	}
}

// bearer adds a token to requests. Idle connections of the transport are its own, so
// that closing them is.
type bearer struct {
	*http.Transport
	host, value string
}

// RoundTrip sends a request.
func (b *bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == b.host && r.Header.Get("Authorization") == "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", b.value)
	}
	return b.Transport.RoundTrip(r)
}

// safeBuffer is a log that is read while it is written.
type safeBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
