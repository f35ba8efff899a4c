package fault

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// A kind is what a value is, in the words of JSON.
type kind string

const (
	kindString  kind = "string"
	kindNumber  kind = "number"
	kindBoolean kind = "boolean"
	kindNull    kind = "null"
	kindArray   kind = "array"
	kindObject  kind = "object"
)

// value is what YAML and JSON have in common. line is 0 in JSON of the API.
type value struct {
	kind    kind
	line    int
	text    string // of strings, numbers and booleans
	items   []value
	members []member
}

type member struct {
	name  string
	line  int
	value value
}

// treeError is a file or body that cannot be read as a whole.
type treeError struct {
	line    int
	problem string
}

func (e *treeError) Error() string { return e.problem }

func refuseTree(line int, format string, args ...any) error {
	return &treeError{line: line, problem: fmt.Sprintf(format, args...)}
}

// readYAML reads one document, without what would make a rule say more than it
// shows: aliases, merges and names given twice.
func readYAML(content []byte) (value, error) {
	var document, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return value{kind: kindNull}, nil
	case err != nil:
		return value{}, syntaxError(err)
	}
	switch err := decoder.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		return value{}, syntaxError(err)
	default:
		return value{}, refuseTree(second.Line, "there is a second document; put all rules into the first")
	}
	return fromYAML(document.Content[0]) // a document always has one
}

// syntaxError takes the line out of the library's text, where it has one.
func syntaxError(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	var line int
	if n, scanErr := fmt.Sscanf(text, "line %d:", &line); n == 1 && scanErr == nil {
		_, text, _ = strings.Cut(text, ": ")
	}
	return refuseTree(line, "this is not valid YAML: %s", text)
}

func fromYAML(n *yaml.Node) (value, error) {
	v := value{line: n.Line, text: n.Value}
	switch n.Kind {
	case yaml.MappingNode:
		v.kind = kindObject
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := n.Content[i]
			if name.Kind != yaml.ScalarNode || name.ShortTag() == "!!merge" {
				return v, refuseTree(name.Line, "a key must be a plain word; write each rule out")
			}
			if err := v.add(name.Value, name.Line, func() (value, error) { return fromYAML(n.Content[i+1]) }); err != nil {
				return v, err
			}
		}
	case yaml.SequenceNode:
		v.kind = kindArray
		for _, c := range n.Content {
			item, err := fromYAML(c)
			if err != nil {
				return v, err
			}
			v.items = append(v.items, item)
		}
	case yaml.ScalarNode:
		v.kind = scalarKind(n.ShortTag())
	default:
		return v, refuseTree(n.Line, "aliases are not taken; write the value out")
	}
	return v, nil
}

func scalarKind(tag string) kind {
	switch tag {
	case "!!int", "!!float":
		return kindNumber
	case "!!bool":
		return kindBoolean
	case "!!null":
		return kindNull
	default:
		return kindString
	}
}

// maxMembers is more than a rule has keys.
const maxMembers = 100

// add reads a member, whose name must be new.
func (v *value) add(name string, line int, read func() (value, error)) error {
	if len(v.members) >= maxMembers {
		return refuseTree(line, "there are too many keys; a rule has fewer than %d", maxMembers)
	}
	for _, m := range v.members {
		if m.name == name {
			return refuseTree(line, "%.60q is given twice; take one out", name)
		}
	}
	content, err := read()
	if err != nil {
		return err
	}
	v.members = append(v.members, member{name: name, line: line, value: content})
	return nil
}

// readJSON reads one value and nothing after it.
func readJSON(body []byte) (value, error) {
	decoder := jsontext.NewDecoder(bytes.NewReader(body))
	v, err := fromJSON(decoder)
	if err == nil {
		if _, err = decoder.ReadToken(); errors.Is(err, io.EOF) {
			return v, nil
		} else if err == nil {
			return v, refuseTree(0, "the body must hold one JSON value only")
		}
	}
	if _, ours := errors.AsType[*treeError](err); ours {
		return v, err
	}
	return v, refuseTree(0, "the body is not valid JSON: %s", strings.TrimPrefix(err.Error(), "jsontext: "))
}

func fromJSON(d *jsontext.Decoder) (value, error) {
	token, err := d.ReadToken()
	if err != nil {
		return value{}, err
	}
	switch token.Kind() {
	case '{':
		return objectFromJSON(d)
	case '[':
		v := value{kind: kindArray}
		for d.PeekKind() != ']' {
			item, err := fromJSON(d)
			if err != nil {
				return v, err
			}
			v.items = append(v.items, item)
		}
		_, err := d.ReadToken()
		return v, err
	case '"':
		return value{kind: kindString, text: token.String()}, nil
	case '0':
		return value{kind: kindNumber, text: token.String()}, nil
	case 'n':
		return value{kind: kindNull}, nil
	default:
		return value{kind: kindBoolean, text: token.String()}, nil
	}
}

func objectFromJSON(d *jsontext.Decoder) (value, error) {
	v := value{kind: kindObject}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return v, err
		}
		if err := v.add(name.String(), 0, func() (value, error) { return fromJSON(d) }); err != nil {
			return v, err
		}
	}
	_, err := d.ReadToken()
	return v, err
}
