package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// every is a path of each kind of page that is not in the navigation, and of pages
// below those that are.
var every = []string{"/admin/sign-in", "/admin/tenants", "/admin/tenants/new", tokensPath + "/new", tokensPath + "/revoke?name=first", "/admin/none"}

func TestPages_AreSound(t *testing.T) {
	t.Parallel()
	c := signedIn(t, serve(t))
	paths := every
	for _, link := range c.get(tokensPath).find("a[data-page]") {
		paths = append(paths, attribute(link, "href"))
	}
	for _, path := range paths {
		c.get(path).requireSound()
	}
}

func TestPages_TitlesTellThemApart(t *testing.T) {
	t.Parallel()
	c := signedIn(t, serve(t))
	jc := addPlay(t, c, "jumpcloud")
	seen := map[string]string{}
	for _, path := range []string{
		startPath + "?idp=jumpcloud", startPath + "?idp=okta", requestsPath, requestsPath + "?view=stories", usersPath,
		provisioningPath, provisioningPath + "/mappings", provisioningPath + "/persona", provisioningPath + "/deviations",
		jc + "/application", jc + "/users", jc + "/groups", jc + "/log", addPlay(t, c, "jumpcloud") + "/users",
	} {
		title := c.get(path).text("title")
		require.Empty(t, seen[title], "%s is called %q too", path, title)
		seen[title] = path
	}
}

// heaviest is the most that a page may take over the wire.
const heaviest = 100_000

// requireSound fails where a page lets in what a stranger may have put there, or
// takes long to load.
func (d *document) requireSound() {
	t, path := d.client.t, d.at.RequestURI()
	t.Helper()
	require.Equal(t, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "+
		"form-action 'self'; frame-ancestors 'none'; base-uri 'none'", d.header.Get("Content-Security-Policy"), path)
	require.Equal(t, "nosniff", d.header.Get("X-Content-Type-Options"), path)
	require.Equal(t, "same-origin", d.header.Get("Referrer-Policy"), path)
	require.Equal(t, "no-store", d.header.Get("Cache-Control"), path)
	weight := len(d.body)
	if d.packed {
		var wire bytes.Buffer
		packer, err := gzip.NewWriterLevel(&wire, gzip.BestSpeed)
		require.NoError(t, err)
		_, err = packer.Write([]byte(d.body))
		require.NoError(t, err)
		require.NoError(t, packer.Close())
		weight = wire.Len()
	}
	for n := range d.root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			require.NotEqual(t, "style", a.Key, "%s: %s", path, n.Data)
			require.False(t, strings.HasPrefix(a.Key, "on"), "%s: %s %s", path, n.Data, a.Key)
		}
		switch n.Data {
		case "style":
			require.Fail(t, "a style sheet in the page", path)
		case "script":
			require.NotEmpty(t, attribute(n, "src"), path)
			weight += d.client.asset(attribute(n, "src"))
		case "link":
			weight += d.client.asset(attribute(n, "href"))
		}
	}
	require.Less(t, weight, heaviest, path)
}

// asset gives the size of a file over the wire, which must be one to keep.
func (c *client) asset(path string) int {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.site.url+path, nil)
	require.NoError(c.t, err)
	r.Header.Set("Accept-Encoding", "gzip")
	answer, err := c.http.Do(r)
	require.NoError(c.t, err)
	defer func() { require.NoError(c.t, answer.Body.Close()) }()
	require.Equal(c.t, http.StatusOK, answer.StatusCode, path)
	require.Equal(c.t, "public, max-age=31536000, immutable", answer.Header.Get("Cache-Control"))
	require.Equal(c.t, "gzip", answer.Header.Get("Content-Encoding"))
	plain, err := gzip.NewReader(answer.Body)
	require.NoError(c.t, err)
	text, err := io.ReadAll(plain)
	require.NoError(c.t, err)
	require.NotEmpty(c.t, text)
	return int(answer.ContentLength)
}

// A secret stands in the answer to a form alone, which is not compressed.
func TestPages_AreCompressed(t *testing.T) {
	t.Parallel()
	c := signedIn(t, serve(t))
	for method, coding := range map[string]string{http.MethodGet: "gzip", http.MethodPost: ""} {
		r, err := http.NewRequestWithContext(t.Context(), method, c.site.url+tokensPath+"/new", strings.NewReader(""))
		require.NoError(t, err)
		r.Header.Set("Accept-Encoding", "gzip")
		r.Header.Set("Origin", c.site.url)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := c.http.Do(r)
		require.NoError(t, err)
		require.Equal(t, coding, answer.Header.Get("Content-Encoding"), method)
		require.Equal(t, "text/html; charset=utf-8", answer.Header.Get("Content-Type"))
		require.Contains(t, answer.Header.Values("Vary"), "Accept-Encoding")
		require.NoError(t, answer.Body.Close())
	}
}

func TestAssets_OfAnotherVersionAreNotKept(t *testing.T) {
	t.Parallel()
	c := newClient(t, serve(t))
	d := c.get("/admin/assets/older/app.css")
	require.Equal(t, http.StatusOK, d.status)
	require.Equal(t, "no-store", d.header.Get("Cache-Control"))
}

func TestPages_Errors(t *testing.T) {
	t.Parallel()
	c := signedIn(t, serve(t))
	for path, status := range map[string]int{
		"/admin/none": 404, "/admin/tenants/77/tokens": 404, "/admin/tenants/x/tokens": 404, "/admin/tenants/1/none": 404,
		tokensPath + "/revoke?name=none": 404, tokensPath + "/revoke?name=%00": 404, "/admin/assets/x/none.css": 404,
	} {
		require.Equal(t, status, c.get(path).status, path)
	}
	for path, allowed := range map[string]string{tokensPath: "GET, HEAD", "/admin/theme": "POST", tokensPath + "/new": "GET, HEAD, POST", "/admin/tenants": "GET, HEAD",
		"/admin/tenants/1/play/7/sync": "POST", "/admin/tenants/1/check/runs/7": "GET, HEAD"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, c.site.url+path, nil)
		require.NoError(t, err)
		d := c.send(r)
		require.Equal(t, http.StatusMethodNotAllowed, d.status, path)
		require.Equal(t, allowed, d.header.Get("Allow"), path)
		require.Contains(t, d.text("main"), "does not take DELETE")
	}
	require.Equal(t, http.StatusRequestEntityTooLarge, c.post(tokensPath+"/new", map[string][]string{"name": {strings.Repeat("x", 2<<20)}}).status)
}

func TestPages_Head(t *testing.T) {
	t.Parallel()
	c := signedIn(t, serve(t))
	for path, status := range map[string]int{
		tokensPath: 200, "/admin/none": 404, "/admin/sign-out": 405, "/admin/tenants/1/requests/events": 200, "/admin/tenants/1/overview/events": 200,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, c.site.url+path, nil)
		require.NoError(t, err)
		d := c.send(r)
		require.Equal(t, status, d.status, path)
		require.Equal(t, "no-store", d.header.Get("Cache-Control"), path)
		require.Empty(t, d.body, path)
	}
}

func TestTokens_WithoutScripts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		c := signedIn(t, s)
		d := c.get(tokensPath+"/new").submit("form.card", "name", " okta ", "expires", "date", "date", "2001-01-01", "userId", "x")
		require.Equal(t, http.StatusUnprocessableEntity, d.status)
		require.Contains(t, d.text("#date-error"), "This day is over")
		require.Contains(t, d.text("#userId-error"), "no id of a user")
		d = d.submit("form.card", "date", "2999-01-01", "userId", "")
		require.Equal(t, "Token okta", d.text("h1"))
		secret := attribute(d.find("[data-copy]")[1], "data-copy")
		require.Equal(t, http.StatusOK, s.scim(t, secret))
		require.NotContains(t, d.at.String(), secret)

		d = c.get(tokensPath+"/rotate?name=okta").submit("form.card", "name", "first")
		require.Contains(t, d.text("#name-error"), "already; choose another name")
		d = d.submit("form.card", "name", "okta 2")
		require.Contains(t, d.text("#rotation"), "Both tokens are good now")
		d = c.get(tokensPath + "/revoke?name=okta").submit("form.confirm")
		require.Equal(t, "Revoked okta.", d.text(".alert"))
		require.Equal(t, http.StatusUnauthorized, s.scim(t, secret))
		require.Empty(t, c.get(tokensPath).find(".alert"), "it is told once")
	})
}

func TestTenants_WithoutScripts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		c := signedIn(t, s)
		d := c.get("/admin/tenants/new").submit("form.card", "name", "")
		require.Contains(t, d.text("#name-error"), "Give the tenant a name")
		d = d.submit("form.card", "name", "Acme", "persona", "rfc")
		require.Contains(t, d.at.Path, "/admin/tenants/2/")
		d = c.get("/admin/tenants").submit("form.search", "q", "acm")
		require.Equal(t, "q=acm", d.at.RawQuery)
		require.Contains(t, d.text("tbody"), "Acme")
		require.NotContains(t, d.text("tbody"), "Tenant 1")
		d = c.get("/admin/tenants/2/delete").submit("form.confirm")
		require.Equal(t, "Deleted tenant Acme.", d.text(".alert"))
		require.Equal(t, http.StatusNotFound, c.get("/admin/tenants/2/tokens").status)
	})
}

func TestBanner_TellsWhatBendsTheTenant(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	require.Empty(t, c.get(tokensPath).find(".banner"))
	s.control(t, "/faults", `[{"action":"delay","delay":"1ms"}]`)
	s.control(t, "/clock?tenant=1", `{"set":"2030-01-02T03:04:05Z","frozen":true}`)
	d := c.get(tokensPath)
	require.Contains(t, d.text(".banner"), "1 fault is active")
	require.Contains(t, d.text(".column"), "The clock is frozen at 2 Jan 2030, 03:04:05 UTC")
	require.Contains(t, d.text("tbody"), "expired", "tokens go by the clock of the tenant")
}

// control calls test control.
func (s *site) control(t *testing.T, path, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/admin/api/v1"+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+adminKey)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Less(t, answer.StatusCode, 300, string(text))
}
