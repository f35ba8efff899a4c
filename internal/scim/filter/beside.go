package filter

import "github.com/cinode-scim/cinode-scim/internal/scim/schema"

// owner gives the binder of another type of the query, if that has a path which
// this one lacks.
func (b *Binder) owner(path string) *Binder {
	if len(b.Beside) == 0 || has(b.Type, path) {
		return nil
	}
	for _, t := range b.Beside {
		if has(t, path) {
			other := *b
			other.Type, other.Beside = t, nil
			return &other
		}
	}
	return nil
}

func has(t *schema.ResourceType, path string) bool {
	target, ok := t.ResolveText(path)
	return ok && target.Attribute != nil
}

// absent turns a part of a filter, bound where its attribute exists, into what
// it is where the attribute never has a value.
func (b *Binder) absent(bound *Bound, err error) (*Bound, error) {
	if err != nil {
		return nil, err
	}
	if bound.Kind != NodeNot {
		return &Bound{Kind: NodeNever}, nil
	}
	inner, err := b.absent(bound.Left, nil)
	return not(inner), err
}
