package adminhttp_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ids gives the ids of a list of requests.
func (a answer) ids(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, id := range a.items(t, "id") {
		text, ok := id.(string)
		require.True(t, ok)
		list = append(list, text)
	}
	return list
}

// story sends requests of two tokens and of nobody, a second after the other, and
// gives the methods and paths that the journal has of them by id.
func (f *fixture) story(t *testing.T) {
	t.Helper()
	jump, okta := f.token(t, "JumpCloud"), f.token(t, "Okta")
	at := func(token, method, path, body string, status int) {
		t.Helper()
		require.Equal(t, status, f.scim(t, token, method, path, body).status)
		f.clock.Advance(time.Second)
	}
	at(jump, "POST", "/scim/v2/Users", userBody("ada@example.com"), 201)
	at(jump, "GET", "/scim/v2/Users?filter=userName%20eq%20%22ada@example.com%22", "", 200)
	at(okta, "POST", "/scim/v2/Users", userBody("ADA@example.com"), 409)
	at(okta, "POST", "/scim/tenants/1/v2/Groups", `{"displayName":"Engine"}`, 201)
	at("csc_wrong", "GET", "/scim/v2/Users/1", "", 401)
	at(okta, "GET", "/scim/v2/Nothing", "", 404)
}

func TestRequests_AreChosen(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		f.story(t)
		all := f.want(t, 200, "GET", "/requests?order=oldest", "")
		require.Equal(t, []any{"/Users", "/Users", "/Users", "/Groups", "/Users/1", "/Nothing"}, all.items(t, "path"))
		ids := all.ids(t)
		for query, want := range map[string]string{
			"":                                      "012345",
			"tenant=1":                              "01235",
			"tenant=2":                              "",
			"method=GET":                            "145",
			"method=post&status=409":                "2",
			"status=4xx":                            "245",
			"status=201":                            "03",
			"path=/users":                           "012",
			"path=/Users*":                          "0124",
			"path=*s":                               "0123",
			"token=Okta":                            "235",
			"token=Okta&method=GET":                 "5",
			"deviation=missing-schemas":             "3",
			"client=Google":                         "",
			"since=2026-01-31T12:00:04Z":            "45",
			"since=2026-01-31T13:00:04.000%2B01:00": "45",
			"text=ADA@EXAMPLE":                      "012",
			"text=engine":                           "3",
			"text=uniqueness":                       "2",
			"text=displayName&tenant=1":             "3",
			"text=jumpcloud&method=GET":             "1",
			"text=no+token+like+this":               "4",
			"text=group-id":                         "",
		} {
			var wanted []string
			for _, digit := range want {
				wanted = append(wanted, ids[digit-'0'])
			}
			if query != "" {
				query = "&" + query
			}
			require.Equal(t, wanted, f.want(t, 200, "GET", "/requests?order=oldest"+query, "", lenient).ids(t), query)
			count := f.want(t, 200, "GET", "/requests/count?order=oldest"+query, "", lenient).object(t)
			require.InDelta(t, len(want), count["count"], 0, query)
		}
	})
}

func TestRequests_ArePaged(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		token := f.token(t, "t")
		for i := range 7 {
			f.scim(t, token, "GET", fmt.Sprintf("/scim/v2/Users/%d", i+1), "")
		}
		for order, want := range map[string]string{"newest": "7654321", "oldest": "1234567"} {
			for _, filter := range []string{"", "&text=/users/", "&path=/users/*"} {
				var got, after string
				for page := 0; page == 0 || after != ""; page++ {
					require.Less(t, page, 5)
					a := f.want(t, 200, "GET", "/requests?limit=2&after="+after+"&order="+order+filter, "", lenient)
					for _, path := range a.items(t, "path") {
						got += strings.TrimPrefix(path.(string), "/Users/") //nolint:errcheck,forcetypeassert // the schema says so
					}
					after, _ = a.object(t)["next"].(string)
				}
				require.Equal(t, want, got, order+filter)
			}
		}
		ids := f.want(t, 200, "GET", "/requests", "").ids(t)
		count := func(query string) any { return f.want(t, 200, "GET", "/requests/count?"+query, "").object(t)["count"] }
		require.InDelta(t, 2, count("order=oldest&after="+ids[2]), 0)
		require.InDelta(t, 4, count("after="+ids[2]), 0)
		require.InDelta(t, 4, count("text=users&after="+ids[2]), 0)
	})
}

func TestRequests_HaveEverything(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		token := f.token(t, "JumpCloud")
		id := f.create(t, token, "Users", userBody("ada@example.com"))
		f.clock.Advance(time.Minute)
		r := f.request(t, "PATCH", "/scim/tenants/1/v2/Users/"+id+"?attributes=active", `{"Operations":[{"op":"Replace","path":"active","value":"False"}]}`)
		r.Header.Set("Authorization", "Bearer "+token)
		require.Equal(t, 200, f.serve(r).status)
		e := f.want(t, 200, "GET", "/requests/latest", "").object(t)
		for name, want := range map[string]any{
			"tenant": 1.0, "at": "2026-01-31T12:01:00Z", "token": "JumpCloud", "persona": "cinode", "address": "192.0.2.1", "method": "PATCH",
			"url":  "https://scim.example.com/scim/tenants/1/v2/Users/" + id + "?attributes=active",
			"path": "/Users/" + id, "query": "attributes=active", "route": "/Users/{id}", "status": 200.0, "refused": false,
			"changes": []any{map[string]any{"resource": "Users/" + id, "path": "active", "before": "true", "after": "false"}},
		} {
			require.Equal(t, want, e[name], name)
		}
		require.Contains(t, e["section"], "RFC 7644 section 3.5.2")
		deviations, ok := e["deviations"].([]any)
		require.True(t, ok)
		require.Len(t, deviations, 3)
		require.Equal(t, map[string]any{
			"id": "bool-as-string", "detail": "active", "sentence": "a boolean was sent as a string",
			"senders": "Entra ID, OneLogin", "section": "RFC 7643 section 2.3.2",
		}, deviations[2])
		sent, ok := e["sent"].(map[string]any)
		require.True(t, ok)
		require.Contains(t, sent["body"], `"value":"False"`)
		require.Equal(t, false, sent["cut"])
		require.NotContains(t, string(f.want(t, 200, "GET", "/requests/latest", "").body), token)
		byID := f.want(t, 200, "GET", "/requests/"+e["id"].(string), "") //nolint:errcheck,forcetypeassert // the schema says so
		require.Equal(t, e, byID.object(t))
		f.want(t, 404, "GET", "/requests/"+e["id"].(string)+"?tenant=2", "") //nolint:errcheck,forcetypeassert // likewise
		f.want(t, 404, "GET", "/requests/newest", "")
	})
}

func TestRequests_BodiesAreCut(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	token := f.token(t, "t")
	long := userBody(strings.Repeat("a", bodyLimit))
	f.scim(t, token, "POST", "/scim/v2/Users", long)
	sent, ok := f.want(t, 200, "GET", "/requests/latest", "").object(t)["sent"].(map[string]any)
	require.True(t, ok)
	require.Equal(t, true, sent["cut"])
	require.InDelta(t, len(long), sent["size"], 0)
	require.Len(t, sent["body"], bodyLimit)
	f.scim(t, token, "POST", "/scim/v2/Users", "\xff\xfe")
	sent, ok = f.want(t, 200, "GET", "/requests/latest", "").object(t)["sent"].(map[string]any)
	require.True(t, ok)
	require.Equal(t, "//4=", sent["bodyBase64"])
	require.NotContains(t, sent, "body")
}

func TestRequests_AreExported(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	f.story(t)
	for as, kind := range exportKinds {
		all := f.want(t, 200, "GET", "/requests/export?tenant=1&as="+as, "")
		require.Equal(t, kind, all.header.Get("Content-Type"))
		text := string(all.body)
		require.Contains(t, text, "ada@example.com")
		require.NotContains(t, text, "csc_", as)
		require.Less(t, strings.Index(text, "ada@example.com"), strings.LastIndex(text, "Engine"), "the oldest first")
		newest := string(f.want(t, 200, "GET", "/requests/export?method=POST&limit=1&as="+as, "").body)
		require.Contains(t, newest, "Engine")
		require.NotContains(t, newest, "ada@example.com")
		oldest := string(f.want(t, 200, "GET", "/requests/export?order=oldest&limit=1&as="+as, "").body)
		require.Contains(t, oldest, "ada@example.com")
		one := f.want(t, 200, "GET", "/requests/latest/export?as="+as, "")
		require.Equal(t, kind, one.header.Get("Content-Type"))
		require.Contains(t, string(one.body), "Nothing")
		f.want(t, 200, "GET", "/requests/export?text="+url.QueryEscape("found nowhere")+"&as="+as, "")
	}
}

func TestDeviations_AreCounted(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		f.want(t, 201, "POST", "/tenants", `{"name":"Two"}`)
		token := f.token(t, "t")
		require.InDelta(t, 0, f.want(t, 200, "GET", "/deviations", "").object(t)["total"], 0)
		for i := range 3 {
			f.create(t, token, "Users", `{"userName":"u`+string(rune('a'+i))+`@example.com","active":"True","name":{"givenName":"A","familyName":"B"}}`)
			f.clock.Advance(time.Minute)
		}
		f.scim(t, token, "GET", "/scim/v2/Users?filter=userName+eq+ada", "")
		for _, query := range []string{"", "?tenant=1"} {
			a := f.want(t, 200, "GET", "/deviations"+query, "")
			require.Equal(t, []any{"bool-as-string", "missing-schemas", "unquoted-filter-value"}, a.items(t, "id"))
			require.Equal(t, []any{3.0, 3.0, 1.0}, a.items(t, "count"))
			require.Equal(t, []any{"2026-01-31T12:02:00Z", "2026-01-31T12:02:00Z", "2026-01-31T12:03:00Z"}, a.items(t, "last"))
			require.InDelta(t, 7, a.object(t)["total"], 0)
		}
		require.Empty(t, f.want(t, 200, "GET", "/deviations?tenant=2", "").items(t, "id"))
		f.want(t, 204, "DELETE", "/requests?tenant=1", "")
		require.Empty(t, f.want(t, 200, "GET", "/deviations", "").items(t, "id"))
		require.Empty(t, f.want(t, 200, "GET", "/requests", "").ids(t))
	})
}
