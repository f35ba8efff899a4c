package web_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// client is a browser without scripts: it follows links, keeps cookies, and fills
// in the forms that pages have.
type client struct {
	t    *testing.T
	site *site
	http *http.Client
}

func newClient(t *testing.T, s *site) *client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{t: t, site: s, http: &http.Client{Jar: jar, Transport: transport}}
}

// signedIn is one that has given the admin key.
func signedIn(t *testing.T, s *site) *client {
	t.Helper()
	c := newClient(t, s)
	require.Equal(t, http.StatusOK, c.get("/admin/sign-in").submit("[data-sign-in]", "key", adminKey).status)
	return c
}

// document is a page that was answered.
type document struct {
	client *client
	status int
	header http.Header
	at     *url.URL
	body   string
	packed bool // on the wire
	root   *html.Node
}

func (c *client) get(path string) *document {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.site.url+path, nil)
	require.NoError(c.t, err)
	return c.send(r)
}

// post sends a form as a page of the site does; change may make it different.
func (c *client) post(path string, values url.Values, change ...func(*http.Request)) *document {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.site.url+path, strings.NewReader(values.Encode()))
	require.NoError(c.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", c.site.url)
	for _, f := range change {
		f(r)
	}
	return c.send(r)
}

func (c *client) send(r *http.Request) *document {
	c.t.Helper()
	answer, err := c.http.Do(r)
	require.NoError(c.t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(c.t, err)
	require.NoError(c.t, answer.Body.Close())
	root, err := html.Parse(strings.NewReader(string(body)))
	require.NoError(c.t, err)
	return &document{client: c, status: answer.StatusCode, header: answer.Header, at: answer.Request.URL, body: string(body), packed: answer.Uncompressed, root: root}
}

// find gives the elements that a selector fits: "form", ".alert", "#name",
// "[data-x]", or a tag with one of these: "form.card".
func (d *document) find(selector string) []*html.Node {
	var list []*html.Node
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode && fits(n, selector) {
			list = append(list, n)
		}
	}
	return list
}

func fits(n *html.Node, selector string) bool {
	cut := strings.IndexAny(selector, ".#[")
	if cut < 0 {
		return n.Data == selector
	}
	if tag := selector[:cut]; tag != "" && n.Data != tag {
		return false
	}
	switch rest := selector[cut+1:]; selector[cut] {
	case '.':
		return slices.Contains(strings.Fields(attribute(n, "class")), rest)
	case '#':
		return attribute(n, "id") == rest
	default:
		name := strings.TrimSuffix(rest, "]")
		return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// text is what an element says, with single blanks; the element must be there.
func (d *document) text(selector string) string {
	d.client.t.Helper()
	found := d.find(selector)
	require.NotEmpty(d.client.t, found, "%s has no %s: %s", d.at, selector, d.body)
	var words []string
	for n := range found[0].Descendants() {
		if n.Type == html.TextNode {
			words = append(words, strings.Fields(n.Data)...)
		}
	}
	return strings.Join(words, " ")
}

// submit sends a form of the page as it is filled in there, with the values of some
// fields changed: pairs of names and values.
func (d *document) submit(selector string, pairs ...string) *document {
	d.client.t.Helper()
	forms := d.find(selector)
	require.NotEmpty(d.client.t, forms, "%s has no %s: %s", d.at, selector, d.body)
	values := url.Values{}
	for n := range forms[0].Descendants() {
		typed(n, values)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	to, err := d.at.Parse(attribute(forms[0], "action"))
	require.NoError(d.client.t, err)
	if attribute(forms[0], "method") != "post" {
		return d.client.get(to.Path + "?" + values.Encode())
	}
	return d.client.post(to.RequestURI(), values)
}

func typed(n *html.Node, values url.Values) {
	name := attribute(n, "name")
	if n.Type != html.ElementNode || name == "" {
		return
	}
	has := func(key string) bool {
		return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
	}
	switch n.Data {
	case "input":
		if kind := attribute(n, "type"); kind != "radio" && kind != "checkbox" || has("checked") {
			values.Add(name, attribute(n, "value"))
		}
	case "textarea":
		if n.FirstChild != nil {
			values.Add(name, n.FirstChild.Data)
		}
	case "select":
		for o := range n.Descendants() {
			if o.Data == "option" && slices.ContainsFunc(o.Attr, func(a html.Attribute) bool { return a.Key == "selected" }) {
				values.Add(name, attribute(o, "value"))
			}
		}
	}
}
