package scenario

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"
	"go.yaml.in/yaml/v3"
)

// Invalid is all that is wrong with a file, a line each.
type Invalid struct{ Faults []Fault }

// Fault is one thing that is wrong, and where. Lines count from 1.
type Fault struct {
	Line   int    `json:"line"`
	Detail string `json:"detail"`
}

func (e *Invalid) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = fmt.Sprintf("line %d: %s", f.Line, f.Detail)
	}
	return strings.Join(lines, "\n")
}

// reader reads YAML into the types of this package and tells all that does not fit.
type reader struct{ faults []Fault }

// A node is a type that reads itself.
type node interface {
	read(r *reader, n *yaml.Node, what string)
}

func (r *reader) refuse(n *yaml.Node, format string, args ...any) {
	r.faults = append(r.faults, Fault{Line: max(n.Line, 1), Detail: fmt.Sprintf(format, args...)})
}

func (r *reader) err() error {
	if len(r.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(r.faults, func(a, b Fault) int { return a.Line - b.Line })
	return &Invalid{r.faults}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// into reads a node into what v points to.
func (r *reader) into(n *yaml.Node, v any, what string) { r.value(n, reflect.ValueOf(v).Elem(), what) }

func (r *reader) value(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind == yaml.AliasNode {
		r.refuse(n, "*%s is an alias, which scenarios do not have; write out what it stands for", n.Value)
		return
	}
	if v.CanAddr() {
		switch own := v.Addr().Interface().(type) {
		case node:
			own.read(r, n, what)
			return
		case encoding.TextUnmarshaler:
			if err := own.UnmarshalText([]byte(r.text(n, what))); err != nil {
				r.refuse(n, "%s: %v", what, err)
			}
			return
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.value(n, v.Elem(), what)
	case reflect.Struct:
		r.structure(n, v, what)
	case reflect.Slice:
		r.list(n, v, what)
	case reflect.Map:
		r.mapping(n, v, what)
	default:
		r.scalar(n, v, what)
	}
}

// fields are those of a struct by their names in YAML, with those of embedded ones.
func fields(v reflect.Value) (names []string, by map[string]reflect.Value) {
	by = map[string]reflect.Value{}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Anonymous {
			more, inner := fields(v.Field(i))
			names = append(names, more...)
			for name, value := range inner {
				by[name] = value
			}
			continue
		}
		if name := field.Tag.Get("yaml"); name != "" && name != "-" {
			names = append(names, name)
			by[name] = v.Field(i)
		}
	}
	return names, by
}

// structure reads a mapping. What is written as a single value is that of the first
// field, and null is a mapping without keys.
func (r *reader) structure(n *yaml.Node, v reflect.Value, what string) {
	names, by := fields(v)
	switch {
	case isNull(n):
		return
	case n.Kind == yaml.ScalarNode && len(names) > 0 && by[names[0]].Kind() != reflect.Struct:
		r.value(n, by[names[0]], what)
		return
	}
	r.members(n, what, names, func(name string, value *yaml.Node) {
		if !isNull(value) || by[name].Kind() == reflect.Pointer {
			r.value(value, by[name], what+"."+name)
		}
	})
}

// members calls for each key of a mapping; others than the known ones are refused.
func (r *reader) members(n *yaml.Node, what string, known []string, each func(name string, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.refuse(n, "%s must be keys with values: %s", what, strings.Join(known, ", "))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case !slices.Contains(known, key.Value):
			r.refuse(key, "%s has no key %q; %s", what, key.Value, suggest(key.Value, known))
		case seen[key.Value]:
			r.refuse(key, "%s has %s twice; take one out", what, key.Value)
		default:
			each(key.Value, n.Content[i+1])
		}
		seen[key.Value] = true
	}
}

// list reads a list; a single value is a list of one.
func (r *reader) list(n *yaml.Node, v reflect.Value, what string) {
	nodes := n.Content
	switch n.Kind {
	case yaml.ScalarNode:
		if isNull(n) {
			return
		}
		nodes = []*yaml.Node{n}
	case yaml.MappingNode:
		r.refuse(n, "%s must be a list", what)
		return
	}
	out := reflect.MakeSlice(v.Type(), len(nodes), len(nodes))
	for i, one := range nodes {
		r.value(one, out.Index(i), fmt.Sprintf("%s[%d]", what, i))
	}
	v.Set(out)
}

// mapping reads keys that are names.
func (r *reader) mapping(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind != yaml.MappingNode {
		r.refuse(n, "%s must be keys with values", what)
		return
	}
	out := reflect.MakeMap(v.Type())
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := reflect.ValueOf(n.Content[i].Value)
		if out.MapIndex(key).IsValid() {
			r.refuse(n.Content[i], "%s has %s twice; take one out", what, n.Content[i].Value)
			continue
		}
		value := reflect.New(v.Type().Elem()).Elem()
		r.value(n.Content[i+1], value, what+"."+n.Content[i].Value)
		out.SetMapIndex(key, value)
	}
	v.Set(out)
}

// text reads a value as it is written, whatever YAML takes it for.
func (r *reader) text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode {
		r.refuse(n, "%s must be a single value", what)
		return ""
	}
	if isNull(n) {
		return ""
	}
	return n.Value
}

var durationType = reflect.TypeFor[time.Duration]()

func (r *reader) scalar(n *yaml.Node, v reflect.Value, what string) {
	text := r.text(n, what)
	if n.Kind != yaml.ScalarNode {
		return
	}
	var err error
	wanted := ""
	switch {
	case v.Type() == durationType:
		var d time.Duration
		d, err = time.ParseDuration(text)
		if err == nil && d < 0 {
			err = errors.New("it is below 0")
		}
		v.SetInt(int64(d))
		wanted = "a time with its unit, such as 90s or 48h"
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(text)
		v.SetBool(b)
		wanted = "true or false"
	case v.CanInt():
		var i int64
		i, err = strconv.ParseInt(text, 10, 64)
		if err == nil && i < 0 {
			err = errors.New("it is below 0")
		}
		v.SetInt(i)
		wanted = "a whole number from 0"
	case v.CanUint():
		var i uint64
		i, err = strconv.ParseUint(text, 10, 64)
		v.SetUint(i)
		wanted = "a whole number from 0"
	case v.CanFloat():
		var f float64
		f, err = strconv.ParseFloat(text, 64)
		v.SetFloat(f)
		wanted = "a number"
	default:
		err = fmt.Errorf("%s cannot be read", v.Type())
	}
	if err != nil {
		r.refuse(n, "%s is %q, and must be %s", what, text, wanted)
	}
}

// suggest names the one of names that was meant, or says which there are.
func suggest(name string, names []string) string {
	best, least := "", max(2, (len(name)+1)/2)+1
	for _, n := range names {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "there are " + strings.Join(names, ", ")
}
