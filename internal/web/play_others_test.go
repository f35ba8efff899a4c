package web_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/seed"
)

func TestPlay_EntraWithoutScripts(t *testing.T) {
	t.Parallel()
	c := signedIn(t, serve(t))
	at := addPlay(t, c, "entra")
	d := c.get(at + "/application?here=1")
	require.Contains(t, d.text(".play-screen"), "Admin Credentials")
	home := attribute(d.find("#baseUrl")[0], "value")
	d = c.post(at+"/application/test", url.Values{"baseUrl": {home}, "token": {"wrong"}, "groups": {"on"}})
	require.Equal(t, http.StatusUnprocessableEntity, d.status)
	require.Contains(t, d.text(".play-screen"), "Test Connection failed")
	require.Equal(t, home, attribute(d.find("#baseUrl")[0], "value"), "what was typed is kept")
	d = c.post(at+"/application/test", url.Values{"baseUrl": {home}, "groups": {"on"}})
	require.Contains(t, d.text(".alert"), "The test succeeded")
	d = c.get(at + "/application?here=1").submit("form.card")
	require.Contains(t, d.text(".alert"), "is active")
	d.requireSound()

	c.get(at+"/users/new").submit("form.card", "username", "ann@example.com", "firstName", "Ann", "lastName", "Holm")
	c.post(at+"/groups/new", url.Values{"name": {"Engineers"}, "members": {"ann@example.com"}})
	d = c.get(at+"/application?tab=assigned").submit("form.play-inline", "username", "ann@example.com")
	require.Contains(t, d.text("#play-assigned"), "ann@example.com pending")
	d = c.post(at+"/groups/bind", url.Values{"name": {"Engineers"}, "bound": {"true"}, "back": {at + "/application?tab=assigned"}})
	require.Contains(t, d.text("#play-pushed"), "Engineers", "Entra ID waits for its cycle")
	d = c.post(at+"/sync", url.Values{"back": {at + "/application"}})
	require.Contains(t, d.text(".alert"), "A cycle was started")
	d = c.until(at+"/log", "Added ann@example.com to Engineers")
	require.Contains(t, d.text(".play-live"), "ann@example.com Active")
	d = c.get(at + "/application/deactivate").submit("form.confirm")
	require.Contains(t, d.text(".alert"), "was deactivated")
	d = c.post(at+"/sync", url.Values{})
	require.Contains(t, d.text(".alert"), "is not active")
}

func TestPlay_OktaWithoutScripts(t *testing.T) {
	t.Parallel()
	c := signedIn(t, serve(t))
	at := addPlay(t, c, "okta")
	d := c.get(at + "/application?here=1")
	require.Contains(t, d.text(".play-screen"), "Test API Credentials")
	home := attribute(d.find("#baseUrl")[0], "value")
	d = c.post(at+"/application/credentials", url.Values{"baseUrl": {home}, "groups": {"on"}})
	require.Contains(t, d.text(".alert"), "Nothing is sent until")
	require.Contains(t, c.get(at+"/application?tab=app").text(".play-screen"), "off until provisioning is enabled")
	d = c.get(at+"/application").submit("form.card", "token", "")
	require.Contains(t, d.text(".alert"), "is active")
	c.get(at+"/users/new").submit("form.card", "username", "ann@example.com", "firstName", "Ann", "lastName", "Holm")
	c.post(at+"/users/assign", url.Values{"username": {"ann@example.com"}, "assigned": {"true"}})
	c.until(at+"/log", "application.provision.user.push")
	c.post(at+"/groups/new", url.Values{"name": {"Engineers"}, "members": {"ann@example.com"}})
	d = c.get(at+"/application?tab=push").submit("form.play-inline", "name", "Engineers")
	require.Contains(t, d.text(".play-screen"), "Engineers")
	c.until(at+"/log", "Created group Engineers")
	d = c.get(at + "/groups/unbind?name=Engineers&remove=true")
	require.Contains(t, d.text("form.confirm"), "is deleted")
	d.submit("form.confirm")
	d = c.until(at+"/log", "Deleted group Engineers")
	require.Contains(t, d.text(".play-live"), "group gone")
	require.Contains(t, c.get(at+"/log?show=failed").text(".play-screen"), "Nothing has failed")
}

// seedOf writes a file of made-up people of tenant 1.
func seedOf(t *testing.T, users int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "seed.yaml")
	file, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, seed.Generate(file, seed.GenerateOptions{Users: users, Groups: 4, Number: 1, Tenant: 1, Persona: cinode.PersonaCinode}))
	require.NoError(t, file.Close())
	return path
}

func TestPlay_Import(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		c := signedIn(t, s)
		at := addPlay(t, c, "jumpcloud")
		require.Contains(t, c.get(at+"/import").text(".play-screen"), "The integration is not active")
		require.Equal(t, http.StatusConflict, c.post(at+"/import/list", url.Values{}).status)
		c.get(at + "/application/new").submit("form.card")
		c.get(at + "/application?tab=identity&configure=1&groups=on&here=1").submit("form.card")
		d := c.get(at + "/import")
		require.Contains(t, d.text(".play-screen"), "Read the list")
		d = c.post(at+"/import/list", url.Values{})
		require.Contains(t, d.text(".play-import"), "New")
		require.Len(t, d.find("tr"), 101, "100 users a page")
		d.requireSound()
		d = c.post(at+"/import", url.Values{"id": {"1", "2"}})
		require.Contains(t, d.text(".alert"), "Imported 2 users.")
		require.Contains(t, d.text("#import-result"), "members of no bound group")
		require.Contains(t, c.get(at+"/users").text(".play-table"), "imported, in no bound group")
		d = c.get(at + "/import")
		require.Contains(t, d.text("tbody"), "Imported", "the order is Cinode's")
		require.NotContains(t, c.get(at+"/import?filter=new").text("tbody"), "Imported", "new ones are on top")
		require.NotEmpty(t, c.get(at+"/import?filter=new").links("from=100"))
		d = c.post(at+"/import", url.Values{})
		require.Contains(t, d.text(".alert"), "Nobody was chosen")
		d = c.post(at+"/import", url.Values{"all": {"1"}})
		require.Contains(t, d.text(".alert"), "An e-mail about it was sent")
		mails := d.links("/mail?name=")
		require.Len(t, mails, 1)
		d = c.get(attribute(mails[0], "href"))
		require.Equal(t, "Your import of users from Cinode is complete", d.text("h1"))
		require.Contains(t, d.text(".play-mail"), "Imported: 12")
		d.requireSound()
		require.Equal(t, http.StatusNotFound, c.get(at+"/mail?name=none").status)
		c.get(at + "/users").requireSound()
		require.Contains(t, c.get(at+"/users?q=nobody-at-all").text(".play-screen"), "Nobody is called that")
		require.NotEmpty(t, c.get(at+"/users").links("from=25"))
	}, "--seed="+seedOf(t, 130))
}

func TestPlay_TroubleIsToldWithItsRemedy(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	at := addPlay(t, c, "okta")
	c.get(at + "/application?here=1").submit("form.card")
	c.get(at+"/users/new").submit("form.card", "username", "ann@example.com", "firstName", "Ann", "lastName", "Holm")
	name := ""
	for _, a := range c.get(tokensPath).links("revoke?name=play-okta") {
		name = attribute(a, "href")
	}
	require.NotEmpty(t, name)
	c.get(name).submit("form.confirm")
	c.post(at+"/users/assign", url.Values{"username": {"ann@example.com"}, "assigned": {"true"}})
	d := c.until(at+"/users", "The server refuses the token.")
	require.Contains(t, d.text("#play-said"), "Use a new token")
	d = c.post(at+"/token", url.Values{"back": {at + "/users"}})
	require.Contains(t, d.text(".alert"), "has a new token")
	d = c.until(at+"/users", "application.provision.user.push")
	require.Empty(t, d.find("#play-said .alert"))

	s.control(t, "/faults", `[{"action":"status","status":503}]`)
	c.post(at+"/users/edit", url.Values{"of": {"ann@example.com"}, "username": {"ann@example.com"}, "firstName": {"Anna"}, "lastName": {"Holm"}})
	d = c.until(at+"/users", "of the last cycle failed")
	require.Contains(t, d.text("#play-said"), "Try now")
	require.Contains(t, d.text("#play-said"), "503")
}

func TestPlay_AddIsChecked(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	d := c.get(playPath + "/new?kind=entra&story=rename")
	d = d.submit("form.card", "story", "bulk-onboarding", "users", "5000", "groups", "x")
	require.Contains(t, d.text("#groups-error"), "from 1 on")
	d = d.submit("form.card", "groups", "3")
	require.Contains(t, d.text("#users-error"), "from 1 to 2000")
	d = d.submit("form.card", "story", "import", "users", "")
	require.Contains(t, d.text("#story-error"), "is not for Microsoft Entra ID")
	d = d.submit("form.card", "story", "", "baseUrl", "http://127.0.0.1:1/scim/v2")
	require.Contains(t, d.text("#token-error"), "is missing")
	require.Equal(t, "http://127.0.0.1:1/scim/v2", attribute(d.find("#baseUrl")[0], "value"))
	d = d.submit("form.card", "token", "secret")
	require.Equal(t, http.StatusOK, d.status)
	require.NotContains(t, d.body, "secret", "a token is not shown again")
	for i := range 9 {
		require.Equal(t, http.StatusOK, c.get(playPath+"/new").submit("form.card").status, i)
	}
	d = c.get(playPath + "/new").submit("form.card")
	require.Equal(t, http.StatusConflict, d.status)
	require.Contains(t, d.text(".alert"), "There are too many simulations")
	require.Contains(t, c.post(playPath+"/demo", url.Values{}).text(".alert"), "too many simulations")
	c.get("/admin/tenants/new").submit("form.card", "name", "Other")
	require.NotEmpty(t, c.get("/admin/tenants/2/play").find(".empty"), "another tenant sees none of it")
	for _, path := range []string{"", "/users", "/events"} {
		require.Equal(t, http.StatusNotFound, c.get("/admin/tenants/2/play/1"+path).status, path)
	}
	require.Equal(t, http.StatusNotFound, c.get(playPath+"/x").status)
}

func TestPlay_StoryHasTheDirectoryToItself(t *testing.T) {
	t.Parallel()
	c := signedIn(t, serve(t))
	story := c.get(playPath+"/new").submit("form.card", "story", "rename", "pace", "15s").at.Path
	at := strings.TrimSuffix(story, "/story")
	d := c.get(at + "/users")
	require.Contains(t, d.text("#play-said"), "rename, step")
	d = c.post(at+"/users/new", url.Values{"username": {"ann@example.com"}, "firstName": {"Ann"}, "lastName": {"Holm"}})
	require.Contains(t, d.text(".alert"), "Nothing was changed")
	require.Equal(t, story, d.at.Path)
	d = c.post(at+"/stop", url.Values{})
	require.Contains(t, d.text(".alert"), "The story was stopped")
	c.until(story, "Go on by hand")
	d = c.post(at+"/hurry", url.Values{})
	require.Contains(t, d.text(".alert"), "has ended already")
	require.Contains(t, c.get(playPath).text("tbody"), "rename, stopped")
	d = c.post(at+"/users/new", url.Values{"username": {"ann@example.com"}, "firstName": {"Ann"}, "lastName": {"Holm"}})
	require.Contains(t, d.text(".alert"), "Added ann@example.com.")
}
