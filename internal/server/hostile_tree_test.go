package server_test

import (
	"maps"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// verbatim is text that stands in a body where a JSON value should.
type verbatim string

// appendTree writes a tree as JSON, names in order so that a seed makes the
// same bodies again.
func appendTree(dst []byte, v any) []byte {
	switch v := v.(type) {
	case scim.Object:
		dst = append(dst, '{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(schema.AppendString(dst, name), ':')
			dst = appendTree(dst, v[name])
		}
		return append(dst, '}')
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendTree(dst, e)
		}
		return append(dst, ']')
	case string:
		return schema.AppendString(dst, v)
	case scim.Number:
		return append(dst, v...)
	case verbatim:
		return append(dst, v...)
	case bool:
		if v {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	default:
		return append(dst, "null"...)
	}
}

// A place is where a value stands in a tree.
type place struct {
	object scim.Object
	name   string
	list   []any
	index  int
}

func (p place) get() any {
	if p.object != nil {
		return p.object[p.name]
	}
	return p.list[p.index]
}

func (p place) set(v any) {
	if p.object != nil {
		p.object[p.name] = v
	} else {
		p.list[p.index] = v
	}
}

// places lists all of a tree but its root.
func places(v any) []place {
	var out []place
	switch v := v.(type) {
	case scim.Object:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			out = append(append(out, place{object: v, name: name}), places(v[name])...)
		}
	case []any:
		for i, e := range v {
			out = append(append(out, place{list: v, index: i}), places(e)...)
		}
	}
	return out
}

// wrongValues are JSON values of every type, well formed.
var wrongValues = []any{
	nil, true, false, "", "x", "True", "null", scim.Number("0"), scim.Number("-1"), scim.Number("1.5"), scim.Number("1e3"), []any{}, scim.Object{},
	[]any{nil}, []any{[]any{}}, []any{scim.Object{}}, scim.Object{"value": nil}, scim.Object{"value": "1"}, []any{"x", scim.Number("1")}, scim.Object{"": ""},
	scim.Object{"x": scim.Object{"y": []any{}}}, "{\"value\":\"1\"}", "bulkId:a", "2026-01-31T12:00:00Z", []any{scim.Object{"primary": true}, scim.Object{"primary": true}},
}

// names are names of attributes, and what looks like them.
var names = []string{
	"userName", "USERNAME", "username", "id", "ID", "meta", "schemas", "Schemas", "externalId", "active", "name", "emails", "members", "groups", "password", "roles",
	"displayName", "title", "addresses", "manager", "value", "$ref", "display", "type", "primary", "op", "path", "Operations", "operations", "name.givenName",
	"emails[type eq \"work\"].value", scim.URNUser, scim.URNEnterpriseUser, scim.URNEnterpriseUser + ":department", scim.URNUser + ":userName", "urn:x:y", "", " ", ".",
	"a.b.c", "[", "]", "__proto__", "constructor", "x509Certificates", "é", "\u212aey", "userName\u0001", "failOnErrors", "bulkId", "data", "method", "attributes", "filter",
}

// spoil changes one thing in a tree, which stays JSON.
func (g *gen) spoil(root scim.Object) {
	all := places(root)
	if len(all) == 0 {
		root[pick(g, names)] = pick(g, wrongValues)
		return
	}
	p := pick(g, all)
	switch v := p.get(); g.IntN(9) {
	case 0, 1:
		p.set(scim.Clone(pick(g, wrongValues)))
	case 2:
		p.set([]any{v})
	case 3:
		p.set(scim.Object{pick(g, names): v})
	case 4:
		p.set([]any{v, scim.Clone(v)})
	case 5:
		p.set(scim.Clone(pick(g, all).get()))
	case 6:
		if p.object != nil {
			delete(p.object, p.name)
			p.object[pick(g, names)] = v
		}
	case 7:
		if p.object != nil {
			delete(p.object, p.name)
		} else {
			p.set(nil)
		}
	default:
		if p.object != nil {
			p.object[pick(g, names)] = scim.Clone(pick(g, wrongValues))
		} else {
			p.set(pick(g, words))
		}
	}
}

// damage changes the text of a body, which mostly is no JSON then.
func (g *gen) damage(text string) string {
	if text == "" {
		return pick(g, fragments)
	}
	i := g.IntN(len(text))
	j := i + g.IntN(min(len(text)-i, 20)+1)
	switch g.IntN(6) {
	case 0:
		return text[:i] + text[j:]
	case 1:
		return text[:j] + text[i:]
	case 2:
		return text[:i] + string(rune(g.IntN(256))) + text[j:]
	case 3:
		return text[:i] + string([]byte{byte(g.IntN(256))}) + text[i:]
	case 4:
		return text[:i] + pick(g, fragments) + text[i:]
	default:
		return text[:i] + pick(g, fragments) + text[j:]
	}
}

// fragments are bits of JSON, of filters, and of what other languages take.
var fragments = []string{
	"{", "}", "[", "]", ",", ":", `"`, `\`, `\u`, `\ud83d`, `\u0000`, "\x00", "null", "tru", "NaN", "Infinity", "-", "0x1", "01", "1.", "1e", "/*x*/", "//", "'", "`",
	"\ufeff", "\xff", "\xed\xa0\x80", "{}", "[]", `""`, `"a":1,`, `,"a":1`, "\r\n", "\u2028", "%00", "%", "${x}", "{{x}}", "<x/>", "--", ";", "(", ")", " and ", " or ", "not (",
}

// duplicate puts a member twice into an object of a text, as it is or in
// another case.
func (g *gen) duplicate(text string) string {
	var at []int
	for i := range len(text) {
		if text[i] == '{' {
			at = append(at, i+1)
		}
	}
	i := pick(g, at)
	name, rest, ok := strings.Cut(text[i:], ":")
	if !ok || !strings.HasPrefix(name, `"`) {
		return text
	}
	value, _, _ := strings.Cut(rest, ",")
	if strings.ContainsAny(value, "{[") || g.chance(30) {
		value = pick(g, []string{`"x"`, "1", "null", "{}", "[]"})
	}
	value = strings.TrimRight(value, "}]")
	if g.chance(50) {
		name = strings.ToUpper(name)
	}
	return text[:i] + name + ":" + value + "," + text[i:]
}
