package quirk

import (
	"maps"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

const title = "title"

// names reports whether a name or path is that of a core attribute of users, with
// its URN or without.
func names(path, attribute string) bool {
	if name, ok := cutPrefixFold(path, scim.URNUser+":"); ok {
		path = name
	}
	return strings.EqualFold(path, attribute)
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}

// JobTitle takes a top-level jobTitle of a body as title, as JumpCloud's article
// on Cinode writes it (J). A title that comes too wins. The input is not changed.
func JobTitle(body scim.Object, noted *scim.Deviations) scim.Object {
	name := ""
	for _, key := range slices.Sorted(maps.Keys(body)) {
		if names(key, title) && body[key] != nil && body[key] != "" { // which count as absent
			return body
		}
		if names(key, "jobTitle") {
			name = key
		}
	}
	if name == "" {
		return body
	}
	out := maps.Clone(body)
	maps.DeleteFunc(out, func(key string, _ any) bool { return key == name || names(key, title) })
	out[title] = body[name]
	noted.Note(scim.DeviationJobTitle, name)
	return out
}

// JobTitleOperations does the same for a PATCH, in paths and in values without
// one. A title anywhere in the request wins.
func JobTitleOperations(ops []scim.Operation, noted *scim.Deviations) []scim.Operation {
	if slices.ContainsFunc(ops, func(op scim.Operation) bool { return targets(op, title) }) {
		return ops
	}
	out := slices.Clone(ops)
	for i, op := range out {
		if names(op.Path, "jobTitle") {
			out[i].Path = title
			noted.Note(scim.DeviationJobTitle, op.Path)
		} else if o, ok := op.Value.(scim.Object); ok && op.Path == "" {
			out[i].Value = JobTitle(o, noted)
		}
	}
	return out
}

// targets reports whether an operation is on a core attribute.
func targets(op scim.Operation, attribute string) bool {
	if op.Path != "" {
		return names(op.Path, attribute)
	}
	o, _ := op.Value.(scim.Object)
	return slices.ContainsFunc(slices.Collect(maps.Keys(o)), func(key string) bool { return names(key, attribute) })
}
