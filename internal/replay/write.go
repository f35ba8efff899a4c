package replay

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// WriteScenario writes a recording as a scenario that can be sent anywhere: ids that
// its answers gave are variables, and what its answers were is expected again, but for
// what no two servers share.
func WriteScenario(r *Recording) ([]byte, error) {
	w := &scenarioWriter{ids: newIDs(), used: map[string]bool{}, from: map[string]int{}, source: map[string]string{}}
	var steps []*yaml.Node
	for i, s := range r.Steps {
		n, err := w.step(i, s)
		if err != nil {
			return nil, fmt.Errorf("request %d: %w", i+1, err)
		}
		steps = append(steps, n)
	}
	for _, name := range slices.Sorted(maps.Keys(w.used)) {
		w.save(steps[w.from[name]], name)
	}
	root := mapping()
	if r.Base != "" {
		put(root, "baseUrl", textNode(r.Base))
	}
	put(root, "steps", &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: steps})
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(root); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

// scenarioWriter names the ids that answers give.
type scenarioWriter struct {
	ids    *ids
	used   map[string]bool   // variables that a request has
	from   map[string]int    // variable -> the step whose answer gives it
	source map[string]string // variable -> where in the answer
}

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"} }

func put(n *yaml.Node, name string, value *yaml.Node) {
	n.Content = append(n.Content, textNode(name), value)
}

// save adds a variable to a step.
func (w *scenarioWriter) save(step *yaml.Node, name string) {
	last := len(step.Content) - 2
	if step.Content[last].Value != "save" {
		put(step, "save", mapping())
		last += 2
	}
	put(step.Content[last+1], name, textNode(w.source[name]))
}

func (w *scenarioWriter) step(number int, s *Step) (*yaml.Node, error) {
	n := mapping()
	if s.Name != "" {
		put(n, "name", textNode(s.Name))
	}
	if s.Method != "GET" {
		put(n, "method", textNode(s.Method))
	}
	put(n, "path", textNode(w.note(w.ids.toNew.path(s.Path))))
	if headers := headerNodes(s); len(headers.Content) > 0 {
		put(n, "headers", headers)
	}
	if len(s.Body) > 0 {
		put(n, "body", bodyNode([]byte(w.note(string(w.ids.toNew.body(s.Body))))))
	}
	if s.Recorded == nil {
		return n, nil
	}
	// What the answer tells is expected in the words of the variables known by now, and
	// those that it brings can be used from the next request on.
	if s.Recorded.Status != 0 {
		expect, err := w.expect(s.Recorded)
		if err != nil {
			return nil, err
		}
		put(n, "expect", expect)
	}
	w.learn(number, s)
	return n, nil
}

// variables are those of ids, wherever they stand.
var variables = regexp.MustCompile(`\$\{([a-z0-9_.-]+)\}`)

// note remembers the variables of ids that a text has.
func (w *scenarioWriter) note(text string) string {
	for _, m := range variables.FindAllStringSubmatch(text, -1) {
		if _, known := w.from[m[1]]; known {
			w.used[m[1]] = true
		}
	}
	return text
}

// learn names the ids of an answer.
func (w *scenarioWriter) learn(number int, s *Step) {
	body, ok := readObject(s.Recorded.Body)
	if !ok || s.Recorded.Cut || s.Recorded.Status >= 300 {
		return
	}
	if resources, ok := list(body, "Resources"); ok {
		if len(resources) == 1 { // of several nobody knows which comes first elsewhere
			w.name(number, object(resources[0]), s.Path, "Resources.0.id")
		}
		return
	}
	w.name(number, body, s.Path, "id")
}

func (w *scenarioWriter) name(number int, resource map[string]any, path, source string) {
	id := text(resource, "id")
	kind := kindOf(resource, path)
	if id == "" || kind == "" {
		return
	}
	if _, known := w.ids.toNew[kind+"/"+id]; known {
		return
	}
	name := strings.ToLower(strings.TrimSuffix(kind, "s")) + "_" + strconv.Itoa(len(w.from)+1)
	if !nameForm.MatchString(name) {
		return
	}
	w.from[name], w.source[name] = number, source
	w.ids.toNew[kind+"/"+id] = "${" + name + "}"
}

// headerNodes are the headers that differ from what a step has by itself.
func headerNodes(s *Step) *yaml.Node {
	usual := defaults(s, nil, nil)
	n := mapping()
	for _, h := range s.Headers {
		if !slices.ContainsFunc(usual, func(u Header) bool { return strings.EqualFold(u.Name, h.Name) && u.Value == h.Value }) {
			put(n, h.Name, textNode(h.Value))
		}
	}
	for _, u := range usual {
		if !slices.ContainsFunc(s.Headers, func(h Header) bool { return strings.EqualFold(u.Name, h.Name) }) {
			put(n, u.Name, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"})
		}
	}
	return n
}

// bodyNode is a body as YAML if that is sent as the same JSON, else as a text.
func bodyNode(body []byte) *yaml.Node {
	n, err := fromJSON(body)
	if err != nil || n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		return textNode(string(body))
	}
	return n
}

// unexpected are attributes that no two servers share; text for people is among them.
var unexpected = map[string]bool{"meta": true, "id": true, "$ref": true, "location": true, "version": true, "detail": true}

func (w *scenarioWriter) expect(a *Answer) (*yaml.Node, error) {
	n := mapping()
	put(n, "status", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(a.Status)})
	body, ok := parse(a.Body)
	if !ok || a.Cut {
		return n, nil
	}
	kept, ok := w.keep(body)
	if !ok {
		return n, nil
	}
	text, err := json.Marshal(kept, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	value, err := fromJSON([]byte(w.note(string(w.ids.toNew.body(text)))))
	if err != nil {
		return nil, err
	}
	put(n, "body", value)
	return n, nil
}

// keep leaves out of a value what cannot be expected of another server; it is false if
// nothing is left.
func (w *scenarioWriter) keep(v any) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, member := range v {
			if kept, ok := w.keep(member); ok && !unexpected[name] {
				out[name] = kept
			}
		}
		return out, len(out) > 0
	case []any:
		out := []any{}
		for _, element := range v {
			if kept, ok := w.keep(element); ok {
				out = append(out, kept)
			}
		}
		return out, true
	case string:
		return escape(v), !strings.Contains(v, masked)
	case float64:
		return jsontext.Value(strconv.FormatFloat(v, 'f', -1, 64)), true
	default:
		return v, true
	}
}
