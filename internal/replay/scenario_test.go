package replay_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/replay"
)

const scenario = `
baseUrl: http://127.0.0.1:8080/scim/v2
headers: {X-Team: red}
steps:
  - name: create Ann
    method: POST
    path: /Users
    headers: {Accept: null, Authorization: "${AUTH:-none}"}
    body: {userName: "${NAME:-ann}", cost: 1.50, note: "$$5", when: 2027-01-31}
    expect: {status: 201, body: {userName: "${NAME:-ann}", emails: [{value: b}]}, headers: {Content-Type: "*/scim+json", Nothing: null}}
    save: {ann: id, first: emails.0.value, whole: name, kind: header:Content-Type}
  - path: /Users/${ann}
    expect: {status: 2xx}
  - method: POST
    path: /Users/${ann}/${first}
    body: '{"raw": "${ann}"'
`

func TestScenario(t *testing.T) {
	t.Parallel()
	recording, err := replay.Read([]byte(scenario))
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.1:8080/scim/v2", recording.Base)
	require.False(t, recording.Foreign)
	require.Contains(t, recording.Steps[0].Headers, replay.Header{Name: "X-Team", Value: "red"})
	require.NotContains(t, recording.Steps[0].Headers, replay.Header{Name: "Accept", Value: "application/scim+json"})
	require.Contains(t, recording.Steps[1].Headers, replay.Header{Name: "Authorization", Value: "Bearer ${CINODE_SCIM_TOKEN}"})

	o := newOther(t, map[string]string{
		"POST /Users":      `201 {"id":"9","userName":"bo","name":{"x":1},"emails":[{"value":"a"},{"value":"b","type":"work"}]}`,
		"GET /Users/9":     `200 {}`,
		"POST /Users/9/a":  `200 {}`,
		"POST /Users/9/a ": ``,
	})
	report := run(t, o, scenario, values{"NAME": "bo", "CINODE_SCIM_TOKEN": "t"})
	require.Zero(t, report.Different, report.Results)
	require.Equal(t, []string{
		`POST /Users {"userName":"bo","cost":1.50,"note":"$5","when":"2027-01-31"}`, `GET /Users/9`, `POST /Users/9/a {"raw": "9"`,
	}, o.requests)
}

func TestScenario_NotAsExpected(t *testing.T) {
	t.Parallel()
	o := newOther(t, map[string]string{"GET /Users/1": `200 {"a":1,"b":[1],"c":"x"}`, "GET /Users/2": `200 <html>`})
	report := run(t, o, `
- path: /Users/1
  expect: {status: 4xx, headers: {Content-Type: text/*, X-Authorization: null}, body: {a: 2, b: [2], c: {d: 1}, e: 1}}
  save: {x: nothing, y: "header:Nothing"}
- {path: /Users/2, expect: {status: 201, body: {}}}
- {path: "/Users/${x}"}
`, values{"CINODE_SCIM_TOKEN": "t"})
	where := func(r replay.Result) (list []string) {
		for _, d := range r.Differences {
			list = append(list, d.Where)
		}
		return list
	}
	require.Equal(t, []string{"status", "header Content-Type", "header X-Authorization", "body a", "body b[0]", "body c", "body e", "save x", "save y"}, where(report.Results[0]))
	require.Equal(t, []string{"status", "body"}, where(report.Results[1]))
	require.Equal(t, []string{"request"}, where(report.Results[2]), "what was not saved has no value")
	require.Equal(t, 3, report.Different)
}

func TestRead_Refuses(t *testing.T) {
	t.Parallel()
	for want, file := range map[string]string{
		"the file is empty":               "",
		"cannot be read":                  "\t- x",
		"no steps":                        "baseUrl: x",
		"line 1: the scenario has no key": "{bas: x, steps: []}",
		"steps must be a list":            "steps: 1",
		"line 2: a step has no key \"pth\"; it takes body, expect": "- path: /a\n  pth: 1",
		"the step has no path":                    "- name: x",
		"must begin with a slash":                 "- path: Users",
		"there twice":                             "- {path: /a, path: /b}",
		"a step must be keys":                     "- x",
		"the method \"po st\"":                    "- {path: /a, method: po st}",
		"the status \"9xx\"":                      "- {path: /a, expect: {status: 9xx}}",
		"headers must be keys":                    "- {path: /a, headers: [x]}",
		"name must be a text":                     "- {path: /a, name: [x]}",
		"no name of a variable":                   "- {path: /a, save: {\"a b\": id}}",
		"is no number of JSON":                    "- {path: /a, body: {x: 0x1F}}",
		"anchors and aliases have no place here":  "- {path: /a, body: [&x 1, *x]}",
		"duplicate":                               "- {path: /a, body: {x: 1, x: 2}}",
		"the archive cannot be read":              `{"log": {"entries": 1}}`,
		"none of its requests":                    `{"log": {"entries": [{"request": {"method": "GET", "url": "http://a/index.html"}}]}}`,
		"entry 1: it has no method":               `{"log": {"entries": [{"request": {"url": "http://a/Users"}}]}}`,
		"the status 20 of its answer":             `{"log": {"entries": [{"request": {"method": "GET", "url": "http://a/Users"}, "response": {"status": 20}}]}}`,
		"entry 1: its body is no base64":          `{"log": {"entries": [{"request": {"method": "PUT", "url": "http://a/Users", "postData": {"text": "?", "_encoding": "base64"}}}]}}`,
		"entry 1: the body of its answer is no b": `{"log": {"entries": [{"request": {"method": "PUT", "url": "http://a/Users"}, "response": {"content": {"text": "?", "encoding": "base64"}}}]}}`,
	} {
		_, err := replay.Read([]byte(file))
		require.ErrorContains(t, err, want, file)
	}
}

func TestCheck_NamesAllThatIsMissing(t *testing.T) {
	t.Parallel()
	recording, err := replay.Read([]byte(`
- {path: "/Users/${A}/${B:-b}", headers: {X: "${C}"}, body: {x: "${D}"}, save: {E: id}}
- {path: "/Users/${E}/${A}", body: "${F}", expect: {body: {x: "${G}"}}}
- {path: "/Users/${bad name}"}
`))
	require.NoError(t, err)
	var told string
	for _, fault := range recording.Check(values{"CINODE_SCIM_TOKEN": "t"}.lookup) {
		told += fault.Error() + "\n"
	}
	for _, name := range []string{"A", "C", "D", "F", "G"} {
		require.Regexp(t, "(?m)^the variable "+name+" has no value", told)
	}
	require.NotContains(t, told, "variable B")
	require.NotContains(t, told, "variable E")
	require.Contains(t, told, "is not written as")
}

func TestReadHAR_FindsTheBase(t *testing.T) {
	t.Parallel()
	recording, err := replay.Read([]byte(archive(
		entry("GET", "/Users", "", 200, ""), entry("GET", "/Nothing?x", "", 404, ""), entry("GET", "2/Users/1/Groups/2", "", 404, ""),
		entry("POST", "/.search", "", 200, ""), entry("GET", "/Users?access_token=***&a=***", "", 200, ""))))
	require.NoError(t, err)
	require.Equal(t, "https://recorded.example.com/scim/v2", recording.Base)
	require.True(t, recording.Foreign)
	var paths []string
	for _, s := range recording.Steps {
		paths = append(paths, s.Path)
	}
	require.Equal(t, []string{"/Users", "/Nothing?x", "/Users/1/Groups/2", "/.search", "/Users?access_token=${CINODE_SCIM_TOKEN}&a=***"}, paths)
	require.Equal(t, []replay.Header{{Name: "Authorization", Value: "Bearer ${CINODE_SCIM_TOKEN}"}}, recording.Steps[0].Headers)
}

func TestReadHAR_Variables(t *testing.T) {
	t.Parallel()
	recording, err := replay.Read([]byte(`{"log":{"entries":[{"request":{"method":"GET","url":"http://a/Users","headers":[
		{"name":"X-Api-Key","value":"${CINODE_SCIM_X_API_KEY}","_variable":"CINODE_SCIM_X_API_KEY"},{"name":"X-Other","_variable":"CINODE_SCIM_X_OTHER","value":"${CINODE_SCIM_X_OTHER} ${HOME}"},{"name":"authorization","value":"***"}]},"response":{"status":200}}]}}`))
	require.NoError(t, err)
	require.Equal(t, []replay.Header{
		{Name: "X-Api-Key", Value: "${CINODE_SCIM_X_API_KEY}"}, {Name: "X-Other", Value: "$${CINODE_SCIM_X_OTHER} $${HOME}"}, {Name: "authorization", Value: "${CINODE_SCIM_TOKEN}"},
	}, recording.Steps[0].Headers)
	require.True(t, replay.IsLocal("http://localhost:1/x"))
	require.True(t, replay.IsLocal("http://[::1]/x"))
	require.False(t, replay.IsLocal("http://localhost.example.com"))
	require.False(t, replay.IsLocal("http://\x00"))
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(scenario))
	f.Add([]byte(archive(entry("POST", "/Users", `{"password":"***"}`, 201, recordedAnn))))
	f.Fuzz(func(t *testing.T, data []byte) {
		recording, err := replay.Read(data)
		if err != nil {
			return
		}
		require.NotEmpty(t, recording.Steps)
		recording.Check(values{}.lookup)
		written, err := replay.WriteScenario(recording)
		if err != nil {
			return
		}
		again, err := replay.Read(written)
		require.NoError(t, err)
		require.Len(t, again.Steps, len(recording.Steps))
	})
}
