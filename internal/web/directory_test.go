package web_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

const (
	usersPath        = "/admin/tenants/1/users"
	groupsPath       = "/admin/tenants/1/groups"
	teamsPath        = "/admin/tenants/1/teams"
	rolesPath        = "/admin/tenants/1/roles"
	provisioningPath = "/admin/tenants/1/provisioning"
)

// provision sends a SCIM request as a client of tenant 1, and gives the id in the
// answer.
func (s *site) provision(t *testing.T, method, path, body string) string {
	t.Helper()
	status, answer := s.answerOf(t, method, path, body)
	require.Less(t, status, 300, answer)
	var resource struct {
		ID string `json:"id"`
	}
	if answer != "" {
		require.NoError(t, json.Unmarshal([]byte(answer), &resource))
	}
	return resource.ID
}

func (s *site) answerOf(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+"/scim/tenants/1/v2"+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer one")
	r.Header.Set("Content-Type", "application/scim+json")
	r.Header.Set("User-Agent", "Okta SCIM Client 1.0.0")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return answer.StatusCode, string(text)
}

// newUser provisions a user; display is what follows in the body.
func (s *site) newUser(t *testing.T, userName, display, more string) string {
	t.Helper()
	return s.provision(t, "POST", "/Users", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,
		"name":{"givenName":"Given","familyName":"Family"},"displayName":%q,"active":true%s}`, userName, display, more))
}

func (s *site) newGroup(t *testing.T, name string, members ...string) string {
	t.Helper()
	var list []string
	for _, m := range members {
		list = append(list, `{"value":"`+m+`"}`)
	}
	return s.provision(t, "POST", "/Groups", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":%q,"members":[%s]}`, name, strings.Join(list, ",")))
}

const patch = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[%s]}`

func TestUsers_SearchAndPages(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		c := signedIn(t, s)
		require.Contains(t, c.get(usersPath).text(".empty"), "No users yet")
		ann := s.newUser(t, "ann@example.com", "Åsa Ann", `,"externalId":"E-17"`)
		for i := range 60 {
			s.newUser(t, fmt.Sprintf("p%02d@example.com", i), fmt.Sprintf("Person %02d", i), "")
		}
		s.provision(t, "DELETE", "/Users/"+ann, "")
		d := c.get(usersPath)
		require.Equal(t, "All 61 Active 60 Disconnected 1", d.text(".tabs"))
		require.Len(t, d.find("td.title"), 50)
		require.Contains(t, d.text("tbody"), "Person 59 p59@example.com", "the newest first")
		require.Empty(t, d.find("[rel]prev"))
		next := d.link("Next page")
		d = c.get(next)
		require.Len(t, d.find("td.title"), 11)
		back := c.get(d.link("Previous page"))
		require.Len(t, back.find("td.title"), 50)
		require.Equal(t, next, back.link("Next page"), "both ways lead to the same pages")
		for q, want := range map[string]int{"P0": 10, "person 1": 10, "åsa": 1, "E-17": 1, "e-17": 0, ann: 1, "Ann@": 1, "%": 0, "\x00": 0} {
			d = c.get(usersPath + "?q=" + url.QueryEscape(q))
			require.Equal(t, http.StatusOK, d.status, q)
			require.Len(t, d.find("td.title"), want, q)
		}
		d = c.get(usersPath+"?status=Disconnected").submit("form.search", "q", "p")
		require.Contains(t, d.text(".empty"), "Nobody is found")
		require.Equal(t, "Disconnected", d.at.Query().Get("status"), "the search keeps the status")
		require.Equal(t, http.StatusBadRequest, c.get(usersPath+"?after=x").status)
	})
}

// link is the address of a link with that text.
func (d *document) link(text string) string {
	d.client.t.Helper()
	for _, a := range d.find("a") {
		if a.FirstChild != nil && strings.TrimSpace(a.FirstChild.Data) == text {
			return attribute(a, "href")
		}
	}
	require.Fail(d.client.t, "no link "+text, d.body)
	return ""
}

func TestUsers_DetailAndByHand(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		c := signedIn(t, s)
		boss := s.newUser(t, "boss@example.com", "The Boss", "")
		ann := s.newUser(t, "ann@example.com", "Ann", `,"title":"Engineer"`)
		group, gone := s.newGroup(t, "Engineers", boss), s.newGroup(t, "Gone", ann)
		s.provision(t, "PATCH", "/Users/"+ann, fmt.Sprintf(patch, `{"op":"replace","path":"title","value":"Architect"}`))
		s.provision(t, "PATCH", "/Groups/"+group, fmt.Sprintf(patch, `{"op":"add","path":"members","value":[{"value":"`+ann+`"}]}`))
		d := c.get(usersPath + "/" + ann)
		require.Equal(t, "Ann", d.text("h1"))
		require.Contains(t, d.text(".directory-attributes"), "userName ann@example.com Email")
		require.Contains(t, d.text(".directory-json"), `"title": "Architect"`)
		require.Contains(t, d.text("main"), "Teams Engineers")
		history := d.text("#history")
		require.Contains(t, history, "PATCH /Users/"+ann+" 200 Okta")
		require.Contains(t, history, "title Engineer → Architect")
		require.Contains(t, history, "member of Engineers no → yes")
		links := slices.DeleteFunc(d.find("a"), func(a *html.Node) bool { return attribute(a, "href") != groupsPath+"/"+group })
		require.Len(t, links, 2, "of the groups and of the history")
		require.Contains(t, history, "POST /Users 201")
		require.NotContains(t, history, "boss@example.com")
		d.requireSound()
		s.provision(t, "DELETE", "/Groups/"+gone, "")
		require.Contains(t, c.get(usersPath+"/"+ann).text("#history"), "member of group "+gone+" no → yes")

		d = d.submitTo(usersPath+"/"+ann+"/disconnect", "form.confirm")
		require.Equal(t, "Disconnected Ann.", d.text(".alert"))
		require.Contains(t, d.text("#history"), "administrator Disconnected")
		d = c.get(usersPath + "/" + ann + "/release")
		d.requireSound()
		d = d.submit("form.card", "userName", "boss@example.com")
		require.Equal(t, http.StatusUnprocessableEntity, d.status)
		require.Contains(t, d.text("#userName-error"), "another user's")
		d = d.submit("form.card", "userName", "")
		require.Contains(t, d.text(".alert"), "released-"+ann+"-ann@example.com")
		status, _ := s.answerOf(t, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@example.com","name":{"givenName":"A","familyName":"B"}}`)
		require.Equal(t, http.StatusCreated, status, "the e-mail is free")
		d = c.post(usersPath+"/"+ann+"/reconnect", url.Values{})
		require.Equal(t, "Reconnected Ann.", d.text(".alert"))
		require.Equal(t, http.StatusConflict, c.get(usersPath+"/"+ann+"/release").status)
		d = c.get(usersPath + "/" + ann + "/delete").submit("form.confirm")
		require.Equal(t, "Deleted Ann.", d.text(".alert"))
		require.Equal(t, http.StatusNotFound, c.get(usersPath+"/"+ann).status)
		status, _ = s.answerOf(t, "GET", "/Users/"+ann, "")
		require.Equal(t, http.StatusNotFound, status)

		s.control(t, "/tenants", `{"name":"Other"}`)
		for _, path := range []string{usersPath + "/" + boss, groupsPath + "/" + group, usersPath + "/" + boss + "/json"} {
			require.Equal(t, http.StatusNotFound, c.get(strings.Replace(path, "tenants/1", "tenants/2", 1)).status, "another tenant's: %s", path)
		}
		require.NotContains(t, c.get("/admin/tenants/2/users?q=boss").text("main"), "boss@")
	})
}

// submitTo opens a page and sends a form of it.
func (d *document) submitTo(path, selector string) *document {
	d.client.t.Helper()
	return d.client.get(path).submit(selector)
}
