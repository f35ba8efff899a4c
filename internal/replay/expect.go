package replay

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// status is what is expected at least.
func (e *Expect) status() string {
	if e == nil || e.Status == "" {
		return "an answer"
	}
	return e.Status
}

// check holds an answer against what a scenario expects.
func (p *player) check(e *Expect, a *Answer) []Difference {
	var list []Difference
	if got := strconv.Itoa(a.Status); e.Status != "" && got != e.Status && (!strings.HasSuffix(e.Status, "xx") || got[0] != e.Status[0]) {
		list = append(list, Difference{"status", e.Status, statusText(a.Status)})
	}
	for _, name := range slices.Sorted(maps.Keys(e.Headers)) {
		want, got := e.Headers[name], strings.Join(a.Header.Values(name), ", ")
		if want == leftOut {
			if got != "" {
				list = append(list, Difference{"header " + name, "", got})
			}
			continue
		}
		want, err := expand(want, p.lookup)
		if err != nil {
			return append(list, Difference{"header " + name, err.Error(), got})
		}
		if !glob(want, "*", got) {
			list = append(list, Difference{"header " + name, want, got})
		}
	}
	if len(e.Body) == 0 {
		return list
	}
	body, err := expandBody(e.Body, p.lookup)
	if err != nil {
		return append(list, Difference{"body", err.Error(), ""})
	}
	want, _ := parse(body) // it was written by ToJSON
	got, ok := parse(a.Body)
	if !ok {
		return append(list, Difference{"body", short(string(body)), short(string(a.Body))})
	}
	return append(list, within("", want, got)...)
}

// within gives what is wanted and not held. Objects may have more members, arrays more
// elements in any order.
func within(at string, want, got any) []Difference {
	where := strings.TrimSpace("body " + at)
	switch want := want.(type) {
	case map[string]any:
		o, ok := got.(map[string]any)
		if !ok {
			return []Difference{{where, shown(want), shown(got)}}
		}
		var list []Difference
		for _, name := range slices.Sorted(maps.Keys(want)) {
			at := strings.TrimPrefix(at+"."+name, ".")
			if v, ok := o[name]; ok {
				list = append(list, within(at, want[name], v)...)
			} else {
				list = append(list, Difference{"body " + at, shown(want[name]), ""})
			}
		}
		return list
	case []any:
		values, ok := got.([]any)
		if !ok {
			return []Difference{{where, shown(want), shown(got)}}
		}
		var list []Difference
		for i, w := range want {
			if !slices.ContainsFunc(values, func(v any) bool { return len(within("", w, v)) == 0 }) {
				list = append(list, Difference{fmt.Sprintf("%s[%d]", where, i), "one like " + shown(w), shown(got)})
			}
		}
		return list
	default:
		if !equal(want, got) {
			return []Difference{{where, shown(want), shown(got)}}
		}
		return nil
	}
}

// headerSource begins the source of a variable that is saved from a header.
const headerSource = "header:"

// save keeps parts of an answer as variables.
func (p *player) save(save map[string]string, a *Answer) []Difference {
	var list []Difference
	body, _ := parse(a.Body) // what is no JSON has no parts
	for _, name := range slices.Sorted(maps.Keys(save)) {
		value, ok := pick(body, save[name])
		if header, is := strings.CutPrefix(save[name], headerSource); is {
			value = a.Header.Get(header)
			ok = value != ""
		}
		if !ok {
			list = append(list, Difference{"save " + name, save[name], ""})
			continue
		}
		p.saved[name] = value
	}
	return list
}

// pick finds a value by a path such as "Resources.0.id".
func pick(v any, path string) (string, bool) {
	for _, name := range strings.Split(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			next, ok := at[name]
			if !ok {
				return "", false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(at) {
				return "", false
			}
			v = at[i]
		default:
			return "", false
		}
	}
	if s, ok := v.(string); ok {
		return s, true
	}
	out, err := json.Marshal(v, json.Deterministic(true))
	return string(out), err == nil
}
