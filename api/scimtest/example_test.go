package scimtest_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
)

// exampleT stands for the *testing.T of a test: examples have none.
func exampleT() (t *observed, end func()) {
	folder, done := context.WithCancel(context.Background())
	t = &observed{TB: exampleTB{ctx: folder}}
	return t, func() {
		done()
		for i := len(t.cleanups) - 1; i >= 0; i-- {
			t.cleanups[i]()
		}
	}
}

// exampleTB is what observed does not have itself.
type exampleTB struct {
	testing.TB
	ctx context.Context
}

func (e exampleTB) Context() context.Context { return e.ctx }

// deactivate is the code under test of the examples: a client that takes a user's
// access away, and comes back when it is told to.
func deactivate(client *http.Client, base, id string) {
	for try := 0; try < 3; try++ {
		body := strings.NewReader(`{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
			"Operations": [{"op": "replace", "path": "active", "value": false}]}`)
		request, err := http.NewRequestWithContext(context.Background(), http.MethodPatch, base+"/Users/"+id, body)
		if err != nil {
			return
		}
		request.Header.Set("Content-Type", "application/scim+json")
		answer, err := client.Do(request)
		if err != nil {
			return
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusTooManyRequests {
			return
		}
	}
}

func Example() {
	t, end := exampleT()
	defer end()

	srv := scimtest.New(t, scimtest.Seed("testdata/company.yaml"))
	ann := srv.User("ann@example.com")

	go deactivate(srv.Client(), srv.URL, ann.ID)

	sent := srv.WaitFor(scimtest.Match{Method: "PATCH", Path: "/Users/" + ann.ID})
	fmt.Println(sent.Status, sent.Sent.Get("Operations", "0", "value"))
	srv.WaitForUsers(`userName eq "ann@example.com" and active eq false`, 1)
	srv.AssertNoDeviations()
	// Output: 200 false
}

func ExampleServer_Fault() {
	t, end := exampleT()
	defer end()

	srv := scimtest.New(t, scimtest.Seed("testdata/company.yaml"))
	srv.Fault(scimtest.Fault{Action: "throttle", Times: 1, RetryAfter: new(0)})

	deactivate(srv.Client(), srv.URL, "1")

	for _, r := range srv.Requests() {
		fmt.Println(r.Method, r.Path, r.Status)
	}
	// Output:
	// PATCH /Users/1 429
	// PATCH /Users/1 200
}

func ExampleServer_AssertRequests() {
	t, end := exampleT()
	defer end()

	srv := scimtest.New(t, scimtest.Seed("testdata/company.yaml"))
	deactivate(srv.Client(), srv.URL, "1")

	srv.AssertRequests(scimtest.Never(scimtest.Match{Method: "PATCH", Body: scimtest.JSON(`{"Operations": [{"path": "active"}]}`)}))
	fmt.Println(t.Failed())
	// Output: true
}

func ExampleServer_Advance() {
	t, end := exampleT()
	defer end()

	srv := scimtest.New(t, scimtest.Seed("testdata/company.yaml"))
	srv.Advance(366 * 24 * time.Hour)

	deactivate(srv.Client(), srv.URL, "1")

	for _, r := range srv.Refused() {
		fmt.Println(r.Status, r.Why)
	}
	// Output: 401 expired
}
