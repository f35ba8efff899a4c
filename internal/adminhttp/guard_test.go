package adminhttp_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func TestGuard_NeedsTheAdminKey(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		token := f.token(t, "scim")
		for credential, challenge := range map[string]string{
			"":                       `Bearer realm="cinode-scim"`,
			"Bearer other":           `Bearer realm="cinode-scim", error="invalid_token"`,
			"Bearer":                 `Bearer realm="cinode-scim", error="invalid_token"`,
			adminKey:                 `Bearer realm="cinode-scim", error="invalid_token"`,
			"Basic " + adminKey:      `Bearer realm="cinode-scim", error="invalid_token"`,
			"Bearer " + token:        `Bearer realm="cinode-scim", error="invalid_token"`,
			"Bearer " + adminKey[:3]: `Bearer realm="cinode-scim", error="invalid_token"`,
		} {
			a := f.want(t, 401, "GET", "/tenants", "", func(r *http.Request) {
				r.Header.Del("Authorization")
				if credential != "" {
					r.Header.Set("Authorization", credential)
				}
			})
			require.Equal(t, challenge, a.header.Get("WWW-Authenticate"), credential)
		}
		f.want(t, 200, "GET", "/tenants", "", header("Authorization", "bEARER "+adminKey))
		f.want(t, 401, "GET", "/nothing", "", header("Authorization", "Bearer x"))
	})
}

func TestGuard_StopsGuessing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	for range 10 {
		f.want(t, 401, "GET", "/tenants", "", header("Authorization", "Bearer guess"))
	}
	for _, key := range []string{"guess", adminKey} {
		a := f.want(t, 429, "GET", "/tenants", "", header("Authorization", "Bearer "+key))
		require.Equal(t, "60", a.header.Get("Retry-After"), "the right key would tell")
	}
	f.address = "192.0.2.2"
	f.want(t, 200, "GET", "/tenants", "")
}

func TestGuard_FollowsTheKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	require.NoError(t, f.store.PutAdminKey(t.Context(), cinode.HashSecret("rotated"), true, store.AuditEntry{}))
	f.want(t, 401, "GET", "/tenants", "")
	f.want(t, 200, "GET", "/tenants", "", header("Authorization", "Bearer rotated"))
}

func TestErrors_OfRequests(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	a := f.want(t, 405, "PUT", "/tenants/1", "{}")
	require.Equal(t, "DELETE, GET, HEAD, PATCH", a.header.Get("Allow"))
	require.Equal(t, "GET, HEAD, POST", f.want(t, 405, "DELETE", "/tenants/1/tokens", "").header.Get("Allow"))
	f.want(t, 404, "GET", "/nothing", "")
	f.want(t, 415, "POST", "/tenants", `{}`, header("Content-Type", "text/plain"), misformed)
	f.want(t, 413, "POST", "/tenants", `{"name":"`+strings.Repeat("x", 1<<20)+`"}`, misformed)
	f.want(t, 413, "POST", "/tenants", `{"name":"`+strings.Repeat("x", 1<<20)+`"}`, misformed, header("Idempotency-Key", "k"))
	f.want(t, 400, "POST", "/tenants", `{}`, header("Idempotency-Key", strings.Repeat("k", 256)), misformed)
	f.want(t, 400, "GET", "/tenants?name=%zz", "", lenient)
	head := f.request(t, "HEAD", "/admin/api/v1/tenants", "")
	head.Header.Set("Authorization", "Bearer "+adminKey)
	require.Equal(t, 200, f.serve(head).status)
	for body, want := range map[string]string{
		`{"name":1}`:                `#/name name must be a string`,
		`{"id":"7"}`:                `#/id id must be a number from 1 to 1000000000000`,
		`{"strict":"yes"}`:          `#/strict strict must be true or false`,
		`{"nome":"x"}`:              `#/nome "nome" is not known here`,
		`[]`:                        `# the body must be an object`,
		`{"name":"a","name":"b"}`:   `#/name the body is not valid JSON at byte 12`,
		`{"name":"` + "\xff" + `"}`: `#/name the body is not valid JSON at byte 9`,
		`{`:                         `# the body is not valid JSON at byte 1`,
		`{"id":-1,"persona":"x"}`:   `#/id id must be a number from 1 to 1000000000000|#/persona there is no persona "x"; use cinode or rfc`,
	} {
		a := f.want(t, 400, "POST", "/tenants", body, lenient)
		list, ok := a.object(t)["errors"].([]any)
		require.True(t, ok, "%s", a.body)
		var got []string
		for _, e := range list {
			o, ok := e.(map[string]any)
			require.True(t, ok)
			got = append(got, o["pointer"].(string)+" "+o["detail"].(string)) //nolint:errcheck,forcetypeassert // the schema says so
		}
		require.Equal(t, want, strings.Join(got, "|"), body)
	}
}

// failing is a database whose list of tenants fails.
type failing struct {
	database
	tenants func() error
}

func (s failing) Tenants(context.Context, int64, int) ([]cinode.Tenant, error) {
	return nil, s.tenants()
}

func TestErrors_OfTheServer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fail   func() error
		status int
	}{
		"busy":    {func() error { return store.ErrBusy }, 503},
		"given":   {func() error { return context.DeadlineExceeded }, 503},
		"unknown": {func() error { return errors.New("hidden") }, 500},
		"panic":   {func() error { panic("hidden") }, 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, failing{database: stores["sqlite"](t), tenants: c.fail})
			a := f.want(t, c.status, "GET", "/tenants", "")
			require.NotContains(t, string(a.body), "hidden")
			require.Equal(t, c.status == 503, a.header.Get("Retry-After") == "1")
		})
	}
}
