package adminhttp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/adminhttp"
)

// sync is what an IdP sends for a user that leaves: five requests, whose first has
// two deviations and the last three.
func (f *fixture) sync(t *testing.T) []string {
	t.Helper()
	token := f.token(t, "JumpCloud")
	f.scim(t, token, "POST", "/scim/v2/Users", `{"userName":"ada@example.com","active":"True","name":{"givenName":"Ada","familyName":"L"}}`)
	f.scim(t, token, "POST", "/scim/v2/Users", userBody("bob@example.com"))
	f.scim(t, token, "POST", "/scim/v2/Users", userBody("ada@example.com"))
	f.scim(t, token, "GET", "/scim/v2/Users/1?attributes=userName", "")
	f.scim(t, token, "PATCH", "/scim/v2/Users/1", `{"Operations":[{"op":"Replace","path":"active","value":"False"}]}`)
	return f.want(t, 200, "GET", "/requests?order=oldest", "").ids(t)
}

// outcome is what came of one expectation.
func outcome(t *testing.T, a answer, i int) map[string]any {
	t.Helper()
	list, ok := a.object(t)["expectations"].([]any)
	require.True(t, ok)
	o, ok := list[i].(map[string]any)
	require.True(t, ok)
	return o
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func TestVerify_Passes(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		ids := f.sync(t)
		for matcher, found := range map[string][]string{
			`{}`:                                  ids,
			`{"method":"post"}`:                   ids[:3],
			`{"path":"/users/*"}`:                 ids[3:],
			`{"path":"*s","status":"2xx"}`:        ids[:2],
			`{"status":"409"}`:                    ids[2:3],
			`{"query":{"attributes":"username"}}`: ids[3:4],
			`{"headers":{"AUTHORIZATION":"Bearer*"},"token":"jumpcloud"}`: ids,
			`{"deviation":"bool-as-string"}`:                              {ids[0], ids[4]},
			`{"body":{"name":{"GIVENNAME":"Ada"}},"status":"409"}`:        ids[2:3],
			`{"body":{"operations":[{"path":"active"}]}}`:                 ids[4:],
			`{"answer":{"scimType":"uniqueness"}}`:                        ids[2:3],
			`{"answer":{"userName":"bob@example.com"}}`:                   ids[1:2],
			`{"bodyPattern":"(?i)BOB@"}`:                                  ids[1:2],
			`{"body":{"active":"True"},"client":"*","method":"PO*"}`:      ids[:1],
		} {
			a := f.want(t, 200, "POST", "/verify", `{"expectations":[{"request":`+matcher+`}]}`)
			o := outcome(t, a, 0)
			require.Equal(t, texts(found), o["found"], matcher)
			require.Equal(t, true, a.object(t)["passed"])
			require.InDelta(t, 5, a.object(t)["deviations"], 0)
			exactly := fmt.Sprintf(`{"tenant":1,"only":%t,"expectations":[{"request":%s,"times":%d}]}`, len(found) == 5, matcher, len(found))
			f.want(t, 200, "POST", "/verify", exactly)
			f.want(t, 422, "POST", "/verify", fmt.Sprintf(`{"expectations":[{"request":%s,"times":%d}]}`, matcher, len(found)+1))
		}
		require.Equal(t, true, f.want(t, 200, "POST", "/verify", `{}`).object(t)["passed"])
		for _, passing := range []string{
			`{"expectations":[{"request":{"method":"DELETE"},"times":0}],"maxDeviations":5}`,
			`{"expectations":[{"request":{"method":"DELETE"},"max":2},{"request":{"method":"POST"},"min":2,"max":3}],"maxDeviations":-1}`,
			`{"expectations":[{"request":{"method":"POST"}},{"request":{"status":"409"}},{"request":{"method":"GET"}},{"request":{"method":"PATCH"}}],"inOrder":true,"only":true}`,
			`{"expectations":[{"request":{"method":"POST"}},{"request":{"method":"POST"}},{"request":{"method":"POST"}}],"inOrder":true}`,
			`{"expectations":[{"request":{"method":"GET"}},{"request":{"method":"PATCH"}}],"only":true,"after":"` + ids[2] + `"}`,
		} {
			f.want(t, 200, "POST", "/verify", passing)
		}
	})
}

func TestVerify_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	ids := f.sync(t)
	for body, detail := range map[string]string{
		`{"expectations":[{"request":{"method":"DELETE"}}]}`:                         "expectations[0]: 0 requests fit, at least 1 are expected",
		`{"expectations":[{"request":{"method":"POST"},"times":2}]}`:                 "expectations[0]: 3 requests fit, at most 2 are expected",
		`{"expectations":[{"request":{"method":"POST"},"max":1}]}`:                   "expectations[0]: 3 requests fit, at most 1 are expected",
		`{"expectations":[{"request":{"method":"POST"},"min":4}]}`:                   "expectations[0]: 3 requests fit, at least 4 are expected",
		`{"expectations":[{"request":{}},{"request":{"method":"PATCH"},"times":2}]}`: "expectations[1]: 1 requests fit, exactly 2 are expected",
		`{"expectations":[{"request":{"method":"POST"}}],"only":true}`:               "2 requests came that nothing expects",
		`{"maxDeviations":4}`: "5 deviations were met, and 4 are allowed",
		`{"expectations":[{"request":{"method":"PATCH"}},{"request":{"method":"GET"}}],"inOrder":true}`: "expectations[1] (GET *) came before expectations[0]",
		`{"expectations":[{"request":{"method":"POST"}}],"after":"` + ids[2] + `"}`:                     "expectations[0]: 0 requests fit, at least 1 are expected",
	} {
		a := f.want(t, 422, "POST", "/verify", body)
		o := a.object(t)
		require.Equal(t, detail, o["detail"], body)
		require.Equal(t, false, o["passed"])
		require.Equal(t, "It is not as expected", o["title"])
	}
	others := f.want(t, 422, "POST", "/verify", `{"expectations":[{"request":{"method":"POST"}}],"only":true}`).object(t)
	require.Equal(t, texts(ids[3:]), others["others"])
	require.Equal(t, []any{"2 requests came that nothing expects"}, others["faults"])
}

func TestVerify_NamesTheNearest(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	ids := f.sync(t)
	nearest := func(matcher string) (list []any, detail string) {
		a := f.want(t, 422, "POST", "/verify", `{"expectations":[{"request":`+matcher+`}]}`)
		list, ok := outcome(t, a, 0)["nearest"].([]any)
		require.True(t, ok)
		detail, ok = a.object(t)["detail"].(string)
		require.True(t, ok)
		return list, detail
	}
	list, detail := nearest(`{"method":"PATCH","path":"/Users/1","body":{"Operations":[{"path":"active","value":false}]}}`)
	require.Equal(t, map[string]any{
		"id": ids[4], "request": "PATCH /Users/1", "differences": []any{`body.Operations has nothing like {"path":"active","value":false}`},
	}, list[0])
	require.Contains(t, detail, "; the nearest is request "+ids[4]+`, PATCH /Users/1: body.Operations has nothing like {"path":"active","value":false}`)
	list, _ = nearest(`{"method":"POST","path":"/Users","status":"500"}`)
	require.Len(t, list, 3)
	require.Equal(t, map[string]any{"id": ids[2], "request": "POST /Users", "differences": []any{"status is 409, not 500"}}, list[0], "the newest of those that are as near")
	for matcher, difference := range map[string]string{
		`{"method":"GET","token":"Okta"}`:                         `token is "JumpCloud", not "Okta"`,
		`{"method":"GET","client":"Okta"}`:                        `client is "Entra ID", not "Okta"`,
		`{"method":"GET","query":{"count":"1"}}`:                  `query count is "", not "1"`,
		`{"method":"GET","headers":{"If-Match":"*1*"}}`:           `header If-Match is "", not "*1*"`,
		`{"method":"GET","deviation":"group-id-for-external-id"}`: "it has no deviation group-id-for-external-id",
		`{"method":"GET","body":{"a":1}}`:                         "body is no JSON",
		`{"method":"PATCH","body":{"schemas":["x"]}}`:             "body.schemas is missing",
		`{"method":"PATCH","body":{"Operations":{"op":"x"}}}`:     "body.Operations is ",
		`{"method":"PATCH","body":[1]}`:                           "not an array",
		`{"method":"PATCH","answer":{"active":true}}`:             "answer.active is false, not true",
		`{"method":"PATCH","answer":{"name":"x"}}`:                `answer.name is {"familyName":"L","givenName":"Ada"`,
		`{"method":"PATCH","bodyPattern":"^x"}`:                   `body has nothing like "^x"`,
		`{"method":"PATCH","path":"/Groups/*"}`:                   `path is "/Users/1", not "/Groups/*"`,
	} {
		list, _ = nearest(matcher)
		require.NotEmpty(t, list, matcher)
		require.Contains(t, fmt.Sprint(list), difference)
	}
	list, _ = nearest(`{"method":"DELETE","path":"/Groups"}`)
	require.Empty(t, list, "what has nothing of it is not near")
}

func TestVerify_ByTheOption(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	f.sync(t)
	for allowed, status := range map[int]int{0: 422, 4: 422, 5: 200} {
		limited := f.with(t, func(o *adminhttp.Options) { o.MaxDeviations = &allowed })
		limited.want(t, status, "POST", "/verify", `{}`)
		limited.want(t, 200, "POST", "/verify", `{"maxDeviations":-1}`)
		limited.want(t, 422, "POST", "/verify", `{"maxDeviations":1}`)
	}
}

func TestVerify_RefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	for body, pointer := range map[string]string{
		`{"expectations":[{},{"request":{"status":"6xx"}}]}`: "#/expectations/1/request",
		`{"expectations":[{"request":{"bodyPattern":"("}}]}`: "#/expectations/0/request",
		`{"expectations":[{"request":{"method":1}}]}`:        "#/expectations/0/request/method",
		`{"expectations":[{"request":{"verb":"GET"}}]}`:      "#/expectations/0/request/verb",
		`{"expectations":[{"times":-1}]}`:                    "#/expectations/0",
		`{"after":"-1"}`:                                     "#/after",
		`{"maxDeviations":"0"}`:                              "#/maxDeviations",
		`{"expectations":[`:                                  "#",
		``:                                                   "#",
	} {
		a := f.want(t, 400, "POST", "/verify", body, lenient, header("Content-Type", "application/json"))
		require.True(t, strings.HasPrefix(a.violation(t, "pointer"), pointer), "%s: %s", body, a.body)
	}
	require.Contains(t, string(f.want(t, 404, "POST", "/verify", `{"tenant":2}`).body), "2")
	f.want(t, 201, "POST", "/tenants", `{}`)
	a := f.want(t, 400, "POST", "/verify", `{}`)
	require.Contains(t, string(a.body), "there are several tenants")
}

// violation is a member of the first thing that is wrong.
func (a answer) violation(t *testing.T, member string) string {
	t.Helper()
	list, ok := a.object(t)["errors"].([]any)
	require.True(t, ok, "%s", a.body)
	v, ok := list[0].(map[string]any)
	require.True(t, ok)
	text, _ := v[member].(string)
	return text
}

func TestVerify_CountsWhatComesLater(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	ids := f.sync(t)
	f.clock.Advance(25 * time.Hour)
	require.Empty(t, f.want(t, 200, "GET", "/requests", "").ids(t), "too old")
	f.want(t, 422, "POST", "/verify", `{"expectations":[{}]}`)
	require.InDelta(t, 5, f.want(t, 200, "POST", "/verify", `{}`).object(t)["deviations"], 0, "counts stay")
	f.want(t, 404, "GET", "/requests/"+ids[4], "")
}
