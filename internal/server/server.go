// Package server wires everything into one process: the store, the SCIM
// handler, operations, listeners, and the order in which they start and stop.
// What the parts do is theirs.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/checks"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/fault"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/scimhttp"
	"github.com/cinode-scim/cinode-scim/internal/seed"
	"github.com/cinode-scim/cinode-scim/internal/self"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
	"github.com/cinode-scim/cinode-scim/internal/telemetry"
	"github.com/cinode-scim/cinode-scim/internal/web"
)

// Server is a process that answers. Make it with New, run it with Run.
type Server struct {
	config    *config.Config
	logger    *slog.Logger
	clock     clock.Clock
	store     Database
	journal   *journal.Journal
	seeds     []*seed.File
	faults    *fault.Set       // nil without test control
	registry  *schema.Registry // every schema of this server
	sensitive []string         // attributes that a filter in an address may not name
	where     *origins
	access    *scimhttp.Access
	web       *web.Handler
	self      self.Way
	checks    *checks.Registry
	simulated *simulation.Registry
	handler   http.Handler
	metrics   *telemetry.Metrics // nil when off
	welcome   Welcome
	draining  atomic.Bool
	stopping  chan struct{} // closed when draining begins
}

// New opens and migrates the database, sees to a first tenant, and wires the
// handlers. A database that cannot be used is a DatabaseError.
func New(ctx context.Context, c *config.Config, logger *slog.Logger) (*Server, error) {
	registry, err := LoadSchemas(c.Schemas)
	if err != nil {
		return nil, err
	}
	sensitive, err := resolveSensitive(registry, c.Sensitive)
	if err != nil {
		return nil, err
	}
	db, err := OpenStore(ctx, c.Database, c.Migrate)
	if err != nil {
		return nil, err
	}
	s := &Server{
		config: c, logger: logger, clock: clock.System{}, store: db, registry: registry, sensitive: sensitive,
		where: &origins{public: c.PublicURL, trusted: c.TrustedProxies}, stopping: make(chan struct{}),
	}
	if c.Metrics {
		s.metrics = telemetry.NewMetrics()
	}
	if err := s.prepare(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return s, nil
}

// prepare fills the database and wires the handlers.
func (s *Server) prepare(ctx context.Context) error {
	if err := s.readSeeds(); err != nil {
		return err
	}
	if err := s.loadFaults(); err != nil {
		return err
	}
	if err := s.loadSeeds(ctx); err != nil {
		return err
	}
	var err error
	if s.welcome, err = bootstrap(ctx, s.store, s.config, s.clock); err != nil {
		return err
	}
	if err := s.keepSeeds(ctx); err != nil {
		return err
	}
	s.handler, err = s.routes(ctx)
	return err
}

// Welcome is what was made for the first start. Its secrets are shown once.
func (s *Server) Welcome() Welcome { return s.welcome }

// SignInCode makes a code for the fragment of a link that signs in to the pages:
// /admin/#code=CODE.
func (s *Server) SignInCode() string { return s.web.NewCode() }

// Close frees the database of a server that has not run.
func (s *Server) Close() { s.store.Close() }

const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 2 * time.Minute
	writeTimeout      = 2 * time.Minute // for clients that do not read
	idleTimeout       = 2 * time.Minute
)

// Run listens and serves until ctx ends, then drains. ready is called once
// requests are answered, with the URL that reaches the server on its listener.
func (s *Server) Run(ctx context.Context, ready func(url string)) error {
	defer s.store.Close()
	listener, scheme, err := s.listen(ctx)
	if err != nil {
		return err
	}
	logged := slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug)
	httpServer := &http.Server{
		Handler: s.handler, ErrorLog: logged,
		ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
	}
	// Work beside the requests ends after them: uses of tokens are still noted.
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var wait sync.WaitGroup
	wait.Go(func() { s.access.Run(background) })
	wait.Go(func() { s.journal.Run(background) })
	serving, ended := context.WithCancel(ctx)
	wait.Go(func() { s.simulated.Run(serving) }) // ends first of all: they call this server
	defer wait.Wait()
	defer stop()
	defer ended()

	failed := make(chan error, 1)
	go func() { failed <- httpServer.Serve(listener) }()
	if err := s.announce(listener.Addr().String()); err != nil {
		_ = httpServer.Close()
		return err
	}
	s.warnOpen(listener.Addr())
	s.self.Open(scheme, reachable(listener.Addr()), s.config.PublicURL)
	ready(scheme + "://" + reachable(listener.Addr()))
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	return errors.Join(s.drain(ctx, httpServer), s.checkDeviations())
}

// DeviationsError says that clients departed from the RFCs more often than
// --max-deviations allows.
type DeviationsError struct{ Met, Allowed int64 }

func (e *DeviationsError) Error() string {
	return fmt.Sprintf("%d deviations were met, and --max-deviations allows %d; see /admin/api/v1/deviations", e.Met, e.Allowed)
}

// checkDeviations counts those that this run has met, where there is a limit.
func (s *Server) checkDeviations() error {
	met, most := s.journal.Met(), s.config.MaxDeviations
	if most == nil || met <= int64(*most) {
		return nil
	}
	return &DeviationsError{Met: met, Allowed: int64(*most)}
}

// drain lets requests end, and readyz say that no more should come.
func (s *Server) drain(ctx context.Context, httpServer *http.Server) error {
	s.draining.Store(true)
	close(s.stopping)
	s.logger.InfoContext(ctx, "draining", "timeout", s.config.ShutdownTimeout.String())
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.ShutdownTimeout)
	defer cancel()
	s.checks.Close(limit) // while there is a server to clean up on
	s.self.CloseIdleConnections()
	err := httpServer.Shutdown(limit)
	if errors.Is(err, context.DeadlineExceeded) {
		s.logger.WarnContext(ctx, "requests were cut off", "after", s.config.ShutdownTimeout.String())
		return httpServer.Close()
	}
	return err
}

func (s *Server) listen(ctx context.Context) (net.Listener, string, error) {
	tlsConfig, err := s.tlsConfig()
	if err != nil {
		return nil, "", err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.config.Listen)
	if err != nil {
		return nil, "", &config.Error{Message: fmt.Sprintf("cannot listen on %s: %v; choose another --listen, port 0 takes a free one", s.config.Listen, err)}
	}
	if tlsConfig != nil {
		return tlsListener(listener, tlsConfig), "https", nil
	}
	return listener, "http", nil
}

// announce writes the address to --addr-file, whole or not at all.
func (s *Server) announce(address string) error {
	path := s.config.AddrFile
	if path == "" {
		return nil
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".addr-*")
	if err == nil {
		_, err = temporary.WriteString(address + "\n")
		err = errors.Join(err, temporary.Close())
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return &config.Error{Message: fmt.Sprintf("--addr-file cannot be written: %v", err)}
	}
	return nil
}

// warnOpen warns when tokens would cross a network in clear.
func (s *Server) warnOpen(addr net.Addr) {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || tcp.IP.IsLoopback() || s.config.TLSCert != "" || s.config.TLSSelfSigned != "" || len(s.config.TrustedProxies) > 0 {
		return
	}
	s.logger.Warn("listening beyond this machine without TLS: tokens can be read on the way; use --tls-cert and --tls-key, " +
		"--tls-self-signed, or a proxy named by --trusted-proxies")
}

// reachable is the address to call a listener by: the loopback one for a
// listener on all addresses.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: tcp.Port}).String()
}
