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

// mentions are what an operation names: the bulkIds of resources that the request
// makes, and the ids of others, in its path and in its data.
type mentions struct{ bulkIDs, ids []string }

func namesIn(op BulkOperation) mentions {
	var n mentions
	if op.ID != "" && !strings.HasPrefix(op.ID, refer) {
		n.ids = append(n.ids, op.ID)
	}
	rewrite(op, func(id string) string {
		n.bulkIDs = append(n.bulkIDs, id)
		return ""
	}, func(text string) {
		if _, err := ParseID(text); err == nil {
			n.ids = append(n.ids, text)
		}
	})
	slices.Sort(n.bulkIDs)
	n.bulkIDs = slices.Compact(n.bulkIDs)
	return n
}

// resolved puts ids in place of references.
func resolved(op BulkOperation, ids map[string]int64) reference {
	if len(ids) == 0 {
		return reference{op.ID, op.Data}
	}
	return rewrite(op, func(id string) string { return strconv.FormatInt(ids[id], 10) }, func(string) {})
}

// rewrite calls a function for each reference and puts its answer in place of it,
// and shows another function all other strings that could be an id.
func rewrite(op BulkOperation, to func(bulkID string) string, see func(text string)) reference {
	out := reference{id: op.ID}
	if id, ok := strings.CutPrefix(op.ID, refer); ok {
		out.id = to(id)
	}
	out.data, _ = rewriteValue(op.Data, "", to, see).(scim.Object)
	if op.Method == MethodPatch {
		rewritePaths(out.data, to)
	}
	return out
}

// rewriteValue copies a value.
func rewriteValue(v any, name string, to func(string) string, see func(string)) any {
	switch v := v.(type) {
	case scim.Object:
		out := make(scim.Object, len(v))
		for key, inner := range v {
			out[key] = rewriteValue(inner, key, to, see)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = rewriteValue(inner, name, to, see)
		}
		return out
	case string:
		if isReference(name) {
			return rewriteText(v, to, see)
		}
	}
	return v
}

// isReference says whether a name is that of a place for the id or the address of
// a resource. It may be a path, as IdPs write them: manager.value. Elsewhere a
// string that looks like a reference is what it is.
func isReference(name string) bool {
	name = strings.ToLower(name[strings.LastIndexAny(name, ".:")+1:])
	return name == "value" || name == "$ref" || name == "manager" || name == "members"
}

// rewriteText finds a reference as a whole string or as the end of an address.
func rewriteText(v string, to func(string) string, see func(string)) string {
	if id, ok := strings.CutPrefix(v, refer); ok {
		return to(id)
	}
	if before, id, ok := strings.Cut(v, "/"+refer); ok {
		return before + "/" + to(id)
	}
	see(v[strings.LastIndexByte(v, '/')+1:])
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
