package idp_test

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// bases runs a test on the base URL that names the tenant and on the one that does not.
func bases(t *testing.T, run func(t *testing.T, tenant bool)) {
	t.Helper()
	for name, tenant := range map[string]bool{"tenant": true, "non-tenant": false} {
		t.Run(name, func(t *testing.T) { t.Parallel(); run(t, tenant) })
	}
}

func base(srv *scimtest.Server, tenant bool) string {
	if tenant {
		return srv.TenantURL
	}
	return srv.URL
}

// known fails where the journal has not recognised a client.
func known(t *testing.T, srv *scimtest.Server, client string) {
	t.Helper()
	for _, r := range srv.Requests() {
		require.Equal(t, client, r.Client, r.String())
	}
}

func people(n int) []idp.User {
	list := make([]idp.User, n)
	for i := range list {
		name := fmt.Sprintf("p%d", i)
		list[i] = idp.User{Username: name + "@corp.example", FirstName: "P" + name, LastName: "Berg", Email: name + "@corp.test"}
	}
	return list
}

func names(list []idp.User) []string {
	out := make([]string, len(list))
	for i, u := range list {
		out[i] = u.Username
	}
	return out
}

func TestEntra_JoinerMoverLeaver(t *testing.T) {
	t.Parallel()
	for _, o := range []idp.Options{
		{Kind: idp.Entra}, {Kind: idp.Entra, AADOptIn: true}, {Kind: idp.Entra, MatchBy: "externalId"}, {Kind: idp.Entra, Dialect: "cinode"},
	} {
		t.Run(fmt.Sprintf("%s%t%s", o.MatchBy, o.AADOptIn, o.Dialect), func(t *testing.T) {
			t.Parallel()
			bases(t, func(t *testing.T, tenant bool) {
				t.Helper()
				entraLife(t, scimtest.New(t, scimtest.Persona("rfc")), tenant, o)
			})
		})
	}
}

func entraLife(t *testing.T, srv *scimtest.Server, tenant bool, o idp.Options) {
	t.Helper()
	p := connected(t, base(srv, tenant), srv.Token, o)
	joiner := ida
	joiner.JobTitle, joiner.WorkCity, joiner.Department, joiner.Manager = "Consultant", "Malmö", "R&D", bea.Username
	hired(t, p, joiner, bea)
	grouped(t, p, "Ops", ida.Username, bea.Username)
	synced(t, p)
	user := srv.User(ida.Username)
	require.True(t, user.Active())
	require.Equal(t, "Malmö", user.Get("addresses", "0", "locality"))
	require.Len(t, srv.Group("Ops").Members, 2)
	if o.Dialect == "" {
		require.Equal(t, srv.User(bea.Username).ID, user.Get("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "manager", "value"))
		require.Equal(t, "ida@corp.test", user.Get("emails", "0", "value"))
	}

	edited(t, p, ida.Username, func(u *idp.User) {
		u.JobTitle, u.WorkCity, u.LastName, u.Manager = "Lead", "Lund", "Vale-Ek", ""
		u.Username, u.Email = "ida.vale@corp.example", "ida.vale@corp.test"
	})
	require.NoError(t, p.RenameGroup("Ops", "Ops EU"))
	synced(t, p)
	user = srv.User("ida.vale@corp.example")
	require.Equal(t, "Lead", user.Get("title"))
	require.Equal(t, "Lund", user.Get("addresses", "0", "locality"))
	require.Equal(t, "Vale-Ek", user.Get("name", "familyName"))
	require.Nil(t, user.Get("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "manager", "value"))
	require.Len(t, srv.Group("Ops EU").Members, 2)

	// She leaves, and the group with her as a member stays.
	edited(t, p, "ida.vale@corp.example", func(u *idp.User) { u.Assigned = false })
	require.NoError(t, p.RemoveMembers("Ops EU", "ida.vale@corp.example"))
	synced(t, p)
	require.False(t, srv.User("ida.vale@corp.example").Active())
	require.Equal(t, []string{srv.User(bea.Username).ID}, srv.Group("Ops EU").Members)

	// She is hired again under the same object, and has her account.
	edited(t, p, "ida.vale@corp.example", func(u *idp.User) { u.Assigned = true })
	synced(t, p)
	require.Equal(t, user.ID, srv.User("ida.vale@corp.example").ID)
	require.True(t, srv.User("ida.vale@corp.example").Active())

	// Deleted, restored, deleted for good.
	require.NoError(t, p.DeleteUser("ida.vale@corp.example"))
	synced(t, p)
	require.False(t, srv.User("ida.vale@corp.example").Active())
	require.NoError(t, p.RestoreUser("ida.vale@corp.example"))
	synced(t, p)
	require.True(t, srv.User("ida.vale@corp.example").Active())
	require.NoError(t, p.DeleteUser("ida.vale@corp.example"))
	synced(t, p)
	synced(t, p)
	require.Len(t, srv.Users(), 1)

	require.NoError(t, p.Unbind("Ops EU"))
	synced(t, p)
	require.Empty(t, srv.Groups())
	require.Empty(t, synced(t, p).Done)
	known(t, srv, "Entra ID")
}

// Microsoft's tutorial for Cinode, against what Cinode documents of itself.
func TestEntra_OnCinode(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{"cinode", "custom"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			bases(t, func(t *testing.T, tenant bool) { t.Helper(); entraOnCinode(t, tenant, dialect) })
		})
	}
}

func entraOnCinode(t *testing.T, tenant bool, dialect string) {
	t.Helper()
	srv := scimtest.New(t)
	p := connected(t, base(srv, tenant), srv.Token, idp.Options{Kind: idp.Entra, Dialect: dialect})
	joiner := ida
	joiner.JobTitle, joiner.WorkCity = "Consultant", "Malmö"
	hired(t, p, joiner, bea)
	grouped(t, p, "Ops", ida.Username, bea.Username)
	synced(t, p)
	user := srv.User(ida.Username)
	require.Equal(t, "Consultant", user.Get("title"))
	require.Equal(t, "Malmö", user.Get("addresses", "0", "locality"))
	require.Equal(t, map[string]string{"cinode": ida.ID, "custom": "ida"}[dialect], user.Get("externalId"))
	require.Len(t, srv.Group("Ops").Members, 2)
	require.Equal(t, "id-of-Ops", srv.Group("Ops").ExternalID)

	edited(t, p, ida.Username, func(u *idp.User) { u.JobTitle, u.WorkCity, u.LastName = "Lead", "Lund", "Ek" })
	require.NoError(t, p.RenameGroup("Ops", "Ops EU"))
	require.NoError(t, p.RemoveMembers("Ops EU", bea.Username))
	synced(t, p)
	user = srv.User(ida.Username)
	require.Equal(t, []any{"Lead", "Lund", "Ek"}, []any{user.Get("title"), user.Get("addresses", "0", "locality"), user.Get("name", "familyName")})
	require.Equal(t, []string{user.ID}, srv.Group("Ops EU").Members)

	// Deleted for good at Microsoft is disconnected at Cinode; who comes back under a
	// new object has the account of old, since the address is taken.
	require.NoError(t, p.DeleteUser(ida.Username))
	synced(t, p)
	synced(t, p)
	require.Equal(t, "Disconnected", srv.User(ida.Username).Status)
	again := joiner
	again.ID = "another-object"
	hired(t, p, again)
	synced(t, p)
	require.True(t, srv.User(ida.Username).Active())
	require.Equal(t, user.ID, srv.User(ida.Username).ID)
	require.Len(t, srv.Users(), 2)

	require.NoError(t, p.DeleteGroup("Ops EU"))
	synced(t, p)
	require.Empty(t, srv.Groups())
	known(t, srv, "Entra ID")
}

func TestEntra_ParallelMembershipsLoseNothing(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.Persona("rfc"))
	p := connected(t, srv.URL, srv.Token, idp.Options{Kind: idp.Entra})
	list := people(60)
	hired(t, p, list...)
	grouped(t, p, "All", names(list)...)
	grouped(t, p, "Half", names(list[:30])...)
	report := synced(t, p)
	require.Equal(t, 90, report.Done["group add member"])
	require.Len(t, srv.Group("All").Members, 60)
	require.Len(t, srv.Group("Half").Members, 30)
	require.NoError(t, p.RemoveMembers("All", names(list[10:50])...))
	synced(t, p)
	require.Len(t, srv.Group("All").Members, 20)
}

// A target that shows the members it was asked to leave out loses those it had,
// idp-profiles.md 2.5.
func TestEntra_PartialReplace(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.Persona("rfc"))
	target, err := url.Parse(srv.URL)
	require.NoError(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	proxy := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
		if r.In.Method == http.MethodGet {
			r.Out.URL.RawQuery = strings.TrimPrefix(strings.Replace(r.In.URL.RawQuery, "excludedAttributes=members", "", 1), "&")
		}
	}}
	front := record(t)
	front.Config.Handler = proxy
	p := connected(t, front.URL+target.Path, srv.Token, idp.Options{Kind: idp.Entra, Concurrency: 1})
	hired(t, p, ida, bea)
	grouped(t, p, "Ops", ida.Username)
	synced(t, p)
	require.NoError(t, p.AddMembers("Ops", bea.Username))
	synced(t, p)
	require.Equal(t, []string{srv.User(bea.Username).ID}, srv.Group("Ops").Members, "the first one is lost, as recorded")
}
