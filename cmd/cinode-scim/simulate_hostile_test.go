package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// A target that behaves badly is told of in a sentence, in a time that ends, and the
// token goes to nobody else.
func TestSimulate_HostileTargets(t *testing.T) {
	t.Parallel()
	const secret = "token-of-the-hostile-targets"
	var stray atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stray.Add(1) }))
	t.Cleanup(elsewhere.Close)
	// The same server by another name is another host too.
	other := strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1)
	always := func(status int, body string, headers ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	targets := map[string]struct {
		answer http.HandlerFunc
		want   string // in the report
	}{
		"endless": {func(w http.ResponseWriter, _ *http.Request) {
			for chunk := strings.Repeat("x", 1<<20); ; {
				if _, err := io.WriteString(w, chunk); err != nil {
					return
				}
			}
		}, "it is longer than 16777216 bytes"},
		"a drop at a time": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "{")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, "the answer breaks off"},
		"endless headers": {always(200, "{}", "X-Long", strings.Repeat("x", 1<<20)), "got no answer"},
		"redirect":        {always(307, "", "Location", elsewhere.URL+"/Users"), "redirects are not followed"},
		"redirect, 301":   {always(301, "", "Location", other+"/Users"), "redirects are not followed"},
		"HTML":            {always(200, "<html><body>Welcome</body></html>", "Content-Type", "text/html"), "it is no JSON object"},
		"nothing":         {always(200, ""), "totalResults is no number"},
		"next year":       {always(429, "{}", "Retry-After", "31536000"), "was answered 429"},
		"no number":       {always(503, "{}", "Retry-After", "99999999999999999999"), "was answered 503"},
		"the token back":  {always(401, `{"detail":"`+secret+` is wrong"}`), "was answered 401"},
	}
	for name, target := range targets {
		server := httptest.NewServer(target.answer)
		t.Cleanup(server.Close)
		for _, provider := range []string{"jumpcloud", "entra", "okta"} {
			t.Run(name+"/"+provider, func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				defer cancel()
				folder := t.TempDir()
				c := exec.CommandContext(ctx, testenv.Program(t), "simulate", provider, "--base-url", server.URL, "--token", secret, "--timeout", "3s", "--shorten", "1e6",
					"--events", "events", "--html", "html", "--har", "har", "--junit", "junit", "--state", "state")
				c.Dir = folder
				output, err := c.CombinedOutput()
				require.NoError(t, ctx.Err(), "%s", output)
				var exit *exec.ExitError
				require.ErrorAs(t, err, &exit)
				require.Contains(t, []int{1, 3}, exit.ExitCode(), "%s", output)
				require.Regexp(t, `(?m)^cinode-scim: .*\w$`, string(output))
				require.Contains(t, string(output), target.want)
				require.NotContains(t, string(output), secret)
				files, err := os.ReadDir(folder)
				require.NoError(t, err)
				require.NotEmpty(t, files)
				for _, file := range files {
					text, err := os.ReadFile(filepath.Join(folder, file.Name()))
					require.NoError(t, err)
					require.NotContains(t, string(text), secret, file.Name())
				}
				require.Zero(t, stray.Load(), "nobody else was called")
			})
		}
	}
}
