package replay

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Read reads a recording of either kind.
func Read(data []byte) (*Recording, error) {
	if trimmed := bytes.TrimLeft(data, " \t\r\n\ufeff"); len(trimmed) > 0 && trimmed[0] == '{' {
		r, err := readHAR(trimmed)
		if !errors.Is(err, errNoArchive) && (err == nil || bytes.Contains(trimmed, []byte(`"log"`))) {
			return r, err
		}
	}
	return readScenario(data)
}

// scenarioReader collects what is wrong with a scenario, by line.
type scenarioReader struct{ faults []Problem }

func (r *scenarioReader) refuse(n *yaml.Node, format string, args ...any) {
	r.faults = append(r.faults, Problem{n.Line, fmt.Errorf(format, args...)})
}

func readScenario(data []byte) (*Recording, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, fmt.Errorf("the scenario cannot be read: %w", err)
	}
	if len(document.Content) == 0 {
		return nil, errors.New("the file is empty")
	}
	r := &scenarioReader{}
	out := &Recording{}
	var shared []Header
	steps := document.Content[0]
	if steps.Kind == yaml.MappingNode {
		root := steps
		steps = nil
		r.members(root, "the scenario", map[string]func(*yaml.Node){
			"baseUrl": func(n *yaml.Node) { out.Base = r.text(n, "baseUrl") },
			"headers": func(n *yaml.Node) { shared = r.headers(n) },
			"steps":   func(n *yaml.Node) { steps = n },
		})
	}
	switch {
	case steps == nil:
		r.refuse(document.Content[0], "the scenario has no steps")
	case steps.Kind != yaml.SequenceNode:
		r.refuse(steps, "steps must be a list of requests")
	default:
		for _, n := range steps.Content {
			out.Steps = append(out.Steps, r.step(n, shared))
		}
	}
	if len(r.faults) == 0 && len(out.Steps) == 0 {
		r.refuse(document.Content[0], "the scenario has no steps")
	}
	var faults []error
	for _, f := range r.faults {
		faults = append(faults, fmt.Errorf("line %d: %w", f.Line, f.Err))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return out, nil
}

// Problem is what is wrong with a step, and in which line.
type Problem struct {
	Line int
	Err  error
}

// ReadSteps reads requests that stand in a file of another form: one step, or a list.
func ReadSteps(n *yaml.Node) (*Recording, []Problem) {
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		nodes = n.Content
	}
	r, out := &scenarioReader{}, &Recording{}
	for _, one := range nodes {
		out.Steps = append(out.Steps, r.step(one, nil))
	}
	return out, r.faults
}

// members calls for each member of a mapping by its name, and refuses others.
func (r *scenarioReader) members(n *yaml.Node, what string, known map[string]func(*yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.refuse(n, "%s must be keys with values", what)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		read, ok := known[name]
		switch {
		case !ok:
			names := make([]string, 0, len(known))
			for k := range known {
				names = append(names, k)
			}
			slices.Sort(names)
			r.refuse(n.Content[i], "%s has no key %q; it takes %s", what, name, strings.Join(names, ", "))
		case seen[name]:
			r.refuse(n.Content[i], "the key %s is there twice", name)
		default:
			read(n.Content[i+1])
		}
		seen[name] = true
	}
}

func (r *scenarioReader) text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		r.refuse(n, "%s must be a text", what)
		return ""
	}
	return n.Value
}

// pairs reads a mapping of texts, in its order; null gives false.
func (r *scenarioReader) pairs(n *yaml.Node, what string, each func(name, value string, given bool)) {
	if n.Kind != yaml.MappingNode {
		r.refuse(n, "%s must be keys with values", what)
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if value := n.Content[i+1]; value.ShortTag() == "!!null" {
			each(n.Content[i].Value, "", false)
		} else {
			each(n.Content[i].Value, r.text(value, what+" "+n.Content[i].Value), true)
		}
	}
}

// leftOut marks a header that is not sent at all.
const leftOut = "\x00"

func (r *scenarioReader) headers(n *yaml.Node) []Header {
	var list []Header
	r.pairs(n, "headers", func(name, value string, given bool) {
		if !given {
			value = leftOut
		}
		list = append(list, Header{name, value})
	})
	return list
}

var (
	methodForm = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$") // a token of RFC 9110 section 5.6.2
	nameForm   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
	statusForm = regexp.MustCompile(`^[1-5](?:[0-9][0-9]|xx)$`)
)

func (r *scenarioReader) step(n *yaml.Node, shared []Header) *Step {
	s := &Step{Method: "GET", Save: map[string]string{}}
	var own []Header
	r.members(n, "a step", map[string]func(*yaml.Node){
		"name": func(n *yaml.Node) { s.Name = r.text(n, "name") },
		"method": func(n *yaml.Node) {
			if s.Method = r.text(n, "method"); !methodForm.MatchString(s.Method) {
				r.refuse(n, "the method %q is none such as GET or PATCH", s.Method)
			}
		},
		"path": func(n *yaml.Node) {
			if s.Path = r.text(n, "path"); s.Path != "" && s.Path[0] != '/' && s.Path[0] != '?' {
				r.refuse(n, "the path %q must begin with a slash: it goes on after the base URL", s.Path)
			}
		},
		"headers": func(n *yaml.Node) { own = r.headers(n) },
		"body":    func(n *yaml.Node) { s.Body = r.body(n) },
		"expect":  func(n *yaml.Node) { s.Expect = r.expect(n) },
		"save": func(n *yaml.Node) {
			r.pairs(n, "save", func(name, from string, _ bool) {
				if !nameForm.MatchString(name) {
					r.refuse(n, "%q is no name of a variable", name)
				}
				s.Save[name] = from
			})
		},
	})
	if s.Path == "" && n.Kind == yaml.MappingNode {
		r.refuse(n, "the step has no path")
	}
	s.Headers = defaults(s, own, shared)
	return s
}

// defaults are the headers of a step: its own, those of all steps, and those that
// every SCIM client sends.
func defaults(s *Step, own, shared []Header) []Header {
	usual := []Header{{"Accept", "application/scim+json"}, {"Authorization", "Bearer ${" + TokenVariable + "}"}}
	if len(s.Body) > 0 {
		usual = append(usual, Header{"Content-Type", "application/scim+json"})
	}
	list := slices.Clone(own)
	for _, more := range [][]Header{shared, usual} {
		for _, h := range more {
			if !slices.ContainsFunc(list, func(o Header) bool { return strings.EqualFold(o.Name, h.Name) }) {
				list = append(list, h)
			}
		}
	}
	return slices.DeleteFunc(list, func(h Header) bool { return h.Value == leftOut })
}

// body reads what to send: a text as it is, all else as JSON.
func (r *scenarioReader) body(n *yaml.Node) []byte {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" {
		return []byte(n.Value)
	}
	return r.json(n, "body")
}

func (r *scenarioReader) json(n *yaml.Node, what string) []byte {
	text, err := ToJSON(n)
	if err != nil {
		r.refuse(n, "%s: %w", what, err)
	}
	return text
}

func (r *scenarioReader) expect(n *yaml.Node) *Expect {
	e := &Expect{Headers: map[string]string{}}
	r.members(n, "expect", map[string]func(*yaml.Node){
		"status": func(n *yaml.Node) {
			if e.Status = strings.ToLower(r.text(n, "status")); !statusForm.MatchString(e.Status) {
				r.refuse(n, "the status %q is none such as 201, or a class such as 2xx", e.Status)
			}
		},
		"headers": func(n *yaml.Node) {
			r.pairs(n, "headers", func(name, value string, given bool) {
				if !given {
					value = leftOut
				}
				e.Headers[name] = value
			})
		},
		"body": func(n *yaml.Node) { e.Body = r.json(n, "body") },
	})
	return e
}
