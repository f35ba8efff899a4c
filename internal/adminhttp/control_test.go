package adminhttp_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/adminhttp"
)

// userNames are those of the users of tenant 1, by SCIM.
func (f *fixture) userNames(t *testing.T, token string) []any {
	t.Helper()
	a := f.scim(t, token, "GET", "/scim/v2/Users", "")
	require.Equal(t, 200, a.status, "%s", a.body)
	list, ok := a.object(t)["Resources"].([]any)
	require.True(t, ok)
	names := []any{}
	for _, r := range list {
		o, ok := r.(map[string]any)
		require.True(t, ok)
		names = append(names, o["userName"])
	}
	return names
}

func TestReset_EmptiesWhatWasNotSeeded(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		token := f.token(t, "t")
		f.create(t, token, "Groups", groupBody("Engine", f.create(t, token, "Users", userBody("ada@example.com"))))
		f.want(t, 201, "POST", "/faults", `{"tenant":1,"action":"status","status":418}`)
		f.want(t, 200, "POST", "/clock", `{"advance":"1h"}`)
		f.want(t, 204, "POST", "/reset", "")
		require.Empty(t, f.want(t, 200, "GET", "/requests", "").ids(t))
		require.Empty(t, f.want(t, 200, "GET", "/faults", "").items(t, "id"))
		require.Equal(t, "0s", f.want(t, 200, "GET", "/clock", "").object(t)["offset"])
		require.Equal(t, []int64{1}, f.reseeds)
		require.Equal(t, []any{}, f.userNames(t, token), "the token stays")
		for _, list := range []string{"groups", "teams", "links"} {
			require.Empty(t, f.want(t, 200, "GET", "/tenants/1/"+list, "").items(t, "id"), list)
		}
		require.Equal(t, []any{"tenant.reset"}, f.want(t, 200, "GET", "/audit?action=tenant.reset", "").items(t, "action"))
	})
}

func TestReset_GoesBackToTheSeed(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		token := f.token(t, "t")
		ada := f.create(t, token, "Users", userBody("ada@example.com"))
		group := f.create(t, token, "Groups", groupBody("Engine", ada))
		f.want(t, 201, "POST", "/snapshots", `{"name":"seed"}`)
		state := f.want(t, 200, "GET", "/tenants/1/state", "").object(t)
		require.Equal(t, 204, f.scim(t, token, "DELETE", "/scim/v2/Groups/"+group, "").status)
		bob := f.create(t, token, "Users", userBody("bob@example.com"))
		f.want(t, 204, "DELETE", "/tenants/1/users/"+ada, "")
		f.want(t, 200, "PUT", "/tenants/1/persona", `{"name":"rfc"}`)
		second := f.token(t, "second")
		f.want(t, 200, "POST", "/tenants/1/tokens/t/revoke", "")
		require.Equal(t, 401, f.scim(t, token, "GET", "/scim/v2/Users", "").status)
		f.want(t, 204, "POST", "/reset", "")
		after := f.want(t, 200, "GET", "/tenants/1/state", "").object(t)
		delete(after, "tokens") // their last use is noted beside
		delete(state, "tokens")
		require.Equal(t, state, after, "ids and versions too")
		require.Equal(t, []any{"ada@example.com"}, f.userNames(t, token), "a token of the seed is good again, at once")
		require.Equal(t, 401, f.scim(t, second, "GET", "/scim/v2/Users", "").status, "one made since is gone, at once")
		require.NotEqual(t, bob, f.create(t, token, "Users", userBody("cy@example.com")), "no id is given twice")
		f.want(t, 204, "POST", "/reset?tenant=1", "")
		require.Equal(t, []any{"ada@example.com"}, f.userNames(t, token), "as often as one likes")
	})
}

func TestSnapshots(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		token := f.token(t, "t")
		require.Empty(t, f.want(t, 200, "GET", "/snapshots", "").items(t, "name"))
		f.create(t, token, "Users", userBody("ada@example.com"))
		made := f.want(t, 201, "POST", "/snapshots", `{"name":" one "}`).object(t)
		require.Equal(t, map[string]any{"name": "one", "created": "2026-01-31T12:00:00Z", "users": 1.0, "groups": 0.0}, made)
		f.create(t, token, "Users", userBody("bob@example.com"))
		f.create(t, token, "Groups", groupBody("Engine"))
		f.clock.Advance(time.Minute)
		f.want(t, 201, "POST", "/snapshots", `{"name":"a b/c?"}`)
		list := f.want(t, 200, "GET", "/snapshots", "")
		require.Equal(t, []any{"a b/c?", "one"}, list.items(t, "name"))
		require.Equal(t, []any{2.0, 1.0}, list.items(t, "users"))
		require.Equal(t, []any{1.0, 0.0}, list.items(t, "groups"))
		f.want(t, 201, "POST", "/faults", `{"id":"stays","tenant":1,"path":"/Groups","action":"status","status":418}`)
		f.want(t, 204, "POST", "/snapshots/one/restore", "")
		require.Equal(t, []any{"ada@example.com"}, f.userNames(t, token))
		require.NotEmpty(t, f.want(t, 200, "GET", "/requests", "").ids(t), "the journal stays")
		require.Equal(t, []any{"stays"}, f.want(t, 200, "GET", "/faults", "").items(t, "id"))
		f.want(t, 204, "POST", "/snapshots/a%20b%2Fc%3F/restore", "")
		require.Equal(t, []any{"ada@example.com", "bob@example.com"}, f.userNames(t, token))
		again := f.want(t, 201, "POST", "/snapshots", `{"name":"one"}`).object(t)
		require.Equal(t, []any{"2026-01-31T12:01:00Z", 2.0}, []any{again["created"], again["users"]}, "in the place of the first")
		f.want(t, 204, "DELETE", "/snapshots/one", "")
		a := f.want(t, 404, "POST", "/snapshots/one/restore", "")
		require.Equal(t, `tenant 1 has no snapshot "one"`, a.object(t)["detail"])
		f.want(t, 404, "DELETE", "/snapshots/one", "")
		f.want(t, 201, "POST", "/tenants", `{}`)
		require.Empty(t, f.want(t, 200, "GET", "/snapshots?tenant=2", "").items(t, "name"), "each tenant has its own")
		f.want(t, 404, "POST", "/snapshots/a%20b%2Fc%3F/restore?tenant=2", "")
		require.Equal(t, "/name", f.want(t, 400, "POST", "/snapshots?tenant=1", `{"name":"a\u0000"}`).violation(t, "pointer")[1:])
	})
}

func TestClock_DecidesAboutTokens(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		f.want(t, 201, "POST", "/tenants", `{}`)
		token := f.token(t, "t") // until 2027-01-31
		require.Equal(t, 200, f.scim(t, token, "GET", "/scim/v2/Users", "").status)
		f.want(t, 200, "POST", "/clock?tenant=1", `{"advance":"8759h59m59.999s"}`)
		require.Equal(t, 200, f.scim(t, token, "GET", "/scim/v2/Users", "").status)
		f.want(t, 200, "POST", "/clock?tenant=1", `{"advance":"1ms"}`)
		require.Equal(t, 401, f.scim(t, token, "GET", "/scim/v2/Users", "").status, "at once")
		e := f.want(t, 200, "GET", "/requests/latest?tenant=1", "").object(t)
		require.Equal(t, "expired", e["why"])
		require.Contains(t, e["reason"], "the token has expired")
		require.Contains(t, e["reason"], `"t"`)
		require.Equal(t, true, e["refused"])
		require.Equal(t, "t", e["token"])
		f.want(t, 200, "POST", "/clock?tenant=1", `{"reset":true}`)
		require.Equal(t, 200, f.scim(t, token, "GET", "/scim/v2/Users", "").status)
		require.Equal(t, "0s", f.want(t, 200, "GET", "/clock?tenant=2", "").object(t)["offset"], "another tenant has its own")
	})
}

func TestClock_IsThatOfResourcesAndJournal(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		token := f.token(t, "t")
		created := func(userName string) any {
			t.Helper()
			id := f.create(t, token, "Users", userBody(userName))
			meta, ok := f.scim(t, token, "GET", "/scim/v2/Users/"+id, "").object(t)["meta"].(map[string]any)
			require.True(t, ok)
			return meta["created"]
		}
		set := func(body string) map[string]any {
			t.Helper()
			return f.want(t, 200, "POST", "/clock", body).object(t)
		}
		require.Equal(t, map[string]any{"now": "2026-01-31T12:00:00Z", "frozen": false, "offset": "0s"}, f.want(t, 200, "GET", "/clock", "").object(t))
		require.Equal(t, map[string]any{"now": "2026-02-01T12:00:00Z", "frozen": false, "offset": "24h0m0s"}, set(`{"advance":"24h"}`))
		require.Equal(t, "2026-02-01T12:00:00.000Z", created("ada@example.com"))
		require.Equal(t, "2026-02-01T12:00:00Z", f.want(t, 200, "GET", "/requests/latest", "").object(t)["at"])
		f.clock.Advance(time.Minute)
		require.Equal(t, "2026-02-01T12:01:00Z", f.want(t, 200, "GET", "/clock", "").object(t)["now"], "it runs")
		require.Equal(t, true, set(`{"frozen":true}`)["frozen"])
		f.clock.Advance(time.Minute)
		require.Equal(t, "2026-02-01T12:01:00.000Z", created("bob@example.com"), "it stands")
		require.Equal(t, "2026-02-01T12:01:30Z", set(`{"advance":"30s"}`)["now"])
		require.Equal(t, map[string]any{"now": "2026-07-01T10:00:00Z", "frozen": true, "offset": "3621h58m0s"}, set(`{"set":"2026-07-01T12:00:00+02:00"}`))
		require.Equal(t, false, set(`{"frozen":false}`)["frozen"])
		f.clock.Advance(time.Minute)
		require.Equal(t, "2026-07-01T10:01:00Z", set(`{}`)["now"], "it goes on from where it stood")
		require.Equal(t, "2026-01-31T12:03:00Z", set(`{"reset":true}`)["now"])
		require.Equal(t, "2026-05-01T11:00:00Z", set(`{"reset":true,"set":"2026-05-01T12:00:00Z","advance":"-1h","frozen":true}`)["now"])
		require.Equal(t, "2026-05-01T11:00:00.000Z", created("cy@example.com"))
	})
}

func TestClock_Refuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	for body, pointer := range map[string]string{
		`{"advance":"1"}`:                                 "#/advance",
		`{"advance":1}`:                                   "#/advance",
		`{"set":"tomorrow"}`:                              "#/set",
		`{"frozen":"yes"}`:                                "#/frozen",
		`{"freeze":true}`:                                 "#/freeze",
		`{"set":"1969-12-31T23:59:59Z"}`:                  "#/set",
		`{"set":"0001-01-01T00:00:00Z"}`:                  "#/set",
		`{"set":"9999-12-31T23:59:59Z"}`:                  "#/set",
		`{"set":"1970-01-01T00:00:00Z","advance":"-1ms"}`: "#/advance",
		`{"advance":"2562047h47m16s"}`:                    "#/advance",
	} {
		require.Equal(t, pointer, f.want(t, 400, "POST", "/clock", body, lenient).violation(t, "pointer"), body)
	}
	require.Equal(t, "0s", f.want(t, 200, "GET", "/clock", "").object(t)["offset"], "nothing of it was done")
}

// TestControl_IsOff: without --test-api nothing of test control can be called, and
// the journal can.
func TestControl_IsOff(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t)).with(t, func(o *adminhttp.Options) { o.TestAPI = false })
	for name, operation := range operations(f.doc) {
		if len(operation.Tags) == 0 || operation.Tags[0] != "Test control" && operation.Tags[0] != "Faults" {
			continue
		}
		method, path := split(name)
		body := ""
		if operation.RequestBody != nil {
			body = "{}"
		}
		a := f.want(t, 404, method, path, body, lenient)
		require.Equal(t, "test control is off; start the server with --test-api", a.object(t)["detail"], name)
	}
	for _, path := range []string{"/requests", "/requests/count", "/deviations", "/requests/export?as=har"} {
		f.want(t, 200, "GET", path, "")
	}
	f.want(t, 200, "POST", "/verify", "{}")
	f.want(t, 200, "POST", "/wait", `{"resources":{"type":"User","count":0}}`)
	off := f.want(t, 401, "POST", "/reset", "", header("Authorization", "Bearer x"))
	require.NotContains(t, string(off.body), "test control", "a stranger is told nothing")
}
