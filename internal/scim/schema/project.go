package schema

import (
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// Projection is what the parameters attributes and excludedAttributes ask for
// (RFC 7644 section 3.9). The zero value is the default set.
type Projection struct {
	only     bool            // attributes was given
	whole    map[string]bool // canonical top-level names named without a sub-attribute
	partial  map[string]map[string]bool
	anything bool
}

// ParseProjection reads the two lists; names that the type lacks are ignored.
// Both at once is 400 invalidValue: RFC 7644 calls them mutually exclusive.
func (t *ResourceType) ParseProjection(attributes, excluded []string) (Projection, error) {
	names, only := clean(attributes), true
	dropped := clean(excluded)
	if len(names) > 0 && len(dropped) > 0 {
		return Projection{}, scim.InvalidValue("attributes and excludedAttributes exclude each other; send one of them")
	}
	if len(names) == 0 {
		names, only = dropped, false
	}
	p := Projection{only: only, anything: len(names) > 0, whole: map[string]bool{}, partial: map[string]map[string]bool{}}
	for _, name := range names {
		target, ok := t.ResolveText(name)
		if !ok {
			continue
		}
		p.add(target)
	}
	return p, nil
}

func clean(list []string) []string {
	var out []string
	for _, e := range list {
		for name := range strings.SplitSeq(e, ",") {
			if name = strings.TrimSpace(name); name != "" {
				out = append(out, name)
			}
		}
	}
	return out
}

// add files a target under its path from the top of the resource, which for an
// attribute of an extension begins with the extension's URN.
func (p *Projection) add(t Target) {
	key := t.Container
	if t.Attribute != nil {
		if key != "" {
			key += "\x00"
		}
		key += t.Attribute.Name
	}
	if t.Sub == nil {
		p.whole[key] = true
		return
	}
	if p.partial[key] == nil {
		p.partial[key] = map[string]bool{}
	}
	p.partial[key][t.Sub.Name] = true
}

// IsDefault reports whether the default set was asked for.
func (p Projection) IsDefault() bool { return !p.anything }

// Wants reports whether a top-level core attribute is in the answer, so that
// members and groups are read only when they are shown.
func (p Projection) Wants(name string) bool {
	if p.IsDefault() {
		return true
	}
	if p.only {
		return p.whole[name] || p.partial[name] != nil
	}
	return !p.whole[name]
}

// Apply makes the projection of a whole resource (id, meta and schemas
// included). The input is not changed.
func (t *ResourceType) Apply(p Projection, o scim.Object) scim.Object {
	if p.IsDefault() {
		return o
	}
	out := make(scim.Object, len(o))
	for name, v := range o {
		if e := t.Extension(name); e != nil {
			if inner := p.members(e.Attributes, e.ID, v); len(inner) > 0 {
				out[name] = inner
			}
			continue
		}
		if kept := p.value(t.Attribute(name), name, v); kept != nil {
			out[name] = kept
		}
	}
	return out
}

func (p Projection) members(attributes []*Attribute, urn string, v any) scim.Object {
	o, _ := v.(scim.Object)
	if p.whole[urn] {
		if p.only {
			return o
		}
		return nil
	}
	out := make(scim.Object, len(o))
	for _, a := range attributes {
		inner, ok := o[a.Name]
		if !ok {
			continue
		}
		if kept := p.value(a, urn+"\x00"+a.Name, inner); kept != nil {
			out[a.Name] = kept
		}
	}
	return out
}

// value is what is left of an attribute, nil for nothing.
func (p Projection) value(a *Attribute, key string, v any) any {
	subs := p.partial[key]
	switch {
	case a == nil || a.Returned == ReturnedAlways:
		return v
	case p.only && p.whole[key], !p.only && !p.whole[key] && subs == nil:
		return v
	case p.only && subs != nil:
		return pick(v, func(name string) bool { return subs[name] })
	case !p.only && !p.whole[key]:
		return pick(v, func(name string) bool { return !subs[name] })
	default:
		return nil
	}
}

// pick keeps the sub-attributes of a complex value, or of each element.
func pick(v any, keep func(string) bool) any {
	switch v := v.(type) {
	case scim.Object:
		out := make(scim.Object, len(v))
		for name, inner := range v {
			if keep(name) {
				out[name] = inner
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case []any:
		var out []any
		for _, e := range v {
			if kept := pick(e, keep); kept != nil {
				out = append(out, kept)
			}
		}
		if out == nil {
			return nil
		}
		return out
	default:
		return v
	}
}
