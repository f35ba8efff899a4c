package scimclient

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
)

// The parts of an HTTP archive, HAR 1.2.
// Importers want every member there, the empty ones too.
type (
	// HAR is an archive.
	HAR struct {
		Log HARLog `json:"log"`
	}
	// HARLog is what an archive holds.
	HARLog struct {
		Version string     `json:"version"`
		Creator HARCreator `json:"creator"`
		Pages   []struct{} `json:"pages"`
		Entries []HAREntry `json:"entries"`
		Comment string     `json:"comment"`
	}
	// HARCreator is the program that wrote it.
	HARCreator struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	// HAREntry is one exchange.
	HAREntry struct {
		Started  time.Time   `json:"startedDateTime"`
		Time     float64     `json:"time"` // milliseconds
		Request  HARRequest  `json:"request"`
		Response HARResponse `json:"response"`
		Cache    struct{}    `json:"cache"`
		Timings  HARTimings  `json:"timings"`
		Comment  string      `json:"comment"`
	}
	// HARRequest is what was sent.
	HARRequest struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		Version     string    `json:"httpVersion"`
		Cookies     []HARPair `json:"cookies"`
		Headers     []HARPair `json:"headers"`
		Query       []HARPair `json:"queryString"`
		Body        *HARPost  `json:"postData,omitempty"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int       `json:"bodySize"`
	}
	// HARPost is the body of a request.
	HARPost struct {
		MimeType string    `json:"mimeType"`
		Params   []HARPair `json:"params"`
		Text     string    `json:"text"`
	}
	// HARResponse is what was answered; its status is 0 if nothing was.
	HARResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		Version     string     `json:"httpVersion"`
		Cookies     []HARPair  `json:"cookies"`
		Headers     []HARPair  `json:"headers"`
		Content     HARContent `json:"content"`
		Redirect    string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int        `json:"bodySize"`
		Error       string     `json:"_error,omitempty"` // as browsers name it
	}
	// HARContent is the body of an answer.
	HARContent struct {
		Size     int    `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
		Encoding string `json:"encoding,omitempty"`
		Comment  string `json:"comment,omitempty"`
	}
	// HARTimings are the parts of the time, of which one is known.
	HARTimings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
	// HARPair is a header field or a parameter.
	HARPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

// UnknownSize is that of headers, and of a body that was not kept whole.
const UnknownSize = -1

const unknownVersion = "unknown" // of HTTP: the client keeps none

// WriteHAR writes entries as an HTTP archive, for the importers of browsers and proxies.
func WriteHAR(w io.Writer, comment string, entries []HAREntry) error {
	if entries == nil {
		entries = []HAREntry{}
	}
	log := HARLog{Version: "1.2", Creator: HARCreator{"cinode-scim", buildVersion()}, Pages: []struct{}{}, Entries: entries, Comment: comment}
	if err := json.MarshalWrite(w, HAR{log}, jsontext.Multiline(true), json.Deterministic(true), jsontext.AllowInvalidUTF8(true)); err != nil {
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

// HAR is the exchange as an entry of an archive.
func (e *Exchange) HAR() HAREntry {
	took := float64(e.Duration) / float64(time.Millisecond)
	return HAREntry{Started: e.Started.UTC(), Time: took, Request: newHARRequest(e), Response: newHARResponse(e), Timings: HARTimings{Wait: took}}
}

func newHARRequest(e *Exchange) HARRequest {
	out := HARRequest{Method: e.Method, URL: e.URL, Version: unknownVersion, Cookies: []HARPair{}, Headers: HeaderPairs(e.RequestHeader),
		Query: queryPairs(e.URL), HeadersSize: UnknownSize, BodySize: len(e.RequestBody)}
	if e.RequestBody != "" {
		out.Body = &HARPost{e.RequestHeader.Get("Content-Type"), []HARPair{}, e.RequestBody}
	}
	return out
}

func newHARResponse(e *Exchange) HARResponse {
	out := HARResponse{Status: e.Status, StatusText: http.StatusText(e.Status), Version: unknownVersion, Cookies: []HARPair{},
		Headers: HeaderPairs(e.Header), Redirect: e.Redirect(), HeadersSize: UnknownSize, BodySize: len(e.Body),
		Content: HARContent{Size: len(e.Body), MimeType: e.Header.Get("Content-Type"), Text: e.Body}}
	if !utf8.ValidString(e.Body) {
		out.Content.Text, out.Content.Encoding = base64.StdEncoding.EncodeToString([]byte(e.Body)), "base64"
	}
	if out.Content.MimeType == "" {
		out.Content.MimeType = "x-unknown"
	}
	if e.Truncated {
		out.BodySize, out.Content.Comment = UnknownSize, "the answer was longer; the rest was not read"
	}
	if e.Err != nil {
		out.Error = e.Err.Error()
	}
	return out
}

// HeaderPairs are the lines of a header by name; the values of cookies are left out, which
// are secrets that the client did not send, and so could not mask.
func HeaderPairs(header http.Header) []HARPair {
	pairs := []HARPair{}
	header = shownHeader(header)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			pairs = append(pairs, HARPair{name, value})
		}
	}
	return pairs
}

// queryPairs keeps the order, and what cannot be decoded as it was sent.
func queryPairs(address string) []HARPair {
	pairs := []HARPair{}
	_, query, _ := strings.Cut(address, "?")
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, HARPair{Decoded(name), Decoded(value)})
	}
	return pairs
}

// Decoded is a value of a query as it is meant, or as it is where it cannot be decoded.
func Decoded(text string) string {
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
