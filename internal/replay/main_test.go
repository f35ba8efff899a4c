package replay_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cinode-scim/cinode-scim/internal/replay"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// other is another server: it answers from a table, and remembers what it was sent.
type other struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string
	answers  map[string]string // "POST /Users" -> "201 body"
}

func newOther(t *testing.T, answers map[string]string) *other {
	t.Helper()
	o := &other{answers: answers}
	o.Server = httptest.NewServer(o)
	t.Cleanup(o.Close)
	return o
}

func (o *other) base() string { return o.URL + "/base" }

func (o *other) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	path := strings.TrimPrefix(r.URL.RequestURI(), "/base")
	o.mu.Lock()
	o.requests = append(o.requests, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Method, path, body)))
	answer, ok := o.answers[r.Method+" "+path]
	o.mu.Unlock()
	if !ok {
		answer = `404 {"status":"404"}`
	}
	if answer == "abort" {
		panic(http.ErrAbortHandler)
	}
	status, text, _ := strings.Cut(answer, " ")
	code := 0
	_, _ = fmt.Sscan(status, &code)
	w.Header().Set("Content-Type", "application/scim+json")
	w.Header().Set("X-Authorization", r.Header.Get("Authorization"))
	w.Header().Set("X-User-Agent", r.UserAgent())
	text = strings.ReplaceAll(text, "BASE", o.base())
	if _, location, ok := strings.Cut(text, `"location":"`); ok {
		location, _, _ = strings.Cut(location, `"`)
		w.Header().Set("Location", location)
	}
	w.WriteHeader(code)
	fmt.Fprint(w, text)
}

// values are variables by their names.
type values map[string]string

func (v values) lookup(name string) (string, bool) { value, ok := v[name]; return value, ok }

// run replays a file against a server.
func run(t *testing.T, o *other, file string, variables values, options ...func(*replay.Options)) *replay.Report {
	t.Helper()
	recording, err := replay.Read([]byte(file))
	require.NoError(t, err)
	return runRecording(t, o, recording, variables, options...)
}

func runRecording(t *testing.T, o *other, recording *replay.Recording, variables values, options ...func(*replay.Options)) *replay.Report {
	t.Helper()
	require.Empty(t, recording.Check(variables.lookup))
	target, err := replay.NewTarget(o.base(), replay.TargetOptions{Secrets: recording.Secrets(variables.lookup), Timeout: testTimeout})
	require.NoError(t, err)
	t.Cleanup(target.Close)
	settings := replay.Options{Lookup: variables.lookup, IgnoreHeaders: []string{"X-Authorization", "X-User-Agent", "Location"}}
	for _, change := range options {
		change(&settings)
	}
	report, err := replay.Run(t.Context(), recording, target, settings)
	require.NoError(t, err)
	return report
}

// entry is one of an archive.
func entry(method, path, body string, status int, answer string) string {
	return fmt.Sprintf(`{"request": {"method": %q, "url": "https://recorded.example.com/scim/v2%s", "headers": [
		{"name": "Authorization", "value": "Bearer ***"}, {"name": "Content-Length", "value": "7"}, {"name": "Cookie", "value": "a=b"}],
		"postData": {"text": %q}},
		"response": {"status": %d, "headers": [{"name": "Content-Type", "value": "application/scim+json"}, {"name": "Date", "value": "then"}], "content": {"text": %q}}}`,
		method, strings.ReplaceAll(path, `"`, `\"`), body, status, answer)
}

func archive(entries ...string) string {
	return `{"log": {"version": "1.2", "entries": [` + strings.Join(entries, ",") + `]}}`
}
