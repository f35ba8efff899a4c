package idp_test

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
)

func TestOkta_JoinerMoverLeaver(t *testing.T) {
	t.Parallel()
	for _, style := range []string{"oin", "aiw"} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			bases(t, func(t *testing.T, tenant bool) {
				t.Helper()
				oktaLife(t, scimtest.New(t, scimtest.Persona("rfc")), tenant, style)
			})
		})
	}
}

func oktaLife(t *testing.T, srv *scimtest.Server, tenant bool, style string) {
	t.Helper()
	p := connected(t, base(srv, tenant), srv.Token, idp.Options{Kind: idp.Okta, OktaStyle: style})
	oktaTwo(t, p)
	synced(t, p)
	first := srv.User(ann.Username)
	require.Equal(t, ann.ID, first.Get("externalId"))
	require.Len(t, srv.Group("Ops").Members, 2)

	edited(t, p, ann.Username, func(u *idp.User) {
		u.Username, u.LastName, u.JobTitle, u.Email = "ann.berg@corp.example", "Berg", "Lead", "ann.berg@corp.test"
	})
	require.NoError(t, p.RenameGroup("Ops", "Ops EU"))
	synced(t, p)
	now := srv.User("ann.berg@corp.example")
	require.Equal(t, []any{first.ID, ann.ID, "Lead", "Berg", "ann.berg@corp.test", true},
		[]any{now.ID, now.Get("externalId"), now.Get("title"), now.Get("name", "familyName"), now.Get("emails", "0", "value"), now.Active()})
	require.Len(t, srv.Group("Ops EU").Members, 2)

	// She leaves: assignment and group alike. Her account stays.
	edited(t, p, "ann.berg@corp.example", func(u *idp.User) { u.Assigned = false })
	require.NoError(t, p.RemoveMembers("Ops EU", "ann.berg@corp.example"))
	synced(t, p)
	require.False(t, srv.User("ann.berg@corp.example").Active())
	require.Equal(t, []string{srv.User(bob.Username).ID}, srv.Group("Ops EU").Members)

	// Back with another name and another title.
	edited(t, p, "ann.berg@corp.example", func(u *idp.User) { u.Assigned, u.JobTitle = true, "Manager" })
	synced(t, p)
	require.True(t, srv.User("ann.berg@corp.example").Active())
	require.Equal(t, "Manager", srv.User("ann.berg@corp.example").Get("title"))

	// Deleted in Okta, and hired anew as somebody else with the same name.
	require.NoError(t, p.DeleteUser("ann.berg@corp.example"))
	synced(t, p)
	require.False(t, srv.User("ann.berg@corp.example").Active())
	hired(t, p, idp.User{Username: "ann.berg@corp.example", FirstName: "Ann", LastName: "Berg", Assigned: true})
	synced(t, p)
	require.True(t, srv.User("ann.berg@corp.example").Active())
	require.Equal(t, first.ID, srv.User("ann.berg@corp.example").ID)
	srv.AssertRequests(scimtest.Never(scimtest.Match{Method: "DELETE"}), scimtest.Times(2, scimtest.Match{Method: "POST", Path: "/Users"}))

	require.NoError(t, p.UnlinkGroup("Ops EU", false))
	synced(t, p)
	require.Len(t, srv.Group("Ops EU").Members, 1, "left as it is")
	require.NoError(t, p.Bind("Ops EU"))
	synced(t, p)
	require.Len(t, srv.Groups(), 1, "taken over")
	require.NoError(t, p.UnlinkGroup("Ops EU", true))
	synced(t, p)
	require.Empty(t, srv.Groups())
	known(t, srv, "Okta")
}

// Okta's network application works with what Cinode documents; PUT of groups does not.
func TestOkta_OnCinode(t *testing.T) {
	t.Parallel()
	bases(t, func(t *testing.T, tenant bool) {
		t.Helper()
		srv := scimtest.New(t)
		p := connected(t, base(srv, tenant), srv.Token, idp.Options{Kind: idp.Okta})
		oktaTwo(t, p)
		synced(t, p)
		edited(t, p, ann.Username, func(u *idp.User) { u.LastName, u.JobTitle = "Berg", "Lead" })
		require.NoError(t, p.RemoveMembers("Ops", ann.Username))
		require.NoError(t, p.AddMembers("Ops", bob.Username))
		synced(t, p)
		require.Equal(t, "Lead", srv.User(ann.Username).Get("title"))
		require.Equal(t, []string{srv.User(bob.Username).ID}, srv.Group("Ops").Members)
		edited(t, p, ann.Username, func(u *idp.User) { u.Assigned = false })
		synced(t, p)
		require.Equal(t, "Disconnected", srv.User(ann.Username).Status)
		edited(t, p, ann.Username, func(u *idp.User) { u.Assigned = true })
		synced(t, p)
		require.Equal(t, "Active", srv.User(ann.Username).Status)
		known(t, srv, "Okta")
	})
	srv := scimtest.New(t)
	p := connected(t, srv.URL, srv.Token, idp.Options{Kind: idp.Okta, OktaStyle: "aiw"})
	oktaTwo(t, p)
	report, err := p.Sync(t.Context())
	require.NoError(t, err)
	require.Len(t, report.Failures, 1)
	require.Equal(t, http.StatusNotImplemented, report.Failures[0].Status)
}

func TestOkta_Import(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.Persona("rfc"))
	other := connected(t, srv.URL, srv.Token, idp.Options{Kind: idp.Entra, Concurrency: 8})
	list := people(230)
	for i := range list {
		list[i].Assigned = true
	}
	hired(t, other, list...)
	synced(t, other)
	edited(t, other, list[5].Username, func(u *idp.User) { u.Assigned = false })
	synced(t, other)
	posts := len(srv.Requests(scimtest.Match{Method: "POST"}))

	p := connected(t, srv.URL, srv.Token, idp.Options{Kind: idp.Okta, Concurrency: 8})
	mine := list[0]
	mine.Assigned = false
	hired(t, p, mine)
	candidates, err := p.Candidates(t.Context())
	require.NoError(t, err)
	require.Len(t, candidates, 230)
	srv.AssertRequests(scimtest.Once(scimtest.Match{Path: "/Users", Query: map[string]string{"startIndex": "201", "count": "100"}}))
	ids := make([]string, 0, 20)
	for _, c := range candidates[:20] {
		ids = append(ids, c.ID)
	}
	result, err := p.Import(t.Context(), ids)
	require.NoError(t, err)
	require.Len(t, result.Imported, 19)
	require.Len(t, result.Skipped, 1, "matched by the username")
	require.Empty(t, result.Warning, "JumpCloud's alone")
	synced(t, p)
	require.Len(t, srv.Requests(scimtest.Match{Method: "POST"}), posts, "nobody was created")
	edited(t, p, mine.Username, func(u *idp.User) { u.JobTitle = "Lead" })
	synced(t, p)
	require.Equal(t, "Lead", srv.User(mine.Username).Get("title"))
	require.False(t, srv.User(list[5].Username).Active(), "an import reactivates nobody")
	require.Len(t, srv.Users(), 230)
}

func TestOkta_Throttled(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.Persona("rfc"))
	p := connected(t, srv.URL, srv.Token, idp.Options{Kind: idp.Okta, Shorten: 1000})
	hired(t, p, ann)
	srv.Fault(scimtest.Fault{Action: "throttle", Times: 2, RetryAfter: new(0)})
	synced(t, p)
	require.Len(t, srv.Requests(scimtest.Match{Status: "429"}), 2)
	require.True(t, srv.User(ann.Username).Active())
}

// Five minutes, which the test makes 0.3 milliseconds, doubled up to the tenth
// attempt; a date is no number of seconds.
func TestOkta_ThrottledWithADate(t *testing.T) {
	t.Parallel()
	attempts := 0
	var began time.Time
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("filter") {
			if attempts++; attempts == 1 {
				began = time.Now()
			}
			w.Header().Set("Retry-After", "Fri, 31 Dec 2100 23:59:59 GMT")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		fmt.Fprint(w, `{"totalResults":0,"Resources":[]}`)
	}))
	t.Cleanup(server.Close)
	p := connected(t, server.URL, "secret", idp.Options{Kind: idp.Okta, Shorten: 1_000_000})
	hired(t, p, ann)
	report, err := p.Sync(t.Context())
	require.NoError(t, err)
	require.Len(t, report.Failures, 1)
	require.Equal(t, http.StatusTooManyRequests, report.Failures[0].Status)
	require.Equal(t, 10, attempts)
	require.GreaterOrEqual(t, time.Since(began), 511*300*time.Microsecond) // 0.3 ms and its doubles
}

func TestOkta_ReadsGzip(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		fmt.Fprint(z, `{"totalResults":0,"Resources":[]}`)
		_ = z.Close()
	}))
	t.Cleanup(server.Close)
	connected(t, server.URL, "secret", idp.Options{Kind: idp.Okta})
}

func TestOkta_Faults(t *testing.T) {
	t.Parallel()
	for name, f := range faults {
		for _, style := range []string{"oin", "aiw"} {
			t.Run(name+" "+style, func(t *testing.T) { t.Parallel(); storm(t, idp.Options{Kind: idp.Okta, OktaStyle: style}, f) })
		}
	}
}

func TestOkta_TokenDiesWithinACycle(t *testing.T) {
	t.Parallel()
	tokenDies(t, idp.Options{Kind: idp.Okta})
}

func TestOkta_ResumesFromItsStateFile(t *testing.T) {
	t.Parallel()
	resumed(t, scimtest.New(t, scimtest.Persona("rfc")), idp.Options{Kind: idp.Okta})
}
