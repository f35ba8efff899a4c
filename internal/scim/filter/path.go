package filter

import (
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// Path is a PATCH path resolved: a target, and where it has brackets the
// filter that selects values of the target's attribute (RFC 7644 figure 7).
type Path struct {
	Target schema.Target
	Filter *Bound
}

// ErrUnknownAttribute marks a path that is well formed and names nothing; a
// persona may ignore it. It is carried beside the 400 invalidPath.
type ErrUnknownAttribute struct{ Refusal *scim.Error }

func (e *ErrUnknownAttribute) Error() string { return e.Refusal.Error() }

// Unwrap gives the refusal to send where the persona does not ignore it.
func (e *ErrUnknownAttribute) Unwrap() error { return e.Refusal }

// ParsePath reads and binds a PATCH path. Malformed ones are 400 invalidPath,
// faults inside brackets 400 invalidFilter, unknown attributes
// ErrUnknownAttribute.
func (b *Binder) ParsePath(text string) (Path, error) {
	if len(text) > MaxLength {
		return Path{}, scim.InvalidPath("the path is longer than %d bytes", MaxLength)
	}
	text = strings.TrimSpace(text)
	open := strings.IndexByte(text, '[')
	if open < 0 {
		return b.plainPath(text)
	}
	end := closing(text, open)
	if end < 0 {
		return Path{}, scim.InvalidPath("the path %q has no closing bracket", text)
	}
	target, err := b.pathTarget(text[:open])
	if err != nil {
		return Path{}, err
	}
	if target.Attribute == nil || target.Sub != nil || target.Attribute.Type != schema.TypeComplex {
		return Path{}, scim.InvalidPath("%s has no values to select in brackets", text[:open])
	}
	expr, err := Parse(text[open+1 : end])
	if err != nil {
		return Path{}, err
	}
	p := Path{Target: target}
	if p.Filter, err = b.BindWithin(expr, target.Attribute); err != nil {
		return Path{}, err
	}
	if rest := text[end+1:]; rest != "" {
		return p, b.pathSub(&p, text, rest)
	}
	return p, nil
}

// closing finds the bracket that ends the filter, quotes skipped; -1 if none.
func closing(text string, open int) int {
	quoted := false
	for i := open + 1; i < len(text); i++ {
		switch {
		case quoted && text[i] == '\\':
			i++
		case text[i] == '"':
			quoted = !quoted
		case text[i] == ']' && !quoted:
			return i
		}
	}
	return -1
}

func (b *Binder) plainPath(text string) (Path, error) {
	target, err := b.pathTarget(text)
	return Path{Target: target}, err
}

func (b *Binder) pathTarget(text string) (schema.Target, error) {
	if target, ok := b.Type.ResolveText(text); ok {
		return target, nil
	}
	if _, ok := schema.ParsePath(text); !ok {
		return schema.Target{}, scim.InvalidPath("the path %q is not an attribute path", text)
	}
	return schema.Target{}, &ErrUnknownAttribute{scim.InvalidPath("%s has no attribute %q", b.Type.Name, text)}
}

func (b *Binder) pathSub(p *Path, text, rest string) error {
	name, dot := strings.CutPrefix(rest, ".")
	if sub, ok := schema.ParsePath(name); !dot || !ok || sub.URN+sub.Sub != "" {
		return scim.InvalidPath("the path %q goes on after its closing bracket", text)
	}
	if p.Target.Sub = p.Target.Attribute.Sub(name); p.Target.Sub == nil {
		return &ErrUnknownAttribute{scim.InvalidPath("%s has no sub-attribute %q", p.Target.Attribute.Name, name)}
	}
	return nil
}
