package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

// requestRow is a request as lists show it. Rows that come live are made from it
// too.
type requestRow struct {
	ID         int64
	URL        string
	Method     string
	Path       string // as people read it
	Name       string // of the resource that was made, where its path does not tell
	Status     int    // 0 for no answer
	Client     string // empty where it is unknown
	Took       string
	Token      string
	Deviations int
	Fault      bool
	Failed     bool
	Reason     string // why it failed
	At         time.Time
}

const (
	longestPath   = 180
	longestReason = 140
)

func (v *visit) requestRow(f requestFilter, e *journal.Exchange) requestRow {
	r := requestRow{
		ID: e.ID, URL: v.url("requests/"+requestID(e.ID), f.with("view", "")...), Method: clipText(e.Method, 20), Path: clipText(readablePath(e), longestPath), Status: e.Status,
		Took: requestTook(e.Duration), Token: clipText(e.Token, 60), Deviations: len(e.Deviations), Fault: e.Fault != "", Failed: requestFailed(e), At: e.At,
	}
	if e.Method == http.MethodPost {
		for _, c := range e.Changes {
			if c.Path == "userName" || c.Path == "displayName" {
				r.Name = clipText(changedValue(c.After), 60) // the last in order: a userName, else a displayName
			}
		}
	}
	if e.Client != journal.ClientUnknown {
		r.Client = string(e.Client)
	}
	if r.Failed {
		r.Reason = clipText(visibleText(e.Reason), longestReason)
	}
	return r
}

func requestFailed(e *journal.Exchange) bool { return e.Status == 0 || e.Status >= 400 }

// Clock is the time of day in UTC; scripts make it the local one.
func (r requestRow) Clock() string { return r.At.UTC().Format("15:04:05") }

// readablePath is the address below the SCIM base, decoded.
func readablePath(e *journal.Exchange) string {
	path := e.Place
	if path == "" {
		path = decoded(e.Path, "")
	}
	_, query, _ := strings.Cut(decoded("", e.Query), "?")
	if query != "" {
		path += "?" + query
	}
	return visibleText(path)
}

// decoded is an address without percent-encoding, as far as it can be undone.
func decoded(path, query string) string {
	if plain, err := url.PathUnescape(path); err == nil {
		path = plain
	}
	if query == "" {
		return path
	}
	if plain, err := url.QueryUnescape(query); err == nil {
		query = plain
	}
	return path + "?" + query
}

// visibleText shows what cannot be seen, or would turn the text around it, as its
// number.
func visibleText(s string) string {
	var out strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, s[0])
		case r == '\n' || r == '\t' || r == ' ':
			out.WriteRune(r)
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029', r == '\ufeff':
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteString(s[:size])
		}
		s = s[size:]
	}
	return out.String()
}

// clipText shortens a text for where it is shown in passing.
func clipText(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// requestTook is a duration as short as it is still told apart.
func requestTook(d time.Duration) string {
	ms := float64(d.Microseconds()) / 1000
	switch {
	case ms < 10:
		return fmt.Sprintf("%.1f ms", ms)
	case ms < 1000:
		return fmt.Sprintf("%.0f ms", ms)
	default:
		return fmt.Sprintf("%.1f s", ms/1000)
	}
}
