package web_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlite"
)

const requestsPath = "/admin/tenants/1/requests"

// call is a SCIM request of a test.
type call struct {
	agent, token, method, path, body string
	header                           string // of the name X-Test
}

// calls sends requests to the SCIM base of tenant 1, one after the other.
func (s *site) calls(t *testing.T, list ...call) (statuses []int) {
	t.Helper()
	for _, c := range list {
		r, err := http.NewRequestWithContext(t.Context(), c.method, s.url+"/scim/tenants/1/v2"+c.path, strings.NewReader(c.body))
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+c.token)
		r.Header.Set("User-Agent", c.agent)
		r.Header.Set("Content-Type", "application/scim+json")
		if c.header != "" {
			r.Header.Set("X-Test", c.header)
		}
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		statuses = append(statuses, answer.StatusCode)
	}
	return statuses
}

const (
	jumpCloud = "JumpCloud SCIM"
	okta      = "Okta SCIM Client 1.0.0"
	hostile   = `</pre></script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">`
)

func userBody(name, display string) string {
	return `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"` + name + `","active":true,"name":{"givenName":"` + display +
		`","familyName":"Ek"},"displayName":"` + display + `","emails":[{"value":"` + name + `","type":"work","primary":true}]}`
}

// traffic is a day of two identity providers: an activation, users with names of all
// kinds, a refusal, deviations, and a token that nobody knows.
func (s *site) traffic(t *testing.T) {
	t.Helper()
	const patch = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`
	require.Equal(t, []int{200, 201, 200, 204, 201, 409, 201, 200, 404, 401}, s.calls(t,
		call{jumpCloud, "one", "GET", "/Users?filter=userName%20eq%20%22probe%40corp.example%22", "", ""},
		call{jumpCloud, "one", "POST", "/Users", userBody("probe@corp.example", "displayname"), ""},
		call{jumpCloud, "one", "PUT", "/Users/1", userBody("probe@corp.example", "changed"), ""},
		call{jumpCloud, "one", "DELETE", "/Users/1", "", ""},
		call{okta, "one", "POST", "/Users", userBody("anna@example.com", "محمد بن عبد الرحمن"), ""},
		call{okta, "one", "POST", "/Users", userBody("ANNA@example.com", "Anna"), ""},
		call{okta, "one", "POST", "/Users", userBody("long@example.com", strings.Repeat("Långt namn ", 9)), ""},
		call{okta, "one", "PATCH", "/Users/2", patch + `{"op":"Replace","path":"active","value":"False"}]}`, ""},
		call{okta, "one", "GET", "/Users/77", "", ""},
		call{okta, "csc_wrong", "GET", "/Users", "", ""},
	))
}

// freeze lets the clock of tenant 1 stand, so that however slow the machine is, what
// follows is one run.
func (s *site) freeze(t *testing.T) {
	t.Helper()
	s.control(t, "/clock?tenant=1", `{"frozen":true}`)
}

// fill writes a journal of n requests into a database file, past the server that
// has it open.
func fill(t *testing.T, file string, n int) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), file)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	at := time.Now()
	for done := 0; done < n; done += 1000 {
		list := make([]journal.Exchange, 1000)
		for i := range list {
			number := strconv.Itoa(done + i)
			list[i] = journal.Exchange{
				Tenant: 1, At: at, Request: "r" + number, Token: "first", Persona: "cinode", Address: "192.0.2.1", Client: journal.ClientEntra,
				Method: "PATCH", Scheme: "http", Host: "x", Path: "/scim/v2/Users/" + number, Place: "/Users/" + number, Route: "/Users/{id}",
				Status: 200, Duration: time.Millisecond, Sent: journal.Message{Body: []byte(`{"n":` + number + `}`), Size: 9},
			}
		}
		require.NoError(t, db.AppendExchanges(t.Context(), list, nil, journal.Keep{Max: n}))
	}
}
