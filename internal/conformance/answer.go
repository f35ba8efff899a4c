package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

type (
	object = map[string]any
	list   = []any
)

// parse reads JSON, nil if it is none.
func parse(text string) any {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return nil
	}
	return v
}

// encode writes JSON with the members in order, so that a report reads the same each time.
func encode(v any) string {
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return fmt.Sprintf("(%v)", err)
	}
	return string(text)
}

// answer is an exchange in the hands of a check. Its methods end the check
// when the answer is not as they want it.
type answer struct {
	*scimclient.Exchange
	t *trial
}

func (a *answer) what() string {
	path := strings.TrimPrefix(a.URL, a.t.client.Base())
	if len(path) > 100 {
		path = path[:100] + "..."
	}
	return a.Method + " " + path
}

// is wants one of some statuses.
func (a *answer) is(statuses ...int) *answer {
	if a.Status == 0 && a.Err != nil {
		a.t.failf("%s gets no answer: %v", a.what(), a.Err)
	}
	if !slices.Contains(statuses, a.Status) {
		a.t.failf("%s answers %d%s; want %s", a.what(), a.Status, a.detail(), either(statuses))
	}
	return a
}

func (a *answer) detail() string {
	body, _ := parse(a.Body).(object)
	var parts []string
	for _, key := range []string{"scimType", "detail"} {
		if s, ok := body[key].(string); ok {
			parts = append(parts, s)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ": ") + ")"
}

func either[T any](values []T) string {
	var words []string
	for _, v := range values {
		words = append(words, fmt.Sprint(v))
	}
	return strings.Join(words, " or ")
}

// refused wants an error with a status and, if any are given, one of some scimTypes.
func (a *answer) refused(status int, scimTypes ...string) *answer {
	a.is(status)
	body, ok := parse(a.Body).(object)
	if !ok {
		a.t.failf("%s answers %d without a JSON object", a.what(), status)
	}
	if !slices.Contains(strs(body["schemas"]), errorURN) {
		a.t.failf("%s answers %d with a body that is no SCIM error", a.what(), status)
	}
	if len(scimTypes) == 0 {
		return a
	}
	if got, _ := body["scimType"].(string); !slices.Contains(scimTypes, got) {
		a.t.failf("%s answers %d with scimType %q; want %s", a.what(), status, got, either(scimTypes))
	}
	return a
}

func (a *answer) ok() bool { return a.Status >= 200 && a.Status < 300 }

// body wants a JSON object.
func (a *answer) body() object {
	body, ok := parse(a.Body).(object)
	if !ok {
		a.t.failf("%s answers %d without a JSON object", a.what(), a.Status)
	}
	return body
}

// at is the value of a path of names, nil if there is none.
func (a *answer) at(path ...string) any { return at(a.body(), path...) }

// str is at for a string.
func (a *answer) str(path ...string) string {
	s, _ := a.at(path...).(string)
	return s
}

func at(o object, path ...string) any {
	var v any = o
	for _, name := range path {
		inner, _ := v.(object)
		v = inner[name]
	}
	return v
}

// strs gives the strings of a list.
func strs(v any) []string {
	values, _ := v.(list)
	var out []string
	for _, value := range values {
		if s, ok := value.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// subs gives a sub-attribute of each value of a multi-valued attribute, "" where it is missing.
func subs(o object, name, sub string) []string {
	values, _ := o[name].(list)
	out := []string{}
	for _, value := range objects(values) {
		s, _ := value[sub].(string)
		out = append(out, s)
	}
	return out
}

// listed wants a ListResponse.
func (a *answer) listed() *answer {
	a.t.equal("schemas of the answer to "+a.what(), a.is(200).at("schemas"), list{listURN})
	return a
}

// resources are those of a ListResponse.
func (a *answer) resources() []object {
	values, _ := a.is(200).at("Resources").(list)
	return objects(values)
}

// ids are those of the resources of a ListResponse.
func (a *answer) ids() []string {
	var out []string
	for _, r := range a.resources() {
		id, _ := r["id"].(string)
		out = append(out, id)
	}
	return out
}

// integer wants a JSON integer.
func (a *answer) integer(name string) int {
	n, ok := a.at(name).(float64)
	if !ok || n != float64(int(n)) {
		a.t.failf("%s has no integer %s, but %s", a.what(), name, encode(a.at(name)))
	}
	return int(n)
}

// same says whether two values are one in JSON.
func same(a, b any) bool { return encode(a) == encode(b) }

func isNothing(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case list:
		return len(v) == 0
	case object:
		return len(v) == 0
	}
	return false
}
