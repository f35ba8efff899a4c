package quirk

import (
	"maps"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// rewrite is one named change of the operations of a PATCH. It gives the
// operations that stand for op, and the id of the deviation, empty when there
// was nothing to change.
type rewrite func(t *schema.ResourceType, op scim.Operation) ([]scim.Operation, string)

// rewrites run in this order over each operation.
var rewrites = []rewrite{lowerOp, removeByObject, removeByValue, addByPath, pathKeys}

// Operations rewrites the operations of one PATCH request into what RFC 7644
// section 3.5.2 has. t is the type with every attribute that the server knows,
// of which the persona may have fewer. The input is not changed.
func Operations(t *schema.ResourceType, ops []scim.Operation, noted *scim.Deviations) []scim.Operation {
	for _, rewrite := range rewrites {
		var out []scim.Operation
		for _, op := range ops {
			more, id := rewrite(t, op)
			if id != "" {
				noted.Note(id, op.Path)
			}
			out = append(out, more...)
		}
		ops = out
	}
	return ops
}

// Strict says why a strict tenant refuses operations that Operations would
// rewrite, or nil.
func Strict(t *schema.ResourceType, ops []scim.Operation) error {
	for _, op := range ops {
		for _, rewrite := range rewrites {
			if _, id := rewrite(t, op); id != "" {
				return scim.InvalidSyntax("Operations[%d]: %s; this tenant is strict", op.Index, Describe(id).Sentence)
			}
		}
	}
	return nil
}

func same(op scim.Operation) ([]scim.Operation, string) { return []scim.Operation{op}, "" }

// lowerOp takes "Add", "Replace" and "Remove" (Entra ID, Cinode's documents).
func lowerOp(_ *schema.ResourceType, op scim.Operation) ([]scim.Operation, string) {
	lower := scim.Op(strings.ToLower(string(op.Op)))
	if lower == op.Op {
		return same(op)
	}
	op.Op = lower
	return []scim.Operation{op}, scim.DeviationPatchOpCase
}

// removeByObject turns remove with value {"members":[...]} and no path into
// one remove per attribute.
func removeByObject(_ *schema.ResourceType, op scim.Operation) ([]scim.Operation, string) {
	o, ok := op.Value.(scim.Object)
	if !strings.EqualFold(string(op.Op), string(scim.OpRemove)) || op.Path != "" || !ok || len(o) == 0 {
		return same(op)
	}
	var out []scim.Operation
	for _, name := range slices.Sorted(maps.Keys(o)) {
		out = append(out, scim.Operation{Op: op.Op, Path: name, Value: o[name], HasValue: true, Index: op.Index})
	}
	return out, scim.DeviationRemoveByObject
}

// removeByValue notes a remove that lists values; the engine removes just
// those.
func removeByValue(_ *schema.ResourceType, op scim.Operation) ([]scim.Operation, string) {
	if strings.EqualFold(string(op.Op), string(scim.OpRemove)) && op.Path != "" && op.Value != nil {
		return []scim.Operation{op}, scim.DeviationRemoveByValue
	}
	return same(op)
}

// addByPath gives `add members[value eq "1"]`, which has no value, the value
// that its brackets name.
func addByPath(_ *schema.ResourceType, op scim.Operation) ([]scim.Operation, string) {
	rest, ok := strings.CutPrefix(op.Path, "members[value eq \"")
	id, closed := strings.CutSuffix(rest, "\"]")
	if !strings.EqualFold(string(op.Op), string(scim.OpAdd)) || op.HasValue || !ok || !closed || strings.ContainsAny(id, `"\`) {
		return same(op)
	}
	op.Path, op.Value, op.HasValue = "members", []any{scim.Object{"value": id}}, true
	return []scim.Operation{op}, scim.DeviationAddByPath
}

// pathKeys takes keys of a path-less value that are paths, "name.givenName" or
// an extension's "urn:...:User:department", out into operations of their own.
// The URN of an extension is no path, even where the persona does not have it.
func pathKeys(t *schema.ResourceType, op scim.Operation) ([]scim.Operation, string) {
	o, ok := op.Value.(scim.Object)
	if op.Path != "" || !ok {
		return same(op)
	}
	rest := make(scim.Object, len(o))
	var out []scim.Operation
	for _, name := range slices.Sorted(maps.Keys(o)) {
		isPath := strings.ContainsAny(name, ".:[")
		if !isPath || t.Extension(name) != nil {
			rest[name] = o[name]
			continue
		}
		out = append(out, scim.Operation{Op: op.Op, Path: name, Value: o[name], HasValue: true, Index: op.Index})
	}
	if len(out) == 0 {
		return same(op)
	}
	if len(rest) > 0 {
		op.Value = rest
		out = append([]scim.Operation{op}, out...)
	}
	return out, scim.DeviationPathlessKeys
}
