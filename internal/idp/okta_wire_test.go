package idp_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

var (
	ann = idp.User{ID: "00uabcdEFGHijk1l20h7", Username: "ann@corp.example", Email: "ann@corp.test", FirstName: "Ann", LastName: "Ode", Assigned: true}
	bob = idp.User{ID: "00uabcdEFGHijk1l20h8", Username: "bob@corp.example", FirstName: "Bob", LastName: "Ek", Assigned: true}
)

const (
	lookupAnn  = "GET /Users?filter=userName%20eq%20%22ann%40corp.example%22&startIndex=1&count=100"
	postAnn    = `POST /Users {"schemas":["CORE_U"],"userName":"ann@corp.example","name":{"givenName":"Ann","familyName":"Ode"},"emails":[{"primary":true,"value":"ann@corp.test","type":"work"}],"displayName":"Ann Ode","locale":"en-US","externalId":"00uabcdEFGHijk1l20h7","groups":[],"password":"***","active":true}`
	lookupBob  = "GET /Users?filter=userName%20eq%20%22bob%40corp.example%22&startIndex=1&count=100"
	postBob    = `POST /Users {"schemas":["CORE_U"],"userName":"bob@corp.example","name":{"givenName":"Bob","familyName":"Ek"},"emails":[{"primary":true,"value":"bob@corp.example","type":"work"}],"displayName":"Bob Ek","locale":"en-US","externalId":"00uabcdEFGHijk1l20h8","groups":[],"password":"***","active":true}`
	findOps    = "GET /Groups?filter=displayName%20eq%20%22Ops%22&startIndex=1&count=100"
	createOps  = `POST /Groups {"schemas":["CORE_G"],"displayName":"Ops","members":[]}`
	annOfOps   = `{"value":"u1","display":"ann@corp.example"}`
	serversAnn = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u1","meta":{"resourceType":"User","version":"W/\"1\""},` +
		`"x":12345678901234567890,"userName":"ann@corp.example","name":{"givenName":"Ann","familyName":"Ode"},` +
		`"emails":[{"value":"home@x","type":"home"},{"value":"ann@corp.test","type":"work","primary":true,"display":"a"}],"active":true,"groups":[{"value":"g9"}]}`
)

func oktaTwo(t *testing.T, p *idp.Provider) {
	t.Helper()
	hired(t, p, ann, bob)
	grouped(t, p, "Ops", ann.Username, bob.Username)
}

func moveAnn(t *testing.T, p *idp.Provider) {
	t.Helper()
	edited(t, p, ann.Username, func(u *idp.User) {
		u.Email, u.LastName, u.JobTitle, u.Department = "ann2@corp.test", "Berg", "Lead", "R&D"
	})
}

func assignAnn(assigned bool) func(t *testing.T, p *idp.Provider) {
	return func(t *testing.T, p *idp.Provider) {
		t.Helper()
		edited(t, p, ann.Username, func(u *idp.User) { u.Assigned = assigned })
	}
}

// The user as it comes back, edited: order, numbers and what Okta does not know stay.
func movedAnn(active string) string {
	return short(`PUT /Users/u1 {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u1","meta":{"resourceType":"User","version":"W/\"1\""},` +
		`"x":12345678901234567890,"userName":"ann@corp.example","name":{"givenName":"Ann","familyName":"Berg"},` +
		`"emails":[{"value":"home@x","type":"home"},{"value":"ann2@corp.test","type":"work","primary":true,"display":"a"}],"active":` + active +
		`,"groups":[{"value":"g9"}],"displayName":"Ann Berg","title":"Lead","ENT":{"department":"R&D"}}`)
}

func short(line string) string { return shortNames.Replace(line) }

// The requests of idp-profiles.md 3.1 to 3.4 and of its script Okta-OIN.
func TestOkta_Wire(t *testing.T) {
	t.Parallel()
	srv := record(t)
	srv.answers["GET /Users/u1"], srv.answers["PATCH /Users/u1"] = serversAnn, `{"id":"u1","active":true}`
	p := connected(t, srv.URL+"/scim/v2", "secret", idp.Options{Kind: idp.Okta, Concurrency: 1})
	require.Equal(t, []string{"GET /Users?startIndex=1&count=2", "GET /Groups?startIndex=1&count=100"}, srv.sent())
	echo := patched("/Groups/g3", `{"op":"replace","value":{"id":"g3","displayName":"Ops"}}`)
	played(t, srv, p, []scene{
		{"joiners", oktaTwo, []string{
			lookupAnn, postAnn, lookupBob, postBob, findOps, createOps, echo,
			patched("/Groups/g3", `{"op":"add","path":"members","value":[`+annOfOps+`,{"value":"u2","display":"bob@corp.example"}]}`),
		}},
		{"mover", moveAnn, []string{"GET /Users/u1", movedAnn("true")}},
		{"suspension sends nothing", func(t *testing.T, p *idp.Provider) {
			t.Helper()
			edited(t, p, ann.Username, func(u *idp.User) { u.Suspended = true })
		}, nil},
		{"membership", func(t *testing.T, p *idp.Provider) {
			t.Helper()
			require.NoError(t, p.RemoveMembers("Ops", bob.Username))
		},
			[]string{echo, patched("/Groups/g3", `{"op":"remove","path":"members[value eq \"u2\"]"}`)}},
		{"membership and name", func(t *testing.T, p *idp.Provider) {
			t.Helper()
			require.NoError(t, p.RemoveMembers("Ops", ann.Username))
			require.NoError(t, p.AddMembers("Ops", bob.Username))
			require.NoError(t, p.RenameGroup("Ops", "Ops EU"))
		}, []string{
			patched("/Groups/g3", `{"op":"replace","value":{"id":"g3","displayName":"Ops EU"}}`),
			patched("/Groups/g3", `{"op":"remove","path":"members[value eq \"u1\"]"},{"op":"add","path":"members","value":[{"value":"u2","display":"bob@corp.example"}]}`),
		}},
		{"leaver", assignAnn(false), []string{patched("/Users/u1", `{"op":"replace","value":{"active":false}}`)}},
		{"rehire", assignAnn(true), []string{patched("/Users/u1", `{"op":"replace","value":{"active":true}}`)}},
		{"deleted people are never deleted there", func(t *testing.T, p *idp.Provider) { t.Helper(); require.NoError(t, p.DeleteUser(ann.Username)) },
			[]string{patched("/Users/u1", `{"op":"replace","value":{"active":false}}`)}},
		{"unlink with delete", func(t *testing.T, p *idp.Provider) { t.Helper(); require.NoError(t, p.UnlinkGroup("Ops EU", true)) },
			[]string{"DELETE /Groups/g3"}},
	})
	for _, h := range srv.headers {
		h.Del("Content-Length")
		require.Equal(t, map[string][]string{
			"User-Agent": {"Okta SCIM Client 1.0.0"}, "Accept": {"application/scim+json"}, "Accept-Charset": {"utf-8"},
			"Content-Type": {"application/scim+json; charset=utf-8"}, "Connection": {"Keep-Alive"}, "Accept-Encoding": {"gzip,deflate"},
			"Authorization": {"Bearer secret"},
		}, map[string][]string(h))
	}
}

// The script Okta-AIW: every PATCH becomes a PUT.
func TestOkta_WireOfTheWizardsApplication(t *testing.T) {
	t.Parallel()
	srv := record(t)
	srv.answers["GET /Users/u1"], srv.answers["PUT /Users/u1"] = serversAnn, `{"id":"u1","active":true}`
	p := connected(t, srv.URL+"/scim/v2", "secret", idp.Options{Kind: idp.Okta, OktaStyle: "aiw"})
	srv.sent()
	off := strings.Replace(short("PUT /Users/u1 "+serversAnn), `"active":true`, `"active":false`, 1)
	group := func(name, members string) string {
		return `PUT /Groups/g3 {"schemas":["CORE_G"],"displayName":"` + name + `","members":[` + members + `]}`
	}
	played(t, srv, p, []scene{
		{"joiners", oktaTwo, []string{
			lookupAnn, postAnn, lookupBob, postBob, findOps, createOps, group("Ops", annOfOps+`,{"value":"u2","display":"bob@corp.example"}`),
		}},
		{"mover", moveAnn, []string{"GET /Users/u1", movedAnn("true")}},
		{"name", func(t *testing.T, p *idp.Provider) {
			t.Helper()
			require.NoError(t, p.RemoveMembers("Ops", ann.Username, bob.Username))
			require.NoError(t, p.RenameGroup("Ops", "Ops EU"))
		}, []string{group("Ops EU", "")}},
		{"leaver", assignAnn(false), []string{"GET /Users/u1", off}},
		{"rehire", assignAnn(true), []string{"GET /Users/u1", short("PUT /Users/u1 " + serversAnn)}},
		{"unlink", func(t *testing.T, p *idp.Provider) { t.Helper(); require.NoError(t, p.UnlinkGroup("Ops EU", false)) }, nil},
	})
}

func TestOkta_ReactivationHasToShow(t *testing.T) {
	t.Parallel()
	srv := record(t)
	srv.answers["PATCH /Users/u1"] = `{"id":"u1","active":false}`
	p := connected(t, srv.URL+"/scim/v2", "secret", idp.Options{Kind: idp.Okta})
	hired(t, p, ann)
	synced(t, p)
	assignAnn(false)(t, p)
	synced(t, p)
	assignAnn(true)(t, p)
	report, err := p.Sync(t.Context())
	require.NoError(t, err)
	require.Len(t, report.Failures, 1)
	require.Contains(t, report.Failures[0].Error, "the target delays it")
	srv.answers["PATCH /Users/u1"] = ""
	synced(t, p)
}

func TestOkta_PasswordIsHidden(t *testing.T) {
	t.Parallel()
	srv := record(t)
	var shown []string
	p := connected(t, srv.URL+"/scim/v2", "secret", idp.Options{Kind: idp.Okta, OnExchange: func(x *scimclient.Exchange) {
		shown = append(shown, x.RequestBody+x.Body+x.Curl())
	}})
	hired(t, p, ann, bob)
	synced(t, p)
	srv.mu.Lock()
	sent := strings.Join(srv.lines, "\n")
	srv.mu.Unlock()
	secrets := madePassword.FindAllString(sent, -1)
	require.Len(t, secrets, 2)
	require.NotEqual(t, secrets[0], secrets[1])
	secret := secrets[0]
	secret = secret[len(`"password":"`) : len(secret)-1]
	require.Contains(t, strings.Join(shown, "\n"), `"password":"***"`)
	require.NotContains(t, strings.Join(shown, "\n"), secret)
	for _, e := range p.Events() {
		require.NotContains(t, string(e.Record), secret)
		require.NotContains(t, e.Changes, "password")
	}
}
