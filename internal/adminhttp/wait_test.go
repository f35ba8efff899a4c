package adminhttp_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/adminhttp"
)

// later sends a wait from another goroutine and gives its answer.
func (f *fixture) later(t *testing.T, body string) <-chan answer {
	t.Helper()
	r := f.request(t, "POST", "/admin/api/v1/wait", body)
	r.Header.Set("Authorization", "Bearer "+adminKey)
	done := make(chan answer, 1)
	go func() { done <- f.serve(r) }()
	return done
}

func TestWait_ForRequests(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		token := f.token(t, "t")
		f.create(t, token, "Users", userBody("ada@example.com"))
		there := f.want(t, 200, "POST", "/wait", `{"request":{"method":"POST","path":"/Users"}}`).object(t)
		require.Equal(t, true, there["met"])
		require.InDelta(t, 1, there["count"], 0)
		requests, ok := there["requests"].([]any)
		require.True(t, ok)
		require.Len(t, requests, 1)

		done := f.later(t, `{"request":{"method":"POST","body":{"userName":"bob@example.com"}},"timeout":"60s"}`)
		f.scim(t, token, "GET", "/scim/v2/Users", "")
		select {
		case a := <-done:
			require.Fail(t, "it did not wait", "%s", a.body)
		default:
		}
		f.create(t, token, "Users", userBody("bob@example.com"))
		a := <-done
		require.Equal(t, 200, a.status, "%s", a.body)
		require.InDelta(t, 1, a.object(t)["count"], 0)

		newest := f.want(t, 200, "GET", "/requests/latest", "").object(t)["id"]
		id, ok := newest.(string)
		require.True(t, ok)
		done = f.later(t, `{"request":{"method":"GET"},"times":2,"after":"`+id+`","timeout":"60s"}`)
		f.scim(t, token, "GET", "/scim/v2/Users", "")
		f.scim(t, token, "GET", "/scim/v2/Groups", "")
		require.InDelta(t, 2, (<-done).object(t)["count"], 0)
		f.want(t, 422, "POST", "/wait", `{"request":{"method":"POST"},"after":"`+id+`","timeout":"1ms"}`)
		f.want(t, 422, "POST", "/wait", `{"request":{"method":"POST"},"times":3,"timeout":"0s"}`)
	})
}

func TestWait_ForAState(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		token := f.token(t, "t")
		f.want(t, 200, "POST", "/wait", `{"resources":{"type":"User","count":0}}`)
		done := f.later(t, `{"resources":{"type":"User","filter":"userName sw \"ada\" and active eq false"},"timeout":"60s"}`)
		ada := f.create(t, token, "Users", userBody("ada@example.com"))
		f.scim(t, token, "PATCH", "/scim/v2/Users/"+ada,
			`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}`)
		a := <-done
		require.Equal(t, 200, a.status, "%s", a.body)
		require.Equal(t, []any{}, a.object(t)["requests"])
		require.InDelta(t, 1, a.object(t)["count"], 0)
		f.create(t, token, "Groups", groupBody("Engine", ada))
		f.want(t, 200, "POST", "/wait", `{"resources":{"type":"Group","filter":"members.value eq \"`+ada+`\"","count":1}}`)
		over := f.want(t, 422, "POST", "/wait", `{"resources":{"type":"User","count":2},"timeout":"2ms"}`).object(t)
		require.Equal(t, "it was not met within 2ms; 1 were found", over["detail"])
		require.Equal(t, false, over["met"])
		require.InDelta(t, 1, over["count"], 0)
		// What an administrator does by hand is seen as well, though no request tells of it.
		done = f.later(t, `{"resources":{"type":"User","count":0},"timeout":"60s"}`)
		f.want(t, 204, "DELETE", "/tenants/1/users/"+ada, "")
		require.Equal(t, 200, (<-done).status)
	})
}

func TestWait_TimeIsOver(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	token := f.token(t, "t")
	f.scim(t, token, "GET", "/scim/v2/Users", "")
	o := f.want(t, 422, "POST", "/wait", `{"request":{"method":"GET"},"times":2,"timeout":"5ms"}`).object(t)
	require.Equal(t, "it was not met within 5ms; 1 were found", o["detail"])
	require.Equal(t, "urn:cinode-scim:problem:not-met", o["type"])
	requests, ok := o["requests"].([]any)
	require.True(t, ok)
	require.Len(t, requests, 1)
}

func TestWait_EndsWithItsClient(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	r := f.request(t, "POST", "/admin/api/v1/wait", `{"request":{},"timeout":"60s"}`)
	r.Header.Set("Authorization", "Bearer "+adminKey)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, 400, f.serve(r.WithContext(ctx)).status)
}

func TestWait_EndsWithTheServer(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	stopping := make(chan struct{})
	over := f.with(t, func(o *adminhttp.Options) { o.Stopping = stopping })
	done := over.later(t, `{"request":{},"timeout":"60s"}`)
	close(stopping)
	require.Equal(t, 503, (<-done).status)
}

func TestWait_RefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	for body, pointer := range map[string]string{
		`{}`: "#",
		`{"request":{},"resources":{"type":"User"}}`:               "#",
		`{"request":{},"timeout":"91s"}`:                           "#/timeout",
		`{"request":{},"timeout":"-1s"}`:                           "#/timeout",
		`{"request":{},"timeout":"10"}`:                            "#/timeout",
		`{"request":{},"after":"x"}`:                               "#/after",
		`{"request":{"status":"600"}}`:                             "#/request",
		`{"request":{"bodyPattern":"("}}`:                          "#/request",
		`{"resources":{"type":"Robot"}}`:                           "#/resources/type",
		`{"resources":{"type":"User","filter":"userName like 1"}}`: "#/resources/filter",
		`{"resources":{"type":"User","filter":"shoeSize eq 1"}}`:   "#/resources/filter",
		`{"resources":{"type":"User","count":"1"}}`:                "#/resources/count",
	} {
		a := f.want(t, 400, "POST", "/wait", body, lenient)
		require.Equal(t, pointer, a.violation(t, "pointer"), body)
	}
}
