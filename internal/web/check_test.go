package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const checkPath = "/admin/tenants/1/check"

// ended waits until a run shows its report.
func (c *client) ended(path string) *document {
	c.t.Helper()
	var d *document
	require.Eventually(c.t, func() bool {
		d = c.get(path)
		return len(d.find("#live")) == 0
	}, patience, 20*time.Millisecond)
	return d
}

func TestCheck_WithoutScripts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		c := signedIn(t, s)
		d := c.get(checkPath)
		require.Contains(t, d.text("main"), "No run yet")
		d = d.submit(".check-form", "only", "patch-1, nothing", "profile", "okta")
		require.Equal(t, http.StatusUnprocessableEntity, d.status)
		require.Contains(t, d.text("#only-error"), "no row and no area")
		require.Equal(t, "patch-1, nothing", attribute(d.find("#only")[0], "value"))

		d = d.submit(".check-form", "only", "spc auth create-001", "profile", "rfc")
		first := d.at.Path
		c.ended(first)
		require.Contains(t, c.get(faultsPath).submit(snapshotForm, "name", "after").text(".alert"), "with 0 users and 0 groups", "nothing is left behind")
		require.Contains(t, first, checkPath+"/runs/")
		d = c.ended(first)
		d.requireSound()
		require.Contains(t, d.text("#summary"), s.url+"/scim/tenants/1/v2")
		require.Contains(t, d.text("#summary"), "revoked at its end")
		require.Contains(t, d.text("#rows"), "SPC-001")
		tokens := c.get(tokensPath + "?state=revoked").text("tbody")
		require.Contains(t, tokens, "check-")
		require.Contains(t, tokens, "-read")

		row := c.get(first + "/rows/SPC-001")
		row.requireSound()
		require.Contains(t, row.text("main"), "Bearer $TOKEN")
		require.Contains(t, row.text("main"), "ServiceProviderConfig")
		require.Equal(t, http.StatusNotFound, c.get(first+"/rows/none").status)
		only := c.get(first + "?area=SPC&verdict=pass")
		require.NotContains(t, only.text("#rows"), "AUTH-")

		for format, word := range map[string]string{"html": "<!doctype html>", "json": `"target"`, "junit": "<testsuites>", "har": `"entries"`} {
			file := c.get(first + "/report/" + format)
			require.Equal(t, http.StatusOK, file.status, format)
			require.Contains(t, file.header.Get("Content-Disposition"), "attachment", format)
			require.Contains(t, strings.ToLower(file.body), word, format)
		}
		require.Equal(t, http.StatusNotFound, c.get(first+"/report/none").status)

		c.get(faultsPath).submit(".faults-presets", "preset", "maintenance")
		d = c.get(checkPath)
		require.Contains(t, d.text(".check-this"), "Faults are in force")
		second := d.submit(".check-form", "only", "spc", "profile", "rfc").at.Path
		d = c.ended(second)
		d.requireSound()
		d = c.get(checkPath).submit("#compare")
		require.Equal(t, http.StatusOK, d.status, d.body)
		d.requireSound()
		require.Contains(t, d.text("main"), "Rows that only one of them judged are left out")
		require.Contains(t, d.text("section.stacked"), "Worse")

		c.get("/admin/tenants/new").submit("form.card", "name", "Other")
		require.Equal(t, http.StatusNotFound, c.get(strings.Replace(first, "/tenants/1/", "/tenants/2/", 1)).status, "runs are of their tenant")
		require.Contains(t, c.get("/admin/tenants/2/check").text("main"), "No run yet")
	})
}

func TestCheck_AnotherServer(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	other := serve(t)
	start := func(pairs ...string) *document {
		return c.get(checkPath).submit(".check-form", append([]string{"target", "other", "only", "DISC"}, pairs...)...)
	}
	d := start("baseUrl", "", "token", "secret-of-the-target")
	require.Contains(t, d.text("#baseUrl-error"), "Give the base URL")
	require.NotContains(t, d.body, "secret-of-the-target")
	require.Contains(t, d.text("#token-error"), "Type the token again")
	require.Contains(t, start("baseUrl", "ftp://x").text("#baseUrl-error"), "no base URL")

	run := start("baseUrl", other.url+"/scim/v2", "token", "one").at.Path
	d = c.ended(run)
	require.Contains(t, d.text("#summary"), "known to this run alone")
	require.Contains(t, d.text("#rows"), "DISC-001")
	require.NotContains(t, c.get(run+"/report/har").body, "Bearer one")

	d = c.ended(start("baseUrl", other.url+"/scim/v2", "token", "wrong").at.Path)
	require.Contains(t, d.text("#problem"), "answers 401 to this token")
	d.requireSound()
	d = c.ended(start("baseUrl", "http://169.254.169.254/latest").at.Path)
	require.Contains(t, d.text("#problem"), "--allow-target")
}

func TestCheck_AllowTarget(t *testing.T) {
	t.Parallel()
	c := signedIn(t, serve(t, "--allow-target=169.254.0.0/16", "--allow-target=fe80::/10"))
	d := c.get(checkPath).submit(".check-form", "target", "other", "baseUrl", "http://[fe80::1%25none]:1/", "only", "DISC-001")
	require.NotContains(t, c.ended(d.at.Path).text("#problem"), "--allow-target")
}

func TestCheck_OneAtATimeAndStop(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-held:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(held); target.Close() })
	c := signedIn(t, serve(t))
	form := []string{"target", "other", "baseUrl", target.URL, "only", "DISC"}
	d := c.get(checkPath).submit(".check-form", form...)
	run := d.at.Path
	require.NotEmpty(t, d.find("#live"))
	d.requireSound()
	d = c.get(checkPath)
	require.Contains(t, d.text("#active"), "A run is going on")
	d = d.submit(".check-form", form...)
	require.Contains(t, d.text("#target-error"), "is going on already")
	require.Equal(t, target.URL, attribute(d.find("#baseUrl")[0], "value"))
	require.Equal(t, http.StatusConflict, c.get(run+"/report/html").status)
	c.get(run + "/stop").submit("form.confirm")
	d = c.ended(run)
	require.Contains(t, d.text("main"), "The run was stopped")
	require.Equal(t, http.StatusOK, c.get(checkPath).status)
}
