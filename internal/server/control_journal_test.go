package server_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// paths are those of a list of requests.
func (c controlled) paths(t *testing.T, query string) []any {
	t.Helper()
	list := []any{}
	for _, e := range c.items(t, "/requests"+query) {
		list = append(list, e["path"])
	}
	return list
}

func TestJournal_IsCappedByCount(t *testing.T) {
	t.Parallel()
	for kind, database := range everyDatabase(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := control(t, database, "--journal-max=5")
			for i := range 12 {
				for tenant := range 2 {
					require.Equal(t, 404, c.scim(t, tenant+1, "GET", fmt.Sprintf("/Users/%d", i+1), "").status)
				}
				if i == 6 {
					require.Equal(t, []any{"/Users/3", "/Users/4", "/Users/5", "/Users/6", "/Users/7"}, c.paths(t, "?tenant=1&order=oldest"))
				}
			}
			want := []any{"/Users/8", "/Users/9", "/Users/10", "/Users/11", "/Users/12"}
			require.Equal(t, want, c.paths(t, "?tenant=1&order=oldest"))
			require.Equal(t, want, c.paths(t, "?tenant=2&order=oldest"))
			require.InDelta(t, 10, c.admin(t, 200, "GET", "/requests/count", "")["count"], 0)
		})
	}
}

func TestJournal_IsCappedByAge(t *testing.T) {
	t.Parallel()
	c := control(t, "--journal-max-age=2s")
	c.scim(t, 1, "GET", "/Users/1", "")
	require.Equal(t, []any{"/Users/1"}, c.paths(t, ""))
	require.Eventually(t, func() bool {
		return c.admin(t, 200, "GET", "/requests/count", "")["count"] == 0.0
	}, 10*time.Second, 20*time.Millisecond)
	c.scim(t, 1, "GET", "/Users/2", "")
	require.Equal(t, []any{"/Users/2"}, c.paths(t, ""))
}

func TestJournal_KeepsNothing(t *testing.T) {
	t.Parallel()
	c := control(t, "--journal-max=0")
	require.Equal(t, 404, c.scim(t, 1, "GET", "/Users/1", "").status)
	require.Empty(t, c.paths(t, ""))
	c.admin(t, 201, "POST", "/faults", `{"tenant":1,"action":"status","status":418}`)
	require.Equal(t, 418, c.scim(t, 1, "GET", "/Users/1", "").status, "faults need no journal")
}

func TestJournal_SurvivesARestart(t *testing.T) {
	t.Parallel()
	file := "--database=" + filepath.Join(t.TempDir(), "scim.db")
	first := control(t, file)
	for i := range 3 {
		first.scim(t, 1, "GET", fmt.Sprintf("/Users/%d", i+1), "")
	}
	first.stop() // without anybody having asked for the journal
	require.NoError(t, first.ended())
	second := control(t, file)
	before := second.items(t, "/requests?order=oldest")
	require.Len(t, before, 3)
	require.Equal(t, "/Users/3", before[2]["path"])
	second.scim(t, 1, "GET", "/Users/4", "")
	after := second.items(t, "/requests?order=oldest")
	require.Len(t, after, 4)
	require.Equal(t, before, after[:3])
	e := second.admin(t, 200, "GET", "/requests/latest", "")
	require.Equal(t, "/Users/4", e["path"], "ids go on")
	require.Equal(t, "4", e["id"])
}

func TestJournal_MasksPeople(t *testing.T) {
	t.Parallel()
	for _, masked := range []bool{false, true} {
		c := control(t, fmt.Sprintf("--journal-mask-pii=%t", masked))
		user := c.create(t, 1, "Users", `{`+userSchemas+`"userName":"ada.lovelace@example.com","externalId":"E-1","name":{"givenName":"Adaline","familyName":"Lovelace"},
			"phoneNumbers":[{"value":"+46701234567"}],"addresses":[{"type":"work","locality":"Linköping","streetAddress":"Storgatan 77"}]}`)
		c.scim(t, 1, "PATCH", "/Users/"+user, controlPatch(`{"op":"replace","path":"name.familyName","value":"Kingsley"}`))
		c.scim(t, 1, "GET", "/Users?filter=userName%20eq%20%22ada.lovelace@example.com%22", "")
		list := c.send(t, "GET", "/admin/api/v1/requests", "", bearer(controlKey)).body
		for _, word := range []string{"ada.lovelace", "Adaline", "Lovelace", "Kingsley", "Storgatan"} {
			require.Equal(t, !masked, strings.Contains(list, word), "%s, masked %t: %s", word, masked, list)
		}
		require.Contains(t, list, "Users/"+user)
		require.Contains(t, list, "name.familyName")
	}
}

func TestJournal_CutsBodies(t *testing.T) {
	t.Parallel()
	c := control(t, "--journal-body-limit=100")
	body := controlUser("ada@example.com")
	c.create(t, 1, "Users", body)
	e := c.admin(t, 200, "GET", "/requests/latest", "")
	for _, side := range []string{"sent", "answer"} {
		m, ok := e[side].(map[string]any)
		require.True(t, ok)
		require.Equal(t, true, m["cut"], side)
		require.Len(t, m["body"], 100, side)
		require.Greater(t, m["size"], 100.0, side)
	}
	missed := c.admin(t, 422, "POST", "/verify", `{"tenant":1,"expectations":[{"request":{"method":"POST","body":{"userName":"ada@example.com"}}}]}`)
	require.Contains(t, missed["detail"], "body was too long to be kept whole")
	require.Equal(t, 404, c.scim(t, 1, "GET", "/Users/0", "", header("X-Long", strings.Repeat("x", 1000))).status)
}

// TestJournal_OfTwoServers: what comes to one server of a database is in the journal
// of the other, and there for those who wait and listen.
func TestJournal_OfTwoServers(t *testing.T) {
	t.Parallel()
	database := "--database=" + testenv.Postgres(t)
	a, b := control(t, database), control(t, database)
	a.scim(t, 1, "GET", "/Users/1", "")
	require.Equal(t, "/Users/1", b.recorded(t, 1, `{"path":"/Users/1"}`)["path"])
	events := b.events(t)
	waited := b.wait(t, `{"tenant":1,"timeout":"30s","request":{"path":"/Users/3"}}`)
	for _, path := range []string{"/Users/2", "/Users/3", "/Users/4"} {
		a.scim(t, 1, "GET", path, "")
	}
	require.Contains(t, (<-waited).body, `"met":true,"count":1`)
	for _, path := range []string{"/Users/2", "/Users/3", "/Users/4"} {
		require.Contains(t, events(), `"path":"`+path+`"`)
	}
	b.scim(t, 1, "GET", "/Users/5", "")
	a.recorded(t, 1, `{"path":"/Users/5"}`)
	require.Equal(t, []any{"/Users/1", "/Users/2", "/Users/3", "/Users/4", "/Users/5"}, a.paths(t, "?tenant=1&order=oldest"))
	require.Equal(t, a.items(t, "/requests"), b.items(t, "/requests"))
	waited = b.wait(t, `{"tenant":1,"timeout":"30s","resources":{"type":"User","filter":"userName eq \"ada@example.com\""}}`)
	a.create(t, 1, "Users", controlUser("ada@example.com"))
	require.Contains(t, (<-waited).body, `"met":true,"count":1`)
}

// wait waits in another goroutine.
func (c controlled) wait(t *testing.T, body string) <-chan received {
	t.Helper()
	request := c.request(t, "POST", "/admin/api/v1/wait", body, bearer(controlKey))
	done := make(chan received, 1)
	go func() { done <- c.exchange(request) }()
	return done
}

// events opens the stream of requests, and gives a function for the next.
func (c controlled) events(t *testing.T) func() string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+"/admin/api/v1/events", nil)
	require.NoError(t, err)
	bearer(controlKey)(r)
	response, err := c.client.Do(r)
	require.NoError(t, err)
	require.Equal(t, 200, response.StatusCode)
	t.Cleanup(func() { _ = response.Body.Close() })
	t.Cleanup(cancel)
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	require.True(t, lines.Scan())
	return func() string {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
		}
		return ""
	}
}

// TestJournal_EventsEndWithTheServer: a stream does not hold up a shutdown.
func TestJournal_EventsEndWithTheServer(t *testing.T) {
	t.Parallel()
	c := control(t, "--shutdown-timeout=30s")
	next := c.events(t)
	c.scim(t, 1, "GET", "/Users/1", "")
	require.Contains(t, next(), "/Users/1")
	c.stop()
	require.Empty(t, next())
	require.NoError(t, c.ended())
	require.NotContains(t, c.log.String(), "cut off")
}

// A long answer leaves before its handler has ended.
func TestJournal_HasWhatTheClientHasSeen(t *testing.T) {
	t.Parallel()
	c := control(t)
	for i := range 30 {
		c.create(t, 1, "Users", controlUser(fmt.Sprintf("user%d@example.com", i)))
	}
	for i := range 100 {
		require.Equal(t, 200, c.scim(t, 1, "GET", fmt.Sprintf("/Users?count=%d", i%10+20), "").status)
		n := c.admin(t, 200, "GET", "/requests/count?tenant=1&method=GET", "")["count"]
		require.InDelta(t, i+1, n, 0)
	}
}

// What is kept goes by the tenant's clock.
func TestJournal_OfAClockInThePast(t *testing.T) {
	t.Parallel()
	for kind, database := range everyDatabase(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := control(t, database)
			c.admin(t, 200, "POST", "/clock?tenant=1", `{"set":"2020-01-31T12:00:00Z"}`)
			require.Equal(t, 404, c.scim(t, 1, "GET", "/Users/1", "").status)
			require.Equal(t, []any{"/Users/1"}, c.paths(t, "?tenant=1"))
			c.admin(t, 200, "POST", "/clock?tenant=1", `{"advance":"169h"}`)
			require.Empty(t, c.paths(t, "?tenant=1"))
		})
	}
}

// A body that never comes keeps no answer back.
func TestJournal_WaitsForNoBody(t *testing.T) {
	t.Parallel()
	c := control(t)
	for _, token := range []string{"nobody", "one"} {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(c.url, "http://"))
		require.NoError(t, err)
		require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
		_, err = fmt.Fprintf(conn, "PUT /scim/v2/Nope HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\nContent-Length: 1000000\r\n\r\n{", token)
		require.NoError(t, err)
		status, err := bufio.NewReader(conn).ReadString('\n')
		require.NoError(t, err)
		require.Regexp(t, `^HTTP/1.1 40[14] `, status)
		require.NoError(t, conn.Close())
	}
}

// Numbers that no answer could give are no tenants.
func TestTenants_OfOddNumbers(t *testing.T) {
	t.Parallel()
	c := control(t)
	for _, tenant := range []string{"01", "+1", "0", "-1", "1e3", "1000000000001", "9223372036854775807", "9223372036854775808"} {
		require.Equal(t, 403, c.send(t, "GET", "/scim/tenants/"+tenant+"/v2/Users", "", bearer("one")).status, tenant)
	}
	c.admin(t, 201, "POST", "/tenants", `{"name":"next"}`)
}

func TestReset_BesideOthers(t *testing.T) {
	t.Parallel()
	for kind, database := range everyDatabase(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := control(t, database)
			c.create(t, 1, "Users", controlUser("a@example.com"))
			c.create(t, 1, "Groups", controlGroup("G", `{"value":"1"}`))
			c.admin(t, 201, "POST", "/snapshots?tenant=1", `{"name":"a"}`)
			var wait sync.WaitGroup
			statuses := make([][]int, 4)
			for i, path := range []string{"/reset?tenant=1", "/snapshots/a/restore?tenant=1", "/snapshots?tenant=1", "/reset?tenant=1"} {
				wait.Go(func() {
					for range 20 {
						statuses[i] = append(statuses[i], c.send(t, "POST", "/admin/api/v1"+path, `{"name":"a"}`, bearer(controlKey)).status)
					}
				})
			}
			wait.Wait()
			for _, list := range statuses {
				require.NotContains(t, list, 500)
			}
			c.admin(t, 409, "DELETE", "/snapshots/seed?tenant=1", "")
		})
	}
}
