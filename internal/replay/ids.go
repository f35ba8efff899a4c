package replay

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ids knows the resources of two servers by their ids: those of the recording, and
// those of the target.
type ids struct{ toNew, toOld rewriter }

func newIDs() *ids { return &ids{toNew: rewriter{}, toOld: rewriter{}} }

func (d *ids) pair(kind, old, id string) {
	if old == "" || id == "" {
		return
	}
	d.toNew[kind+"/"+old] = id
	d.toOld[kind+"/"+id] = old
}

// learn pairs the resources of two answers to the same request.
func (d *ids) learn(path string, recorded, got []byte) {
	old, isOld := readObject(recorded)
	now, isNow := readObject(got)
	if !isOld || !isNow {
		return
	}
	if pairs, ok := list(old, "Operations"); ok { // of Bulk
		d.learnBulk(pairs, now)
		return
	}
	olds, ok := list(old, "Resources")
	if !ok {
		d.pair(kindOf(old, path), text(old, "id"), text(now, "id"))
		return
	}
	nows, _ := list(now, "Resources")
	for _, o := range olds {
		for _, n := range nows {
			if o, n := object(o), object(n); sameResource(o, n) {
				d.pair(kindOf(o, path), text(o, "id"), text(n, "id"))
			}
		}
	}
}

func (d *ids) learnBulk(olds []any, now map[string]any) {
	nows, _ := list(now, "Operations")
	for i, o := range olds {
		for j, n := range nows {
			o, n := object(o), object(n)
			if bulkID := text(o, "bulkId"); bulkID != text(n, "bulkId") || bulkID == "" && i != j {
				continue
			}
			kind, old := lastTwo(text(o, "location"))
			_, id := lastTwo(text(n, "location"))
			d.pair(kind, old, id)
		}
	}
}

func lastTwo(location string) (kind, id string) {
	parts := strings.Split(strings.TrimRight(location, "/"), "/")
	if len(parts) < 2 {
		return "", ""
	}
	return parts[len(parts)-2], parts[len(parts)-1]
}

// sameResource compares what names a resource to people.
func sameResource(a, b map[string]any) bool {
	for _, name := range []string{"userName", "externalId", "displayName"} {
		if v := text(a, name); v != "" {
			return strings.EqualFold(v, text(b, name))
		}
	}
	return false
}

// kindOf is the endpoint of a resource: "Users".
func kindOf(resource map[string]any, path string) string {
	if kind := text(object(resource["meta"]), "resourceType"); kind != "" {
		return kind + "s"
	}
	path, _, _ = strings.Cut(strings.TrimPrefix(path, "/"), "?")
	kind, _, _ := strings.Cut(path, "/")
	return kind
}

func readObject(body []byte) (map[string]any, bool) {
	var o map[string]any
	err := json.Unmarshal(body, &o, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return o, err == nil && o != nil
}

func object(v any) map[string]any {
	o, _ := v.(map[string]any) // nil has no members
	return o
}

func text(o map[string]any, name string) string {
	s, _ := o[name].(string) // what is no text is none
	return s
}

func list(o map[string]any, name string) ([]any, bool) {
	l, ok := o[name].([]any)
	return l, ok
}

// rewriter replaces ids. Its keys are such as "Users/5".
type rewriter map[string]string

// find looks an id up, of whatever kind if that is not known.
func (w rewriter) find(kind, id string) (string, bool) {
	if kind != "" {
		v, ok := w[kind+"/"+id]
		return v, ok
	}
	for _, key := range slices.Backward(slices.Sorted(maps.Keys(w))) { // Users before Groups
		if _, known, _ := strings.Cut(key, "/"); known == id {
			return w[key], true
		}
	}
	return "", false
}

// path replaces ids in a path with its query.
func (w rewriter) path(path string) string {
	if len(w) == 0 {
		return path
	}
	path, query, asked := strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i := range len(parts) - 1 {
		id, err := url.PathUnescape(parts[i+1])
		if err != nil {
			continue
		}
		if found, ok := w.find(cmp.Or(parts[i], "-"), id); ok {
			parts[i+1] = pathEscape(found)
		}
	}
	path = strings.Join(parts, "/")
	if !asked {
		return path
	}
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(value)
		if err != nil || !strings.EqualFold(name, "filter") {
			continue
		}
		if replaced := w.filter(plain); replaced != plain {
			pairs[i] = name + "=" + queryEscape(replaced)
		}
	}
	return path + "?" + strings.Join(pairs, "&")
}

// pathEscape and queryEscape leave variables alone, which stand for ids in scenarios.
func pathEscape(s string) string {
	if variable.MatchString(s) {
		return s
	}
	return url.PathEscape(s)
}

func queryEscape(s string) string {
	escaped := strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
	return escapedVariable.ReplaceAllString(escaped, "$${$1}")
}

var (
	escapedVariable = regexp.MustCompile(`%24%7B([A-Za-z0-9_.-]+)%7D`)
	idTerm          = regexp.MustCompile(`(?i)(\b(?:value|id)\s+(?:eq|ne)\s+")([^"\\]*)(")`)
)

// filter replaces ids in a filter or in the path of a PATCH operation.
func (w rewriter) filter(filter string) string {
	return idTerm.ReplaceAllStringFunc(filter, func(term string) string {
		m := idTerm.FindStringSubmatch(term)
		if found, ok := w.find("", m[2]); ok {
			return m[1] + found + m[3]
		}
		return term
	})
}

// body replaces ids in a JSON body, where ids stand.
func (w rewriter) body(body []byte) []byte {
	if len(w) == 0 {
		return body
	}
	paths := operationPaths(body)
	out, err := mapStrings(body, func(at jsontext.Pointer, text string) string {
		switch name := attributeAt(at, paths); strings.ToLower(name) {
		case "$ref", "location":
			return w.path(text)
		case "path", "filter":
			if strings.HasPrefix(text, "/") { // of a Bulk operation
				return w.path(text)
			}
			return w.filter(text)
		case "id", "members", "manager", "groups":
			if found, ok := w.find("", text); ok {
				return found
			}
		}
		return text
	})
	if err != nil {
		return body
	}
	return out
}

// operationPaths are the paths of PATCH operations, by the pointers of the operations.
func operationPaths(body []byte) map[string]string {
	paths := map[string]string{}
	_, _ = mapStrings(body, func(at jsontext.Pointer, text string) string { // what is no JSON has none
		if parent := string(at.Parent()); strings.EqualFold(at.LastToken(), "path") && isOperation(parent) {
			paths[parent] = text
		}
		return text
	})
	return paths
}

var operation = regexp.MustCompile(`(?i)/Operations/\d+$`)

func isOperation(pointer string) bool { return operation.MatchString(pointer) }

// attributeAt names the attribute of a value: the last name that says something, be it
// in the path of its PATCH operation.
func attributeAt(at jsontext.Pointer, paths map[string]string) string {
	last := at.LastToken()
	for pointer := at; pointer != ""; pointer = pointer.Parent() {
		name := pointer.LastToken()
		parent := string(pointer.Parent())
		if strings.EqualFold(name, "value") && isOperation(parent) {
			if path := paths[parent]; path != "" {
				return lastName(path)
			}
			return name
		}
		if _, err := strconv.Atoi(name); err != nil && !strings.EqualFold(name, "value") {
			return lastName(name)
		}
	}
	return last
}

// lastName is the attribute that a path ends with: "password",
// "urn:...:User:manager.value" is manager, members[value eq "2"] is members.
func lastName(path string) string {
	path, _, _ = strings.Cut(path, "[")
	if i := strings.LastIndexByte(path, ':'); i >= 0 {
		path = path[i+1:]
	}
	if strings.HasSuffix(strings.ToLower(path), ".value") {
		path = path[:len(path)-len(".value")]
	}
	return path[strings.LastIndexByte(path, '.')+1:]
}
