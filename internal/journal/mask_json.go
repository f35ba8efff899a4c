package journal

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// deepest is how many levels of a body are looked into; what lies below is
	// masked. A server refuses such a body anyway.
	deepest = 64
	// innermost is how often JSON may stand in a string of JSON.
	innermost = 3
)

// body masks a body. JSON keeps its form but for the values that are replaced;
// anything else that may hold a password is left out as a whole, since nobody
// can say where in it the password is.
func (p masking) body(body []byte, level int) []byte {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 {
		return body
	}
	suspect := suspicious(body) || p.mentions(body)
	complete := balanced(trimmed)
	if !suspect && complete && !p.PII {
		return body
	}
	// The depth of jsontext is limited, so a deeper body counts as no JSON.
	if !jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
		return p.malformed(body)
	}
	w := walk{masking: p, src: body, level: level, discovery: describes(body)}
	w.parse()
	w.value(0, spot{})
	if w.done == 0 {
		return body
	}
	return append(w.out, body[w.done:]...)
}

// balanced reports whether a body can be a whole JSON value at first sight: a
// body that was cut may have lost the path that makes its value a password.
func balanced(body []byte) bool {
	if first := body[0]; first != '{' && first != '[' {
		return true
	}
	last := body[len(body)-1]
	return (last == '}' || last == ']') &&
		bytes.Count(body, []byte("{"))+bytes.Count(body, []byte("[")) == bytes.Count(body, []byte("}"))+bytes.Count(body, []byte("]"))
}

// describes reports whether a body is of discovery, where "name" names nobody.
func describes(body []byte) bool {
	for _, urn := range []string{"schemas:core:2.0:Schema\"", "schemas:core:2.0:ResourceType\"", "schemas:core:2.0:ServiceProviderConfig\""} {
		if bytes.Contains(body, []byte(urn)) {
			return true
		}
	}
	return false
}

// malformed masks what is no JSON. Tokens are masked where they stand.
func (p masking) malformed(body []byte) []byte {
	s := string(body)
	named := strings.ToLower(strings.ReplaceAll(s, "\u017f", "s"))
	if p.PII || strings.Contains(named, "passw") || strings.Contains(named, "secret") || strings.Contains(named, `\u`) {
		return fmt.Appendf(nil, `"%s %d bytes that are no valid JSON and may hold a secret"`, Masked, len(body))
	}
	if masked := p.text(s); masked != s {
		s = masked
	}
	if at := openOperation(s); at >= 0 {
		return append([]byte(s[:at]), Masked...)
	}
	return []byte(s)
}

// openOperation finds the outermost object that is not closed and has a "value",
// which is a password if the path was to come. It is -1 if there is none.
func openOperation(s string) int {
	type object struct {
		at    int
		value bool
	}
	var open []object
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{', '[':
			open = append(open, object{at: i})
		case '}', ']':
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		case '"':
			end := stringEnd(s, i)
			if len(open) > 0 && strings.EqualFold(strings.Trim(s[i:end], `"`), "value") {
				open[len(open)-1].value = true
			}
			i = end - 1
		}
	}
	for _, o := range open {
		if o.value {
			return o.at
		}
	}
	return -1
}

// stringEnd is behind the string that starts at i, or the end of what there is.
func stringEnd[T string | []byte](s T, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// node is a value of JSON. The values below it follow it directly.
type node struct {
	key, keyEnd int // its name with the quotes; the same for none
	start, end  int
	next        int // the index behind it and all below
}

// walk goes once through a valid body and writes it anew.
type walk struct {
	masking
	src       []byte
	level     int
	discovery bool
	nodes     []node
	out       []byte
	done      int // up to where src is in out
}

// parse lists the values. The body is valid, so separators say nothing.
func (w *walk) parse() {
	var open []int
	key, keyEnd := 0, 0
	add := func(start, end int) {
		w.nodes = append(w.nodes, node{key: key, keyEnd: keyEnd, start: start, end: end, next: len(w.nodes) + 1})
		key, keyEnd = 0, 0
	}
	for i := 0; i < len(w.src); {
		switch c := w.src[i]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
			i++
		case '{', '[':
			open = append(open, len(w.nodes))
			add(i, i)
			i++
		case '}', ']':
			i++
			top := &w.nodes[open[len(open)-1]]
			top.end, top.next = i, len(w.nodes)
			open = open[:len(open)-1]
		case '"':
			end := stringEnd(w.src, i)
			if key == keyEnd && len(open) > 0 && w.src[w.nodes[open[len(open)-1]].start] == '{' {
				key, keyEnd = i, end
			} else {
				add(i, end)
			}
			i = end
		default:
			end := i
			for end < len(w.src) && bytes.IndexByte([]byte(" \t\r\n,:]}"), w.src[end]) < 0 {
				end++
			}
			add(i, end)
			i = end
		}
	}
}

// spot is what the values above say of a value.
type spot struct {
	depth int
	name  string // of the attribute, folded
	pii   bool
}

func (w *walk) value(i int, c spot) {
	n := w.nodes[i]
	switch w.src[n.start] {
	case '{':
		w.object(i, c)
	case '[':
		if c.depth++; c.depth > deepest {
			w.replace(n, Masked)
			return
		}
		for child := i + 1; child < n.next; child = w.nodes[child].next {
			w.value(child, c)
		}
	case '"':
		w.str(n, c)
	case 't', 'f', 'n':
	default:
		if c.pii {
			w.replace(n, w.pseudonym(string(w.src[n.start:n.end])))
		}
	}
}

// kept are the members of a PATCH operation on a password that stay.
var kept = map[string]bool{"op": true, "path": true, "schemas": true}

func (w *walk) object(i int, c spot) {
	n := w.nodes[i]
	if c.depth++; c.depth > deepest {
		w.replace(n, Masked)
		return
	}
	secretPath, personal := w.target(i)
	for child := i + 1; child < n.next; child = w.nodes[child].next {
		v := w.nodes[child]
		name := w.unquote(v.key, v.keyEnd)
		w.name(v, name)
		scalar := w.src[v.start] != '{' && w.src[v.start] != '['
		plain := fold(name)
		below := spot{depth: c.depth, name: plain}
		below.pii = w.PII && !impersonal[plain] && (c.pii || personal && plain == "value" || w.personalName(plain, scalar))
		switch {
		case w.src[v.start] == 'n': // null
		case secretPath && (!kept[plain] || !scalar), secretName(name) && (plain != "changepassword" || scalar):
			w.replace(v, Masked)
		default:
			w.value(child, below)
		}
	}
}

// target looks at the path of an object, if it is a PATCH operation: whether it
// names a secret, and whether it names what tells of a person.
func (w *walk) target(i int) (secret, personal bool) {
	for child := i + 1; child < w.nodes[i].next; child = w.nodes[child].next {
		v := w.nodes[child]
		if w.src[v.start] != '"' || !strings.EqualFold(w.unquote(v.key, v.keyEnd), "path") {
			continue
		}
		path := w.unquote(v.start, v.end)
		secret = secret || secretName(path)
		personal = personal || w.PII && personalPath(path)
	}
	return secret, personal
}

func (w *walk) name(v node, name string) {
	masked := name
	if strings.ContainsAny(name, "[ ") {
		masked = w.filter(name)
	}
	if masked = w.text(masked); masked != name {
		w.write(v.key, v.keyEnd, masked)
	}
}

func (w *walk) str(n node, c spot) {
	raw := w.src[n.start:n.end]
	if !w.PII && !suspicious(raw) && !w.mentions(raw) {
		return
	}
	s := w.unquote(n.start, n.end)
	var masked string
	inner := strings.TrimSpace(s)
	switch {
	case c.pii:
		masked = w.pseudonym(s)
	case c.name == "path" || c.name == "filter":
		masked = w.filter(s)
	case inner != "" && (inner[0] == '{' || inner[0] == '['):
		if w.level == innermost {
			masked = Masked
			break
		}
		masked = string(w.body([]byte(s), w.level+1))
	case c.name == "detail" || c.name == "description":
		masked = w.prose(s)
	default:
		masked = w.text(s)
	}
	if masked != s {
		w.write(n.start, n.end, masked)
	}
}

func (w *walk) replace(n node, s string) { w.write(n.start, n.end, s) }

// write puts a string in the place of a part of the body.
func (w *walk) write(start, end int, s string) {
	w.out = append(w.out, w.src[w.done:start]...)
	w.out, _ = jsontext.AppendQuote(w.out, strings.ToValidUTF8(s, "\uFFFD"))
	w.done = end
}

func (w *walk) unquote(start, end int) string {
	raw := w.src[start:end]
	if len(raw) >= 2 && bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	s, _ := jsontext.AppendUnquote(nil, raw) // bad UTF-8 is replaced, and an error
	return string(s)
}
