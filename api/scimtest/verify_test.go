package scimtest_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
)

func TestAssert(t *testing.T) {
	t.Parallel()
	create, deactivate := scimtest.Match{Method: "POST", Path: "/Users"}, scimtest.Match{Method: "PATCH", Path: "/Users/*", Status: "200"}
	for name, test := range map[string]struct {
		assert func(*scimtest.Server)
		want   string // empty where it holds
	}{
		"as it was": {func(s *scimtest.Server) { s.AssertOnly(scimtest.Once(create), scimtest.Times(2, deactivate)) }, ""},
		"bounds": {func(s *scimtest.Server) {
			s.AssertRequests(scimtest.AtLeast(1, deactivate), scimtest.AtMost(2, deactivate))
		}, ""},
		"order":    {func(s *scimtest.Server) { s.AssertInOrder(scimtest.Once(create), scimtest.AtLeast(1, deactivate)) }, ""},
		"never":    {func(s *scimtest.Server) { s.AssertRequests(scimtest.Never(scimtest.Match{Method: "DELETE"})) }, ""},
		"too few":  {func(s *scimtest.Server) { s.AssertRequests(scimtest.Times(2, create)) }, "POST /Users: 1 requests fit, exactly 2 are expected"},
		"too many": {func(s *scimtest.Server) { s.AssertRequests(scimtest.AtMost(1, deactivate)) }, "at most 1"},
		"came":     {func(s *scimtest.Server) { s.AssertRequests(scimtest.Never(create)) }, "POST /Users: 1 requests fit"},
		"nearest": {func(s *scimtest.Server) {
			s.AssertRequests(scimtest.Once(scimtest.Match{Method: "PUT", Path: "/Users/*"}))
		}, `near is request`},
		"wrong order":  {func(s *scimtest.Server) { s.AssertInOrder(scimtest.AtLeast(1, deactivate), scimtest.Once(create)) }, "came before"},
		"others":       {func(s *scimtest.Server) { s.AssertOnly(scimtest.Once(create)) }, "2 requests came that nothing expects"},
		"deviations":   {func(s *scimtest.Server) { s.AssertNoDeviations() }, "clients departed from the RFCs"},
		"wrong":        {func(s *scimtest.Server) { s.AssertRequests(scimtest.Once(scimtest.Match{BodyPattern: "("})) }, "no regular expression"},
		"what no JSON": {func(s *scimtest.Server) { s.AssertRequests(scimtest.Once(scimtest.Match{Body: make(chan int)})) }, "cannot be written as JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := observe(t, func(tb *observed) {
				srv := scimtest.New(tb, scimtest.SeedText(company))
				send(t, srv, "POST", "/Users", newUser)
				send(t, srv, "PATCH", "/Users/1", fmt.Sprintf(patch, "replace", "false"))
				send(t, srv, "PATCH", "/Users/1", fmt.Sprintf(patch, "Replace", `"True"`))
				test.assert(srv)
				tb.Log("it went on")
			})
			require.Equal(t, test.want != "", o.failed, o.text())
			require.Contains(t, o.text(), test.want)
			require.Contains(t, o.text(), "it went on")
		})
	}
}

func TestAssertNoDeviations_Holds(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	send(t, srv, "POST", "/Users", newUser)
	srv.AssertNoDeviations()
	require.Empty(t, srv.Deviations())
}

func TestVerify_LeavesTheTestAlone(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	require.ErrorContains(t, srv.Verify(scimtest.Once(scimtest.Match{})), "any *: 0 requests fit, exactly 1")
	require.NoError(t, srv.Verify())
}

const newMember = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"2"}]}]}`

func TestWait(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.SeedText(company))
	ended := make(chan error, 1)
	go func() {
		_, _, created := try(t.Context(), srv.Client(), "POST", srv.URL+"/Users", newUser, "")
		_, _, left := try(t.Context(), srv.Client(), "PATCH", srv.URL+"/Users/1", fmt.Sprintf(patch, "replace", "false"), "")
		_, _, joined := try(t.Context(), srv.Client(), "PATCH", srv.URL+"/Groups/3", newMember, "")
		ended <- errors.Join(created, left, joined)
	}()
	sent := srv.WaitFor(scimtest.Match{Method: "PATCH", Path: "/Users/*"})
	require.Equal(t, "/Users/1", sent.Path)
	srv.WaitForUsers(`userName eq "ann@example.com" and active eq false`, 1)
	srv.WaitForUsers("", 3)
	srv.WaitForGroups(`displayName eq "Consultants" and members.value eq "2"`, 1)
	require.Len(t, srv.WaitForN(3, scimtest.Match{}), 3)
	require.NoError(t, <-ended)
}

func TestWait_EndsTheTestAndTellsWhatCameNear(t *testing.T) {
	t.Parallel()
	for want, wait := range map[string]func(*scimtest.Server){
		"near is request":     func(s *scimtest.Server) { s.WaitFor(scimtest.Match{Method: "PUT", Path: "/Users"}) },
		"2 are expected":      func(s *scimtest.Server) { s.WaitForN(2, scimtest.Match{Method: "POST"}) },
		"finds 0 of the type": func(s *scimtest.Server) { s.WaitForUsers(`userName eq "nobody"`, 1) },
		"of the type Group":   func(s *scimtest.Server) { s.WaitForGroups("", 1) },
		"status must be one":  func(s *scimtest.Server) { s.WaitFor(scimtest.Match{Status: "x"}) },
		"filter":              func(s *scimtest.Server) { s.WaitForUsers(`userName is "x"`, 1) },
		"0 requests cannot":   func(s *scimtest.Server) { s.WaitForN(0, scimtest.Match{}) },
	} {
		o := observe(t, func(tb *observed) {
			srv := scimtest.New(tb, scimtest.Patience(20*time.Millisecond))
			send(t, srv, "POST", "/Users", newUser)
			wait(srv)
			tb.Log("it went on")
		})
		require.True(t, o.failed, want)
		require.Contains(t, o.text(), want)
		require.NotContains(t, o.text(), "it went on")
		require.Contains(t, o.text(), "POST /Users: 201", "the journal is in the log")
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		o := &observed{TB: b}
		scimtest.New(o)
		for i := len(o.cleanups) - 1; i >= 0; i-- {
			o.cleanups[i]()
		}
	}
}
