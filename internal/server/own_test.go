package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/config"
)

func TestOwnWay_LeadsToTheListenerWhateverIsPublic(t *testing.T) {
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
		origin, way := (&Server{config: &config.Config{PublicURL: test.public}}).ownWay(scheme, address)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, origin+test.path, nil)
		require.NoError(t, err, name)
		answer, err := way.RoundTrip(request)
		require.NoError(t, err, name)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err, name)
		require.NoError(t, answer.Body.Close())
		require.Contains(t, string(body), test.want, name)
		require.Equal(t, origin+test.path, request.URL.String(), "a request is not changed")
		idle, ok := way.(interface{ CloseIdleConnections() })
		require.True(t, ok, name)
		idle.CloseIdleConnections()
	}
}
