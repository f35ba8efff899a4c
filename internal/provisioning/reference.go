package provisioning

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// refer begins a reference to a resource that the same bulk request makes (RFC
// 7644 section 3.7.2). No id contains it.
const refer = "bulkId:"

// reference is what an operation says once its references are ids.
type reference struct {
	id   string
	data scim.Object
}

// references are the bulkIds that an operation names: in its path and as whole
// strings anywhere in its data.
func references(op BulkOperation) []string {
	var found []string
	note := func(id string) string {
		found = append(found, id)
		return ""
	}
	rewrite(op, note)
	slices.Sort(found)
	return slices.Compact(found)
}

// resolved puts ids in place of references.
func resolved(op BulkOperation, ids map[string]int64) reference {
	if len(ids) == 0 {
		return reference{op.ID, op.Data}
	}
	return rewrite(op, func(id string) string { return strconv.FormatInt(ids[id], 10) })
}

// rewrite calls a function for each reference and puts its answer in place of it.
func rewrite(op BulkOperation, to func(bulkID string) string) reference {
	out := reference{id: op.ID}
	if id, ok := strings.CutPrefix(op.ID, refer); ok {
		out.id = to(id)
	}
	data, _ := rewriteValue(op.Data, "", to).(scim.Object)
	if op.Method == MethodPatch {
		rewritePaths(data, to)
	}
	out.data = data
	return out
}

// rewriteValue copies a value. A reference is a whole string, or the last part
// of an address under $ref.
func rewriteValue(v any, name string, to func(string) string) any {
	switch v := v.(type) {
	case scim.Object:
		out := make(scim.Object, len(v))
		for key, inner := range v {
			out[key] = rewriteValue(inner, key, to)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = rewriteValue(inner, name, to)
		}
		return out
	case string:
		if id, ok := strings.CutPrefix(v, refer); ok {
			return to(id)
		}
		if before, id, ok := strings.Cut(v, "/"+refer); ok && strings.EqualFold(name, "$ref") {
			return before + "/" + to(id)
		}
	}
	return v
}

// rewritePaths does the same for the literals of value filters in the paths of a
// PATCH: members[value eq "bulkId:x"].
func rewritePaths(data scim.Object, to func(string) string) {
	list, _ := scim.Lookup(data, "Operations")
	operations, _ := list.([]any)
	for _, e := range operations {
		op, _ := e.(scim.Object)
		for name, v := range op {
			path, isText := v.(string)
			if !isText || !strings.EqualFold(name, "path") {
				continue
			}
			op[name] = rewriteLiterals(path, to)
		}
	}
}

func rewriteLiterals(path string, to func(string) string) string {
	var out strings.Builder
	for {
		before, after, ok := strings.Cut(path, `"`+refer)
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		id, rest, closed := strings.Cut(after, `"`)
		if !closed {
			return out.String() + `"` + refer + after
		}
		out.WriteString(`"` + to(id) + `"`)
		path = rest
	}
}

// mentioned calls a function for each id that an operation names: in its path and
// as whole strings of its data.
func mentioned(op BulkOperation, note func(id string)) {
	if op.ID != "" {
		note(op.ID)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case scim.Object:
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		case string:
			if _, err := ParseID(v); err == nil {
				note(v)
			}
		}
	}
	walk(op.Data)
}
