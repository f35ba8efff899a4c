package journal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/replay"
)

// recorded is an exchange as the journal keeps it.
func recorded(method, path, body string, status int, answer string) journal.Exchange {
	return journal.Exchange{
		Method: method, Scheme: "http", Host: "scim.example.com:8080", Path: "/scim/tenants/3/v2" + path, Place: path, Status: status,
		Sent: journal.Message{Body: []byte(body), Size: int64(len(body)), Headers: []journal.Header{
			{Name: "Authorization", Value: "Bearer ***"}, {Name: "Content-Type", Value: "application/scim+json"}, {Name: "Accept", Value: "application/scim+json"},
		}},
		Answer: journal.Message{Body: []byte(answer), Size: int64(len(answer))},
	}
}

func TestExport_Scenario(t *testing.T) {
	t.Parallel()
	cut := recorded("POST", "/Users", "{", 201, "")
	cut.Sent.Size = 100
	elsewhere := recorded("GET", "", "", 404, "")
	elsewhere.Path, elsewhere.Place = "/scim/v3/Users", ""
	asked := recorded("GET", "/Users", "", 200, "")
	asked.Query = "filter=id+eq+%225%22&access_token=***"
	bare := recorded("GET", "", "", 200, "")
	bare.Place = "/"
	data, kind, err := journal.Export("scenario", []journal.Exchange{
		recorded("POST", "/Users", `{"userName":"ann","password":"***","note":"${HOME}"}`, 201, `{"id":"5","userName":"ann","meta":{"resourceType":"User"}}`),
		cut, elsewhere,
		recorded("DELETE", "/Users/5", "", 204, ""),
		asked, bare,
	})
	require.NoError(t, err)
	require.Equal(t, "application/yaml", kind)
	require.Equal(t, `# Send it with: cinode-scim replay FILE --base-url URL --token TOKEN
# About 1: the body has *** where a secret was masked
# Left out: 2. POST /scim/tenants/3/v2/Users, answered 201: its body was not kept whole
# About 2: the body was cut: only 1 of its 100 bytes were kept, so this does not send what was sent
# Left out: 3. GET /scim/v3/Users, answered 404: it is below no SCIM base
baseUrl: http://scim.example.com:8080/scim/tenants/3/v2
steps:
  - name: 1. POST /scim/tenants/3/v2/Users, answered 201
    method: POST
    path: /Users
    body:
      userName: ann
      password: ${password:-***}
      note: $${HOME}
    expect:
      status: 201
      body:
        userName: ann
    save:
      user_1: id
  - name: 4. DELETE /scim/tenants/3/v2/Users/5, answered 204
    method: DELETE
    path: /Users/${user_1}
    headers:
      Content-Type: application/scim+json
    expect:
      status: 204
  - name: 5. GET /scim/tenants/3/v2/Users, answered 200
    path: /Users?filter=id%20eq%20%22${user_1}%22&access_token=${CINODE_SCIM_TOKEN}
    headers:
      Content-Type: application/scim+json
    expect:
      status: 200
  - name: 6. GET /scim/tenants/3/v2, answered 200
    path: /
    headers:
      Content-Type: application/scim+json
    expect:
      status: 200
`, string(data))
	recording, err := replay.Read(data)
	require.NoError(t, err)
	require.Len(t, recording.Steps, 4)
}

func TestExport_ScenarioOfHostileValues(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"'\"\\", "${HOME}", "$(id)", "a: b\n- c", "---", "#", "!!python/object", "*x", "&x", "{{x}}", "\u2028", "\t", "yes", "0x1F", "\x01\x02"} {
		x := recorded("POST", "/Users", value, 400, value)
		x.Query = value
		x.Sent.Headers = append(x.Sent.Headers, journal.Header{Name: "X-Note", Value: value})
		data, _, err := journal.Export("scenario", []journal.Exchange{x})
		require.NoError(t, err, value)
		recording, err := replay.Read(data)
		require.NoError(t, err, string(data))
		require.Len(t, recording.Steps, 1)
		require.Equal(t, string(replay.LiteralBody([]byte(value))), string(recording.Steps[0].Body))
		require.Empty(t, recording.Check(func(name string) (string, bool) { return "", name == "CINODE_SCIM_TOKEN" }))
	}
}

func TestExport_ScenarioOfNothing(t *testing.T) {
	t.Parallel()
	data, _, err := journal.Export("scenario", nil)
	require.NoError(t, err)
	require.Contains(t, string(data), "steps: []")
}
