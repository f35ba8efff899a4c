package scimclient

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/har"
)

const unknownVersion = "unknown" // of HTTP: the client keeps none

// HAR is the exchange as an entry of an archive.
func (e *Exchange) HAR() har.Entry {
	took := float64(e.Duration) / float64(time.Millisecond)
	return har.Entry{Started: e.Started.UTC(), Time: took, Request: newHARRequest(e), Response: newHARResponse(e), Timings: har.Timings{Wait: took}}
}

func newHARRequest(e *Exchange) har.Request {
	_, query, _ := strings.Cut(e.URL, "?")
	out := har.Request{Method: e.Method, URL: e.URL, Version: unknownVersion, Headers: HeaderPairs(e.RequestHeader), Query: har.Query(query),
		HeadersSize: har.UnknownSize, BodySize: int64(len(e.RequestBody))}
	if e.RequestBody != "" {
		out.Body = &har.Post{MimeType: e.RequestHeader.Get("Content-Type"), Text: e.RequestBody}
	}
	return out
}

func newHARResponse(e *Exchange) har.Response {
	size := int64(len(e.Body))
	out := har.Response{Status: e.Status, StatusText: http.StatusText(e.Status), Version: unknownVersion, Headers: HeaderPairs(e.Header),
		Redirect: e.Redirect(), HeadersSize: har.UnknownSize, BodySize: size, Content: har.Content{Size: size, MimeType: e.Header.Get("Content-Type")}}
	out.Content.Text, out.Content.Encoding = har.Text(e.Body)
	if out.Content.MimeType == "" {
		out.Content.MimeType = har.UnknownType
	}
	if e.Truncated {
		out.BodySize, out.Content.Comment = har.UnknownSize, "the answer was longer; the rest was not read"
	}
	if e.Err != nil {
		out.Error = e.Err.Error()
	}
	return out
}

// HeaderPairs are the lines of a header by name; the values of cookies are left out, which
// are secrets that the client did not send, and so could not mask.
func HeaderPairs(header http.Header) []har.Pair {
	var pairs []har.Pair
	header = shownHeader(header)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			pairs = append(pairs, har.Pair{Name: name, Value: value})
		}
	}
	return pairs
}

// Readable is an address whose query is shown as it is meant.
func Readable(address string) string {
	plain, query, ok := strings.Cut(address, "?")
	if !ok {
		return address
	}
	return plain + "?" + har.Decoded(query)
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
