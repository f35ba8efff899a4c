// Package scimhttp owns the SCIM endpoints on the wire: routes under both
// bases, access by token, reading of parameters and bodies, writing of
// resources, lists and errors, and the one table from error to status. What a
// request means is provisioning's.
package scimhttp

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/fault"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

// Options are what a Handler is made of.
type Options struct {
	Service *provisioning.Service
	Access  *Access
	Logger  *slog.Logger
	// Origin gives scheme, host and prefix under which the client reached the
	// server, without a slash at the end.
	Origin func(*http.Request) string
	// DefaultPersona decides about discovery where no tenant is named.
	DefaultPersona string
	// Registry are the schemas of everything that the store may hold.
	Registry *schema.Registry
	// CursorTimeout is how long a cursor is good, as discovery tells.
	CursorTimeout time.Duration
	// Sensitive are attributes that a filter in an address may not name.
	Sensitive []string
	// Journal records requests; nil records none. JournalBodyLimit is how many
	// bytes of a body it is given.
	Journal          Journal
	JournalBodyLimit int
	Clock            clock.Clock
	// Faults are what is broken on purpose; nil for nothing.
	Faults *fault.Set
}

// Handler serves /scim/v2 and /scim/tenants/{tenantId}/v2.
type Handler struct {
	Options
	fallback cinode.Persona
}

// New makes a Handler; the error is an unknown persona.
func New(o Options) (*Handler, error) {
	p, err := cinode.LookupPersona(o.DefaultPersona, o.Registry)
	return &Handler{Options: o, fallback: p}, err
}

// Mount adds the routes of both bases.
func (h *Handler) Mount(r chi.Router) {
	r.Route("/scim/v2", h.routes)
	r.Route("/scim/tenants/{tenantId}/v2", h.routes)
	r.Handle("/scim", h.endpoint(notFound))
	r.Handle("/scim/*", h.endpoint(notFound))
}

// exchange is one request on its way through the handler.
type exchange struct {
	*Principal
	base       string // the SCIM base that the request came in on, absolute
	deviations *scim.Deviations
	by         store.By
	record     *journal.Exchange
}

// call is a use case on a type.
func (x *exchange) call(typ *schema.ResourceType) *provisioning.Call {
	c := &provisioning.Call{Tenant: x.Tenant, Persona: x.Persona, Type: typ, Deviations: x.deviations, By: x.by, Clock: x.clock}
	c.Changed = func(id int64, before, after scim.Object) {
		resource := strings.TrimPrefix(typ.Endpoint, "/") + "/" + strconv.FormatInt(id, 10)
		x.record.Later(func() []journal.Change { return journal.Difference(resource, before, after) })
	}
	return c
}

// handlerFunc answers a request or returns why not.
type handlerFunc func(w http.ResponseWriter, r *http.Request, x *exchange) error

// methods are the handlers of a route.
type methods map[string]handlerFunc

// routes mounts the endpoints of one base. Each route carries its methods, so
// that 405 can name them.
func (h *Handler) routes(r chi.Router) {
	for _, resourceType := range []string{"User", "Group"} {
		t := resources{h: h, name: resourceType}
		path := schema.RFC().Type(resourceType).Endpoint
		r.Handle(path, h.methods(methods{http.MethodGet: t.list, http.MethodPost: t.create}))
		r.Handle(path+"/.search", h.methods(methods{http.MethodPost: h.search(resourceType)}))
		r.Handle(path+"/{id}", h.methods(methods{
			http.MethodGet: t.get, http.MethodPut: t.replace, http.MethodPatch: t.patch, http.MethodDelete: t.delete,
		}))
	}
	for path, handle := range map[string]handlerFunc{
		"/ServiceProviderConfig": h.serviceProviderConfig, "/ServiceProviderConfigs": h.serviceProviderConfig,
		"/Schemas": schemas, "/Schemas/{id}": schemaByID,
		"/ResourceTypes": resourceTypes, "/ResourceTypes/{id}": resourceTypeByID,
	} {
		r.Handle(path, h.discovery(handle))
	}
	r.Handle("/", h.methods(methods{http.MethodGet: h.root}))
	r.Handle("/.search", h.methods(methods{http.MethodPost: h.search("User", "Group")}))
	r.Handle("/Bulk", h.methods(methods{http.MethodPost: h.bulk}))
	r.Handle("/Me", h.endpoint(h.me))
	r.NotFound(h.endpoint(notFound))
}

// methods picks the handler of the method; HEAD is GET whose body net/http
// leaves out.
func (h *Handler) methods(m methods) http.HandlerFunc {
	return h.endpoint(func(w http.ResponseWriter, r *http.Request, x *exchange) error {
		return m.serve(w, r, x)
	})
}

func (m methods) serve(w http.ResponseWriter, r *http.Request, x *exchange) error {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if handle, ok := m[method]; ok {
		return handle(w, r, x)
	}
	var allow []string
	for name := range m {
		if allow = append(allow, name); name == http.MethodGet {
			allow = append(allow, http.MethodHead)
		}
	}
	slices.Sort(allow)
	w.Header().Set("Allow", strings.Join(allow, ", "))
	return scim.StatusError(http.StatusMethodNotAllowed, "%s is not allowed here; allowed are %s", r.Method, strings.Join(allow, ", "))
}

// patience is how long a request may take: well under the minute after which
// Okta gives up.
const patience = 30 * time.Second

// endpoint lets requests with a good token through and writes what goes wrong.
func (h *Handler) endpoint(handle handlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		r = r.WithContext(ctx)
		x := &exchange{deviations: &scim.Deviations{}, base: h.base(r), record: recordOf(ctx)}
		defer h.recover(w, r)
		defer x.note()
		principal, err := h.Access.authenticate(r, x.deviations)
		if err == nil {
			x.Principal = principal
			x.record.Tenant = principal.Tenant
			x.by = store.By{Actor: "token " + principal.token, Address: h.Access.clientIP(r), Request: telemetry.RequestID(r.Context())}
			err = h.play(w, r, x, handle)
		}
		if err != nil {
			h.writeError(w, r, x, err)
		}
	}
}

// discovery serves a document with GET, to those without a token too where the
// persona leaves discovery open.
func (h *Handler) discovery(handle handlerFunc) http.HandlerFunc {
	get := methods{http.MethodGet: handle}
	closed := h.methods(get)
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			closed(w, r)
			return
		}
		persona := h.Access.personaOf(r.Context(), chi.URLParam(r, "tenantId"), h.fallback)
		if !persona.OpenDiscovery {
			closed(w, r)
			return
		}
		defer h.recover(w, r)
		x := &exchange{Principal: &Principal{Persona: persona}, deviations: &scim.Deviations{}, base: h.base(r), record: recordOf(r.Context())}
		x.record.Tenant, _ = provisioning.ParseID(chi.URLParam(r, "tenantId"))
		if err := get.serve(w, r, x); err != nil {
			h.writeError(w, r, x, err)
		}
	}
}

// note adds to the record of a request what is known of it in the end.
func (x *exchange) note() {
	for _, d := range x.deviations.List() {
		x.record.Deviations = append(x.record.Deviations, journal.Deviation{ID: d.ID, Detail: d.Detail})
	}
	if x.Principal != nil {
		x.record.At = x.clock.Now(x.record.At)
		x.record.Tenant, x.record.Token, x.record.Persona = x.Tenant, x.token, x.Persona.Name
	}
}

// base is the SCIM base of the request.
func (h *Handler) base(r *http.Request) string {
	path := "/scim/v2"
	if tenant := chi.URLParam(r, "tenantId"); tenant != "" {
		path = "/scim/tenants/" + url.PathEscape(tenant) + "/v2"
	}
	return h.Origin(r) + path
}

// pathID is the id of a path, decoded: chi leaves it encoded when the path holds
// an encoded slash.
func pathID(r *http.Request) string {
	value := chi.URLParam(r, "id")
	if r.URL.RawPath == "" {
		return value
	}
	if decoded, err := url.PathUnescape(value); err == nil {
		return decoded
	}
	return value
}

func notFound(_ http.ResponseWriter, _ *http.Request, _ *exchange) error {
	return scim.StatusError(http.StatusNotFound, "there is no such endpoint")
}

func notImplemented(_ http.ResponseWriter, r *http.Request, _ *exchange) error {
	return scim.StatusError(http.StatusNotImplemented, "%s is not supported", r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:])
}
