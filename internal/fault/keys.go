package fault

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// Key describes one key of a rule, for the API's documents and the command line.
// The parameters of actions are keys too.
type Key struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Sentence string `json:"sentence"`

	set func(*Rule, value) string // says what is wrong with the value, empty for nothing
}

// Keys describes all that a rule can hold.
func Keys() []Key { return slices.Clone(keys) }

// keys is the one table of what a rule is written with, in files, by the API and,
// as far as they are parameters, in X-Scim-Fault.
var keys = []Key{
	{"id", "string", "the rule's name in addresses; one is made where it is missing", text(func(r *Rule) *string { return &r.ID })},
	{"tenant", "integer", "the tenant whose requests fit; 0 or nothing is every tenant", integer(0, func(r *Rule) *int64 { return &r.Tenant })},
	{"methods", "array of strings", "the methods that fit; nothing is every method", setMethods},
	{"path", "string", "the path below the SCIM base that fits: * is one segment, {id} one but .search, ** at the end all that follows", text(func(r *Rule) *string { return &r.Path })},
	{"client", "string", "the client that fits, such as Okta, in any case", text(func(r *Rule) *string { return &r.Client })},
	{"token", "string", "the name of the token that fits", text(func(r *Rule) *string { return &r.Token })},
	{"nth", "integer", "it is the turn of the nth request that fits, counted from 1 in each tenant", integer(1, func(r *Rule) *int64 { return &r.Nth })},
	{"every", "integer", "it is the turn of each nth request that fits", integer(1, func(r *Rule) *int64 { return &r.Every })},
	{"percent", "number", "it is the turn of that many of a hundred requests, drawn with seed", setPercent},
	{"seed", "integer", "the start of what percent draws: the same seed draws the same in every tenant and run", setSeed},
	{"times", "integer", "how often it plays at most in a tenant", integer(1, func(r *Rule) *int64 { return &r.Times })},
	{"action", "string", "what goes wrong", setAction},
	{"delay", "duration", "how long to wait", duration(func(r *Rule) *Duration { return &r.Delay })},
	{"late", "boolean", "carry the request out before the delay", boolean(func(r *Rule) *bool { return &r.Late })},
	{"status", "integer", "the HTTP status", setStatus},
	{"scimType", "string", "the scimType of the SCIM error", setScimType},
	{"detail", "string", "the detail of the SCIM error", text(func(r *Rule) *string { return &r.Detail })},
	{"retryAfter", "integer", "the header Retry-After, in seconds", optionalInteger(func(r *Rule) **int { return &r.RetryAfter })},
	{"execute", "boolean", "carry the request out and lose its answer", setExecute},
	{"bytes", "integer", "how much of the body is sent", optionalInteger(func(r *Rule) **int { return &r.Bytes })},
	{"contentType", "string", "the Content-Type", text(func(r *Rule) *string { return &r.ContentType })},
	{"for", "duration", "how long after a write", duration(func(r *Rule) *Duration { return &r.For })},
}

func findKey(name string) *Key {
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == name })
	if i < 0 {
		return nil
	}
	return &keys[i]
}

func keyNames() []string {
	names := []string{presetKey}
	for _, k := range keys {
		names = append(names, k.Name)
	}
	return names
}

func text(at func(*Rule) *string) func(*Rule, value) string {
	return func(r *Rule, v value) string {
		switch {
		case v.kind == kindNumber || v.kind == kindBoolean:
			return "must be a string; put it in quotes"
		case v.kind != kindString || v.text == "":
			return "must be a string that is not empty"
		}
		*at(r) = v.text
		return ""
	}
}

func boolean(at func(*Rule) *bool) func(*Rule, value) string {
	return func(r *Rule, v value) string {
		if v.kind != kindBoolean {
			return "must be true or false"
		}
		*at(r) = strings.EqualFold(v.text, "true")
		return ""
	}
}

func integer(least int64, at func(*Rule) *int64) func(*Rule, value) string {
	return func(r *Rule, v value) string {
		n, err := strconv.ParseInt(v.text, 10, 64)
		if v.kind != kindNumber || err != nil || n < least {
			return "must be a whole number of at least " + strconv.FormatInt(least, 10)
		}
		*at(r) = n
		return ""
	}
}

func optionalInteger(at func(*Rule) **int) func(*Rule, value) string {
	return func(r *Rule, v value) string {
		n, err := strconv.Atoi(v.text)
		if v.kind != kindNumber || err != nil {
			return "must be a whole number"
		}
		*at(r) = new(n)
		return ""
	}
}

func duration(at func(*Rule) *Duration) func(*Rule, value) string {
	return func(r *Rule, v value) string {
		d, err := time.ParseDuration(v.text)
		if v.kind != kindString || err != nil || d <= 0 {
			return "must be a time with its unit, such as 200ms or 5s"
		}
		*at(r) = Duration(d)
		return ""
	}
}

func setMethods(r *Rule, v value) string {
	if v.kind != kindArray || len(v.items) == 0 {
		return "must be a list of methods, such as [POST, PATCH]"
	}
	var list []string
	for _, item := range v.items {
		if item.kind != kindString {
			return "must be a list of methods, such as [POST, PATCH]"
		}
		list = append(list, item.text)
	}
	r.Methods = list
	return ""
}

func setPercent(r *Rule, v value) string {
	f, err := strconv.ParseFloat(v.text, 64)
	if v.kind != kindNumber || err != nil || !(f > 0 && f <= 100) {
		return "must be a number above 0 and at most 100"
	}
	r.Percent = f
	return ""
}

func setSeed(r *Rule, v value) string {
	n, err := strconv.ParseUint(v.text, 10, 64)
	if v.kind != kindNumber || err != nil {
		return "must be a whole number of at least 0"
	}
	r.Seed = n
	return ""
}

func setAction(r *Rule, v value) string {
	if v.kind != kindString || v.text == "" {
		return "must be one of " + strings.Join(actionNames(), ", ")
	}
	r.Name = ActionName(v.text)
	return ""
}

func setStatus(r *Rule, v value) string {
	n, err := strconv.Atoi(v.text)
	if v.kind != kindNumber || err != nil || n < 100 || n > 999 {
		return "must be an HTTP status, such as 503"
	}
	r.Status = n
	return ""
}

func setScimType(r *Rule, v value) string {
	var name string
	problem := text(func(*Rule) *string { return &name })(r, v)
	if problem == "" {
		r.ScimType = scim.ErrorType(name)
	}
	return problem
}

func setExecute(r *Rule, v value) string {
	var execute bool
	problem := boolean(func(*Rule) *bool { return &execute })(r, v)
	if problem == "" {
		r.Execute = new(execute)
	}
	return problem
}

// suggest names the nearest of some names, if one is near.
func suggest(name string, names []string) string {
	best, distance := "", len(name)/2+1
	if len(name) > maxName {
		return ""
	}
	for _, n := range names {
		if len(name) > 2 && strings.HasPrefix(strings.ToLower(n), strings.ToLower(name)) {
			return "; did you mean " + n + "?"
		}
		if d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(n)); d < distance {
			best, distance = n, d
		}
	}
	if best == "" {
		return "; there are " + strings.Join(names, ", ")
	}
	return "; did you mean " + best + "?"
}
