// Package patch owns PATCH (RFC 7644 section 3.5.2): operations compiled
// against a resource type, and applied to a resource, all or none. It is pure.
// What clients send outside the RFC is rewritten before it gets here (package
// quirk); members of groups are rows in the store, so operations on them can
// be taken out of the plan as changes of a set (members.go).
package patch

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// Compiler turns the operations of one request into a Plan.
type Compiler struct {
	Normalizer *schema.Normalizer
	Binder     *filter.Binder
	// ReplaceCreates makes a replace whose brackets match nothing create the
	// value, as Entra ID expects, instead of noTarget.
	ReplaceCreates bool
	// IgnoreUnknownPaths skips operations on attributes the type lacks.
	IgnoreUnknownPaths bool
	// KeepMembers refuses a remove of all of a group's members at once.
	KeepMembers bool
}

// Plan is a PATCH request that fits its resource type.
type Plan struct {
	typ            *schema.ResourceType
	steps          []step
	replaceCreates bool
	deviations     *scim.Deviations
}

// step is one operation on one target. A nil value unassigns.
type step struct {
	index int
	op    scim.Op
	path  filter.Path
	value any
}

// Compile checks the operations as far as can be done without the resource.
// Errors name the operation's index, counted from 0.
func (c *Compiler) Compile(ops []scim.Operation) (*Plan, error) {
	p := &Plan{typ: c.Normalizer.Type, replaceCreates: c.ReplaceCreates, deviations: c.Normalizer.Deviations}
	for _, op := range ops {
		steps, err := c.operation(op)
		if err != nil {
			return nil, at(op.Index, err)
		}
		p.steps = append(p.steps, steps...)
	}
	return p, nil
}

// at puts the operation's index in front of a refusal's detail.
func at(index int, err error) error {
	var refusal *scim.Error
	if !errors.As(err, &refusal) {
		return err
	}
	e := *refusal
	e.Detail = fmt.Sprintf("Operations[%d]: %s", index, e.Detail)
	return &e
}

// Blame puts the index of the last operation on an attribute in front of a refusal
// of what came of the plan.
func (p *Plan) Blame(attribute string, err error) error {
	for _, s := range slices.Backward(p.steps) {
		if t := s.path.Target; t.Container == "" && t.Attribute.Name == attribute {
			return at(s.index, err)
		}
	}
	return err
}

func (c *Compiler) operation(op scim.Operation) ([]step, error) {
	switch op.Op {
	case scim.OpAdd, scim.OpReplace:
		if !op.HasValue {
			return nil, scim.InvalidValue("%s needs a value", op.Op)
		}
	case scim.OpRemove:
		if op.Path == "" {
			return nil, scim.NoTarget("remove needs a path")
		}
	default:
		return nil, scim.InvalidSyntax("op must be add, remove or replace, not %q", op.Op)
	}
	if op.Path == "" {
		return c.pathless(op)
	}
	if urn := removedSchema(op); urn != "" {
		if c.Normalizer.Type.Extension(urn) == nil {
			return nil, scim.InvalidValue("%q is no schema extension of %s", urn, c.Normalizer.Type.Name)
		}
		op.Path = urn
	}
	path, err := c.Binder.ParsePath(op.Path)
	if err != nil {
		return nil, c.unknownPath(op.Path, err)
	}
	if path.Target.Attribute == nil {
		return c.container(op, path)
	}
	return c.targeted(op, path)
}

// unknownPath forgives a path that names nothing where the persona does.
func (c *Compiler) unknownPath(path string, err error) error {
	var unknown *filter.ErrUnknownAttribute
	if !errors.As(err, &unknown) {
		return err
	}
	if !c.IgnoreUnknownPaths || c.Normalizer.Strict {
		return unknown.Refusal
	}
	wider := c.Normalizer.Wider
	name, _, _ := strings.Cut(path, "[")
	if wider != nil {
		if _, ok := wider.ResolveText(name); ok {
			c.Normalizer.Deviations.Note(scim.DeviationAttributeNotUsed, path)
			return nil
		}
	}
	c.Normalizer.Deviations.Note(scim.DeviationUnknownPath, path)
	return nil
}

// pathless makes a step of each attribute in the value (RFC 7644 sections
// 3.5.2.1 and 3.5.2.3).
func (c *Compiler) pathless(op scim.Operation) ([]step, error) {
	o, ok := op.Value.(scim.Object)
	if !ok {
		return nil, scim.InvalidValue("%s without a path needs an object as value", op.Op)
	}
	var steps []step
	for _, name := range sortedNames(o) {
		more, err := c.member(op, name, o[name])
		if err != nil {
			return nil, err
		}
		steps = append(steps, more...)
	}
	return steps, nil
}

func (c *Compiler) member(op scim.Operation, name string, value any) ([]step, error) {
	target, ok := c.Normalizer.Type.ResolveText(name)
	if !ok {
		return nil, c.Normalizer.Unknown(name)
	}
	op.Value = value
	path := filter.Path{Target: target}
	if target.Attribute == nil {
		return c.container(op, path)
	}
	if target.Attribute.Mutability == schema.MutabilityReadOnly {
		if target.Attribute.Name == "id" {
			return []step{{index: op.Index, op: op.Op, path: path, value: value}}, nil
		}
		c.Normalizer.Deviations.Note(scim.DeviationReadOnlyIgnored, name)
		return nil, nil
	}
	return c.targeted(op, path)
}

// container handles an extension as a whole: its attributes one by one.
func (c *Compiler) container(op scim.Operation, path filter.Path) ([]step, error) {
	if op.Op == scim.OpRemove || op.Value == nil {
		return []step{{index: op.Index, op: scim.OpRemove, path: path}}, nil
	}
	o, ok := op.Value.(scim.Object)
	if !ok {
		return nil, scim.InvalidValue("%s must be an object", path.Target.Container)
	}
	var steps []step
	for _, name := range sortedNames(o) {
		full := path.Target.Container + ":" + name
		target, ok := c.Normalizer.Type.ResolveText(full)
		if !ok {
			if err := c.Normalizer.Unknown(full); err != nil {
				return nil, err
			}
			continue
		}
		op.Value = o[name]
		more, err := c.targeted(op, filter.Path{Target: target})
		if err != nil {
			return nil, err
		}
		steps = append(steps, more...)
	}
	return steps, nil
}

func sortedNames(o scim.Object) []string {
	return slices.Sorted(maps.Keys(o))
}

// targeted checks an operation on one attribute and normalises its value.
func (c *Compiler) targeted(op scim.Operation, path filter.Path) ([]step, error) {
	t := path.Target
	if t.Attribute.Name == "schemas" {
		return c.schemas(op)
	}
	if t.Attribute.Mutability == schema.MutabilityReadOnly || t.Leaf().Mutability == schema.MutabilityReadOnly {
		return nil, scim.Mutability("%s is read-only", t)
	}
	s := step{index: op.Index, op: op.Op, path: path}
	if op.Op == scim.OpRemove {
		return c.remove(op, s)
	}
	var err error
	if path.Filter != nil && t.Sub == nil {
		s.value, err = c.element(t.Attribute, op.Value, t.String())
	} else {
		s.value, err = c.Normalizer.Value(t.Leaf(), op.Value, t.String())
	}
	if err != nil {
		return nil, err
	}
	if !t.Leaf().MultiValued || path.Filter != nil && t.Sub == nil && op.Op == scim.OpAdd {
		s.value = c.withNulls(t.Leaf(), op.Value, s.value)
	}
	if t.Leaf().Required && (s.value == nil || s.value == "") {
		return nil, scim.InvalidValue("%s is required and must not be empty", t)
	}
	return []step{s}, nil
}

// withNulls puts back what normalising takes out of an object that is merged:
// a null clears its sub-attribute (RFC 7643 section 2.5), and an object of which
// nothing is left changes nothing.
func (c *Compiler) withNulls(a *schema.Attribute, sent, value any) any {
	o, ok := sent.(scim.Object)
	if !ok || a.Type != schema.TypeComplex {
		return value
	}
	out, _ := value.(scim.Object)
	if out == nil {
		if c.Normalizer.Coerce != nil {
			if meant, _ := c.Normalizer.Coerce(a, sent); meant == nil {
				return nil
			}
		}
		out = scim.Object{}
	}
	for name, v := range o {
		if sub := a.Sub(name); v == nil && sub != nil && sub.Mutability != schema.MutabilityReadOnly {
			out[sub.Name] = nil
		}
	}
	return out
}

// remove takes a value, which RFC 7644 does not have there, as the list of
// values to remove: read literally, such a request would empty the group of
// those who meant to take one member out.
func (c *Compiler) remove(op scim.Operation, s step) ([]step, error) {
	t := s.path.Target
	if t.Leaf().Required && (s.path.Filter == nil || t.Sub != nil) {
		return nil, scim.Mutability("%s is required and cannot be removed", t)
	}
	if s.path.Filter == nil && op.Value != nil && t.Leaf().MultiValued {
		var err error
		s.value, err = c.Normalizer.Value(t.Leaf(), op.Value, t.String())
		if err != nil || s.value == nil {
			return nil, err
		}
		return []step{s}, nil
	}
	if s.path.Filter == nil && c.KeepMembers && t.String() == "members" {
		return nil, scim.InvalidValue("this would remove all members; name those to remove in brackets or as value")
	}
	return []step{s}, nil
}

// element normalises the one value that brackets address.
func (c *Compiler) element(a *schema.Attribute, v any, path string) (any, error) {
	if list, ok := v.([]any); ok && len(list) == 1 {
		v = list[0]
	}
	if v == nil {
		return nil, nil //nolint:nilnil // nil unassigns
	}
	return c.Normalizer.Single(a, v, path)
}
