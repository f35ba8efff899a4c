package idp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// recorded is a target that keeps every request as it came, and answers as little as
// a client can live with. Ids are u1, u2... and g1, g2... in the order of the POSTs.
type recorded struct {
	*httptest.Server
	mu      sync.Mutex
	lines   []string
	headers []http.Header
	made    int
	answers map[string]string // to "METHOD path" without the query; else by method
}

func record(t *testing.T) *recorded {
	t.Helper()
	r := &recorded{answers: map[string]string{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *recorded) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, strings.TrimSpace(q.Method+" "+strings.TrimPrefix(q.RequestURI, "/scim/v2")+" "+string(body)))
	r.headers = append(r.headers, q.Header.Clone())
	path := strings.TrimPrefix(q.URL.Path, "/scim/v2")
	answer, set := r.answers[q.Method+" "+path]
	switch {
	case set && answer == "":
		w.WriteHeader(http.StatusNoContent)
	case set:
		fmt.Fprint(w, answer)
	case q.Method == http.MethodPost:
		r.made++
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"id":"%s%d"}`, map[bool]string{true: "g", false: "u"}[path == "/Groups"], r.made)
	case q.Method == http.MethodGet && strings.Count(path, "/") == 1:
		fmt.Fprint(w, `{"totalResults":0,"Resources":[]}`)
	case q.Method == http.MethodGet:
		fmt.Fprintf(w, `{"id":"%s"}`, path[strings.LastIndex(path, "/")+1:])
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// sent gives the lines since the last call, as idp-profiles.md writes them: names of
// schemas are short, GUIDs that are made up are <guid>, passwords ***.
func (r *recorded) sent() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := r.lines
	r.lines = nil
	for i, line := range lines {
		line = madeUp.ReplaceAllString(line, "<guid>")
		line = madePassword.ReplaceAllString(line, `"password":"***"`)
		lines[i] = shortNames.Replace(line)
	}
	return lines
}

var (
	madeUp     = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
	shortNames = strings.NewReplacer(
		"urn:ietf:params:scim:schemas:core:2.0:User", "CORE_U", "urn:ietf:params:scim:schemas:core:2.0:Group", "CORE_G",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "ENT", "urn:ietf:params:scim:api:messages:2.0:PatchOp", "PATCHOP")
	madePassword = regexp.MustCompile(`"password":"[a-z0-9]{8}"`)
)

// connected gives a provider that is active on a base URL.
func connected(t *testing.T, base, token string, o idp.Options) *idp.Provider {
	t.Helper()
	if o.Shorten == 0 {
		o.Shorten = 100_000
	}
	p, err := idp.New(o)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	_, err = p.AddApplication(idp.Application{Name: "cinode", DisplayLabel: "Cinode"})
	require.NoError(t, err)
	require.NoError(t, p.Configure(t.Context(), idp.Connection{BaseURL: base, Token: token, Groups: true}))
	require.NoError(t, p.Activate(t.Context()))
	return p
}

// synced runs a cycle that has to succeed.
func synced(t *testing.T, p *idp.Provider) idp.Report {
	t.Helper()
	report, err := p.Sync(t.Context())
	require.NoError(t, err)
	require.Empty(t, report.Failures)
	return report
}

func hired(t *testing.T, p *idp.Provider, users ...idp.User) {
	t.Helper()
	for _, u := range users {
		_, err := p.AddUser(u)
		require.NoError(t, err)
	}
}

func edited(t *testing.T, p *idp.Provider, username string, edit func(*idp.User)) {
	t.Helper()
	_, err := p.EditUser(username, edit)
	require.NoError(t, err)
}

func grouped(t *testing.T, p *idp.Provider, name string, members ...string) {
	t.Helper()
	_, err := p.AddGroup(idp.Group{ID: "id-of-" + name, Name: name, Members: members, Bound: true})
	require.NoError(t, err)
}

// scene is one step of a transcript: something happens, a cycle runs, and this is sent.
type scene struct {
	name string
	do   func(t *testing.T, p *idp.Provider)
	sent []string
}

func played(t *testing.T, srv *recorded, p *idp.Provider, scenes []scene) {
	t.Helper()
	for _, s := range scenes {
		s.do(t, p)
		synced(t, p)
		require.Equal(t, s.sent, srv.sent(), s.name)
	}
	synced(t, p)
	require.Empty(t, srv.sent(), "nothing is left to send")
}

// patched is a line with a PATCH.
func patched(path, operations string) string {
	return "PATCH " + path + ` {"schemas":["PATCHOP"],"Operations":[` + operations + "]}"
}
