package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// Scenario is a story that can be played.
type Scenario struct {
	Name        string     `yaml:"name"`
	Description string     `yaml:"description"`
	Providers   []idp.Kind `yaml:"providers"` // that it is for, all if none is named
	Options     Settings   `yaml:"options"`
	Directory   Directory  `yaml:"directory"`
	Steps       []*Step    `yaml:"steps"`

	run string // suffix of the names of people and groups
}

// Settings are the options of a provider that a scenario can ask for.
type Settings struct {
	Dialect     string `yaml:"dialect"`
	JobTitleAs  string `yaml:"jobTitleAs"`
	TestUser    string `yaml:"testUser"`
	MatchBy     string `yaml:"matchBy"`
	AADOptIn    bool   `yaml:"aadOptscim062020"`
	OktaStyle   string `yaml:"oktaStyle"`
	Groups      *bool  `yaml:"groups"` // whether groups are managed; they are if it is left out
	Concurrency int    `yaml:"concurrency"`
}

// Directory is what a story begins with. Members of groups are usernames.
type Directory struct {
	Users  []idp.User  `yaml:"users"`
	Groups []idp.Group `yaml:"groups"`
}

// Step is one thing that happens, and what is to be true then.
type Step struct {
	Name   string
	Only   []idp.Kind // the providers that take it, all if none is named
	Fails  string     // a part of what its failure says, "true" for any failure
	Expect *Expect

	line   int
	what   string // the key of the action, empty if there is none
	action action
}

// Title is its name or, without one, what it does.
func (s *Step) Title() string {
	switch {
	case s.Name != "":
		return s.Name
	case s.action == nil:
		return "what is expected"
	default:
		return strings.TrimSpace(s.what + " " + s.action.about())
	}
}

// Takes says whether a provider is among some, which are all if none is named.
func takes(only []idp.Kind, kind idp.Kind) bool { return len(only) == 0 || slices.Contains(only, kind) }

// For says whether the scenario is for a provider.
func (s *Scenario) For(kind idp.Kind) bool { return takes(s.Providers, kind) }

// Read reads a scenario, in which ${run} stands for a suffix that keeps the people and
// groups of one run from those of another on the same target. What is wrong with it is
// an *Invalid.
func Read(in io.Reader, run string) (*Scenario, error) {
	data, err := withRun(in, run)
	if err != nil {
		return nil, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, &Invalid{[]Fault{{1, "the file is empty"}}}
		}
		return nil, fmt.Errorf("it is no YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	r, s := &reader{}, &Scenario{run: run}
	top := document.Content[0]
	r.into(top, s, "the scenario")
	for _, kind := range s.Providers {
		r.kind(top, kind)
	}
	if len(s.Steps) == 0 && len(r.faults) == 0 {
		r.refuse(top, "the scenario has no steps")
	}
	if s.Name == "" && len(r.faults) == 0 {
		r.refuse(top, "the scenario has no name")
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return s, nil
}

func (r *reader) kind(n *yaml.Node, kind idp.Kind) {
	names := make([]string, 0, len(idp.Kinds()))
	for _, k := range idp.Kinds() {
		names = append(names, string(k))
	}
	if !slices.Contains(idp.Kinds(), kind) {
		r.refuse(n, "%q is no identity provider; %s", kind, suggest(string(kind), names))
	}
}

// read reads the keys of a step and, by its name, what it does.
func (s *Step) read(r *reader, n *yaml.Node, what string) {
	s.line = n.Line
	known := []string{"name", "only", "fails", "expect"}
	r.members(n, what, append(known, ActionNames()...), func(name string, value *yaml.Node) {
		switch name {
		case "name":
			s.Name = r.text(value, what+".name")
		case "only":
			r.into(value, &s.Only, what+".only")
			for _, kind := range s.Only {
				r.kind(value, kind)
			}
		case "fails":
			s.Fails = r.text(value, what+".fails")
		case "expect":
			s.Expect = &Expect{}
			r.into(value, s.Expect, what+".expect")
		default:
			if s.action != nil {
				r.refuse(value, "%s does two things, %s and %s; make two steps of it", what, s.what, name)
				return
			}
			s.what, s.action = name, r.action(name, value, name)
		}
	})
	if n.Kind == yaml.MappingNode && s.action == nil && s.Expect == nil && len(r.faults) == 0 {
		r.refuse(n, "%s does nothing and expects nothing", what)
	}
}

// Length is how many steps the scenario has for a provider.
func (s *Scenario) Length(kind idp.Kind) int {
	n := 0
	for _, step := range s.Steps {
		if takes(step.Only, kind) {
			n++
		}
	}
	return n
}
