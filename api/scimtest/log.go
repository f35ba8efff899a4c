package scimtest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

func same(a, b string) bool { return strings.EqualFold(a, b) }

const (
	loggedRequests = 100  // the newest
	loggedBody     = 2000 // bytes
)

// tell writes what the server was sent, and its warnings, to the log of a test that
// failed.
func (s *Server) tell() {
	s.tb.Helper()
	if !s.tb.Failed() {
		return
	}
	var page struct {
		Items []entry `json:"items"`
		Next  string  `json:"next"`
	}
	query := url.Values{"limit": {fmt.Sprint(loggedRequests)}}
	if err := s.call(http.MethodGet, "/requests?"+query.Encode(), nil, &page); err != nil {
		s.tb.Logf("scimtest: the requests cannot be read: %v", err)
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "scimtest: %d requests came to %s", len(page.Items), s.URL)
	if page.Next != "" {
		b.WriteString(" last, and more before them")
	}
	for i := len(page.Items) - 1; i >= 0; i-- {
		page.Items[i].request().write(&b)
	}
	if log := s.log.String(); log != "" {
		b.WriteString("\nthe server's warnings:\n" + log)
	}
	s.tb.Log(b.String())
}

// write writes a request for people.
func (r Request) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s", r)
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(b, "\n    %s %s", what, text)
		}
	}
	line("reason:", r.Reason)
	line("fault:", r.Fault)
	for _, d := range r.Deviations {
		line("deviation:", strings.TrimSpace(d.ID+" "+d.Detail))
	}
	line(">", brief(r.Sent.Body))
	line("<", brief(r.Answer.Body))
}

func brief(body []byte) string {
	if !utf8.Valid(body) {
		return fmt.Sprintf("(%d bytes that are no text)", len(body))
	}
	text := strings.TrimSpace(string(body))
	if len(text) > loggedBody {
		return strings.ToValidUTF8(text[:loggedBody], "") + "..."
	}
	return text
}
