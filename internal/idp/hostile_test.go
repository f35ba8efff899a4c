package idp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// activeAt is a provider that provisions to a server of a test.
func activeAt(t *testing.T, kind idp.Kind, server http.Handler) *idp.Provider {
	t.Helper()
	target := httptest.NewServer(server)
	t.Cleanup(target.Close)
	p, err := idp.New(idp.Options{Kind: kind, Shorten: quick})
	require.NoError(t, err)
	t.Cleanup(p.Close)
	_, err = p.AddApplication(idp.Application{Name: "any"})
	require.NoError(t, err)
	require.NoError(t, p.Configure(t.Context(), idp.Connection{BaseURL: target.URL + "/scim/v2", Token: "secret", Groups: true}))
	require.NoError(t, p.Activate(t.Context()))
	return p
}

// liar is a server that is sound until its lists are to be something else.
type liar struct {
	sound recorded
	page  atomic.Pointer[func(n int64) string] // of the request of a number
	asked atomic.Int64
}

func (l *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if page := l.page.Load(); page != nil {
		fmt.Fprint(w, (*page)(l.asked.Add(1)))
		return
	}
	l.sound.ServeHTTP(w, r)
}

// fresh is a page of users whom no page before has had.
func fresh(n int64) string {
	const most = 100_000
	var b strings.Builder
	b.WriteString(`{"totalResults":1e9,"Resources":[{"id":"x"}`)
	for i := range most {
		fmt.Fprintf(&b, `,{"id":"%d-%d"}`, n, i)
	}
	return b.String() + "]}"
}

func TestCandidates_ListsThatLie(t *testing.T) {
	t.Parallel()
	always := func(text string) func(int64) string { return func(int64) string { return text } }
	tests := map[string]struct {
		page  func(int64) string
		want  string // of the error, empty for none
		users int
		most  int64 // requests
	}{
		"a billion, and none of them":   {always(`{"totalResults":1000000000,"Resources":[]}`), "", 0, 1},
		"more than a number can be":     {always(`{"totalResults":1e300,"Resources":[]}`), "", 0, 1},
		"below nothing":                 {always(`{"totalResults":-5,"Resources":[{"id":"a","userName":"ann"}]}`), "", 1, 1},
		"the same page for ever":        {always(`{"totalResults":1000000000,"Resources":[{"id":"a","userName":"ann"}]}`), "the pages of the list repeat; it does not follow startIndex", 0, 5},
		"somebody twice":                {always(`{"totalResults":2,"Resources":[{"id":"a","userName":"ann"},{"id":"a","userName":"ann"}]}`), "", 1, 1},
		"the same name with two ids":    {always(`{"totalResults":2,"Resources":[{"id":"a","userName":"ann"},{"id":"b","userName":"ANN"}]}`), "", 2, 1},
		"an id that is a number":        {always(`{"totalResults":1,"Resources":[{"id":7,"userName":"ann"}]}`), `lists a user ("ann") whose id is no string`, 0, 1},
		"a page that is cut off":        {always(`{"totalResults":1,"Resources":[{"id":`), "cannot be read", 0, 1},
		"a page that is deeper than it": {always(strings.Repeat("[", 1<<20)), "cannot be read", 0, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range idp.Kinds() {
				target := &liar{sound: recorded{answers: map[string]string{}}}
				p := activeAt(t, kind, target)
				target.page.Store(&test.page)
				list, err := p.Candidates(t.Context())
				if test.want != "" {
					require.ErrorContains(t, err, test.want, kind)
				} else {
					require.NoError(t, err, kind)
				}
				require.Len(t, list, test.users, kind)
				require.LessOrEqual(t, target.asked.Load(), test.most, kind)
			}
		})
	}
}

func TestCandidates_NewPeopleForEver(t *testing.T) {
	t.Parallel()
	target, page := &liar{sound: recorded{answers: map[string]string{}}}, fresh
	p := activeAt(t, idp.JumpCloud, target)
	target.page.Store(&page)
	_, err := p.Candidates(t.Context())
	require.ErrorContains(t, err, "the list does not end: it has more than 1000000 resources")
}

// namer is a server whose every resource has the same id. It notes requests for
// something else than that and its lists.
type namer struct {
	id string

	mu     sync.Mutex
	single int // requests for the resource
	wrong  []string
}

func (n *namer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	collection, escaped, single := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/scim/v2/"), "/")
	id, err := url.PathUnescape(escaped)
	dots := escaped == "." || escaped == ".." // which those on the way take for another path
	if collection != "Users" && collection != "Groups" || single && (err != nil || id != n.id || strings.Contains(escaped, "/") || dots) {
		n.wrong = append(n.wrong, r.Method+" "+r.RequestURI)
	}
	switch {
	case single:
		n.single++
		fmt.Fprintf(w, `{"id":%q}`, n.id)
	case r.Method == http.MethodPost:
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"id":%q}`, n.id)
	default:
		fmt.Fprint(w, `{"totalResults":0,"Resources":[]}`)
	}
}

func TestIDs_StayOnePartOfThePath(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a/b", "/", `q"uo'te`, "with a blank", "..", ".", "...", "../../admin", "x?y=1#z", "100%", "%2e%2e", "å\\", "a;b=c"} {
		for _, kind := range idp.Kinds() {
			t.Run(string(kind)+" "+id, func(t *testing.T) {
				t.Parallel()
				target := &namer{id: id}
				p := activeAt(t, kind, target)
				_, err := p.AddUser(idp.User{Username: "ann@example.com", FirstName: "Ann", LastName: "Holm", Email: "ann@example.com", Assigned: true})
				require.NoError(t, err)
				_, err = p.AddGroup(idp.Group{Name: "One", Members: []string{"ann@example.com"}, Bound: true})
				require.NoError(t, err)
				_, err = p.Sync(t.Context())
				require.NoError(t, err)
				_, err = p.EditUser("ann@example.com", func(u *idp.User) { u.JobTitle = "Lead" })
				require.NoError(t, err)
				_, err = p.Sync(t.Context())
				require.NoError(t, err)
				require.NoError(t, p.DeleteUser("ann@example.com"))
				_, err = p.Sync(t.Context())
				require.NoError(t, err)
				target.mu.Lock()
				defer target.mu.Unlock()
				require.Empty(t, target.wrong)
				require.NotZero(t, target.single)
			})
		}
	}
}
