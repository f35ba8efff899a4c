package idp_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

func TestArticle_Application_Added(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		_, err := d.AddApplication(idp.Application{Name: "cinode"})
		require.ErrorContains(t, err, "added already")
		d.ok(d.DeleteApplication(t.Context(), 1))
		require.Error(t, d.DeleteApplication(t.Context(), 1))
		for _, wrong := range []idp.Application{{}, {Name: "cinode", IDPURL: "sso"}, {Name: "cinode", BookmarkURL: "ftp://app.example.com"}} {
			_, err = d.AddApplication(wrong)
			var input *idp.InputError
			require.ErrorAs(t, err, &input)
		}
		app, err := d.AddApplication(idp.Application{
			Name: "Cinode", Description: "Consultants", Image: "https://example.com/logo.png", ShownInPortal: true,
			BookmarkURL: "https://app.cinode.com", IDPURL: "https://sso.jumpcloud.com/saml2/ours",
		})
		d.ok(err)
		require.Equal(t, "Cinode", app.DisplayLabel, "the name, where there is no label")
		require.Equal(t, app, d.View().Application)
		require.True(t, app.BookmarkActive)
		require.Equal(t, idp.PhaseAdded, d.Phase())
		_, err = d.EditApplication(func(a *idp.Application) { a.IDPURL = "" })
		require.ErrorContains(t, err, "SSO IdP URL cannot be edited")
		_, err = d.EditApplication(func(a *idp.Application) { a.ShownInPortal, a.BookmarkURL = false, "" })
		d.ok(err)
		require.False(t, d.View().Application.BookmarkActive)

		d.mark()
		d.ok(d.Configure(t.Context(), d.connection()))
		d.ok(d.Activate(t.Context()))
		record := string(d.event("idm_integration_activate").Record)
		require.Contains(t, record, `"display_label":"Cinode","sso_url":"https://sso.jumpcloud.com/saml2/ours"`)
	})
}

func TestArticle_GroupUnbound_SyncingStopsAtOnce(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	var inCycle func(*scimclient.Exchange)
	d := activated(t, srv, srv.TenantURL, idp.Options{OnExchange: func(x *scimclient.Exchange) {
		if inCycle != nil {
			inCycle(x)
		}
	}})
	d.team("One", "ann@example.com", "bo@example.com")
	for members, method := range []string{"POST", "PATCH"} {
		inCycle = func(x *scimclient.Exchange) {
			if x.Method == method && strings.Contains(x.URL, "/Groups") {
				inCycle = nil
				d.ok(d.Unbind("One"))
			}
		}
		d.sync()
		require.Nil(t, inCycle)
		require.Len(t, d.members("One"), members, "nothing came after it")
		d.sync()
		require.Equal(t, map[string]bool{"ann@example.com": false, "bo@example.com": false}, d.people())
		require.Zero(t, d.sync().Requests)
		d.ok(d.Bind("One"))
	}
	d.sync()
	require.Len(t, d.groupNames(), 1, "taken over again")
	require.Len(t, d.members("One"), 2)
}

func TestArticle_GroupManagementSwitchedOnAgain(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.team("One", "ann@example.com", "bo@example.com")
		d.sync()
		off := d.connection()
		off.Groups = false
		d.ok(d.Reconfigure(t.Context(), off))
		d.hire(person("cia@example.com"))
		d.ok(d.RenameGroup("One", "First"))
		d.ok(d.RemoveMembers("First", "bo@example.com"))
		d.ok(d.AddMembers("First", "cia@example.com"))
		d.sync()
		require.Equal(t, []string{"ann@example.com", "bo@example.com"}, d.members("One"))
		require.Equal(t, map[string]bool{"ann@example.com": true, "bo@example.com": false, "cia@example.com": true}, d.people())

		end := d.srv.Fault(scimtest.Fault{Action: "status", Status: 403, Path: "/Groups"})
		require.Error(t, d.Reconfigure(t.Context(), d.connection()), "groups are tested before they are managed")
		require.False(t, d.View().Connection.Groups)
		end()
		d.ok(d.Reconfigure(t.Context(), d.connection()))
		d.sync()
		require.Equal(t, []string{"First"}, d.groupNames())
		require.Equal(t, []string{"ann@example.com", "cia@example.com"}, d.members("First"))
	})
}

func TestArticle_DirectoryInsightsEvents_OnePerAttempt(t *testing.T) {
	t.Parallel()
	statement(t, func(d *desk) {
		t := d.t
		d.team("Consultants", "ann@example.com")
		d.mark()
		d.srv.Fault(scimtest.Fault{Action: "status", Status: 503, Methods: []string{"POST"}, Times: 3})
		d.sync()
		require.Equal(t, []string{
			"user_create_provision", "user_create_provision", "user_create_provision", "user_create_provision",
			"group_create_provision", "group_update_provision",
		}, d.types())
		for i, e := range d.events[:4] {
			require.Equal(t, i+1, e.Attempt)
			require.Equal(t, i == 3, e.Success)
			if i < 3 {
				require.Equal(t, 503, e.Status)
				require.Contains(t, string(e.Record), `"error_code":503`)
			} else {
				require.NotContains(t, string(e.Record), "error_")
			}
			require.Contains(t, e.Changes, idp.Change{Field: "name.givenName", To: "Ann"})
		}
	})
}

// All names of the article, and none that it does not have. Only `custom` deletes users.
func TestArticle_DirectoryInsightsEvents_Names(t *testing.T) {
	t.Parallel()
	for dialect, deletes := range map[string]bool{idp.DialectCinode: false, idp.DialectCustom: true} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			srv := scimtest.New(t)
			d := activated(t, srv, srv.URL, idp.Options{Dialect: dialect})
			d.team("One", "ann@example.com", "bo@example.com")
			d.group("Two", "ann@example.com")
			srv.Fault(scimtest.Fault{Action: "html", Methods: []string{"GET"}, Nth: 1})
			d.sync()
			_, err := d.EditUser("ann@example.com", func(u *idp.User) { u.JobTitle = "Lead" })
			d.ok(err)
			d.ok(d.DeleteUser("bo@example.com"))
			d.ok(d.DeleteGroup("Two"))
			d.sync()
			_, err = d.EditUser("ann@example.com", func(u *idp.User) { u.Suspended = true })
			d.ok(err)
			d.sync()
			c := d.connection()
			c.BaseURL = srv.TenantURL
			d.ok(d.Reconfigure(t.Context(), c))
			c.Token = d.newToken("second")
			d.ok(d.Reconfigure(t.Context(), c))
			d.ok(d.Deactivate(t.Context()))
			want := []string{
				"group_create_provision", "group_delete_provision", "group_update_provision",
				"idm_integration_activate", "idm_integration_delete", "idm_integration_reauth", "idm_integration_update",
				"user_create_provision", "user_deprovision", "user_lookup_provision", "user_update_provision",
			}
			if deletes {
				want = slices.Insert(want, 8, "user_delete_provision")
			}
			types := d.types()
			slices.Sort(types)
			require.Equal(t, want, slices.Compact(types))
		})
	}
}
