package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// location creates a user and gives where the server says it is, up to the base.
func location(t *testing.T, f fixture, target string, changes ...change) string {
	t.Helper()
	body := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"` + t.Name() + `","name":{"givenName":"A","familyName":"B"}}`
	a := f.do(t, target, append([]change{bearer("one"), with(http.MethodPost, body)}, changes...)...)
	require.Equal(t, http.StatusCreated, a.status, a.body)
	at := a.header.Get("Location")
	require.Contains(t, a.body, `"location":"`+at+`"`)
	require.Regexp(t, `/Users/[0-9]+$`, at)
	return at[:len(at)-len("/Users/1")]
}

func host(name string) change { return func(r *http.Request) { r.Host = name } }

func TestOrigin(t *testing.T) {
	t.Parallel()
	const proxy, spoofed = "10.1.2.3:4444", "192.0.2.66:4444"
	forwarded := func(r *http.Request) {
		header("X-Forwarded-Proto", "https")(r)
		header("X-Forwarded-Host", "scim.example.com")(r)
		header("X-Forwarded-Prefix", "/idp/")(r)
	}
	const trust = "--trusted-proxies=10.0.0.0/8,2001:db8::1"
	tests := map[string]struct {
		args   []string
		change change
		want   string
	}{
		"as the request came":      {nil, from(spoofed), "http://example.com"},
		"nobody is trusted":        {nil, both(from(proxy), forwarded), "http://example.com"},
		"trusted":                  {[]string{trust}, both(from(proxy), forwarded), "https://scim.example.com/idp"},
		"trusted, IPv6":            {[]string{trust}, both(from("[2001:db8::1]:1"), forwarded), "https://scim.example.com/idp"},
		"trusted, IPv4 in IPv6":    {[]string{trust}, both(from("[::ffff:10.1.2.3]:1"), forwarded), "https://scim.example.com/idp"},
		"not trusted":              {[]string{trust}, both(from(spoofed), forwarded), "http://example.com"},
		"trusted, nothing said":    {[]string{trust}, from(proxy), "http://example.com"},
		"trusted, scheme only":     {[]string{trust}, both(from(proxy), header("X-Forwarded-Proto", "https")), "https://example.com"},
		"a host of other bytes":    {[]string{trust}, both(from(proxy), header("X-Forwarded-Host", "a\xff")), "http://example.com"},
		"no host":                  {nil, host(""), "http://localhost"},
		"an address of any bytes":  {nil, host("a\xff\"<b"), "http://localhost"},
		"first of several":         {[]string{trust}, both(from(proxy), header("X-Forwarded-Proto", "https, http")), "https://example.com"},
		"a scheme that is none":    {[]string{trust}, both(from(proxy), header("X-Forwarded-Proto", "javascript")), "http://example.com"},
		"a host that is none":      {[]string{trust}, both(from(proxy), header("X-Forwarded-Host", "evil.example/x?")), "http://example.com"},
		"a prefix that is none":    {[]string{trust}, both(from(proxy), header("X-Forwarded-Prefix", "evil")), "http://example.com"},
		"a prefix is escaped":      {[]string{trust}, both(from(proxy), header("X-Forwarded-Prefix", `/a "b`)), "http://example.com/a%20%22b"},
		"public URL":               {[]string{"--public-url=https://public.example/base/"}, from(spoofed), "https://public.example/base"},
		"public URL beats proxies": {[]string{"--public-url=https://public.example", trust}, both(from(proxy), forwarded), "https://public.example"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, append(test.args, tokens)...)
			require.Equal(t, test.want+"/scim/v2", location(t, f, "/scim/v2/Users", test.change))
		})
	}
}

func TestOrigin_TheBaseOfTheRequestIsKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tokens)
	require.Equal(t, "http://example.com/scim/tenants/1/v2", location(t, f, "/scim/tenants/1/v2/Users"))
	list := f.do(t, "/scim/v2/Users", bearer("one"))
	require.Contains(t, list.body, `"location":"http://example.com/scim/v2/Users/`)
	list = f.do(t, "https://other.example:8443/scim/tenants/1/v2/Users", bearer("one"))
	require.Contains(t, list.body, `"location":"https://other.example:8443/scim/tenants/1/v2/Users/`)
}

func TestPaths_SlashesAreTolerated(t *testing.T) {
	t.Parallel()
	s := run(t, tokens)
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, path := range []string{
		"/scim/v2/Users/", "/scim/v2//Users", "//scim/v2/Users", "/scim//v2///Users//", "/scim/tenants/1/v2//Users/",
		"/scim/v2/Users?", "/scim/v2/Users/?&", "/livez/", "//readyz",
	} {
		require.Equal(t, http.StatusOK, s.call(t, path, bearer("one")).status, path)
	}
	a := s.call(t, "/scim/v2//Users/", bearer("one"), with(http.MethodPost, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","name":{"givenName":"A","familyName":"B"}}`))
	require.Equal(t, http.StatusCreated, a.status)
	require.Regexp(t, `^`+s.url+`/scim/v2/Users/\d+$`, a.header.Get("Location"))
	for _, path := range []string{"/scim/v2/Users/a%2F%2Fb/", "/scim/v2/Users/a%2F/", "/scim/v2/Users/%2F"} {
		s.call(t, path, bearer("one")).requireSCIMError(t, http.StatusNotFound)
	}
}

func TestPaths_OutsideSCIMAreProblems(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tokens)
	for _, path := range []string{"/", "/favicon.ico", "/scimitar", "/v2/Users", "/administrator", "/metrics"} {
		f.do(t, path).requireProblem(t, http.StatusNotFound)
		f.do(t, path, with(http.MethodPost, "")).requireProblem(t, http.StatusNotFound)
	}
	for _, path := range []string{"/scim", "/scim/", "/scim/v1/Users", "/scim/v2", "/scim/tenants/1", "/scim/v2/users"} {
		f.do(t, path, bearer("one")).requireSCIMError(t, http.StatusNotFound)
		f.do(t, path).requireSCIMError(t, http.StatusUnauthorized)
	}
}

func TestMethods_UnknownToHTTP(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tokens)
	for _, method := range []string{"FOO", "get", "PROPFIND"} {
		for _, path := range []string{"/scim/v2/Users", "/scim/v2/nothing", "/scim/tenants/1/v2/Schemas"} {
			a := f.do(t, path, bearer("one"), with(method, ""))
			a.requireSCIMError(t, http.StatusMethodNotAllowed)
			require.Equal(t, "DELETE, GET, HEAD, PATCH, POST, PUT", a.header.Get("Allow"))
		}
	}
	a := f.do(t, "/livez", with(http.MethodPost, ""))
	a.requireProblem(t, http.StatusMethodNotAllowed)
	require.Equal(t, http.MethodGet, a.header.Get("Allow"))
}
