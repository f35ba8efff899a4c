package idp_test

import (
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// calls are all that an identity provider sends.
var calls = []struct{ method, path string }{
	{"GET", "/Users"}, {"POST", "/Users"}, {"GET", "/Users/{id}"}, {"PUT", "/Users/{id}"}, {"PATCH", "/Users/{id}"}, {"DELETE", "/Users/{id}"},
	{"GET", "/Groups"}, {"POST", "/Groups"}, {"GET", "/Groups/{id}"}, {"PUT", "/Groups/{id}"}, {"PATCH", "/Groups/{id}"}, {"DELETE", "/Groups/{id}"},
}

// faults are what may go wrong with a call; a lost answer is one of a request that
// was carried out.
var faults = map[string]scimtest.Fault{
	"503":         {Action: "status", Status: 503},
	"lost answer": {Action: "reset", Execute: new(true)},
	"lost":        {Action: "reset", Execute: new(false)},
	"throttle":    {Action: "throttle", RetryAfter: new(0)},
	"html":        {Action: "html"},
	"truncate":    {Action: "truncate"},
	"no content":  {Action: "no-content"},
	"conflict":    {Action: "conflict"},
	"stale":       {Action: "stale", For: time.Second},
	"duplicate":   {Action: "duplicate"},
}

// converge repeats cycles until one has nothing to do and none has failed.
func converge(t *testing.T, p *idp.Provider) {
	t.Helper()
	for range 60 {
		report, err := p.Sync(t.Context())
		if err != nil {
			require.ErrorIs(t, err, idp.ErrUnreachable)
		}
		if err == nil && !report.Failed() && p.View().Pending == 0 {
			return
		}
	}
	require.Fail(t, "the cycles do not converge")
}

// storm plays one fault at 10 % of every call, through a life of joiners, movers and
// leavers, and wants the right state in the end.
func storm(t *testing.T, o idp.Options, f scimtest.Fault) {
	t.Helper()
	srv := scimtest.New(t, scimtest.Persona("rfc"))
	p := connected(t, srv.TenantURL, srv.Token, o)
	for i, call := range calls {
		f.Methods, f.Path, f.Percent, f.Seed = []string{call.method}, call.path, 10, uint64(i+1) //nolint:gosec // small
		srv.Fault(f)
	}
	n := 15
	if o.Kind == idp.Okta {
		n = 9 // whose passwords the server hashes
	}
	few, rest := n/3, n-n/3
	list := people(n)
	hired(t, p, list...)
	grouped(t, p, "All", names(list)...)
	grouped(t, p, "Few", names(list[:few])...)
	converge(t, p)
	for _, u := range list[:few] {
		edited(t, p, u.Username, func(u *idp.User) { u.JobTitle, u.LastName = "Lead", "Ek" })
	}
	require.NoError(t, p.RemoveMembers("All", names(list[rest:])...))
	require.NoError(t, p.RenameGroup("All", "Everybody"))
	require.NoError(t, p.DeleteGroup("Few"))
	require.NoError(t, p.DeleteUser(list[0].Username))
	converge(t, p)
	srv.ClearFaults()
	converge(t, p) // what stale lists and lies have left

	require.Len(t, srv.Groups(), 1)
	require.Len(t, srv.Group("Everybody").Members, rest-1)
	active := map[string]bool{}
	for _, u := range srv.Users() {
		require.NotContains(t, active, u.UserName, "a duplicate")
		active[u.UserName] = u.Active()
	}
	for i, u := range list {
		if i == 0 && o.Kind == idp.Entra {
			require.NotContains(t, active, u.Username, "deleted for good")
			continue
		}
		require.Equal(t, i > 0 && i < rest, active[u.Username], u.Username)
		if i > 0 && i < few {
			require.Equal(t, "Lead", srv.User(u.Username).Get("title"))
		}
	}
}

func TestEntra_Faults(t *testing.T) {
	t.Parallel()
	for name, f := range faults {
		t.Run(name, func(t *testing.T) { t.Parallel(); storm(t, idp.Options{Kind: idp.Entra}, f) })
	}
}

func TestEntra_TokenDiesWithinACycle(t *testing.T) {
	t.Parallel()
	tokenDies(t, idp.Options{Kind: idp.Entra})
}

// tokenDies takes the token away in the middle of a cycle, which ends early, and gives
// a new one.
func tokenDies(t *testing.T, o idp.Options) {
	t.Helper()
	srv := scimtest.New(t, scimtest.Persona("rfc"))
	p := connected(t, srv.TenantURL, srv.Token, o)
	list := people(12)
	hired(t, p, list...)
	grouped(t, p, "All", names(list)...)
	end := srv.Fault(scimtest.Fault{Action: "token-death", Nth: 9})
	_, err := p.Sync(t.Context())
	require.ErrorIs(t, err, idp.ErrUnreachable)
	require.Less(t, len(srv.Requests(scimtest.Match{Status: "401"})), 10, "it does not go on for long")
	end()
	synced(t, p)
	require.Len(t, srv.Users(), 12)
	require.Len(t, srv.Group("All").Members, 12)
}

// hands is a clock that is set by hand.
type hands struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hands) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hands) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func TestEntra_Quarantine(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.Persona("rfc"))
	at := &hands{now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	p := connected(t, srv.URL, srv.Token, idp.Options{Kind: idp.Entra, Clock: at, Shorten: 1})
	require.Equal(t, 40*time.Minute, p.Interval())
	hired(t, p, ida)
	end := srv.Fault(scimtest.Fault{Action: "status", Status: 500})
	fail := func(n int) {
		t.Helper()
		for range n {
			report, err := p.Sync(t.Context())
			require.NoError(t, err)
			require.True(t, report.Failed())
		}
	}
	fail(2)
	require.Equal(t, idp.PhaseActive, p.Phase())
	fail(1)
	require.Equal(t, idp.PhaseQuarantine, p.Phase())
	for _, wait := range []time.Duration{6 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour} {
		require.Equal(t, wait, p.Interval())
		at.advance(p.Interval())
		fail(1)
	}
	require.Len(t, srv.Requests(scimtest.Match{Method: "GET", Path: "/Users", Status: "500"}), 8, "the connection is tried, and nothing else")

	end()
	synced(t, p)
	require.Equal(t, idp.PhaseActive, p.Phase())
	require.Equal(t, 40*time.Minute, p.Interval())
	require.True(t, srv.User(ida.Username).Active())
	var told []string
	for _, e := range p.Events() {
		if e.Object.Kind == idp.KindApplication {
			told = append(told, string(e.Action)+" "+map[bool]string{true: "ok", false: "failed"}[e.Success])
		}
	}
	require.Equal(t, []string{"activate ok", "quarantine failed", "update ok"}, told)
}

func TestEntra_QuarantineEndsAfterFourWeeks(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.Persona("rfc"))
	at := &hands{now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	p := connected(t, srv.URL, srv.Token, idp.Options{Kind: idp.Entra, Clock: at, Shorten: 1})
	hired(t, p, ida)
	srv.Fault(scimtest.Fault{Action: "status", Status: 500})
	for range 4 {
		_, err := p.Sync(t.Context())
		require.NoError(t, err)
	}
	at.advance(28*24*time.Hour + time.Minute)
	_, err := p.Sync(t.Context())
	require.ErrorIs(t, err, idp.ErrNotActive)
	require.Equal(t, idp.PhaseConfigured, p.Phase())
	srv.ClearFaults()
	require.NoError(t, p.Activate(t.Context()))
	synced(t, p)
}

func TestEntra_TestConnection(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]scimtest.Fault{
		"html": {Action: "html"}, "404": {Action: "status", Status: http.StatusNotFound},
		"groups": {Action: "status", Status: http.StatusNotFound, Path: "/Groups"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := scimtest.New(t)
			p, err := idp.New(idp.Options{Kind: idp.Entra})
			require.NoError(t, err)
			t.Cleanup(p.Close)
			_, err = p.AddApplication(idp.Application{Name: "cinode"})
			require.NoError(t, err)
			require.NoError(t, p.Configure(t.Context(), idp.Connection{BaseURL: srv.URL, Token: srv.Token}))
			srv.Fault(f)
			var failed *idp.VerifyError
			require.ErrorAs(t, p.Activate(t.Context()), &failed)
			srv.ClearFaults()
			require.NoError(t, p.Activate(t.Context()))
			require.Empty(t, srv.Users())
		})
	}
}

// A process that is killed in the middle is gone with all that its state file lacks.
func TestEntra_ResumesFromItsStateFile(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.Persona("rfc"))
	resumed(t, srv, idp.Options{Kind: idp.Entra})
}

func resumed(t *testing.T, srv *scimtest.Server, o idp.Options) {
	t.Helper()
	o.StateFile = filepath.Join(t.TempDir(), "state.json")
	p := connected(t, srv.URL, srv.Token, o)
	list := people(12)
	hired(t, p, list...)
	grouped(t, p, "All", names(list)...)
	end := srv.Fault(scimtest.Fault{Action: "status", Status: 500, Path: "/Users", Methods: []string{"POST"}, Every: 2})
	_, err := p.Sync(t.Context())
	require.NoError(t, err)
	end()
	copyOf, err := idp.New(o) // as it was on the disk
	require.NoError(t, err)
	t.Cleanup(copyOf.Close)
	synced(t, p) // the dead one had done this, and nobody knows
	require.NoError(t, copyOf.Resume(srv.Token))
	converge(t, copyOf)
	require.Len(t, srv.Users(), 12)
	require.Len(t, srv.Groups(), 1)
	require.Len(t, srv.Group("All").Members, 12)
}
