package fault_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/fault"
)

func TestParseFile(t *testing.T) {
	t.Parallel()
	const rules = `
- id: slow-users
  tenant: 1
  methods: [GET, POST]
  path: /Users/{id}
  client: Okta
  token: sync
  every: 3
  times: 2
  action: delay
  delay: 1m30s
  late: true
- {percent: 12.5, seed: 7, action: status, status: 503, scimType: tooMany, detail: "a: b", retryAfter: 0, execute: false}
- {nth: 4, action: truncate, bytes: 0}
- {"action": "content-type", "contentType": "text/html"}
- {action: stale, for: 5s}
- preset: slow
- {preset: flaky, nth: 2}
- {preset: throttled, retryAfter: 9}
- {preset: flaky, action: reset}
`
	want := []fault.Rule{
		{ID: "slow-users", Tenant: 1, Methods: []string{"GET", "POST"}, Path: "/Users/{id}", Client: "Okta", Token: "sync", Every: 3, Times: 2,
			Action: fault.Action{Name: fault.ActionDelay, Delay: fault.Duration(90 * time.Second), Late: true}},
		{Percent: 12.5, Seed: 7, Action: fault.Action{Name: fault.ActionStatus, Status: 503, ScimType: "tooMany", Detail: "a: b", RetryAfter: new(0), Execute: new(false)}},
		{Nth: 4, Action: fault.Action{Name: fault.ActionTruncate, Bytes: new(0)}},
		{Action: fault.Action{Name: fault.ActionContentType, ContentType: "text/html"}},
		{Action: fault.Action{Name: fault.ActionStale, For: fault.Duration(5 * time.Second)}},
		{Action: fault.Action{Name: fault.ActionDelay, Delay: fault.Duration(2 * time.Second)}},
		{Nth: 2, Action: fault.Action{Name: fault.ActionStatus, Status: 500}},
		{Every: 5, Action: fault.Action{Name: fault.ActionThrottle, RetryAfter: new(9)}},
		{Percent: 10, Seed: 1, Action: reset},
	}
	got, err := fault.ParseFile("faults.yaml", []byte(rules))
	require.NoError(t, err)
	require.Equal(t, want, got)
	under, err := fault.ParseFile("faults.yaml", []byte("faults:\n"+strings.ReplaceAll(rules, "\n", "\n  ")))
	require.NoError(t, err)
	require.Equal(t, want, under)

	written, err := json.Marshal(got)
	require.NoError(t, err)
	again, err := fault.DecodeRules(written)
	require.NoError(t, err)
	require.Equal(t, want, again, "what the API shows, it takes")
	file, err := fault.ParseFile("faults.json", written)
	require.NoError(t, err)
	require.Equal(t, want, file, "and so does a file of JSON")
}

func TestParseFile_Empty(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "# nothing\n", "[]", "faults:\n", "faults: []\n"} {
		rules, err := fault.ParseFile("faults.yaml", []byte(content))
		require.NoError(t, err)
		require.Empty(t, rules)
	}
}

func TestParseFile_SaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := fault.ParseFile("faults.yaml", []byte(`faults:
  - action: statsu
    nth: 0
  - id: a
    action: status
    path: /users
    methods: [get]
  - id: a
    action: delay
    delay: 5
    status: 500
    colour: red
    retry: 1
  - nth: 1
    every: 2
    seed: 3
`))
	require.EqualError(t, err, `faults.yaml line 2: action "statsu" does not exist; did you mean status?
faults.yaml line 3: nth must be a whole number of at least 1
faults.yaml line 4: status is missing; status needs it: the status, 400 to 599
faults.yaml line 6: path names no endpoint; the nearest is /Users
faults.yaml line 7: methods cannot hold "get"; it takes GET, HEAD, POST, PUT, PATCH, DELETE
faults.yaml line 8: id "a" is given twice; change one
faults.yaml line 10: delay must be a time with its unit, such as 200ms or 5s
faults.yaml line 11: status is no parameter of delay; take it out
faults.yaml line 12: colour is no key of a rule; there are `+strings.Join(keyNames(), ", ")+`
faults.yaml line 13: retry is no key of a rule; did you mean retryAfter?
faults.yaml line 14: nth, every and percent exclude each other; keep one of them
faults.yaml line 14: action is missing; name one of delay, status, throttle, unavailable, reset, truncate, html, content-type, token-death, conflict, no-content, duplicate, stale
faults.yaml line 16: seed goes with percent; add percent or take it out`)
}

func keyNames() []string {
	names := []string{"preset"}
	for _, k := range fault.Keys() {
		names = append(names, k.Name)
	}
	return names
}

func TestParseFile_Form(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ content, want string }{
		"a long key":      {"- {action: reset, " + strings.Repeat("x", 300) + ": 1}\n", strings.Repeat("x", 60) + "... is no key of a rule"},
		"too many keys":   {"- {" + keysUpTo(101) + "}\n", "there are too many keys"},
		"no YAML":         {"- action: [\n", "line 1: this is not valid YAML: did not find"},
		"no list":         {"action: reset\n", `line 1: the file must hold a list of rules, such as "- preset: slow"`},
		"two documents":   {"- action: reset\n---\n- action: reset\n", "line 2: there is a second document"},
		"broken second":   {"- action: reset\n---\n- [\n", "this is not valid YAML"},
		"no mapping":      {"- reset\n", "line 1: a rule must hold keys and values"},
		"given twice":     {"- action: reset\n  action: html\n", `line 2: "action" is given twice; take one out`},
		"alias":           {"- &a {action: reset}\n- *a\n", "line 2: aliases are not taken"},
		"merge":           {"- &a {action: reset}\n- {<<: *a, nth: 1}\n", "line 2: a key must be a plain word"},
		"unknown preset":  {"- preset: slwo\n", `line 1: preset "slwo" does not exist; did you mean slow?`},
		"preset, a list":  {"- preset: [slow]\n", "line 1: preset"},
		"key, a list":     {"- {[a]: b}\n", "line 1: a key must be a plain word"},
		"too many rules":  {strings.Repeat("- action: reset\n", 1001), "there are 1001 rules; there may be 1000"},
		"base in path":    {"- {action: reset, path: /scim/v2/Users}\n", "write /Users, not /scim/v2/Users"},
		"relative path":   {"- {action: reset, path: Users}\n", "path must begin with a slash"},
		"query in path":   {"- {action: reset, path: '/Users?a'}\n", "without a query"},
		"stars in path":   {"- {action: reset, path: /**/Users}\n", "at its end only"},
		"part of segment": {"- {action: reset, path: /Users/a*}\n", "whole segments only"},
		"empty name":      {"- {action: reset, path: '/Users/{}'}\n", "whole segments only"},
		"number as text":  {"- {action: reset, token: 12}\n", "token must be a string; put it in quotes"},
		"null":            {"- {action: reset, token: }\n", "token must be a string that is not empty"},
		"text as boolean": {"- {action: reset, execute: yes}\n", "execute must be true or false"},
		"text as number":  {"- {action: reset, nth: '1'}\n", "nth must be a whole number of at least 1"},
		"percent":         {"- {action: reset, percent: 101}\n", "percent must be a number above 0 and at most 100"},
		"percent, none":   {"- {action: reset, percent: .nan}\n", "percent must be a number above 0"},
		"methods":         {"- {action: reset, methods: GET}\n", "methods must be a list"},
		"methods, mixed":  {"- {action: reset, methods: [1]}\n", "methods must be a list"},
		"id":              {"- {action: reset, id: 'a b'}\n", "id must be up to 64 letters"},
		"tenant":          {"- {action: reset, tenant: -1}\n", "tenant must be a whole number of at least 0"},
		"seed":            {"- {action: reset, seed: -1}\n", "seed must be a whole number of at least 0"},
		"seed alone":      {"- {action: reset, seed: 1}\n", "seed goes with percent"},
		"status":          {"- {action: status, status: 200}\n", "status must be from 400 to 599"},
		"status, far off": {"- {action: status, status: 5000}\n", "status must be an HTTP status"},
		"status of html":  {"- {action: html, status: 204}\n", "one that has a body"},
		"scimType":        {"- {action: status, status: 400, scimType: oops}\n", "scimType must be one of RFC 7644 table 9"},
		"long delay":      {"- {action: delay, delay: 101s}\n", "delay must be above 0 and at most 1m40s"},
		"long stale":      {"- {action: stale, for: 25h}\n", "for must be above 0 and at most 24h"},
		"retryAfter":      {"- {action: throttle, retryAfter: 86401}\n", "retryAfter must be from 0 to 86400"},
		"retryAfter, 1.5": {"- {action: throttle, retryAfter: 1.5}\n", "retryAfter must be a whole number"},
		"bytes":           {"- {action: truncate, bytes: -1}\n", "bytes must be at least 0"},
		"content type":    {"- {action: content-type, contentType: '/'}\n", "contentType must be a media type"},
		"header in text":  {"- {action: content-type, contentType: \"text/html\\r\\nX: y\"}\n", "contentType must be a media type"},
		"detail":          {"- {action: status, status: 400, detail: \"a\\nb\"}\n", "detail must be one line"},
		"throttled write": {"- {action: throttle, execute: true}\n", "execute is no parameter of throttle"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := fault.ParseFile("f.yaml", []byte(test.content))
			var invalid *fault.Invalid
			require.ErrorAs(t, err, &invalid)
			require.Len(t, invalid.Violations, 1)
			require.ErrorContains(t, err, test.want)
			require.True(t, strings.HasPrefix(err.Error(), "f.yaml line ") || invalid.Violations[0].Line == 0)
		})
	}
}

func keysUpTo(n int) string {
	var list []string
	for i := range n {
		list = append(list, "k"+strconv.Itoa(i)+": 1")
	}
	return strings.Join(list, ", ")
}

func TestDecodeRule(t *testing.T) {
	t.Parallel()
	r, err := fault.DecodeRule([]byte(` {"preset":"slow","tenant":2} `))
	require.NoError(t, err)
	require.Equal(t, fault.Rule{Tenant: 2, Action: fault.Action{Name: fault.ActionDelay, Delay: fault.Duration(2 * time.Second)}}, r)
	tests := map[string]string{
		``:                                     "the body is not valid JSON",
		`{"action":"reset"`:                    "the body is not valid JSON",
		`{"action":"reset"} {}`:                "one JSON value only",
		`{"action":"reset","action":"reset"}`:  "the body is not valid JSON: duplicate",
		`{"action":"reset","Nth":1}`:           "Nth is no key of a rule; did you mean nth?",
		`{"action":"reset","nth":1.0}`:         "nth must be a whole number of at least 1",
		`{"action":"reset","nth":true}`:        "nth must be a whole number of at least 1",
		`{"action":"reset","nth":null}`:        "nth must be a whole number of at least 1",
		`[]`:                                   "a rule must hold keys and values",
		`{"action":"delay","delay":"5"}`:       "delay must be a time with its unit",
		`{"action":{"a":[{}]}}`:                "action must be one of delay, status",
		`{"action":"reset","nth":1,"every":2}`: "nth, every and percent exclude each other",
		"{\"action\":\"\xff\"}":                "the body is not valid JSON",
		`{"a":1,`:                              "the body is not valid JSON",
	}
	for body, want := range tests {
		_, err := fault.DecodeRule([]byte(body))
		var invalid *fault.Invalid
		require.ErrorAs(t, err, &invalid, body)
		require.ErrorContains(t, err, want, body)
	}
	_, err = fault.DecodeRules([]byte(`{}`))
	require.EqualError(t, err, "the body must be a list of rules")
	_, err = fault.DecodeRules([]byte(`[{"action":"reset"},{"nth":0,"action":"html","status":204}]`))
	var invalid *fault.Invalid
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, []fault.Violation{
		{Rule: 1, Key: "nth", Problem: "must be a whole number of at least 1"},
		{Rule: 1, Key: "status", Problem: "must be from 200 to 599 and one that has a body, such as 502"},
	}, invalid.Violations)
}

func TestCatalogue_IsComplete(t *testing.T) {
	t.Parallel()
	types := map[string]string{}
	for _, k := range fault.Keys() {
		require.NotEmpty(t, k.Sentence)
		types[k.Name] = k.Type
	}
	for _, d := range fault.Catalogue() {
		rules, err := fault.ParseFile("example", []byte("- "+strings.ReplaceAll(strings.TrimSpace(d.Example), "\n", "\n  ")))
		require.NoError(t, err, d.Name)
		require.Equal(t, d.Name, rules[0].Name)
		execute := false
		for _, p := range d.Parameters {
			require.Equal(t, types[p.Name], p.Type, "%s %s", d.Name, p.Name)
			execute = execute || p.Name == "execute"
		}
		require.Equal(t, execute, d.Execution == fault.ExecutionChoice, d.Name)
		require.True(t, strings.HasSuffix(d.Sentence, "."))
		if d.Header == "" {
			_, err := fault.ParseHeader(string(d.Name))
			require.Error(t, err)
			continue
		}
		a, err := fault.ParseHeader(d.Header)
		require.NoError(t, err)
		require.Equal(t, d.Name, a.Name)
	}
	fault.Catalogue()[1].Parameters[0].Name = "changed"
	require.Equal(t, "status", fault.Catalogue()[1].Parameters[0].Name)
}

func TestPresets(t *testing.T) {
	t.Parallel()
	for _, p := range fault.Presets() {
		require.NoError(t, p.Rule.Validate(), p.Name)
		r, err := fault.DecodeRule([]byte(`{"preset":"` + p.Name + `"}`))
		require.NoError(t, err)
		require.Equal(t, p.Rule, r)
		require.True(t, strings.HasSuffix(p.Sentence, "."))
		if a, err := fault.ParseHeader(p.Name); err == nil {
			require.Equal(t, p.Rule.Action, a)
		} else {
			require.ErrorContains(t, err, "only a rule can play it")
		}
	}
}
