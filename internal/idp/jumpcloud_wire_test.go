package idp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// wire is a target that writes down what it is sent, and answers as little as a
// client can live with.
type wire struct {
	mu     sync.Mutex
	ids    int
	found  map[string]string // what filters find: an id
	refuse map[string]int    // "DELETE /Users/1": a status
	list   string            // what a list is
	log    strings.Builder
}

func (w *wire) lists(list string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = list
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(&w.log, "%s %s\n", r.Method, r.RequestURI)
	if len(body) > 0 {
		fmt.Fprintf(&w.log, "%s\n", body)
	}
	answer := func(status int, text string) {
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, text)
	}
	filter := r.URL.Query().Get("filter")
	switch {
	case w.refuse[r.Method+" "+r.URL.Path] != 0:
		answer(w.refuse[r.Method+" "+r.URL.Path], `{"detail":"not here"}`)
	case r.Method == http.MethodGet && w.found[filter] != "":
		attribute, value, _ := strings.Cut(filter, " eq ")
		answer(200, fmt.Sprintf(`{"totalResults":1,"Resources":[{"id":%q,%q:%s}]}`, w.found[filter], attribute, value))
	case r.Method == http.MethodGet && w.list != "":
		answer(200, w.list)
	case r.Method == http.MethodGet:
		answer(200, `{"totalResults":0}`)
	case r.Method == http.MethodPost:
		w.ids++
		answer(201, fmt.Sprintf(`{"id":"%d"}`, w.ids))
	default:
		answer(204, "")
	}
}

// note heads what follows in the log.
func (w *wire) note(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintf(&w.log, "\n# %s\n", text)
}

func TestJumpCloud_WireIsAsRecorded(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{idp.DialectCinode, idp.DialectCustom} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			w := &wire{refuse: map[string]int{"DELETE /scim/v2/Users/1": 501}, found: map[string]string{
				`userName eq "old@example.com"`: "77", `displayName eq "Taken over"`: "88",
			}}
			server := httptest.NewServer(w)
			t.Cleanup(server.Close)
			w.story(t, server.URL+"/scim/v2", dialect)
			want, err := os.ReadFile(filepath.Join("testdata", "jumpcloud", dialect+".txt"))
			require.NoError(t, err)
			require.Equal(t, string(want), w.log.String())
		})
	}
}

// story makes each request of JumpCloud's once.
func (w *wire) story(t *testing.T, base, dialect string) {
	t.Helper()
	p, err := idp.New(idp.Options{
		Kind: idp.JumpCloud, Dialect: dialect, Seed: 1, Shorten: quick,
		Clock: clock.New(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
	})
	require.NoError(t, err)
	t.Cleanup(p.Close)
	ok := func(err error) {
		t.Helper()
		require.NoError(t, err)
	}
	sync := func(note string) {
		t.Helper()
		w.note(note)
		report, err := p.Sync(t.Context())
		ok(err)
		require.Empty(t, report.Failures)
	}
	_, err = p.AddApplication(idp.Application{Name: "cinode"})
	ok(err)
	ok(p.Configure(t.Context(), idp.Connection{BaseURL: base, Token: "secret", Groups: true}))
	w.note("activate; there is no DELETE of users")
	ok(p.Activate(t.Context()))

	for i, u := range []idp.User{{
		Username: "mira@corp.example", Email: "mira@corp.test", FirstName: "Mira", LastName: "Vale", DisplayName: "Mira Vale",
		EmployeeID: "E-1", JobTitle: "Lead", Department: "Ops", WorkStreet: "Main 1", WorkCity: "Lund", WorkRegion: "Skåne",
		WorkPostal: "22222", WorkCountry: "SE", WorkPhone: "+46 1", Photo: "https://img.example/1.png", Locale: "en-US",
	}, {Username: `o"d\d <ö>`, FirstName: "O", LastName: "D"}, {Username: "old@example.com", FirstName: "Ol", LastName: "D"}} {
		u.ID = fmt.Sprintf("66f00000000000000000000%d", i+1)
		_, err = p.AddUser(u)
		ok(err)
	}
	_, err = p.AddGroup(idp.Group{Name: "Ops", Members: []string{"mira@corp.example", `o"d\d <ö>`}, Bound: true})
	ok(err)
	_, err = p.AddGroup(idp.Group{Name: "Taken over", Members: []string{"old@example.com"}, Bound: true})
	ok(err)
	sync("create two users, adopt one; create a group, take one over")

	_, err = p.EditUser("mira@corp.example", func(u *idp.User) {
		*u = idp.User{ID: u.ID, Username: u.Username, FirstName: u.FirstName, LastName: u.LastName, DisplayName: "Mira", Photo: "https://img.example/2.png"}
	})
	ok(err)
	sync("update a user: what was cleared")
	ok(p.RenameGroup("Ops", "Operations"))
	sync("rename a group: all bound groups are sent")
	ok(p.RemoveMembers("Operations", `o"d\d <ö>`))
	sync("take a member out of the only group")
	ok(p.AddMembers("Operations", `o"d\d <ö>`))
	sync("and back")
	ok(p.Unbind("Taken over"))
	sync("unbind a group")
	ok(p.DeleteUser("mira@corp.example"))
	sync("delete a user of the directory")
	ok(p.DeleteGroup("Operations"))
	sync("delete a group")
	w.note("list users to import")
	_, err = p.Candidates(t.Context())
	ok(err)
}

func TestJumpCloud_Headers(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	headers := map[string]http.Header{}
	w := &wire{}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		headers[r.Method] = r.Header.Clone()
		mu.Unlock()
		w.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	w.story(t, server.URL, idp.DialectCinode)
	mu.Lock()
	defer mu.Unlock()
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		h := headers[method]
		require.Equal(t, "Bearer secret", h.Get("Authorization"), method)
		require.Equal(t, "JumpCloud (simulated)", h.Get("User-Agent"), method)
		require.Equal(t, "application/scim+json", h.Get("Accept"), method)
		if method == "GET" || method == "DELETE" {
			require.Empty(t, h.Get("Content-Type"), method)
		} else {
			require.Equal(t, "application/scim+json", h.Get("Content-Type"), method)
		}
	}
}
