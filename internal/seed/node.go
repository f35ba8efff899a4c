package seed

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// isNull reports whether a value is left empty, which counts as left out.
func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// kinds are the words for what a place asks for.
var kinds = map[yaml.Kind]string{yaml.MappingNode: "keys with values", yaml.SequenceNode: "a list", yaml.ScalarNode: "a single value"}

// is holds a node against the kind that its place asks for.
func (r *reader) is(n *yaml.Node, kind yaml.Kind, what string) bool {
	switch {
	case n.Kind == yaml.AliasNode:
		r.refuse(at(n), "*%s is an alias, which seed files do not have; write out what it stands for", n.Value)
	case n.Kind != kind:
		r.refuse(at(n), "%s must be %s, not %s", what, kinds[kind], kinds[n.Kind])
	case !ordinary(n):
		r.refuse(at(n), "%s has the tag %s, which seed files do not have; take the tag out", what, n.Tag)
	default:
		return true
	}
	return false
}

// ordinary is false for what YAML would make another type of.
func ordinary(n *yaml.Node) bool {
	switch n.ShortTag() {
	case "!!map", "!!seq", "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!merge":
		return true
	default:
		return false
	}
}

// text reads a value as it is written, whatever YAML takes it for, with its
// variables expanded. It is false where there is none, or a violation.
func (r *reader) text(n *yaml.Node, what string) (string, bool) {
	if isNull(n) || !r.is(n, yaml.ScalarNode, what) {
		return "", false
	}
	value := n.Value
	if r.Lookup != nil {
		var err error
		if value, err = expand(value, r.Lookup); err != nil {
			r.refuse(at(n), "%s: %s", what, err)
			return "", false
		}
	}
	if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
		r.refuse(at(n), "%s holds what is no text: bytes that are not UTF-8, or the character U+0000", what)
		return "", false
	}
	return value, true
}

// boolean reads true or false.
func (r *reader) boolean(n *yaml.Node, what string) bool {
	text, ok := r.text(n, what)
	value, known := parseBoolean(text)
	if ok && !known {
		r.refuse(at(n), "%s must be true or false", what)
	}
	return value
}

func parseBoolean(text string) (value, ok bool) {
	switch text {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	default:
		return false, false
	}
}

// maxID leaves room above the ids of a file, and can be read by JavaScript.
const maxID = 1<<53 - 1

// id reads a number from 1; 0 stands for none.
func (r *reader) id(n *yaml.Node, what string) int64 {
	text, ok := r.text(n, what)
	if !ok {
		return 0
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 || id > maxID || strconv.FormatInt(id, 10) != text {
		r.refuse(at(n), "%s must be a whole number from 1", what)
		return 0
	}
	return id
}

// list gives the entries of a list; an empty value is an empty list.
func (r *reader) list(n *yaml.Node, what string) []*yaml.Node {
	if n == nil || isNull(n) || !r.is(n, yaml.SequenceNode, what) {
		return nil
	}
	return n.Content
}

// member is a key of a mapping with its value.
type member struct {
	name       string
	key, value *yaml.Node
}

// members are the keys of a mapping in their order.
func (r *reader) members(n *yaml.Node, what string) ([]member, bool) {
	if !r.is(n, yaml.MappingNode, what) {
		return nil, false
	}
	list := make([]member, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if r.is(key, yaml.ScalarNode, "a key of "+what) {
			list = append(list, member{key.Value, key, n.Content[i+1]})
		}
	}
	return list, true
}

// fields gives the values of a mapping by key, nil for those that are left out or
// empty. Of the keys only those that are known are allowed.
func (r *reader) fields(n *yaml.Node, what string, known ...string) (map[string]*yaml.Node, bool) {
	list, ok := r.members(n, what)
	if !ok {
		return nil, false
	}
	values := make(map[string]*yaml.Node, len(list))
	for _, m := range list {
		if !slices.Contains(known, m.name) {
			r.refuse(at(m.key), "%s has no key %q; %s", what, m.name, suggest(m.name, known))
			continue
		}
		if r.once(values, m, what) && isNull(m.value) {
			values[m.name] = nil
		}
	}
	return values, true
}

// once keeps a value, and refuses a second one.
func (r *reader) once(values map[string]*yaml.Node, m member, what string) bool {
	if _, twice := values[m.name]; twice {
		r.refuse(at(m.key), "%s has %s twice; take one out", what, m.name)
		return false
	}
	values[m.name] = m.value
	return true
}
