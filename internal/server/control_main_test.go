package server_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

const controlKey = "the-admin-key-of-the-tests"

// controlled is a server with test control, called over the wire.
type controlled struct{ *running }

// control runs one whose token "one" opens every tenant, which are made on demand.
func control(t *testing.T, args ...string) controlled {
	t.Helper()
	return controlled{run(t, append([]string{"--admin-key=" + controlKey, "--test-api=true", "--tenants-on-demand", "--token=t=one"}, args...)...)}
}

// everyDatabase are the flags of one of each kind.
func everyDatabase(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{"memory": "--database=:memory:", "postgres": "--database=" + testenv.Postgres(t)}
}

// received is what a request got: an answer, or none.
type received struct {
	answer
	err  error // of the request, or of reading its answer
	took time.Duration
}

// send is call for requests that may get no answer. It takes any failure of a test
// as t, so that goroutines can send.
func (c controlled) send(t require.TestingT, method, path, body string, changes ...change) received {
	return c.exchange(c.request(t, method, path, body, changes...))
}

func (c controlled) request(t require.TestingT, method, path, body string, changes ...change) *http.Request {
	request, err := http.NewRequest(method, c.url+path, strings.NewReader(body)) //nolint:noctx // the server ends it
	require.NoError(t, err)
	if body == "" {
		request.Body = http.NoBody
	}
	request.GetBody = nil // else the client tries again by itself
	for _, change := range changes {
		change(request)
	}
	return request
}

func (c controlled) exchange(request *http.Request) received {
	begun := time.Now()
	response, err := c.client.Do(request)
	if err != nil {
		return received{err: err, took: time.Since(begun)}
	}
	content, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	return received{answer{response.StatusCode, response.Header, string(content)}, err, time.Since(begun)}
}

// scim sends to the base of a tenant, with the token that opens all.
func (c controlled) scim(t require.TestingT, tenant int, method, path, body string, changes ...change) received {
	changes = append([]change{bearer("one")}, changes...)
	return c.send(t, method, "/scim/tenants/"+strconv.Itoa(tenant)+"/v2"+path, body, changes...)
}

// admin calls the admin API, which must give a status.
func (c controlled) admin(t require.TestingT, status int, method, path, body string) map[string]any {
	got := c.send(t, method, "/admin/api/v1"+path, body, bearer(controlKey))
	require.NoError(t, got.err)
	require.Equal(t, status, got.status, "%s %s %s: %s", method, path, body, got.body)
	if got.body == "" {
		return nil
	}
	var o map[string]any
	require.NoError(t, json.Unmarshal([]byte(got.body), &o))
	return o
}

// items is a list of the admin API.
func (c controlled) items(t require.TestingT, path string) []map[string]any {
	return objects(t, c.admin(t, 200, "GET", path, "")["items"])
}

func objects(t require.TestingT, v any) []map[string]any {
	list, ok := v.([]any)
	require.True(t, ok)
	out := make([]map[string]any, len(list))
	for i, e := range list {
		out[i], ok = e.(map[string]any)
		require.True(t, ok)
	}
	return out
}

// recorded waits for a request to be in the journal of a tenant and gives the
// newest that fits.
func (c controlled) recorded(t require.TestingT, tenant int, matcher string) map[string]any {
	o := c.admin(t, 200, "POST", "/wait", `{"tenant":`+strconv.Itoa(tenant)+`,"timeout":"30s","request":`+matcher+`}`)
	list := objects(t, o["requests"])
	return list[len(list)-1]
}

// create makes a resource and gives its id.
func (c controlled) create(t require.TestingT, tenant int, endpoint, body string) string {
	got := c.scim(t, tenant, "POST", "/"+endpoint, body)
	require.NoError(t, got.err)
	require.Equal(t, 201, got.status, got.body)
	var o struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(got.body), &o, json.MatchCaseInsensitiveNames(true)))
	return o.ID
}

func controlUser(userName string) string {
	return `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"` + userName + `","name":{"givenName":"Ada","familyName":"Lovelace"}}`
}

func controlGroup(name, members string) string {
	return `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"` + name + `","members":[` + members + `]}`
}

func controlPatch(operations string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + operations + `]}`
}
