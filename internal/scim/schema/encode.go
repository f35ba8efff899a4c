package schema

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// URNs are the schemas that the content of a resource calls for: the type's
// own and each extension that has values (RFC 7643 section 3).
func (t *ResourceType) URNs(o scim.Object) []any {
	urns := []any{t.Schema.ID}
	for _, e := range t.Extensions {
		if _, ok := o[e.ID]; ok {
			urns = append(urns, e.ID)
		}
	}
	return urns
}

// AppendJSON writes a resource with its attributes in the order of the schemas,
// so that equal resources are equal texts; `schemas` always comes first. What the
// type does not have comes last, its URN in `schemas`: a value that was stored
// under a schema is hidden where the server is started without it, not lost.
func (t *ResourceType) AppendJSON(dst []byte, o scim.Object) []byte {
	return t.AppendJSONAs(dst, o, t.StoredURNs(o))
}

// StoredURNs are the schemas of a resource as it is stored: URNs, and those of
// what the type does not have.
func (t *ResourceType) StoredURNs(o scim.Object) []any {
	urns := t.URNs(o)
	for _, name := range t.strangers(o) {
		if strings.Contains(name, ":") {
			urns = append(urns, name)
		}
	}
	return urns
}

// AppendJSONAs is AppendJSON with given schemas, which a projection of a
// resource keeps.
func (t *ResourceType) AppendJSONAs(dst []byte, o scim.Object, urns []any) []byte {
	dst = append(dst, '{')
	written := 0
	for _, name := range t.writeOrder {
		v, ok := o[name]
		if ok {
			written++
		}
		if name == "schemas" {
			v, ok = urns, true
		}
		if !ok {
			continue
		}
		dst = appendName(dst, name)
		if e := t.Extension(name); e != nil {
			dst = appendMembers(dst, e.Attributes, e.byName, v)
			continue
		}
		dst = appendValue(dst, t.Attribute(name), v)
	}
	if written < len(o) {
		for _, name := range t.strangers(o) {
			dst = appendValue(appendName(dst, name), nil, o[name])
		}
	}
	return append(dst, '}')
}

// strangers are the names of a resource that the type does not have.
func (t *ResourceType) strangers(o scim.Object) []string {
	var list []string
	for name := range o {
		if !t.own[name] {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

func appendName(dst []byte, name string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = AppendString(dst, name)
	return append(dst, ':')
}

// appendValue writes a value of an attribute, nil for one that is not known.
func appendValue(dst []byte, a *Attribute, v any) []byte {
	switch v := v.(type) {
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendValue(dst, a, e)
		}
		return append(dst, ']')
	case scim.Object:
		if a == nil {
			return appendMembers(dst, nil, nil, v)
		}
		return appendMembers(dst, a.SubAttributes, a.bySub, v)
	case string:
		return AppendString(dst, v)
	case scim.Number:
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

func appendMembers(dst []byte, order []*Attribute, known attributeIndex, v any) []byte {
	o, _ := v.(scim.Object)
	dst = append(dst, '{')
	written := 0
	for _, a := range order {
		if inner, ok := o[a.Name]; ok {
			dst = appendValue(appendName(dst, a.Name), a, inner)
			written++
		}
	}
	if written < len(o) {
		for _, name := range names(o) {
			if known[name] == nil {
				dst = appendValue(appendName(dst, name), nil, o[name])
			}
		}
	}
	return append(dst, '}')
}

// AppendString writes a JSON string.
func AppendString(dst []byte, s string) []byte {
	// The one error is bad UTF-8, which decoding has refused; it is replaced.
	dst, _ = jsontext.AppendQuote(dst, s)
	return dst
}
