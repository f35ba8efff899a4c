// Package har owns the form of HTTP archives, HAR 1.2, that browsers and proxies import:
// for the exchanges of a client and for those that the journal keeps. What an entry says
// of an exchange is theirs; package replay reads archives, whoever wrote them.
package har

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The parts of an archive. Importers want every member there, the empty ones too; what
// begins with "_" is ours.
type (
	// Archive is the whole.
	Archive struct {
		Log Log `json:"log"`
	}
	// Log is what an archive holds.
	Log struct {
		Version string     `json:"version"`
		Creator Creator    `json:"creator"`
		Pages   []struct{} `json:"pages"`
		Entries []Entry    `json:"entries"`
		Comment string     `json:"comment"`
	}
	// Creator is the program that wrote it.
	Creator struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	// Entry is one exchange.
	Entry struct {
		Started  time.Time `json:"startedDateTime"`
		Time     float64   `json:"time"` // milliseconds
		Request  Request   `json:"request"`
		Response Response  `json:"response"`
		Cache    struct{}  `json:"cache"`
		Timings  Timings   `json:"timings"`
		Comment  string    `json:"comment"`
	}
	// Request is what was sent.
	Request struct {
		Method      string `json:"method"`
		URL         string `json:"url"`
		Version     string `json:"httpVersion"`
		Cookies     []Pair `json:"cookies"`
		Headers     []Pair `json:"headers"`
		Query       []Pair `json:"queryString"`
		Body        *Post  `json:"postData,omitempty"`
		HeadersSize int    `json:"headersSize"`
		BodySize    int64  `json:"bodySize"`
	}
	// Post is the body of a request.
	Post struct {
		MimeType  string `json:"mimeType"`
		Params    []Pair `json:"params"`
		Text      string `json:"text"`
		Encoding  string `json:"_encoding,omitempty"` // HAR 1.2 has one for answers only
		Truncated bool   `json:"_truncated,omitzero"`
		Comment   string `json:"comment,omitempty"`
	}
	// Response is what was answered; its status is 0 if nothing was.
	Response struct {
		Status      int     `json:"status"`
		StatusText  string  `json:"statusText"`
		Version     string  `json:"httpVersion"`
		Cookies     []Pair  `json:"cookies"`
		Headers     []Pair  `json:"headers"`
		Content     Content `json:"content"`
		Redirect    string  `json:"redirectURL"`
		HeadersSize int     `json:"headersSize"`
		BodySize    int64   `json:"bodySize"`
		Error       string  `json:"_error,omitempty"` // as browsers name it
	}
	// Content is the body of an answer.
	Content struct {
		Size      int64  `json:"size"`
		MimeType  string `json:"mimeType"`
		Text      string `json:"text"`
		Encoding  string `json:"encoding,omitempty"`
		Truncated bool   `json:"_truncated,omitzero"`
		Comment   string `json:"comment,omitempty"`
	}
	// Timings are the parts of the time, of which one is known.
	Timings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
	// Pair is a header field or a parameter. Variable is that of the environment which
	// stands in its value: a text alone can say ${NAME} of itself.
	Pair struct {
		Name     string `json:"name"`
		Value    string `json:"value"`
		Variable string `json:"_variable,omitempty"`
	}
)

// What is written for a size, of headers or of a body that was not kept whole, and for a
// media type that nobody knows.
const (
	UnknownSize = -1
	UnknownType = "x-unknown"
)

// Write writes entries as an archive.
func Write(w io.Writer, comment string, entries []Entry) error {
	archive := Archive{Log{Version: "1.2", Creator: Creator{"cinode-scim", buildVersion()}, Entries: entries, Comment: comment}}
	if err := json.MarshalWrite(w, archive, jsontext.Multiline(true), jsontext.AllowInvalidUTF8(true)); err != nil {
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

// Text is a body as a member can hold it, and how it is encoded for that.
func Text(body string) (text, encoding string) {
	if utf8.ValidString(body) {
		return body, ""
	}
	return base64.StdEncoding.EncodeToString([]byte(body)), "base64"
}

// Query takes a query apart, in its order.
func Query(query string) []Pair {
	var pairs []Pair
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, Pair{Name: Decoded(name), Value: Decoded(value)})
	}
	return pairs
}

// Decoded is a text of a query as it is meant, or as it is where it cannot be decoded.
func Decoded(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
