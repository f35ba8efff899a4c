package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// message is the part of a request or of an answer that edits change.
type message struct {
	header http.Header
	body   string
}

// call is a request on its way through the proxy, and its answer.
type call struct {
	method, path string // the path from the base URL on, as it is escaped
	query        url.Values
	rawQuery     string // what is sent of the query
	status       int    // 0 until there is an answer
	sent, got    message

	came   *http.Request
	origin string // the path, body and all of the text as they came
	body   string
	asked  string
	store  *store
	proxy  *proxy
}

// here is the message that an edit is to change.
func (c *call) here() *message {
	if c.status == 0 {
		return &c.sent
	}
	return &c.got
}

// store is what a mutant remembers between calls.
type store struct {
	mu   sync.Mutex
	data map[any]any
}

// keep gives what is stored, and stores a value if there is nothing yet.
func (s *store) keep(key any, value any) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.data[key]; ok {
		return old
	}
	s.data[key] = value
	return value
}

// get is nil if nothing is stored.
func (s *store) get(key any) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data[key]
}

func (s *store) put(key any, value any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data[key] = value
}

// count gives how often it was called before with a key.
func (s *store) count(key any) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, _ := s.data[key].(int)
	s.data[key] = n + 1
	return n
}

// proxy is a mutant at work.
type proxy struct {
	mutant
	server *traceServer
	base   string // path of the base URL
	token  string
	store  *store
}

// startProxy gives the URL of a mutant in front of a server. The host that the
// judge calls goes through, so that the server's URLs point to the proxy.
func startProxy(t *testing.T, server *traceServer, tenant int, m mutant) string {
	t.Helper()
	s := httptest.NewUnstartedServer(&proxy{m, server, tenantBase(tenant), traceSecret(tenant), &store{data: map[any]any{}}})
	s.Config.MaxHeaderBytes = 8 << 20 // limits are the server's to set
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	path := strings.TrimPrefix(r.URL.EscapedPath(), p.base)
	decoded, err := url.QueryUnescape(r.URL.RawQuery)
	if err != nil {
		decoded = r.URL.RawQuery
	}
	c := &call{
		method: r.Method, path: path, query: r.URL.Query(), rawQuery: r.URL.RawQuery, sent: message{r.Header.Clone(), string(text)},
		came: r, origin: path, body: string(text), asked: r.Method + " " + path + "?" + decoded + "\n" + string(text), store: p.store, proxy: p,
	}
	layers := []*mutant{&p.mutant}
	if p.given != nil {
		layers = append(layers, p.given)
	}
	for _, m := range layers {
		if c.status == 0 && m.sent != nil && matches(m.on, r.Method, path) {
			m.sent(c)
		}
	}
	if c.status == 0 {
		p.ask(c)
	}
	for _, m := range slices.Backward(layers) {
		if m.got != nil && matches(m.on, r.Method, path) {
			m.got(c)
		}
	}
	c.write(w)
}

// ask sends the call to the server and takes its answer.
func (p *proxy) ask(c *call) {
	c.status, c.got = p.send(c, c.method, c.path, c.rawQuery, c.sent)
}

// send is one request to the server. Where that hangs up, so does the proxy.
func (p *proxy) send(c *call, method, path, query string, m message) (int, message) {
	target := p.base + path
	if strings.HasPrefix(path, "/scim/") { // beside the base URL
		target = path
	}
	if query != "" {
		target += "?" + query
	}
	request, err := http.NewRequestWithContext(c.came.Context(), method, p.server.url+target, strings.NewReader(m.body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	request.Header, request.Host = m.header.Clone(), c.came.Host
	request.Header.Del("Content-Length")
	response, err := p.server.client.Do(request)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	response.Header.Del("Content-Length")
	return response.StatusCode, message{response.Header, string(text)}
}

func (c *call) write(w http.ResponseWriter) {
	for name, values := range c.got.header {
		w.Header()[name] = values
	}
	w.WriteHeader(c.status)
	_, _ = io.WriteString(w, c.got.body) // who hangs up is the judge's business
}

// also sends one more request to the server as the same client, past the mutant.
func (c *call) also(method, path, body string) (int, any) {
	return c.alsoAs(c.came.Header.Get("Authorization"), method, path, body)
}

func (c *call) alsoAs(credential, method, path, body string) (int, any) {
	h := http.Header{"Authorization": {credential}}
	if body != "" {
		h.Set("Content-Type", "application/scim+json")
	}
	path, query, _ := strings.Cut(path, "?")
	status, m := c.proxy.send(c, method, path, query, message{h, body})
	return status, readJSON(m.body)
}
