package scimtest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
)

func TestClock(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	noon := time.Date(2030, 3, 1, 12, 0, 0, 0, time.UTC)
	srv.Freeze(noon)
	require.Equal(t, noon, srv.Now())
	require.Equal(t, noon.Add(time.Hour), srv.Advance(time.Hour))
	srv.ResetClock()
	require.WithinDuration(t, time.Now(), srv.Now(), time.Minute)

	status, _ := send(t, srv, "GET", "/Users", "")
	require.Equal(t, 200, status)
	srv.Advance(366 * 24 * time.Hour)
	status, _ = send(t, srv, "GET", "/Users", "")
	require.Equal(t, 401, status, "the token has expired")
}

func TestFault(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	end := srv.Fault(scimtest.Fault{Action: "status", Status: 503, Path: "/Users", Methods: []string{"GET"}})
	status, _ := send(t, srv, "GET", "/Users", "")
	require.Equal(t, 503, status)
	require.NotEmpty(t, srv.Requests()[0].Fault)
	end()
	status, _ = send(t, srv, "GET", "/Users", "")
	require.Equal(t, 200, status)

	srv.Fault(scimtest.Fault{Action: "throttle", Times: 1, RetryAfter: new(0)})
	srv.Fault(scimtest.Fault{Preset: "maintenance"})
	srv.Fault(scimtest.Fault{Action: "delay", Delay: time.Millisecond})
	status, _ = send(t, srv, "GET", "/Users", "")
	require.Equal(t, 429, status)
	status, _ = send(t, srv, "GET", "/Users", "")
	require.Equal(t, 503, status)
	srv.ClearFaults()
	status, _ = send(t, srv, "GET", "/Users", "")
	require.Equal(t, 200, status)

	o := observe(t, func(tb *observed) { scimtest.New(tb).Fault(scimtest.Fault{Action: "throtle"}) })
	require.True(t, o.failed)
	require.Contains(t, o.text(), "throttle")
	o = observe(t, func(tb *observed) {
		srv := scimtest.New(tb)
		end := srv.Fault(scimtest.Fault{Action: "throttle"})
		srv.ClearFaults()
		end()
	})
	require.True(t, o.failed)
	require.Contains(t, o.text(), "cannot be ended")
}

func TestReset_AndSnapshots(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.SeedText(company))
	send(t, srv, "POST", "/Users", newUser)
	require.Equal(t, "Active", srv.User("DAG@example.com").Status)
	srv.Snapshot("with dag")
	send(t, srv, "DELETE", "/Users/1", "")
	srv.Restore("with dag")
	require.True(t, srv.User("ann@example.com").Active())
	require.Len(t, srv.Users(), 3)
	require.Len(t, srv.Requests(), 2)
	srv.Reset()
	require.Len(t, srv.Users(), 2)
	require.Empty(t, srv.Requests())
	status, _ := send(t, srv, "GET", "/Users", "")
	require.Equal(t, 200, status, "the token is good still")

	o := observe(t, func(tb *observed) { scimtest.New(tb).Restore("none") })
	require.True(t, o.failed)
	require.Contains(t, o.text(), "none")
}

func TestState(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.SeedText(company), scimtest.Persona("rfc"))
	users := srv.Users()
	require.Equal(t, "ann@example.com", users[0].UserName)
	require.Equal(t, "Ann", users[0].Get("name", "givenName"))
	require.Equal(t, "Consultants", users[0].Get("groups", "0", "display"))
	require.Nil(t, users[0].Get("groups", "1", "display"))
	require.Nil(t, users[0].Get("userName", "x"))
	require.False(t, users[1].Active())
	group := srv.Group("consultants")
	require.Equal(t, []string{users[0].ID}, group.Members)
	require.Equal(t, "g-1", group.ExternalID)
	require.Equal(t, "Consultants", group.Get("displayName"))

	for _, look := range []func(*scimtest.Server){
		func(s *scimtest.Server) { s.User("nobody") }, func(s *scimtest.Server) { s.Group("nothing") },
	} {
		o := observe(t, func(tb *observed) { look(scimtest.New(tb)) })
		require.True(t, o.failed)
		require.Contains(t, o.text(), "there is no")
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.SeedText(company))
	send(t, srv, "GET", `/Users?filter=userName+eq+%22dag@example.com%22`, "")
	send(t, srv, "POST", "/Users", newUser)
	send(t, srv, "PATCH", "/Users/5", fmt.Sprintf(patch, "replace", "false"))
	require.Len(t, srv.Requests(), 3)
	found := srv.Requests(scimtest.Match{Method: "post"}, scimtest.Match{Path: "/Users/*", Body: scimtest.JSON(`{"Operations":[{"value":false}]}`)})
	require.Len(t, found, 2)
	require.Equal(t, "dag@example.com", found[0].Sent.Get("userName"))
	require.Equal(t, "replace", found[1].Sent.Get("Operations", "0", "OP"))
	var sent struct{ UserName string }
	require.NoError(t, found[0].Sent.Decode(&sent))
	require.Equal(t, "Bearer ***", found[0].Sent.Header.Get("Authorization"))
	require.Equal(t, `userName eq "dag@example.com"`, srv.Requests()[0].Query.Get("filter"))
	require.NotEmpty(t, found[1].Changes)
	require.Empty(t, srv.Requests(scimtest.Match{Status: "5xx"}))
	require.Nil(t, found[0].Answer.Get("nothing"))

	o := observe(t, func(tb *observed) { scimtest.New(tb).Requests(scimtest.Match{Status: "many"}) })
	require.True(t, o.failed)
	require.Contains(t, o.text(), "status must be one such as 409")
}
