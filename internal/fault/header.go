package fault

import (
	"fmt"
	"strconv"
	"strings"
)

// HeaderName is the request header that asks for a fault on that one request.
const HeaderName = "X-Scim-Fault"

// maxHeader is more than any sensible value needs, in bytes.
const maxHeader = 2000

// ParseHeader reads the value of X-Scim-Fault: an action, a preset or a status,
// and parameters, with semicolons between them. A lone parameter names its action:
//
//	status=503; retry-after=3     503; execute     delay=200ms     reset     truncate; bytes=10
//	html; status=504              throttled        content-type=text/html    status=400; detail="a; b"
//
// Names may be written in any case, with or without dashes. Of a preset only what
// goes wrong counts, not whose turn it is. The error is one sentence.
func ParseHeader(header string) (Action, error) {
	a, problem := parseHeader(header)
	if problem != "" {
		return Action{}, fmt.Errorf("%s: %s", HeaderName, problem)
	}
	return a, nil
}

func parseHeader(header string) (Action, string) {
	parts, problem := splitHeader(header)
	if problem != "" {
		return Action{}, problem
	}
	var r Rule
	named := false
	parameters := map[string]bool{}
	for _, part := range parts {
		if a, ok := part.action(); ok {
			if named {
				return Action{}, "names two actions; keep one of them"
			}
			named = true
			r.Action = a
		}
	}
	for _, part := range parts {
		if _, ok := part.action(); ok {
			continue
		}
		k := part.key()
		if k == nil {
			return Action{}, fmt.Sprintf("%q is no action, preset or parameter%s", clip(part.name), suggest(part.name, headerNames()))
		}
		if parameters[k.Name] {
			return Action{}, k.Name + " is given twice; take one out"
		}
		parameters[k.Name] = true
		if problem := k.set(&r, part.value(k)); problem != "" {
			return Action{}, k.Name + " " + problem
		}
	}
	if !named {
		r.Name = implied(parameters)
	}
	return checkHeader(r.Action)
}

func checkHeader(a Action) (Action, string) {
	if a.Name.watches() {
		return Action{}, fmt.Sprintf("%s looks back at earlier requests, so only a rule can play it", a.Name)
	}
	if found := a.violations(); len(found) > 0 {
		return Action{}, found[0].String()
	}
	return a, ""
}

// implied is the action that parameters stand for where none is named.
func implied(parameters map[string]bool) ActionName {
	switch {
	case parameters["status"]:
		return ActionStatus
	case parameters["contentType"]:
		return ActionContentType
	case parameters["delay"]:
		return ActionDelay
	default:
		return ""
	}
}

// headerPart is name, or name=text.
type headerPart struct {
	name, text string
	assigned   bool
}

// splitHeader cuts at the semicolons that do not stand in quotes.
func splitHeader(header string) (parts []headerPart, problem string) {
	if len(header) > maxHeader || !isLine(header, maxHeader) {
		return nil, "must be one line of at most 2000 bytes"
	}
	for rest := header; rest != ""; {
		var part headerPart
		end := strings.IndexAny(rest, ";=")
		if end < 0 {
			end = len(rest)
		}
		part.name = strings.TrimSpace(rest[:end])
		rest = rest[end:]
		if part.assigned = strings.HasPrefix(rest, "="); part.assigned {
			if part.text, rest, problem = cutText(strings.TrimSpace(rest[1:])); problem != "" {
				return nil, problem
			}
		}
		rest = strings.TrimPrefix(rest, ";")
		if part.name == "" && part.assigned {
			return nil, "has a value without a name; write it as name=value"
		}
		if part.name != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return nil, "is empty; write an action, such as status=503"
	}
	return parts, ""
}

// cutText takes a value off the front, in quotes or up to the next semicolon.
func cutText(s string) (text, rest, problem string) {
	if !strings.HasPrefix(s, `"`) {
		text, _, _ = strings.Cut(s, ";")
		return strings.TrimSpace(text), s[len(text):], ""
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			rest = strings.TrimSpace(s[i+1:])
			if rest != "" && rest[0] != ';' {
				return "", "", "has something after a closing quote; put a semicolon there"
			}
			return b.String(), rest, ""
		case '\\':
			if i++; i == len(s) {
				continue
			}
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", "has a quote that is not closed; close it"
}

// action reads a part that names what goes wrong: an action, a preset or a status.
func (p headerPart) action() (Action, bool) {
	if p.assigned {
		return Action{}, false
	}
	name := strings.ToLower(p.name)
	if status, err := strconv.Atoi(name); err == nil && len(name) == 3 {
		return Action{Name: ActionStatus, Status: status}, true
	}
	if describe(ActionName(name)) != nil {
		return Action{Name: ActionName(name)}, true
	}
	if preset := findPreset(name); preset != nil {
		return preset.Rule.Action.clone(), true
	}
	return Action{}, false
}

// key is the parameter that a part gives.
func (p headerPart) key() *Key {
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "")) }
	for i, k := range keys {
		if plain(k.Name) == plain(p.name) && isParameter(k.Name) {
			return &keys[i]
		}
	}
	return nil
}

// isParameter tells the parameters of actions from the other keys of a rule.
func isParameter(name string) bool {
	for _, d := range catalogue {
		if d.takes(name) {
			return true
		}
	}
	return false
}

// value reads the text as the type of the key; a lone boolean is true.
func (p headerPart) value(k *Key) value {
	v := value{kind: kindString, text: p.text}
	switch {
	case k.Type == "boolean" && !p.assigned:
		return value{kind: kindBoolean, text: "true"}
	case k.Type == "boolean" && (p.text == "true" || p.text == "false"):
		v.kind = kindBoolean
	case k.Type == "integer":
		v.kind = kindNumber
	}
	return v
}

func headerNames() []string {
	names := append(actionNames(), presetNames()...)
	for _, k := range keys {
		if isParameter(k.Name) {
			names = append(names, k.Name)
		}
	}
	return names
}
