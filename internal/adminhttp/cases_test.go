package adminhttp_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func TestPersona_ChangesAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		token := f.token(t, "t")
		id := f.create(t, token, "Groups", groupBody("G"))
		put := func() int { return f.scim(t, token, "PUT", "/scim/v2/Groups/"+id, groupBody("G")).status }
		require.Equal(t, 501, put(), "Cinode has no PUT on groups (D)")
		f.want(t, 200, "PUT", "/tenants/1/persona", `{"name":"cinode","switches":{"put-groups":true}}`)
		require.Equal(t, 200, put())
		f.want(t, 200, "PUT", "/tenants/1/persona", `{"name":"cinode"}`)
		require.Equal(t, 501, put())
		f.want(t, 200, "PUT", "/tenants/1/persona", `{"name":"rfc"}`)
		require.Equal(t, 200, put())
	})
}

func TestPersona_SaysWhatDecides(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		f.want(t, 200, "PUT", "/tenants/1/persona", `{"name":"cinode","strict":true,"switches":{"bulk":true}}`)
		o := f.want(t, 200, "GET", "/tenants/1/persona", "").object(t)
		require.Equal(t, map[string]any{"bulk": true}, o["switches"])
		effective, ok := o["effective"].([]any)
		require.True(t, ok)
		require.Len(t, effective, len(cinode.Switches))
		got := map[string][2]any{}
		for _, e := range effective {
			s, ok := e.(map[string]any)
			require.True(t, ok)
			name, ok := s["name"].(string)
			require.True(t, ok)
			require.NotEmpty(t, s["description"])
			got[name] = [2]any{s["value"], s["from"]}
		}
		require.Equal(t, [2]any{true, "tenant"}, got["bulk"])
		require.Equal(t, [2]any{true, "strict"}, got["require-schemas"])
		require.Equal(t, [2]any{false, "persona"}, got["put-groups"])
	})
}

func TestTokens_OnceAndNoLonger(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		a := f.want(t, 201, "POST", "/tenants/1/tokens", `{"name":"JumpCloud","expires":"2027-01-31T12:00:00Z"}`)
		made := a.object(t)
		require.Equal(t, "https://scim.example.com/scim/tenants/1/v2", made["tenantUrl"])
		require.Equal(t, cinode.AudienceSCIM, made["audience"])
		secret, ok := made["secret"].(string)
		require.True(t, ok)
		for _, path := range []string{"/tenants/1/tokens", "/tenants/1/tokens/jumpcloud", "/tenants/1/state", "/audit"} {
			require.NotContains(t, string(f.want(t, 200, "GET", path, "").body), secret)
		}
		require.Equal(t, 200, f.scim(t, secret, "GET", "/scim/v2/Users", "").status)
		first := f.want(t, 200, "POST", "/tenants/1/tokens/jumpcloud/revoke", "")
		require.Equal(t, 401, f.scim(t, secret, "GET", "/scim/v2/Users", "").status, "at once")
		f.clock.Advance(time.Hour)
		require.Equal(t, first.body, f.want(t, 200, "POST", "/tenants/1/tokens/jumpcloud/revoke", "").body)
		clash := f.want(t, 409, "POST", "/tenants/1/tokens", `{"name":" jumpcloud ","expires":"2027-01-31T12:00:00Z"}`)
		require.Contains(t, string(clash.body), `tenant 1 has a token named \"jumpcloud\" already`)
	})
}

func TestTokens_AreListed(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		first := f.token(t, "a")
		user := f.create(t, first, "Users", userBody("ada@example.com"))
		for _, body := range []string{
			`{"name":"b","expires":"2026-01-31T12:00:01Z"}`, `{"name":"c","expires":"2026-03-02T12:00:01Z","userId":"` + user + `"}`,
			`{"name":"d","expires":"2026-03-02T12:00:01.001Z","audience":"https://api.cinode.app"}`,
		} {
			f.clock.Advance(time.Millisecond)
			f.want(t, 201, "POST", "/tenants/1/tokens", body)
		}
		for _, body := range []string{
			`{"name":"e","expires":"2026-01-31T12:00:00Z"}`, `{"name":"e","expires":"2027-01-31T12:00:00Z","userId":"9` + user + `"}`,
		} {
			f.want(t, 400, "POST", "/tenants/1/tokens", body)
		}
		f.want(t, 400, "POST", "/tenants/1/tokens", `{"name":"e"}`, misformed)
		f.clock.Set(start.Add(time.Second))
		use := cinode.Use{At: start, Address: "192.0.2.9", Client: "JumpCloud SCIM"}
		require.NoError(t, f.store.TouchTokens(t.Context(), []store.TokenUse{{Hash: cinode.HashSecret(first), Use: use}}))
		page := f.want(t, 200, "GET", "/tenants/1/tokens?limit=2", "")
		require.Equal(t, []any{"a", "b"}, page.items(t, "name"))
		require.Equal(t, []any{"active", "expired"}, page.items(t, "state"))
		require.Equal(t, map[string]any{"at": "2026-01-31T12:00:00Z", "address": "192.0.2.9", "client": "JumpCloud SCIM"}, page.items(t, "lastUsed")[0])
		require.Equal(t, "b", page.object(t)["next"])
		page = f.want(t, 200, "GET", "/tenants/1/tokens?limit=2&after=b", "")
		require.Equal(t, []any{"c", "d"}, page.items(t, "name"))
		require.Equal(t, []any{true, false}, page.items(t, "expiringSoon"))
		require.Equal(t, []any{user, nil}, page.items(t, "userId"))
		require.NotContains(t, page.object(t), "next")
		f.want(t, 404, "GET", "/tenants/1/tokens?after=none", "")
		require.Equal(t, []any{"b"}, f.want(t, 200, "GET", "/tenants/1/tokens?state=expired", "").items(t, "name"))
	})
}

func TestLists_GoOnWithNext(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		token := f.token(t, "t")
		for _, name := range []string{"ada", "bob", "cy"} {
			f.create(t, token, "Users", userBody(name+"@example.com"))
			f.create(t, token, "Groups", groupBody("Crew "+name))
		}
		for path, member := range map[string]string{"users": "userName", "groups": "displayName", "teams": "name", "links": "displayName"} {
			var got []any
			after := "0"
			for range 3 {
				page := f.want(t, 200, "GET", "/tenants/1/"+path+"?limit=1&after="+after, "")
				got = append(got, page.items(t, member)...)
				after, _ = page.object(t)["next"].(string)
			}
			require.Len(t, got, 3, path)
			require.Empty(t, after, path)
		}
	})
}

func TestState_HasEverything(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		token := f.token(t, "t")
		id := f.create(t, token, "Users", userBody("ada@example.com"))
		group := f.create(t, token, "Groups", groupBody("Engine", id))
		state := f.want(t, 200, "GET", "/tenants/1/state", "").object(t)
		first := func(name string) map[string]any {
			list, ok := state[name].([]any)
			require.True(t, ok, name)
			require.Len(t, list, 1, name)
			o, ok := list[0].(map[string]any)
			require.True(t, ok)
			return o
		}
		require.Equal(t, "Active", first("users")["status"])
		require.Equal(t, f.scim(t, token, "GET", "/scim/tenants/1/v2/Users/"+id, "").object(t), first("users")["scim"])
		require.Equal(t, f.scim(t, token, "GET", "/scim/tenants/1/v2/Groups/"+group, "").object(t), first("groups")["scim"])
		require.Equal(t, []any{id}, first("teams")["members"])
		require.Equal(t, group, first("links")["groupId"])
		require.Equal(t, "t", first("tokens")["name"])
		require.Equal(t, []any{}, state["roles"])
	})
}

func TestAudit_SaysWhoDidWhat(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		f.want(t, 201, "POST", "/tenants", `{"name":"Two"}`)
		f.want(t, 201, "POST", "/tenants/2/tokens", `{"name":"t","expires":"2027-01-31T12:00:00Z"}`)
		f.want(t, 201, "POST", "/tenants/2/teams", `{"name":"Core"}`)
		f.want(t, 400, "POST", "/tenants/2/teams", `{"name":" "}`)
		f.want(t, 204, "DELETE", "/tenants/2", "")
		f.want(t, 404, "GET", "/tenants/2/audit", "")
		log := f.want(t, 200, "GET", "/audit?tenant=2&actor=admin", "")
		require.Equal(t, []any{"tenant.delete", "team.create", "token.create", "tenant.create"}, log.items(t, "action"))
		require.Equal(t, "tokens/t", log.items(t, "target")[2])
		require.Equal(t, f.address, log.items(t, "address")[0])
		require.Equal(t, []any{"token.create"}, f.want(t, 200, "GET", "/audit?action=token", "").items(t, "action"))
		page := f.want(t, 200, "GET", "/audit?limit=3", "")
		next, ok := page.object(t)["next"].(string)
		require.True(t, ok)
		require.Equal(t, []any{"tenant.create"}, f.want(t, 200, "GET", "/audit?limit=3&after="+next, "").items(t, "action"))
	})
}

func TestAudit_OfSCIM(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		token := f.token(t, "jumpcloud")
		ada := f.create(t, token, "Users", userBody("ada@example.com"))
		group := f.create(t, token, "Groups", groupBody("G", ada))
		patch := func(path, operations string) {
			const message = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`
			require.Less(t, f.scim(t, token, "PATCH", "/scim/v2/"+path, message+operations+"]}").status, 300)
		}
		patch("Groups/"+group, `{"op":"remove","path":"members[value eq \"`+ada+`\"]"}`)
		patch("Users/"+ada, `{"op":"replace","path":"active","value":false}`)
		patch("Users/"+ada, `{"op":"replace","path":"active","value":false}`) // nothing changes
		patch("Users/"+ada, `{"op":"replace","value":{"active":true,"title":"Countess"}}`)
		patch("Users/"+ada, `{"op":"replace","path":"title","value":"Lady"}`)
		require.Equal(t, 409, f.scim(t, token, "POST", "/scim/v2/Users", userBody("ada@example.com")).status)
		require.Equal(t, 204, f.scim(t, token, "DELETE", "/scim/v2/Users/"+ada, "").status)
		require.Equal(t, 204, f.scim(t, token, "DELETE", "/scim/v2/Groups/"+group, "").status)
		log := f.want(t, 200, "GET", "/tenants/1/audit?actor=token+jumpcloud", "")
		require.Equal(t, []any{
			"group.delete", "user.disconnect", "user.update", "user.reconnect", "user.disconnect", "group.update", "group.create", "user.create",
		}, log.items(t, "action"))
		require.Equal(t, []any{nil, "active", "title", "active, title", "active", "members (+0, -1)", `"G"`, `"ada@example.com"`}, log.items(t, "detail"))
		f.want(t, 200, "PUT", "/tenants/1/persona", `{"name":"rfc"}`)
		bulk := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
			{"method":"POST","path":"/Users","bulkId":"a","data":` + userBody("bob@example.com") + `}]}`
		require.Equal(t, 200, f.scim(t, token, "POST", "/scim/v2/Bulk", bulk).status)
		newest := f.want(t, 200, "GET", "/tenants/1/audit?limit=1", "")
		require.Equal(t, []any{"token jumpcloud", "user.create"}, append(newest.items(t, "actor"), newest.items(t, "action")...))
		require.Equal(t, "groups/"+group, log.items(t, "target")[6])
		require.Equal(t, "users/"+ada, log.items(t, "target")[7])
		require.Equal(t, f.address, log.items(t, "address")[0])
	})
}

func TestRetries_GiveTheFirstAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		key := header("Idempotency-Key", "k")
		const body = `{"name":"t","expires":"2027-01-31T12:00:00Z"}`
		first := f.want(t, 201, "POST", "/tenants/1/tokens", body, key)
		again := f.want(t, 201, "POST", "/tenants/1/tokens", body, key)
		require.Equal(t, first.body, again.body, "the secret too")
		require.Equal(t, first.header.Get("Location"), again.header.Get("Location"))
		require.Equal(t, "true", again.header.Get("Idempotency-Replayed"))
		require.Empty(t, first.header.Get("Idempotency-Replayed"))
		f.want(t, 422, "POST", "/tenants/1/tokens", strings.Replace(body, `"t"`, `"u"`, 1), key)
		f.clock.Advance(24 * time.Hour)
		f.want(t, 409, "POST", "/tenants/1/tokens", body, key)
		f.want(t, 201, "POST", "/tenants/1/teams", `{"name":"x"}`, key)
	})
}

func TestRetries_ForgetWhatWasRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	key := header("Idempotency-Key", "k")
	f.want(t, 400, "POST", "/tenants/1/teams", `{"name":" "}`, key)
	f.want(t, 201, "POST", "/tenants/1/teams", `{"name":"x"}`, key)
}

// slow is a database that makes its first Team when told to.
type slow struct {
	database
	first func()
}

func (s slow) CreateUnit(ctx context.Context, tenant int64, u cinode.Unit, e store.AuditEntry) (cinode.Unit, error) {
	s.first()
	return s.database.CreateUnit(ctx, tenant, u, e)
}

func TestRetries_WaitForTheFirst(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	f := newFixture(t, slow{database: stores["sqlite"](t), first: func() {
		close(entered)
		<-release
	}})
	key := header("Idempotency-Key", "k")
	done := make(chan int)
	go func() {
		r := f.request(t, "POST", "/admin/api/v1/tenants/1/teams", `{"name":"x"}`)
		r.Header.Set("Authorization", "Bearer "+adminKey)
		key(r)
		done <- f.serve(r).status
	}()
	<-entered
	a := f.want(t, http.StatusConflict, "POST", "/tenants/1/teams", `{"name":"x"}`, key)
	require.Contains(t, string(a.body), "idempotency-key-in-flight")
	close(release)
	require.Equal(t, http.StatusCreated, <-done)
	f.want(t, http.StatusCreated, "POST", "/tenants/1/teams", `{"name":"x"}`, key)
}
