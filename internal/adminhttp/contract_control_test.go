package adminhttp_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/adminhttp"
)

func (f *fixture) journalConforms(t *testing.T) {
	t.Helper()
	token := f.token(t, "journal")
	f.create(t, token, "Users", `{"userName":"bob","active":"True","name":{"givenName":"Bob","familyName":"B"}}`)
	f.scim(t, "csc_nobody", "GET", "/scim/v2/Users", "")
	f.want(t, 200, "GET", "/requests?tenant=1&limit=1&order=oldest&method=POST&path=/users*&status=2xx&client=unknown&token=journal&deviation=bool-as-string&since=2026-01-31T12:00:00Z&text=BOB", "")
	f.want(t, 400, "GET", "/requests?tenant=0&order=up&status=6xx&since=soon&limit=0&after=-1&client=Nobody", "", misformed)
	f.want(t, 200, "GET", "/requests/count?tenant=1&order=oldest&after=0", "")
	f.want(t, 400, "GET", "/requests/count?status=99", "", misformed)
	for as, kind := range exportKinds {
		require.Equal(t, kind, f.want(t, 200, "GET", "/requests/export?as="+as+"&limit=2", "").header.Get("Content-Type"))
		require.Equal(t, kind, f.want(t, 200, "GET", "/requests/latest/export?as="+as, "").header.Get("Content-Type"))
	}
	f.want(t, 400, "GET", "/requests/export", "", misformed)
	f.want(t, 400, "GET", "/requests/latest/export?as=pdf", "", misformed)
	f.want(t, 404, "GET", "/requests/latest/export?as=har&tenant=99", "")
	f.want(t, 200, "GET", "/requests/latest?tenant=1", "")
	f.want(t, 400, "GET", "/requests/latest?tenant=x", "", misformed)
	f.want(t, 404, "GET", "/requests/999999", "")
	f.want(t, 200, "GET", "/deviations", "")
	f.want(t, 400, "GET", "/deviations?tenant=x", "", misformed)
	stopping := make(chan struct{})
	close(stopping)
	over := f.with(t, func(o *adminhttp.Options) { o.Stopping = stopping })
	events := over.want(t, 200, "GET", "/events?tenant=1", "", header("Last-Event-ID", "0"))
	require.Equal(t, "text/event-stream", events.header.Get("Content-Type"))
	f.want(t, 400, "GET", "/events?status=x", "", misformed)
}

var exportKinds = map[string]string{
	"curl": "text/x-shellscript; charset=utf-8", "har": "application/json", "http": "text/plain; charset=utf-8", "go": "text/x-go; charset=utf-8",
}

func (f *fixture) questionsConform(t *testing.T) {
	t.Helper()
	f.want(t, 200, "POST", "/verify", `{"tenant":1,"after":"0","maxDeviations":-1,"inOrder":true,"expectations":[{"min":1,"request":{
		"method":"POST","path":"/Users","query":{},"headers":{"content-type":"*json"},"status":"201","client":"*","token":"journal",
		"deviation":"bool-as-string","body":{"active":"True"},"answer":{"active":true},"bodyPattern":"b.b"}}]}`)
	f.want(t, 400, "POST", "/verify", `{"tenant":1,"after":"x","expectation":[]}`, misformed)
	f.want(t, 404, "POST", "/verify", `{"tenant":99}`)
	f.want(t, 422, "POST", "/verify", `{"tenant":1,"only":true,"maxDeviations":0,"expectations":[{"request":{"method":"POST","status":"409"},"times":1}]}`)
	f.want(t, 200, "POST", "/wait", `{"tenant":1,"request":{"method":"POST"},"timeout":"0s","after":"0","times":1}`)
	f.want(t, 200, "POST", "/wait", `{"tenant":1,"resources":{"type":"User","filter":"userName eq \"bob\"","count":1}}`)
	f.want(t, 400, "POST", "/wait", `{"tenant":1}`, misformed)
	f.want(t, 400, "POST", "/wait", `{"request":{}}`) // of which tenant?
	f.want(t, 404, "POST", "/wait", `{"tenant":99,"request":{}}`)
	f.want(t, 422, "POST", "/wait", `{"tenant":1,"resources":{"type":"Group","count":77},"timeout":"1ms"}`)
}

func (f *fixture) controlConforms(t *testing.T) {
	t.Helper()
	f.want(t, 201, "POST", "/snapshots?tenant=7", `{"name":"one/two"}`)
	f.want(t, 201, "POST", "/snapshots?tenant=7", `{"name":"seed"}`)
	f.want(t, 400, "POST", "/snapshots?tenant=7", `{"name":""}`, misformed)
	f.want(t, 200, "GET", "/snapshots?tenant=7", "")
	f.want(t, 204, "POST", "/snapshots/one%2Ftwo/restore?tenant=7", "")
	f.want(t, 204, "DELETE", "/snapshots/one%2Ftwo?tenant=7", "")
	f.want(t, 404, "POST", "/snapshots/one%2Ftwo/restore?tenant=7", "")
	f.want(t, 404, "DELETE", "/snapshots/one%2Ftwo?tenant=7", "")
	f.want(t, 200, "POST", "/clock?tenant=7", `{"reset":true,"set":"2030-01-31T12:00:00Z","advance":"-1h","frozen":true}`)
	f.want(t, 400, "POST", "/clock?tenant=7", `{"advance":"a while"}`)
	f.want(t, 200, "GET", "/clock?tenant=7", "")
	f.want(t, 204, "POST", "/reset?tenant=7", "")
	f.want(t, 204, "DELETE", "/requests?tenant=7", "")
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/snapshots", ""}, {"POST", "/snapshots", `{"name":"x"}`}, {"DELETE", "/snapshots/x", ""}, {"POST", "/snapshots/x/restore", ""},
		{"GET", "/clock", ""}, {"POST", "/clock", `{}`}, {"POST", "/reset", ""}, {"DELETE", "/requests", ""},
	} {
		f.want(t, 400, c.method, c.path+"?tenant=0", c.body, misformed)
		f.want(t, 400, c.method, c.path, c.body) // there are several tenants
		f.want(t, 404, c.method, c.path+"?tenant=99", c.body)
	}
}

func (f *fixture) faultsConform(t *testing.T) {
	t.Helper()
	f.want(t, 201, "POST", "/faults", `{"id":"mine","tenant":7,"methods":["GET"],"path":"/Users/**","percent":50,"seed":7,"times":3,"action":"status","status":503,
		"scimType":"tooMany","detail":"d","retryAfter":1,"execute":true,"delay":"1ms"}`)
	f.want(t, 201, "POST", "/faults", `[{"tenant":7,"preset":"slow","delay":"200ms","late":true},{"tenant":7,"action":"stale","for":"1m30s"}]`)
	f.want(t, 400, "POST", "/faults", `{"action":"explode"}`, misformed)
	f.want(t, 409, "POST", "/faults", `{"id":"mine","action":"reset"}`)
	f.want(t, 200, "GET", "/faults", "")
	f.want(t, 200, "GET", "/faults?tenant=7", "")
	f.want(t, 400, "GET", "/faults?tenant=x", "", misformed)
	f.want(t, 200, "GET", "/faults/catalogue", "")
	f.want(t, 200, "GET", "/faults/mine", "")
	f.want(t, 404, "GET", "/faults/none", "")
	f.want(t, 200, "PUT", "/faults/mine", `{"tenant":7,"action":"truncate","bytes":20,"nth":2}`)
	f.want(t, 400, "PUT", "/faults/mine", `{"action":"truncate","status":500}`)
	f.want(t, 404, "PUT", "/faults/none", `{"action":"reset"}`)
	f.want(t, 204, "DELETE", "/faults/mine", "")
	f.want(t, 404, "DELETE", "/faults/mine", "")
	f.want(t, 204, "DELETE", "/faults?tenant=7", "")
	f.want(t, 400, "DELETE", "/faults?tenant=x", "", misformed)
	off := f.with(t, func(o *adminhttp.Options) { o.TestAPI = false })
	for _, method := range []string{"GET", "DELETE", "POST"} {
		body := ""
		if method == "POST" {
			body = `{"action":"reset"}`
		}
		off.want(t, 404, method, "/faults", body)
	}
	off.want(t, 404, "GET", "/faults/catalogue", "")
}
