package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/adminkey"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlite"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// timed is a handler whose clock the test moves.
type timed struct {
	*Handler
	clock *clock.Settable
	db    *sqlite.Store
}

func newTimed(t *testing.T) timed {
	t.Helper()
	db, err := sqlite.Open(t.Context(), ":memory:")
	require.NoError(t, err)
	t.Cleanup(db.Close)
	require.NoError(t, db.Migrate(t.Context()))
	_, err = db.CreateTenant(t.Context(), cinode.Tenant{ID: 1, Name: "One", Persona: cinode.PersonaCinode, Created: start}, store.AuditEntry{At: start})
	require.NoError(t, err)
	c := clock.New(start)
	h, err := New(Options{
		Admin: admin.New(admin.Options{Store: db, Registry: schema.RFC(), Clock: c}), Keys: db, Guard: adminkey.NewGuard(), Clock: c,
		Origin: func(*http.Request) string { return "http://example.com" }, Secure: func(*http.Request) bool { return false },
		ClientIP: func(*http.Request) string { return "192.0.2.1" },
	})
	require.NoError(t, err)
	f := timed{h, c, db}
	f.setKey(t, "key")
	return f
}

func (f timed) setKey(t *testing.T, key string) {
	t.Helper()
	require.NoError(t, f.db.PutAdminKey(t.Context(), cinode.HashSecret(key), true, store.AuditEntry{At: start}))
}

// send gives the answer to a request; with a form it is a POST.
func (f timed) send(t *testing.T, path string, form url.Values, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	if form != nil {
		r = httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

func (f timed) signIn(t *testing.T, key string) *http.Cookie {
	t.Helper()
	answer := f.send(t, "/sign-in", url.Values{"key": {key}})
	require.Equal(t, http.StatusSeeOther, answer.Code)
	cookie, err := http.ParseSetCookie(answer.Header().Get("Set-Cookie"))
	require.NoError(t, err)
	return cookie
}

func TestSession_EndsAfterTwelveHours(t *testing.T) {
	t.Parallel()
	f := newTimed(t)
	cookie := f.signIn(t, "key")
	f.clock.Advance(sessionAge - time.Millisecond)
	require.Equal(t, http.StatusOK, f.send(t, "/tenants", nil, cookie).Code)
	f.clock.Advance(time.Millisecond)
	answer := f.send(t, "/tenants", nil, cookie)
	require.Equal(t, http.StatusSeeOther, answer.Code)
	require.Contains(t, answer.Header().Get("Location"), "/admin/sign-in?next=")
}

func TestSession_EndsWithTheKey(t *testing.T) {
	t.Parallel()
	f := newTimed(t)
	cookie := f.signIn(t, "key")
	f.setKey(t, "another")
	require.Equal(t, http.StatusSeeOther, f.send(t, "/tenants", nil, cookie).Code)
	require.Equal(t, http.StatusOK, f.send(t, "/tenants", nil, f.signIn(t, "another")).Code)
}

func TestSession_CannotBeForged(t *testing.T) {
	t.Parallel()
	f := newTimed(t)
	good := f.signIn(t, "key")
	longer := session{ends: start.AddDate(1, 0, 0).UnixMilli()}.seal([]byte("some key"))
	for name, value := range map[string]string{
		"empty": "", "no base64": "%%%", "short": good.Value[:20], "changed": "B" + good.Value[1:], "key of others": longer,
	} {
		require.Equal(t, http.StatusSeeOther, f.send(t, "/tenants", nil, &http.Cookie{Name: sessionCookie, Value: value}).Code, name)
	}
}

func TestCode_EndsAfterTenMinutes(t *testing.T) {
	t.Parallel()
	f := newTimed(t)
	code := f.NewCode()
	f.clock.Advance(codeAge)
	require.Equal(t, http.StatusUnauthorized, f.send(t, "/sign-in/code", url.Values{"code": {code}}).Code)
}

func TestAgo(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		"just now": 20 * time.Second, "1 minute ago": time.Minute, "59 minutes ago": 59 * time.Minute, "1 hour ago": time.Hour,
		"in a moment": -time.Second, "in 1 month": -29*24*time.Hour - 23*time.Hour, "in 1 year": -365 * 24 * time.Hour, "2 days ago": 49 * time.Hour,
	} {
		require.Equal(t, want, ago(start, start.Add(-d)))
	}
}

func TestSuccessor(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"entra": "entra 2", "entra 2": "entra 3", "2": "2 2", "a 9999999": "a 9999999 2"} {
		require.Equal(t, want, successor(name))
	}
}
