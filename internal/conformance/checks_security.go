package conformance

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

const (
	dialTime  = 10 * time.Second
	fetchTime = 500 * time.Millisecond // for a target to open a URL it was given
)

var securityChecks = checks{
	"SEC-001": func(t *trial) {
		base, err := url.Parse(t.client.Base())
		t.check(err == nil, "the base URL cannot be read")
		if base.Scheme == "http" {
			if isLoopback(base.Hostname()) {
				t.skipf("the target is reached on loopback, without TLS")
			}
			t.failf("the target serves SCIM over plain http")
		}
		port := base.Port()
		if port == "" {
			port = "443"
		}
		t.refusesOldTLS(net.JoinHostPort(base.Hostname(), port), base.Hostname())
		plain := []string{port}
		if port == "443" {
			plain = append(plain, "80")
		}
		for _, p := range plain {
			e := t.plainly("http://" + net.JoinHostPort(base.Hostname(), p) + base.Path)
			t.check(e.Status < 200 || e.Status > 299, "the target serves SCIM over plain http at port %s", p)
		}
	},
	"SEC-002": func(t *trial) {
		password := "Xy9!" + t.name()
		u := t.user("password", password)
		u.put(u.sent()).is(200, 204)
		t.get(u.path + "?attributes=password")
		t.get(t.users() + "?count=50&attributes=userName,password")
		t.send(http.MethodPost, t.users(), u.sent())
		u.put(u.sent("active", object{"x": 1}))
		if t.d.supports("patch") {
			u.patch(op("replace", "password", password)).is(200, 204)
			u.patch(op("replace", "password", object{"x": password}))
		}
		if t.d.supports("filter") {
			t.filtered("userName eq " + encode(u.userName()))
		}
		for _, e := range t.exchanges {
			body, _ := parse(e.Body).(object)
			for _, o := range append(listed(e), body) {
				t.check(o["password"] == nil, "%s %s answers with a password", e.Method, e.URL)
			}
			t.check(!strings.Contains(e.Body, password), "%s %s answers with the password that was set", e.Method, e.URL)
		}
		t.skipf("no answer shows a password; that only a hash is kept cannot be seen over HTTP")
	},
	"SEC-003": func(t *trial) {
		token := t.token()
		for _, guess := range []string{token[:len(token)-1], token + "x", flip(token)} {
			if guess != "" && guess != token {
				t.get(t.users()+"?count=1", "Authorization", "Bearer "+guess).is(401)
			}
		}
		t.skipf("tokens that are nearly right are refused; how they are made and when they expire cannot be seen over HTTP")
	},
	"SEC-005": func(t *trial) {
		t.resistsFilters()
		t.resistsPaths()
		for _, text := range []string{`'; DROP TABLE users; --`, `<script>alert(1)</script>`, "${jndi:ldap://192.0.2.1/x}", `{{7*7}}`, `%s%n`} {
			if name := t.plainString(); name != "" {
				t.equal(name, t.user(name, text).now()[name], text)
			}
		}
		for _, e := range t.exchanges {
			t.check(e.Status < 500, "%s %s answers %d", e.Method, e.URL, e.Status)
			t.check(e.Status < 400 || !leaks.MatchString(e.Body), "%s %s answers with its insides: %s", e.Method, e.URL, leaks.FindString(e.Body))
			t.check(e.Header.Get("X-Injected") == "", "%s %s lets the client write a header", e.Method, e.URL)
		}
	},
	"SEC-006": func(t *trial) {
		r := t.reader()
		u := t.user()
		body := u.sent("userName", t.name()+"@example.com")
		r.send(http.MethodPut, u.path, body).is(403, 404)
		t.equal("userName", u.now()["userName"], u.userName())
		u.put(body).is(200, 204)
		t.notef("judged by a client that may only read; the judge has no token of a user")
	},
	"SEC-007": func(t *trial) {
		r := t.request(http.MethodPost, t.users(), t.userBody(), nil)
		r.Anonymous = true
		a := t.exchange(r)
		if !a.ok() {
			a.is(400, 401, 403, 404, 405, 429)
			t.skipf("nobody can register: a create without a credential answers %d", a.Status)
		}
		t.equal("active of a user who registered", a.at("active"), false)
	},
	"SEC-008": func(t *trial) {
		r := t.reader()
		u := t.user()
		t.anonymous(u.path).is(401)
		all, seen := u.now(), r.get(u.path).is(200, 403, 404)
		if seen.Status != http.StatusOK {
			t.notef("the token that may only read sees no users")
			return
		}
		for name := range seen.body() {
			t.check(all[name] != nil, "%s is shown to the token that may only read, and not to the other", name)
			delete(all, name)
		}
		if len(all) == 0 {
			t.skipf("the token that may only read sees what the other one sees; whether it needs that cannot be seen over HTTP")
		}
	},
	"SEC-009": func(t *trial) {
		base, err := url.Parse(t.client.Base())
		if err != nil || !isLoopback(base.Hostname()) {
			t.skipf("the target is on another machine, and cannot reach a listener of the judge here")
		}
		link, called, stop := t.listen()
		defer stop()
		body, used := t.userBody(), false
		if t.has("photos.value") {
			body["photos"], used = list{object{"type": "photo", "value": link + "photo.jpg"}}, true
		}
		if t.has("profileUrl") {
			body["profileUrl"], used = link+"profile", true
		}
		if !used {
			t.skipf("users have neither photos nor profileUrl here")
		}
		a := t.send(http.MethodPost, t.users(), body).is(201, 400)
		if a.Status == http.StatusCreated {
			u := t.resource(t.users(), a)
			u.asked = body
			u.put(u.sent()).is(200, 204)
		}
		select {
		case path := <-called:
			t.failf("the target opened %s, a URL that a client had sent", path)
		case <-t.ctx.Done():
		case <-time.After(fetchTime):
		}
	},
}

// isLoopback says whether a host is this machine.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// refusesOldTLS wants the target to take no TLS older than 1.2. Nothing is sent over the connection.
func (t *trial) refusesOldTLS(address, host string) {
	ctx, cancel := context.WithTimeout(t.ctx, dialTime)
	defer cancel()
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		t.skipf("%s cannot be reached without a proxy", address)
	}
	old := tls.Client(connection, &tls.Config{ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}) //nolint:gosec // it must fail
	err = old.HandshakeContext(ctx)
	_ = connection.Close()
	t.check(err != nil, "the target takes TLS 1.1 or 1.0")
}

// plainly asks for the discovery without TLS and without a credential.
func (t *trial) plainly(base string) *scimclient.Exchange {
	client, err := scimclient.New(base, scimclient.Options{Timeout: dialTime, BodyLimit: keptBody})
	t.check(err == nil, "the base URL cannot be read")
	defer client.Close()
	e := client.Do(t.ctx, scimclient.Request{Method: http.MethodGet, Path: "/ServiceProviderConfig"})
	if e.Status != 0 { // no answer is as good as a refusal
		t.exchanges = append(t.exchanges, e)
	}
	return e
}

// listen opens a listener on loopback, and tells of the first path that is asked for.
func (t *trial) listen() (base string, called <-chan string, stop func()) {
	listener, err := new(net.ListenConfig).Listen(t.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.errorf("set-up fails: no listener on loopback: %v", err)
	}
	paths := make(chan string, 1)
	server := &http.Server{ReadHeaderTimeout: dialTime, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case paths <- r.URL.Path:
		default:
		}
	})}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // it ends with Close
	}()
	return "http://" + listener.Addr().String() + "/", paths, func() {
		_ = server.Close()
		<-served
	}
}

// resistsFilters sends filters that would break out of a query, or match as wildcards do.
func (t *trial) resistsFilters() {
	if !t.d.supports("filter") {
		return
	}
	t.user()
	for _, value := range []string{`' OR 1=1 --`, `" or userName pr or "`, `*`, `%`, `x' UNION SELECT 1 --`, t.mark[:3] + "%", `\`} {
		a := t.filtered("userName eq "+encode(value)).is(200, 400)
		t.check(!a.ok() || a.integer("totalResults") == 0, "the filter userName eq %s finds users", encode(value))
	}
	for _, f := range []string{`userName' OR '1'='1 eq "x"`, `1=1`, `userName eq "x"; DROP TABLE users`, `userName eq "x" --`} {
		t.filtered(f).is(400)
	}
	t.get(t.users() + "?count=1&filter=userName%20eq%20%22x%22%0d%0aX-Injected:%20yes")
}

// resistsPaths sends paths and sort orders that would break out.
func (t *trial) resistsPaths() {
	for _, path := range []string{"..%2f..%2fetc%2fpasswd", "%27%20OR%20%271%27=%271", "*", "1;DROP", "%0d%0aX-Injected:%20yes"} {
		a := t.get(t.users() + "/" + path)
		t.check(!a.ok(), "%s answers %d", a.what(), a.Status)
	}
	t.get(t.users()+"?count=1&sortBy="+url.QueryEscape("userName; DROP TABLE users")).is(200, 400, 501)
	t.get(t.users()+"?count=1&attributes="+url.QueryEscape("userName' OR '1'='1")).is(200, 400)
}

// plainString is an attribute of users that takes any text, "" if there is none.
func (t *trial) plainString() string {
	t.users()
	for _, name := range []string{"displayName", "title", "nickName"} {
		if a := t.d.user.find(name); a != nil && a.uniqueness == "none" && a.mutability == "readWrite" && a.kind == "string" && a.raw["canonicalValues"] == nil {
			return name
		}
	}
	return ""
}
