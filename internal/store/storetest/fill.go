package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Fill puts into a tenant of the persona rfc one of everything that a tenant can
// have, and more members than a record holds. It gives the secret of a token.
func Fill(t *testing.T, s store.Store, tenant int64) (secret string) {
	t.Helper()
	f := &fixture{store: s, tenant: tenant, users: schema.RFC().Storage().Users, groups: schema.RFC().Groups}
	f.fillTokens(t)
	ann := f.user(t, "Ann@Example.com", scim.Object{
		"externalId": "e-1", "title": "Räksmörgås \u2028\"\\😀", "active": true,
		"emails":               []any{scim.Object{"value": "ann@example.com", "type": "work", "primary": true}},
		scim.URNCinodeUser:     scim.Object{"EmploymentStartDate": "2026-01-31T00:00:00Z"},
		"profileUrl":           "https://example.com/ann",
		"x509Certificates":     []any{scim.Object{"value": "AAAA"}},
		"preferredLanguage":    "sv",
		scim.URNEnterpriseUser: scim.Object{"employeeNumber": "007"},
	})
	created, err := s.Create(t.Context(), store.CreateParams{
		Tenant: tenant, Type: f.users, Password: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g", Now: later(1), Attributes: scim.Object{
			"userName": "bob@example.com", "active": false,
			scim.URNEnterpriseUser: scim.Object{"manager": scim.Object{"value": idText(ann.ID)}},
		},
	})
	require.NoError(t, err)
	bob := created.ID
	f.update(t, "User", bob, store.Change{Attributes: merge(body(t, created.Resource), []scim.Object{{"title": "changed"}})})

	inner, team := f.linkedGroup(t, "Înner", ann.ID)
	outer, _ := f.linkedGroup(t, "outer", bob, inner)
	f.group(t, "empty")
	_, err = s.Update(t.Context(), store.UpdateParams{
		Ref: f.ref("Group", outer), Type: f.groups, Now: later(2), MemberIDs: []int64{ann.ID}, Company: true,
		Change: func(store.Current) (store.Change, error) { return store.Change{AddMembers: []int64{ann.ID}}, nil },
	})
	require.NoError(t, err)
	require.NoError(t, s.RenameUnit(t.Context(), tenant, cinode.KindTeam, team, "Renamed", store.AuditEntry{}))
	role := f.unit(t, cinode.KindRole, "Rôle")
	f.link(t, "Awaited", "object-1", cinode.KindRole, role)
	f.linkRole(t, role, bob)

	many := make([]store.CreateParams, store.MaxMembers+5)
	for i := range many {
		many[i] = f.newUser("many" + idText(int64(i)))
	}
	all, err := s.CreateAll(t.Context(), many)
	require.NoError(t, err)
	members := []int64{inner, outer}
	for _, m := range all {
		members = append(members, m.ID)
	}
	f.group(t, "large", members...)

	gone := f.user(t, "gone").ID
	require.NoError(t, s.CreateToken(t.Context(), cinode.Token{
		Tenant: tenant, Name: "bound", Audience: "https://api.cinode.app", Scopes: cinode.AllScopes, UserID: gone, Created: later(9), Expires: later(10),
	}, cinode.HashSecret("bound"+idText(tenant)), store.AuditEntry{}))
	f.remove(t, "User", gone)
	f.fillBehaviour(t)
	return "first" + idText(tenant)
}

func (f *fixture) fillTokens(t *testing.T) {
	t.Helper()
	for i, name := range []string{"first", "Zweites", "third"} {
		hash := cinode.HashSecret(name + idText(f.tenant))
		require.NoError(t, f.store.CreateToken(t.Context(), cinode.Token{
			Tenant: f.tenant, Name: name, Audience: cinode.AudienceSCIM, Scopes: cinode.AllScopes[:i+1], Created: now, Expires: later(99),
		}, hash, store.AuditEntry{}))
		if i > 0 {
			use := cinode.Use{At: later(5), Address: "192.0.2.1", Client: "client/1 ü"}
			require.NoError(t, f.store.TouchTokens(t.Context(), []store.TokenUse{{Hash: hash, Use: use}}))
		}
	}
	require.NoError(t, f.store.RevokeToken(t.Context(), f.tenant, "third", later(6), store.AuditEntry{}))
}

// linkRole gives a user a Role, by the group of a link that has come.
func (f *fixture) linkRole(t *testing.T, role, user int64) {
	t.Helper()
	group := f.link(t, "Come", "", cinode.KindRole, role)
	created, err := f.store.Create(t.Context(), f.newLinked("Come", "", user))
	require.NoError(t, err)
	require.True(t, created.Adopted)
	require.Equal(t, group, created.ID)
	require.Equal(t, []int64{user}, f.members(t, cinode.KindRole, role))
}

func (f *fixture) fillBehaviour(t *testing.T) {
	t.Helper()
	_, err := f.store.ChangeTenant(t.Context(), f.tenant, func(tenant *cinode.Tenant) (store.AuditEntry, error) {
		tenant.Name, tenant.Strict, tenant.SkipUnknownMembers = "Bolaget Å", true, true
		tenant.Switches = map[string]bool{"sort": false, "search": true, "bulk": false}
		tenant.Mappings = []cinode.Mapping{cinode.MappingEmploymentStartDate}
		return store.AuditEntry{}, nil
	})
	require.NoError(t, err)
}
