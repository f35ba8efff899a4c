package idp_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

func TestJumpCloud_DeletedInTheDirectory(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.Persona("rfc"))
	d := activated(t, srv, srv.URL, idp.Options{Dialect: idp.DialectCustom})
	d.team("One", "ann@example.com", "bo@example.com")
	d.sync()
	d.mark()
	d.ok(d.DeleteUser("ann@example.com"))
	d.sync()
	require.Equal(t, map[string]bool{"bo@example.com": true}, d.people(), "`custom` deletes")
	require.Equal(t, "user_delete_provision", d.types()[0])

	// A target that lacks DELETE gets the user deactivated.
	srv.Fault(scimtest.Fault{Action: "status", Status: 501, Methods: []string{"DELETE"}})
	d.mark()
	d.ok(d.DeleteUser("bo@example.com"))
	d.converge()
	require.Equal(t, map[string]bool{"bo@example.com": false}, d.people())
	require.False(t, d.event("user_delete_provision").Success)
	require.True(t, d.event("user_deprovision").Success)
	require.Empty(t, d.View().Users)
}

func TestJumpCloud_SuspendedThenDeleted(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.Persona("rfc"))
	d := activated(t, srv, srv.URL, idp.Options{Dialect: idp.DialectCustom})
	d.team("One", "ann@example.com")
	d.sync()
	_, err := d.EditUser("ann@example.com", func(u *idp.User) { u.Suspended = true })
	d.ok(err)
	d.sync()
	d.ok(d.DeleteUser("ann@example.com"))
	end := srv.Fault(scimtest.Fault{Action: "status", Status: 500, Methods: []string{"DELETE"}})
	report, err := d.Sync(t.Context())
	d.ok(err)
	require.True(t, report.Failed())
	end()
	d.converge()
	require.Empty(t, d.people(), "a DELETE that failed is not forgotten")
}

func TestJumpCloud_HiredAnewBeforeTheNextCycle(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{idp.DialectCinode, idp.DialectCustom} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			srv := scimtest.New(t)
			d := activated(t, srv, srv.URL, idp.Options{Dialect: dialect})
			d.team("One", "ann@example.com", "bo@example.com")
			d.group("Two", "ann@example.com")
			d.sync()
			d.ok(d.DeleteUser("ann@example.com"))
			d.hire(person("ann@example.com"))
			d.ok(d.AddMembers("One", "ann@example.com"))
			// The first cycle cannot deactivate, but adopts: then nobody is to be deactivated.
			end := srv.Fault(scimtest.Fault{Action: "status", Status: 400, Nth: 1})
			_, err := d.Sync(t.Context())
			d.ok(err)
			end()
			d.converge()
			require.True(t, d.people()["ann@example.com"])
			require.Equal(t, []string{"ann@example.com", "bo@example.com"}, d.members("One"))
			require.Empty(t, d.members("Two"), "the new one is not in it")
			require.Zero(t, d.sync().Requests)
		})
	}
}

func TestJumpCloud_GroupGoneFromTheTarget(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	d := activated(t, srv, srv.URL, idp.Options{})
	d.team("One", "ann@example.com")
	d.group("Two", "ann@example.com")
	d.sync()
	d.send("DELETE", "/Groups/"+srv.Group("One").ID, "")
	d.send("DELETE", "/Groups/"+srv.Group("Two").ID, "")
	d.ok(d.RenameGroup("One", "First"))
	d.ok(d.DeleteGroup("Two"))
	d.converge()
	require.Equal(t, []string{"First"}, d.groupNames(), "made again, and what is gone is deleted")
	require.Equal(t, []string{"ann@example.com"}, d.members("First"))

	// The last member leaves a group that is gone: it is not made for nobody.
	d.send("DELETE", "/Groups/"+srv.Group("First").ID, "")
	d.ok(d.RemoveMembers("First", "ann@example.com"))
	d.converge()
	require.Empty(t, d.groupNames())
	require.Zero(t, d.View().Pending)
}

func TestJumpCloud_AnotherTargetByURL(t *testing.T) {
	t.Parallel()
	first, second := scimtest.New(t), scimtest.New(t)
	d := activated(t, first, first.URL, idp.Options{})
	d.hire(person("ann@example.com"), person("bo@example.com"))
	d.group("One", "ann@example.com")
	d.group("Two", "bo@example.com")
	d.group("Three", "bo@example.com")
	d.sync()
	other := newDesk(t, second, second.URL, idp.Options{})
	for _, name := range []string{"x@example.com", "y@example.com", "z@example.com"} {
		other.stranger(name) // with the ids that the first gave to others
	}
	d.ok(d.DeleteGroup("Two"))
	d.ok(d.Unbind("Three"))
	d.ok(d.RenameGroup("One", "First"))
	d.ok(d.Deactivate(t.Context()))
	d.ok(d.Configure(t.Context(), idp.Connection{BaseURL: second.URL, Token: second.Token, Groups: true}))
	d.ok(d.Activate(t.Context()))
	end := second.Fault(scimtest.Fault{Action: "html", Methods: []string{"GET"}})
	report, err := d.Sync(t.Context())
	d.ok(err)
	require.True(t, report.Failed())
	end()
	d.converge()
	d.srv = second
	require.Equal(t, map[string]bool{"x@example.com": true, "y@example.com": true, "z@example.com": true, "ann@example.com": true}, d.people(),
		"nobody else was touched")
	require.Equal(t, []string{"First"}, d.groupNames())
	require.Equal(t, []string{"ann@example.com"}, d.members("First"))
}

func TestJumpCloud_ImportGoesOnThroughFaults(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	mails := map[string][]byte{}
	var stages []string
	d := activated(t, srv, srv.URL, idp.Options{
		OnMail:     func(name string, message []byte) { mails[name] = message },
		OnProgress: func(stage string, _, _ int) { stages = append(stages, stage) },
	})
	for i := range 130 {
		d.stranger(string(rune('a'+i/26)) + string(rune('a'+i%26)) + "@example.com")
	}
	srv.Fault(scimtest.Fault{Action: "status", Status: 503, Every: 2})
	list, err := d.Candidates(t.Context())
	d.ok(err)
	require.Len(t, list, 131, "and the test user")
	var ids []string
	for _, c := range list {
		if c.Active {
			ids = append(ids, c.ID)
		}
	}
	result, err := d.Import(t.Context(), ids)
	d.ok(err)
	require.Len(t, result.Imported, 130)
	require.Contains(t, string(mails[result.Mail]), "Imported: 130")
	require.Empty(t, d.Mails())
	require.Contains(t, stages, "import")

	// A page of HTML with a 200 stays what it is; one with a 502 is asked for again.
	for status, test := range map[int]struct {
		says     string
		requests int
	}{200: {"cannot be read", 1}, 502: {"was answered 502 with a body that is no JSON", 5}} {
		srv.ClearFaults()
		srv.Fault(scimtest.Fault{Action: "html", Status: status})
		mark := d.mark()
		_, err = d.Import(t.Context(), ids)
		require.ErrorContains(t, err, test.says)
		require.Len(t, d.since(mark), test.requests)
		require.Equal(t, []string{"user_import"}, d.types())
		require.False(t, d.event("user_import").Success)
	}
}

// A list may have somebody twice, without a userName, or with addresses of all kinds.
func TestJumpCloud_ImportFromABrokenTarget(t *testing.T) {
	t.Parallel()
	w := &wire{}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	p, err := idp.New(idp.Options{Kind: idp.JumpCloud, Dialect: idp.DialectCustom, Client: scimclient.Options{UserAgent: "mine"}})
	require.NoError(t, err)
	t.Cleanup(p.Close)
	_, err = p.AddApplication(idp.Application{Name: "any"})
	require.NoError(t, err)
	require.NoError(t, p.Configure(t.Context(), idp.Connection{BaseURL: server.URL, Token: "secret"}))
	require.NoError(t, p.Activate(t.Context()))

	w.lists(`{"totalResults":4,"Resources":[{"id":"1","userName":"ann"},{"id":"1","userName":"ann"},{"id":"2"},` +
		`{"id":"3","userName":"bo","emails":[{"value":"a"},{"type":"work","value":"b"},{"primary":true,"value":"c"},1]}]}`)
	list, err := p.Candidates(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 3, "each once")
	result, err := p.Import(t.Context(), []string{"1", "2", "3"})
	require.NoError(t, err)
	require.Len(t, result.Imported, 2)
	require.Contains(t, result.Failed[0].Error, "username is missing")
	require.Equal(t, "c", p.View().Users[1].Email)

	w.lists(`{"totalResults":1,"Resources":[{"id":7,"userName":"cia"}]}`)
	_, err = p.Candidates(t.Context())
	require.ErrorContains(t, err, "whose id is no string")

	w.lists(`{"totalResults":1000000,"Resources":[{"id":"7","userName":"cia"}]}`)
	_, err = p.Candidates(t.Context())
	require.ErrorContains(t, err, "the pages of the list repeat")
}
