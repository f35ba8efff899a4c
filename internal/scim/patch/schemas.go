package patch

import (
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
)

// schemas takes operations on `schemas`. Its content follows from the
// resource: adding a URN of the type changes nothing, and none can be removed
// but by removing the attributes of its schema.
func (c *Compiler) schemas(op scim.Operation) ([]step, error) {
	if op.Op == scim.OpRemove {
		return nil, scim.Mutability("schemas cannot be removed; it follows from the attributes that have values")
	}
	list, ok := op.Value.([]any)
	if !ok {
		list = []any{op.Value}
	}
	for _, e := range list {
		urn, ok := e.(string)
		if !ok {
			return nil, scim.InvalidValue("schemas must be an array of strings")
		}
		known := strings.EqualFold(urn, c.Normalizer.Type.Schema.ID) || c.Normalizer.Type.Extension(urn) != nil
		if !known && c.IgnoreUnknownPaths && !c.Normalizer.Strict {
			c.Normalizer.Deviations.Note(scim.DeviationSchemaURN, urn)
		} else if !known {
			return nil, scim.InvalidValue("%q is no schema of %s", urn, c.Normalizer.Type.Name)
		}
	}
	return nil, nil
}

// removedSchema is the URN that a remove of `schemas[value eq "URN"]` names: the
// extension goes with its data (RFC 7643 section 3).
func removedSchema(op scim.Operation) string {
	name, inner, ok := strings.Cut(op.Path, "[")
	if op.Op != scim.OpRemove || !ok || !strings.EqualFold(name, "schemas") || !strings.HasSuffix(inner, "]") {
		return ""
	}
	expr, err := filter.Parse(strings.TrimSuffix(inner, "]"))
	comparison, isComparison := expr.(filter.Comparison)
	if err != nil || !isComparison || comparison.Op != filter.OpEqual || !strings.EqualFold(comparison.Path, "value") {
		return ""
	}
	return comparison.Literal.Text
}
