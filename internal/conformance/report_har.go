package conformance

import (
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// The parts of an HTTP archive, HAR 1.2.
// Importers want every member there, the empty ones too.
type (
	harFile struct {
		Log harLog `json:"log"`
	}
	harLog struct {
		Version string     `json:"version"`
		Creator harCreator `json:"creator"`
		Pages   []struct{} `json:"pages"`
		Entries []harEntry `json:"entries"`
		Comment string     `json:"comment"`
	}
	harCreator struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	harEntry struct {
		Started  time.Time   `json:"startedDateTime"`
		Time     float64     `json:"time"` // milliseconds
		Request  harRequest  `json:"request"`
		Response harResponse `json:"response"`
		Cache    struct{}    `json:"cache"`
		Timings  harTimings  `json:"timings"`
		Comment  string      `json:"comment"`
	}
	harRequest struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		Version     string    `json:"httpVersion"`
		Cookies     []harPair `json:"cookies"`
		Headers     []harPair `json:"headers"`
		Query       []harPair `json:"queryString"`
		Body        *harPost  `json:"postData,omitempty"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int       `json:"bodySize"`
	}
	harPost struct {
		MimeType string    `json:"mimeType"`
		Params   []harPair `json:"params"`
		Text     string    `json:"text"`
	}
	harResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		Version     string     `json:"httpVersion"`
		Cookies     []harPair  `json:"cookies"`
		Headers     []harPair  `json:"headers"`
		Content     harContent `json:"content"`
		Redirect    string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int        `json:"bodySize"`
		Error       string     `json:"_error,omitempty"` // as browsers name it
	}
	harContent struct {
		Size     int    `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
		Encoding string `json:"encoding,omitempty"`
		Comment  string `json:"comment,omitempty"`
	}
	harTimings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

const (
	unknownSize    = -1
	unknownVersion = "unknown" // of HTTP: the client keeps none
)

// WriteHAR writes every exchange as an HTTP archive, for the importers of
// browsers and proxies. The comment of an entry holds the IDs of its rows.
func (r *Report) WriteHAR(w io.Writer) error {
	log := harLog{Version: "1.2", Creator: harCreator{"cinode-scim", buildVersion()}, Pages: []struct{}{}, Entries: r.harEntries(),
		Comment: "SCIM conformance of " + r.Target + ", profile " + r.Profile}
	if err := json.MarshalWrite(w, harFile{log}, jsontext.Multiline(true), json.Deterministic(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return fmt.Errorf("write the exchanges as HAR: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func buildVersion() string {
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" {
		return build.Main.Version
	}
	return "(devel)"
}

// harEntries are in the order of time. What was sent once, as the discovery, is
// one entry, however many rows show it.
func (r *Report) harEntries() []harEntry {
	type sent struct {
		url string
		at  time.Time
	}
	entries, seen := []harEntry{}, map[sent]int{}
	for _, result := range r.Results {
		for _, e := range result.Exchanges {
			key := sent{e.Method + " " + e.URL, e.Started}
			if i, ok := seen[key]; ok && !e.Started.IsZero() {
				entries[i].Comment += ", " + result.Row.ID
				continue
			}
			seen[key] = len(entries)
			entry := newHAREntry(e)
			if e.Started.IsZero() { // it was never sent
				entry.Started = r.Started.UTC()
			}
			entry.Comment = result.Row.ID
			entries = append(entries, entry)
		}
	}
	slices.SortStableFunc(entries, func(a, b harEntry) int { return a.Started.Compare(b.Started) })
	return entries
}

func newHAREntry(e *scimclient.Exchange) harEntry {
	took := float64(e.Duration) / float64(time.Millisecond)
	return harEntry{Started: e.Started.UTC(), Time: took, Request: newHARRequest(e), Response: newHARResponse(e), Timings: harTimings{Wait: took}}
}

func newHARRequest(e *scimclient.Exchange) harRequest {
	out := harRequest{Method: e.Method, URL: e.URL, Version: unknownVersion, Cookies: []harPair{}, Headers: harHeaders(e.RequestHeader),
		Query: harQuery(e.URL), HeadersSize: unknownSize, BodySize: len(e.RequestBody)}
	if e.RequestBody != "" {
		out.Body = &harPost{e.RequestHeader.Get("Content-Type"), []harPair{}, e.RequestBody}
	}
	return out
}

func newHARResponse(e *scimclient.Exchange) harResponse {
	out := harResponse{Status: e.Status, StatusText: http.StatusText(e.Status), Version: unknownVersion, Cookies: []harPair{},
		Headers: harHeaders(shownHeader(e.Header)), Redirect: e.Redirect(), HeadersSize: unknownSize, BodySize: len(e.Body),
		Content: harContent{Size: len(e.Body), MimeType: e.Header.Get("Content-Type"), Text: e.Body}}
	if !utf8.ValidString(e.Body) {
		out.Content.Text, out.Content.Encoding = base64.StdEncoding.EncodeToString([]byte(e.Body)), "base64"
	}
	if out.Content.MimeType == "" {
		out.Content.MimeType = "x-unknown"
	}
	if e.Truncated {
		out.BodySize, out.Content.Comment = unknownSize, "the answer was longer; the rest was not read"
	}
	if e.Err != nil {
		out.Error = e.Err.Error()
	}
	return out
}

func harHeaders(header http.Header) []harPair {
	pairs := []harPair{}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			pairs = append(pairs, harPair{name, value})
		}
	}
	return pairs
}

// harQuery keeps the order, and what cannot be decoded as it was sent.
func harQuery(address string) []harPair {
	pairs := []harPair{}
	_, query, _ := strings.Cut(address, "?")
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, harPair{decoded(name), decoded(value)})
	}
	return pairs
}

func decoded(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// shownHeader leaves the values of cookies out: a session is a secret that the
// client did not send, and so could not mask.
func shownHeader(header http.Header) http.Header {
	if len(header.Values("Set-Cookie")) == 0 {
		return header
	}
	shown := header.Clone()
	for i, cookie := range shown["Set-Cookie"] {
		name, _, ok := strings.Cut(cookie, "=")
		if shown["Set-Cookie"][i] = "$COOKIE"; ok {
			shown["Set-Cookie"][i] = name + "=$COOKIE"
		}
	}
	return shown
}
