package server_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRateLimit_IsPerToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tokens, "--rate-limit=3")
	var limited *answer
	for range 20 { // well over three in this second, whichever second that is
		if a := f.do(t, "/scim/v2/Users", bearer("one")); a.status != http.StatusOK {
			limited = &a
			break
		}
	}
	require.NotNil(t, limited)
	limited.requireSCIMError(t, http.StatusTooManyRequests)
	seconds, err := strconv.Atoi(limited.header.Get("Retry-After"))
	require.NoError(t, err)
	require.Positive(t, seconds)
	require.Equal(t, http.StatusOK, f.do(t, "/scim/v2/Users", bearer("two")).status)
	require.Equal(t, http.StatusOK, f.do(t, "/livez", bearer("one")).status)
}

func preflight(origin, method, headers string) change {
	return both(with(http.MethodOptions, ""), header("Origin", origin),
		header("Access-Control-Request-Method", method), header("Access-Control-Request-Headers", headers))
}

func TestCORS_Preflight(t *testing.T) {
	t.Parallel()
	const origin = "https://app.example.com"
	f := newFixture(t, tokens, "--cors-origin="+origin)
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		a := f.do(t, "/scim/v2/Users", preflight(origin, method, "authorization,content-type"))
		require.Equal(t, http.StatusOK, a.status, "a preflight carries no token")
		require.Equal(t, origin, a.header.Get("Access-Control-Allow-Origin"))
		require.Equal(t, method, a.header.Get("Access-Control-Allow-Methods"))
		require.NotEmpty(t, a.header.Get("Access-Control-Allow-Headers"))
		require.Empty(t, a.header.Get("Access-Control-Allow-Credentials"), "no cookie opens SCIM")
	}
	for name, c := range map[string]change{
		"another origin": preflight("https://evil.example", "GET", "authorization"),
		"another method": preflight(origin, "TRACE", "authorization"),
		"another header": preflight(origin, "GET", "x-other"),
	} {
		require.Empty(t, f.do(t, "/scim/v2/Users", c).header.Get("Access-Control-Allow-Origin"), name)
	}
}

func TestCORS_Answers(t *testing.T) {
	t.Parallel()
	const origin = "https://app.example.com"
	tests := map[string]struct{ args, origin, allowed string }{
		"allowed":      {"--cors-origin=https://a.example," + origin, origin, origin},
		"all":          {"--cors-origin=*", origin, "*"},
		"other origin": {"--cors-origin=" + origin, "https://evil.example", ""},
		"other scheme": {"--cors-origin=" + origin, "http://app.example.com", ""},
		"none":         {"--metrics", origin, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, tokens, test.args)
			for _, token := range []string{"one", "unknown"} {
				a := f.do(t, "/scim/v2/Users", bearer(token), header("Origin", test.origin))
				require.Equal(t, test.allowed, a.header.Get("Access-Control-Allow-Origin"), "a page must be able to read a refusal too")
			}
			require.Empty(t, f.do(t, "/livez", header("Origin", test.origin)).header.Get("Access-Control-Allow-Origin"))
		})
	}
}

func TestCORS_RefusedByTheRateLimitIsReadable(t *testing.T) {
	t.Parallel()
	const origin = "https://app.example.com"
	f := newFixture(t, tokens, "--cors-origin="+origin, "--rate-limit=1")
	for range 20 {
		if a := f.do(t, "/scim/v2/Users", bearer("one"), header("Origin", origin)); a.status != http.StatusOK {
			require.Equal(t, http.StatusTooManyRequests, a.status)
			require.Equal(t, origin, a.header.Get("Access-Control-Allow-Origin"))
			require.Contains(t, a.header.Get("Access-Control-Expose-Headers"), "Retry-After")
			return
		}
	}
	require.Fail(t, "no request was refused")
}
