// Package adminhttp owns the admin API on the wire: its routes, the admin key,
// reading of parameters and bodies, answers and problem documents, retried
// creates, and the pages that describe it. api/openapi.yaml is its contract,
// which a test holds against the routes and against every answer. What a request
// does is package admin's.
package adminhttp

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-json-experiment/json"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/adminkey"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

// Options are what a Handler is made of.
type Options struct {
	Admin *admin.Service
	Keys  adminkey.Keys
	// Guard counts wrong keys, those that the pages were given too.
	Guard  *adminkey.Guard
	Clock  clock.Clock
	Logger *slog.Logger
	// Origin gives scheme, host and prefix under which the client reached the
	// server, without a slash at the end.
	Origin func(*http.Request) string
	// ClientIP tells where a request comes from.
	ClientIP func(*http.Request) string
	// Documents gives a function that writes resources as the SCIM endpoint of
	// their tenant shows them.
	Documents func(*http.Request, cinode.Tenant) (func(store.Resource) []byte, error)
	Simulated *simulation.Registry
	// DefaultPersona is that of tenants created without one.
	DefaultPersona string
	// TestAPI serves test control too.
	TestAPI bool
	// MaxDeviations are those that verify allows; nil for any number.
	MaxDeviations *int
	// Stopping is closed when the server wants to end.
	Stopping <-chan struct{}
}

// Handler serves the admin API and its description.
type Handler struct {
	Options
	retries *retries
	docs    *docs
	router  chi.Routes // all that the server has
}

// New makes a Handler; the error is of the embedded description.
func New(o Options) (*Handler, error) {
	d, err := newDocs()
	return &Handler{Options: o, retries: newRetries(o.Clock), docs: d}, err
}

// base is where the API stands.
const base = "/admin/api/v1"

// Owns reports whether a path is one of the API.
func Owns(path string) bool { return path == base || strings.HasPrefix(path, base+"/") }

// Mount adds the routes of the API and of its description.
func (h *Handler) Mount(r chi.Router) {
	h.router = r
	r.Get("/openapi.json", h.endpoint(h.serveDocument))
	r.Get("/docs", h.docs.servePage(h.Origin))
	r.Get("/docs/*", h.docs.serveAsset)
	r.Route(base, h.routes)
}

func (h *Handler) routes(r chi.Router) {
	r.Use(h.prepare, h.authenticate)
	r.NotFound(h.endpoint(func(http.ResponseWriter, *http.Request) error { return errNoEndpoint }))
	r.MethodNotAllowed(h.UnknownMethod)
	create := r.With(h.retries.middleware(h))
	r.Get("/audit", h.endpoint(h.listAudit))
	r.Get("/tenants", h.endpoint(h.listTenants))
	create.Post("/tenants", h.endpoint(h.createTenant))
	h.tenantRoutes(r)
	r.Get(ofTenant+"/tokens", h.tenant(h.listTokens))
	create.Post(ofTenant+"/tokens", h.tenant(h.createToken))
	r.Get(ofTenant+"/tokens/{name}", h.tenant(h.getToken))
	r.Post(ofTenant+"/tokens/{name}/revoke", h.tenant(h.revokeToken))
	h.userRoutes(r)
	r.Get(ofTenant+"/groups", h.tenant(h.listGroups))
	r.Get(ofTenant+"/groups/{id}", h.tenant(h.getGroup))
	h.unitRoutes(r, create, "/teams", cinode.KindTeam)
	h.unitRoutes(r, create, "/roles", cinode.KindRole)
	r.Get(ofTenant+"/links", h.tenant(h.listLinks))
	create.Post(ofTenant+"/links", h.tenant(h.createLink))
	r.Get(ofTenant+"/links/{id}", h.tenant(h.getLink))
	r.Delete(ofTenant+"/links/{id}", h.tenant(h.deleteLink))
	h.journalRoutes(r)
	h.controlRoutes(r)
	h.simulationRoutes(r, create)
}

func (h *Handler) journalRoutes(r chi.Router) {
	r.Get("/requests", h.endpoint(h.listRequests))
	r.Get("/requests/count", h.endpoint(h.countRequests))
	r.Get("/requests/export", h.endpoint(h.exportRequests))
	r.Get("/requests/{id}", h.endpoint(h.getRequest))
	r.Get("/requests/{id}/export", h.endpoint(h.exportRequest))
	r.Get("/deviations", h.endpoint(h.listDeviations))
	r.Get("/events", h.endpoint(h.events))
	r.Post("/verify", h.endpoint(h.verify))
	r.Post("/wait", h.endpoint(h.wait))
}

// controlRoutes are test control. Without --test-api they say so.
func (h *Handler) controlRoutes(r chi.Router) {
	control := func(next http.HandlerFunc) http.HandlerFunc {
		if h.TestAPI {
			return next
		}
		return h.endpoint(func(http.ResponseWriter, *http.Request) error {
			return refuse(http.StatusNotFound, "test control is off; start the server with --test-api")
		})
	}
	r.Delete("/requests", control(h.ofTenant(h.clearRequests)))
	r.Post("/reset", control(h.ofTenant(h.reset)))
	r.Get("/snapshots", control(h.ofTenant(h.listSnapshots)))
	r.Post("/snapshots", control(h.ofTenant(h.createSnapshot)))
	r.Post("/snapshots/{name}/restore", control(h.ofTenant(h.restoreSnapshot)))
	r.Delete("/snapshots/{name}", control(h.ofTenant(h.deleteSnapshot)))
	r.Get("/clock", control(h.ofTenant(h.getClock)))
	r.Post("/clock", control(h.ofTenant(h.setClock)))
	r.Get("/faults", control(h.endpoint(h.listFaults)))
	r.Post("/faults", control(h.endpoint(h.createFaults)))
	r.Delete("/faults", control(h.endpoint(h.clearFaults)))
	r.Get("/faults/catalogue", control(h.endpoint(h.faultCatalogue)))
	r.Get("/faults/{id}", control(h.endpoint(h.getFault)))
	r.Put("/faults/{id}", control(h.endpoint(h.putFault)))
	r.Delete("/faults/{id}", control(h.endpoint(h.deleteFault)))
}

// ofTenant is what the routes about one tenant begin with. They are no router of
// their own: at its root chi would tell all methods allowed.
const ofTenant = "/tenants/{tenantId}"

func (h *Handler) tenantRoutes(r chi.Router) {
	r.Get(ofTenant, h.tenant(h.getTenant))
	r.Patch(ofTenant, h.tenant(h.renameTenant))
	r.Delete(ofTenant, h.tenant(h.deleteTenant))
	r.Get(ofTenant+"/persona", h.tenant(h.getPersona))
	r.Put(ofTenant+"/persona", h.tenant(h.putPersona))
	r.Get(ofTenant+"/attribute-mappings", h.tenant(h.getMappings))
	r.Put(ofTenant+"/attribute-mappings", h.tenant(h.putMappings))
	r.Get(ofTenant+"/state", h.tenant(h.getState))
	r.Get(ofTenant+"/audit", h.tenant(h.listTenantAudit))
}

func (h *Handler) userRoutes(r chi.Router) {
	r.Get(ofTenant+"/users", h.tenant(h.listUsers))
	r.Get(ofTenant+"/users/{id}", h.tenant(h.getUser))
	r.Delete(ofTenant+"/users/{id}", h.tenant(h.deleteUser))
	r.Post(ofTenant+"/users/{id}/disconnect", h.tenant(h.setActive(false)))
	r.Post(ofTenant+"/users/{id}/reconnect", h.tenant(h.setActive(true)))
	r.Post(ofTenant+"/users/{id}/release-email", h.tenant(h.releaseEmail))
}

func (h *Handler) unitRoutes(r, create chi.Router, path string, kind cinode.Kind) {
	u, at := units{h: h, kind: kind, path: path}, ofTenant+path
	r.Get(at, h.tenant(u.list))
	create.Post(at, h.tenant(u.create))
	r.Get(at+"/{id}", h.tenant(u.get))
	r.Patch(at+"/{id}", h.tenant(u.rename))
	r.Delete(at+"/{id}", h.tenant(u.delete))
	r.Get(at+"/{id}/members", h.tenant(u.members))
}

// patience is how long a request may take.
const patience = 30 * time.Second

// patienceOf is the patience with a path, 0 for endless.
func patienceOf(path string) time.Duration {
	switch {
	case path == base+"/events":
		return 0
	case path == base+"/wait":
		return longestWait + patience/2
	case strings.HasSuffix(path, "/steps"):
		return stepPatience
	default:
		return patience
	}
}

// prepare sets what is the same for every answer. HEAD is routed as GET, whose
// body net/http leaves out.
func (h *Handler) prepare(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store") // secrets are shown once
		w.Header().Set("X-Content-Type-Options", "nosniff")
		ctx, cancel := context.WithCancel(r.Context())
		if limit := patienceOf(r.URL.Path); limit > 0 {
			ctx, cancel = context.WithTimeout(r.Context(), limit)
		}
		defer cancel()
		defer h.recover(w, r)
		if r.Method == http.MethodHead {
			chi.RouteContext(ctx).RouteMethod = http.MethodGet
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// recover answers a panic with 500.
func (h *Handler) recover(w http.ResponseWriter, r *http.Request) {
	if telemetry.Panicked(r, h.Logger, recover()) {
		h.writeError(w, r, errors.New("panic"))
	}
}

// handlerFunc answers a request or returns why not.
type handlerFunc func(w http.ResponseWriter, r *http.Request) error

func (h *Handler) endpoint(handle handlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := handle(w, r); err != nil {
			h.writeError(w, r, err)
		}
	}
}

// tenantFunc answers a request about a tenant.
type tenantFunc func(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error

// tenant finds the tenant of the path.
func (h *Handler) tenant(handle tenantFunc) http.HandlerFunc {
	return h.endpoint(func(w http.ResponseWriter, r *http.Request) error {
		text := pathValue(r, "tenantId")
		id, err := provisioning.ParseID(text)
		if err != nil {
			return &admin.MissingError{Detail: "there is no tenant " + strconv.Quote(text)}
		}
		t, err := h.Admin.Tenant(r.Context(), id)
		if err != nil {
			return err
		}
		return handle(w, r, t)
	})
}

// UnknownMethod answers a method that a path does not have.
func (h *Handler) UnknownMethod(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if h.router.Match(chi.NewRouteContext(), method, r.URL.EscapedPath()) {
			allow = append(allow, method)
		}
	}
	if slices.Contains(allow, http.MethodGet) {
		allow = append(allow, http.MethodHead)
	}
	slices.Sort(allow)
	list := strings.Join(allow, ", ")
	w.Header().Set("Allow", list)
	h.writeError(w, r, refuse(http.StatusMethodNotAllowed, "%s is not allowed here; allowed are %s", r.Method, list))
}

// pathValue is a part of the path, decoded: chi leaves it encoded when the path
// holds an encoded slash.
func pathValue(r *http.Request, name string) string {
	value := chi.URLParam(r, name)
	if r.URL.RawPath == "" {
		return value
	}
	if decoded, err := url.PathUnescape(value); err == nil {
		return decoded
	}
	return value
}

// pathID is the id in the path of a user, group, Team or Role.
func pathID(r *http.Request) (int64, error) {
	text := pathValue(r, "id")
	id, err := provisioning.ParseID(text)
	if err != nil {
		return 0, &admin.MissingError{Detail: "there is nothing with the id " + strconv.Quote(text)}
	}
	return id, nil
}

// by is who asks, for the audit log.
func (h *Handler) by(r *http.Request) store.By {
	return store.By{Actor: "admin", Address: h.ClientIP(r), Request: telemetry.RequestID(r.Context())}
}

// send answers with JSON.
func send(w http.ResponseWriter, status int, v any, options ...json.Options) error {
	body, err := json.Marshal(v, append(options, json.Deterministic(true))...) // maps too are the same each time
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone is not told
	return nil
}

// sendCreated answers with what was made and where it stands.
func (h *Handler) sendCreated(w http.ResponseWriter, r *http.Request, path string, v any, options ...json.Options) error {
	w.Header().Set("Location", h.Origin(r)+base+path)
	return send(w, http.StatusCreated, v, options...)
}

func sendNothing(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}
