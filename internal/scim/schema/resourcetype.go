package schema

import (
	"slices"
	"strings"
)

// ResourceType is a type of resource of RFC 7643 section 6 together with its
// schemas.
type ResourceType struct {
	Name        string // "User"
	Endpoint    string // "/Users"
	Description string
	Schema      *Schema
	Extensions  []*Schema

	// required are the extensions that every resource of the type must have.
	required map[*Schema]bool
	// settled are the schemas, as JSON, of stored texts that can be sent as they
	// are.
	settled map[string]bool
	// onRequest says that one of the attributes is returned on request.
	onRequest bool
	// writeOrder are the names of a resource in the order they are written, own
	// the same for look-up.
	writeOrder []string
	own        map[string]bool
}

// NewResourceType makes a type of a core schema and its extensions. The store
// knows the types "User" and "Group".
func NewResourceType(name, endpoint, description string, core *Schema, extensions []*Schema) *ResourceType {
	if name == "User" {
		markFormats(core)
	}
	t := &ResourceType{Name: name, Endpoint: endpoint, Description: description, Schema: core, Extensions: extensions}
	t.index()
	return t
}

func (t *ResourceType) index() {
	t.onRequest = returnsOnRequest(t.Schema.Attributes)
	t.writeOrder = []string{"schemas", "id", "externalId"}
	for _, a := range t.Schema.Attributes {
		t.writeOrder = append(t.writeOrder, a.Name)
	}
	for _, e := range t.Extensions {
		t.writeOrder = append(t.writeOrder, e.ID)
		t.onRequest = t.onRequest || returnsOnRequest(e.Attributes)
	}
	t.writeOrder = append(t.writeOrder, "meta")
	t.own = make(map[string]bool, len(t.writeOrder))
	for _, name := range t.writeOrder {
		t.own[name] = true
	}
}

func returnsOnRequest(list []*Attribute) bool {
	return slices.ContainsFunc(list, func(a *Attribute) bool {
		return a.Returned == ReturnedRequest || returnsOnRequest(a.SubAttributes)
	})
}

// Requires reports whether every resource of the type must have an extension.
func (t *ResourceType) Requires(e *Schema) bool { return t.required[e] }

// Extension finds an extension by its URN in any case, or nil.
func (t *ResourceType) Extension(urn string) *Schema {
	for _, e := range t.Extensions {
		if strings.EqualFold(e.ID, urn) {
			return e
		}
	}
	return nil
}

// Path is an attribute path as written: an optional URN, an attribute name and
// an optional sub-attribute (RFC 7644 section 3.10).
type Path struct {
	URN, Name, Sub string
}

// ParsePath splits an attribute path. It is false for what can be no path.
func ParsePath(text string) (Path, bool) {
	var p Path
	if i := strings.LastIndexByte(text, ':'); i >= 0 {
		p.URN, text = text[:i], text[i+1:]
		if !strings.EqualFold(first(p.URN, 4), "urn:") || strings.ContainsAny(p.URN, " \t\"[]()") {
			return p, false
		}
	}
	p.Name, p.Sub, _ = strings.Cut(text, ".")
	if !isName(p.Name) || strings.Contains(text, ".") && !isName(p.Sub) {
		return p, false
	}
	return p, true
}

func first(s string, n int) string { return s[:min(n, len(s))] }

// isName follows ATTRNAME of RFC 7643 section 2.1, and takes $ref.
func isName(s string) bool {
	if s == "$ref" {
		return true
	}
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		letter := 'a' <= c && c <= 'z'
		further := '0' <= s[i] && s[i] <= '9' || s[i] == '-' || s[i] == '_' || s[i] == '$'
		if !letter && (i == 0 || !further) {
			return false
		}
	}
	return s != ""
}

// Target is an attribute path resolved. Container is the URN of the extension
// that holds the attribute, empty for core and common ones. An Attribute of
// nil with a Container is the whole extension.
type Target struct {
	Container string
	Attribute *Attribute
	Sub       *Attribute
}

// Leaf is the attribute whose values the path reaches, nil for an extension.
func (t Target) Leaf() *Attribute {
	if t.Sub != nil {
		return t.Sub
	}
	return t.Attribute
}

// IsSecret reports whether values must not be found out by filters and sorting
// either: nobody may read them.
func (t Target) IsSecret() bool {
	secret := func(a *Attribute) bool {
		return a != nil && (a.Mutability == MutabilityWriteOnly || a.Returned == ReturnedNever)
	}
	return secret(t.Attribute) || secret(t.Sub)
}

// String is the path with canonical names, as messages show it.
func (t Target) String() string {
	var b strings.Builder
	b.WriteString(t.Container)
	if t.Attribute != nil {
		if t.Container != "" {
			b.WriteByte(':')
		}
		b.WriteString(t.Attribute.Name)
	}
	if t.Sub != nil {
		b.WriteByte('.')
		b.WriteString(t.Sub.Name)
	}
	return b.String()
}

// ResolveText resolves a path as text; a bare extension URN is the extension
// as a whole, which is outside the grammar and widely sent.
func (t *ResourceType) ResolveText(text string) (Target, bool) {
	if e := t.Extension(text); e != nil {
		return Target{Container: e.ID}, true
	}
	p, ok := ParsePath(text)
	if !ok {
		return Target{}, false
	}
	return t.Resolve(p)
}

// Resolve finds what a path names, whatever its case. The type's own URN
// before a core attribute is allowed.
func (t *ResourceType) Resolve(p Path) (Target, bool) {
	var target Target
	switch {
	case p.URN == "" || strings.EqualFold(p.URN, t.Schema.ID):
		target.Attribute = t.Attribute(p.Name)
	default:
		e := t.Extension(p.URN)
		if e == nil {
			return target, false
		}
		target.Container, target.Attribute = e.ID, e.Attribute(p.Name)
	}
	if target.Attribute == nil {
		return target, false
	}
	if p.Sub != "" {
		target.Sub = target.Attribute.Sub(p.Sub)
		return target, target.Sub != nil
	}
	return target, true
}

// Attribute finds a core or common attribute by name in any case, or nil.
func (t *ResourceType) Attribute(name string) *Attribute {
	if a := t.Schema.Attribute(name); a != nil {
		return a
	}
	return common().Attribute(name)
}

// Covers reports whether every attribute of a stored resource is one of this
// type's, so that it can be sent as it is stored. A stored resource holds
// canonical names only.
func (t *ResourceType) Covers(o map[string]any) bool {
	for name, v := range o {
		if e := t.Extension(name); e != nil {
			if !covers(e.Attribute, v) {
				return false
			}
			continue
		}
		a := t.Attribute(name)
		if a == nil || a.Type == TypeComplex && !covers(a.Sub, v) {
			return false
		}
	}
	return true
}

func covers(sub func(string) *Attribute, v any) bool {
	switch v := v.(type) {
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !covers(sub, e) })
	case map[string]any:
		for name, inner := range v {
			a := sub(name)
			if a == nil || a.Type == TypeComplex && !covers(a.Sub, inner) {
				return false
			}
		}
	}
	return true
}
