package replay_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/replay"
)

func TestWriteScenario(t *testing.T) {
	t.Parallel()
	recording, err := replay.Read([]byte(archive(
		entry("POST", "/Users", `{"userName":"ann","password":"***","note":"${x}","n":1.0}`, 201, recordedAnn),
		entry("POST", "/Users", `{"userName":"bo"}`, 201, `{"id":"7","userName":"bo"}`),
		entry("GET", "/Groups?filter=displayName+eq+%22G%22", "", 200, `{"totalResults":1,"Resources":[{"id":"9","displayName":"G"}]}`),
		entry("PATCH", "/Groups/9", patchMembers, 200, `{"id":"9","displayName":"G","members":[{"value":"5"}]}`),
		entry("GET", "/Groups?filter=members.value%20eq%20%225%22", "", 404, `{"detail":"gone","status":"404"}`),
	)))
	require.NoError(t, err)
	written, err := replay.WriteScenario(recording)
	require.NoError(t, err)
	require.Equal(t, `baseUrl: https://recorded.example.com/scim/v2
steps:
  - method: POST
    path: /Users
    headers:
      Accept: null
      Content-Type: null
    body:
      userName: ann
      password: ${password:-***}
      note: $${x}
      n: 1.0
    expect:
      status: 201
      body:
        userName: ann
    save:
      user_1: id
  - method: POST
    path: /Users
    headers:
      Accept: null
      Content-Type: null
    body:
      userName: bo
    expect:
      status: 201
      body:
        userName: bo
  - path: /Groups?filter=displayName+eq+%22G%22
    headers:
      Accept: null
    expect:
      status: 200
      body:
        Resources:
          - displayName: G
        totalResults: 1
    save:
      group_3: Resources.0.id
  - method: PATCH
    path: /Groups/${group_3}
    headers:
      Accept: null
      Content-Type: null
    body:
      Operations:
        - op: add
          path: members
          value:
            - value: ${user_1}
              $ref: https://recorded.example.com/scim/v2/Users/${user_1}
        - op: remove
          path: members[value eq "${user_1}"]
        - op: replace
          path: employeeNumber
          value: "5"
    expect:
      status: 200
      body:
        displayName: G
        members:
          - value: ${user_1}
  - path: /Groups?filter=members.value%20eq%20%22${user_1}%22
    headers:
      Accept: null
    expect:
      status: 404
      body:
        status: "404"
`, string(written))

	o := newOther(t, map[string]string{
		"POST /Users": `201 ` + otherAnn,
		"GET /Groups?filter=displayName+eq+%22G%22":         `200 {"totalResults":1,"Resources":[{"id":"g1","displayName":"G"}]}`,
		"PATCH /Groups/g1":                                  `200 {"id":"g1","displayName":"G","members":[{"value":"u/1"}]}`,
		"GET /Groups?filter=members.value%20eq%20%22u/1%22": `404 {"detail":"other","status":"404"}`,
	})
	again, err := replay.Read(written)
	require.NoError(t, err)
	report := runRecording(t, o, again, token)
	require.Equal(t, 1, report.Different, "only Bo, whom the other server calls Ann")
	require.Contains(t, o.requests[3], `members[value eq \"u/1\"]`)
}

func TestWriteScenario_BodiesThatAreNoPlainJSON(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"a":1,"a":2}`, "{", "text: yes", `"a"`, "1e400", "a\nb", "\x01", "[[],{}]", "null", "- x"} {
		recording := &replay.Recording{Steps: []*replay.Step{{Method: "POST", Path: "/Users", Body: replay.LiteralBody([]byte(body))}}}
		written, err := replay.WriteScenario(recording)
		require.NoError(t, err)
		again, err := replay.Read(written)
		require.NoError(t, err, string(written))
		require.Equal(t, body, string(again.Steps[0].Body))
	}
}
