package adminhttp_test

import (
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/api"
)

func TestDocs_TheDocumentIsTheYAML(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	a := f.serve(f.request(t, "GET", "/openapi.json", ""))
	require.Equal(t, 200, a.status)
	require.Equal(t, "application/json", a.header.Get("Content-Type"))
	var want any
	require.NoError(t, yaml.Unmarshal(api.Document, &want))
	text, err := json.Marshal(want)
	require.NoError(t, err)
	require.JSONEq(t, string(text), string(a.body))
	require.Equal(t, "3.1.0", a.object(t)["openapi"])
}

func TestDocs_ThePageLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	for path, kind := range map[string]string{
		"/docs": "text/html; charset=utf-8", "/docs/start.js": "text/javascript; charset=utf-8",
		"/docs/swagger-ui.css": "text/css; charset=utf-8", "/docs/swagger-ui-bundle.js": "application/javascript",
	} {
		a := f.serve(f.request(t, "GET", path, ""))
		require.Equal(t, 200, a.status, path)
		require.Equal(t, kind, a.header.Get("Content-Type"), path)
		require.Contains(t, a.header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self';")
		require.NotContains(t, a.header.Get("Content-Security-Policy"), "unsafe")
	}
	require.NotRegexp(t, `https?://|<script>|style=`, string(f.serve(f.request(t, "GET", "/docs", "")).body))
	require.Equal(t, 404, f.serve(f.request(t, "GET", "/docs/none.js", "")).status)
}
