package storetest

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// filters draws filters for a type, with literals that occur in resources.
type filters struct {
	rt        *schema.ResourceType
	targets   []schema.Target // with and without sub-attributes
	complexes []schema.Target // that brackets may follow
	resources []scim.Object
}

func newFilters(rt *schema.ResourceType, resources []scim.Object) *filters {
	g := &filters{rt: rt, resources: resources}
	for _, name := range []string{"id", "externalId", "meta", "schemas"} {
		g.add("", rt.Attribute(name))
	}
	for _, a := range rt.Schema.Attributes {
		g.add("", a)
	}
	for _, e := range rt.Extensions {
		for _, a := range e.Attributes {
			g.add(e.ID, a)
		}
	}
	return g
}

func (g *filters) add(container string, a *schema.Attribute) {
	whole := schema.Target{Container: container, Attribute: a}
	g.targets = append(g.targets, whole)
	if a.Type == schema.TypeComplex {
		g.complexes = append(g.complexes, whole)
	}
	for _, sub := range a.SubAttributes {
		g.targets = append(g.targets, schema.Target{Container: container, Attribute: a, Sub: sub})
	}
}

// leafValues are the values that a target has in an object.
func leafValues(o scim.Object, t schema.Target) []any {
	if t.Container != "" {
		o, _ = o[t.Container].(scim.Object)
	}
	list, ok := o[t.Attribute.Name].([]any)
	if !ok && o[t.Attribute.Name] != nil {
		list = []any{o[t.Attribute.Name]}
	}
	if t.Sub == nil {
		return list
	}
	var out []any
	for _, e := range list {
		if inner, ok := e.(scim.Object); ok {
			out = append(out, inner[t.Sub.Name])
		}
	}
	return out
}

func (g *filters) draw(t *rapid.T, depth int) string {
	if depth > 0 {
		switch rapid.IntRange(0, 6).Draw(t, "node") {
		case 0:
			return "(" + g.draw(t, depth-1) + " and " + g.draw(t, depth-1) + ")"
		case 1:
			return "(" + g.draw(t, depth-1) + " or " + g.draw(t, depth-1) + ")"
		case 2:
			return "not (" + g.draw(t, depth-1) + ")"
		case 3:
			return g.valuePath(t, depth-1)
		}
	}
	target := rapid.SampledFrom(g.targets).Draw(t, "target")
	return g.comparison(t, target.String(), target)
}

func (g *filters) valuePath(t *rapid.T, depth int) string {
	target := rapid.SampledFrom(g.complexes).Draw(t, "complex")
	return target.String() + "[" + g.inner(t, target, depth) + "]"
}

func (g *filters) inner(t *rapid.T, outer schema.Target, depth int) string {
	if depth > 0 {
		switch rapid.IntRange(0, 4).Draw(t, "inner") {
		case 0:
			return "(" + g.inner(t, outer, depth-1) + " and " + g.inner(t, outer, depth-1) + ")"
		case 1:
			return "(" + g.inner(t, outer, depth-1) + " or " + g.inner(t, outer, depth-1) + ")"
		case 2:
			return "not (" + g.inner(t, outer, depth-1) + ")"
		}
	}
	outer.Sub = rapid.SampledFrom(outer.Attribute.SubAttributes).Draw(t, "sub")
	return g.comparison(t, outer.Sub.Name, outer)
}

// comparison draws a comparison that binding takes.
func (g *filters) comparison(t *rapid.T, path string, target schema.Target) string {
	leaf := target.Leaf()
	if leaf.Type == schema.TypeComplex {
		if value := leaf.Sub("value"); value == nil || !leaf.MultiValued {
			return path + " pr"
		}
	}
	ops := []filter.Op{filter.OpEqual, filter.OpEqual, filter.OpNotEqual, filter.OpPresent}
	ordered := []filter.Op{filter.OpGreater, filter.OpGreaterOrEqual, filter.OpLess, filter.OpLessOrEqual}
	switch leaf.Type {
	case schema.TypeBoolean, schema.TypeBinary:
	case schema.TypeInteger, schema.TypeDecimal, schema.TypeDateTime:
		ops = append(ops, ordered...)
	default:
		ops = append(append(ops, ordered...), filter.OpContains, filter.OpStartsWith, filter.OpEndsWith)
	}
	op := rapid.SampledFrom(ops).Draw(t, "op")
	if op == filter.OpPresent {
		return path + " pr"
	}
	return path + " " + string(op) + " " + g.literal(t, target, op)
}

func (g *filters) literal(t *rapid.T, target schema.Target, op filter.Op) string {
	leaf := target.Leaf()
	if leaf.Type == schema.TypeComplex {
		target.Sub = leaf.Sub("value")
		leaf = target.Sub
	}
	substring := op == filter.OpContains || op == filter.OpStartsWith || op == filter.OpEndsWith
	if !substring && rapid.IntRange(0, 19).Draw(t, "null?") == 0 {
		return "null"
	}
	v := anyValue(t, leaf)
	if o := rapid.SampledFrom(g.resources).Draw(t, "of"); rapid.IntRange(0, 3).Draw(t, "known?") > 0 {
		found := slices.DeleteFunc(slices.Clone(leafValues(o, target)), func(v any) bool { return v == nil })
		if len(found) > 0 {
			v = rapid.SampledFrom(found).Draw(t, "known")
		}
	}
	switch v := v.(type) {
	case bool:
		if v {
			return "true"
		}
		return "false"
	case scim.Number:
		return string(v)
	case string:
		if leaf.IsText() {
			v = alter(t, v)
		}
		return quoted(v)
	default:
		return "null"
	}
}
