package replay_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/replay"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

const testTimeout = 10 * time.Second

const (
	recordedAnn  = `{"id":"5","userName":"ann","meta":{"resourceType":"User","created":"2026-01-01T00:00:00Z","version":"W/\"1\"","location":"https://recorded.example.com/scim/v2/Users/5"}}`
	otherAnn     = `{"id":"u/1","userName":"ann","meta":{"resourceType":"User","created":"2027-01-01T00:00:00Z","version":"W/\"x\"","location":"BASE/Users/u%2F1"}}`
	patchMembers = `{"Operations":[{"op":"add","path":"members","value":[{"value":"5","$ref":"https://recorded.example.com/scim/v2/Users/5"}]},` +
		`{"op":"remove","path":"members[value eq \"5\"]"},{"op":"replace","path":"employeeNumber","value":"5"}]}`
)

var token = values{"CINODE_SCIM_TOKEN": "a-secret-token"}

func TestRun_FollowsIDs(t *testing.T) {
	t.Parallel()
	o := newOther(t, map[string]string{
		"POST /Users":          `201 ` + otherAnn,
		"PUT /Users/u%2F1":     `200 ` + otherAnn,
		"POST /Groups":         `201 {"id":"g1","displayName":"G","members":[{"value":"u/1"}]}`,
		"PATCH /Groups/g1?a=b": `204 `,
		"GET /Groups?filter=members.value%20eq%20%22u%2F1%22": `200 {"totalResults":1,"Resources":[{"id":"g1","displayName":"g"}]}`,
		"GET /Users?startIndex=1":                             `200 {"Resources":[{"id":"u2","userName":"bo"},{"id":"u/1","userName":"ann"}]}`,
		"DELETE /Users/u2":                                    `204 `,
	})
	report := run(t, o, archive(
		entry("POST", "/Users", `{"userName":"ann"}`, 201, recordedAnn),
		entry("PUT", "/Users/5", `{"id":"5","userName":"5"}`, 200, recordedAnn),
		entry("POST", "/Groups", `{"members":[{"value":"5"}]}`, 201, `{"id":"6","displayName":"G","members":[{"value":"5"}]}`),
		entry("PATCH", "/Groups/6?a=b", patchMembers, 204, ""),
		entry("GET", "/Groups?filter=members.value%20eq%20%225%22", "", 200, `{"totalResults":1,"Resources":[{"id":"6","displayName":"g"}]}`),
		entry("GET", "/Users?startIndex=1", "", 200, `{"Resources":[{"id":"5","userName":"ann"},{"id":"7","userName":"bo"}]}`),
		entry("DELETE", "/Users/7", "", 204, ""),
	), token)
	for _, r := range report.Results {
		require.Empty(t, r.Differences, r.Path)
	}
	require.Equal(t, 7, report.Requests)
	require.Zero(t, report.Different)
	require.Equal(t, `PUT /Users/u%2F1 {"id":"u/1","userName":"5"}`, o.requests[1])
	require.Equal(t, `POST /Groups {"members":[{"value":"u/1"}]}`, o.requests[2])
	require.Equal(t, `PATCH /Groups/g1?a=b {"Operations":[{"op":"add","path":"members","value":[{"value":"u/1","$ref":"https://recorded.example.com/scim/v2/Users/u%2F1"}]},`+
		`{"op":"remove","path":"members[value eq \"u/1\"]"},{"op":"replace","path":"employeeNumber","value":"5"}]}`, o.requests[3])
}

func TestRun_FollowsIDsOfBulk(t *testing.T) {
	t.Parallel()
	o := newOther(t, map[string]string{
		"POST /Bulk": `200 {"Operations":[{"method":"POST","bulkId":"q","location":"BASE/Users/u1","version":"W/\"9\"","status":"201"}]}`,
	})
	bulk := `{"Operations":[{"method":"POST","bulkId":"q","location":"https://recorded.example.com/scim/v2/Users/5","version":"W/\"1\"","status":"201"}]}`
	report := run(t, o, archive(
		entry("POST", "/Bulk", `{"Operations":[]}`, 200, bulk),
		entry("POST", "/Bulk", `{"Operations":[{"method":"DELETE","path":"/Users/5"},{"method":"PATCH","path":"/Groups/1","data":{"Operations":[{"path":"members","value":[{"value":"5"}]}]}}]}`, 200, bulk),
	), token)
	require.Zero(t, report.Different, report.Results)
	require.Contains(t, o.requests[1], `"path":"/Users/u1"`)
	require.Contains(t, o.requests[1], `"value":[{"value":"u1"}]`)
}

func TestRun_TellsDifferences(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		was    string
		is     string
		want   []replay.Difference
	}{
		"same":             {200, `{"a":1,"schemas":["x","y"]}`, `200 {"schemas":["y","x"],"a":1}`, nil},
		"status":           {201, `{}`, `200 {}`, []replay.Difference{{Where: "status", Want: "201 Created", Got: "200 OK"}}},
		"value":            {200, `{"name":{"givenName":"Ann"}}`, `200 {"name":{"givenName":"Anna"}}`, []replay.Difference{{Where: "body name.givenName", Want: `"Ann"`, Got: `"Anna"`}}},
		"kind":             {200, `{"active":"true"}`, `200 {"active":true}`, []replay.Difference{{Where: "body active", Want: `"true"`, Got: `true`}}},
		"missing and more": {200, `{"a":1}`, `200 {"b":null}`, []replay.Difference{{Where: "body a", Want: "1"}, {Where: "body b", Got: "null"}}},
		"values by key":    {200, `{"emails":[{"value":"a","type":"work"},{"value":"b"}]}`, `200 {"emails":[{"value":"c"},{"value":"a","type":"home"}]}`, []replay.Difference{{Where: "body emails[a].type", Want: `"work"`, Got: `"home"`}, {Where: "body emails[b]", Want: `{"value":"b"}`}, {Where: "body emails[c]", Got: `{"value":"c"}`}}},
		"values by place":  {200, `{"a":[1,2]}`, `200 {"a":[1,3,4]}`, []replay.Difference{{Where: "body a[1]", Want: "2", Got: "3"}, {Where: "body a[2]", Got: "4"}}},
		"object":           {200, `{"a":{"b":1}}`, `200 {"a":[1]}`, []replay.Difference{{Where: "body a", Want: `{"b":1}`, Got: "[1]"}}},
		"masked":           {200, `{"password":"***","note":"a *** b"}`, `200 {"password":"whatever","note":"a secret b"}`, nil},
		"masked otherwise": {200, `{"note":"a *** b"}`, `200 {"note":"a secret"}`, []replay.Difference{{Where: "body note", Want: `"a *** b"`, Got: `"a secret"`}}},
		"no JSON":          {200, `{}`, `200 <html>`, []replay.Difference{{Where: "body", Want: "{}", Got: "<html>"}}},
		"no answer":        {200, `{}`, `abort`, []replay.Difference{{Where: "status", Want: "200 OK", Got: "no answer"}}},
		"none as before":   {0, ``, `abort`, nil},
		"ignored":          {404, `{"detail":"x","Resources":[{"id":"1","ignored":{"a":1}}]}`, `404 {"detail":"y","Resources":[{"id":"1","ignored":{"a":2}}]}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOther(t, map[string]string{"GET /Users/1": test.is})
			report := run(t, o, archive(entry("GET", "/Users/1", "", test.status, test.was)), token, func(o *replay.Options) { o.Ignore = []string{"detail", "ignored"} })
			require.ElementsMatch(t, test.want, report.Results[0].Differences)
			require.Equal(t, len(test.want) > 0, report.Different == 1)
		})
	}
}

func TestRun_Headers(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Etag"] = []string{`W/"2"`}
		w.Header().Set("Location", "http://"+r.Host+"/v2/Users/1")
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("X-New", r.Header.Get("Authorization")+" "+r.UserAgent()+r.Header.Get("Cookie"))
	}))
	t.Cleanup(server.Close)
	recording, err := replay.Read([]byte(`{"log":{"entries":[{"request":{"method":"GET","url":"http://a/Users/1","headers":[{"name":"Authorization","value":"Bearer the-one-of-the-recording"},{"name":":path","value":"/"}]},
		"response":{"status":200,"headers":[{"name":"ETag","value":"W/\"1\""},{"name":"Location","value":"http://a/Users/1"},{"name":"Content-Type","value":"application/json"},{"name":"X-Old","value":"1"}],"content":{}}}]}}`))
	require.NoError(t, err)
	target, err := replay.NewTarget(server.URL+"/v2/", replay.TargetOptions{Secrets: recording.Secrets(token.lookup)})
	require.NoError(t, err)
	t.Cleanup(target.Close)
	report, err := replay.Run(t.Context(), recording, target, replay.Options{Lookup: token.lookup, IgnoreHeaders: []string{"x-old"}})
	require.NoError(t, err)
	require.Equal(t, []replay.Difference{
		{Where: "header Content-Type", Want: "application/json", Got: "text/plain"}, {Where: "header X-New", Got: "Bearer ***"},
	}, report.Results[0].Differences, "and the token is not told")
}

func TestRun_Secrets(t *testing.T) {
	t.Parallel()
	file := archive(entry("POST", "/Users", `{"password":"***","note":"${HOME} $$","Operations":[{"path":"urn:x:User:password","value":"***"}]}`, 201, `{}`))
	o := newOther(t, map[string]string{"POST /Users": `201 {}`})
	report := run(t, o, file, token)
	require.Len(t, report.Results[0].Warnings, 1)
	require.Contains(t, report.Results[0].Warnings[0], "--set password=VALUE")
	require.Contains(t, o.requests[0], `"password":"***","note":"${HOME} $$"`)
	report = run(t, o, file, values{"CINODE_SCIM_TOKEN": "x", "password": `q"1`})
	require.Empty(t, report.Results[0].Warnings)
	require.Contains(t, o.requests[1], `"password":"q\"1","note":"${HOME} $$","Operations":[{"path":"urn:x:User:password","value":"q\"1"}]`)

	recording, err := replay.Read([]byte(file))
	require.NoError(t, err)
	faults := recording.Check(values{}.lookup)
	require.Len(t, faults, 1)
	require.ErrorContains(t, faults[0], "--token")
}

func TestRun_CutBodiesAreNotSent(t *testing.T) {
	t.Parallel()
	o := newOther(t, nil)
	report := run(t, o, `{"log":{"entries":[{"request":{"method":"POST","url":"http://a/Users","postData":{"text":"{","_truncated":true}},"response":{"status":201,"content":{}}}]}}`, token)
	require.Equal(t, 1, report.Different)
	require.Empty(t, o.requests)
}

func TestRun_TokenOfArchivesWithoutAny(t *testing.T) {
	t.Parallel()
	o := newOther(t, map[string]string{"GET /Me": "200 {}"})
	report := run(t, o, `{"log":{"entries":[{"request":{"method":"GET","url":"http://a/scim/v2/Me"},"response":{"status":200,"content":{"text":"{}"}}}]}}`, token,
		func(o *replay.Options) { o.IgnoreHeaders = []string{"Content-Type", "X-User-Agent"} })
	require.Equal(t, []replay.Difference{{Where: "header X-Authorization", Got: "Bearer ***"}}, report.Results[0].Differences)
}

func TestRun_Unreachable(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	recording, err := replay.Read([]byte(archive(entry("GET", "/Users", "", 200, ""))))
	require.NoError(t, err)
	for base, want := range map[string]error{
		"http://" + address:              replay.ErrUnreachable,
		secure.URL:                       replay.ErrUnreachable,
		"http://169.254.169.254/scim/v2": scimclient.ErrForbidden,
		"http://[fe80::1]/scim/v2":       scimclient.ErrForbidden,
	} {
		target, err := replay.NewTarget(base, replay.TargetOptions{Timeout: testTimeout})
		require.NoError(t, err)
		report, err := replay.Run(t.Context(), recording, target, replay.Options{Lookup: token.lookup})
		require.ErrorIs(t, err, want, base)
		require.Zero(t, report.Requests)
		target.Close()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	target, err := replay.NewTarget("http://"+address, replay.TargetOptions{})
	require.NoError(t, err)
	_, err = replay.Run(ctx, recording, target, replay.Options{Lookup: token.lookup})
	require.ErrorIs(t, err, context.Canceled)
	for _, base := range []string{"ftp://a", "http://", "http://u:p@a/x", "http://a?x", "http://a\x00"} {
		_, err := replay.NewTarget(base, replay.TargetOptions{})
		require.Error(t, err, base)
		require.NotContains(t, err.Error(), "u:p@")
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	report := &replay.Report{Target: "http://a", Requests: 2, Different: 1, Results: []replay.Result{
		{Number: 1, Method: "GET", Path: "/Users", Status: 200, Name: "all", Differences: []replay.Difference{}},
		{Number: 2, Method: "POST", Path: "/Users", Status: 400, Differences: []replay.Difference{{Where: "status", Want: "201 Created", Got: "400 \x1b[2J"}}, Warnings: []string{"careful"}},
	}}
	var out bytes.Buffer
	require.NoError(t, report.WriteText(&out, false))
	require.Equal(t, "same   1 GET /Users: 200  (all)\ndiff   2 POST /Users: 400\n         status\n           - 201 Created\n           + 400 ?[2J\n"+
		"         warning: careful\n1 of 2 requests were answered differently by http://a (- as it was or should be, + as it is)\n", out.String())
	out.Reset()
	require.NoError(t, report.WriteText(&out, true))
	require.Contains(t, out.String(), "\x1b[31mdiff\x1b[0m")
	out.Reset()
	require.NoError(t, report.WriteJSON(&out))
	require.Contains(t, out.String(), `"where": "status"`)
}
