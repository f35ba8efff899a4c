package web_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheck_InTheBrowser(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		p := open(t, s, checkPath)
		p.click(".check-scope summary")
		p.fill("#only", "PATCH FILT SPC")
		p.click(".check-form button.primary")
		p.await(`document.querySelector("#live-done, #summary") !== null`)
		p.wait("#summary") // it comes by itself
		p.click(`.tabs a[href*="verdict=pass"]`)
		p.click("#areas summary")
		p.click(`#areas a[href*="area=SPC"]`)
		p.await(`[...document.querySelectorAll("#rows .check-id")].every(a => a.innerText.startsWith("SPC-"))`)
		p.click("#rows .check-id")
		p.wait(".check-exchange")
		p.click(".check-exchange summary")
		p.wait(".check-exchange pre")
		require.Contains(t, p.text(".check-exchange pre"), "$TOKEN")
	})
}

func TestCheck_LiveAndStop(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet { // discovery is answered, checks that write hang
			w.WriteHeader(http.StatusNotFound)
			return
		}
		select {
		case <-held:
		case <-r.Context().Done():
		}
	}))
	release := sync.OnceFunc(func() { close(held) })
	t.Cleanup(func() { release(); target.Close() })
	p := open(t, serve(t), checkPath)
	p.click(`input[name="target"][value="other"]`)
	p.fill("#baseUrl", target.URL)
	p.fill("#token", "x")
	p.click(".check-form button.primary")
	p.await(`document.querySelectorAll("#live-rows li").length > 3`)
	p.shoot("check-live")
	p.axe("a run that goes on")
	p.click(".actions .danger-quiet")
	p.wait("#dialog[open] form.confirm")
	p.click("#dialog button.danger")
	p.await(`document.getElementById("live-title")?.innerText === "Stopping"`)
	release() // the checks that are going on come to their end
	p.wait("#summary")
	require.Contains(t, p.text("main"), "The run was stopped")
}

func TestCheck_Review(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	reviewAll(t, s, view{"check-empty", checkPath})
	run := c.get(checkPath).submit(".check-form", "profile", "rfc").at.Path
	c.ended(run).requireSound()
	require.Contains(t, c.get(faultsPath).submit(snapshotForm, "name", "after").text(".alert"), "with 0 users and 0 groups", "nothing is left behind")
	require.Contains(t, c.get(teamsPath).text(".empty"), "No Teams")
	c.get(faultsPath).submit(".faults-presets", "preset", "flaky")
	c.ended(c.get(checkPath).submit(".check-form", "profile", "okta").at.Path)
	bad := c.ended(c.get(checkPath).submit(".check-form", "target", "other", "baseUrl", "http://127.0.0.1:1").at.Path)
	compared := c.get(checkPath).submit("#compare")
	compared.requireSound()
	failing := attribute(c.get(run + "?verdict=fail").find("a.check-id")[0], "href")
	d := c.get(failing)
	d.requireSound()
	reviewAll(t, s, view{"check", checkPath}, view{"check-run", run}, view{"check-fails", run + "?verdict=fail"},
		view{"check-row", failing}, view{"check-bad", bad.at.Path}, view{"check-compare", compared.at.RequestURI()})
	c.get(checkPath).requireSound()
}
