package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const faultsPath = "/admin/tenants/1/faults"

func TestFaults_OffWithoutTestControl(t *testing.T) {
	t.Parallel()
	c := signedIn(t, serve(t, "--test-api=false"))
	d := c.get(faultsPath)
	require.Equal(t, http.StatusOK, d.status)
	require.Contains(t, d.text("#control-off"), "cinode-scim serve --test-api")
	require.Empty(t, d.find("table"))
	d.requireSound()
	for _, path := range []string{"/new", "/end", "/reset", "/snapshots/load?name=seed"} {
		require.Equal(t, http.StatusNotFound, c.get(faultsPath+path).status, path)
	}
	for _, path := range []string{"/preset", "/end", "/clock", "/reset", "/snapshots", "/remove"} {
		d := c.post(faultsPath+path, nil)
		require.Equal(t, http.StatusNotFound, d.status, path)
		require.Contains(t, d.text("main"), "--test-api")
	}
}

func TestFaults_WithoutScripts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		c := signedIn(t, s)
		d := c.get(faultsPath)
		require.Contains(t, d.text("#rules"), "None: every request is served as it should be")
		require.Len(t, d.find(".faults-preset"), 13)

		d = d.submit(".faults-presets", "preset", "unplugged")
		require.Contains(t, d.text(".alert"), "Added unplugged")
		require.Contains(t, d.text(".banner"), "1 fault is active")
		require.Contains(t, d.text("tbody"), "every request")
		d = c.get(faultsPath + "/remove?id=f1").submit("form.confirm")
		require.Contains(t, d.text(".alert"), "Ended reset.")
		require.Empty(t, d.find(".banner"))
		require.Equal(t, http.StatusNotFound, c.get(faultsPath+"/remove?id=f1").status)
		require.Equal(t, http.StatusBadRequest, d.submit(".faults-presets", "preset", "none").status)

		d = c.get(faultsPath + "/new")
		require.Len(t, d.find(".faults-actions"), 1)
		d.requireSound()
		d = c.get(faultsPath + "/new?action=status")
		d.requireSound()
		d = d.submit("form.card", "status", "much", "nth", "0", "path", "Users", "percent", "200", "scimType", "none", "retryAfter", "soon")
		require.Equal(t, http.StatusUnprocessableEntity, d.status)
		require.Contains(t, d.text("#status-error"), "Must be an HTTP status, such as 503.")
		require.Contains(t, d.text("#nth-error"), "at least 1")
		require.Contains(t, d.text("#percent-error"), "at most 100")
		require.NotEmpty(t, d.find("#path-error"))
		require.NotEmpty(t, d.find("#retryAfter-error"))
		require.Equal(t, "much", attribute(d.find("#status")[0], "value"))
		d = d.submit("form.card", "status", "503", "nth", "2", "path", "/Users", "percent", "10", "scimType", "", "retryAfter", "")
		require.Contains(t, d.text("#nth-error"), "exclude each other")
		d = d.submit("form.card", "percent", "", "execute", "true", "methods", "GET", "detail", "قيد الصيانة")
		require.Equal(t, faultsPath, d.at.Path)
		require.Contains(t, d.text("tbody"), "status 503, carried out all the same, “قيد الصيانة”")
		require.Contains(t, d.text("tbody"), "GET /Users")
		require.Contains(t, d.text("tbody"), "request number 2")
		require.Equal(t, http.StatusOK, s.scim(t, "one"))
		require.Equal(t, http.StatusServiceUnavailable, s.scim(t, "one"))
		require.Contains(t, c.get(faultsPath).text("tbody"), "request number 2 2 1")

		d = c.get(faultsPath+"/new?action=delay").submit("form.card", "tenant", "0")
		require.Contains(t, d.text("#delay-error"), "Is missing")
		d = d.submit("form.card", "delay", "1ms")
		require.Contains(t, d.text("main"), "every tenant")
		d = c.get(faultsPath + "/end")
		require.Contains(t, d.text("form.confirm"), "One of the rules is for every tenant")
		require.Empty(t, d.submit("form.confirm").find(".banner"))
		require.Equal(t, http.StatusNotFound, c.get(faultsPath+"/new?action=none").status)
	})
}

func TestClock_WithoutScripts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		c := signedIn(t, s)
		clock := func(pairs ...string) *document {
			t.Helper()
			values := map[string][]string{}
			for i := 0; i+1 < len(pairs); i += 2 {
				values[pairs[i]] = []string{pairs[i+1]}
			}
			return c.post(faultsPath+"/clock", values)
		}
		require.Contains(t, c.get(faultsPath).text("#clock-face"), "the machine's")
		require.Contains(t, clock("do", "freeze").text("#clock-face"), "frozen")
		d := clock("do", "set", "set", "2030-01-31T12:00")
		require.Contains(t, d.text(".alert"), "31 Jan 2030, 12:00:00 UTC")
		require.Contains(t, d.text(".banner"), "frozen at 31 Jan 2030")
		require.Contains(t, clock("do", "1h").text("#clock-face"), "31 Jan 2030, 13:00:00 UTC")
		require.Contains(t, clock("do", "1d").text("#clock-face"), "1 Feb 2030, 13:00:00 UTC")
		require.Contains(t, clock("do", "30d").text("#clock-face"), "3 Mar 2030, 13:00:00 UTC")
		require.Contains(t, clock("do", "advance", "advance", "-90m").text("#clock-face"), "3 Mar 2030, 11:30:00 UTC")
		require.Contains(t, clock("do", "run").text("#clock-face"), "ahead of the machine")

		d = clock("do", "advance", "advance", "a while")
		require.Equal(t, http.StatusUnprocessableEntity, d.status)
		require.Contains(t, d.text("#advance-error"), "a number and a unit")
		require.Equal(t, "a while", attribute(d.find("#advance")[0], "value"))
		require.Contains(t, clock("do", "set", "set", "tomorrow").text("#set-error"), "a date and a time in UTC")
		require.Contains(t, clock("do", "set", "set", "9999-01-01T00:00").text("#set-error"), "250 years")
		require.Contains(t, clock("do", "advance", "advance", "99999d").text("#advance-error"), "250 years")
		d = clock("do", "reset")
		require.Contains(t, d.text("#clock-face"), "the machine's")
		require.Empty(t, d.find(".banner"))
	})
}

func TestSnapshots_WithoutScripts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		c := signedIn(t, s)
		d := c.get(faultsPath).submit(snapshotForm, "name", strings.Repeat("x", 999))
		require.Equal(t, http.StatusUnprocessableEntity, d.status)
		require.NotEmpty(t, d.find("#name-error"))
		name := "before محمد بن عبد الرحمن"
		d = d.submit(snapshotForm, "name", name)
		require.Contains(t, d.text(".alert"), "Saved "+name+" with 0 users and 0 groups.")
		s.control(t, "/tenants/1/teams", `{"name":"A team"}`)
		require.Equal(t, http.StatusNotFound, c.get(faultsPath+"/snapshots/load?name=none").status)
		load := attribute(d.find("[data-confirm]")[0], "href")
		require.Contains(t, load, "/snapshots/load?name=before")
		d = c.get(load).submit("form.confirm")
		require.Contains(t, d.text(".alert"), "The tenant is what it was in "+name)
		require.Equal(t, http.StatusConflict, c.post(faultsPath+"/snapshots/delete", map[string][]string{"name": {"seed"}}).status)
		d = c.get(strings.Replace(load, "/load", "/delete", 1)).submit("form.confirm")
		require.Contains(t, d.text(".alert"), "Deleted the snapshot "+name)

		c.get(tokensPath+"/new").submit("form.card", "name", "later")
		d = c.get(faultsPath + "/reset")
		require.Contains(t, d.text("form.confirm"), "Every user, group, Team, Role, link and token made or changed since is lost")
		d = d.submit("form.confirm")
		require.Contains(t, d.text(".alert"), "what it was when it was seeded")
		require.NotContains(t, c.get(tokensPath).text("tbody"), "later")
		require.Equal(t, http.StatusOK, s.scim(t, "one"))
	})
}

const snapshotForm = "#snapshot-form"
