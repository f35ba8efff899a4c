package journal

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/har"
)

func exportHAR(exchanges []Exchange) ([]byte, error) {
	entries := make([]har.Entry, len(exchanges))
	all, _ := outgoings(exchanges)
	for i, x := range exchanges {
		entries[i] = newHAREntry(x, all[i])
	}
	var b bytes.Buffer
	err := har.Write(&b, "secrets are written as ${"+tokenVariable+"}, or the like, where _variable says so, or as "+Masked, entries)
	return b.Bytes(), err
}

func newHAREntry(x Exchange, o outgoing) har.Entry {
	took := float64(x.Duration) / float64(time.Millisecond)
	comments := append([]string{o.title}, o.remarks...)
	for _, told := range []string{x.Reason, x.Outlook, x.Section, x.Rule} {
		if told != "" {
			comments = append(comments, told)
		}
	}
	return har.Entry{Started: x.At.UTC(), Time: took, Request: newHARRequest(x, o), Response: newHARResponse(x),
		Timings: har.Timings{Wait: took}, Comment: strings.Join(comments, "; ")}
}

func newHARRequest(x Exchange, o outgoing) har.Request {
	address := baseOf(x) + o.path
	if o.asked {
		address += "?" + harParts(o.query)
	}
	out := har.Request{Method: o.method, URL: address, Version: "HTTP/1.1",
		Query: harQuery(o), HeadersSize: har.UnknownSize, BodySize: x.Sent.Size}
	for _, h := range o.headers {
		out.Headers = append(out.Headers, har.Pair{Name: h.name, Value: harParts(h.value), Variable: harVariable(h.value)})
	}
	if len(o.body) == 0 {
		return out
	}
	out.Body = &har.Post{MimeType: mimeType(x.Sent), Truncated: x.Sent.Cut()}
	out.Body.Text, out.Body.Encoding = har.Text(string(o.body))
	if x.Sent.Cut() {
		out.BodySize, out.Body.Comment = har.UnknownSize, cutComment(x.Sent)
	}
	return out
}

func newHARResponse(x Exchange) har.Response {
	out := har.Response{Status: x.Status, StatusText: http.StatusText(x.Status), Version: "HTTP/1.1",
		HeadersSize: har.UnknownSize, BodySize: x.Answer.Size, Content: har.Content{Size: x.Answer.Size, MimeType: mimeType(x.Answer), Truncated: x.Answer.Cut()}}
	for _, h := range x.Answer.Headers {
		out.Headers = append(out.Headers, har.Pair{Name: h.Name, Value: h.Value})
		if strings.EqualFold(h.Name, "Location") && x.Status >= 300 && x.Status < 400 {
			out.Redirect = h.Value
		}
	}
	out.Content.Text, out.Content.Encoding = har.Text(string(x.Answer.Body))
	if x.Answer.Cut() {
		out.BodySize, out.Content.Comment = har.UnknownSize, cutComment(x.Answer)
	}
	if x.Status == 0 {
		out.Error = "the connection ended without an answer"
	}
	return out
}

func cutComment(m Message) string {
	return fmt.Sprintf("the body was cut: only %d of its %d bytes were kept", len(m.Body), m.Size)
}

func mimeType(m Message) string {
	i := slices.IndexFunc(m.Headers, func(h Header) bool { return strings.EqualFold(h.Name, "Content-Type") })
	if i < 0 {
		return har.UnknownType
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
func harQuery(o outgoing) []har.Pair {
	var pairs []har.Pair
	begun := ""
	add := func(text, variable string) {
		pairs = append(pairs, har.Query(text)...)
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
