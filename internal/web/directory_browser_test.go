package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDirectory_ByHandInTheBrowser(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		ann := s.newUser(t, "ann@example.com", "Ann", "")
		s.newUser(t, "bob@example.com", "Bob", "")
		group := s.newGroup(t, "Engineers", ann)
		p := open(t, s, usersPath)
		p.press("/")
		p.await(`document.activeElement.name === "q"`)
		p.fill("[data-search]", "ann")
		p.press("\r")
		p.await(`location.search.includes("q=ann") && document.querySelectorAll("td.title").length === 1`)
		p.click("td.title a")
		p.wait(".directory-attributes")
		p.click(`.actions a[href$="/disconnect"]`)
		p.wait("#dialog[open] form.confirm")
		p.axe("the question")
		p.click("#dialog button.danger")
		p.wait(".alert.success")
		require.Equal(t, usersPath+"/"+ann, p.path())
		require.Contains(t, p.text("#history"), "administrator\nDisconnected")
		p.click(`.actions a[href$="/release"]`)
		p.wait("#userName")
		p.click("form.card button.primary")
		p.wait(".alert.success")
		require.Contains(t, p.text(".alert.success"), "released-"+ann)
		p.click(`.actions form button`)
		p.await(`document.querySelector(".alert.success")?.innerText.includes("Reconnected")`)
		p.click(`.actions a[href$="/delete"]`)
		p.click("#dialog button.danger")
		p.await(`location.pathname.endsWith("/users") && document.querySelectorAll("td.title").length === 1`)

		p.visit(groupsPath + "/" + group)
		require.Contains(t, p.text("#members"), "Nobody is in it")
		p.click(".actions a[data-confirm]")
		p.click("#dialog button.danger")
		p.await(`location.pathname.endsWith("/provisioning") && document.querySelector(".empty") !== null`)
	})
}

func TestProvisioning_InTheBrowser(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		p := open(t, s, teamsPath)
		p.click(".actions .primary")
		p.fill("#name", "Platform")
		p.press("\r")
		p.wait(".alert.success")
		p.click(`a[href*="provisioning/new"]`)
		p.fill("#displayName", "Platform People")
		p.click("form.card button.primary")
		p.wait(".alert.success")
		require.Contains(t, p.text("tbody"), "Platform People")
		require.Contains(t, p.text("tbody"), "awaited")
		p.click(`.tabs a[href$="/mappings"]`)
		p.click(`input[value="EmploymentStartDate"]`)
		p.click("form.card button.primary")
		p.wait(".alert.success")
		require.True(t, eval[bool](p, `document.querySelector("input[value=EmploymentStartDate]").checked`))
		p.click(`.tabs a[href$="/persona"]`)
		p.wait("select[name=switch-bulk]")
		eval[string](p, `document.querySelector("select[name=switch-bulk]").value = "on"`)
		p.click(".stays .primary")
		p.wait("tr.own")
		require.Contains(t, p.text("tr.own"), "set here")
		p.click(`.tabs a[href$="/deviations"]`)
		p.click("form.card button")
		p.await(`document.querySelector("form.card")?.innerText.includes("strict")`)
	})
}

// seeded is a server with people and groups of every kind of name.
func seeded(t *testing.T) (s *site, ann, disconnected, group string) {
	t.Helper()
	s = serve(t, "--max-deviations=3")
	boss := s.newUser(t, "boss@example.com", "Margareta Åkerlund", "")
	c := signedIn(t, s)
	c.get(provisioningPath+"/mappings").submit("form.card", "mapping", "EmployeeNumber")
	ann = s.newUser(t, "anna.svensson@example.com", "Anna Svensson", `,"externalId":"E-1017","title":"Engineer",
		"addresses":[{"type":"work","locality":"Stockholm"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"1017"}`)
	arabic := s.newUser(t, "mohammad@example.com", "محمد بن عبد الرحمن", "")
	long := s.newUser(t, strings.Repeat("very-long-name-", 12)+"@example.com", strings.Repeat("Wolfeschlegelsteinhausenbergerdorff", 5), "")
	for i := range 12 {
		s.newUser(t, fmt.Sprintf("person%02d@example.com", i), fmt.Sprintf("Person %02d", i), "")
	}
	group = s.newGroup(t, "Engineers", boss, arabic, long)
	s.newGroup(t, strings.Repeat("A group with a very long name ", 6), ann)
	s.newGroup(t, "قسم الهندسة", arabic)
	s.provision(t, "PATCH", "/Users/"+ann, fmt.Sprintf(patch, `{"op":"Replace","path":"title","value":"Architect"},{"op":"replace","path":"addresses[type eq \"work\"].locality","value":"Göteborg"}`))
	s.provision(t, "PATCH", "/Groups/"+group, fmt.Sprintf(patch, `{"op":"add","path":"members","value":[{"value":"`+ann+`"}]}`))
	s.newUser(t, "no-mail", "No Mail", "")
	c.post(usersPath+"/"+arabic+"/disconnect", nil)
	c.post(usersPath+"/"+ann+"/disconnect", nil)
	c.post(usersPath+"/"+ann+"/reconnect", nil)
	c.get(rolesPath+"/new").submit("form.card", "name", "Approver")
	role := c.get(rolesPath)
	link := c.get(c.get(role.link("Approver")).link("Link a group"))
	link.submit("form.card", "displayName", "Approvers of everything", "objectId", "5b1c2f0e-7c0a-4b7e-9f55-0d9a5a1f3b11")
	c.get(provisioningPath+"/persona").submit("form.stacked", "switch-bulk", "on")
	return s, ann, arabic, group
}

func TestDirectory_Review(t *testing.T) {
	t.Parallel()
	s, ann, disconnected, group := seeded(t)
	c := signedIn(t, s)
	team := c.get(c.get(groupsPath + "/" + group).link("Engineers"))
	reviewAll(t, s, view{"users", usersPath}, view{"user", usersPath + "/" + ann}, view{"groups", groupsPath}, view{"group", groupsPath + "/" + group},
		view{"teams", teamsPath}, view{"team", team.at.Path}, view{"team-form", teamsPath + "/new"}, view{"release", usersPath + "/" + disconnected + "/release"})
}

func TestProvisioning_Review(t *testing.T) {
	t.Parallel()
	s, _, _, _ := seeded(t)
	var views []view
	for _, name := range []string{"", "/new", "/mappings", "/persona", "/deviations"} {
		views = append(views, view{"provisioning" + strings.ReplaceAll(name, "/", "-"), provisioningPath + name})
	}
	reviewAll(t, s, views...)
}

func TestDirectory_ReviewOfNothing(t *testing.T) {
	t.Parallel()
	reviewAll(t, serve(t), view{"empty-users", usersPath}, view{"empty-groups", groupsPath}, view{"empty-teams", teamsPath}, view{"empty-provisioning", provisioningPath})
}
