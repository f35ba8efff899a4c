package scimhttp_test

import (
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/scimhttp"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/store/postgres"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlite"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// stores are the databases that each wire file runs on.
var stores = map[string]func(t *testing.T) store.Store{
	"sqlite": func(t *testing.T) store.Store {
		t.Helper()
		return testenv.InMemory(t, sqlite.Open)
	},
	"postgres": func(t *testing.T) store.Store {
		t.Helper()
		return testenv.Opened(t, testenv.Postgres(t), migrate.Up, postgres.Open)
	},
}

// TestWire runs testdata/*.txtar. The header of a file is prose and a line
// `persona: WORDS`, as tenantOf reads them. Each file in it is one exchange, or moves
// the clock if it is named `WAIT DURATION`, or changes the tenant if it is named
// `TENANT WORDS`: the name is `METHOD /path`, below it optional `Header: value`
// lines, a blank line and the body; a line of `---` and the expectation: the status,
// header lines (an empty value means absent), a blank line and a subset of the body.
// `$name=` in an expectation takes a value for later exchanges.
func TestWire(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		for name, open := range stores {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+name, func(t *testing.T) {
				t.Parallel()
				text, err := os.ReadFile(file)
				require.NoError(t, err)
				archive := txtar.Parse(text)
				s := open(t)
				words := regexp.MustCompile(`(?m)^persona: (.*)$`).FindStringSubmatch(string(archive.Comment))[1]
				w := newWire(t, s, words, "secret")
				for i, f := range archive.Files {
					w.exchange(t, i, f.Name, string(f.Data))
				}
			})
		}
	}
}

const cursorTimeout = time.Minute

func newCursors(t *testing.T, c clock.Clock) *provisioning.Cursors {
	t.Helper()
	cursors, err := provisioning.NewCursors(make([]byte, 32), c, cursorTimeout)
	require.NoError(t, err)
	return cursors
}

// wire is a handler with one tenant and its token.
type wire struct {
	handler http.Handler
	clock   *clock.Settable
	known   map[string]string
	store   store.Store
	tenant  cinode.Tenant
	secret  string
}

func newWire(t *testing.T, s store.Store, words, secret string) *wire {
	t.Helper()
	now := clock.New(time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC))
	tenant, user := tenantOf(t, words)
	tenant.Name, tenant.Created = "T", now.Now()
	tenant, err := s.CreateTenant(t.Context(), tenant, store.AuditEntry{})
	require.NoError(t, err)
	w := &wire{
		clock: now, store: s, tenant: tenant, secret: secret, known: map[string]string{"tenant": strconv.FormatInt(tenant.ID, 10)},
	}
	w.token(t, secret, func(token *cinode.Token) { token.UserID = user })
	w.start(t)
	return w
}

// tenantOf reads a tenant: its persona and, behind it, strict, skip-unknown-members,
// a switch as NAME=true, an attribute mapping by its name, or bound for a token of
// user 1.
func tenantOf(t *testing.T, words string) (tenant cinode.Tenant, user int64) {
	t.Helper()
	for i, word := range strings.Fields(words) {
		name, value, isSwitch := strings.Cut(word, "=")
		switch {
		case i == 0:
			tenant.Persona = word
		case word == "strict":
			tenant.Strict = true
		case word == "skip-unknown-members":
			tenant.SkipUnknownMembers = true
		case word == "bound":
			user = 1
		case isSwitch:
			if tenant.Switches == nil {
				tenant.Switches = map[string]bool{}
			}
			on, err := strconv.ParseBool(value)
			require.NoError(t, err, word)
			tenant.Switches[name] = on
		default:
			tenant.Mappings = append(tenant.Mappings, cinode.Mapping(word))
		}
	}
	return tenant, user
}

// token makes a token of the tenant, changed as needed.
func (w *wire) token(t *testing.T, secret string, change func(*cinode.Token)) {
	t.Helper()
	now := w.clock.Now()
	token := cinode.Token{
		Tenant: w.tenant.ID, Name: secret, Audience: cinode.AudienceSCIM, Scopes: cinode.AllScopes, Created: now, Expires: now.Add(time.Hour),
	}
	change(&token)
	require.NoError(t, w.store.CreateToken(t.Context(), token, cinode.HashSecret(secret), store.AuditEntry{}))
}

// start makes a new handler, which remembers nothing of the tenant.
func (w *wire) start(t *testing.T) {
	t.Helper()
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	h, err := scimhttp.New(scimhttp.Options{
		Registry: schema.RFC(), Service: provisioning.New(w.store, w.clock, newCursors(t, w.clock)), CursorTimeout: cursorTimeout,
		Sensitive: []string{"ims.value"}, Logger: logger, DefaultPersona: cinode.PersonaCinode,
		Access: scimhttp.NewAccess(w.store, schema.RFC(), w.clock, logger, func(*http.Request) string { return "192.0.2.1" }),
		Origin: func(*http.Request) string { return "https://scim.example.com" },
	})
	require.NoError(t, err)
	r := chi.NewRouter()
	h.Mount(r)
	w.handler = r
}

// become changes the tenant.
func (w *wire) become(t *testing.T, words string) {
	t.Helper()
	tenant, _ := tenantOf(t, words)
	tenant.ID, tenant.Name, tenant.Created = w.tenant.ID, w.tenant.Name, w.tenant.Created
	_, err := w.store.ChangeTenant(t.Context(), w.tenant.ID, func(to *cinode.Tenant) (store.AuditEntry, error) {
		*to = tenant
		return store.AuditEntry{}, nil
	})
	require.NoError(t, err)
	w.tenant = tenant
	w.start(t)
}

var variable = regexp.MustCompile(`\$\{\w+\}`)

// expand puts in what earlier exchanges took.
func (w *wire) expand(s string) string {
	return variable.ReplaceAllStringFunc(s, func(v string) string { return w.known[v[2:len(v)-1]] })
}

func (w *wire) exchange(t *testing.T, i int, name, text string) {
	t.Helper()
	if wait, ok := strings.CutPrefix(name, "WAIT "); ok {
		d, err := time.ParseDuration(wait)
		require.NoError(t, err)
		w.clock.Advance(d)
		return
	}
	if words, ok := strings.CutPrefix(name, "TENANT "); ok {
		w.become(t, words)
		return
	}
	request, want, ok := strings.Cut(text, "---\n")
	require.True(t, ok, "exchange %d has no ---", i)
	method, target, _ := strings.Cut(name, " ")
	headers, body := split(w.expand(request))
	if target = w.expand(target); !strings.HasPrefix(target, "/scim/") {
		target = "/scim/v2" + target
	}
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+w.secret)
	if body != "" {
		r.Header.Set("Content-Type", scim.MediaType)
	}
	for _, line := range headers {
		key, _, _ := strings.Cut(line, ": ")
		r.Header.Del(key)
	}
	for _, line := range headers {
		if key, value, _ := strings.Cut(line, ": "); value != "-" {
			r.Header.Add(key, value)
		}
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	message := name + " (exchange " + strconv.Itoa(i+1) + ") answers " + strconv.Itoa(recorder.Code) + " " + recorder.Body.String()

	expected, subset := split(want)
	require.Equal(t, expected[0], strconv.Itoa(recorder.Code), message)
	w.requireBody(t, subset, recorder.Body.Bytes(), message)
	for _, line := range expected[1:] {
		key, value, _ := strings.Cut(line, ":")
		require.Equal(t, w.expand(strings.TrimSpace(value)), recorder.Header().Get(key), "%s of %s", key, message)
	}
	if recorder.Body.Len() > 0 && recorder.Code != http.StatusNoContent {
		require.Equal(t, scim.MediaType, recorder.Header().Get("Content-Type"), message)
	}
}

func (w *wire) requireBody(t *testing.T, subset string, body []byte, message string) {
	t.Helper()
	if subset == "" {
		return
	}
	have, err := scim.Decode(body)
	require.NoError(t, err, message)
	wanted, err := scim.Decode([]byte(w.expand(subset)))
	require.NoError(t, err, "the expectation of %s", message)
	w.requireSubset(t, wanted, have, message)
}

// split takes a text apart into its header lines and what follows the blank
// one.
func split(text string) (lines []string, body string) {
	head, body, _ := strings.Cut(text, "\n\n")
	if strings.HasPrefix(strings.TrimSpace(text), "{") || strings.HasPrefix(text, "\n") {
		head, body = "", text
	}
	for line := range strings.Lines(head) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines, strings.TrimSpace(body)
}

// requireSubset holds an answer against an expectation: objects may have more
// members, "$x=" takes a string, and "absent" says that a member is not there.
func (w *wire) requireSubset(t *testing.T, want, have any, message string) {
	t.Helper()
	switch want := want.(type) {
	case scim.Object:
		o, ok := have.(scim.Object)
		require.True(t, ok, message)
		for _, name := range slices.Sorted(maps.Keys(want)) {
			if want[name] == "absent" {
				require.NotContains(t, o, name, message)
				continue
			}
			require.Contains(t, o, name, message)
			w.requireSubset(t, want[name], o[name], message)
		}
	case []any:
		list, ok := have.([]any)
		require.True(t, ok, message)
		require.Len(t, list, len(want), message)
		for i := range want {
			w.requireSubset(t, want[i], list[i], message)
		}
	case string:
		s, ok := have.(string)
		require.True(t, ok, message)
		if name, takes := strings.CutSuffix(strings.TrimPrefix(want, "$"), "="); takes {
			w.known[name] = s
			return
		}
		require.Equal(t, want, s, message)
	default:
		require.Equal(t, want, have, message)
	}
}
