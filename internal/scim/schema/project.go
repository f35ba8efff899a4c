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
	// written are attributes that are returned on request and that the request
	// has written (RFC 7643 section 7).
	written map[string]bool
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

// Written adds to a projection what a request has written and is returned on
// request only: of the paths of a PATCH, or those that PathsOf gives for a body.
func (t *ResourceType) Written(p Projection, paths []string) Projection {
	if !t.onRequest {
		return p
	}
	written := map[string]bool{}
	for _, path := range paths {
		path, _, _ = strings.Cut(path, "[")
		if target, ok := t.ResolveText(path); ok && target.Attribute != nil {
			written[key(target)] = true
		}
	}
	p.written = written
	return p
}

// PathsOf are the paths that a body, or the value of an operation without a
// path, writes to: its names, those of an extension with its URN.
func PathsOf(body scim.Object) []string {
	var paths []string
	for name, v := range body {
		paths = append(paths, name)
		if inner, ok := v.(scim.Object); ok && strings.Contains(name, ":") {
			for sub := range inner {
				paths = append(paths, name+":"+sub)
			}
		}
	}
	return paths
}

// key is the path of a target's attribute from the top of the resource, which in
// an extension begins with the extension's URN.
func key(t Target) string {
	switch {
	case t.Attribute == nil:
		return t.Container
	case t.Container == "":
		return t.Attribute.Name
	default:
		return t.Container + "\x00" + t.Attribute.Name
	}
}

func (p *Projection) add(t Target) {
	key := key(t)
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
	out := make(scim.Object, len(o))
	for name, v := range o {
		if e := t.Extension(name); e != nil {
			if inner := p.members(e.Attributes, e.ID, v); len(inner) > 0 {
				out[name] = inner
			}
			continue
		}
		if a := t.Attribute(name); a == nil {
			out[name] = v
		} else if kept := p.value(a, name, v, false); kept != nil {
			out[name] = kept
		}
	}
	return out
}

func (p Projection) members(attributes []*Attribute, urn string, v any) scim.Object {
	o, _ := v.(scim.Object)
	if p.whole[urn] && !p.only {
		return nil
	}
	out := make(scim.Object, len(o))
	for _, a := range attributes {
		inner, ok := o[a.Name]
		if !ok {
			continue
		}
		if kept := p.value(a, urn+"\x00"+a.Name, inner, p.only && p.whole[urn]); kept != nil {
			out[a.Name] = kept
		}
	}
	return out
}

// value is what is left of an attribute, nil for nothing. within says that the
// extension around it was asked for.
func (p Projection) value(a *Attribute, key string, v any, within bool) any {
	subs := p.partial[key]
	named := p.only && (p.whole[key] || subs != nil)
	shown := false
	switch a.Returned {
	case ReturnedNever:
	case ReturnedAlways:
		shown = true
	case ReturnedRequest:
		shown = named || p.written[key]
	default:
		shown = named || within || !p.only && !p.whole[key]
	}
	if !shown {
		return nil
	}
	if a.SubAttributes == nil {
		return v
	}
	part := p.only && subs != nil && !p.whole[key] && a.Returned != ReturnedAlways
	return pick(v, func(name string) bool {
		sub := a.Sub(name)
		switch {
		case sub == nil:
			return !part
		case sub.Returned == ReturnedNever:
			return false
		case sub.Returned == ReturnedAlways:
			return true
		case sub.Returned == ReturnedRequest:
			return p.only && subs[name] || p.written[key]
		case part:
			return subs[name]
		default:
			return p.only || !subs[name]
		}
	})
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
