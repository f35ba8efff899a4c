package scimclient

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Exchange is one request and what came of it. The request is shown as it was
// sent, but for the secrets: the token is $TOKEN (or its Options.TokenName), an
// extra header a variable of its name.
type Exchange struct {
	Method, URL   string
	RequestHeader http.Header
	RequestBody   string

	Status    int // 0 if no answer came
	Header    http.Header
	Body      string
	Truncated bool  // the body was longer than the limit
	Err       error // why no whole answer came

	Started  time.Time
	Duration time.Duration
}

// Redirect is where the server pointed to; nobody went there.
func (e *Exchange) Redirect() string {
	if e.Status < 300 || e.Status > 399 || e.Status == http.StatusNotModified {
		return ""
	}
	return e.Header.Get("Location")
}

// StatusLine is the status with its name, or that there is none.
func (e *Exchange) StatusLine() string {
	if e.Status == 0 {
		return "no answer"
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)))
}

// Curl is the request as a line for a shell in which the variables of the secrets are set.
func (e *Exchange) Curl() string {
	var b strings.Builder
	b.WriteString("curl -i")
	switch e.Method {
	case http.MethodGet:
	case http.MethodHead:
		b.WriteString(" --head")
	default:
		b.WriteString(" -X " + e.Method)
	}
	for _, name := range slices.Sorted(maps.Keys(e.RequestHeader)) {
		for _, value := range e.RequestHeader[name] {
			if name != "User-Agent" {
				b.WriteString(" -H " + quoteSecret(name+": "+value))
			}
		}
	}
	if e.RequestBody != "" {
		b.WriteString(" --data-binary " + quote(e.RequestBody))
	}
	b.WriteString(" " + quoteSecret(e.URL))
	return b.String()
}

// quoteSecret leaves the variables of secrets to the shell.
func quoteSecret(text string) string {
	if !strings.Contains(text, "$") {
		return quote(text)
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`").Replace(text) + `"`
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// Answer is the status, headers and body as a person reads them, the body cut at limit bytes.
func (e *Exchange) Answer(limit int) string {
	var b strings.Builder
	if e.Status != 0 {
		fmt.Fprintf(&b, "%d %s\n", e.Status, http.StatusText(e.Status))
		for _, name := range slices.Sorted(maps.Keys(e.Header)) {
			for _, value := range e.Header[name] {
				fmt.Fprintf(&b, "%s: %s\n", name, value)
			}
		}
		body := e.Body
		if len(body) > limit {
			body = strings.ToValidUTF8(body[:limit], "") + fmt.Sprintf(" ... (%d bytes)", len(e.Body))
		}
		if body != "" {
			b.WriteString("\n" + body + "\n")
		}
	}
	if e.Truncated {
		b.WriteString("(the answer was longer; the rest was not read)\n")
	}
	if e.Err != nil {
		fmt.Fprintf(&b, "(%v)\n", e.Err)
	}
	return strings.TrimRight(b.String(), "\n")
}
