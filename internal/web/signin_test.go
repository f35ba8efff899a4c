package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func TestSignIn_LeadsToWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	c := newClient(t, serve(t))
	d := c.get(tokensPath + "?state=active")
	require.Equal(t, "/admin/sign-in", d.at.Path)
	d = d.submit("[data-sign-in]", "key", "wrong")
	require.Equal(t, http.StatusUnauthorized, d.status)
	require.Contains(t, d.text(".error"), "This is not the admin key")
	d = d.submit("[data-sign-in]", "key", adminKey)
	require.Equal(t, tokensPath+"?state=active", d.at.RequestURI())
	require.Equal(t, "Tokens · Tenant 1 · cinode-scim", d.text("title"))
}

func TestSignIn_NextStaysHere(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`, `\\evil.example`, "/admin/../\\evil", "javascript:alert(1)", "/docs", "", "/administrator", "http:evil.example"} {
		d := newClient(t, s).get("/admin/sign-in?next="+url.QueryEscape(next)).submit("[data-sign-in]", "key", adminKey)
		require.Equal(t, http.StatusOK, d.status, next)
		require.Contains(t, d.at.Path, "/admin/tenants/1/", next)
		require.Equal(t, strings.TrimPrefix(s.url, "http://"), d.at.Host, next)
	}
}

func TestSignIn_GuessesAreLimited(t *testing.T) {
	t.Parallel()
	c := newClient(t, serve(t))
	var d *document
	for range 11 {
		d = c.get("/admin/sign-in").submit("[data-sign-in]", "key", "guess")
	}
	require.Equal(t, http.StatusTooManyRequests, d.status)
	require.NotEmpty(t, d.header.Get("Retry-After"))
	require.Contains(t, d.text(".error"), "Wait a minute")
	d = c.get("/admin/sign-in").submit("[data-sign-in]", "key", adminKey)
	require.Equal(t, http.StatusTooManyRequests, d.status, "the right key does not stand out")
}

func TestSignIn_CookieIsShut(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := newClient(t, s)
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	d := c.get("/admin/sign-in").submit("[data-sign-in]", "key", adminKey)
	require.Equal(t, http.StatusSeeOther, d.status)
	cookie := d.header.Get("Set-Cookie")
	require.Regexp(t, `^cinode_scim_session=[\w-]+; Path=/admin; Max-Age=43200; HttpOnly; SameSite=Strict$`, cookie)

	proxied := serve(t, "--trusted-proxies=127.0.0.1/32")
	c = newClient(t, proxied)
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	d = c.post("/admin/sign-in", url.Values{"key": {adminKey}}, func(r *http.Request) {
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("X-Forwarded-Host", "scim.example.com")
		r.Header.Set("X-Forwarded-Prefix", "/demo")
		r.Header.Set("Origin", "https://scim.example.com")
	})
	require.Equal(t, http.StatusSeeOther, d.status, d.body)
	require.Contains(t, d.header.Get("Set-Cookie"), "; Path=/demo/admin; ")
	require.Contains(t, d.header.Get("Set-Cookie"), "; Secure")
	require.Equal(t, "/demo/admin", d.header.Get("Location"))
}

func TestSession_HoldsOnEveryReplica(t *testing.T) {
	t.Parallel()
	database := "--database=" + testenv.Postgres(t)
	c, other := signedIn(t, serve(t, database)), serve(t, database)
	c.site = other
	require.Equal(t, "Tokens", c.get(tokensPath).text("h1"))
}

func TestSignOut_EndsTheSessionItself(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	at, err := url.Parse(s.url + "/admin/")
	require.NoError(t, err)
	stolen := c.http.Jar.Cookies(at)
	d := c.post("/admin/sign-out", nil)
	require.Equal(t, "/admin/sign-in", d.at.Path)
	c.http.Jar.SetCookies(at, stolen)
	require.Equal(t, "/admin/sign-in", c.get(tokensPath).at.Path)
}

func TestCode_OpensOnce(t *testing.T) {
	t.Parallel()
	s := serve(t)
	send := func() *document { return newClient(t, s).post("/admin/sign-in/code", url.Values{"code": {s.code}}) }
	require.Equal(t, http.StatusNoContent, send().status)
	d := send()
	require.Equal(t, http.StatusUnauthorized, d.status)
	require.Contains(t, d.body, "Sign in with the admin key")
}

func TestCode_InTheLinkOfServe(t *testing.T) {
	t.Parallel()
	s := serve(t)
	p := newPage(t, s)
	p.visit("/admin/#code=" + s.code)
	p.wait(".topbar .tenant")
	require.Regexp(t, `^/admin/tenants/1/[a-z]+$`, p.path(), "the code has left the address bar")

	again := newPage(t, s)
	again.visit("/admin/#code=" + s.code)
	again.await(`document.getElementById("sign-in-error").innerText.includes("has been used")`)
	require.NotContains(t, again.path(), s.code)
	again.fill("#key", adminKey)
	again.click("button.primary")
	again.wait(".topbar .tenant")
}

func TestForm_IsKeptWhenTheSessionHasEnded(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	form := c.get(tokensPath + "/new")
	c.post("/admin/sign-out", nil)
	d := form.submit("form.card", "name", "kept", "expires", "90")
	require.Equal(t, http.StatusUnauthorized, d.status)
	require.Contains(t, d.text(".error"), "what you typed is kept")
	d = d.submit("[data-sign-in]", "key", adminKey)
	require.Contains(t, d.text("main"), "Nothing of it has been done yet")
	d = d.submit("form.card")
	require.Equal(t, "Token kept", d.text("h1"))
}

func TestForms_WorkWithoutTLS(t *testing.T) {
	t.Parallel()
	s := serve(t)
	p := newPage(t, &site{url: strings.Replace(s.url, "127.0.0.1", plainHost, 1)})
	p.visit(tokensPath + "/new")
	p.fill("#key", adminKey)
	p.click("button.primary")
	p.fill("#name", "plain")
	p.click("form.card button.primary")
	p.wait(".secret")
	require.False(t, eval[bool](p, "isSecureContext"))
	p.click(".secret .copy")
	p.await(`document.getElementById("toasts").innerText === "Copied"`)
}

func TestForms_OfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	for name, change := range map[string]func(*http.Request){
		"fetch metadata": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"same site":      func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"origin":         func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"no origin":      func(r *http.Request) { r.Header.Set("Origin", "null") },
	} {
		d := c.post(tokensPath+"/revoke", url.Values{"name": {"first"}}, change)
		require.Equal(t, http.StatusForbidden, d.status, name)
		require.Contains(t, d.text("main"), "another site", name)
	}
	require.Equal(t, http.StatusOK, s.scim(t, "one"))
}
