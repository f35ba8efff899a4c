package idp_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// enough is how often an administrator tries again.
const enough = 100

// converge runs cycles until nothing is left to do.
func (d *desk) converge() {
	d.t.Helper()
	for range enough {
		report, err := d.Sync(d.t.Context())
		if err != nil {
			require.ErrorIs(d.t, err, idp.ErrUnreachable)
			continue
		}
		if !report.Failed() {
			require.Zero(d.t, d.View().Pending)
			return
		}
	}
	require.Fail(d.t, "cycles do not converge")
}

// activates activates until it succeeds; each failure tells the administrator why.
func (d *desk) activates() {
	d.t.Helper()
	for range enough {
		err := d.Activate(d.t.Context())
		if err == nil {
			return
		}
		var verify *idp.VerifyError
		require.ErrorAs(d.t, err, &verify)
		require.NotEmpty(d.t, verify.Err.Error())
	}
	require.Fail(d.t, "the activation does not converge")
}

func TestJumpCloud_ConvergesThroughFaults(t *testing.T) {
	t.Parallel()
	lost := new(true)
	faults := map[string]scimtest.Fault{
		"503":                      {Action: "status", Status: 503},
		"500 after the write":      {Action: "status", Status: 500, Execute: lost},
		"reset":                    {Action: "reset"},
		"reset after the write":    {Action: "reset", Execute: lost},
		"truncated":                {Action: "truncate"},
		"409 although new":         {Action: "conflict"},
		"409 after the write":      {Action: "conflict", Execute: lost},
		"204 instead of 200":       {Action: "no-content"},
		"HTML":                     {Action: "html"},
		"stale":                    {Action: "stale", For: 300 * time.Millisecond},
		"429":                      {Action: "throttle", RetryAfter: new(0)},
		"another content type":     {Action: "content-type"},
		"duplicates in lists":      {Action: "duplicate"},
		"401 now and then":         {Action: "status", Status: 401},
		"404 although it is there": {Action: "status", Status: 404},
	}
	for name, fault := range faults {
		for _, dialect := range []string{idp.DialectCinode, idp.DialectCustom} {
			t.Run(name+" in "+dialect, func(t *testing.T) {
				t.Parallel()
				srv := scimtest.New(t)
				d := newDesk(t, srv, srv.TenantURL, idp.Options{Dialect: dialect})
				fault.Percent, fault.Seed = 10, 5
				srv.Fault(fault)
				d.ok(d.Configure(t.Context(), d.connection()))
				d.activates()
				d.career()
				srv.ClearFaults()
				d.converge()
				d.afterCareer()
				d.faultsPlayed(fault.Action)
				d.allKnown()
			})
		}
	}
}

// career is what happens in a company, with a cycle or more after each step.
var career = []func(d *desk){
	func(d *desk) {
		for i := range 8 {
			d.hire(person(employee(i)))
		}
		d.group("All", employee(0), employee(1), employee(2), employee(3), employee(4), employee(5), employee(6), employee(7))
		d.group("Some", employee(4), employee(5), employee(6), employee(7))
		d.group("Few", employee(0), employee(7))
	},
	func(d *desk) {
		_, err := d.EditUser(employee(3), func(u *idp.User) { u.JobTitle = "Lead" })
		d.ok(err)
		d.ok(d.RenameGroup("Some", "Others"))
		d.ok(d.RemoveMembers("All", employee(2)))
	},
	func(d *desk) {
		d.ok(d.DeleteUser(employee(7)))
		d.ok(d.Unbind("All"))
		d.ok(d.DeleteGroup("Few"))
	},
	func(d *desk) {
		d.ok(d.AddMembers("Others", employee(1)))
		d.hire(person(employee(7)))
		d.ok(d.AddMembers("Others", employee(7)))
	},
}

func employee(i int) string { return fmt.Sprintf("u%d@example.com", i) }

func (d *desk) career() {
	d.t.Helper()
	for _, step := range career {
		step(d)
		d.converge()
	}
}

// afterCareer checks what the server has in the end.
func (d *desk) afterCareer() {
	d.t.Helper()
	require.Equal(d.t, map[string]bool{
		"u0@example.com": false, "u1@example.com": true, "u2@example.com": false, "u3@example.com": false,
		"u4@example.com": true, "u5@example.com": true, "u6@example.com": true, "u7@example.com": true,
	}, d.people())
	require.Equal(d.t, "Lead", d.srv.User("u3@example.com").Get("title"))
	require.Len(d.t, d.srv.Users(), len(d.people())+d.testUsers(), "nobody twice")
	require.Equal(d.t, []string{"u1@example.com", "u4@example.com", "u5@example.com", "u6@example.com", "u7@example.com"}, d.members("Others"))
	groups := d.srv.Groups()
	count := map[string]int{}
	for _, g := range groups {
		count[g.DisplayName]++
	}
	require.Equal(d.t, 1, count["All"])
	require.Equal(d.t, 1, count["Others"])
	require.Zero(d.t, count["Few"]+count["Some"])
}

// faultsPlayed sees that the test was one. Lists that are too short for a page two, and
// read once, have no duplicates and are never stale.
func (d *desk) faultsPlayed(action string) {
	d.t.Helper()
	if action == "duplicate" || action == "stale" {
		return
	}
	n := 0
	for _, r := range d.srv.Requests() {
		if r.Fault != "" {
			n++
		}
	}
	require.Positive(d.t, n)
}

func (d *desk) testUsers() int {
	n := 0
	for _, u := range d.srv.Users() {
		if _, hired := d.people()[u.UserName]; !hired {
			n++
		}
	}
	return n
}

func TestJumpCloud_TokenDiesMidCycle(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	d := activated(t, srv, srv.TenantURL, idp.Options{})
	var names []string
	for i := range 30 {
		names = append(names, fmt.Sprintf("u%02d@example.com", i))
		d.hire(person(names[i]))
	}
	d.group("All", names...)
	end := srv.Fault(scimtest.Fault{Action: "status", Status: 401, Nth: 25})
	again := srv.Fault(scimtest.Fault{Action: "status", Status: 401, Methods: []string{"POST"}})
	_, err := d.Sync(t.Context())
	require.ErrorIs(t, err, idp.ErrUnreachable, "it does not go on for ever")
	end()
	again()
	d.converge()
	require.Len(t, d.people(), 30)
	require.Len(t, d.members("All"), 30)
}

func TestJumpCloud_SomebodyElseTidiesTheTarget(t *testing.T) {
	t.Parallel()
	for _, persona := range []string{"cinode", "rfc"} {
		t.Run(persona, func(t *testing.T) {
			t.Parallel()
			srv := scimtest.New(t, scimtest.Persona(persona))
			d := activated(t, srv, srv.TenantURL, idp.Options{})
			d.hire(person("ann@example.com"), person("bo@example.com"), person("cia@example.com"))
			d.group("One", "ann@example.com", "bo@example.com")
			d.group("Two", "cia@example.com")
			d.sync()
			d.erase(srv.User("ann@example.com").ID)
			d.erase(srv.User("bo@example.com").ID)
			d.send("DELETE", "/Groups/"+srv.Group("One").ID, "")
			_, err := d.EditUser("ann@example.com", func(u *idp.User) { u.JobTitle = "Lead" })
			d.ok(err)
			d.ok(d.DeleteUser("bo@example.com"))
			d.ok(d.RemoveMembers("Two", "cia@example.com"))
			d.ok(d.AddMembers("One", "cia@example.com"))
			d.converge()
			require.Equal(t, "Lead", srv.User("ann@example.com").Get("title"), "made again")
			require.Equal(t, map[string]bool{"ann@example.com": true, "cia@example.com": true}, d.people())
			require.Equal(t, []string{"ann@example.com", "cia@example.com"}, d.members("One"))
			require.Equal(t, 2, d.posts()["ann@example.com"])
			require.Equal(t, 1, d.posts()["bo@example.com"])
			require.Zero(t, d.sync().Requests)
		})
	}
}

// erase removes a user for good, as an administrator of Cinode does by hand.
func (d *desk) erase(id string) {
	d.t.Helper()
	request := adminRequest(d, "DELETE", "/tenants/1/users/"+id)
	require.Less(d.t, request, 300)
}

func TestJumpCloud_AConflictIsNoSecondCreate(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	d := activated(t, srv, srv.TenantURL, idp.Options{})
	d.team("One", "ann@example.com")
	end := srv.Fault(scimtest.Fault{Action: "conflict", Path: "/Users", Detail: ""})
	d.mark()
	report, err := d.Sync(t.Context())
	d.ok(err)
	require.Len(t, report.Failures, 1)
	require.Equal(t, 409, report.Failures[0].Status)
	require.Contains(t, report.Failures[0].Error, "uniqueness")
	require.Len(t, srv.Requests(scimtest.Match{Method: "POST", Body: scimtest.JSON(`{"userName":"ann@example.com"}`)}), 1)
	require.Equal(t, 409, d.event("user_create_provision").Status)
	end()
	d.stranger("ann@example.com") // somebody was faster
	d.sync()
	require.True(t, d.people()["ann@example.com"])
}
