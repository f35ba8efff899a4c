package patch

import (
	"slices"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// Apply carries the plan out on a copy of a resource; the input is never
// changed. changed is false when the result equals the input, which then keeps
// its version (RFC 7644 section 3.5.2.1). id is the resource's own, which a
// value without path may repeat.
func (p *Plan) Apply(o scim.Object, id string) (out scim.Object, changed bool, err error) {
	out = scim.CloneObject(o)
	for _, s := range p.steps {
		if err := p.apply(out, s, id); err != nil {
			return nil, false, at(s.index, err)
		}
	}
	if err := p.required(o, out); err != nil {
		return nil, false, err
	}
	return out, !scim.Equal(o, out), nil
}

// required refuses a result that lacks what the type requires. What the resource
// lacked before, since its schema came later, may stay so: a user who has yet to
// get an extension can still be disabled.
func (p *Plan) required(before, after scim.Object) error {
	err := p.typ.CheckRequired(after)
	if err == nil {
		return nil
	}
	if was := p.typ.CheckRequired(before); was != nil && was.Error() == err.Error() {
		return nil
	}
	return err
}

func (p *Plan) apply(o scim.Object, s step, id string) error {
	t := s.path.Target
	if t.Attribute == nil {
		return p.removeExtension(o, t.Container)
	}
	if t.Attribute.Name == "id" {
		if s.value != id && s.value != scim.Number(id) {
			return scim.Mutability("id is read-only")
		}
		return nil
	}
	holder := o
	if t.Container != "" {
		holder, _ = o[t.Container].(scim.Object)
		if holder == nil {
			holder = scim.Object{}
		}
	}
	before := frozen(t.Attribute, holder[t.Attribute.Name])
	if err := p.attribute(holder, s); err != nil {
		return err
	}
	if before != nil && !scim.Equal(before, frozen(t.Attribute, holder[t.Attribute.Name])) {
		return scim.Mutability("%s cannot be changed once set", t)
	}
	if t.Container != "" {
		setOrDelete(o, t.Container, holder, len(holder) > 0)
	}
	return nil
}

func (p *Plan) removeExtension(o scim.Object, urn string) error {
	holder, _ := o[urn].(scim.Object)
	for _, a := range p.typ.Extension(urn).Attributes {
		if frozen(a, holder[a.Name]) != nil {
			return scim.Mutability("%s:%s cannot be changed once set", urn, a.Name)
		}
	}
	delete(o, urn)
	return nil
}

// frozen is the part of a value that may not change any more: all of an immutable
// attribute, the immutable sub-attributes of a singular one; nil for nothing.
// Values of a multi-valued attribute may come and go as a whole.
func frozen(a *schema.Attribute, v any) any {
	if a.Mutability == schema.MutabilityImmutable {
		return scim.Clone(v)
	}
	var out scim.Object
	o, _ := v.(scim.Object)
	for _, sub := range a.SubAttributes {
		if sub.Mutability == schema.MutabilityImmutable && o[sub.Name] != nil {
			if out == nil {
				out = scim.Object{}
			}
			out[sub.Name] = o[sub.Name]
		}
	}
	if out == nil {
		return nil
	}
	return out
}

func setOrDelete(o scim.Object, name string, v any, keep bool) {
	if keep {
		o[name] = v
	} else {
		delete(o, name)
	}
}

// attribute applies a step to the object that holds the attribute.
func (p *Plan) attribute(holder scim.Object, s step) error {
	a := s.path.Target.Attribute
	if a.Type != schema.TypeComplex || s.path.Target.Sub == nil && s.path.Filter == nil && !a.MultiValued {
		single(holder, a, s)
		return nil
	}
	e := &elements{plan: p, step: s, list: asList(holder[a.Name])}
	if err := e.run(a.MultiValued); err != nil {
		return err
	}
	if !a.MultiValued && len(e.list) > 0 {
		holder[a.Name] = e.list[0]
		return nil
	}
	setOrDelete(holder, a.Name, e.list, len(e.list) > 0)
	return nil
}

// single sets, merges or removes a value as a whole.
func single(holder scim.Object, a *schema.Attribute, s step) {
	if list, ok := s.value.([]any); ok && s.op == scim.OpRemove {
		have := slices.DeleteFunc(asList(holder[a.Name]), func(e any) bool { return containsEqual(list, e) })
		setOrDelete(holder, a.Name, have, len(have) > 0)
		return
	}
	if s.op == scim.OpRemove || s.value == nil {
		delete(holder, a.Name)
		return
	}
	if list, ok := s.value.([]any); ok && s.op == scim.OpAdd {
		have := asList(holder[a.Name])
		for _, v := range list {
			if !containsEqual(have, v) {
				have = append(have, v)
			}
		}
		holder[a.Name] = have
		return
	}
	more, ok := s.value.(scim.Object)
	if !ok {
		holder[a.Name] = scim.Clone(s.value)
		return
	}
	have, _ := holder[a.Name].(scim.Object)
	if have == nil {
		have = scim.Object{}
	}
	for name, v := range more { // sub-attributes that are not named stay
		single(have, a.Sub(name), step{op: s.op, value: v})
	}
	setOrDelete(holder, a.Name, have, len(have) > 0)
}

func containsEqual(list []any, v any) bool {
	return slices.ContainsFunc(list, func(e any) bool { return scim.Equal(e, v) })
}

func asList(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}
