package schema

import (
	"bytes"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// SendsAsStored reports whether a stored text is what a client gets to see by
// default: it holds nothing but attributes of the type, and all of those are
// shown unasked. The answer follows from the schemas that the text begins with;
// what a file of schemas brought in must always be looked at, since the next
// start may be with another file.
func (t *ResourceType) SendsAsStored(text []byte) bool {
	rest, ok := bytes.CutPrefix(text, []byte(`{"schemas":`))
	end := bytes.IndexByte(rest, ']')
	return ok && end >= 0 && t.settled[string(rest[:end+1])]
}

// settle is for the types of the embedded schemas, which never lose attributes.
// What is never returned among theirs, the password, is never in the text.
func (t *ResourceType) settle() {
	t.settled = map[string]bool{}
	for subset := range 1 << len(t.Extensions) {
		o := scim.Object{}
		for i, e := range t.Extensions {
			if subset>>i&1 == 1 {
				o[e.ID] = nil
			}
		}
		t.settled[string(appendValue(nil, nil, t.URNs(o)))] = true
	}
}

// Shown is what a type has of a stored resource. Values that do not fit their
// attribute, as after a change of its schema, are left out with it.
func (t *ResourceType) Shown(o scim.Object) scim.Object {
	n := &Normalizer{Type: t}
	out := make(scim.Object, len(o))
	for name, v := range o {
		if e := t.Extension(name); e != nil {
			inner, _ := v.(scim.Object)
			shown := make(scim.Object, len(inner))
			for name, v := range inner {
				n.show(shown, e.Attribute(name), v)
			}
			if len(shown) > 0 {
				out[e.ID] = shown
			}
			continue
		}
		n.show(out, t.Attribute(name), v)
	}
	return out
}

func (n *Normalizer) show(out scim.Object, a *Attribute, v any) {
	if a == nil || a.Name == "schemas" {
		return
	}
	if fitting, err := n.Value(a, v, a.Name); err == nil {
		setOrDrop(out, a.Name, fitting)
	}
}
