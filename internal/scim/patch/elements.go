package patch

import (
	"slices"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// elements applies a step to the values of one complex attribute; a singular
// one is a list of at most one.
type elements struct {
	plan    *Plan
	step    step
	list    []any
	primary []int // values that the step made primary
}

func (e *elements) run(multiValued bool) error {
	var err error
	switch {
	case e.step.path.Filter == nil && e.step.path.Target.Sub == nil:
		e.whole()
	case e.step.op == scim.OpRemove || e.step.value == nil:
		err = e.remove()
	default:
		err = e.set(multiValued)
	}
	if err != nil {
		return err
	}
	if err := e.handOver(); err != nil {
		return err
	}
	e.tidy()
	return e.step.path.Target.Attribute.CheckSize(len(e.list))
}

// tidy drops values that a step has emptied or made equal to another (RFC 7643
// section 2.4). As when normalising, a long list is not searched.
func (e *elements) tidy() {
	if len(e.list) > 100 || e.step.path.Filter == nil && e.step.path.Target.Sub == nil {
		return
	}
	var distinct []any
	for _, v := range e.list {
		if o, ok := v.(scim.Object); ok && len(o) > 0 && !containsEqual(distinct, v) {
			distinct = append(distinct, v)
		}
	}
	e.list = distinct
}

// whole replaces the list or adds to it.
func (e *elements) whole() {
	values := asList(e.step.value)
	if e.step.op == scim.OpRemove && len(values) > 0 {
		e.without(values)
		return
	}
	if e.step.op == scim.OpRemove || e.step.value == nil && e.step.op == scim.OpReplace {
		e.list = nil
		return
	}
	if e.step.op == scim.OpReplace {
		e.list = asList(scim.Clone(e.step.value)) // the plan is applied again when its transaction is
		return
	}
	index := e.index(e.list)
	for _, v := range values {
		more, _ := v.(scim.Object)
		i := index.find(e, more)
		if i < 0 {
			i = len(e.list)
			e.list = append(e.list, scim.CloneObject(more))
			index.note(more, i)
		} else {
			e.merge(i, more)
		}
		if schema.IsPrimary(e.list[i]) && schema.IsPrimary(more) {
			e.primary = append(e.primary, i)
		}
	}
}

// memberIndex is the place of each member by its id, nil for other attributes:
// members are the one attribute with more values than can be compared one by one.
type memberIndex map[string]int

func (e *elements) index(list []any) memberIndex {
	if e.step.path.Target.Attribute.Name != "members" {
		return nil
	}
	index := make(memberIndex, len(list))
	for i, v := range list {
		o, _ := v.(scim.Object)
		index.note(o, i)
	}
	return index
}

func (m memberIndex) note(o scim.Object, i int) {
	if id, ok := o["value"].(string); ok && m != nil {
		m[id] = i
	}
}

// find gives the place of the value that an added one is already, or -1.
func (m memberIndex) find(e *elements, add scim.Object) int {
	if m == nil {
		return slices.IndexFunc(e.list, func(have any) bool { return sameValue(e.step.path.Target.Attribute, have, add) })
	}
	id, _ := add["value"].(string)
	if i, ok := m[id]; ok {
		return i
	}
	return -1
}

// without takes values out of the list.
func (e *elements) without(values []any) {
	index := e.index(values)
	e.list = slices.DeleteFunc(e.list, func(have any) bool {
		if index == nil {
			return e.named(have, values)
		}
		o, _ := have.(scim.Object)
		return index.find(e, o) >= 0
	})
}

// named reports whether a value is among those to remove.
func (e *elements) named(have any, values []any) bool {
	value := e.step.path.Target.Attribute.Sub("value")
	o, _ := have.(scim.Object)
	return slices.ContainsFunc(values, func(v any) bool {
		gone, _ := v.(scim.Object)
		return scim.Equal(have, v) || value != nil && gone["value"] != nil && equalBy(value, o, gone)
	})
}

// sameValue reports whether an added value is one that is there already: equal
// as a whole, or of the same value and type (RFC 7643 section 2.4).
func sameValue(a *schema.Attribute, have any, add scim.Object) bool {
	if scim.Equal(have, add) {
		return true
	}
	o, ok := have.(scim.Object)
	value := a.Sub("value")
	if !ok || value == nil || add["value"] == nil {
		return false
	}
	return equalBy(value, o, add) && equalBy(a.Sub("type"), o, add)
}

func equalBy(a *schema.Attribute, x, y scim.Object) bool {
	if a == nil {
		return true
	}
	s, ok1 := x[a.Name].(string)
	t, ok2 := y[a.Name].(string)
	if !ok1 || !ok2 {
		return scim.Equal(x[a.Name], y[a.Name])
	}
	return a.Fold(s) == a.Fold(t)
}

// merge sets sub-attributes of a value; one that is equal but for its case
// stays as it is.
func (e *elements) merge(i int, more scim.Object) {
	o, _ := e.list[i].(scim.Object)
	for name, v := range more {
		if name == "value" && o[name] != nil && e.step.path.Filter == nil {
			continue
		}
		setOrDelete(o, name, v, v != nil)
	}
}

func (e *elements) selected(i int) bool {
	o, ok := e.list[i].(scim.Object)
	return ok && (e.step.path.Filter == nil || e.step.path.Filter.Match(o))
}

func (e *elements) remove() error {
	sub := e.step.path.Target.Sub
	var kept []any
	for i, v := range e.list {
		if !e.selected(i) {
			kept = append(kept, v)
			continue
		}
		if sub == nil {
			continue
		}
		o, _ := v.(scim.Object)
		if sub.Mutability == schema.MutabilityImmutable && o[sub.Name] != nil {
			return scim.Mutability("%s cannot be changed once set", e.step.path.Target)
		}
		if single(o, sub, e.step); len(o) > 0 {
			kept = append(kept, o)
		}
	}
	e.list = kept
	return nil
}

// set writes to the selected values.
func (e *elements) set(multiValued bool) error {
	found := false
	for i := range e.list {
		if !e.selected(i) {
			continue
		}
		found = true
		if err := e.setOne(i); err != nil {
			return err
		}
	}
	if found {
		return nil
	}
	return e.create(multiValued)
}

func (e *elements) setOne(i int) error {
	o, _ := e.list[i].(scim.Object)
	sub := e.step.path.Target.Sub
	if sub == nil {
		more, _ := e.step.value.(scim.Object)
		if err := e.immutable(o, more); err != nil {
			return err
		}
		if e.step.op == scim.OpReplace {
			e.list[i] = scim.CloneObject(more)
		} else {
			e.merge(i, more)
		}
		if schema.IsPrimary(more) {
			e.primary = append(e.primary, i)
		}
		return nil
	}
	if err := e.immutable(o, scim.Object{sub.Name: e.step.value}); err != nil {
		return err
	}
	single(o, sub, e.step)
	if schema.IsPrimary(o) && sub.Name == "primary" {
		e.primary = append(e.primary, i)
	}
	return nil
}

func (e *elements) immutable(o, more scim.Object) error {
	for name, v := range more {
		sub := e.step.path.Target.Attribute.Sub(name)
		if sub.Mutability == schema.MutabilityImmutable && o[name] != nil && !scim.Equal(o[name], v) {
			return scim.Mutability("%s.%s cannot be changed once set", e.step.path.Target.Attribute.Name, name)
		}
	}
	return nil
}

// create makes the value that the brackets ask for when none is there. RFC
// 7644 leaves it open for add; for replace it says noTarget.
func (e *elements) create(multiValued bool) error {
	s := e.step
	if s.path.Filter == nil {
		if multiValued {
			return scim.NoTarget("%s has no value to change", s.path.Target.Attribute.Name)
		}
		e.list = []any{scim.Object{s.path.Target.Sub.Name: scim.Clone(s.value)}}
		return nil
	}
	seed := scim.Object{}
	seeded := seedFrom(s.path.Filter, seed)
	if !seeded || s.op == scim.OpReplace && !e.plan.replaceCreates || !multiValued && len(e.list) > 0 {
		return scim.NoTarget("no value of %s fulfils %s", s.path.Target.Attribute.Name, s.path.Filter)
	}
	if s.op == scim.OpReplace {
		e.plan.deviations.Note(scim.DeviationReplaceCreates, s.path.Target.Attribute.Name)
	}
	if s.path.Target.Sub != nil {
		seed[s.path.Target.Sub.Name] = scim.Clone(s.value)
	} else if more, ok := s.value.(scim.Object); ok {
		for name, v := range more {
			setOrDelete(seed, name, v, v != nil)
		}
	}
	e.list = append(e.list, seed)
	if schema.IsPrimary(seed) {
		e.primary = append(e.primary, len(e.list)-1)
	}
	return nil
}

// seedFrom fills a value from the eq terms of a filter; it is false for a
// filter that is no conjunction of them.
func seedFrom(b *filter.Bound, seed scim.Object) bool {
	switch {
	case b.Kind == filter.NodeAnd:
		return seedFrom(b.Left, seed) && seedFrom(b.Right, seed)
	case b.Kind != filter.NodeCompare || b.Op != filter.OpEqual || b.Leaf().Mutability == schema.MutabilityReadOnly:
		return false
	}
	switch leaf := b.Leaf(); leaf.Type {
	case schema.TypeBoolean:
		seed[leaf.Name] = b.Operand.Bool
	case schema.TypeInteger, schema.TypeDecimal:
		seed[leaf.Name] = scim.Number(b.Operand.Raw)
	default:
		seed[leaf.Name] = b.Operand.Raw
	}
	return true
}

// handOver makes the value that became primary the only one (RFC 7644 section
// 3.5.2).
func (e *elements) handOver() error {
	if len(e.primary) == 0 {
		return nil
	}
	if len(e.primary) > 1 {
		return scim.InvalidValue("%s would have %d primary values; at most one is allowed",
			e.step.path.Target.Attribute.Name, len(e.primary))
	}
	for i, v := range e.list {
		if o, ok := v.(scim.Object); ok && i != e.primary[0] && o["primary"] == true {
			o["primary"] = false
		}
	}
	return nil
}
