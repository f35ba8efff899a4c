package journal

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Formats are what Export writes.
var Formats = []string{"curl", "har", "http", "go", "scenario"}

const (
	tokenVariable = "CINODE_SCIM_TOKEN"
	baseVariable  = "BASE_URL"
	fallbackBase  = "http://localhost:8080"
)

// Export writes exchanges, in the order given, so that they can be sent again: as
// a bash script of "curl" commands, a "har" archive, an "http" file of REST
// clients, a "go" test or a "scenario" of package replay. What was masked in a header or as access_token is a
// variable of the environment, the base URL is BASE_URL with what was recorded as
// its default; a HAR, which has no variables, writes ${CINODE_SCIM_TOKEN}. What
// cannot be sent as it was recorded is told of in a comment.
func Export(as string, exchanges []Exchange) (data []byte, contentType string, err error) {
	switch as {
	case "curl":
		return exportCurl(exchanges), "text/x-shellscript; charset=utf-8", nil
	case "har":
		data, err = exportHAR(exchanges)
		return data, "application/json", err
	case "http":
		return exportHTTP(exchanges), "text/plain; charset=utf-8", nil
	case "scenario":
		data, err = exportScenario(exchanges)
		return data, "application/yaml", err
	case "go":
		data, err = exportGo(exchanges)
		return data, "text/x-go; charset=utf-8", err
	default:
		return nil, "", fmt.Errorf("there is no export as %q; use %s", as, strings.Join(Formats, ", "))
	}
}

// part is a piece of a text to send: a literal, or the value of a variable.
type part struct {
	literal, variable string
}

// outgoing is an exchange as it can be sent again.
type outgoing struct {
	title   string
	method  string
	path    string
	query   []part
	asked   bool // there is a query, be it empty
	headers []field
	body    []byte
	status  int
	remarks []string // about what is not as it was
}

type field struct {
	name  string
	value []part
}

// unsent are the headers that a client makes by itself.
var unsent = map[string]bool{"host": true, "content-length": true, "connection": true, "transfer-encoding": true, "te": true,
	"trailer": true, "upgrade": true, "keep-alive": true, "proxy-connection": true, "expect": true}

func newOutgoing(number int, x Exchange) outgoing {
	o := outgoing{method: x.Method, path: sendable(x.Path, true), body: x.Sent.Body, status: x.Status}
	o.title = fmt.Sprintf("%d. %s %s", number, x.Method, oneLine(x.Path))
	switch {
	case x.Status != 0:
		o.title += fmt.Sprintf(", answered %d", x.Status)
	default:
		o.title += ", without an answer"
	}
	if x.Client != "" && x.Client != ClientUnknown {
		o.title += ", by " + string(x.Client)
	}
	if !x.At.IsZero() {
		o.title += ", at " + x.At.UTC().Format(time.RFC3339)
	}
	o.title = oneLine(o.title)
	if !isToken(x.Method) {
		o.remark("%q is no method that can be sent; this uses GET", x.Method)
		o.method = http.MethodGet
	}
	if !strings.HasPrefix(o.path, "/") {
		o.path = "/" + o.path
	}
	if o.path != x.Path {
		o.remark("the path was %q", x.Path)
	}
	query := sendable(x.Query, false)
	if query != x.Query {
		o.remark("the query was %q", x.Query)
	}
	o.query, o.asked = queryParts(query), query != ""
	for _, h := range x.Sent.Headers {
		o.header(h)
	}
	if x.Sent.Cut() {
		o.remark("the body was cut: only %d of its %d bytes were kept, so this does not send what was sent", len(x.Sent.Body), x.Sent.Size)
	}
	if strings.Contains(string(x.Sent.Body), Masked) {
		o.remark("the body has %s where a secret was masked", Masked)
	}
	if strings.Contains(o.path, Masked) || slices.ContainsFunc(o.query, func(p part) bool { return strings.Contains(p.literal, Masked) }) {
		o.remark("the address has %s where a secret was masked", Masked)
	}
	return o
}

func (o *outgoing) remark(format string, args ...any) {
	o.remarks = append(o.remarks, oneLine(fmt.Sprintf(format, args...)))
}

func (o *outgoing) header(h Header) {
	switch {
	case unsent[strings.ToLower(h.Name)]:
	case !isToken(h.Name) || strings.ContainsFunc(h.Value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		o.remark("the header %q: %q cannot be sent and is left out", h.Name, h.Value)
	default:
		o.headers = append(o.headers, field{h.Name, headerParts(h.Name, strings.Trim(h.Value, " \t"))})
	}
}

// has reports whether a header is sent.
func (o *outgoing) has(name string) bool {
	return slices.ContainsFunc(o.headers, func(f field) bool { return strings.EqualFold(f.name, name) })
}

// headerParts finds the masked secret in a header that is all secret.
func headerParts(name, value string) []part {
	before, after, ok := strings.Cut(value, Masked)
	if !ok || !secretHeader(name) {
		return []part{{literal: value}}
	}
	variable := tokenVariable
	if !strings.EqualFold(name, "Authorization") {
		variable = "CINODE_SCIM_" + variableName(name)
	}
	return []part{{literal: before}, {variable: variable}, {literal: after}}
}

// variableName makes a name for the environment out of one of a header.
func variableName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && isWord(byte(r)) {
			return unicode.ToUpper(r)
		}
		return '_'
	}, name)
}

func queryParts(query string) []part {
	var parts []part
	literal := ""
	for i, p := range strings.Split(query, "&") {
		if i > 0 {
			literal += "&"
		}
		name, value, ok := strings.Cut(p, "=")
		if ok && value == Masked && strings.EqualFold(decodeFully(name, true), "access_token") {
			parts = append(parts, part{literal: literal + name + "="}, part{variable: tokenVariable})
			literal = ""
			continue
		}
		literal += p
	}
	return append(parts, part{literal: literal})
}

// sendable encodes what cannot stand in the address of a request: white space,
// control characters and the sign of a fragment, and in a path all that a URI
// may not have.
func sendable(s string, path bool) string {
	var out strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c <= ' ' || c >= 0x7f || c == '#', path && (c == '?' || strings.IndexByte("\"<>\\^`{|}", c) >= 0):
			fmt.Fprintf(&out, "%%%02X", c)
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// isToken is of RFC 9110 section 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		if !isWord(s[i]) && strings.IndexByte("!#$%&'*+-.^_`|~", s[i]) < 0 {
			return false
		}
	}
	return s != ""
}

// oneLine keeps a text from leaving its comment.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

// base is the default of BASE_URL: where the first exchange went. A host that is
// none is not taken over.
func base(exchanges []Exchange) string {
	for _, x := range exchanges {
		return baseOf(x)
	}
	return fallbackBase
}

func baseOf(x Exchange) string {
	host := x.Host
	for i := range len(host) {
		if !isWord(host[i]) && strings.IndexByte(".-_:[]", host[i]) < 0 {
			host = ""
			break
		}
	}
	switch {
	case host == "":
		return fallbackBase
	case x.Scheme == "https":
		return "https://" + host
	default:
		return "http://" + host
	}
}

// outgoings are the exchanges, and the variables that they need, sorted.
func outgoings(exchanges []Exchange) (out []outgoing, variables []string) {
	first := base(exchanges)
	for i, x := range exchanges {
		o := newOutgoing(i+1, x)
		if own := baseOf(x); own != first {
			o.remark("it was sent to %s", own)
		}
		out = append(out, o)
		for _, p := range o.query {
			variables = append(variables, p.variable)
		}
		for _, h := range o.headers {
			for _, p := range h.value {
				variables = append(variables, p.variable)
			}
		}
	}
	slices.Sort(variables)
	variables = slices.Compact(variables)
	return out, slices.DeleteFunc(variables, func(v string) bool { return v == "" })
}
