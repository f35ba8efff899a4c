package server

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/cors"
	"github.com/go-chi/httprate"
	"github.com/go-json-experiment/json"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/adminhttp"
	"github.com/cinode-scim/cinode-scim/internal/adminkey"
	"github.com/cinode-scim/cinode-scim/internal/checks"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scimhttp"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
	"github.com/cinode-scim/cinode-scim/internal/telemetry"
	"github.com/cinode-scim/cinode-scim/internal/web"
)

// routes builds the handler of everything.
func (s *Server) routes(ctx context.Context) (http.Handler, error) {
	key, err := s.store.Secret(ctx, "cursors")
	if err != nil {
		return nil, err
	}
	cursors, err := provisioning.NewCursors(key, s.clock, s.config.CursorTimeout)
	if err != nil {
		return nil, err
	}
	s.access = scimhttp.NewAccess(s.store, s.registry, s.clock, s.logger, s.where.clientIP)
	s.access.Demand = s.demand()
	s.journal = journal.New(journal.Options{
		Store: s.store, Clock: s.clock, Logger: s.logger, Masker: journal.NewMasker(s.config.Journal.MaskPII),
		Max: s.config.Journal.Max, MaxAge: s.config.Journal.MaxAge, BodyLimit: s.config.Journal.BodyLimit,
	})
	service := provisioning.New(s.store, s.clock, cursors)
	scim, err := scimhttp.New(scimhttp.Options{
		Service: service, Access: s.access, Logger: s.logger,
		Origin: s.where.origin, DefaultPersona: s.config.Persona,
		Registry: s.registry, CursorTimeout: s.config.CursorTimeout, Sensitive: s.sensitive,
		Journal: s.recorder(), JournalBodyLimit: s.config.Journal.BodyLimit, Clock: s.clock, Faults: s.faults,
	})
	if err != nil {
		return nil, err
	}
	useCases := admin.New(admin.Options{
		Store: s.store, Provisioning: service, Registry: s.registry, Clock: s.clock, Forget: s.access.Forget,
		Journal: s.journal, Faults: s.faults, Reseed: s.putFixedTokens, Deleted: func(tenant int64) { s.simulated.Forget(tenant); s.checks.Forget(tenant) },
	})
	guard := adminkey.NewGuard()
	s.simulated = simulation.New(simulation.Options{
		Tokens: useCases, AdminKey: guard.Inside(), Clock: s.clock, Logger: s.logger, Self: &s.self, Allow: s.config.AllowTargets,
	})
	api, err := adminhttp.New(adminhttp.Options{
		Admin: useCases, Keys: s.store, Guard: guard, Clock: s.clock, Logger: s.logger, Origin: s.where.origin, ClientIP: s.where.clientIP,
		Documents: scim.Documents, DefaultPersona: s.config.Persona,
		Simulated: s.simulated, TestAPI: s.config.TestAPI, MaxDeviations: s.config.MaxDeviations, Stopping: s.stopping,
	})
	if err != nil {
		return nil, err
	}
	s.checks = checks.New(checks.Options{Clock: s.clock, Logger: s.logger, Self: &s.self, Allow: s.config.AllowTargets})
	s.web, err = web.New(web.Options{
		Admin: useCases, Keys: s.store, Guard: guard, Clock: s.clock, Logger: s.logger, Origin: s.where.origin, Secure: s.where.secure,
		ClientIP: s.where.clientIP, DefaultPersona: s.config.Persona, Stopping: s.stopping,
		Checks: s.checks, Simulated: s.simulated,
		Documents: scim.Documents, MaxDeviations: s.config.MaxDeviations,
	})
	if err != nil {
		return nil, err
	}
	r := chi.NewRouter()
	r.Group(func(r chi.Router) {
		r.Use(scim.Record)
		if len(s.config.CORSOrigins) > 0 {
			r.Use(cors.Handler(corsOptions(s.config.CORSOrigins)))
		}
		if s.config.RateLimit > 0 {
			r.Use(httprate.LimitBy(s.config.RateLimit, time.Second, s.rateKey, httprate.WithLimitHandler(scim.TooManyRequests)))
		}
		scim.Mount(r)
	})
	api.Mount(r)
	r.Mount("/admin", s.web)
	r.Get("/livez", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, health{Status: "alive"}) })
	r.Get("/readyz", s.ready)
	r.Get("/version", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, telemetry.Build()) })
	if s.metrics != nil {
		r.Get("/metrics", s.serveMetrics)
	}
	r.NotFound(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, http.StatusNotFound, "there is nothing at this address; the SCIM endpoints are under /scim/v2 and /scim/tenants/{tenantId}/v2")
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/scim/") {
			scim.Record(http.HandlerFunc(scim.UnknownMethod)).ServeHTTP(w, r)
			return
		}
		if adminhttp.Owns(r.URL.Path) {
			api.UnknownMethod(w, r)
			return
		}
		w.Header().Set("Allow", http.MethodGet)
		writeProblem(w, http.StatusMethodNotAllowed, r.Method+" is not allowed here; allowed is GET")
	})
	return s.observe(tidyPath(r)), nil
}

// recorder is where requests are recorded; nil where the journal keeps none.
func (s *Server) recorder() scimhttp.Journal {
	if s.config.Journal.Max == 0 {
		return nil
	}
	return s.journal
}

// rateKey tells tokens apart without keeping them, and addresses where there is
// no token.
func (s *Server) rateKey(r *http.Request) (string, error) {
	token := r.Header.Get("Authorization")
	if token == "" {
		return s.where.clientIP(r), nil
	}
	hash := cinode.HashSecret(token)
	return string(hash[:]), nil
}

func corsOptions(origins []string) cors.Options {
	return cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
		AllowedHeaders: []string{"Authorization", "Content-Type", "If-Match", "If-None-Match"},
		ExposedHeaders: []string{"ETag", "Location", "Content-Location", "WWW-Authenticate", "Retry-After", "X-Request-Id", "X-Scim-Deviations"},
		MaxAge:         600,
	}
}

// tidyPath drops doubled slashes and one at the end before routing: a redirect
// would lose the body or the token (clients join base URLs in every way).
func tidyPath(next http.Handler) http.Handler {
	tidy := func(path string) string {
		for strings.Contains(path, "//") {
			path = strings.ReplaceAll(path, "//", "/")
		}
		if len(path) > 1 {
			path = strings.TrimSuffix(path, "/")
		}
		return path
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path := r.URL.Path; strings.Contains(path, "//") || len(path) > 1 && strings.HasSuffix(path, "/") {
			u := *r.URL
			u.Path, u.RawPath = tidy(u.Path), tidy(u.RawPath)
			clone := *r
			clone.URL = &u
			r = &clone
		}
		next.ServeHTTP(w, r)
	})
}

// observe gives each request an id, and logs and counts it.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watch := telemetry.StartStopwatch()
		id := telemetry.NewRequestID()
		w.Header()["X-Request-Id"] = []string{id}
		route := chi.NewRouteContext()
		ctx := telemetry.WithRequestID(r.Context(), id)
		r = r.WithContext(contextWithRoute(ctx, route))
		seen := &response{ResponseWriter: w}
		next.ServeHTTP(seen, r)
		s.report(r, route, seen.status, watch.Elapsed())
	})
}

// response remembers the status of an answer.
type response struct {
	http.ResponseWriter
	status int
}

func (r *response) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

type health struct {
	Status string `json:"status"`
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		writeProblem(w, http.StatusServiceUnavailable, "the server is shutting down")
		return
	}
	if err := s.store.Ping(r.Context()); err != nil {
		s.logger.WarnContext(r.Context(), "not ready", "error", err)
		writeProblem(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	writeJSON(w, http.StatusOK, health{Status: "ready"})
}

// serveMetrics serves callers on this machine, and those with the admin key.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	if client, err := netip.ParseAddr(s.where.clientIP(r)); err != nil || !client.IsLoopback() {
		if err := adminkey.CheckRequest(r, s.store); err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer realm="cinode-scim"`)
			writeProblem(w, http.StatusUnauthorized, "the admin key is needed: send the header Authorization: Bearer KEY")
			return
		}
	}
	s.metrics.Handler().ServeHTTP(w, r)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.MarshalWrite(w, v)
}

// problem is RFC 9457.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.MarshalWrite(w, problem{Title: http.StatusText(status), Status: status, Detail: detail})
}
