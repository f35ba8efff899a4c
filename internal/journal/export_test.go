package journal_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/replay"
)

// hostile are texts that some shell, editor or compiler would read as its own.
var hostile = []string{
	`'`, `"`, `'\''; touch owned; '`, `$(touch owned)`, "`touch owned`", `$HOME ${HOME} $'x'`, `\`, `\n\t\000`, `%s%d%%`, `%00`, "!history !!",
	"-x --data @/etc/passwd", "@/etc/passwd", "~", "*", "a&b;c|d>e<f", "åäö 日本 🙂", "{{BASE_URL}}", "{{{x}}}", "{a,b}[1-9]", "###", "// x", "/* x */",
	"*/", "EOF", "<script>", "a\\", "#", "tail ",
}

// hostileExchanges put them everywhere that a request can hold them.
func hostileExchanges(base string) []journal.Exchange {
	u, _ := url.Parse(base)
	var out []journal.Exchange
	add := func(method, path, query, body string, headers ...journal.Header) {
		headers = append(headers, journal.Header{Name: "Authorization", Value: "Bearer ***"})
		out = append(out, journal.Exchange{
			At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Method: method, Scheme: u.Scheme, Host: u.Host, Path: path, Query: query, Status: 200,
			Client: journal.ClientOkta, Sent: journal.Message{Headers: headers, Body: []byte(body), Size: int64(len(body))},
		})
	}
	add("GET", "/scim/v2/Users", "", "")
	add("HEAD", "/scim/v2/Users/1", "", "")
	add("DELETE", "/scim/v2/Users/1", "", "")
	add("POST", "/scim/v2//Users/../x", "access_token=***&a=b&", "")
	add("PATCH", "/scim/v2/Users/1", "?&&=", `{"a":"***"}`, journal.Header{Name: "Content-Type", Value: "application/scim+json; charset=utf-8"},
		journal.Header{Name: "User-Agent", Value: "Okta SCIM Client 1.0.0"}, journal.Header{Name: "Accept", Value: "a/b"}, journal.Header{Name: "Accept", Value: "c/d"},
		journal.Header{Name: "X-Empty", Value: ""}, journal.Header{Name: "Accept-Encoding", Value: "gzip,deflate"}, journal.Header{Name: "X-Api-Key", Value: "***"})
	for _, s := range hostile {
		quoted, _ := json.Marshal(s)
		add("POST", "/scim/v2/Users/"+url.PathEscape(s), "filter="+url.QueryEscape(s), `{"title":`+string(quoted)+`}`, journal.Header{Name: "X-Value", Value: strings.TrimSpace(s)})
		add("PUT", "/scim/v2/Users/1", "raw="+strings.NewReplacer(" ", "+", "#", "", "å", "", "ä", "", "ö", "", "日本", "", "🙂", "").Replace(s), s)
	}
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	add("PUT", "/scim/v2/binary", "", string(all))
	add("PUT", "/scim/v2/binary", "", "-n \x00\r\n")
	add("PUT", "/scim/v2/binary", "", "\n\n a \r\n b \n\n")
	add("POST", "/scim/v2/large", "", `{"a":"`+strings.Repeat(`x'%s\`, 50_000)+`"}`)
	return out
}

// arrival is a request as it came, with the token for the variable.
type arrival struct {
	Method, URI string
	Header      http.Header
	Body        string
}

func recorder(t *testing.T) (base string, arrivals func() []arrival) {
	t.Helper()
	var mu sync.Mutex
	var list []arrival
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		header := r.Header.Clone()
		header.Del("Content-Length")
		mu.Lock()
		defer mu.Unlock()
		list = append(list, arrival{r.Method, r.RequestURI, header, string(body)})
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []arrival {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(list)
	}
}

const replayed = `s3cret"'$(x)`

// want is what has to arrive of an exchange.
func want(x journal.Exchange) arrival {
	a := arrival{Method: x.Method, URI: x.Path, Header: http.Header{}, Body: string(x.Sent.Body)}
	if x.Query != "" {
		a.URI += "?" + strings.Replace(x.Query, "access_token=***", "access_token="+url.QueryEscape(replayed), 1)
	}
	for _, h := range x.Sent.Headers {
		value := h.Value
		if h.Name == "Authorization" || h.Name == "X-Api-Key" {
			value = strings.Replace(value, "***", replayed, 1)
		}
		a.Header.Add(h.Name, value)
	}
	return a
}

func requireArrivals(t *testing.T, exchanges []journal.Exchange, got []arrival) {
	t.Helper()
	require.Len(t, got, len(exchanges))
	for i, x := range exchanges {
		w := want(x)
		require.Equal(t, w.Method, got[i].Method)
		require.Equal(t, w.URI, got[i].URI)
		require.Equal(t, w.Header, got[i].Header, w.URI)
		require.Equal(t, strconv.Quote(w.Body), strconv.Quote(got[i].Body))
	}
}

func environment(base string) []string {
	return append(os.Environ(), "CINODE_SCIM_TOKEN="+replayed, "CINODE_SCIM_X_API_KEY="+replayed, "BASE_URL="+base+"/", "NO_PROXY=*")
}

// plainExchanges are hostile ones without a token in an address, which has to be
// encoded by whoever sets it.
func plainExchanges() []journal.Exchange {
	exchanges := hostileExchanges("http://recorded.example:1")
	for i := range exchanges {
		exchanges[i].Query = strings.Replace(exchanges[i].Query, "access_token=***", "a=1", 1)
	}
	return exchanges
}

func TestExport_CurlArrivesAsItWas(t *testing.T) {
	t.Parallel()
	base, arrivals := recorder(t)
	exchanges := plainExchanges()
	script, contentType, err := journal.Export("curl", exchanges)
	require.NoError(t, err)
	require.Equal(t, "text/x-shellscript; charset=utf-8", contentType)
	require.Contains(t, string(script), "BASE_URL=http://recorded.example:1;")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "replay.sh"), script, 0o600))
	run := exec.CommandContext(t.Context(), "bash", "replay.sh")
	run.Dir, run.Env = dir, environment(base)
	out, err := run.CombinedOutput()
	require.NoError(t, err, "%s", out)
	requireArrivals(t, exchanges, arrivals())
	require.NoFileExists(t, filepath.Join(dir, "owned"))

	run = exec.CommandContext(t.Context(), "bash", "replay.sh")
	run.Dir, run.Env = dir, []string{"PATH=" + os.Getenv("PATH")}
	out, err = run.CombinedOutput()
	require.Error(t, err, "it cannot do without the token")
	require.Contains(t, string(out), "CINODE_SCIM_TOKEN")
}

func TestExport_GoTestRuns(t *testing.T) {
	t.Parallel()
	base, arrivals := recorder(t)
	exchanges := plainExchanges()
	source, contentType, err := journal.Export("go", exchanges)
	require.NoError(t, err)
	require.Equal(t, "text/x-go; charset=utf-8", contentType)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module replay\n\ngo 1.26\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "replay_test.go"), source, 0o600))
	run := exec.CommandContext(t.Context(), "go", "test", "-count=1", ".") // it vets too
	run.Dir, run.Env = dir, append(environment(base), "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := run.CombinedOutput()
	require.NoError(t, err, "%s", out)
	requireArrivals(t, exchanges, arrivals())
}

func TestExport_HAR(t *testing.T) {
	t.Parallel()
	exchanges := hostileExchanges("https://recorded.example")
	data, contentType, err := journal.Export("har", exchanges)
	require.NoError(t, err)
	require.Equal(t, "application/json", contentType)
	var har struct {
		Log struct {
			Version string
			Entries []struct {
				StartedDateTime time.Time
				Request         struct {
					Method, URL string
					Headers     []journal.Header
					QueryString []journal.Header
					PostData    struct {
						Text     string
						Encoding string `json:"_encoding"`
					}
				}
				Response struct{ Status int }
			}
		}
	}
	require.NoError(t, json.Unmarshal(data, &har, json.MatchCaseInsensitiveNames(true)))
	require.Equal(t, "1.2", har.Log.Version)
	require.Len(t, har.Log.Entries, len(exchanges))
	for i, x := range exchanges {
		r := har.Log.Entries[i].Request
		require.Equal(t, x.Method, r.Method)
		address := "https://recorded.example" + x.Path
		if x.Query != "" {
			address += "?" + strings.Replace(x.Query, "***", "${CINODE_SCIM_TOKEN}", 1)
		}
		require.Equal(t, address, r.URL)
		require.Contains(t, r.Headers, journal.Header{Name: "Authorization", Value: "Bearer ${CINODE_SCIM_TOKEN}"})
		if r.PostData.Encoding == "" {
			require.Equal(t, string(x.Sent.Body), r.PostData.Text)
		}
		require.Equal(t, 200, har.Log.Entries[i].Response.Status)
	}
	require.NotContains(t, string(data), "Bearer ***")
}

// What stands for a secret is told outside the text, which anybody can write.
func TestExport_HARMarksVariables(t *testing.T) {
	t.Parallel()
	x := recorded("GET", "/Users", "", 200, "")
	x.Query = "a=${CINODE_SCIM_DATABASE}&access_token=***&b=%26"
	x.Sent.Headers = append(x.Sent.Headers, journal.Header{Name: "X-Api-Key", Value: "***"}, journal.Header{Name: "Database", Value: "***"},
		journal.Header{Name: "X-Note", Value: "${CINODE_SCIM_DATABASE}"})
	data, _, err := journal.Export("har", []journal.Exchange{x})
	require.NoError(t, err)
	var written []string
	for _, m := range regexp.MustCompile(`"name": "([^"]+)",\s+"value": "([^"]*)"(?:,\s+"_variable": "([^"]+)")?`).FindAllStringSubmatch(string(data), -1) {
		written = append(written, strings.Join(m[1:], " "))
	}
	require.Equal(t, []string{
		"Authorization Bearer ${CINODE_SCIM_TOKEN} CINODE_SCIM_TOKEN", "Content-Type application/scim+json ", "Accept application/scim+json ",
		"X-Api-Key ${CINODE_SCIM_X_API_KEY} CINODE_SCIM_X_API_KEY", "Database *** ", "X-Note ${CINODE_SCIM_DATABASE} ",
		"a ${CINODE_SCIM_DATABASE} ", "access_token ${CINODE_SCIM_TOKEN} CINODE_SCIM_TOKEN", "b & ",
	}, written)

	recording, err := replay.Read(data)
	require.NoError(t, err)
	require.Equal(t, "/Users?a=$${CINODE_SCIM_DATABASE}&access_token=${CINODE_SCIM_TOKEN}&b=%26", recording.Steps[0].Path)
	require.Contains(t, recording.Steps[0].Headers, replay.Header{Name: "X-Api-Key", Value: "${CINODE_SCIM_X_API_KEY}"})
	require.Contains(t, recording.Steps[0].Headers, replay.Header{Name: "X-Note", Value: "$${CINODE_SCIM_DATABASE}"})
}

func TestExport_HTTP(t *testing.T) {
	t.Parallel()
	exchanges := hostileExchanges("http://recorded.example:1")
	data, contentType, err := journal.Export("http", exchanges)
	require.NoError(t, err)
	require.Equal(t, "text/plain; charset=utf-8", contentType)
	got := readHTTP(t, string(data), map[string]string{"CINODE_SCIM_TOKEN": replayed, "CINODE_SCIM_X_API_KEY": replayed})
	require.Len(t, got, len(exchanges))
	for i, x := range exchanges {
		w, g := want(x), got[i]
		w.URI = "http://recorded.example:1" + strings.Replace(w.URI, url.QueryEscape(replayed), replayed, 1)
		require.Equal(t, w.Method, g.Method)
		require.Equal(t, decoded(w.URI), decoded(g.URI))
		if !strings.Contains(g.notes, "left out") {
			require.Equal(t, w.Header, g.Header)
		}
		switch {
		case strings.Contains(g.notes, "body of"):
			require.Empty(t, g.Body)
		case strings.Contains(g.notes, "written otherwise"):
			var a, b any
			require.NoError(t, json.Unmarshal([]byte(w.Body), &a))
			require.NoError(t, json.Unmarshal([]byte(g.Body), &b))
			require.Equal(t, a, b)
		default:
			require.Equal(t, w.Body, g.Body)
		}
	}
}

func decoded(s string) string {
	s, _ = url.PathUnescape(strings.NewReplacer("%7B", "{", "%", "%25").Replace(s))
	return s
}

type written struct {
	arrival
	notes string
}

// readHTTP reads the format as editors do.
func readHTTP(t *testing.T, text string, secrets map[string]string) []written {
	t.Helper()
	variables := map[string]string{}
	fill := func(line string) string {
		for name, value := range variables {
			line = strings.ReplaceAll(line, "{{"+name+"}}", value)
		}
		require.NotContains(t, line, "{{")
		return line
	}
	var out []written
	for i, block := range strings.Split("\n"+text, "\n###") {
		lines := strings.Split(strings.TrimSuffix(strings.TrimSuffix(block, "\n"), "\n"), "\n")
		var w *written
		inBody := false
		notes := ""
		for n, line := range lines {
			switch {
			case n == 0 && i > 0:
			case w == nil && strings.HasPrefix(line, "#"):
				notes += line
			case w == nil && strings.HasPrefix(line, "@"):
				name, value, _ := strings.Cut(line[1:], " = ")
				if secret, ok := secrets[name]; ok {
					require.Equal(t, "{{$processEnv "+name+"}}", value)
					value = secret
				}
				variables[name] = value
			case w == nil && line == "":
			case w == nil:
				parts := strings.Split(fill(line), " ")
				require.Len(t, parts, 3, line)
				w = &written{arrival{Method: parts[0], URI: parts[1], Header: http.Header{}}, notes}
			case inBody:
				w.Body += line + "\n"
			case line == "":
				inBody = true
			default:
				name, value, ok := strings.Cut(fill(line), ":")
				require.True(t, ok, line)
				w.Header.Add(name, strings.TrimSpace(value))
			}
		}
		if w != nil {
			w.Body = strings.TrimSuffix(w.Body, "\n")
			out = append(out, *w)
		}
	}
	return out
}

// What never came over HTTP, but might stand in a file that is imported, breaks
// out of nothing.
func TestExport_WhatCannotBeSent(t *testing.T) {
	t.Parallel()
	evil := "x\ntouch owned\n### y\r\n*/ \x00 '"
	x := journal.Exchange{Method: evil, Scheme: evil, Host: evil, Path: evil, Query: evil, Client: journal.Client(evil), Sent: journal.Message{
		Headers: []journal.Header{{Name: evil, Value: "x"}, {Name: "X", Value: evil}}, Body: []byte(evil), Size: 1 << 20}}
	for _, as := range journal.Formats {
		data, _, err := journal.Export(as, []journal.Exchange{x})
		require.NoError(t, err)
		text := string(data)
		require.Contains(t, text, "the body was cut: only", as)
		require.Contains(t, text, "http://localhost:8080", as)
		if as == "curl" {
			dir := t.TempDir()
			run := exec.CommandContext(t.Context(), "bash", "-c", text)
			run.Dir, run.Env = dir, environment("http://127.0.0.1:1")
			out, err := run.CombinedOutput()
			require.Error(t, err)
			require.Contains(t, string(out), "127.0.0.1 port 1")
			require.NoFileExists(t, filepath.Join(dir, "owned"))
		} else {
			require.NotContains(t, text, "\n### y", as)
		}
		empty, _, err := journal.Export(as, nil)
		require.NoError(t, err)
		require.NotEmpty(t, empty)
	}
	_, _, err := journal.Export("fax", nil)
	require.EqualError(t, err, `there is no export as "fax"; use curl, har, http, go, scenario`)
}
