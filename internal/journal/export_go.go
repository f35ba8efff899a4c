package journal

import (
	"bytes"
	"fmt"
	"go/format"
	"strconv"
	"strings"
)

// goBefore and goAfter stand around the requests of the test; it needs nothing
// but the standard library.
const goBefore = `// Recorded by cinode-scim. Secrets are taken from the environment.

package scim_test

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

// secret is the value of a variable that the test cannot do without.
func secret(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("set %s to the secret that was masked", name)
	}
	return value
}

func TestRecorded(t *testing.T) {
	base := os.Getenv("BASE_URL")
	if base == "" {
		base = `

const goMiddle = `
	}
	root, err := url.Parse(strings.TrimSuffix(base, "/"))
	if err != nil {
		t.Fatal(err)
	}
`

const goAfter = `
	client := &http.Client{
		Transport:     &http.Transport{DisableCompression: true, Proxy: http.ProxyFromEnvironment},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	for _, r := range requests {
		t.Run(r.name, func(t *testing.T) {
			path, err := url.PathUnescape(r.path)
			if err != nil {
				t.Fatal(err)
			}
			target := *root
			target.Path, target.RawPath = root.Path+path, root.EscapedPath()+r.path
			target.RawQuery = r.query
			request, err := http.NewRequestWithContext(t.Context(), r.method, root.String(), strings.NewReader(r.body))
			if err != nil {
				t.Fatal(err)
			}
			request.URL, request.Header = &target, r.header
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			answer, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			if r.status != 0 && response.StatusCode != r.status {
				t.Errorf("answered %d, not %d: %s", response.StatusCode, r.status, answer)
			}
		})
	}
}
`

func exportGo(exchanges []Exchange) ([]byte, error) {
	all, variables := outgoings(exchanges)
	var b bytes.Buffer
	b.WriteString(goBefore + strconv.Quote(base(exchanges)) + goMiddle)
	names := map[string]string{}
	for i, v := range variables {
		names[v] = "secret" + strconv.Itoa(i+1)
		fmt.Fprintf(&b, "%s := secret(t, %q)\n", names[v], v)
	}
	b.WriteString("requests := []struct{\nname, method, path, query string\nheader http.Header\nbody string\nstatus int // 0 for any\n}{\n")
	for _, o := range all {
		o.golang(&b, names)
	}
	b.WriteString("}\n" + goAfter)
	out, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("write the exchanges as a Go test: %w", err)
	}
	return out, nil
}

func (o outgoing) golang(b *bytes.Buffer, names map[string]string) {
	for _, remark := range o.remarks {
		fmt.Fprintf(b, "// Note: %s\n", remark)
	}
	path := o.path
	if !validEscapes(path) {
		fmt.Fprintf(b, "// Note: the path has a %% that encodes nothing; it is sent as %%25\n")
		path = escapeStray(path)
	}
	fmt.Fprintf(b, "{\nname: %s,\nmethod: %q,\npath: %s,\n", strconv.Quote(o.title), o.method, quoteGo(path))
	if o.asked {
		fmt.Fprintf(b, "query: %s,\n", goParts(o.query, names))
	}
	b.WriteString("header: http.Header{\n")
	var order []string
	values := map[string][]string{}
	for _, h := range o.headers {
		if values[h.name] == nil {
			order = append(order, h.name)
		}
		values[h.name] = append(values[h.name], goParts(h.value, names))
	}
	for _, name := range order {
		fmt.Fprintf(b, "%q: {%s},\n", name, strings.Join(values[name], ", "))
	}
	if !o.has("User-Agent") {
		b.WriteString("\"User-Agent\": nil, // none was sent\n")
	}
	b.WriteString("},\n")
	if len(o.body) > 0 {
		fmt.Fprintf(b, "body: %s,\n", quoteGo(string(o.body)))
	}
	fmt.Fprintf(b, "status: %d,\n},\n", o.status)
}

func goParts(parts []part, names map[string]string) string {
	var out []string
	for _, p := range parts {
		switch {
		case p.variable != "":
			out = append(out, names[p.variable])
		case p.literal != "":
			out = append(out, quoteGo(p.literal))
		}
	}
	if len(out) == 0 {
		return `""`
	}
	return strings.Join(out, " + ")
}

// quoteGo is the literal that reads best.
func quoteGo(s string) string {
	if strings.Contains(s, `"`) && strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

func validEscapes(s string) bool { return escapeStray(s) == s }

// escapeStray encodes percent signs that encode nothing.
func escapeStray(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(s[i])
		if s[i] == '%' && (i+2 >= len(s) || unhex(s[i+1]) < 0 || unhex(s[i+2]) < 0) {
			b.WriteString("25")
		}
	}
	return b.String()
}
