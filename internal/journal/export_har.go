package journal

import (
	"encoding/base64"
	"fmt"
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

// The parts of an HTTP archive, HAR 1.2. Importers want every member, the empty
// ones too; what begins with "_" is ours.
type (
	harArchive struct {
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
		BodySize    int64     `json:"bodySize"`
	}
	harPost struct {
		MimeType  string    `json:"mimeType"`
		Params    []harPair `json:"params"`
		Text      string    `json:"text"`
		Encoding  string    `json:"_encoding,omitempty"` // HAR 1.2 has one for answers only
		Truncated bool      `json:"_truncated,omitzero"`
		Comment   string    `json:"comment,omitempty"`
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
		BodySize    int64      `json:"bodySize"`
		Error       string     `json:"_error,omitempty"` // as browsers name it
	}
	harContent struct {
		Size      int64  `json:"size"`
		MimeType  string `json:"mimeType"`
		Text      string `json:"text"`
		Encoding  string `json:"encoding,omitempty"`
		Truncated bool   `json:"_truncated,omitzero"`
		Comment   string `json:"comment,omitempty"`
	}
	harTimings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
	// harPair is a header or a parameter. Variable is that of the environment which
	// stands in its value: a text alone can say ${NAME} of itself.
	harPair struct {
		Name     string `json:"name"`
		Value    string `json:"value"`
		Variable string `json:"_variable,omitempty"`
	}
)

const unknownSize = -1

func exportHAR(exchanges []Exchange) ([]byte, error) {
	log := harLog{Version: "1.2", Creator: harCreator{"cinode-scim", buildVersion()}, Pages: []struct{}{}, Entries: []harEntry{},
		Comment: "secrets are written as ${" + tokenVariable + "}, or the like, where _variable says so, or as " + Masked}
	all, _ := outgoings(exchanges)
	for i, x := range exchanges {
		log.Entries = append(log.Entries, newHAREntry(x, all[i]))
	}
	data, err := json.Marshal(harArchive{log}, jsontext.Multiline(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, fmt.Errorf("write the exchanges as HAR: %w", err)
	}
	return append(data, '\n'), nil
}

func buildVersion() string {
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" {
		return build.Main.Version
	}
	return "(devel)"
}

func newHAREntry(x Exchange, o outgoing) harEntry {
	took := float64(x.Duration) / float64(time.Millisecond)
	comments := append([]string{o.title}, o.remarks...)
	for _, told := range []string{x.Reason, x.Outlook, x.Section, x.Rule} {
		if told != "" {
			comments = append(comments, told)
		}
	}
	return harEntry{Started: x.At.UTC(), Time: took, Request: newHARRequest(x, o), Response: newHARResponse(x),
		Timings: harTimings{Wait: took}, Comment: strings.Join(comments, "; ")}
}

func newHARRequest(x Exchange, o outgoing) harRequest {
	address := baseOf(x) + o.path
	if o.asked {
		address += "?" + harParts(o.query)
	}
	out := harRequest{Method: o.method, URL: address, Version: "HTTP/1.1", Cookies: []harPair{}, Headers: []harPair{},
		Query: harQuery(o), HeadersSize: unknownSize, BodySize: x.Sent.Size}
	for _, h := range o.headers {
		out.Headers = append(out.Headers, harPair{h.name, harParts(h.value), harVariable(h.value)})
	}
	if len(o.body) == 0 {
		return out
	}
	out.Body = &harPost{MimeType: mimeType(x.Sent), Params: []harPair{}, Truncated: x.Sent.Cut()}
	out.Body.Text, out.Body.Encoding = harText(o.body)
	if x.Sent.Cut() {
		out.BodySize, out.Body.Comment = unknownSize, cutComment(x.Sent)
	}
	return out
}

func newHARResponse(x Exchange) harResponse {
	out := harResponse{Status: x.Status, StatusText: http.StatusText(x.Status), Version: "HTTP/1.1", Cookies: []harPair{}, Headers: []harPair{},
		HeadersSize: unknownSize, BodySize: x.Answer.Size, Content: harContent{Size: x.Answer.Size, MimeType: mimeType(x.Answer), Truncated: x.Answer.Cut()}}
	for _, h := range x.Answer.Headers {
		out.Headers = append(out.Headers, harPair{Name: h.Name, Value: h.Value})
		if strings.EqualFold(h.Name, "Location") && x.Status >= 300 && x.Status < 400 {
			out.Redirect = h.Value
		}
	}
	out.Content.Text, out.Content.Encoding = harText(x.Answer.Body)
	if x.Answer.Cut() {
		out.BodySize, out.Content.Comment = unknownSize, cutComment(x.Answer)
	}
	if x.Status == 0 {
		out.Error = "the connection ended without an answer"
	}
	return out
}

func cutComment(m Message) string {
	return fmt.Sprintf("the body was cut: only %d of its %d bytes were kept", len(m.Body), m.Size)
}

func harText(body []byte) (text, encoding string) {
	if utf8.Valid(body) {
		return string(body), ""
	}
	return base64.StdEncoding.EncodeToString(body), "base64"
}

func mimeType(m Message) string {
	i := slices.IndexFunc(m.Headers, func(h Header) bool { return strings.EqualFold(h.Name, "Content-Type") })
	if i < 0 {
		return "x-unknown"
	}
	return m.Headers[i].Value
}

func harParts(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		if b.WriteString(p.literal); p.variable != "" {
			b.WriteString("${" + p.variable + "}")
		}
	}
	return b.String()
}

// harVariable is the variable of a value, which has one at most.
func harVariable(parts []part) string {
	for _, p := range parts {
		if p.variable != "" {
			return p.variable
		}
	}
	return ""
}

// harQuery keeps the order, and what cannot be decoded as it was sent. A part with a
// variable ends a pair that the part before it begins.
func harQuery(o outgoing) []harPair {
	pairs := []harPair{}
	begun := ""
	add := func(text, variable string) {
		for piece := range strings.SplitSeq(text, "&") {
			if piece == "" {
				continue
			}
			name, value, _ := strings.Cut(piece, "=")
			pairs = append(pairs, harPair{Name: unescaped(name), Value: unescaped(value)})
		}
		if variable != "" {
			pairs[len(pairs)-1].Variable = variable
		}
	}
	for _, p := range o.query {
		if p.variable != "" {
			add(begun+"${"+p.variable+"}", p.variable)
			begun = ""
			continue
		}
		begun += p.literal
	}
	add(begun, "")
	return pairs
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
