package main

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// The vocabulary of mutants; the comment on mutant lists it.
type (
	edit func(*call)
	cond func(*call) bool
	obj  = map[string]any
	arr  = []any
)

// gone is what a change gives to take a member away.
var gone = &struct{ name string }{"gone"}

// The URNs that mutants need.
const (
	coreUser   = "urn:ietf:params:scim:schemas:core:2.0:User"
	coreGroup  = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	errorURN   = "urn:ietf:params:scim:api:messages:2.0:Error"
	listURN    = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	patchURN   = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

func readJSON(text string) any {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return nil
	}
	return v
}

func writeJSON(v any) string {
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		panic(err) // the table has a value that is no JSON
	}
	return string(text)
}

// walk gives a value with f done to what is at a path.
func walk(v any, path []string, f func(any) any) any {
	if len(path) == 0 {
		return f(v)
	}
	switch v := v.(type) {
	case nil: // made on the way, if it is to be an object
		if path[0] == "*" || strings.Contains(path[0], "=") {
			return gone
		}
		if inner := walk(nil, path[1:], f); inner != any(gone) {
			return obj{path[0]: inner}
		}
		return gone
	case obj:
		for _, name := range membersAt(v, path[0]) {
			if inner := walk(v[name], path[1:], f); inner == any(gone) {
				delete(v, name)
			} else {
				v[name] = inner
			}
		}
	case arr:
		out := arr{}
		for i, element := range v {
			if picks(path[0], i, element) {
				element = walk(element, path[1:], f)
			}
			if element != any(gone) {
				out = append(out, element)
			}
		}
		if path[0] == "+" {
			out = append(out, walk(nil, path[1:], f))
		}
		return out
	}
	return v
}

func membersAt(o obj, segment string) []string {
	if segment != "*" {
		return []string{segment}
	}
	var names []string
	for name := range o {
		names = append(names, name)
	}
	return names
}

func picks(segment string, i int, element any) bool {
	if name, value, ok := strings.Cut(segment, "="); ok {
		o, _ := element.(obj)
		return o[name] == value
	}
	return segment == "*" || segment == strconv.Itoa(i)
}

// valueAt gives what is at a path, the last if several are, nil if there is nothing.
func valueAt(v any, path string) any {
	var found any
	walk(v, strings.Split(path, "/"), func(v any) any {
		found = v
		if v == nil {
			return gone
		}
		return v
	})
	return found
}

func do(edits ...edit) edit {
	return func(c *call) {
		for _, e := range edits {
			e(c)
		}
	}
}

func at(pattern string, edits ...edit) edit {
	return when(func(c *call) bool { return matches(pattern, c.came.Method, c.origin) }, edits...)
}

func when(is cond, edits ...edit) edit {
	return func(c *call) {
		if is(c) {
			do(edits...)(c)
		}
	}
}

func unless(is cond, edits ...edit) edit {
	return when(func(c *call) bool { return !is(c) }, edits...)
}

func asks(texts ...string) cond {
	return func(c *call) bool {
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(c.asked, text) })
	}
}

func asksRaw(text string) cond {
	return func(c *call) bool { return strings.Contains(c.came.URL.RawQuery, text) }
}

func asksHeader(name, text string) cond {
	return func(c *call) bool {
		values, ok := c.came.Header[http.CanonicalHeaderKey(name)]
		return ok && strings.Contains(strings.Join(values, ", "), text)
	}
}

func answers(statuses ...int) cond {
	return func(c *call) bool { return slices.Contains(statuses, c.status) }
}

func holds(path string, value any) cond {
	return func(c *call) bool {
		v := valueAt(readJSON(c.here().body), path)
		return value == nil && v != nil || value != nil && writeJSON(v) == writeJSON(value)
	}
}

func after(n int) cond {
	key := new(int)
	return func(c *call) bool { return c.store.count(key) >= n }
}

func change(path string, f func(any) any) edit {
	return func(c *call) {
		v := readJSON(c.here().body)
		if v == nil {
			return
		}
		rest, both := strings.CutPrefix(path, "**/")
		if both {
			v = walk(v, strings.Split("Resources/*/"+rest, "/"), f)
		}
		if !both || !holds("Resources", nil)(c) {
			v = walk(v, strings.Split(rest, "/"), f)
		}
		c.here().body = writeJSON(v)
	}
}

func set(path string, value any) edit { return change(path, func(any) any { return value }) }

func drop(paths ...string) edit {
	return func(c *call) {
		for _, path := range paths {
			change(path, func(any) any { return gone })(c)
		}
	}
}

func echo(paths ...string) edit {
	return func(c *call) {
		for _, path := range paths {
			if v := valueAt(readJSON(c.body), path); v != nil {
				set(path, v)(c)
			}
		}
	}
}

// reverse turns an array round.
func reverse(v any) any {
	all, _ := v.(arr)
	slices.Reverse(all)
	return all
}

// double repeats the first element of an array at its end.
func double(v any) any {
	if all, _ := v.(arr); len(all) > 0 {
		return append(all, all[0])
	}
	return v
}

func swap(old, fresh string) edit {
	return func(c *call) { c.here().body = strings.ReplaceAll(c.here().body, old, fresh) }
}

func header(name, value string) edit {
	return func(c *call) {
		if value == "" {
			c.here().header.Del(name)
			return
		}
		c.here().header.Set(name, value)
	}
}

func param(name, value string) edit {
	return func(c *call) {
		c.query.Set(name, value)
		if value == "" {
			c.query.Del(name)
		}
		c.rawQuery = c.query.Encode()
	}
}

func filter(old, fresh string) edit {
	return when(func(c *call) bool { return strings.Contains(c.query.Get("filter"), old) }, func(c *call) {
		param("filter", strings.ReplaceAll(c.query.Get("filter"), old, fresh))(c)
	})
}

func operations(f func(arr) arr) edit {
	return change("Operations", func(v any) any {
		ops, _ := v.(arr)
		return f(ops)
	})
}

func first(op obj) edit { return operations(func(ops arr) arr { return append(arr{op}, ops...) }) }
