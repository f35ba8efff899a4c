package schema

import "github.com/cinode-scim/cinode-scim/internal/scim"

// KeepOnReplace puts into the next state of a resource what a PUT leaves alone
// whoever sends it: immutable values that are set, which the body may repeat or
// leave out, and in extensions what is write-only and not named, since no client
// can repeat it. Another value for an immutable attribute is 400 mutability (RFC
// 7644 section 3.5.1).
func (t *ResourceType) KeepOnReplace(next, current, body scim.Object) error {
	if err := keepAttributes(t.Schema.Attributes, next, current, ""); err != nil {
		return err
	}
	for _, e := range t.Extensions {
		now, _ := current[e.ID].(scim.Object)
		after, _ := next[e.ID].(scim.Object)
		if after == nil {
			after = scim.Object{}
		}
		if err := keepAttributes(e.Attributes, after, now, e.ID+":"); err != nil {
			return err
		}
		sent, _ := scim.Lookup(body, e.ID)
		given, _ := sent.(scim.Object)
		for _, a := range e.Attributes {
			if _, named := scim.Lookup(given, a.Name); a.Mutability == MutabilityWriteOnly && !named {
				setOrDrop(after, a.Name, now[a.Name])
			}
		}
		if len(after) > 0 {
			next[e.ID] = after
		}
	}
	return nil
}

func keepAttributes(list []*Attribute, next, current scim.Object, prefix string) error {
	for _, a := range list {
		was := current[a.Name]
		switch {
		case was == nil:
		case a.Mutability != MutabilityImmutable:
			if err := keepParts(a, next, was, prefix); err != nil {
				return err
			}
		case next[a.Name] == nil:
			next[a.Name] = was
		case !scim.Equal(next[a.Name], was):
			return scim.Mutability("%s%s cannot be changed once set", prefix, a.Name)
		}
	}
	return nil
}

// keepParts does the same for the sub-attributes of a singular value. Those of
// several come and go with their value.
func keepParts(a *Attribute, next scim.Object, was any, prefix string) error {
	current, ok := was.(scim.Object)
	if !ok || a.MultiValued || a.SubAttributes == nil {
		return nil
	}
	after, _ := next[a.Name].(scim.Object)
	if after == nil {
		after = scim.Object{}
	}
	if err := keepAttributes(a.SubAttributes, after, current, prefix+a.Name+"."); err != nil {
		return err
	}
	if len(after) > 0 {
		next[a.Name] = after
	}
	return nil
}
