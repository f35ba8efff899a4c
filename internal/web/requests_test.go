package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRequests_WithoutScripts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		c := signedIn(t, s)
		d := c.get(requestsPath)
		require.Contains(t, d.text(".empty"), "curl "+s.url+"/scim/tenants/1/v2/Users")
		d.requireSound()
		s.traffic(t)
		d = c.get(requestsPath)
		require.Len(t, d.find("a.rq"), 9, "the one with an unknown token is of no tenant")
		require.Contains(t, d.text("#rows"), "/Users/77")
		for query, want := range map[string]int{
			"?only=failures": 2, "?only=unknown": 1, "?method=put": 1, "?status=4xx": 2, "?status=409": 1, "?client=JumpCloud": 4, "?token=first": 9, "?token=none": 0,
			"?q=l%C3%A5ngt": 1, "?who=2": 3, "?who=Anna%40Example.com": 3, "?who=nobody": 0, "?deviation=patch-op-case": 1, "?only=deviations": 5, "?only=deviations&client=JumpCloud": 2, "?client=Okta&only=failures": 2,
			"?q=%3Cscript%3E": 0, "?q=%00": 0, "?from=2&to=3": 2, "?before=3": 2, "?before=x": 9,
		} {
			d := c.get(requestsPath + query)
			require.Equal(t, http.StatusOK, d.status, query)
			require.Len(t, d.find("a.rq"), want, query)
			d.requireSound()
		}
		require.Len(t, c.get(overviewPath).links(requestsPath+"?only=deviations"), 1, "the tile leads to what it counts")
		d = c.get(requestsPath + "?status=nine")
		require.Equal(t, http.StatusBadRequest, d.status)
		require.Contains(t, d.text("#status-error"), "a class such as 4xx")

		d = c.get(requestsPath+"?only=failures&view=stories").submit("form.rq-filters", "q", "anna")
		require.Equal(t, "failures", d.at.Query().Get("only"), "other filters stay")
		require.Equal(t, "stories", d.at.Query().Get("view"))
		require.Len(t, d.find(".rq-story"), 1)

		d = c.get(requestsPath + "/clear").submit("form.confirm")
		require.Equal(t, "The journal is empty now.", d.text(".alert"))
		require.Empty(t, d.find("a.rq"))
		require.Len(t, c.get(requestsPath+"?only=unknown").find("a.rq"), 1, "what is nobody's stays")
	})
}

func TestRequests_Detail(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.traffic(t)
	c := signedIn(t, s)
	refused := c.get(requestsPath + "/6?only=failures")
	refused.requireSound()
	require.Contains(t, refused.text(".rq-reason"), "Why it was refused")
	require.Contains(t, refused.text(".rq-outlook"), "Okta stops the job")
	require.Contains(t, refused.text(".rq-facts"), "RFC 7644 section 3.3")
	require.Contains(t, refused.text(".rq-facts"), "Cinode’s rule")
	require.Contains(t, refused.text(".rq-headers"), "User-Agent")
	require.NotContains(t, refused.body, "Bearer one")
	require.Empty(t, refused.find("[data-older]"), "the oldest failure")
	require.Contains(t, attribute(refused.find("[data-newer]")[0], "href"), "/9?only=failures")

	changed := c.get(requestsPath + "/3")
	require.Contains(t, changed.text(".rq-diff"), "changed")
	require.Equal(t, "displayname", changed.text("del"))
	tolerated := c.get(requestsPath + "/8")
	require.Contains(t, tolerated.text(".rq-deviations"), "Sent by Entra ID, Cinode's documents.")
	require.Contains(t, tolerated.text(".rq-deviations"), "patch-op-case")
	require.NotEmpty(t, tolerated.find("i"), "coloured JSON")
	raw := c.get(requestsPath + "/8?raw=1")
	require.Empty(t, raw.find("i"))
	require.Contains(t, raw.body, "Pretty")

	nobody := c.get(requestsPath + "/10")
	require.Contains(t, nobody.text(".rq-reason"), "token")
	require.Contains(t, nobody.text(".rq-facts"), "no token of a tenant")

	c.get("/admin/tenants/new").submit("form.card", "name", "Other", "persona", "cinode")
	for _, path := range []string{requestsPath + "/999", requestsPath + "/x", "/admin/tenants/2/requests/6", "/admin/tenants/2/requests/6/export?as=har", "/admin/tenants/2/requests/6/body"} {
		require.Equal(t, http.StatusNotFound, c.get(path).status, path)
	}
	require.Empty(t, c.get("/admin/tenants/2/requests").find("a.rq"))
}

func TestRequests_Exports(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.traffic(t)
	c := signedIn(t, s)
	for as, has := range map[string]string{"curl": "curl ", "har": `"log"`, "http": "POST ", "go": "func Test", "scenario": "steps:"} {
		d := c.get(requestsPath + "/5/export?as=" + as)
		require.Equal(t, http.StatusOK, d.status, as)
		require.Contains(t, d.body, has)
		require.Contains(t, d.header.Get("Content-Disposition"), "attachment; filename=\"request-5", as)
		d = c.get(requestsPath + "/export?client=JumpCloud&as=" + as)
		require.Contains(t, d.body, has)
		require.NotContains(t, d.body, "anna@", "only what is selected")
	}
	d := c.get(requestsPath + "/5/export?as=exe")
	require.Equal(t, http.StatusBadRequest, d.status)
	d = c.get(requestsPath + "/5/body?of=sent")
	require.Contains(t, d.body, "anna@example.com")
	require.Equal(t, "text/plain; charset=utf-8", d.header.Get("Content-Type"))
	require.Contains(t, c.get(requestsPath+"/5/body?of=answer").body, `"id":"2"`)
}

func TestRequests_Stories(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.freeze(t)
	s.traffic(t)
	c := signedIn(t, s)
	d := c.get(requestsPath + "?view=stories")
	d.requireSound()
	require.Len(t, d.find(".rq-story"), 2)
	require.Contains(t, d.text("#stories"), "Okta provisioning 5 requests 2 failed")
	require.Contains(t, d.text("#stories"), "2 users created (anna@example.com, long@example.com), 1 user deactivated, 2 failures")
	require.Contains(t, d.text("#stories"), "JumpCloud activation 4 requests")
	d = c.get(requestsPath + "?view=stories&only=unknown")
	require.Contains(t, d.text("#stories"), "no access")
}

func TestRequests_HostileTextIsText(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.calls(t,
		call{hostile, "one", "GET", "/Users/%3Cscript%3Ewindow.hacked=1%3C%2Fscript%3E%E2%80%AEtxt?filter=%3Cimg%20src=x%20onerror=%22window.hacked=1%22%3E", "", hostile},
		call{okta, "one", "POST", "/Users", `{"userName":"` + strings.ReplaceAll(hostile, `"`, `\"`) + `","displayName":"` + strings.ReplaceAll(hostile, `"`, `\"`) + `"}`, ""},
		call{okta, "one", "POST", "/Users", hostile + "\xff\x00", ""},
		call{okta, "one", "POST", "/Users", `{"x":"` + strings.Repeat(`<&'\"`, 12_000) + `"}`, ""},
		call{okta, "one", "GET", "/Users/" + strings.Repeat("%3C", 1500), "", ""},
	)
	c := signedIn(t, s)
	for _, path := range []string{"", "/1", "/2", "/3", "/4", "/5", "/2?raw=1", "?view=stories", "?q=%3Cscript%3Ewindow.hacked=1%3C%2Fscript%3E", "?who=%22%3E%3Cscript%3E"} {
		d := c.get(requestsPath + path)
		d.requireSound()
		require.Empty(t, d.find("img"), path)
		require.NotContains(t, d.body, "\u202e", path)
		for _, script := range d.find("script") {
			require.NotEmpty(t, attribute(script, "src"), path)
		}
	}
	p := open(t, s, requestsPath)
	p.click("#rows .rq-row:last-child .rq")
	p.wait("#pane .rq-detail")
	require.Contains(t, p.text("#pane h2"), `<script>window.hacked=1</script>\u202etxt`)
	p.press("k")
	p.await(`document.querySelector("#pane .rq-detail")?.dataset.request === "2"`)
	s.calls(t, call{okta, "one", "GET", "/Users/%3Cimg%20src=x%20onerror=%22window.hacked=1%22%3E", "", ""})
	p.await(`document.querySelectorAll("#rows .rq-row").length === 6`)
	require.True(t, eval[bool](p, `window.hacked === undefined && !document.querySelector("main img")`))
}
