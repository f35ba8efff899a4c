package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGroups_MembersLinkAndHistory(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		c := signedIn(t, s)
		require.Contains(t, c.get(groupsPath).text(".empty"), "No groups yet")
		var ids []string
		for i := range 60 {
			ids = append(ids, s.newUser(t, fmt.Sprintf("u%d@example.com", i), fmt.Sprintf("User %02d", i), ""))
		}
		group := s.newGroup(t, "Everybody", ids...)
		s.newGroup(t, "Others")
		d := c.get(groupsPath).submit("form.search", "q", "EVERY")
		require.Contains(t, d.text("tbody"), "Everybody 60 Everybody Team")
		d = c.get(groupsPath + "/" + group)
		require.Len(t, d.find("td.title"), 50)
		require.Contains(t, d.text("main"), "It shows the members of this page; a client gets all 60.")
		require.Contains(t, d.text("#history"), "POST /Groups 201")
		d.requireSound()
		require.Contains(t, c.get(d.link("Show all of it")).body, `"display": "User 59"`)
		d = c.get(d.link("Next page"))
		require.Len(t, d.find("td.title"), 10)
		require.Equal(t, http.StatusNotFound, c.get(groupsPath+"/"+ids[0]).status, "a user is no group")

		d = c.get(d.link("Remove the link")).submit("form.confirm")
		require.Equal(t, "Removed the link of Everybody.", d.text(".alert"))
		status, _ := s.answerOf(t, "GET", "/Groups/"+group, "")
		require.Equal(t, http.StatusNotFound, status)
		d = c.get(teamsPath)
		require.Contains(t, d.text("tbody"), "Everybody 60 no group", "the Team and its members stay")
	})
}

func TestProvisioning_LinkedBeforehand(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		c := signedIn(t, s)
		d := c.get(rolesPath+"/new").submit("form.card", "name", " ")
		require.Contains(t, d.text("#name-error"), "Give the Role a name")
		d = d.submit("form.card", "name", "Approver")
		require.Equal(t, "Created Approver.", d.text(".alert"))
		d = c.get(d.link("Link a group"))
		d.requireSound()
		d = d.submit("form.card", "displayName", "", "unit", "")
		require.Contains(t, d.text("#displayName-error"), "Give the display name")
		require.Contains(t, d.text("#unit-error"), "Choose")
		unit := ""
		for _, o := range d.find("option") {
			if strings.HasPrefix(attribute(o, "value"), "Role ") {
				unit = attribute(o, "value")
			}
		}
		d = d.submit("form.card", "displayName", "Approvers", "objectId", "o-1", "unit", unit)
		require.Equal(t, "Linked Approvers to Approver.", d.text(".alert"))
		require.Contains(t, d.text("tbody"), "Approvers o-1 Approver Role awaited")
		d = c.get(provisioningPath+"/new").submit("form.card", "displayName", "Approvers", "objectId", "o-1", "unit", unit)
		require.Equal(t, http.StatusUnprocessableEntity, d.status)
		require.Contains(t, d.text("#displayName-error"), "linked already")

		ann := s.newUser(t, "ann@example.com", "Ann", "")
		group := s.provision(t, "POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Approvers","externalId":"o-1","members":[{"value":"`+ann+`"}]}`)
		d = c.get(groupsPath + "/" + group)
		require.NotContains(t, d.text("main"), "awaited")
		require.Contains(t, d.text("#history"), "administrator Link created")
		d = c.get(usersPath + "/" + ann)
		require.Contains(t, d.text("main"), "Roles Approver")
		d = c.get(d.link("Approver"))
		require.Contains(t, d.text("main"), "1 holder")
		require.Contains(t, d.text("tbody"), "Ann ann@example.com")
		d = c.get(d.link("Rename")).submit("form.card", "name", "Signer")
		require.Equal(t, "It is called Signer now.", d.text(".alert"))
		require.Contains(t, d.text("#history"), "administrator Changed")
		d = c.get(d.link("Delete"))
		require.Contains(t, d.text("form.confirm"), "What is linked to it goes too: Approvers.")
		d = d.submit("form.confirm")
		require.Equal(t, "Deleted Signer.", d.text(".alert"))
		require.Contains(t, d.text(".empty"), "No Roles yet")
	})
}

func TestProvisioning_PersonaMappingsDeviations(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		c := signedIn(t, s)
		d := c.get(provisioningPath+"/mappings").submit("form.card", "mapping", "EmployeeNumber")
		require.Equal(t, "Saved the attribute mappings.", d.text(".alert"))
		extension := `,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"17"}`
		ann := s.newUser(t, "ann@example.com", "Ann", extension)
		require.Contains(t, c.get(usersPath+"/"+ann).text(".directory-attributes"), "enterprise:2.0:User:employeeNumber 17 EmployeeNumber")

		s.newUser(t, "bob", "Bob", "")
		d = c.get(provisioningPath + "/deviations")
		require.Contains(t, d.text("tbody"), "username-not-email a userName is no e-mail address 1")
		require.Contains(t, d.text("main"), "--max-deviations allows 5")
		d = d.submit("form.card")
		require.Contains(t, d.text("form.card"), "strict")
		d = c.get(provisioningPath + "/persona")
		require.Contains(t, d.text("main"), "all as the persona has them")
		require.Contains(t, d.text("main"), "by strict")
		require.Equal(t, http.StatusNotImplemented, s.put(t))
		form := "form.stacked"
		d = d.submit(form, "strict", "", "switch-put-groups", "on")
		require.Contains(t, d.text(".alert"), "Saved")
		require.Contains(t, d.text("main"), "1 set here, against the default")
		require.NotEqual(t, http.StatusNotImplemented, s.put(t))
		d = d.submit(form, "reset", "switches", "persona", "rfc")
		require.Contains(t, d.text("main"), "all as the persona has them")
		require.Contains(t, d.text(".topbar"), "rfc")
		require.Equal(t, http.StatusBadRequest, c.post(provisioningPath+"/persona", map[string][]string{"persona": {"none"}}).status)
		for _, path := range []string{"/mappings", "/persona", "/deviations", "/new"} {
			c.get(provisioningPath + path).requireSound()
		}
	}, "--max-deviations=5")
}

// put tries PUT of a group that is not there.
func (s *site) put(t *testing.T) int {
	t.Helper()
	status, _ := s.answerOf(t, "PUT", "/Groups/999999", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"X"}`)
	return status
}
