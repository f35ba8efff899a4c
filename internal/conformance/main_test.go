package conformance

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// target is a server with the discovery of testdata and whatever handler for all else.
func target(t *testing.T, handler http.HandlerFunc) *scimclient.Client {
	t.Helper()
	mux := http.NewServeMux()
	for _, path := range discoveryEndpoints {
		text, err := os.ReadFile("testdata" + path + ".json")
		require.NoError(t, err)
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/scim+json")
			_, _ = w.Write(text)
		})
	}
	mux.HandleFunc("/", handler)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	client, err := scimclient.New(server.URL, scimclient.Options{Token: "secret", Timeout: 5 * time.Second, BodyLimit: 64 << 10})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

// answers writes the same answer to everything.
func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// hostile are servers that no check may take for a good one.
var hostile = map[string]http.HandlerFunc{
	"HTML":         answers(200, "<html>hello</html>"),
	"no content":   answers(204, ""),
	"empty object": answers(200, "{}"),
	"wrong types":  answers(201, `{"id":5,"schemas":"x","meta":[],"Resources":{"a":1},"totalResults":"x","emails":5}`),
	"null made":    answers(201, `{"id":"1","schemas":[null],"meta":null,"Resources":[null,5],"emails":[null]}`),
	"broken":       answers(500, "goroutine 1 [running]"),
	"not found":    answers(404, `{"status":404}`),
	"endless":      answers(200, strings.Repeat("x", 80<<10)),
	"redirect": func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://192.0.2.1/elsewhere", http.StatusFound)
	},
}
