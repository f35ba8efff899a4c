package self_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/self"
)

func TestWay_LeadsToTheListenerWhateverIsPublic(t *testing.T) {
	t.Parallel()
	seen := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Host+" "+r.URL.RequestURI())
	})
	plain, secure := httptest.NewServer(seen), httptest.NewTLSServer(seen)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	public, err := url.Parse("https://scim.example.com/base")
	require.NoError(t, err)
	for name, test := range map[string]struct {
		listener *httptest.Server
		public   *url.URL
		path     string
		want     string // after the origin
	}{
		"as it listens":      {plain, nil, "/Users?a=b", " /Users?a=b"},
		"TLS":                {secure, nil, "/Users", " /Users"},
		"behind a proxy":     {plain, public, "/Users/a%2Fb?q=1", "scim.example.com /Users/a%2Fb?q=1"},
		"a proxy before TLS": {secure, public, "/Users", "scim.example.com /Users"},
	} {
		scheme, address, _ := strings.Cut(test.listener.URL, "://")
		way := new(self.Way)
		way.Open(scheme, address, test.public)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, way.Origin()+test.path, nil)
		require.NoError(t, err, name)
		answer, err := way.Wrap(nobody{}).RoundTrip(request)
		require.NoError(t, err, name)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err, name)
		require.NoError(t, answer.Body.Close())
		require.Contains(t, string(body), test.want, name)
		require.Equal(t, way.Origin()+test.path, request.URL.String(), "a request is not changed")
		way.CloseIdleConnections()
	}
}

// nobody is the network.
type nobody struct{}

func (nobody) RoundTrip(*http.Request) (*http.Response, error) { return nil, http.ErrServerClosed }

func TestWrap_LetsOthersOut(t *testing.T) {
	t.Parallel()
	way := new(self.Way)
	require.Equal(t, nobody{}, way.Wrap(nobody{}), "nothing is inside before it listens")
	way.Open("http", "localhost:80", nil)
	require.Equal(t, "http://localhost:80/scim/tenants/7/v2", way.Base(7))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, way.Origin()+"00/scim", nil)
	require.NoError(t, err)
	_, err = way.Wrap(nobody{}).RoundTrip(request) //nolint:bodyclose // nobody answers
	require.ErrorIs(t, err, http.ErrServerClosed, "the port 8000 is another's")
}
