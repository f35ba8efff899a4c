package server_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	faults "github.com/cinode-scim/cinode-scim/internal/fault"
)

// faultCase shows one action on the wire. The tenant has the user "ada".
type faultCase struct {
	rule, header       string // what a rule says beside tenant and action, and X-Scim-Fault
	method, path, body string
	check              func(t *testing.T, got received)
	// before sends what must come before the request that is broken; later says what
	// comes after it while a rule is in force.
	before, later func(t *testing.T, c controlled, tenant int)
	writes        bool // the request is carried out
}

func refusedWith(status int, header, value string) func(*testing.T, received) {
	return func(t *testing.T, got received) {
		t.Helper()
		require.NoError(t, got.err)
		got.requireSCIMError(t, status)
		require.Equal(t, value, got.header.Get(header))
	}
}

var faultCases = map[faults.ActionName]faultCase{
	faults.ActionDelay: {rule: `"delay":"40ms"`, header: "delay=40ms", check: func(t *testing.T, got received) {
		t.Helper()
		require.Equal(t, 200, got.status)
		require.GreaterOrEqual(t, got.took, 40*time.Millisecond)
	}},
	faults.ActionStatus: {rule: `"status":507,"retryAfter":3,"scimType":"tooMany","detail":"no room"`, header: `507; retry-after=3; scimType=tooMany; detail="no room"`,
		check: func(t *testing.T, got received) {
			t.Helper()
			refusedWith(507, "Retry-After", "3")(t, got)
			require.Contains(t, got.body, `"scimType":"tooMany","detail":"no room"`)
		}},
	faults.ActionThrottle:    {rule: `"retryAfter":4`, header: "throttle; retry-after=4", check: refusedWith(429, "Retry-After", "4")},
	faults.ActionUnavailable: {rule: `"retryAfter":120`, header: "unavailable; retry-after=120", check: refusedWith(503, "Retry-After", "120")},
	faults.ActionReset: {rule: `"execute":true`, header: "reset; execute", method: "POST", path: "/Users", body: controlUser("bob@example.com"), writes: true,
		check: func(t *testing.T, got received) {
			t.Helper()
			require.ErrorIs(t, got.err, syscall.ECONNRESET)
		}},
	faults.ActionTruncate: {rule: `"bytes":20`, header: "truncate; bytes=20", check: func(t *testing.T, got received) {
		t.Helper()
		require.ErrorIs(t, got.err, io.ErrUnexpectedEOF)
		require.Equal(t, 200, got.status)
		require.Len(t, got.body, 20)
	}},
	faults.ActionHTML: {rule: `"status":504`, header: "html; status=504", method: "POST", path: "/Users", body: controlUser("bob@example.com"), check: func(t *testing.T, got received) {
		t.Helper()
		require.Equal(t, 504, got.status)
		require.Equal(t, "text/html; charset=utf-8", got.header.Get("Content-Type"))
		require.Contains(t, got.body, "<html>")
	}},
	faults.ActionContentType: {rule: `"contentType":"text/html"`, header: "content-type=text/html", method: "POST", path: "/Users",
		body: controlUser("bob@example.com"), writes: true, check: func(t *testing.T, got received) {
			t.Helper()
			require.Equal(t, 201, got.status)
			require.Equal(t, "text/html", got.header.Get("Content-Type"))
			require.Contains(t, got.body, `"userName":"bob@example.com"`)
		}},
	faults.ActionTokenDeath: {header: "token-death", check: refusedWith(401, "WWW-Authenticate", invalidToken),
		later: func(t *testing.T, c controlled, tenant int) {
			t.Helper()
			refusedWith(401, "WWW-Authenticate", invalidToken)(t, c.scim(t, tenant, "POST", "/Groups", controlGroup("G", "")))
			require.Equal(t, 200, c.scim(t, tenant+1000, "GET", "/Users", "").status, "in another tenant the token lives")
		}},
	faults.ActionConflict: {header: "conflict", method: "POST", path: "/Users", body: controlUser("new@example.com"), check: func(t *testing.T, got received) {
		t.Helper()
		refusedWith(409, "Retry-After", "")(t, got)
		require.Contains(t, got.body, `"scimType":"uniqueness"`)
	}},
	faults.ActionNoContent: {header: "no-content", method: "PATCH", path: "/Users/1", body: controlPatch(`{"op":"replace","path":"title","value":"x"}`), check: func(t *testing.T, got received) {
		t.Helper()
		require.NoError(t, got.err)
		require.Equal(t, 204, got.status)
		require.Empty(t, got.body)
	}},
	faults.ActionDuplicate: {path: "/Users?startIndex=2&count=1", before: func(t *testing.T, c controlled, tenant int) {
		t.Helper()
		c.create(t, tenant, "Users", controlUser("bob@example.com"))
		require.Contains(t, c.scim(t, tenant, "GET", "/Users?startIndex=1&count=1", "").body, "ada@example.com")
	}, check: func(t *testing.T, got received) {
		t.Helper()
		require.Equal(t, 200, got.status)
		require.Contains(t, got.body, `"startIndex":2`)
		require.Contains(t, got.body, "ada@example.com", "as on page one")
	}},
	faults.ActionStale: {rule: `"for":"1h"`, path: "/Users", before: func(t *testing.T, c controlled, tenant int) {
		t.Helper()
		require.Equal(t, 200, c.scim(t, tenant, "GET", "/Users", "").status)
		c.create(t, tenant, "Users", controlUser("bob@example.com"))
	}, check: func(t *testing.T, got received) {
		t.Helper()
		require.Equal(t, 200, got.status)
		require.Contains(t, got.body, `"totalResults":1,`)
		require.NotContains(t, got.body, "bob@example.com")
	}},
}

// TestFaults_OnTheWire plays every action of the catalogue by a rule, and by the
// header where it has one.
func TestFaults_OnTheWire(t *testing.T) {
	t.Parallel()
	c := control(t)
	tenant := 100
	for _, d := range faults.Catalogue() {
		test, ok := faultCases[d.Name]
		require.True(t, ok, "the action %s has no case here", d.Name)
		require.Equal(t, d.Header == "", test.header == "", "%s by header", d.Name)
		tenant += 2
		byRule, byHeader := tenant, tenant+1
		t.Run(string(d.Name)+" by rule", func(t *testing.T) { test.byRule(t, c, d.Name, byRule) })
		if d.Header != "" {
			t.Run(string(d.Name)+" by header", func(t *testing.T) { test.byHeader(t, c, byHeader) })
		}
	}
	require.Len(t, faultCases, len(faults.Catalogue()))
}

// send sends the request of the case.
func (f faultCase) send(t *testing.T, c controlled, tenant int, user string, changes ...change) received {
	t.Helper()
	method, path := f.method, strings.Replace(f.path, "/Users/1", "/Users/"+user, 1)
	if method == "" {
		method = http.MethodGet
	}
	if path == "" {
		path = "/Users/" + user
	}
	return c.scim(t, tenant, method, path, f.body, changes...)
}

// bobs reports whether a tenant has the user of the cases that write.
func (c controlled) bobs(t *testing.T, tenant int) bool {
	t.Helper()
	got := c.scim(t, tenant, "GET", "/Users", "")
	require.Equal(t, 200, got.status, got.body)
	return strings.Contains(got.body, "bob@")
}

func (f faultCase) byRule(t *testing.T, c controlled, action faults.ActionName, tenant int) {
	t.Helper()
	user, id := c.create(t, tenant, "Users", controlUser("ada@example.com")), "rule-"+strconv.Itoa(tenant)
	rule := `{"id":"` + id + `","tenant":` + strconv.Itoa(tenant) + `,"action":"` + string(action) + `"`
	if f.rule != "" {
		rule += "," + f.rule
	}
	c.admin(t, 201, "POST", "/faults", rule+"}")
	if f.before != nil {
		f.before(t, c, tenant)
	}
	f.check(t, f.send(t, c, tenant, user))
	require.Equal(t, id, c.fault(t, tenant))
	require.InDelta(t, 1, c.admin(t, 200, "GET", "/faults/"+id, "")["played"], 0)
	if f.later != nil {
		f.later(t, c, tenant)
	}
	c.admin(t, 204, "DELETE", "/faults/"+id, "")
	require.Equal(t, 200, c.scim(t, tenant, "GET", "/Users/"+user, "").status)
	if f.before == nil {
		require.Equal(t, f.writes, c.bobs(t, tenant))
	}
}

func (f faultCase) byHeader(t *testing.T, c controlled, tenant int) {
	t.Helper()
	user := c.create(t, tenant, "Users", controlUser("ada@example.com"))
	f.check(t, f.send(t, c, tenant, user, header(faults.HeaderName, f.header)))
	require.Equal(t, faults.HeaderID, c.fault(t, tenant))
	require.Equal(t, 200, c.scim(t, tenant, "GET", "/Users/"+user, "").status, "one request only")
	require.Equal(t, f.writes, c.bobs(t, tenant))
}

// fault is what the journal says was played on the newest request of a tenant that
// met one.
func (c controlled) fault(t *testing.T, tenant int) string {
	t.Helper()
	var played string
	require.Eventually(t, func() bool { // an answer that is broken off may be there before it is recorded
		newest := c.admin(t, 200, "GET", "/requests/latest?tenant="+strconv.Itoa(tenant), "")
		played, _ = newest["fault"].(string)
		return played != ""
	}, 10*time.Second, time.Millisecond)
	return played
}

func TestFaults_ByHeader_NeedATokenAndTheOption(t *testing.T) {
	t.Parallel()
	c := control(t)
	play := header(faults.HeaderName, "status=418")
	require.Equal(t, 418, c.scim(t, 1, "GET", "/Users", "", play).status)
	for name, change := range map[string]change{
		"none": func(r *http.Request) { r.Header.Del("Authorization") }, "unknown": bearer("other"), "scheme": header("Authorization", "Basic b25lOg=="),
	} {
		got := c.scim(t, 1, "GET", "/Users", "", play, change)
		require.Equal(t, 401, got.status, name)
		c.admin(t, 201, "POST", "/faults", `{"tenant":1,"action":"delay","delay":"1m30s"}`)
		require.Equal(t, 401, c.scim(t, 1, "GET", "/Users", "", change).status, "%s: a rule plays for nobody without a token", name)
		c.admin(t, 204, "DELETE", "/faults", "")
	}
	for _, bad := range []string{"explode", "status=200", "status=", "delay=1h", "stale", "conflict", ";", "reset; reset", `detail="a`} {
		got := c.scim(t, 1, "GET", "/Users", "", header(faults.HeaderName, bad))
		got.requireSCIMError(t, 400)
		require.Equal(t, 1, strings.Count(got.body, faults.HeaderName), got.body)
	}
	off := controlled{run(t, "--admin-key="+controlKey, "--test-api=false", "--token=t=one")}
	require.Equal(t, 200, off.send(t, "GET", "/scim/v2/Users", "", bearer("one"), play).status, "without --test-api it is any header")
	require.Equal(t, 404, off.send(t, "GET", "/admin/api/v1/faults", "", bearer(controlKey)).status)
}
