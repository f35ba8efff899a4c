package seed_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/seed"
)

// variables is an environment.
type variables map[string]string

func (v variables) lookup(name string) (string, bool) {
	value, ok := v[name]
	return value, ok
}

func options(v variables) seed.Options {
	return seed.Options{Name: "seed.yaml", Registry: schema.RFC(), Persona: cinode.PersonaCinode, Lookup: v.lookup}
}

func decode(t *testing.T, text string) *seed.File {
	t.Helper()
	f, err := seed.Decode(strings.NewReader(text), options(nil))
	require.NoError(t, err)
	return f
}

const whole = `
tenants:
  - id: 3
    name: Load test
    persona: cinode
    strict: true
    skipUnknownMembers: true
    switches: {delete-disconnects: false}
    mappings: [employeenumber]
    tokens:
      - {name: ci, secret: one, expires: 30d, user: ann}
      - {name: old, secret: two, audience: https://api.cinode.app, scopes: [users:read], expires: 2020-01-31}
    users:
      - ref: ann
        userName: Ann@example.com
        name: {givenName: Ann, familyName: Berg}
        externalId: 17
        addresses: [{locality: Malmö}]
        urn:ietf:params:scim:schemas:extension:enterprise:2.0:User: {employeeNumber: 007}
      - id: 2
        userName: bo@example.com
        name: {givenName: Bo, familyName: Ek}
        active: false
      - {userName: cy@example.com, name: {givenName: Cy, familyName: Lo}}
    groups:
      - {ref: all, displayName: All, members: [ann, 2, sub, cy@EXAMPLE.com, ann]}
      - {ref: sub, displayName: Sub, members: [cy@example.com]}
    teams:
      - {ref: north, name: North, members: [2]}
    roles:
      - {id: 900, ref: lead, name: Lead}
    links:
      - {group: all, team: north}
      - {displayName: Leads, objectId: 5f1c, role: lead}
`

func TestDecode(t *testing.T) {
	t.Parallel()
	tenant := decode(t, whole).Tenants[0]
	require.Equal(t, cinode.Tenant{
		ID: 3, Name: "Load test", Persona: "cinode", Strict: true, SkipUnknownMembers: true,
		Switches: map[string]bool{"delete-disconnects": false}, Mappings: []cinode.Mapping{cinode.MappingEmployeeNumber},
	}, tenant.Tenant)

	require.Len(t, tenant.Tokens, 2)
	require.Equal(t, "ci", tenant.Tokens[0].Name)
	require.Equal(t, cinode.HashSecret("one"), tenant.Tokens[0].Hash)
	require.EqualValues(t, 1, tenant.Tokens[0].UserID)
	require.Equal(t, cinode.AllScopes, tenant.Tokens[0].Scopes)
	require.Equal(t, []cinode.Scope{cinode.ScopeUsersRead}, tenant.Tokens[1].Scopes)
	require.Equal(t, 2020, tenant.Tokens[1].Expires.Year())

	require.Len(t, tenant.Users, 3)
	require.Equal(t, scim.Object{
		"userName": "Ann@example.com", "name": scim.Object{"givenName": "Ann", "familyName": "Berg"}, "externalId": "17", "active": true,
		"addresses":            []any{scim.Object{"type": "work", "locality": "Malmö", "formatted": "Malmö"}},
		scim.URNEnterpriseUser: scim.Object{"employeeNumber": "007"},
	}, tenant.Users[0].Attributes)
	require.Equal(t, false, tenant.Users[1].Attributes["active"])

	var ids []int64
	for _, r := range append(tenant.Users, tenant.Groups...) {
		ids = append(ids, r.ID)
	}
	require.Equal(t, []int64{1, 2, 3, 4, 5, 7}, ids, "in file order, without those that the file gives")
	require.Equal(t, []int64{1, 2, 3}, tenant.Groups[0].Users)
	require.Equal(t, []int64{5}, tenant.Groups[0].Groups)
	require.Equal(t, scim.Object{"displayName": "Leads", "externalId": "5f1c"}, tenant.Groups[2].Attributes)

	require.Equal(t, []seed.Unit{
		{Unit: cinode.Unit{ID: 6, Kind: cinode.KindTeam, Name: "North"}, Members: []int64{1, 2, 3}},
		{Unit: cinode.Unit{ID: 8, Kind: cinode.KindTeam, Name: "Sub"}, Members: []int64{3}},
		{Unit: cinode.Unit{ID: 900, Kind: cinode.KindRole, Name: "Lead"}},
	}, tenant.Units)
	require.Equal(t, []seed.Link{
		{GroupID: 4, Kind: cinode.KindTeam, UnitID: 6}, {GroupID: 5, Kind: cinode.KindTeam, UnitID: 8},
		{GroupID: 7, Kind: cinode.KindRole, UnitID: 900, Awaited: true},
	}, tenant.Links)
	require.Equal(t, seed.Counts{Tokens: 2, Users: 3, Groups: 3, Teams: 2, Roles: 1, Links: 3}, tenant.Counts())
}

func TestDecode_RFC(t *testing.T) {
	t.Parallel()
	tenant := decode(t, `{"tenants": [{"id": 1, "persona": "rfc", "users": [
		{"ref": "boss", "userName": "boss", "password": "t1meMa$heen", "emails": [{"value": "boss@example.com", "primary": true}]},
		{"userName": "ann", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": "boss"}},
		{"userName": "bo", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "boss"}}}
	], "groups": [{"displayName": "All", "members": ["ann"]}]}]}`).Tenants[0]
	require.Equal(t, "t1meMa$heen", tenant.Users[0].Password)
	require.NotContains(t, tenant.Users[0].Attributes, "password")
	for _, u := range tenant.Users[1:] {
		require.Equal(t, scim.Object{"manager": scim.Object{"value": "1"}}, u.Attributes[scim.URNEnterpriseUser])
	}
	require.Empty(t, tenant.Links, "the persona links no groups")
}

func TestDecode_Documents(t *testing.T) {
	t.Parallel()
	f := decode(t, `
tenants:
  - {id: 1, persona: rfc, groups: [{displayName: All, members: [ann, bo]}]}
---
# a part of the same
tenants:
  - {id: 1, users: [{userName: ann}]}
  - {id: 2, persona: rfc}
---
---
tenants:
  - {id: 1, users: [{userName: bo}]}
`)
	require.Len(t, f.Tenants, 2)
	require.Len(t, f.Tenants[0].Users, 2)
	require.Equal(t, []int64{1, 2}, f.Tenants[0].Groups[0].Users)
}

func TestDecode_Variables(t *testing.T) {
	t.Parallel()
	const text = `
tenants:
  - {id: 1, persona: "${PERSONA:-rfc}", users: [{userName: "${NAME}", title: "$5 $$6 ${EMPTY:-none}${EMPTY}", active: "${ACTIVE}"}]}
`
	v := variables{"NAME": `x", active: "no"}], groups: [{displayName: "y`, "EMPTY": "", "ACTIVE": "false"}
	v["NAME"] = strings.ReplaceAll(v["NAME"], " ", "")
	o := options(v)
	f, err := seed.Decode(strings.NewReader(strings.ReplaceAll(text, `persona: "${PERSONA:-rfc}"`,
		`persona: "${PERSONA:-rfc}", switches: {check-formats: false}`)), o)
	require.NoError(t, err)
	require.Equal(t, scim.Object{"userName": v["NAME"], "title": "$5 $6 none", "active": false}, f.Tenants[0].Users[0].Attributes)
	require.Empty(t, f.Tenants[0].Groups, "no variable adds an entry")

	o.Lookup = nil
	_, err = seed.Decode(strings.NewReader(text), o)
	require.ErrorContains(t, err, `there is no persona "${PERSONA:-rfc}"`, "nothing is expanded where nobody asked for it")
}

func TestDecode_Name(t *testing.T) {
	t.Parallel()
	f := decode(t, "tenants: [{id: 1}]")
	require.Equal(t, "seed.yaml", f.Name)
	require.Equal(t, cinode.PersonaCinode, f.Tenants[0].Persona, "that of the options")
}
