package web_test

import (
	"bufio"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// stream is an open stream of events.
func (c *client) stream(path string) *bufio.Scanner {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.site.url+path, nil)
	require.NoError(c.t, err)
	answer, err := c.http.Do(r)
	require.NoError(c.t, err)
	c.t.Cleanup(func() { require.NoError(c.t, answer.Body.Close()) })
	require.Equal(c.t, "text/event-stream", answer.Header.Get("Content-Type"))
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	require.True(c.t, lines.Scan())
	require.Equal(c.t, ": from now on", lines.Text())
	return lines
}

func TestStream_EndsWithTheSession(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	at, err := url.Parse(s.url + "/admin/")
	require.NoError(t, err)
	cookies := c.http.Jar.Cookies(at)
	lines := c.stream("/admin/tenants/1/requests/events")
	s.scim(t, "one")
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "event: ") {
	}
	require.Equal(t, "event: request", lines.Text())
	c.post("/admin/sign-out", nil)
	c.http.Jar.SetCookies(at, cookies)
	s.scim(t, "secret of a stranger")
	s.scim(t, "one")
	for lines.Scan() {
		require.NotEqual(t, "event: request", lines.Text(), "it was signed out")
	}
	require.NoError(t, lines.Err())
}
