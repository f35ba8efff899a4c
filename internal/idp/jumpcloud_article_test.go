package idp_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// The tests of this file and of jumpcloud_article_admin_test.go are named after the
// statements of the article "Integrate with Cinode" about JumpCloud, in its order.

func TestArticle_AttributesSent(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.hire(idp.User{
			Username: "ann@example.com", Email: "ann@mail.example.com", FirstName: "Ann", LastName: "Berg", DisplayName: "Annie",
			EmployeeID: "E-17", JobTitle: "Lead", Department: "Ops", WorkCity: "Lund", WorkStreet: "Main 1", WorkPhone: "1", Locale: "sv",
		}, person("bo"))
		d.group("Consultants", "ann@example.com", "bo")
		d.sync()

		sent := d.srv.Requests(scimtest.Match{Method: "POST", Path: "/Users", Body: scimtest.JSON(`{"userName":"ann@example.com"}`)})[0].Sent
		want := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@example.com","externalId":"E-17","active":true,` +
			`"name":{"givenName":"Ann","familyName":"Berg"},"addresses":[{"type":"work","locality":"Lund"}],"title":"Lead"}`
		require.Equal(t, want, string(sent.Body))
		u := d.srv.User("ann@example.com")
		require.Equal(t, "E-17", u.Get("externalId"), "employeeIdentifier")
		require.Equal(t, "Ann", u.Get("name", "givenName"))
		require.Equal(t, "Berg", u.Get("name", "familyName"))
		require.Equal(t, "Lead", u.Get("title"))
		require.Equal(t, "Lund", u.Get("addresses", "0", "locality"))
		require.Equal(t, "Lund", u.Get("addresses", "0", "formatted"), "which Cinode makes of it")
		require.True(t, u.Active())
		require.Equal(t, "Consultants", d.srv.Group("Consultants").DisplayName)

		bare := d.srv.Requests(scimtest.Match{Method: "POST", Path: "/Users", Body: scimtest.JSON(`{"userName":"bo"}`)})[0].Sent
		want = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bo","active":true,` +
			`"name":{"givenName":"Bo","familyName":"Berg"}}`
		require.Equal(t, want, string(bare.Body), "no employee id, no externalId")
	})
}

func TestArticle_AttributesSent_JobTitleUnderItsOwnName(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	d := activated(t, srv, srv.TenantURL, idp.Options{JobTitle: "jobTitle"})
	u := person("ann@example.com")
	u.JobTitle = "Lead"
	d.hire(u)
	d.group("Consultants", "ann@example.com")
	d.sync()
	require.Equal(t, "Lead", srv.User("ann@example.com").Get("title"))
	require.NotEmpty(t, srv.Requests(scimtest.Match{Method: "POST", Deviation: "jobtitle-for-title"}))
}

func TestArticle_Users_Create(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.hire(person("ann@example.com"), person("out@example.com"))
		d.group("Consultants", "ann@example.com")
		mark := d.mark()
		d.sync()
		require.Equal(t, map[string]bool{"ann@example.com": true}, d.people(), "bound groups alone give access")
		require.Equal(t, []string{
			`GET /Users userName eq "ann@example.com"`, "POST /Users", `GET /Groups displayName eq "Consultants"`, "POST /Groups",
			"PATCH /Groups/" + d.srv.Group("Consultants").ID,
		}, d.since(mark))
		require.Equal(t, []string{"user_create_provision", "group_create_provision", "group_update_provision"}, d.types())
		require.Contains(t, d.event("user_create_provision").Changes, idp.Change{Field: "userName", To: "ann@example.com"})
		require.Zero(t, d.sync().Requests, "nothing is left to send")
	})
}

func TestArticle_Users_Update(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		u := person("ann@example.com")
		u.WorkCity, u.JobTitle = "Lund", "Lead"
		d.hire(u)
		d.group("Consultants", "ann@example.com")
		d.sync()
		mark := d.mark()
		_, err := d.EditUser("ann@example.com", func(u *idp.User) { u.JobTitle, u.WorkCity = "Head", "" })
		d.ok(err)
		d.sync()
		id := d.srv.User("ann@example.com").ID
		require.Equal(t, []string{"PUT /Users/" + id}, d.since(mark))
		require.Equal(t, "Head", d.srv.User("ann@example.com").Get("title"))
		require.Nil(t, d.srv.User("ann@example.com").Get("addresses", "0"), "what was cleared is gone")
		require.Equal(t, []idp.Change{
			{Field: "title", From: "Lead", To: "Head"}, {Field: "addresses.locality", From: "Lund"},
		}, d.event("user_update_provision").Changes)

		mark = d.mark()
		_, err = d.EditUser("ann@example.com", func(u *idp.User) { u.Department = "not mapped" })
		d.ok(err)
		d.sync()
		require.Empty(t, d.since(mark))
	})
}

func TestArticle_Users_Deactivate(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.team("Consultants", "ann@example.com", "bo@example.com", "cia@example.com")
		d.sync()
		id := d.srv.User("ann@example.com").ID
		d.mark()
		_, err := d.EditUser("ann@example.com", func(u *idp.User) { u.Suspended = true })
		d.ok(err)
		d.ok(d.RemoveMembers("Consultants", "bo@example.com"))
		d.ok(d.DeleteUser("cia@example.com"))
		d.sync()
		require.Equal(t, map[string]bool{"ann@example.com": false, "bo@example.com": false, "cia@example.com": false}, d.people())
		require.Equal(t, []string{"ann@example.com"}, d.members("Consultants"), "a suspended user stays a member")
		require.Equal(t, idp.Change{Field: "active", From: "true", To: "false"}, d.event("user_deprovision").Changes[0])
		require.NotContains(t, d.types(), "user_delete_provision")
		require.Empty(t, d.srv.Requests(scimtest.Match{Method: "DELETE", Path: "/Users/" + id}))
		require.Len(t, d.View().Users, 2, "the directory has forgotten who was deleted")

		_, err = d.EditUser("ann@example.com", func(u *idp.User) { u.Suspended = false })
		d.ok(err)
		d.ok(d.AddMembers("Consultants", "bo@example.com"))
		d.hire(person("cia@example.com"))
		d.ok(d.AddMembers("Consultants", "cia@example.com"))
		d.sync()
		require.Equal(t, map[string]bool{"ann@example.com": true, "bo@example.com": true, "cia@example.com": true}, d.people())
		require.Equal(t, id, d.srv.User("ann@example.com").ID, "reactivated under the same id")
		require.Equal(t, 1, d.posts()["cia@example.com"], "hired anew and found again")
	})
}

func TestArticle_Groups_EmptyOnesAreNotCreated(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.hire(person("ann@example.com"))
		d.group("Consultants")
		mark := d.mark()
		d.sync()
		require.Empty(t, d.since(mark))
		d.ok(d.AddMembers("Consultants", "ann@example.com"))
		d.sync()
		require.Equal(t, []string{"ann@example.com"}, d.members("Consultants"), "made when the first member comes")
		d.ok(d.RemoveMembers("Consultants", "ann@example.com"))
		d.sync()
		require.Empty(t, d.members("Consultants"), "kept when the last one leaves")
	})
}

func TestArticle_Groups_OneOfTheSameNameIsTakenOver(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		stranger := d.send("POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"old@example.com","name":{"givenName":"O","familyName":"L"}}`)
		old := d.send("POST", "/Groups", fmt.Sprintf(
			`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Consultants","members":[{"value":%q}]}`, stranger["id"]))
		d.team("Consultants", "ann@example.com")
		d.mark()
		d.sync()
		require.Equal(t, []string{"Consultants"}, d.groupNames())
		require.Equal(t, old["id"], d.srv.Group("Consultants").ID)
		require.Equal(t, []string{"ann@example.com", "old@example.com"}, d.members("Consultants"), "whoever was in it stays")
		require.NotContains(t, d.types(), "group_create_provision")
		require.Contains(t, d.types(), "group_update_provision")
	})
}

func TestArticle_Groups_EveryBoundOneIsSyncedAtEachChange(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.team("One", "ann@example.com", "bo@example.com")
		d.group("Two", "bo@example.com")
		d.sync()
		one, two := "PATCH /Groups/"+d.srv.Group("One").ID, "PATCH /Groups/"+d.srv.Group("Two").ID
		mark := d.mark()
		d.ok(d.RemoveMembers("One", "ann@example.com"))
		d.ok(d.AddMembers("Two", "ann@example.com"))
		d.sync()
		require.Equal(t, []string{one, one, two, two}, d.since(mark), "adds are repeated")
		remove := d.srv.Requests(scimtest.Match{Method: "PATCH", Body: scimtest.JSON(`{"Operations":[{"op":"remove"}]}`)})
		require.Len(t, remove, 1)
		want := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members","value":[{"value":"` +
			d.srv.User("ann@example.com").ID + `"}]}]}`
		require.Equal(t, want, string(remove[0].Sent.Body))
		require.Equal(t, []string{"bo@example.com"}, d.members("One"))
		require.Equal(t, []string{"ann@example.com", "bo@example.com"}, d.members("Two"))
		event := d.event("group_update_provision")
		require.Equal(t, "Two", event.Object.Name)
		require.Equal(t, "ann@example.com", event.Member.Name)

		mark = d.mark()
		d.ok(d.RenameGroup("Two", "Second"))
		d.sync()
		require.Len(t, d.since(mark), 4, "a rename and all members of both")
	})
}

func TestArticle_Groups_RenamingWorks(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.team("Consultants", "ann@example.com")
		d.sync()
		id := d.srv.Group("Consultants").ID
		d.mark()
		d.ok(d.RenameGroup("Consultants", "Advisers"))
		d.sync()
		require.Equal(t, id, d.srv.Group("Advisers").ID)
		require.Equal(t, []string{"Advisers"}, d.groupNames())
		require.Equal(t, []string{"group_update_provision", "group_update_provision"}, d.types())
		body := d.srv.Requests(scimtest.Match{Method: "PATCH", Body: scimtest.JSON(`{"Operations":[{"value":{"displayName":"Advisers"}}]}`)})[0].Sent.Body
		want := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"displayName":"Advisers"}}]}`
		require.Equal(t, want, string(body))
	})
}

func TestArticle_GroupUnbound(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.team("One", "ann@example.com", "bo@example.com", "cia@example.com")
		d.group("Two", "bo@example.com")
		_, err := d.AddGroup(idp.Group{Name: "Not bound", Members: []string{"cia@example.com"}})
		d.ok(err)
		d.sync()
		mark := d.mark()
		d.ok(d.Unbind("One"))
		d.ok(d.RenameGroup("One", "First"))
		d.sync()
		require.Equal(t, []string{"ann@example.com", "bo@example.com", "cia@example.com"}, d.members("One"), "left as it is")
		require.Equal(t, map[string]bool{"ann@example.com": false, "bo@example.com": true, "cia@example.com": false}, d.people(),
			"another bound group still holds one")
		require.Equal(t, []string{"user_deprovision", "user_deprovision"}, d.types())
		require.Len(t, d.since(mark), 2)

		d.ok(d.RenameGroup("First", "One"))
		d.ok(d.Bind("One"))
		d.sync()
		require.Len(t, d.groupNames(), 2, "taken over again")
		require.True(t, d.people()["ann@example.com"])
	})
}

func TestArticle_GroupDeleted(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.team("One", "ann@example.com", "bo@example.com")
		d.group("Two", "bo@example.com")
		d.sync()
		d.mark()
		d.ok(d.DeleteGroup("One"))
		d.sync()
		require.Equal(t, []string{"Two"}, d.groupNames())
		require.Equal(t, map[string]bool{"ann@example.com": false, "bo@example.com": true}, d.people())
		require.Contains(t, d.types(), "group_delete_provision")
		require.Contains(t, d.types(), "user_deprovision")
		require.Zero(t, d.sync().Requests)
	})
}

func TestArticle_GroupManagementSwitchedOff(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.team("One", "ann@example.com", "bo@example.com")
		d.group("Two", "ann@example.com")
		d.sync()
		d.mark()
		off := d.connection()
		off.Groups = false
		d.ok(d.Reconfigure(t.Context(), off))
		require.Equal(t, []string{"idm_integration_update"}, d.types())
		require.Equal(t, []idp.Change{{Field: "groups", From: "true", To: "false"}}, d.event("idm_integration_update").Changes)
		mark := d.mark()
		d.ok(d.DeleteUser("bo@example.com"))
		d.ok(d.DeleteGroup("Two"))
		d.ok(d.RenameGroup("One", "First"))
		_, err := d.EditUser("ann@example.com", func(u *idp.User) { u.JobTitle = "Lead" })
		d.ok(err)
		d.sync()
		require.Equal(t, []string{"ann@example.com", "bo@example.com"}, d.members("One"), "left as they are")
		require.Equal(t, []string{"ann@example.com"}, d.members("Two"))
		require.Equal(t, "Lead", d.srv.User("ann@example.com").Get("title"), "users are still managed")
		require.False(t, d.people()["bo@example.com"])
		require.Equal(t, []string{"user_deprovision", "user_update_provision"}, d.types(), "no group_ event")
		require.Len(t, d.since(mark), 2)
	})
}
