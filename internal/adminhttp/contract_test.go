package adminhttp_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/adminhttp"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// operations are those of the description, as "METHOD /path".
func operations(doc *openapi3.T) map[string]*openapi3.Operation {
	all := map[string]*openapi3.Operation{}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			all[method+" "+path] = operation
		}
	}
	return all
}

// TestContract_RoutesAreDescribed walks the router: each route of the API has an
// operation, and each operation a route.
func TestContract_RoutesAreDescribed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	var routes []string
	require.NoError(t, chi.Walk(f.router, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if route = strings.TrimSuffix(route, "/"); adminhttp.Owns(route) {
			routes = append(routes, method+" "+route)
		}
		return nil
	}))
	slices.Sort(routes)
	require.Equal(t, slices.Sorted(maps.Keys(operations(f.doc))), routes)
}

// TestContract_EveryOperation gets every answer that the description promises, of
// every operation, and holds requests and answers against it.
func TestContract_EveryOperation(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		f.tenantsConform(t)
		f.tokensConform(t)
		f.peopleConform(t)
		f.companyConforms(t)
		f.journalConforms(t)
		f.questionsConform(t)
		f.controlConforms(t)
		f.faultsConform(t)
		f.simulationsConform(t)
		f.want(t, 200, "GET", "/tenants/1/state", "")
		f.want(t, 200, "GET", "/audit?action=token&actor=admin&tenant=1&limit=2", "")
		f.want(t, 200, "GET", "/tenants/1/audit?limit=1", "")
		f.refusalsConform(t)
		for name, operation := range operations(f.doc) {
			for status := range operation.Responses.Map() {
				require.True(t, status == "default" || f.seen[operation.OperationID][status], "%s never was %s", name, status)
			}
		}
	})
}

// split is the method of an operation and an address of it, of a tenant that there
// is not.
func split(name string) (method, path string) {
	method, path, _ = strings.Cut(name, " ")
	return method, strings.NewReplacer("/admin/api/v1", "", "{id}", "1", "{name}", "x", "{tenantId}", "99", "/export", "/export?as=curl").Replace(path)
}

// refusalsConform calls everything without a key, and all that has a tenant for
// one that there is not.
func (f *fixture) refusalsConform(t *testing.T) {
	t.Helper()
	keyless := func(r *http.Request) { r.Header.Del("Authorization") }
	for name, operation := range operations(f.doc) {
		method, path := split(name)
		body, changes := "", []change{keyless}
		if operation.RequestBody != nil {
			body, changes = "{}", []change{keyless, lenient}
		}
		a := f.want(t, 401, method, path, body, changes...)
		require.Equal(t, `Bearer realm="cinode-scim"`, a.header.Get("WWW-Authenticate"))
		if strings.Contains(path, "/tenants/99") {
			f.want(t, 404, method, path, body, changes[1:]...)
		}
	}
}

func (f *fixture) tenantsConform(t *testing.T) {
	t.Helper()
	key := header("Idempotency-Key", "one")
	made := f.want(t, 201, "POST", "/tenants", `{"id":7,"name":"Seven","persona":"rfc","strict":true,"skipUnknownMembers":true}`, key)
	for _, path := range []string{"/tenants", "/tenants/1/tokens", "/tenants/1/teams", "/tenants/1/roles", "/tenants/1/links", "/tenants/1/simulations"} {
		f.want(t, 422, "POST", path, `{}`, key, lenient)
	}
	require.Equal(t, "https://scim.example.com/admin/api/v1/tenants/7", made.header.Get("Location"))
	require.InDelta(t, 8, f.want(t, 201, "POST", "/tenants", `{}`).object(t)["id"], 0)
	f.want(t, 409, "POST", "/tenants", `{"id":7}`)
	f.want(t, 400, "POST", "/tenants", `{"id":0,"name":"a\u0007","persona":"okta"}`, misformed)
	f.want(t, 200, "GET", "/tenants?limit=2&after=1", "")
	f.want(t, 400, "GET", "/tenants?limit=0&after=x", "", misformed)
	f.want(t, 200, "GET", "/tenants/7", "")
	f.want(t, 404, "GET", "/tenants/seven", "")
	renamed := f.want(t, 200, "PATCH", "/tenants/7", `{"name":"Sept"}`, header("Content-Type", "application/merge-patch+json"))
	require.Equal(t, "Sept", renamed.object(t)["name"])
	f.want(t, 200, "PATCH", "/tenants/7", `{}`)
	f.want(t, 400, "PATCH", "/tenants/7", `{"name":"`+strings.Repeat("é", 201)+`"}`, misformed)
	persona := f.want(t, 200, "GET", "/tenants/7/persona", "")
	f.want(t, 200, "PUT", "/tenants/7/persona", string(persona.body))
	f.want(t, 200, "PUT", "/tenants/7/persona", `{"name":"cinode","switches":{"bulk":true}}`)
	f.want(t, 400, "PUT", "/tenants/7/persona", `{"name":"cinode","switches":{"x/y":true}}`)
	f.want(t, 200, "GET", "/tenants/7/attribute-mappings", "")
	f.want(t, 200, "PUT", "/tenants/7/attribute-mappings", `{"EmployeeNumber":true}`)
	f.want(t, 400, "PUT", "/tenants/7/attribute-mappings", `{"ShoeSize":true}`, misformed)
	f.want(t, 204, "DELETE", "/tenants/8", "")
	f.want(t, 404, "DELETE", "/tenants/8", "")
	f.want(t, 400, "GET", "/audit?tenant=0", "", misformed)
	f.want(t, 400, "GET", "/tenants/7/audit?limit=x", "", misformed)
}

func (f *fixture) tokensConform(t *testing.T) {
	t.Helper()
	made := f.want(t, 201, "POST", "/tenants/1/tokens",
		`{"name":"My token/1","audience":"https://api.cinode.app/scim/v2","scopes":["users:read"],"expires":"2026-02-10T12:00:00+01:00"}`)
	at := made.header.Get("Location")
	require.Equal(t, "https://scim.example.com/admin/api/v1/tenants/1/tokens/My%20token%2F1", at)
	path := strings.TrimPrefix(at, "https://scim.example.com/admin/api/v1")
	f.want(t, 409, "POST", "/tenants/1/tokens", `{"name":"my TOKEN/1","expires":"2026-02-10T12:00:00Z"}`)
	f.want(t, 400, "POST", "/tenants/1/tokens", `{"name":"","audience":"x","scopes":["x"],"expires":"soon"}`, misformed)
	f.want(t, 200, "GET", path, "")
	f.want(t, 404, "GET", "/tenants/1/tokens/none", "")
	f.want(t, 200, "GET", "/tenants/1/tokens?state=active&after="+url.QueryEscape("My token/1"), "")
	f.want(t, 400, "GET", "/tenants/1/tokens?state=old", "", misformed)
	f.want(t, 200, "POST", path+"/revoke", "")
	f.want(t, 404, "POST", "/tenants/1/tokens/none/revoke", "")
}

func (f *fixture) peopleConform(t *testing.T) {
	t.Helper()
	token := f.token(t, "people")
	id := f.create(t, token, "Users", userBody("ada@example.com"))
	group := f.create(t, token, "Groups", groupBody("Engine", id))
	require.Equal(t, []any{id}, f.want(t, 200, "GET", "/tenants/1/users?name=ADA&status=Active", "").items(t, "id"))
	f.want(t, 400, "GET", "/tenants/1/users?status=asleep", "", misformed)
	user := "/tenants/1/users/" + id
	f.want(t, 200, "GET", user, "")
	f.want(t, 409, "POST", user+"/release-email", "")
	require.Equal(t, "Disconnected", f.want(t, 200, "POST", user+"/disconnect", "").object(t)["status"])
	require.Equal(t, []any{id}, f.want(t, 200, "GET", "/tenants/1/users?status=Disconnected", "").items(t, "id"))
	f.want(t, 400, "POST", user+"/release-email", `{"userName":"ADA@example.com"}`)
	f.want(t, 200, "POST", user+"/release-email", `{"userName":"old@example.com"}`)
	require.Equal(t, "released-"+id+"-old@example.com", f.want(t, 200, "POST", user+"/release-email", "").object(t)["userName"])
	require.Equal(t, "Active", f.want(t, 200, "POST", user+"/reconnect", "").object(t)["status"])
	f.want(t, 400, "GET", "/tenants/1/groups?after=-1", "", misformed)
	require.Equal(t, []any{group}, f.want(t, 200, "GET", "/tenants/1/groups?name=NGIN", "").items(t, "id"))
	f.want(t, 200, "GET", "/tenants/1/groups/"+group, "")
	for _, path := range []string{user + "0", "/tenants/1/users/x", "/tenants/1/groups/" + id} {
		f.want(t, 404, "GET", path, "")
	}
	f.want(t, 404, "POST", user+"0/disconnect", "")
	f.want(t, 404, "POST", user+"0/reconnect", "")
	f.want(t, 404, "POST", user+"0/release-email", "")
	f.want(t, 204, "DELETE", user, "")
	f.want(t, 404, "DELETE", user, "")
}

func (f *fixture) companyConforms(t *testing.T) {
	t.Helper()
	for path, kind := range map[string]cinode.Kind{"/teams": cinode.KindTeam, "/roles": cinode.KindRole} {
		base := "/tenants/1" + path
		id, ok := f.want(t, 201, "POST", base, `{"name":"Backend"}`).object(t)["id"].(string)
		require.True(t, ok)
		f.want(t, 400, "POST", base, `{"name":" "}`)
		require.Equal(t, []any{id}, f.want(t, 200, "GET", base+"?name=back", "").items(t, "id"))
		f.want(t, 400, "GET", base+"?limit=1001", "", misformed)
		f.want(t, 200, "GET", base+"/"+id, "")
		require.Equal(t, "Core", f.want(t, 200, "PATCH", base+"/"+id, `{"name":"Core"}`).object(t)["name"])
		f.want(t, 200, "PATCH", base+"/"+id, `{}`)
		f.want(t, 400, "PATCH", base+"/"+id, `{"nam":"x"}`, misformed)
		f.want(t, 404, "PATCH", base+"/9"+id, `{"name":"x"}`)
		f.want(t, 200, "GET", base+"/"+id+"/members", "")
		f.want(t, 404, "GET", base+"/9"+id+"/members", "")
		f.want(t, 400, "GET", base+"/"+id+"/members?limit=0", "", misformed)
		f.linksConform(t, kind, id)
		f.want(t, 204, "DELETE", base+"/"+id, "")
		f.want(t, 404, "DELETE", base+"/"+id, "")
		f.want(t, 404, "GET", base+"/"+id, "")
	}
}

func (f *fixture) linksConform(t *testing.T, kind cinode.Kind, id string) {
	t.Helper()
	body := `{"displayName":"` + string(kind) + `s of Ada","objectId":"o-1","kind":"` + string(kind) + `","unitId":"` + id + `"}`
	made := f.want(t, 201, "POST", "/tenants/1/links", body).object(t)
	require.Equal(t, true, made["awaited"])
	require.Equal(t, "Core", made["unitName"])
	f.want(t, 409, "POST", "/tenants/1/links", body)
	f.want(t, 400, "POST", "/tenants/1/links", strings.Replace(body, id, "9"+id, 1))
	f.want(t, 400, "POST", "/tenants/1/links", `{"displayName":"","kind":"Club","unitId":"0"}`, misformed)
	group, ok := made["groupId"].(string)
	require.True(t, ok)
	require.Contains(t, f.want(t, 200, "GET", "/tenants/1/links?name=ada", "").items(t, "groupId"), group)
	f.want(t, 400, "GET", "/tenants/1/links?limit=0", "", misformed)
	f.want(t, 200, "GET", "/tenants/1/links/"+group, "")
	require.NotNil(t, f.want(t, 200, "GET", "/tenants/1/groups/"+group, "").object(t)["link"])
	f.want(t, 204, "DELETE", "/tenants/1/links/"+group, "")
	f.want(t, 404, "DELETE", "/tenants/1/links/"+group, "")
	f.want(t, 404, "GET", "/tenants/1/links/"+group, "")
}
