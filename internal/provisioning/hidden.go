package provisioning

import (
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// keepHidden puts into the next state of a resource what an earlier persona, or
// an earlier schema of the server, stored and this one does not show: whoever
// cannot see a value cannot have meant to clear it.
func (c *Call) keepHidden(next, current scim.Object) {
	for name, v := range current {
		e := c.Type.Extension(name)
		if e == nil {
			keepHiddenIn(c.Type.Attribute(name), name, next, v)
			continue
		}
		was, _ := v.(scim.Object)
		now, _ := next[name].(scim.Object)
		if now == nil {
			now = scim.Object{}
		}
		for inner, v := range was {
			keepHiddenIn(e.Attribute(inner), inner, now, v)
		}
		if len(now) > 0 {
			next[name] = now
		}
	}
	next["schemas"] = c.Full().StoredURNs(next)
}

// keepHiddenIn does so for one name; a is nil where the name is hidden.
func keepHiddenIn(a *schema.Attribute, name string, next scim.Object, was any) {
	switch {
	case a == nil:
		next[name] = was
	case a.SubAttributes == nil:
	case a.MultiValued:
		keepHiddenValues(a, next[name], was)
	default:
		whole, _ := was.(scim.Object)
		if hidden := part(a, whole, false); len(hidden) > 0 {
			shown, _ := next[name].(scim.Object)
			next[name] = join(shown, hidden)
		}
	}
}

// part is what a type shows of a complex value, or what it hides.
func part(a *schema.Attribute, o scim.Object, shown bool) scim.Object {
	out := scim.Object{}
	for name, v := range o {
		if (a.Sub(name) != nil) == shown {
			out[name] = v
		}
	}
	return out
}

func join(shown, hidden scim.Object) scim.Object {
	if shown == nil {
		shown = scim.Object{}
	}
	for name, v := range hidden {
		shown[name] = v
	}
	return shown
}

// keepHiddenValues finds for each next value the one that it was, which gives
// its hidden part: first those that show no change, then by type.
func keepHiddenValues(a *schema.Attribute, next, current any) {
	values, _ := next.([]any)
	were, _ := current.([]any)
	found, given := make([]bool, len(values)), make([]bool, len(were))
	for _, was := range []func(now, before scim.Object) bool{
		func(now, before scim.Object) bool { return scim.Equal(part(a, now, true), part(a, before, true)) },
		func(now, before scim.Object) bool { return scim.Equal(now["type"], before["type"]) },
	} {
		for i, v := range values {
			now, _ := v.(scim.Object)
			for j := 0; j < len(were) && !found[i]; j++ {
				before, _ := were[j].(scim.Object)
				if !given[j] && was(now, before) {
					join(now, part(a, before, false))
					found[i], given[j] = true, true
				}
			}
		}
	}
}
