package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

const playPath = "/admin/tenants/1/play"

// addPlay adds a simulation without a story, and gives its address.
func addPlay(t *testing.T, c *client, kind string) string {
	t.Helper()
	d := c.get(playPath+"/new").submit("form.card", "kind", kind)
	require.Equal(t, http.StatusOK, d.status, d.body)
	at, _, found := strings.Cut(d.at.Path, "/application")
	require.True(t, found, d.at.Path)
	return at
}

// links are the texts of the links of a page that lead to an address with a part.
func (d *document) links(part string) []*html.Node {
	var list []*html.Node
	for _, a := range d.find("a") {
		if strings.Contains(attribute(a, "href"), part) {
			list = append(list, a)
		}
	}
	return list
}

// until asks for a page again and again until it says something: what is sent is sent
// in the background.
func (c *client) until(path, words string) *document {
	c.t.Helper()
	var d *document
	require.Eventually(c.t, func() bool {
		d = c.get(path)
		return strings.Contains(d.text("main"), words)
	}, patience, 50*time.Millisecond, "%s never says %q", path, words)
	return d
}

func TestPlay_JumpCloudWithoutScripts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		c := signedIn(t, s)
		require.Contains(t, c.get(playPath).text(".empty"), "Try it without an IdP")
		at := addPlay(t, c, "jumpcloud")

		d := c.get(at + "/application")
		require.Contains(t, d.text(".play-screen"), "+ Add New Application")
		require.Contains(t, c.get(at+"/application/catalogue?q=nothing").text(".play-screen"), "No application is called that")
		require.NotEmpty(t, c.get(at+"/application/catalogue").links("/application/new"))
		d = c.get(at+"/application/new").submit("form.card", "displayLabel", "Cinode, våra konsulter", "description", "Staff", "bookmarkUrl", "no address", "idpUrl", "https://sso.jumpcloud.com/saml2/cinode")
		require.Equal(t, http.StatusUnprocessableEntity, d.status)
		require.Contains(t, d.text("#bookmarkUrl-error"), "is no address")
		require.Equal(t, "Staff", attribute(d.find("#description")[0], "value"), "what was typed is kept")
		d = d.submit("form.card", "bookmarkUrl", "https://app.cinode.com/acme")
		require.Contains(t, d.text(".play-screen"), "Configure Application")
		require.Contains(t, d.text(".play-screen"), "https://sso.jumpcloud.com/saml2/cinode")

		c.jumpCloudIsActivated(t, at)
		c.jumpCloudProvisions(t, at)
		c.jumpCloudIsRemoved(t, at)
	})
}

func (c *client) jumpCloudIsActivated(t *testing.T, at string) {
	t.Helper()
	d := c.get(at + "/application?tab=identity")
	require.Contains(t, d.text("form.card"), "Enable management of User Groups and Group Membership in this application")
	d = d.submit("form.card")
	require.Contains(t, d.text("form.card"), "Use this server")
	d = d.submit("form.card", "baseUrl", "http://127.0.0.1:1/scim/v2")
	require.Equal(t, http.StatusUnprocessableEntity, d.status)
	require.Contains(t, d.text("#token-error"), "own is for")
	d = d.submit("form.card", "baseUrl", c.site.url+"/scim/tenants/1/v2", "token", "wrong-token")
	require.Equal(t, http.StatusUnprocessableEntity, d.status)
	require.NotContains(t, d.body, "wrong-token", "a token is not shown again")
	require.Contains(t, d.text("#token-error"), "Type the token again")
	require.Contains(t, d.text(".play-screen"), "There was a problem activating identity management")
	require.Contains(t, d.text(".play-screen"), "401")
	d = c.get(at+"/application?tab=identity&configure=1&groups=on&here=1").submit("form.card", "token", "")
	require.Contains(t, d.text(".alert"), "was verified and is active")
	require.Contains(t, d.text(".play-live"), "idm_integration_activate")
	require.Contains(t, d.text(".play-live"), "/Groups")
	d.requireSound()
}

func (c *client) jumpCloudProvisions(t *testing.T, at string) {
	t.Helper()
	d := c.get(at+"/users/new").submit("form.card", "username", "", "firstName", "Ann", "lastName", "")
	require.Contains(t, d.text("#username-error"), "ann@example.com")
	require.Contains(t, d.text("#lastName-error"), "a last name")
	d = d.submit("form.card", "username", "ann@example.com", "lastName", "Holm")
	require.Contains(t, d.text(".alert"), "until a bound user group")
	d = c.get(at+"/users/new").submit("form.card", "username", "ANN@example.com", "firstName", "Other", "lastName", "Holm")
	require.Contains(t, d.text("#username-error"), "is taken")

	d = c.post(at+"/groups/new", url.Values{"name": {"Engineers"}, "members": {"ann@example.com"}})
	require.Contains(t, d.text(".play-table"), "not provisioned")
	require.Contains(t, c.get(at+"/application?tab=groups").text(".play-ticks"), "Engineers")
	d = c.post(at+"/application/groups", url.Values{"shown": {"Engineers"}, "bound": {"Engineers"}})
	require.Contains(t, d.text(".alert"), "1 user group has changed")
	d = c.until(at+"/users", "Added ann@example.com to Engineers")
	require.Contains(t, d.text(".play-table"), "provisioned")
	require.Contains(t, d.text(".play-live"), "ann@example.com Active")
	require.Contains(t, d.text(".play-live"), "Engineers 1 in it Engineers", "the group and its Team")

	d = c.get(at+"/groups/edit?name=Engineers").submit("form.card", "to", "Builders")
	require.Equal(t, "Builders", d.text("h1"))
	c.until(at+"/log", "Renamed group Builders")
	d = c.get(at+"/users/edit?username=ann%40example.com").submit("form.card", "lastName", "Holm Ek")
	require.Contains(t, d.text(".alert"), "Saved ann@example.com.")
	c.until(at+"/log", "Updated user ann@example.com")
	d = c.post(at+"/users/suspend", url.Values{"username": {"ann@example.com"}, "suspended": {"true"}, "back": {at + "/users"}})
	require.Equal(t, at+"/users", d.at.Path)
	d = c.until(at+"/users", "Deactivated user ann@example.com")
	require.Contains(t, d.text(".play-live"), "Disconnected")
	c.post(at+"/users/suspend", url.Values{"username": {"ann@example.com"}, "suspended": {"false"}})
	c.until(at+"/users", "Reactivated user ann@example.com")
	d = c.get(at + "/groups/delete?name=Builders")
	require.Contains(t, d.text("form.confirm"), "deleted in Cinode too")
	d.submit("form.confirm")
	d = c.until(at+"/log", "Deleted group Builders")
	require.Contains(t, d.text(".play-live"), "group gone")
	d = c.get(at + "/users/delete?username=ann%40example.com").submit("form.confirm")
	require.Contains(t, d.text(".play-screen"), "The directory is empty")
	require.Equal(t, http.StatusNotFound, c.get(at+"/users/edit?username=nobody").status)
	require.Equal(t, http.StatusNotFound, c.get(at+"/groups/edit?name=none").status)
}

func (c *client) jumpCloudIsRemoved(t *testing.T, at string) {
	t.Helper()
	d := c.get(at + "/application/bookmark").submit("form.confirm")
	require.Contains(t, d.text(".alert"), "The bookmark was deactivated.")
	d = d.submit("form.card", "displayLabel", "Staff", "bookmarkUrl", "")
	require.Equal(t, "Staff", d.text("h1"))
	d = c.get(at + "/application/deactivate")
	require.Contains(t, d.text("form.confirm"), "Users and groups stay")
	d = d.submit("form.confirm")
	require.Contains(t, d.text(".alert"), "was deactivated; its users and groups are left as they are")
	d = c.get(at+"/application/delete").submit("form.card", "number", "2")
	require.Contains(t, d.text("#number-error"), "is 1, not 2")
	d = d.submit("form.card", "number", "x")
	require.Contains(t, d.text("#number-error"), "which is 1")
	d = d.submit("form.card", "number", "1")
	require.Contains(t, d.text(".play-screen"), "No applications yet")
	d = c.get(at + "/delete").submit("form.confirm")
	require.Contains(t, d.text(".alert"), "Deleted JumpCloud 1.")
	require.Equal(t, http.StatusNotFound, c.get(at+"/users").status)
}
