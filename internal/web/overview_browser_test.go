package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/clock"
)

const overviewPath = "/admin/tenants/1/overview"

var longName = "مزود الهوية " + strings.Repeat("long-", 30)

// soon is a day on which a token expires that is to be renewed.
func soon() string { return clock.System{}.Now().AddDate(0, 0, 20).Format(time.DateOnly) }

// past moves the clock of tenant 1 back.
func (s *site) past(t *testing.T, ago time.Duration) {
	t.Helper()
	s.control(t, "/clock?tenant=1", fmt.Sprintf(`{"set":%q}`, clock.System{}.Now().Add(-ago).Format(time.RFC3339)))
}

// week is what some clients sent over a while.
func (s *site) week(t *testing.T) {
	t.Helper()
	okta := caller{t, s.url + "/scim/tenants/1/v2", "one", "Okta SCIM Client 1.0.0"}
	google := caller{t, okta.base, "one", "Google-Auto-Provisioning/1.0"}
	entra := caller{t, okta.base, "one", ""}
	for i, ago := range []time.Duration{100 * time.Hour, 50 * time.Hour, 23 * time.Hour, 15 * time.Hour, 9 * time.Hour, 4 * time.Hour, 2 * time.Hour, 0} {
		s.past(t, ago)
		for range i + 1 {
			status, _ := okta.call("GET", "/Users?startIndex=1&count=100", "")
			require.Equal(t, http.StatusOK, status)
		}
		google.call("GET", "/Schemas", "")
		entra.call("GET", "/Users?filter=userName+eq+nobody@example.com", "")
	}
	status, user := okta.call("POST", "/Users", jumpCloudUser)
	require.Equal(t, http.StatusCreated, status)
	okta.call("DELETE", "/Users/"+user, "")
	status, _ = okta.call("POST", "/Users", jumpCloudUser)
	require.Equal(t, http.StatusConflict, status)
	okta.call("POST", "/Users", strings.ReplaceAll(jumpCloudUser, "probe@", "someone@"))
	status, _ = okta.call("GET", "/Users/<script>alert(1)</script>"+strings.Repeat("x", 200), "")
	require.Equal(t, http.StatusNotFound, status)
}

func TestOverview_ShowsWhatCame(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		s.week(t)
		c := signedIn(t, s)
		c.get(tokensPath+"/new").submit("form.card", "name", longName, "expires", "date", "date", soon())
		d := c.get(overviewPath)
		d.requireSound()
		require.Contains(t, d.text(".overview-tiles"), "Users 1 active 1 disconnected")
		require.Contains(t, d.text(".overview-tiles"), "Errors 2")
		require.Contains(t, d.text("#overview-table"), "UTC")
		require.Contains(t, d.text(".overview-tokens"), "مزود")
		require.Len(t, d.find(".overview-why"), 2)
		require.Empty(t, d.find("script[src]")[2:], "nothing of a path runs")
		day, week := len(d.find("rect")), len(c.get(overviewPath+"?range=7d").find("rect"))
		require.Greater(t, week, day)

		p := open(t, s, overviewPath)
		before := p.text(".overview-tiles b")
		p.click("#overview-table summary")
		require.Equal(t, http.StatusOK, s.scim(t, "one"))
		p.await(fmt.Sprintf("document.querySelector('.overview-tiles b').textContent !== %q", before))
		require.True(t, eval[bool](p, `document.getElementById("overview-table").open && document.activeElement.tagName === "SUMMARY"`), "the reader stays where it was")
		p.click(".actions .tabs a:last-child")
		p.await(`location.search === "?range=7d" && document.querySelector(".overview-tiles").innerText.includes("7 days")`)
	})
}

func TestOverview_Review(t *testing.T) {
	t.Parallel()
	s := serve(t)
	reviewAll(t, s, view{"overview-empty", overviewPath})
	s.week(t)
	signedIn(t, s).get(tokensPath+"/new").submit("form.card", "name", longName, "expires", "date", "date", soon())
	p := open(t, s, overviewPath)
	p.review("overview")
	p.visit(overviewPath + "?range=7d")
	p.click("#overview-table summary")
	p.shoot("overview-week")
}

func TestOverview_OfAnotherTenant(t *testing.T) {
	t.Parallel()
	s := serve(t)
	require.Equal(t, http.StatusOK, s.scim(t, "one"))
	require.Equal(t, http.StatusUnauthorized, s.scim(t, "csc_wrong"))
	c := signedIn(t, s)
	c.get("/admin/tenants/new").submit("form.card", "name", "Other", "persona", "rfc")
	d := c.get("/admin/tenants/2/overview")
	require.Contains(t, d.text(".overview-tiles"), "Requests 0")
	require.Contains(t, d.text("main"), "No token is live")
	require.Empty(t, c.get("/admin/tenants/2/start?idp=okta").find(".start-refusal"), "it was meant for tenant 1")
	require.Len(t, c.get(startPath+"?idp=okta").find(".start-refusal"), 1)
}
