package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
)

// file is a read configuration file: one YAML mapping from option names to values.
type file struct {
	path   string
	values map[string]fileValue
}

type fileValue struct {
	line  int
	texts []string
}

// at names a place in the file.
func (f *file) at(line int) string { return fmt.Sprintf("%s line %d:", f.path, line) }

// readFile reads the names of all options, so that commands can share one file.
func readFile(path string) (*file, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("the configuration file cannot be read: %v", err)
	}
	f := &file{path: path, values: map[string]fileValue{}}
	var document, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return f, nil
	case err != nil:
		return nil, usage("%s is not valid YAML: %v", path, err)
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, usage("%s holds more than one document; put all options into the first", path)
	}
	top := document.Content[0] // a document always has one
	switch {
	case top.Tag == "!!null": // comments only
		return f, nil
	case top.Kind != yaml.MappingNode:
		return nil, usage(`%s must hold option names and values, such as "listen: 127.0.0.1:8080"`, path)
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		if err := f.add(top.Content[i], top.Content[i+1]); err != nil {
			return nil, usage("%s %v", f.at(top.Content[i].Line), err)
		}
	}
	return f, nil
}

func (f *file) add(key, value *yaml.Node) error {
	name := key.Value
	o := find(name)
	switch _, twice := f.values[name]; {
	case o == nil:
		return fmt.Errorf("there is no option %q%s", name, suggest(name, keys()))
	case name == "config":
		return errors.New("config cannot stand in a configuration file; take the line out")
	case twice:
		return fmt.Errorf("%s is given twice; take one out", name)
	}
	nodes := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		if o.kind != list {
			return fmt.Errorf("%s is a list; it takes one value", name)
		}
		nodes = value.Content
	}
	texts := make([]string, len(nodes))
	for i, n := range nodes {
		switch {
		case n.Kind != yaml.ScalarNode:
			return fmt.Errorf("%s must be a plain value or a list of them", name)
		case n.Tag == "!!null":
			return fmt.Errorf("%s has no value; give it one or take the line out", name)
		}
		texts[i] = n.Value
	}
	f.values[name] = fileValue{line: key.Line, texts: texts}
	return nil
}

// keys are the names that a configuration file may hold.
func keys() []string {
	var names []string
	for _, o := range options {
		if o.name != "config" {
			names = append(names, o.name)
		}
	}
	return names
}
