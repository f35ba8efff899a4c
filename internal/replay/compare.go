package replay

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// IgnoredHeaders say nothing of what a server does.
var IgnoredHeaders = []string{"Age", "Alt-Svc", "Connection", "Content-Length", "Date", "Keep-Alive", "Request-Id", "Server", "Set-Cookie",
	"Transfer-Encoding", "Via", "X-Powered-By", "X-Request-Id"}

// compare gives the differences between two answers to the same request.
func (p *player) compare(was, is *Answer) []Difference {
	list := []Difference{}
	if was.Status != is.Status {
		list = append(list, Difference{"status", statusText(was.Status), statusText(is.Status)})
	}
	if was.Status == 0 || is.Status == 0 {
		return list
	}
	list = append(list, p.headers(was.Header, is.Header)...)
	if was.Cut {
		return list // of a part nothing follows
	}
	if is.Cut {
		return append(list, Difference{"body", "a whole one", "one that breaks off, or is longer than is read"})
	}
	return append(list, p.bodies(was.Body, is.Body)...)
}

func statusText(status int) string {
	if status == 0 {
		return "no answer"
	}
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}

func (p *player) headers(was, is http.Header) []Difference {
	names := map[string]bool{}
	for _, h := range []http.Header{was, is} {
		for name := range h {
			names[http.CanonicalHeaderKey(name)] = true
		}
	}
	for _, name := range slices.Concat(IgnoredHeaders, p.options.IgnoreHeaders) {
		delete(names, http.CanonicalHeaderKey(name))
	}
	var list []Difference
	for _, name := range slices.Sorted(maps.Keys(names)) {
		want, got := strings.Join(was.Values(name), ", "), strings.Join(is.Values(name), ", ")
		switch {
		case want != "" && got != "" && (name == "Etag" || name == "Retry-After"):
			continue
		case name == "Location" || name == "Content-Location":
			want, got = relative(want), relative(p.ids.toOld.path(got))
		}
		if !likely(want, got) {
			list = append(list, Difference{"header " + name, want, got})
		}
	}
	return list
}

// relative is a location without its base.
func relative(location string) string {
	if _, path := cutBase(location); path != "" {
		return path
	}
	return location
}

// likely compares a text with one in which *** stands for what is not told.
func likely(want, got string) bool {
	if !strings.Contains(want, masked) {
		return want == got
	}
	return glob(want, masked, got)
}

// glob compares a text with a pattern in which a sign stands for any part.
func glob(pattern, sign, text string) bool {
	parts := strings.Split(pattern, sign)
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return pattern == text
	}
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		_, rest, ok := strings.Cut(text, part)
		if !ok {
			return false
		}
		text = rest
	}
	return true
}

func parse(body []byte) (any, bool) {
	var v any
	err := json.Unmarshal(body, &v, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return v, err == nil
}

func (p *player) bodies(was, is []byte) []Difference {
	want, wanted := parse(was)
	got, given := parse(p.ids.toOld.body(is))
	if !wanted || !given {
		if bytes.Equal(bytes.TrimSpace(was), bytes.TrimSpace(is)) {
			return nil
		}
		return []Difference{{"body", short(string(was)), short(string(is))}}
	}
	d := &differ{ignore: p.options.Ignore}
	d.compare("", want, got)
	return d.list
}

// differ walks through two bodies.
type differ struct {
	ignore []string
	list   []Difference
}

func (d *differ) add(at string, want, got any) {
	if d.ignored(at) {
		return
	}
	d.list = append(d.list, Difference{strings.TrimSpace("body " + at), shown(want), shown(got)})
}

// ignored reports whether an attribute, or what it is in, is not compared. Where
// resources stand in a list makes no difference.
func (d *differ) ignored(at string) bool {
	at = plainPath(at)
	return slices.ContainsFunc(d.ignore, func(path string) bool {
		path = strings.ToLower(path)
		return at == path || strings.HasPrefix(at, path+".")
	})
}

// plainPath is the path of an attribute without its place in lists.
func plainPath(at string) string {
	var out strings.Builder
	for at != "" {
		before, rest, found := strings.Cut(at, "[")
		out.WriteString(before)
		if !found {
			break
		}
		_, at, _ = strings.Cut(rest, "]")
	}
	return strings.TrimPrefix(strings.ToLower(out.String()), "resources.")
}

// absent is the value of a member that is not there.
type absent struct{}

func (d *differ) compare(at string, want, got any) {
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			d.objects(at, want, got)
			return
		}
	case []any:
		if got, ok := got.([]any); ok {
			d.arrays(at, want, got)
			return
		}
	case string:
		if got, ok := got.(string); ok {
			if isLocation(at) {
				want, got = relative(want), relative(got)
			}
			if !likely(want, got) {
				d.add(at, want, got)
			}
			return
		}
	}
	if !equal(want, got) {
		d.add(at, want, got)
	}
}

// equal compares values of which at most one is an object or an array.
func equal(a, b any) bool {
	switch a.(type) {
	case map[string]any, []any:
		return false
	}
	switch b.(type) {
	case map[string]any, []any:
		return false
	}
	return a == b
}

func isLocation(at string) bool {
	at = strings.ToLower(at)
	return strings.HasSuffix(at, "$ref") || strings.HasSuffix(at, "location")
}

// different are the values that no two servers share.
var different = []string{"meta.created", "meta.lastmodified", "meta.version", "operations.version"}

func (d *differ) objects(at string, want, got map[string]any) {
	names := map[string]bool{}
	for name := range want {
		names[name] = true
	}
	for name := range got {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		at := strings.TrimPrefix(at+"."+name, ".")
		w, wanted := want[name]
		g, given := got[name]
		switch {
		case !given:
			d.add(at, w, absent{})
		case !wanted:
			d.add(at, absent{}, g)
		case slices.ContainsFunc(different, func(path string) bool { return strings.HasSuffix(plainPath(at), path) }):
			continue
		default:
			d.compare(at, w, g)
		}
	}
}

// arrays compares values in whatever order they come, each found by what names it.
func (d *differ) arrays(at string, want, got []any) {
	wants, named := byKey(want)
	gots, alsoNamed := byKey(got)
	if !named || !alsoNamed {
		for i := range max(len(want), len(got)) {
			at := fmt.Sprintf("%s[%d]", at, i)
			switch {
			case i >= len(got):
				d.add(at, want[i], absent{})
			case i >= len(want):
				d.add(at, absent{}, got[i])
			default:
				d.compare(at, want[i], got[i])
			}
		}
		return
	}
	for _, key := range slices.Sorted(maps.Keys(wants)) {
		if g, ok := gots[key]; ok {
			d.compare(fmt.Sprintf("%s[%s]", at, key), wants[key], g)
		} else {
			d.add(fmt.Sprintf("%s[%s]", at, key), wants[key], absent{})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(gots)) {
		if _, ok := wants[key]; !ok {
			d.add(fmt.Sprintf("%s[%s]", at, key), absent{}, gots[key])
		}
	}
}

// byKey finds the elements by their id, value or name, or by themselves if they are
// texts; it is false if that does not tell them apart.
func byKey(list []any) (map[string]any, bool) {
	keyed := map[string]any{}
	for _, v := range list {
		key := ""
		switch v := v.(type) {
		case string:
			key = v
		case map[string]any:
			for _, name := range []string{"id", "value", "name", "bulkId"} {
				if key = text(v, name); key != "" {
					break
				}
			}
		}
		if _, twice := keyed[key]; key == "" || twice {
			return nil, false
		}
		keyed[key] = v
	}
	return keyed, true
}

// shown is a value for people; absent is nothing.
func shown(v any) string {
	if _, ok := v.(absent); ok {
		return ""
	}
	out, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return "what cannot be shown"
	}
	return short(string(out))
}

func short(text string) string {
	const most = 200
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}
