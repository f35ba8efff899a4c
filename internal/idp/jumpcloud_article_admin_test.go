package idp_test

import (
	"fmt"
	"net/mail"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
)

func TestArticle_Import_ListsNewAndImported(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.team("Consultants", "ann@example.com")
		d.sync()
		d.stranger("new+1@example.com")
		list, err := d.Candidates(t.Context())
		d.ok(err)
		states := map[string]idp.CandidateState{}
		for _, c := range list {
			states[c.Username] = c.State
		}
		require.Equal(t, idp.CandidateImported, states["ann@example.com"])
		require.Equal(t, idp.CandidateNew, states["new+1@example.com"])
		sorted := idp.NewFirst(list)
		require.Equal(t, idp.CandidateImported, sorted[len(sorted)-1].State, "new ones are at the top")
		require.Equal(t, idp.CandidateNew, sorted[0].State)
		require.Len(t, sorted, len(list))
	})
}

// stranger makes an account that JumpCloud knows nothing of.
func (d *desk) stranger(username string) string {
	d.t.Helper()
	id, ok := d.send("POST", "/Users", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"externalId":"E-1",`+
		`"title":"Lead","name":{"givenName":"Ny","familyName":"Ek"},"addresses":[{"type":"work","locality":"Lund"}]}`, username))["id"].(string)
	require.True(d.t, ok)
	return id
}

func TestArticle_Import_UnderAHundredInRealTime(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		id := d.stranger("new+1@example.com")
		d.mark()
		result, err := d.Import(t.Context(), []string{id, "99", id})
		d.ok(err)
		require.Len(t, result.Imported, 1)
		require.Len(t, result.Skipped, 1)
		require.Equal(t, "99", result.Failed[0].ID)
		require.Contains(t, result.Warning, "members of no bound group")
		require.Empty(t, result.Mail)
		require.Empty(t, d.Mails())
		require.Equal(t, []string{"user_import", "user_import"}, d.types())
		u := d.View().Users[0]
		require.Equal(t, "new+1@example.com", u.Username, "as it is, not its local part")
		require.Equal(t, []string{"Ny", "Ek", "Lead", "Lund", "E-1"}, []string{u.FirstName, u.LastName, u.JobTitle, u.WorkCity, u.EmployeeID})
		require.True(t, u.Imported)
		list, err := d.Candidates(t.Context())
		d.ok(err)
		require.Equal(t, idp.CandidateImported, list[len(list)-1].State)
	})
}

func TestArticle_Import_MoreByMail(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		var ids []string
		for i := range 120 {
			ids = append(ids, d.stranger(fmt.Sprintf("u%03d@example.com", i)))
		}
		ids = append(ids, "99999")
		result, err := d.Import(t.Context(), ids)
		d.ok(err)
		require.Len(t, result.Imported, 120, "page by page")
		require.Len(t, d.Mails(), 1)
		require.Equal(t, result.Mail, d.Mails()[0].Name)
		message, err := mail.ReadMessage(strings.NewReader(string(d.Mails()[0].Message)))
		d.ok(err)
		for _, name := range []string{"From", "To", "Date", "Subject", "Message-Id"} {
			require.NotEmpty(t, message.Header.Get(name), name)
		}
		text := string(d.Mails()[0].Message)
		require.Contains(t, text, "u119@example.com")
		require.Contains(t, text, "99999: the application has no such user")
		require.Contains(t, text, "Warning: 120 imported users")
	})
}

func TestArticle_Import_ImportedUsersMustBeInABoundGroup(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		id := d.stranger("new@example.com")
		_, err := d.Import(t.Context(), []string{id})
		d.ok(err)
		mark := d.mark()
		_, err = d.EditUser("new@example.com", func(u *idp.User) { u.JobTitle = "Head" })
		d.ok(err)
		d.sync()
		require.Empty(t, d.since(mark), "nothing is sent about who is not bound")
		require.True(t, d.View().Users[0].Unmanaged)

		d.group("Consultants", "new@example.com")
		mark = d.mark()
		d.sync()
		require.Equal(t, []string{`GET /Users userName eq "new@example.com"`, "PUT /Users/" + id}, d.since(mark)[:2])
		require.Equal(t, "Head", d.srv.User("new@example.com").Get("title"))
		require.Equal(t, 1, d.posts()["new@example.com"], "JumpCloud did not make a second one")
	})
}

func TestArticle_Application(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		app := d.View().Application
		require.Equal(t, "https://sso.jumpcloud.com/saml2/cinode", app.IDPURL, "the default")
		require.True(t, app.BookmarkActive)
		_, err := d.EditApplication(func(a *idp.Application) { a.IDPURL += "2" })
		require.ErrorContains(t, err, "cannot be edited")
		_, err = d.EditApplication(func(a *idp.Application) {
			a.DisplayLabel, a.Description, a.Image, a.ShownInPortal = "Cinode, ours", "Consultants", "#00aa88", true
		})
		d.ok(err)
		d.mark()
		d.ok(d.DeactivateBookmark())
		require.Error(t, d.DeactivateBookmark(), "it is off")
		require.Equal(t, idp.PhaseActive, d.Phase(), "provisioning goes on without the bookmark")

		require.Error(t, d.DeleteApplication(t.Context(), 2), "one application is to be deleted, not two")
		d.ok(d.DeleteApplication(t.Context(), 1))
		require.Equal(t, idp.PhaseNone, d.Phase())
		record := string(d.event("idm_integration_delete").Record)
		require.Contains(t, record, `"display_label":"Cinode, ours"`)
		require.Contains(t, record, `"sso_url":"https://sso.jumpcloud.com/saml2/cinode"`)
	})
}

func TestArticle_Configuring(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		require.Equal(t, []string{"idm_integration_activate"}, d.types(), "statement has activated it")
		require.True(t, d.event("idm_integration_activate").Success)
		require.Contains(t, d.Confirmation(idp.Activate), "with Our Cinode was verified")
		require.Empty(t, d.people())
		require.Empty(t, d.groupNames(), "the test group is gone")
		for _, u := range d.srv.Users() {
			require.False(t, u.Active(), "the test user is disconnected")
		}
		later := newDesk(t, d.srv, d.base, idp.Options{})
		require.Equal(t, idp.PhaseAdded, later.Phase(), "configured later")
		require.ErrorContains(t, later.Configure(t.Context(), idp.Connection{BaseURL: d.base + "/", Token: "t"}), "slash")
		require.ErrorContains(t, later.Configure(t.Context(), idp.Connection{BaseURL: d.base}), "token is missing")
		without := d.connection()
		without.Groups = false
		mark := d.mark()
		d.ok(later.Configure(t.Context(), without))
		d.ok(later.Activate(t.Context()))
		for _, line := range d.since(mark) {
			require.NotContains(t, line, "/Groups", "groups are not managed")
		}
	})
}

func TestArticle_Configuring_TheTestUserExists(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	d := activated(t, srv, srv.TenantURL, idp.Options{TestUser: "probe@example.com"})
	d.ok(d.Deactivate(t.Context()))
	mark := d.mark()
	err := d.Activate(t.Context())
	var verify *idp.VerifyError
	require.ErrorAs(t, err, &verify)
	require.Equal(t, "There was a problem activating identity management", verify.Message)
	require.ErrorContains(t, err, "probe@example.com exists in the application already")
	require.Equal(t, idp.PhaseConfigured, d.Phase())
	require.False(t, d.event("idm_integration_activate").Success)
	require.Len(t, d.since(mark), 3, "nothing was made, nothing is cleaned up")
}

func TestArticle_Removing(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.team("Consultants", "ann@example.com")
		d.sync()
		mark := d.mark()
		d.ok(d.Deactivate(t.Context()))
		require.Equal(t, []string{"idm_integration_delete"}, d.types())
		require.Contains(t, d.Confirmation(idp.Remove), "with Our Cinode was deactivated")
		_, err := d.Sync(t.Context())
		require.ErrorIs(t, err, idp.ErrNotActive)
		_, err = d.Candidates(t.Context())
		require.ErrorIs(t, err, idp.ErrNotActive)
		require.Empty(t, d.since(mark))
		require.Equal(t, map[string]bool{"ann@example.com": true}, d.people(), "left as they are")
		require.Equal(t, []string{"ann@example.com"}, d.members("Consultants"))
	})
}

func TestArticle_ChangingTheToken(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.team("Consultants", "ann@example.com")
		d.sync()
		for _, name := range []string{"second", "third"} {
			c := d.connection()
			c.Token = d.newToken(name)
			d.ok(d.Deactivate(t.Context()))
			d.ok(d.Configure(t.Context(), c))
			d.ok(d.Activate(t.Context()))
			d.sync()
			requests := d.srv.Requests()
			require.Equal(t, name, requests[len(requests)-1].Token)
		}
		require.Equal(t, 1, d.posts()["ann@example.com"])
		require.Len(t, d.srv.Users(), 4, "three test users, each with an address of its own")
	})
}

func TestArticle_ChangingTheToken_WhileActive(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.mark()
		c := d.connection()
		c.Token = "csc_wrong"
		require.Error(t, d.Reconfigure(t.Context(), c))
		failed := d.event("idm_integration_reauth")
		require.False(t, failed.Success)
		require.Equal(t, 401, failed.Status)
		require.Contains(t, string(failed.Record), `"error_code":401`)
		d.team("Consultants", "ann@example.com")
		d.sync() // with the old one

		c.Token = d.newToken("second")
		d.ok(d.Reconfigure(t.Context(), c))
		require.True(t, d.event("idm_integration_reauth").Success)
		require.NotContains(t, string(d.event("idm_integration_reauth").Record), c.Token)
	})
}

func TestArticle_EditingTheBaseURLWhileActive(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.team("Consultants", "ann@example.com", "bo@example.com")
		d.sync()
		d.ok(d.RemoveMembers("Consultants", "bo@example.com"))
		d.mark()
		c := d.connection()
		if c.BaseURL = d.srv.URL; d.base == d.srv.URL {
			c.BaseURL = d.srv.TenantURL
		}
		d.ok(d.Reconfigure(t.Context(), c))
		require.Equal(t, []idp.Change{{Field: "baseUrl", From: d.base, To: c.BaseURL}}, d.event("idm_integration_update").Changes)
		d.sync()
		require.Equal(t, map[string]bool{"ann@example.com": true, "bo@example.com": false}, d.people())
		require.Equal(t, []string{"ann@example.com"}, d.members("Consultants"))
		require.Equal(t, 1, d.posts()["ann@example.com"], "found again by name")
		require.Zero(t, d.sync().Requests)
	})
}

func TestArticle_DirectoryInsightsEvents(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.hire(person("ann@example.com"), idp.User{Username: "nameless@example.com"})
		d.group("Consultants", "ann@example.com", "nameless@example.com")
		d.mark()
		report, err := d.Sync(t.Context())
		d.ok(err)
		require.Len(t, report.Failures, 1)
		failed := d.event("user_create_provision")
		require.False(t, failed.Success)
		require.Contains(t, failed.Error, "Value is missing")
		id := d.View().Application.ID
		record := string(failed.Record)
		for _, part := range []string{
			`{"@version":"1","id":"`, `"event_type":"user_create_provision","service":"directory","provider":null,"organization":"`,
			`"success":false,"initiated_by":{"id":"`, `"resource":{"id":"` + failed.Object.ID + `","type":"user","username":"nameless@example.com"}`,
			`"application":{"id":"` + id + `","name":"cinode","display_label":"Our Cinode","sso_url":"https://sso.jumpcloud.com/saml2/cinode"}`,
			`"changes":[{"field":"active","from":"","to":"true"},{"field":"userName","from":"","to":"nameless@example.com"}]`,
			`"error_message":"POST /scim/`, `"error_code":400`,
		} {
			require.Contains(t, record, part)
		}
		require.NotContains(t, d.types(), "user_lookup_provision", "which is for trouble alone")

		d.mark()
		end := d.srv.Fault(scimtest.Fault{Action: "html", Methods: []string{"GET"}, Path: "/Users"})
		_, err = d.Sync(t.Context())
		d.ok(err)
		require.Contains(t, d.types(), "user_lookup_provision")
		end()
	})
}
