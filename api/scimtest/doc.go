// Package scimtest gives a Go test a SCIM server of its own: the real one, in this
// process, in memory, on a free port of the loopback interface. It starts in
// milliseconds, shares nothing with others, so that tests can run in parallel, and
// is gone when the test ends. What it was sent goes to the log of a test that
// failed.
//
//	func TestLeaverIsDeactivated(t *testing.T) {
//		t.Parallel()
//		srv := scimtest.New(t, scimtest.Seed("testdata/company.yaml"))
//
//		go sync.Run(srv.URL, srv.Token) // the code under test
//
//		// What the client sends can be waited for, and so can what comes of it.
//		sent := srv.WaitFor(scimtest.Match{
//			Method: "PATCH", Path: "/Users/*",
//			Body: scimtest.JSON(`{"Operations": [{"path": "active", "value": false}]}`),
//		})
//		require.Equal(t, 200, sent.Status)
//		srv.WaitForUsers(`userName eq "ann@example.com" and active eq false`, 1)
//
//		// A call that came too often, or in a form that RFC 7644 does not know.
//		srv.AssertRequests(scimtest.Never(scimtest.Match{Method: "DELETE"}))
//		srv.AssertNoDeviations()
//	}
//
// # Going wrong on purpose
//
// Fault breaks requests, Advance lets time pass for the expiry of tokens and
// cursors, Reset goes back to the seed, Snapshot and Restore to any moment.
//
//	srv.Fault(scimtest.Fault{Action: "throttle", Times: 1, RetryAfter: new(0)}) // 429, once
//	srv.Advance(366 * 24 * time.Hour)                                           // the token has expired
//
// # What it leaves to others
//
// The server behaves as `cinode-scim serve --database :memory:` does, and all that
// this package tells of it comes from its admin API, at AdminURL with AdminKey: what
// has no method here can be asked there. Seed files, faults and personas are
// described in the README.
//
// Methods that find something amiss fail the test: those whose result the test goes
// on with end it at once, as t.Fatal does, and so must be called by its goroutine;
// those that begin with Assert let it go on.
package scimtest
