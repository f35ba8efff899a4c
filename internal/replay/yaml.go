package replay

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// deepest is how far values may be nested.
const deepest = 200

// ToJSON makes JSON of YAML, in the same order and with numbers as they are written.
func ToJSON(n *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	err := writeJSON(jsontext.NewEncoder(&out), n, 0)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

func writeJSON(out *jsontext.Encoder, n *yaml.Node, depth int) error {
	if depth > deepest {
		return errors.New("it is nested too deeply")
	}
	switch n.Kind {
	case yaml.MappingNode, yaml.SequenceNode:
		begin, end := jsontext.BeginArray, jsontext.EndArray
		if n.Kind == yaml.MappingNode {
			begin, end = jsontext.BeginObject, jsontext.EndObject
		}
		if err := out.WriteToken(begin); err != nil {
			return err
		}
		for i, child := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 0 {
				if err := out.WriteToken(jsontext.String(child.Value)); err != nil {
					return fmt.Errorf("line %d: %w", child.Line, err)
				}
				continue
			}
			if err := writeJSON(out, child, depth+1); err != nil {
				return err
			}
		}
		return out.WriteToken(end)
	case yaml.ScalarNode:
		return writeScalar(out, n)
	default:
		return fmt.Errorf("line %d: anchors and aliases have no place here; write out what *%s stands for", n.Line, n.Value)
	}
}

func writeScalar(out *jsontext.Encoder, n *yaml.Node) error {
	switch n.ShortTag() {
	case "!!null":
		return out.WriteToken(jsontext.Null)
	case "!!bool":
		return out.WriteToken(jsontext.Bool(strings.EqualFold(n.Value, "true")))
	case "!!int", "!!float":
		value := jsontext.Value(n.Value)
		if !value.IsValid() {
			return fmt.Errorf("line %d: %s is no number of JSON; write it as JSON does, or as a text in quotes", n.Line, n.Value)
		}
		return out.WriteValue(value)
	default: // dates too, which JSON has as texts
		return out.WriteToken(jsontext.String(n.Value))
	}
}

// fromJSON makes YAML of JSON.
func fromJSON(text []byte) (*yaml.Node, error) {
	in := jsontext.NewDecoder(bytes.NewReader(text))
	n, err := readNode(in)
	if err != nil {
		return nil, err
	}
	if _, err := in.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the value")
	}
	return n, nil
}

func readNode(in *jsontext.Decoder) (*yaml.Node, error) {
	token, err := in.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{', '[':
		n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		if token.Kind() == '{' {
			n.Kind, n.Tag = yaml.MappingNode, "!!map"
		}
		for in.PeekKind() != '}' && in.PeekKind() != ']' {
			child, err := readNode(in)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
		if len(n.Content) == 0 {
			n.Style = yaml.FlowStyle
		}
		_, err := in.ReadToken()
		return n, err
	case '"':
		return textNode(token.String()), nil
	case '0':
		value := token.String()
		tag := "!!int"
		if strings.ContainsAny(value, ".eE") {
			tag = "!!float"
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}, nil
	case 'n':
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: token.String()}, nil
	}
}

func textNode(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}
