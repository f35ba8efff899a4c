package web_test

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// rubbish is what no page means to be sent.
var rubbish = []string{"\x00\xff", "-1", "9223372036854775807", `'"><script>` + strings.Repeat("å", 2000)}

// parameters are the names of all values that addresses have, those of forms besides.
var parameters = []string{
	"a", "action", "activated", "after", "area", "as", "b", "before", "configure", "filter", "from", "group", "groups", "here", "history", "id", "idp",
	"kind", "name", "next", "of", "only", "open", "q", "range", "raw", "remove", "show", "since", "state", "status", "story", "successor", "tab", "to",
	"username", "verdict", "client", "method", "who", "token", "deviation", "view",
}

// crawler finds the pages and the forms of a server, one of each kind.
type crawler struct {
	*client
	pages map[string]*url.URL
	forms map[string]*foundForm
}

type foundForm struct {
	to     *url.URL
	values url.Values
}

var ids = regexp.MustCompile(`/\d+|/runs/[a-z0-9]+|/rows/[A-Z0-9-]+`)

// kindOf is the same for pages that differ in what they are about.
func kindOf(u *url.URL) string { return ids.ReplaceAllString(u.Path, "/N") }

// walk goes to every page that a page leads to.
func (c *crawler) walk(u *url.URL) {
	d := c.get(u.RequestURI())
	require.Less(c.t, d.status, 500, u)
	for n := range d.root.Descendants() {
		if n.Data == "form" && attribute(n, "method") == "post" {
			c.note(d, n)
			continue
		}
		to := cmp.Or(attribute(n, "href"), attribute(n, "action"))
		if n.Type != html.ElementNode || to == "" || n.Data == "use" || n.Data == "link" {
			continue
		}
		next, err := d.at.Parse(to)
		require.NoError(c.t, err, to)
		require.Regexp(c.t, `^https?$`, next.Scheme, "%s leads to %s", u, to)
		if next.Host != d.at.Host || !strings.HasPrefix(next.Path, "/admin") || c.pages[kindOf(next)] != nil {
			continue
		}
		c.pages[kindOf(next)] = next
		c.walk(next)
	}
}

func (c *crawler) note(d *document, n *html.Node) {
	to, err := d.at.Parse(attribute(n, "action"))
	require.NoError(c.t, err)
	f := &foundForm{to, url.Values{}}
	for field := range n.Descendants() {
		typed(field, f.values)
		if name := attribute(field, "name"); name != "" && !f.values.Has(name) {
			f.values.Set(name, attribute(field, "value"))
		}
	}
	c.forms[kindOf(to)+" "+strings.Join(slices.Sorted(maps.Keys(f.values)), " ")] = f
}

// sane fails where the server blames itself.
func (c *crawler) sane(d *document, what ...any) {
	c.t.Helper()
	require.Less(c.t, d.status, 500, what...)
	if d.header.Get("Content-Disposition") == "" {
		require.NotContains(c.t, d.body, "<script>", what...)
	}
}

// askAsAnother asks for what tenant 1 has at the addresses of tenant 2.
func (c *crawler) askAsAnother() {
	d := c.post("/admin/tenants/new", url.Values{"name": {"Another"}, "persona": {"cinode"}})
	require.Contains(c.t, d.at.Path, "/admin/tenants/2/")
	n := 0
	for kind, u := range c.pages {
		if strings.HasPrefix(kind, "/admin/tenants/N/") && strings.Count(kind, "/N") > 1 {
			n++
			path := strings.Replace(u.Path, "tenants/1", "tenants/2", 1)
			require.Equal(c.t, http.StatusNotFound, c.get(path+"?"+u.RawQuery).status, path)
		}
	}
	for kind, f := range c.forms {
		if strings.HasPrefix(kind, "/admin/tenants/N/") && strings.Count(kind, "/N") > 1 {
			n++
			path := strings.Replace(f.to.Path, "tenants/1", "tenants/2", 1)
			require.Equal(c.t, http.StatusNotFound, c.post(path, f.values).status, path)
		}
	}
	require.Greater(c.t, n, 30)
}

// askRubbish asks for each page with rubbish in every value and as each id.
func (c *crawler) askRubbish() {
	for kind, u := range c.pages {
		if strings.Contains(kind, "/report/") { // reports are large, and read no value
			continue
		}
		for _, x := range rubbish {
			all := u.Query()
			for _, name := range parameters {
				all.Set(name, x)
			}
			c.sane(c.get(u.Path+"?"+all.Encode()), "%s with %.20q", u, x)
		}
		if parts := strings.Split(u.Path, "/"); len(parts) > 5 {
			parts[5] = url.PathEscape(rubbish[0])
			c.sane(c.get(strings.Join(parts, "/")), "%s", u)
		}
	}
}

// sendRubbish sends each form with nothing, with rubbish, and twice as it is.
func (c *crawler) sendRubbish() {
	for _, kind := range slices.Sorted(maps.Keys(c.forms)) {
		f := c.forms[kind]
		if strings.HasSuffix(f.to.Path, "/sign-out") {
			continue
		}
		for _, x := range rubbish {
			all := url.Values{}
			for name := range f.values {
				all[name] = []string{x, x}
			}
			c.sane(c.post(f.to.RequestURI(), all), "%s with %.20q", kind, x)
		}
		for _, values := range []url.Values{nil, f.values, f.values} {
			c.sane(c.post(f.to.RequestURI(), values), "%s with %v", kind, values)
		}
	}
}

func TestPages_RubbishIsAnswered(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]func(t *testing.T) *site{
		"sqlite":   func(t *testing.T) *site { t.Helper(); return serveSeeded(t) },
		"postgres": func(t *testing.T) *site { t.Helper(); return serveSeeded(t, "--database="+testenv.Postgres(t)) },
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); sendRubbish(t, serve(t)) })
	}
}

func sendRubbish(t *testing.T, s *site) {
	t.Helper()
	c := &crawler{client: signedIn(t, s), pages: map[string]*url.URL{}, forms: map[string]*foundForm{}}
	for _, kind := range []string{"okta", "jumpcloud"} {
		addPlay(t, c.client, kind)
	}
	c.ended(c.get(checkPath).submit(".check-form", "only", "spc create-001 group-001", "profile", "rfc").at.Path)
	c.get(faultsPath).submit(snapshotForm, "name", "before")
	c.walk(&url.URL{Path: "/admin/tenants/1/overview"})
	require.Greater(t, len(c.pages), 60)
	require.Greater(t, len(c.forms), 25)
	c.askAsAnother()
	c.askRubbish()
	c.sendRubbish()
	for _, u := range c.pages {
		c.sane(c.get(u.RequestURI()), "%s, after much was deleted", u)
	}
	require.Equal(t, http.StatusOK, c.get("/admin/tenants").status)
}
