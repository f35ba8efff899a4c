package server_test

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// TestBrowser_DocsUnderTheirPolicy: the page shows the operations, and the first
// thing that its policy forbids is the picture that the test adds.
func TestBrowser_DocsUnderTheirPolicy(t *testing.T) {
	t.Parallel()
	ctx, s := browse(t), run(t, tokens, "--admin-key=key")
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(s.url+"/docs"), chromedp.WaitVisible(`#operations-Tenants-listTenants`)))
	const refused = `new Promise(done => {
		new Image().src = "https://elsewhere.invalid/picture.png"
		new ReportingObserver(all => done(all.map(r => r.body.effectiveDirective + " " + r.body.blockedURL).join()),
			{types: ["csp-violation"], buffered: true}).observe()
	})`
	said, err := chromedp.Run(ctx, chromedp.Evaluate[string](refused, chromedp.EvalAwaitPromise))
	require.NoError(t, err)
	require.Equal(t, "img-src https://elsewhere.invalid/picture.png", said)
}

func TestAdminAPI_OnTheServer(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tokens, "--admin-key=key")
	require.Equal(t, http.StatusOK, f.do(t, "/admin/api/v1/tenants/", bearer("key")).status)
	f.do(t, "/admin/api/v1/tenants", bearer("one")).requireProblem(t, http.StatusUnauthorized)
	f.do(t, "/admin/api/v1/nothing", bearer("key")).requireProblem(t, http.StatusNotFound)
	a := f.do(t, "/admin/api/v1/tenants/1", bearer("key"), with("PUT", ""))
	a.requireProblem(t, http.StatusMethodNotAllowed)
	require.Equal(t, "DELETE, GET, HEAD, PATCH", a.header.Get("Allow"))
	f.do(t, "/admin/api/v1/tenants", bearer("key"), with("BREW", "")).requireProblem(t, http.StatusMethodNotAllowed)
	require.Equal(t, http.StatusOK, f.do(t, "/openapi.json").status)
	require.Equal(t, http.StatusOK, f.do(t, "/docs").status)
}
