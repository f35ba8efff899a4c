package idp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// together lets PATCH requests of groups wait for each other until there are as many.
type together struct {
	next    http.Handler
	many    int
	mu      sync.Mutex
	waiting int
	open    chan struct{}
}

func (h *together) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPatch && strings.Contains(r.URL.Path, "/Groups/") {
		h.mu.Lock()
		gate := h.open
		if h.waiting++; h.waiting == h.many {
			close(gate)
			h.waiting, h.open = 0, make(chan struct{})
		}
		h.mu.Unlock()
		select {
		case <-gate:
		case <-r.Context().Done():
			return
		}
	}
	h.next.ServeHTTP(w, r)
}

// idp-profiles.md 2.5: several requests for one group are on their way at once.
func TestEntra_EightMembershipsOfAGroupAtATime(t *testing.T) {
	t.Parallel()
	srv := record(t)
	gate := &together{next: srv, many: 8, open: make(chan struct{})}
	server := httptest.NewServer(gate)
	t.Cleanup(server.Close)
	p := connected(t, server.URL+"/scim/v2", "secret", idp.Options{Kind: idp.Entra})
	list := people(16)
	hired(t, p, list...)
	grouped(t, p, "All", names(list)...)
	require.Equal(t, 16, synced(t, p).Done["group add member"])
}

// Manager: added, replaced, and taken away with an empty text, idp-profiles.md 2.4.
func TestEntra_WireOfManagers(t *testing.T) {
	t.Parallel()
	for _, flag := range []bool{false, true} {
		t.Run(fmt.Sprint(flag), func(t *testing.T) {
			t.Parallel()
			srv := record(t)
			p := connected(t, srv.URL+"/scim/v2", "secret", idp.Options{Kind: idp.Entra, AADOptIn: flag})
			cia := idp.User{Username: "cia@corp.example", FirstName: "Cia", LastName: "Ek", Assigned: true}
			hired(t, p, ida, bea, cia)
			synced(t, p)
			srv.sent()
			under := func(name, line string) scene {
				if flag {
					line = strings.NewReplacer("u1", "u1?aadOptscim062020", "Add", "add", "Replace", "replace").Replace(line)
				}
				return scene{"manager " + name, func(t *testing.T, p *idp.Provider) {
					t.Helper()
					edited(t, p, ida.Username, func(u *idp.User) { u.Manager = name })
				}, []string{line}}
			}
			played(t, srv, p, []scene{
				under(bea.Username, patched("/Users/u1", managerBea)),
				under(cia.Username, patched("/Users/u1", `{"op":"Replace","path":"ENT:manager","value":"u3"}`)),
				under("", patched("/Users/u1", `{"op":"Replace","path":"ENT:manager","value":""}`)),
			})
		})
	}
}

// What was refused waits for the next cycle, a Retry-After or none.
func TestEntra_TriesNothingAgainWithinACycle(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]scimtest.Fault{
		"503": {Action: "status", Status: 503}, "429": {Action: "throttle", RetryAfter: new(1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := scimtest.New(t, scimtest.Persona("rfc"))
			p := connected(t, srv.TenantURL, srv.Token, idp.Options{Kind: idp.Entra})
			f.Methods, f.Path, f.Times = []string{"POST"}, "/Users", 1
			srv.Fault(f)
			hired(t, p, ida)
			report, err := p.Sync(t.Context())
			require.NoError(t, err)
			require.Len(t, report.Failures, 1)
			posts := scimtest.Match{Method: "POST", Path: "/Users"}
			require.Len(t, srv.Requests(posts), 1)
			synced(t, p)
			require.Len(t, srv.Requests(posts), 2)
		})
	}
}

// One user of many whom the target never takes is no reason for quarantine; a target
// that does not answer is, for whatever was to be sent.
func TestEntra_QuarantineIsForTheWholeJob(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	o := idp.Options{Kind: idp.Entra, Dialect: "cinode", StateFile: filepath.Join(t.TempDir(), "state.json")}
	p := connected(t, srv.URL, srv.Token, o)
	hired(t, p, ida, bea)
	hired(t, p, people(4)...)
	for _, u := range people(4) {
		edited(t, p, u.Username, func(u *idp.User) { u.Assigned = true })
	}
	synced(t, p)
	edited(t, p, ida.Username, func(u *idp.User) { u.Username = "ida.vale@corp.example" })
	for range 5 {
		report, err := p.Sync(t.Context())
		require.NoError(t, err)
		require.Len(t, report.Failures, 1)
	}
	require.Equal(t, idp.PhaseActive, p.Phase())
	srv.Fault(scimtest.Fault{Action: "status", Status: 500})
	for range 3 {
		_, err := p.Sync(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, idp.PhaseQuarantine, p.Phase())

	// It outlives the process, and ends with the outage.
	next, err := idp.New(o)
	require.NoError(t, err)
	t.Cleanup(next.Close)
	require.Equal(t, idp.PhaseQuarantine, next.Phase())
	srv.ClearFaults()
	require.NoError(t, next.Resume(srv.Token))
	_, err = next.Sync(t.Context())
	require.NoError(t, err)
	require.Equal(t, idp.PhaseActive, next.Phase())
}

// Only those who are assigned, and whom the application has, are sent as members.
func TestOkta_SendsMembersThatTheApplicationHas(t *testing.T) {
	t.Parallel()
	for _, style := range []string{"oin", "aiw"} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			srv := scimtest.New(t, scimtest.Persona("rfc"))
			p := connected(t, srv.URL, srv.Token, idp.Options{Kind: idp.Okta, OktaStyle: style})
			oktaTwo(t, p)
			srv.Fault(scimtest.Fault{Action: "status", Status: 500, Methods: []string{"POST"}, Path: "/Users", Times: 1})
			report, err := p.Sync(t.Context())
			require.NoError(t, err)
			require.Len(t, report.Failures, 1)
			require.Equal(t, []string{srv.User(bob.Username).ID}, srv.Group("Ops").Members)
			synced(t, p)
			require.Len(t, srv.Group("Ops").Members, 2)
		})
	}
}

// A 404 that speaks SCIM is a miss; a page is not, and makes nobody.
func TestOkta_LookupsThatAreNotFound(t *testing.T) {
	t.Parallel()
	for body, posts := range map[string]int{
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"nobody"}`: 1, "<html>": 0,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			made := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodPost:
					made++
					fmt.Fprint(w, `{"id":"u1"}`)
				case r.URL.Query().Has("filter"):
					w.WriteHeader(http.StatusNotFound)
					fmt.Fprint(w, body)
				default:
					fmt.Fprint(w, `{"totalResults":0,"Resources":[]}`)
				}
			}))
			t.Cleanup(server.Close)
			p := connected(t, server.URL, "secret", idp.Options{Kind: idp.Okta})
			hired(t, p, ann)
			_, err := p.Sync(t.Context())
			require.NoError(t, err)
			require.Equal(t, posts, made)
		})
	}
}
