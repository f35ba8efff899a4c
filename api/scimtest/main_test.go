package scimtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const company = `
tenants:
  - id: 1
    users:
      - {ref: ann, userName: ann@example.com, name: {givenName: Ann, familyName: Berg}}
      - {ref: bo, userName: bo@example.com, name: {givenName: Bo, familyName: Ek}, active: false}
    groups:
      - {displayName: Consultants, externalId: g-1, members: [ann]}
  - id: 7
    users:
      - {userName: cleo@example.com, name: {givenName: Cleo, familyName: Falk}}
`

const (
	userURN = "urn:ietf:params:scim:schemas:core:2.0:User"
	newUser = `{"schemas":["` + userURN + `"],"userName":"dag@example.com","name":{"givenName":"Dag","familyName":"Grip"}}`
	patch   = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"%s","path":"active","value":%s}]}`
)

// observed is a testing.TB whose failures are looked at instead of being this test's.
type observed struct {
	testing.TB
	mu       sync.Mutex
	failed   bool
	lines    []string
	cleanups []func()
}

func (o *observed) Helper() {}

func (o *observed) Cleanup(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cleanups = append(o.cleanups, f)
}

func (o *observed) Failed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.failed
}

func (o *observed) Log(args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, fmt.Sprint(args...))
}

func (o *observed) Logf(format string, args ...any) { o.Log(fmt.Sprintf(format, args...)) }

func (o *observed) Errorf(format string, args ...any) {
	o.Logf(format, args...)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failed = true
}

func (o *observed) Fatalf(format string, args ...any) {
	o.Errorf(format, args...)
	runtime.Goexit()
}

// observe runs a test to its end and gives what is seen of it.
func observe(t *testing.T, test func(*observed)) *observed {
	t.Helper()
	o := &observed{TB: t}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() {
			for i := len(o.cleanups) - 1; i >= 0; i-- {
				o.cleanups[i]()
			}
		}()
		test(o)
	}()
	<-ended
	return o
}

// text is all that the test has logged.
func (o *observed) text() string { return strings.Join(o.lines, "\n") }

// send sends a request with the server's client and gives status and body.
func send(t *testing.T, srv *scimtest.Server, method, path, body string) (int, string) {
	t.Helper()
	return sendTo(t, srv.Client(), method, srv.URL+path, body, "")
}

func sendTo(t *testing.T, client *http.Client, method, url, body, token string) (int, string) {
	t.Helper()
	status, text, err := try(t.Context(), client, method, url, body, token)
	require.NoError(t, err)
	return status, text
}

// try is for goroutines, which may not end a test.
func try(ctx context.Context, client *http.Client, method, url, body, token string) (int, string, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/scim+json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	data, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(data), errors.Join(err, answer.Body.Close())
}
