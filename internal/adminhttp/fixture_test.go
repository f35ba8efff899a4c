package adminhttp_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/go-chi/chi/v5"
	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api"
	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/adminhttp"
	"github.com/cinode-scim/cinode-scim/internal/adminkey"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/fault"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/scimhttp"
	"github.com/cinode-scim/cinode-scim/internal/self"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/store/postgres"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlite"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func TestMain(m *testing.M) {
	text := func(body io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
		data, err := io.ReadAll(body)
		return string(data), err
	}
	for _, kind := range []string{"text/event-stream", "text/x-go", "text/x-shellscript"} {
		openapi3filter.RegisterBodyDecoder(kind, text)
	}
	testenv.Main(m)
}

// database is all that a server keeps.
type database interface {
	store.Store
	journal.Store
}

// stores are the databases that the tests run on.
var stores = map[string]func(t *testing.T) database{
	"sqlite": func(t *testing.T) database {
		t.Helper()
		return testenv.InMemory(t, sqlite.Open)
	},
	"postgres": func(t *testing.T) database {
		t.Helper()
		return testenv.Opened(t, testenv.Postgres(t), migrate.Up, postgres.Open)
	},
}

// onBoth runs a test on both databases.
func onBoth(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Helper()
	t.Parallel()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newFixture(t, open(t)))
		})
	}
}

const adminKey = "the-admin-key"

var start = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// fixture is the admin API with test control and the SCIM endpoints with their
// journal on one database, with tenant 1.
type fixture struct {
	store   database
	clock   *clock.Settable
	router  chi.Router
	api     *adminhttp.Handler
	self    *self.Way
	reseeds []int64 // the tenants whose fixed tokens were put back
	log     *bytes.Buffer
	address string

	doc       *openapi3.T
	described routers.Router
	seen      map[string]map[string]bool // the statuses that an operation was answered with
}

func newFixture(t *testing.T, db database) *fixture {
	t.Helper()
	f := &fixture{store: db, clock: clock.New(start), self: new(self.Way), log: &bytes.Buffer{}, address: "192.0.2.1", seen: map[string]map[string]bool{}}
	logger := slog.New(slog.NewTextHandler(f.log, nil))
	origin := func(*http.Request) string { return "https://scim.example.com" }
	address := func(r *http.Request) string { return r.RemoteAddr }
	cursors, err := provisioning.NewCursors(make([]byte, 32), f.clock, time.Minute)
	require.NoError(t, err)
	service := provisioning.New(db, f.clock, cursors)
	access := scimhttp.NewAccess(db, schema.RFC(), f.clock, logger, address)
	recorded := f.journal(t, logger)
	faults := fault.NewSet(f.clock)
	scim, err := scimhttp.New(scimhttp.Options{
		Service: service, Access: access, Logger: logger, Origin: origin, DefaultPersona: cinode.PersonaCinode, Registry: schema.RFC(),
		Journal: recorded, JournalBodyLimit: bodyLimit, Clock: f.clock, Faults: faults,
	})
	require.NoError(t, err)
	useCases := admin.New(admin.Options{
		Store: db, Provisioning: service, Registry: schema.RFC(), Clock: f.clock, Forget: access.Forget,
		Journal: recorded, Faults: faults, Reseed: f.reseed,
	})
	guard := adminkey.NewGuard()
	f.api, err = adminhttp.New(adminhttp.Options{
		Admin: useCases, Keys: db, Guard: guard,
		Simulated: simulation.New(simulation.Options{Tokens: useCases, AdminKey: guard.Inside(), Clock: f.clock, Logger: logger, Self: f.self}), Clock: f.clock, Logger: logger, Origin: origin, ClientIP: address, Documents: scim.Documents,
		DefaultPersona: cinode.PersonaCinode, TestAPI: true,
	})
	require.NoError(t, err)
	f.router = chi.NewRouter()
	f.api.Mount(f.router)
	f.router.Group(func(r chi.Router) {
		r.Use(scim.Record)
		scim.Mount(r)
	})
	require.NoError(t, db.PutAdminKey(t.Context(), cinode.HashSecret(adminKey), true, store.AuditEntry{}))
	_, err = db.CreateTenant(t.Context(), cinode.Tenant{Name: "First", Persona: cinode.PersonaCinode, Created: start}, store.AuditEntry{})
	require.NoError(t, err)
	f.doc, err = openapi3.NewLoader().LoadFromData(api.Document)
	require.NoError(t, err)
	require.NoError(t, f.doc.Validate(t.Context()))
	f.described, err = gorillamux.NewRouter(f.doc)
	require.NoError(t, err)
	return f
}

const bodyLimit = 4096

// journal is one that writes until the test ends.
func (f *fixture) journal(t *testing.T, logger *slog.Logger) *journal.Journal {
	t.Helper()
	j := journal.New(journal.Options{
		Store: f.store, Clock: f.clock, Logger: logger, Masker: journal.NewMasker(false), Max: 1000, MaxAge: 24 * time.Hour, BodyLimit: bodyLimit,
	})
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wait sync.WaitGroup
	wait.Go(func() { j.Run(ctx) })
	t.Cleanup(wait.Wait)
	t.Cleanup(cancel)
	return j
}

func (f *fixture) reseed(_ context.Context, tenant int64) error {
	f.reseeds = append(f.reseeds, tenant)
	return nil
}

// with is the admin API on the same database and journal with other options.
func (f *fixture) with(t *testing.T, change func(*adminhttp.Options)) *fixture {
	t.Helper()
	o := f.api.Options
	change(&o)
	other := *f
	var err error
	other.api, err = adminhttp.New(o)
	require.NoError(t, err)
	other.router = chi.NewRouter()
	other.api.Mount(other.router)
	return &other
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// object is the body as an object.
func (a answer) object(t *testing.T) map[string]any {
	t.Helper()
	var o map[string]any
	require.NoError(t, json.Unmarshal(a.body, &o), "%s", a.body)
	return o
}

// items are those of a list, each by a member of it.
func (a answer) items(t *testing.T, member string) []any {
	t.Helper()
	list, ok := a.object(t)["items"].([]any)
	require.True(t, ok, "%s", a.body)
	out := make([]any, len(list))
	for i, e := range list {
		o, ok := e.(map[string]any)
		require.True(t, ok)
		out[i] = o[member]
	}
	return out
}

// change makes a request different.
type change func(*http.Request)

func header(name, value string) change {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// form says whether a request is as the description wants it.
type form struct{}

// misformed says that it is not, lenient that it may be either.
func misformed(r *http.Request) { *r = *r.WithContext(context.WithValue(r.Context(), form{}, "mis")) }
func lenient(r *http.Request)   { *r = *r.WithContext(context.WithValue(r.Context(), form{}, "any")) }

// do sends a request with the admin key, and holds it and its answer against the
// description.
func (f *fixture) do(t *testing.T, method, path, body string, changes ...change) answer {
	t.Helper()
	if !strings.HasPrefix(path, "/") || adminhttp.Owns(path) {
		t.Fatalf("path %q goes behind the base", path)
	}
	r := f.request(t, method, "/admin/api/v1"+path, body)
	r.Header.Set("Authorization", "Bearer "+adminKey)
	for _, c := range changes {
		c(r)
	}
	a := f.serve(r)
	r.Body = io.NopCloser(strings.NewReader(body))
	f.conforms(t, r, a)
	return a
}

func (f *fixture) serve(r *http.Request) answer {
	w := httptest.NewRecorder()
	f.router.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.Bytes()}
}

func (f *fixture) request(t *testing.T, method, path, body string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.RemoteAddr = f.address
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// want is do for a request that must get a status.
func (f *fixture) want(t *testing.T, status int, method, path, body string, changes ...change) answer {
	t.Helper()
	a := f.do(t, method, path, body, changes...)
	require.Equal(t, status, a.status, "%s %s: %s %s", method, path, a.body, f.log)
	return a
}

// conforms holds an exchange against the description. What has no operation in
// it must be a problem all the same.
func (f *fixture) conforms(t *testing.T, r *http.Request, a answer) {
	t.Helper()
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
	route, params, err := f.described.FindRoute(r)
	if err != nil {
		f.isProblem(t, a)
		return
	}
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, MultiError: true}
	input := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
	err = openapi3filter.ValidateRequest(r.Context(), input)
	switch r.Context().Value(form{}) {
	case nil:
		require.NoError(t, err, "the request does not fit the description")
	case "mis":
		require.Error(t, err, "the request fits the description")
	}
	require.NoError(t, openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)), Options: options,
	}), "the answer does not fit the description")
	id := route.Operation.OperationID
	if f.seen[id] == nil {
		f.seen[id] = map[string]bool{}
	}
	f.seen[id][strconv.Itoa(a.status)] = true
	if a.status >= http.StatusBadRequest {
		f.isProblem(t, a)
		require.Equal(t, r.URL.EscapedPath(), a.object(t)["instance"])
	}
}

// isProblem holds an answer against RFC 9457.
func (f *fixture) isProblem(t *testing.T, a answer) {
	t.Helper()
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
	o := a.object(t)
	kind := "Problem"
	if o["type"] == "urn:cinode-scim:problem:not-met" {
		kind = "ProblemFields" // it has members of its own
	}
	require.NoError(t, f.doc.Components.Schemas[kind].Value.VisitJSON(o, openapi3.EnableJSONSchema2020()))
	require.InDelta(t, a.status, o["status"], 0)
}

// scim sends a request to a SCIM endpoint.
func (f *fixture) scim(t *testing.T, token, method, path, body string) answer {
	t.Helper()
	r := f.request(t, method, path, body)
	r.Header.Set("Authorization", "Bearer "+token)
	return f.serve(r)
}

// token makes a token and gives its secret.
func (f *fixture) token(t *testing.T, name string) string {
	t.Helper()
	a := f.want(t, 201, "POST", "/tenants/1/tokens", `{"name":"`+name+`","expires":"2027-01-31T12:00:00Z"}`)
	secret, ok := a.object(t)["secret"].(string)
	require.True(t, ok)
	return secret
}

// create makes a resource by SCIM and gives its id.
func (f *fixture) create(t *testing.T, token, endpoint, body string) string {
	t.Helper()
	a := f.scim(t, token, "POST", "/scim/v2/"+endpoint, body)
	require.Equal(t, 201, a.status, "%s", a.body)
	id, ok := a.object(t)["id"].(string)
	require.True(t, ok)
	return id
}

func userBody(userName string) string {
	return `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"` + userName +
		`","externalId":"e-` + userName + `","name":{"givenName":"Ada","familyName":"Lovelace"}}`
}

func groupBody(name string, members ...string) string {
	list := ""
	for i, m := range members {
		if i > 0 {
			list += ","
		}
		list += `{"value":"` + m + `"}`
	}
	return `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"` + name + `","members":[` + list + `]}`
}
