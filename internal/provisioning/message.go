package provisioning

import (
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// operations reads a PatchOp message (RFC 7644 section 3.5.2).
func (c *Call) operations(body scim.Object) ([]scim.Operation, error) {
	if err := CheckMessage(body, scim.URNPatchOp, c.Persona, c.Deviations); err != nil {
		return nil, err
	}
	v, ok := scim.Lookup(body, "Operations")
	list, isList := v.([]any)
	if !ok || !isList {
		return nil, scim.InvalidSyntax("Operations must be an array")
	}
	operations := make([]scim.Operation, len(list))
	var err error
	for i, e := range list {
		if operations[i], err = operation(e, i); err != nil {
			return nil, err
		}
	}
	return operations, nil
}

// CheckMessage holds the schemas of a protocol message against the one URN that
// it must hold.
func CheckMessage(body scim.Object, want string, persona cinode.Persona, deviations *scim.Deviations) error {
	v, _ := scim.Lookup(body, "schemas")
	list, _ := v.([]any)
	for _, e := range list {
		urn, _ := e.(string)
		if urn == want {
			return nil
		}
		if tidy := strings.ReplaceAll(urn, " ", ""); strings.EqualFold(tidy, want) && !persona.Strict {
			deviations.Note(scim.DeviationSchemaURN, urn)
			return nil
		}
	}
	if persona.RequireSchemas {
		return scim.InvalidSyntax("schemas must hold %s", want)
	}
	deviations.Note(scim.DeviationMissingSchemas, want)
	return nil
}

func operation(e any, index int) (scim.Operation, error) {
	op := scim.Operation{Index: index}
	o, ok := e.(scim.Object)
	if !ok {
		return op, scim.InvalidSyntax("Operations[%d] must be an object", index)
	}
	for name, v := range o {
		text, isText := v.(string)
		switch strings.ToLower(name) {
		case "op":
			if !isText {
				return op, scim.InvalidSyntax("Operations[%d].op must be a string", index)
			}
			op.Op = scim.Op(text)
		case "path":
			if !isText && v != nil {
				return op, scim.InvalidPath("Operations[%d].path must be a string", index)
			}
			op.Path = text
		case "value":
			op.Value, op.HasValue = v, true
		}
	}
	return op, nil
}
