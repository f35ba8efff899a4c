package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlay_StoryIsWatchedLive(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		p := open(t, s, playPath)
		p.click(".empty button.primary")
		p.wait("#play-story")
		require.Contains(t, p.text("#play-story"), "joiner-mover-leaver")
		p.await(`document.querySelectorAll(".play-steps li.done").length >= 1`)
		p.await(`document.querySelector("#play-live").innerText.includes("idm_integration_activate")`)
		eval[bool](p, `document.querySelector("#d-1 summary").click(), true`) // the page may be moving
		p.await(`!document.querySelector("#d-1").open`)
		p.shoot("play-story-running")
		p.click("#hurry")
		p.await(`document.querySelector("#play-story .toolbar .badge").innerText === "all as expected"`)
		require.Equal(t, 12, eval[int](p, `document.querySelectorAll(".play-steps li.done").length`))
		p.wait(".play-log .play-requests code")
		require.Contains(t, p.text("#play-live"), "Groups and their Teams")
		require.True(t, eval[bool](p, `!document.querySelector("#d-1").open`), "what somebody has closed stays closed")
	})
}

func TestPlay_JumpCloudByHand(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		p := open(t, s, playPath+"/new")
		p.click("form.card .buttons .primary")
		p.wait(".play-screen .empty .button.primary")
		p.click(".play-screen .empty .button.primary")
		p.click(`a[aria-label="Select Cinode"]`)
		p.wait("#displayLabel")
		require.Equal(t, "https://sso.jumpcloud.com/saml2/cinode", eval[string](p, `document.getElementById("idpUrl").value`))
		p.click(".play-screen form.card button.primary")
		p.wait(`.play-screen .alert.success`)
		p.click(".play-screen .button.primary") // Configure Application
		p.wait(`input[name="groups"]`)
		p.click("form.card button.primary") // Configure
		p.click("#use-this")
		p.await(`document.getElementById("baseUrl")?.value.endsWith("/scim/tenants/1/v2")`)
		p.click("form.card button.primary") // Activate
		p.await(`document.querySelector(".play-screen .alert.success")?.innerText.includes("was verified and is active")`)
		p.click(".play-screen .alert.success + .buttons a") // Save
		p.await(`!location.search.includes("activated")`)

		at := strings.TrimSuffix(strings.Split(p.path(), "?")[0], "/application")
		p.visit(at + "/users/new")
		p.fill("#username", "ann@example.com")
		p.fill("#firstName", "Ann")
		p.fill("#lastName", "Holm")
		p.click(".play-screen form.card button.primary")
		p.wait(".play-table")
		p.visit(at + "/groups/new")
		p.fill("#name", "Engineers")
		p.click(`input[value="ann@example.com"]`)
		p.click(`input[name="bound"]`)
		p.click(".play-screen form.card button.primary")
		p.await(`document.querySelector(".play-table")?.innerText.includes("provisioned") && !document.querySelector(".play-table").innerText.includes("not provisioned")`)
		p.await(`document.querySelector("#play-live").innerText.includes("user_create_provision")`)
		p.await(`document.querySelector("#play-live .play-things")?.innerText.includes("Active")`)
		p.click("#play-live .play-log details summary")
		p.await(`document.querySelector("#play-live .play-log details[open] pre").innerText.includes("event_type")`)
		p.shoot("play-groups-live")
		p.click(`a[aria-label="Unbind Engineers"]`)
		p.wait("#dialog[open] form.confirm")
		p.axe("the question")
		p.click("#dialog button.danger")
		p.await(`document.querySelector("#play-live .play-things")?.innerText.includes("Disconnected")`)

		p.visit(at + "/application?tab=identity")
		p.click(`a[href$="/application/deactivate"]`)
		p.wait("#dialog[open] form.confirm")
		p.click("#dialog button.danger")
		p.await(`document.querySelector(".alert.success")?.innerText.includes("was deactivated")`)
	})
}

// directory adds people with long names and names that are read from the right.
func (c *client) directory(t *testing.T, at string) {
	t.Helper()
	for i, name := range []string{"محمد بن عبد الرحمن", strings.Repeat("Långtförnamn", 8), "Ann"} {
		d := c.get(at+"/users/new").submit("form.card", "username", fmt.Sprintf("%s%d@example.com", strings.Repeat("a-very-long-address-", i*2), i), "firstName", name, "lastName", "Holm")
		require.Equal(t, 200, d.status, d.text("main"))
	}
	for _, name := range []string{strings.Repeat("a-very-long-name-", 8), "مجموعة المهندسين"} {
		d := c.post(at+"/groups/new", url.Values{"name": {name}, "members": {"0@example.com"}, "bound": {"on"}})
		require.Equal(t, 200, d.status, d.text("main"))
	}
}

func TestPlay_Review(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	reviewAll(t, s, view{"play-empty", playPath})
	jc := addPlay(t, c, "jumpcloud")
	reviewAll(t, s, view{"play-jc-none", jc + "/application"})
	c.get(jc+"/application/new").submit("form.card", "bookmarkUrl", "https://app.cinode.com/"+strings.Repeat("acme", 30), "displayLabel", strings.Repeat("Långt namn ", 12))
	reviewAll(t, s, view{"play-jc-configure", jc + "/application?tab=identity&configure=1&groups=on&here=1"})
	c.get(jc + "/application?tab=identity&configure=1&groups=on&here=1").submit("form.card")
	c.directory(t, jc)
	c.until(jc+"/log", "group_create_provision")
	c.post(jc+"/import/list", url.Values{})
	story := c.post(playPath+"/demo", url.Values{}).at.Path
	c.post(strings.TrimSuffix(story, "story")+"hurry", url.Values{})
	c.until(story, "all as expected")
	entra, okta := addPlay(t, c, "entra"), addPlay(t, c, "okta")
	c.get(entra + "/application?here=1").submit("form.card")
	c.directory(t, entra)
	group := url.QueryEscape("مجموعة المهندسين")
	reviewAll(t, s, view{"play", playPath}, view{"play-new", playPath + "/new?story=bulk-onboarding"}, view{"play-story", story},
		view{"play-jc-identity", jc + "/application?tab=identity&activated=1"}, view{"play-import", jc + "/import?filter=new"},
		view{"play-users", jc + "/users"}, view{"play-group", jc + "/groups/edit?name=" + group}, view{"play-entra", entra + "/application"})
	p := open(t, s, jc+"/log")
	for _, path := range []string{
		jc + "/log", jc + "/application?tab=list", jc + "/application?tab=general", jc + "/application?tab=groups", jc + "/application/catalogue", jc + "/application/new",
		jc + "/application/saved", jc + "/application/delete", jc + "/users/new", jc + "/groups", jc + "/groups/new", entra + "/application?tab=assigned",
		okta + "/application?here=1", okta + "/application?tab=app",
	} {
		c.get(path).requireSound()
		p.visit(path)
		p.wait(".play-screen")
		p.axe(path)
	}
}
