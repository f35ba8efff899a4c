package replay_test

import (
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/replay"
)

// environment has a value for whatever it is asked.
func environment(name string) (string, bool) { return "value-of-" + name, true }

func TestReadHAR_TellsNothingOfThisProcess(t *testing.T) {
	t.Parallel()
	file := `{"log":{"entries":[{"request":{"method":"POST","url":"http://a/Users?a=${CINODE_SCIM_DATABASE}&b=***","headers":[
		{"name":"Admin-Key","value":"***"},{"name":"Database","value":"***"},{"name":"X-Note","value":"${CINODE_SCIM_DATABASE}"},
		{"name":"Database","value":"${CINODE_SCIM_DATABASE}","_variable":"CINODE_SCIM_DATABASE"},
		{"name":"X-Api-Key","value":"${CINODE_SCIM_ADMIN_KEY}","_variable":"CINODE_SCIM_ADMIN_KEY"},
		{"name":"Token","value":"${CINODE_SCIM_TOKEN}","_variable":"CINODE_SCIM_TOKEN"}],
		"postData":{"text":"{\"note\":\"${CINODE_SCIM_DATABASE}\",\"CINODE_SCIM_DATABASE\":\"***\",\"CINODE_SCIM_TLS_KEY}\":\"***\",\"HOME\":\"***\"}"}},
		"response":{"status":201}}]}}`
	recording, err := replay.Read([]byte(file))
	require.NoError(t, err)
	var sent string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var all bytes.Buffer
		_ = r.Write(&all)
		sent = all.String()
		w.WriteHeader(http.StatusCreated)
	}))
	t.Cleanup(server.Close)
	target, err := replay.NewTarget(server.URL, replay.TargetOptions{Timeout: testTimeout})
	require.NoError(t, err)
	t.Cleanup(target.Close)
	report, err := replay.Run(t.Context(), recording, target, replay.Options{Lookup: environment})
	require.NoError(t, err)
	require.Contains(t, sent, "Authorization: Bearer value-of-CINODE_SCIM_TOKEN")
	require.NotContains(t, strings.Replace(sent, "value-of-CINODE_SCIM_TOKEN", "", 1), "value-of-")
	require.Contains(t, sent, `"note":"${CINODE_SCIM_DATABASE}"`)
	require.Contains(t, sent, "X-Note: ${CINODE_SCIM_DATABASE}")
	require.Contains(t, report.Results[0].Warnings, "the header X-Api-Key holds a secret of the recording and is left out")
}

func TestReadHAR_CredentialsOfOthers(t *testing.T) {
	t.Parallel()
	file := archive(`{"request":{"method":"POST","url":"https://eve:live-password@recorded.example.com/scim/v2/Users?access_token=live-access%2B1&token=live-token&api_key=live-key&a=live-access%2B1#live-fragment",
		"headers":[{"name":"Authorization","value":"Live live-scheme"},{"name":"X-Api-Key","value":"live-x"},{"name":"X-Auth-Token","value":"live-y"},{"name":"Ocp-Apim-Subscription-Key","value":"live-z"},
		{"name":"X-Note","value":"it was live-y"},{"name":"X-Other","value":"eyJhbGciOiJIUzI1NiJ9.live.live"},{"name":"Referer","value":"https://a/?x=live-r"},{"name":"X-Team","value":"red"}],
		"postData":{"text":"{\"password\":\"live-hush\",\"note\":\"live-token\"}"}},
		"response":{"status":200,"headers":[{"name":"X-Refresh-Token","value":"live-refresh"},{"name":"X-Old","value":"live-key"}],"content":{"text":"{\"note\":\"live-x\",\"password\":\"live-answer\"}"}}}`,
		entry("GET", "/Users", "", 200, ""))
	o := newOther(t, map[string]string{})
	var headers http.Header
	o.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			headers = r.Header.Clone()
		}
		o.ServeHTTP(w, r)
	})
	recording, err := replay.Read([]byte(file))
	require.NoError(t, err)
	require.Equal(t, "https://recorded.example.com/scim/v2", recording.Base)
	report := runRecording(t, o, recording, token)
	require.Equal(t, `POST /Users?access_token=a-secret-token&a=*** {"password":"***","note":"***"}`, o.requests[0])
	require.Equal(t, "a-secret-token", headers.Get("Authorization"), "no scheme that is none")
	require.Equal(t, "red", headers.Get("X-Team"))
	for name, values := range headers {
		require.NotContains(t, strings.Join(values, " "), "live", name)
	}
	var out bytes.Buffer
	require.NoError(t, report.WriteText(&out, false))
	require.NoError(t, report.WriteJSON(&out))
	require.NotContains(t, out.String(), "live")
	require.NotContains(t, out.String(), "a-secret-token")
	for _, left := range []string{"parameter token", "parameter api_key", "header X-Api-Key", "header X-Auth-Token", "header Ocp-Apim-Subscription-Key"} {
		require.Contains(t, out.String(), "the "+left+" holds a secret of the recording and is left out")
	}
}

func TestRun_WithoutAnAnswer(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0") // nobody accepts
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	replayed := func(base, file string) (*replay.Report, error) {
		recording, err := replay.Read([]byte(file))
		require.NoError(t, err)
		target, err := replay.NewTarget(base+listener.Addr().String(), replay.TargetOptions{Timeout: 200 * time.Millisecond})
		require.NoError(t, err)
		defer target.Close()
		return replay.Run(t.Context(), recording, target, replay.Options{Lookup: token.lookup})
	}
	for want, file := range map[string]string{
		"an answer": "- path: /Users",
		"2xx":       "- {path: /Users, expect: {status: 2xx}}",
		"200 OK":    archive(entry("GET", "/Users", "", 200, "")),
		"":          archive(entry("GET", "/Users", "", 0, "")),
	} {
		report, err := replayed("http://", file)
		require.NoError(t, err)
		require.Equal(t, 1, report.Requests)
		if want == "" {
			require.Zero(t, report.Different)
			continue
		}
		require.Equal(t, []replay.Difference{{Where: "status", Want: want, Got: "no answer"}}, report.Results[0].Differences)
	}
	_, err = replayed("https://", "- path: /Users")
	require.ErrorIs(t, err, replay.ErrUnreachable, "there is no connection before its handshake")
}

func TestRun_WhatCannotBeSentFailsAlone(t *testing.T) {
	t.Parallel()
	o := newOther(t, map[string]string{
		"GET /Users/1": `200 {"lines":"a\r\nb","up":"../../admin?x=","dots":".."}`, "GET /Users/a%0D%0Ab?b=a%0D%0Ab%26c": `200 {}`,
		"GET /Users/..%2F..%2Fadmin%3Fx=": `200 {}`, "GET /last": `200 {}`,
	})
	report := run(t, o, `
- {path: /Users/1, save: {lines: lines, up: up, dots: dots}}
- {path: "/Users/${lines}?b=${lines}%26c", expect: {status: 200}}
- {path: "/Users/${up}", expect: {status: 200}}
- {path: "/Users/${dots}/x"}
- {path: "/Users/%2e%2e/x"}
- {path: /Users, headers: {X-Lines: "${lines}"}}
- {path: /Users, headers: {"X Y": z}}
- {path: "/Users/%zz"}
- {path: /last, expect: {status: 200}}
`, token)
	require.Equal(t, 9, report.Requests)
	var failed []int
	for _, r := range report.Results {
		for _, d := range r.Differences {
			require.Equal(t, "request", d.Where, r.Path)
			failed = append(failed, r.Number)
		}
	}
	require.Equal(t, []int{4, 5, 6, 7, 8}, failed)
	require.Len(t, o.requests, 4)

	report = run(t, o, `{"log":{"entries":[{"request":{"method":"GET","url":"http://a/Users","headers":[{"name":"X Y","value":"z"}]},"response":{"status":0}}]}}`, token)
	require.Equal(t, 1, report.Different, "it was not sent, as it was then")
}
