package idp_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

var (
	ida = idp.User{ID: "object-of-ida", Username: "ida@corp.example", Email: "ida@corp.test", FirstName: "Ida", LastName: "Vale", Assigned: true}
	bea = idp.User{ID: "object-of-bea", Username: "bea@corp.example", FirstName: "Bea", LastName: "Ode", Assigned: true}
)

const (
	lookupIda  = "GET /Users?filter=userName%20eq%20%22ida%40corp.example%22"
	lookupBea  = "GET /Users?filter=userName%20eq%20%22bea%40corp.example%22"
	postIda    = `POST /Users {"schemas":["CORE_U","ENT"],"externalId":"ida","userName":"ida@corp.example","active":true,"emails":[{"primary":true,"type":"work","value":"ida@corp.test"}],"meta":{"resourceType":"User"},"name":{"formatted":"Ida Vale","familyName":"Vale","givenName":"Ida"},"roles":[]}`
	postBea    = `POST /Users {"schemas":["CORE_U","ENT"],"externalId":"bea","userName":"bea@corp.example","active":true,"meta":{"resourceType":"User"},"name":{"formatted":"Bea Ode","familyName":"Ode","givenName":"Bea"},"roles":[]}`
	lookupOps  = "GET /Groups?excludedAttributes=members&filter=displayName%20eq%20%22Ops%22"
	postOps    = `POST /Groups {"schemas":["CORE_G","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],"externalId":"id-of-Ops","displayName":"Ops","meta":{"resourceType":"Group"}}`
	readOps    = "GET /Groups/g3?excludedAttributes=members"
	addsIda    = `{"op":"Add","path":"members","value":[{"$ref":null,"value":"u1"}]}`
	managerBea = `{"op":"Add","path":"ENT:manager","value":"u2"}`
)

func hireTwo(t *testing.T, p *idp.Provider) {
	t.Helper()
	hired(t, p, ida, bea)
	grouped(t, p, "Ops", ida.Username)
}

func moveIda(t *testing.T, p *idp.Provider) {
	t.Helper()
	edited(t, p, ida.Username, func(u *idp.User) {
		u.Email, u.LastName, u.Department, u.Manager = "ida2@corp.test", "Vale-Ek", "R&D", bea.Username
	})
}

func swapMembers(t *testing.T, p *idp.Provider) {
	t.Helper()
	require.NoError(t, p.AddMembers("Ops", bea.Username))
	require.NoError(t, p.RemoveMembers("Ops", ida.Username))
	require.NoError(t, p.RenameGroup("Ops", "Ops EU"))
}

func suspendIda(suspended bool) func(t *testing.T, p *idp.Provider) {
	return func(t *testing.T, p *idp.Provider) {
		t.Helper()
		edited(t, p, ida.Username, func(u *idp.User) { u.Suspended = suspended })
	}
}

func nothing(*testing.T, *idp.Provider) {}

// The requests of idp-profiles.md 2.2 to 2.5 and of its script Entra-default.
func TestEntra_Wire(t *testing.T) {
	t.Parallel()
	srv := record(t)
	p := connected(t, srv.URL+"/scim/v2", "secret", idp.Options{Kind: idp.Entra, Concurrency: 1})
	require.Equal(t, []string{"GET /Users?filter=userName%20eq%20%22<guid>%22", "GET /Groups?filter=displayName%20eq%20%22<guid>%22"}, srv.sent())
	played(t, srv, p, []scene{
		{"initial", hireTwo, []string{lookupIda, postIda, lookupBea, postBea, lookupOps, postOps, readOps, patched("/Groups/g3", addsIda)}},
		{"mover", moveIda, []string{
			patched("/Users/u1", `{"op":"Replace","path":"emails[type eq \"work\"].value","value":"ida2@corp.test"},`+
				`{"op":"Replace","path":"name.familyName","value":"Vale-Ek"},{"op":"Replace","path":"name.formatted","value":"Ida Vale-Ek"},`+
				`{"op":"Add","path":"ENT:department","value":"R&D"}`),
			patched("/Users/u1", managerBea),
		}},
		{"group", swapMembers, []string{
			patched("/Groups/g3", `{"op":"Replace","path":"displayName","value":"Ops EU"}`), readOps,
			patched("/Groups/g3", `{"op":"Add","path":"members","value":[{"$ref":null,"value":"u2"}]}`),
			patched("/Groups/g3", `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"u1"}]}`),
		}},
		{"suspension", suspendIda(true), []string{patched("/Users/u1", `{"op":"Replace","path":"active","value":"False"}`)}},
		{"its end", suspendIda(false), []string{patched("/Users/u1", `{"op":"Replace","path":"active","value":"True"}`)}},
		{"no manager, no department", func(t *testing.T, p *idp.Provider) {
			t.Helper()
			edited(t, p, ida.Username, func(u *idp.User) { u.Manager, u.Department = "", "" })
		}, []string{patched("/Users/u1", `{"op":"Replace","path":"ENT:manager","value":""}`)}},
		{"soft deletion", func(t *testing.T, p *idp.Provider) { t.Helper(); require.NoError(t, p.DeleteUser(ida.Username)) },
			[]string{patched("/Users/u1", `{"op":"Replace","path":"active","value":"False"}`)}},
		{"hard deletion", nothing, []string{"DELETE /Users/u1"}},
		{"group out of scope", func(t *testing.T, p *idp.Provider) { t.Helper(); require.NoError(t, p.Unbind("Ops EU")) }, []string{"DELETE /Groups/g3"}},
	})
	for _, h := range srv.headers {
		require.Equal(t, "Bearer secret", h.Get("Authorization"))
		require.NotContains(t, h, "User-Agent")
		require.NotContains(t, h, "Accept-Encoding")
		if h.Get("Content-Length") != "" && h.Get("Content-Length") != "0" {
			require.Equal(t, []string{"application/scim+json; charset=utf-8"}, h["Content-Type"])
		} else {
			require.NotContains(t, h, "Content-Type")
		}
	}
}

// The other dialect, idp-profiles.md 2.7.
func TestEntra_WireWithFlag(t *testing.T) {
	t.Parallel()
	const flag = "aadOptscim062020"
	srv := record(t)
	p := connected(t, srv.URL+"/scim/v2", "secret", idp.Options{Kind: idp.Entra, Concurrency: 1, AADOptIn: true, MatchBy: "externalID"})
	require.Equal(t, []string{"GET /Users?filter=externalId%20eq%20%22<guid>%22&" + flag, "GET /Groups?filter=displayName%20eq%20%22<guid>%22&" + flag}, srv.sent())
	played(t, srv, p, []scene{
		{"initial", hireTwo, []string{
			"GET /Users?filter=externalId%20eq%20%22object-of-ida%22&" + flag,
			`POST /Users?` + flag + ` {"schemas":["CORE_U","ENT"],"externalId":"object-of-ida","userName":"ida@corp.example","active":true,"emails":[{"primary":true,"type":"work","value":"ida@corp.test"}],"meta":{"resourceType":"User"},"name":{"formatted":"Ida Vale","familyName":"Vale","givenName":"Ida"},"roles":[]}`,
			"GET /Users?filter=externalId%20eq%20%22object-of-bea%22&" + flag,
			`POST /Users?` + flag + ` {"schemas":["CORE_U","ENT"],"externalId":"object-of-bea","userName":"bea@corp.example","active":true,"meta":{"resourceType":"User"},"name":{"formatted":"Bea Ode","familyName":"Ode","givenName":"Bea"},"roles":[]}`,
			lookupOps + "&" + flag, "POST /Groups?" + flag + postOps[len("POST /Groups"):], readOps + "&" + flag,
			patched("/Groups/g3?"+flag, `{"op":"add","path":"members","value":[{"$ref":null,"value":"u1"}]}`),
		}},
		{"mover", moveIda, []string{
			patched("/Users/u1?"+flag, `{"op":"replace","path":"emails[type eq \"work\"].value","value":"ida2@corp.test"},`+
				`{"op":"add","path":"ENT:department","value":"R&D"},`+
				`{"op":"replace","value":{"name.familyName":"Vale-Ek","name.formatted":"Ida Vale-Ek"}}`),
			patched("/Users/u1?"+flag, `{"op":"add","path":"ENT:manager","value":"u2"}`),
		}},
		{"group", swapMembers, []string{
			patched("/Groups/g3?"+flag, `{"op":"replace","value":{"displayName":"Ops EU"}}`), readOps + "&" + flag,
			patched("/Groups/g3?"+flag, `{"op":"add","path":"members","value":[{"$ref":null,"value":"u2"}]}`),
			patched("/Groups/g3?"+flag, `{"op":"remove","path":"members[value eq \"u1\"]"}`),
		}},
		{"suspension", suspendIda(true), []string{patched("/Users/u1?"+flag, `{"op":"replace","value":{"active":false}}`)}},
		{"its end", suspendIda(false), []string{patched("/Users/u1?"+flag, `{"op":"replace","value":{"active":true}}`)}},
	})
}

// The gallery's application maps what Microsoft's tutorial for Cinode lists, and no more.
func TestEntra_WireOfTheCinodeApplication(t *testing.T) {
	t.Parallel()
	srv := record(t)
	p := connected(t, srv.URL+"/scim/v2", "secret", idp.Options{Kind: idp.Entra, Concurrency: 1, Dialect: "cinode"})
	srv.sent()
	rich := ida
	rich.JobTitle, rich.WorkCity, rich.WorkStreet, rich.Department, rich.Locale, rich.WorkPhone, rich.EmployeeID = "Lead", "Malmö", "Road 1", "R&D", "sv-SE", "112", "7"
	rich.Manager = bea.Username
	played(t, srv, p, []scene{
		{"initial", func(t *testing.T, p *idp.Provider) { t.Helper(); hired(t, p, rich) }, []string{
			lookupIda,
			`POST /Users {"schemas":["CORE_U"],"externalId":"object-of-ida","userName":"ida@corp.example","active":true,"addresses":[{"type":"work","locality":"Malmö"}],"meta":{"resourceType":"User"},"name":{"familyName":"Vale","givenName":"Ida"},"roles":[],"title":"Lead"}`,
		}},
		{"mover", func(t *testing.T, p *idp.Provider) {
			t.Helper()
			edited(t, p, ida.Username, func(u *idp.User) { u.WorkCity, u.Department = "Lund", "Sales" })
		}, []string{patched("/Users/u1", `{"op":"Replace","path":"addresses[type eq \"work\"].locality","value":"Lund"}`)}},
	})
}

// Two of a match: what differs is patched, what is the same is left alone.
func TestEntra_WireOfAMatch(t *testing.T) {
	t.Parallel()
	srv := record(t)
	p := connected(t, srv.URL+"/scim/v2", "secret", idp.Options{Kind: idp.Entra, Concurrency: 1})
	srv.sent()
	srv.answers["GET /Users"] = `{"totalResults":1,"Resources":[{"id":"7","userName":"IDA@corp.example","externalId":"x","active":"False","name":{"formatted":"Ida Vale","familyName":"Vale","givenName":"Ada"},"emails":[{"type":"home","value":"h@x"}]}]}`
	srv.answers["GET /Groups"] = `{"totalResults":1,"Resources":[{"id":"9","displayName":"Ops","members":[{"value":"1"}]}]}`
	srv.answers["GET /Groups/9"] = `{"id":"9","displayName":"Ops","members":[{"value":"1"}]}`
	played(t, srv, p, []scene{{"match", func(t *testing.T, p *idp.Provider) {
		t.Helper()
		hired(t, p, ida)
		grouped(t, p, "Ops", ida.Username)
	}, []string{
		lookupIda,
		patched("/Users/7", `{"op":"Add","path":"emails[type eq \"work\"].value","value":"ida@corp.test"},{"op":"Replace","path":"name.givenName","value":"Ida"},`+
			`{"op":"Replace","path":"externalId","value":"ida"},{"op":"Replace","path":"active","value":"True"}`),
		lookupOps, "GET /Groups/9?excludedAttributes=members",
		patched("/Groups/9", `{"op":"replace","path":"members","value":[{"value":"7"}]}`), // the partial replace of 2.5
	}}})
}
