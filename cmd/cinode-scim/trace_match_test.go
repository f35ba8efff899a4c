package main

import (
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// variables are the values that were kept under a name.
type variables map[string]string

var variable = regexp.MustCompile(`\$\{[^}]+\}`)

// expand puts values in place of the names that have one.
func (v variables) expand(text string) string {
	return variable.ReplaceAllStringFunc(text, func(name string) string {
		if value, ok := v[name]; ok {
			return value
		}
		return name
	})
}

// match holds an answer against the part of it that is expected, and keeps what the names in it stand for.
func (v variables) match(want, got any, path string) error {
	switch want := want.(type) {
	case map[string]any:
		return v.matchObject(want, got, path)
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return fmt.Errorf("%s is %v, not %d values", path, got, len(want))
		}
		for i := range want {
			if err := v.match(want[i], list[i], path+"["+strconv.Itoa(i)+"]"); err != nil {
				return err
			}
		}
		return nil
	case string:
		return v.matchText(want, got, path)
	default:
		if !reflect.DeepEqual(want, got) {
			return fmt.Errorf("%s is %#v, not %#v", path, got, want)
		}
		return nil
	}
}

func (v variables) matchObject(want map[string]any, got any, path string) error {
	object, ok := got.(map[string]any)
	if !ok {
		return fmt.Errorf("%s is %v, not an object", path, got)
	}
	for _, name := range sortedKeys(want) {
		value, there := object[name]
		switch absent := want[name] == "(absent)"; {
		case absent && there:
			return fmt.Errorf("%s.%s is there: %v", path, name, value)
		case absent:
			continue
		case !there:
			return fmt.Errorf("%s.%s is not there", path, name)
		}
		if err := v.match(want[name], value, path+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func (v variables) matchText(want string, got any, path string) error {
	text, isText := got.(string)
	expected := v.expand(want)
	switch {
	case want == "(any)":
		return nil
	case !isText:
		return fmt.Errorf("%s is %#v, not the string %q", path, got, expected)
	case variable.FindString(expected) == expected && expected != "":
		v[expected] = text
		return nil
	case text != expected:
		return fmt.Errorf("%s is %q, not %q", path, text, expected)
	default:
		return nil
	}
}

func sortedKeys(object map[string]any) []string {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// merge makes one expectation of the blocks that concern a mode: the later wins, bodies add up.
func merge(wants []traceWant, mode string) (status int, scimType string, headers map[string]string, bodies []any) {
	headers = map[string]string{"X-Scim-Deviations": ""}
	for _, w := range wants {
		if !w.concerns(mode) {
			continue
		}
		if w.status > 0 {
			if w.status >= 400 || w.status == http.StatusNoContent { // what was to be read is no more
				bodies, headers = nil, map[string]string{"X-Scim-Deviations": ""}
			}
			status, scimType = w.status, w.scimType
		}
		for _, h := range w.headers {
			headers[h.name] = strings.TrimSpace(strings.TrimSuffix(h.value, "none"))
		}
		if w.body != nil {
			bodies = append(bodies, w.body)
		}
	}
	return status, scimType, headers, bodies
}
