package server_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/server"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func TestOperations_HealthAndVersion(t *testing.T) {
	t.Parallel()
	for kind, database := range databases(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, database)
			live, ready, version := f.do(t, "/livez"), f.do(t, "/readyz"), f.do(t, "/version")
			for _, a := range []answer{live, ready, version} {
				require.Equal(t, http.StatusOK, a.status)
				require.Equal(t, "application/json", a.header.Get("Content-Type"))
			}
			require.JSONEq(t, `{"status":"alive"}`, live.body)
			require.JSONEq(t, `{"status":"ready"}`, ready.body)
			var build map[string]string
			require.NoError(t, json.Unmarshal([]byte(version.body), &build))
			require.NotEmpty(t, build["version"])
			require.True(t, strings.HasPrefix(build["go"], "go1."), version.body)
		})
	}
}

func TestOperations_NotReadyWhileDraining(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tokens)
	f.Drain()
	f.do(t, "/readyz").requireProblem(t, http.StatusServiceUnavailable)
	require.Equal(t, http.StatusOK, f.do(t, "/livez").status)
	require.Equal(t, http.StatusOK, f.do(t, "/scim/v2/Users", bearer("one")).status, "what comes is still answered")
}

// broken is a database that fails in the way a test says.
type broken struct {
	server.Database
	list func() error
	ping error
}

func (b broken) Ping(context.Context) error { return b.ping }

func (b broken) List(context.Context, store.ListParams) (store.Page, error) {
	return store.Page{}, b.list()
}

func TestOperations_NotReadyWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	require.NoError(t, f.Wrap(func(db server.Database) server.Database {
		return broken{Database: db, ping: errors.New("gone: password=hidden")}
	}))
	a := f.do(t, "/readyz")
	a.requireProblem(t, http.StatusServiceUnavailable)
	require.NotContains(t, a.body, "hidden")
	require.Equal(t, http.StatusOK, f.do(t, "/livez").status)
	require.Contains(t, f.log.String(), "not ready")
}

func TestOperations_Metrics(t *testing.T) {
	t.Parallel()
	const key = "metrics-key"
	f := newFixture(t, tokens, "--metrics", "--admin-key="+key, "--trusted-proxies=127.0.0.2")
	f.do(t, "/scim/v2/Users/7", bearer("one"))
	tests := map[string]struct {
		change change
		status int
	}{
		"this machine":             {from("127.0.0.1:1"), 200},
		"this machine, IPv6":       {from("[::1]:1"), 200},
		"elsewhere":                {from("192.0.2.1:1"), 401},
		"elsewhere, key":           {both(from("192.0.2.1:1"), bearer(key)), 200},
		"elsewhere, other case":    {both(from("192.0.2.1:1"), header("Authorization", "bearer "+key)), 200},
		"elsewhere, wrong key":     {both(from("192.0.2.1:1"), bearer("other")), 401},
		"elsewhere, no scheme":     {both(from("192.0.2.1:1"), header("Authorization", key)), 401},
		"elsewhere, a SCIM token":  {both(from("192.0.2.1:1"), bearer("one")), 401},
		"elsewhere, spoofed":       {both(from("192.0.2.1:1"), header("X-Forwarded-For", "127.0.0.1")), 401},
		"elsewhere, by a proxy":    {both(from("127.0.0.2:1"), header("X-Forwarded-For", "192.0.2.1")), 401},
		"proxy of another machine": {both(from("127.0.0.2:1"), header("X-Forwarded-For", "127.0.0.1, 192.0.2.1")), 401},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := f.do(t, "/metrics", test.change)
			if test.status == http.StatusUnauthorized {
				a.requireProblem(t, test.status)
				require.Equal(t, noError, a.header.Get("WWW-Authenticate"))
				return
			}
			require.Equal(t, http.StatusOK, a.status)
			require.Contains(t, a.body, `route="/scim/v2/Users/{id}",status="404"`)
			require.NotContains(t, a.body, "Users/7")
		})
	}
}

func TestPanic_IsAnsweredAndLeavesTheServerRunning(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tokens)
	require.NoError(t, f.Wrap(func(db server.Database) server.Database {
		return broken{Database: db, list: func() error { panic("hidden") }}
	}))
	for range 2 {
		a := f.do(t, "/scim/v2/Users", bearer("one"))
		a.requireSCIMError(t, http.StatusInternalServerError)
		require.NotContains(t, a.body, "hidden")
		require.Contains(t, a.body, a.header.Get("X-Request-Id"), "the client can name the request")
	}
	require.Contains(t, f.log.String(), "hidden")
	require.Equal(t, http.StatusNotFound, f.do(t, "/scim/v2/Users/1", bearer("one")).status)
}

func TestFailures_OfTheDatabase(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err    error
		status int
	}{
		"busy":    {store.ErrBusy, http.StatusServiceUnavailable},
		"given":   {context.DeadlineExceeded, http.StatusServiceUnavailable},
		"unknown": {errors.New("relation hidden does not exist"), http.StatusInternalServerError},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, tokens)
			require.NoError(t, f.Wrap(func(db server.Database) server.Database {
				return broken{Database: db, list: func() error { return test.err }}
			}))
			a := f.do(t, "/scim/v2/Users", bearer("one"))
			a.requireSCIMError(t, test.status)
			require.NotContains(t, a.body, "hidden")
			require.Equal(t, test.status == http.StatusServiceUnavailable, a.header.Get("Retry-After") == "1")
			require.Contains(t, f.log.String(), "request_id="+a.header.Get("X-Request-Id"))
		})
	}
}

func TestRequestID_IsOnEveryAnswerAndInTheLog(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tokens)
	seen := map[string]bool{}
	for _, path := range []string{"/livez", "/nothing", "/scim/v2/Users", "/scim/v2/Nothing"} {
		id := f.do(t, path, header("X-Request-Id", "chosen-by-the-client")).header.Get("X-Request-Id")
		require.Regexp(t, `^[0-9a-f]{16}$`, id)
		require.False(t, seen[id])
		seen[id] = true
	}
	a := f.do(t, "/scim/v2/Users?filter=userName+eq+%22hidden%22", bearer("secret"))
	require.Regexp(t, `(?m)level=INFO msg=request request_id=`+a.header.Get("X-Request-Id")+
		` method=GET path=/scim/v2/Users status=401 took=\S+$`, f.log.String())
	require.NotContains(t, f.log.String(), "secret")
	require.NotContains(t, f.log.String(), "hidden")
}
