package journal

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

const (
	// mostChanges bounds the differences of one resource; one more says how many
	// are left out.
	mostChanges = 100
	// longestChange bounds a value in a difference, in bytes.
	longestChange = 1024
)

// computed are attributes that change with every write or with other resources.
var computed = map[string]bool{"schemas": true, "meta": true, "id": true}

// references are attributes whose values are known by their ids: each that
// came or went is a Change of its own.
var references = map[string]bool{"members": true, "groups": true}

// Difference tells what became of a resource, attribute by attribute in the
// order of their names: a sub-attribute as "name.givenName", one of an element as
// `emails[type eq "work"].value`, and each member that came or went by its id,
// under "members". before is nil for a new resource, after for one that is gone:
// where nothing is known of it but its id, that is one change without a path.
// The order of multi-valued attributes has no meaning.
func Difference(resource string, before, after scim.Object) []Change {
	d := difference{resource: resource}
	d.objects("", before, after, computed)
	if after == nil && len(d.changes) == 0 { // no more is known of it than that it was there
		d.add("", before, nil)
	}
	if d.left > 0 {
		note, _ := jsontext.AppendQuote(nil, fmt.Sprintf("%d more changes", d.left))
		d.changes = append(d.changes, Change{Resource: resource, After: string(note)})
	}
	return d.changes
}

type difference struct {
	resource string
	changes  []Change
	left     int
}

func (d *difference) add(path string, before, after any) {
	if len(d.changes) == mostChanges {
		d.left++
		return
	}
	d.changes = append(d.changes, Change{Resource: d.resource, Path: clipPath(path), Before: jsonOf(before), After: jsonOf(after)})
}

// names are those of both objects, sorted.
func names(before, after scim.Object, but map[string]bool) []string {
	all := make(map[string]bool, len(before)+len(after))
	for _, o := range []scim.Object{before, after} {
		for name := range o {
			if !but[name] {
				all[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func (d *difference) objects(path string, before, after scim.Object, but map[string]bool) {
	for _, name := range names(before, after, but) {
		d.values(join(path, name), before[name], after[name])
	}
}

// join appends a sub-attribute, behind a colon where the path is the URN of an
// extension.
func join(path, name string) string {
	switch {
	case path == "":
		return name
	case extension.MatchString(path):
		return path + ":" + name
	default:
		return path + "." + name
	}
}

// extension matches a schema's URN, which ends with its version and name.
var extension = regexp.MustCompile(`^urn:.*:[0-9.]+:[A-Za-z0-9_-]+$`)

func (d *difference) values(path string, before, after any) {
	if scim.Equal(before, after) {
		return
	}
	_, wasObject := before.(scim.Object)
	_, isObject := after.(scim.Object)
	_, wasList := before.([]any)
	_, isList := after.([]any)
	switch {
	case (wasObject || before == nil) && (isObject || after == nil) && (wasObject || isObject):
		b, _ := before.(scim.Object)
		a, _ := after.(scim.Object)
		d.complex(path, b, a)
	case (wasList || before == nil) && (isList || after == nil) && (wasList || isList):
		b, _ := before.([]any)
		a, _ := after.([]any)
		d.lists(path, b, a)
	default:
		d.add(path, before, after)
	}
}

func (d *difference) complex(path string, before, after scim.Object) {
	if len(before) == 0 && len(after) == 0 {
		d.add(path, present(before), present(after))
		return
	}
	d.objects(path, before, after, nil)
}

// present keeps an empty object from being nil inside of an interface.
func present(o scim.Object) any {
	if o == nil {
		return nil
	}
	return o
}

func (d *difference) lists(path string, before, after []any) {
	if references[path] {
		d.members(path, before, after)
		return
	}
	if len(before) == 0 && len(after) == 0 {
		return // nothing and an empty array are the same (RFC 7643 section 2.5)
	}
	for _, key := range []string{"type", "value"} {
		was, ok := keyed(before, key)
		if !ok {
			continue
		}
		is, ok := keyed(after, key)
		if !ok {
			continue
		}
		d.elements(path, key, was, is)
		return
	}
	d.set(path, before, after)
}

// keyed tells elements apart by a sub-attribute, if every element has one of
// its own.
func keyed(list []any, key string) (map[string]scim.Object, bool) {
	out := make(map[string]scim.Object, len(list))
	for _, e := range list {
		o, ok := e.(scim.Object)
		if !ok {
			return nil, false
		}
		s, ok := o[key].(string)
		if _, twice := out[s]; !ok || twice {
			return nil, false
		}
		out[s] = o
	}
	return out, true
}

func (d *difference) elements(path, key string, before, after map[string]scim.Object) {
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, id := range slices.Sorted(maps.Keys(all)) {
		b, a := before[id], after[id]
		if scim.Equal(present(b), present(a)) {
			continue
		}
		quoted, _ := jsontext.AppendQuote(nil, strings.ToValidUTF8(id, "\uFFFD"))
		place := path + "[" + key + " eq " + string(quoted) + "]"
		if b == nil || a == nil {
			if len(all[id]) == 1 { // nothing but the key
				d.add(place, present(b), present(a))
				continue
			}
		}
		d.objects(place, b, a, map[string]bool{key: true})
	}
}

// members compares by the ids alone, in time that goes with their number.
func (d *difference) members(path string, before, after []any) {
	was, is := ids(before), ids(after)
	for _, id := range slices.Sorted(maps.Keys(was)) {
		if !is[id] {
			d.add(path, id, nil)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(is)) {
		if !was[id] {
			d.add(path, nil, id)
		}
	}
}

func ids(list []any) map[string]bool {
	out := make(map[string]bool, len(list))
	for _, e := range list {
		if o, ok := e.(scim.Object); ok {
			e = o["value"]
		}
		switch e := e.(type) {
		case string:
			out[e] = true
		case scim.Number:
			out[string(e)] = true
		}
	}
	return out
}

// set compares elements that nothing names, as a whole.
func (d *difference) set(path string, before, after []any) {
	count := make(map[string]int, len(before))
	for _, e := range before {
		count[fullJSON(e)]++
	}
	var came []any
	for _, e := range after {
		if text := fullJSON(e); count[text] > 0 {
			count[text]--
		} else {
			came = append(came, e)
		}
	}
	for _, e := range before {
		if text := fullJSON(e); count[text] > 0 {
			count[text]--
			d.add(path, e, nil)
		}
	}
	for _, e := range came {
		d.add(path, nil, e)
	}
}

// jsonOf is a value as JSON, "" for none. What is too long is told of.
func jsonOf(v any) string {
	if v == nil {
		return ""
	}
	text := fullJSON(v)
	if len(text) <= longestChange {
		return text
	}
	beginning := ""
	if s, ok := v.(string); ok {
		beginning = strings.ToValidUTF8(s[:longestChange/2], "") + "... "
	}
	quoted, _ := jsontext.AppendQuote(nil, fmt.Sprintf("%s(%d bytes)", beginning, len(text)))
	return string(quoted)
}

func fullJSON(v any) string {
	out, err := json.Marshal(plain(v), json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return `"(no JSON)"`
	}
	return string(out)
}

// plain turns the numbers of a tree into JSON as they were sent.
func plain(v any) any {
	switch v := v.(type) {
	case scim.Number:
		return jsontext.Value(v)
	case scim.Object:
		out := make(map[string]any, len(v))
		for name, e := range v {
			out[name] = plain(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plain(e)
		}
		return out
	default:
		return v
	}
}

func clipPath(path string) string {
	if len(path) <= longestChange {
		return path
	}
	return strings.ToValidUTF8(path[:longestChange], "") + "..."
}
