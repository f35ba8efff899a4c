// Package web owns the pages under /admin: sign-in, templates, assets, view models
// and live updates. What a page does is package admin's, what it shows of requests
// the journal's; the admin API is adminhttp's.
//
// Each page has a Go file and a template of its own, and one line in table, which
// routes and navigation are made from.
//
// # Decisions
//
// A session lasts twelve hours from sign-in, whatever is done in them: a signed
// cookie needs no storage then. Its key comes from the stored hash of the admin
// key, so it holds on every replica, and a new admin key ends all sessions.
//
// Names of tokens and the like travel in queries and forms, never in paths: a name
// may be "..", or hold slashes that a proxy decodes.
package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/adminkey"
	"github.com/cinode-scim/cinode-scim/internal/checks"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Options are what a Handler is made of.
type Options struct {
	Admin *admin.Service
	Keys  adminkey.Keys
	// Guard counts wrong keys, those that the admin API was given too.
	Guard  *adminkey.Guard
	Clock  clock.Clock // the machine's
	Logger *slog.Logger
	// Origin gives scheme, host and prefix under which the client reached the
	// server, without a slash at the end.
	Origin func(*http.Request) string
	// Secure reports whether a request came over TLS, at least to a trusted proxy.
	Secure func(*http.Request) bool
	// ClientIP tells where a request comes from.
	ClientIP func(*http.Request) string
	// Documents gives a function that writes resources as the SCIM endpoint of their
	// tenant does.
	Documents func(*http.Request, cinode.Tenant) (func(store.Resource) []byte, error)
	// MaxDeviations is the budget of --max-deviations; nil for none.
	MaxDeviations *int
	// DefaultPersona is what a new tenant is offered.
	DefaultPersona string
	// Checks are the runs of the judge, Simulated the identity providers that are played.
	Checks    *checks.Registry
	Simulated *simulation.Registry
	// Stopping is closed when the server wants to end; live updates end with it.
	Stopping <-chan struct{}
}

// Handler serves the pages, at /admin.
type Handler struct {
	*pages
	router chi.Router
}

// pages is what all pages share.
type pages struct {
	Options
	sections  []section
	templates templates
	assets    *assets
	codes     *codes
	ended     *ended
	origins   *http.CrossOriginProtection
}

// New makes a Handler; the error is of the embedded templates and assets.
func New(o Options) (*Handler, error) {
	a, err := newAssets()
	if err != nil {
		return nil, err
	}
	p := &pages{Options: o, sections: table(), assets: a, codes: newCodes(o.Clock), ended: newEnded(o.Clock), origins: http.NewCrossOriginProtection()}
	if p.templates, err = newTemplates(o.Clock); err != nil {
		return nil, err
	}
	return &Handler{pages: p, router: p.routes()}, nil
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.router.ServeHTTP(w, r) }

// NewCode makes a code that signs in once, within ten minutes. It belongs in the
// fragment of a link, "/admin/#code=CODE", which no server and no log sees.
func (h *Handler) NewCode() string { return h.codes.make() }

// routes are relative to /admin.
func (p *pages) routes() chi.Router {
	r := chi.NewRouter()
	r.Use(p.prepare, p.sameOrigin)
	r.NotFound(p.open(func(*visit) error { return errNoPage }))
	r.MethodNotAllowed(p.refuseMethod(r))
	r.Get("/assets/{hash}/{name}", p.assets.serve)
	r.Post("/theme", p.open((*visit).setTheme))
	p.signInRoutes(r)
	r.Group(func(r chi.Router) {
		r.Get("/", p.signedIn((*visit).goHome))
		p.tenantsRoutes(r)
		r.Get("/tenants/{tenant}", p.tenant((*visit).goHome))
		for _, s := range p.sections {
			p.below(r, "/tenants/{tenant}/"+s.Path, func(r chi.Router) { s.routes(p, r) })
		}
	})
	return r
}

// below makes routes below a path, with an answer of their own to methods: the outer
// router does not know what they take.
func (p *pages) below(r chi.Router, path string, routes func(chi.Router)) {
	r.Route(path, func(r chi.Router) {
		r.MethodNotAllowed(p.refuseMethod(r))
		routes(r)
	})
}

// refuseMethod answers a method that a path of the router does not take.
func (p *pages) refuseMethod(routes chi.Routes) http.HandlerFunc {
	return p.open(func(v *visit) error {
		var allow []string
		path := chi.RouteContext(v.r.Context()).RoutePath
		if routes.Match(chi.NewRouteContext(), http.MethodGet, path) {
			allow = append(allow, http.MethodGet, http.MethodHead)
		}
		if routes.Match(chi.NewRouteContext(), http.MethodPost, path) {
			allow = append(allow, http.MethodPost)
		}
		v.w.Header().Set("Allow", strings.Join(allow, ", "))
		return refuse(http.StatusMethodNotAllowed, "This page does not take %s.", v.r.Method)
	})
}

// policy lets a page load what this server has and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// prepare sets what is the same for every answer, and answers a panic.
func (p *pages) prepare(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // with no-referrer, forms come without their origin
		h.Set("Cache-Control", "no-store")
		defer p.recover(w, r)
		if r.Method == http.MethodHead {
			chi.RouteContext(r.Context()).RouteMethod = http.MethodGet
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses forms that another site sends. Where a proxy changed the
// host, the origin that the client sees is what counts.
func (p *pages) sameOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := p.origins.Check(r); err != nil && !p.cameFromHere(r) {
			p.open(func(*visit) error { return errForeign })(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (p *pages) cameFromHere(r *http.Request) bool {
	if r.Header.Get("Sec-Fetch-Site") != "" {
		return false
	}
	here, err := url.Parse(p.Origin(r))
	return err == nil && r.Header.Get("Origin") == here.Scheme+"://"+here.Host
}

// base is where the pages stand, with the prefix under which a proxy shows them.
func (p *pages) base(r *http.Request) string {
	origin := p.Origin(r)
	if _, rest, ok := strings.Cut(origin, "://"); ok {
		if slash := strings.IndexByte(rest, '/'); slash >= 0 {
			return rest[slash:] + "/admin"
		}
	}
	return "/admin"
}
