package provisioning_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlite"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// company is a tenant with its use cases.
type company struct {
	*provisioning.Service
	store  store.Store
	tenant int64
}

func newCompany(t *testing.T) *company {
	t.Helper()
	s := testenv.InMemory(t, sqlite.Open)
	tenant, err := s.CreateTenant(t.Context(), cinode.Tenant{Name: "A", Persona: cinode.PersonaCinode}, store.AuditEntry{})
	require.NoError(t, err)
	cursors, err := provisioning.NewCursors(make([]byte, 32), clock.System{}, time.Minute)
	require.NoError(t, err)
	return &company{provisioning.New(s, clock.System{}, cursors), s, tenant.ID}
}

// call is a request about Users or Groups, with links in the answer.
func (c *company) call(t *testing.T, persona, resourceType string) *provisioning.Call {
	t.Helper()
	p, err := cinode.LookupPersona(persona, schema.RFC())
	require.NoError(t, err)
	return &provisioning.Call{Tenant: c.tenant, Persona: p, Type: p.Registry.Type(resourceType), Deviations: &scim.Deviations{}, Links: true}
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }

func decoded(t *testing.T, text string) scim.Object {
	t.Helper()
	o, err := scim.DecodeObject([]byte(text))
	require.NoError(t, err)
	return o
}

func (c *company) user(t *testing.T, userName string) int64 {
	t.Helper()
	r, err := c.Create(t.Context(), c.call(t, cinode.PersonaCinode, "User"), decoded(t, `{"schemas":["`+scim.URNUser+`"],"userName":"`+userName+`",
		"name":{"givenName":"A","familyName":"B"}}`))
	require.NoError(t, err)
	return r.ID
}

func (c *company) group(t *testing.T, persona, more string) store.Resource {
	t.Helper()
	r, err := c.Create(t.Context(), c.call(t, persona, "Group"), decoded(t, `{"schemas":["`+scim.URNGroup+`"],`+more+`}`))
	require.NoError(t, err)
	return r
}

func (c *company) link(t *testing.T, group int64) *cinode.Link {
	t.Helper()
	list, err := c.store.Links(t.Context(), store.Slice{Tenant: c.tenant, After: group - 1, Limit: 1})
	require.NoError(t, err)
	if len(list) == 0 || list[0].GroupID != group {
		return nil
	}
	return &list[0]
}

func (c *company) members(t *testing.T, kind cinode.Kind, id int64) (ids []int64) {
	t.Helper()
	list, err := c.store.UnitMembers(t.Context(), kind, id, store.Slice{Tenant: c.tenant, Limit: 10})
	require.NoError(t, err)
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	return ids
}

// TestCompany_NewTeam: a new group makes a Team of its name, whose members and name
// are as Cinode documents (D).
func TestCompany_NewTeam(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	ann, bob := c.user(t, "ann@example.com"), c.user(t, "bob@example.com")
	g := c.group(t, cinode.PersonaCinode, `"displayName":"Engineering","externalId":"o1","members":[{"value":`+idText(ann)+`}]`)
	l := c.link(t, g.ID)
	require.NotNil(t, l)
	require.Equal(t, "Engineering", l.UnitName)
	require.Equal(t, []int64{ann}, c.members(t, cinode.KindTeam, l.UnitID))

	patch := func(operation string) {
		_, err := c.Patch(t.Context(), c.call(t, cinode.PersonaCinode, "Group"), g.ID,
			decoded(t, `{"schemas":["`+scim.URNPatchOp+`"],"Operations":[`+operation+`]}`), provisioning.Preconditions{})
		require.NoError(t, err)
	}
	patch(`{"op":"add","path":"members","value":[{"value":"` + idText(bob) + `"}]},{"op":"replace","path":"displayName","value":"R&D"}`)
	require.Equal(t, []int64{ann, bob}, c.members(t, cinode.KindTeam, l.UnitID))
	patch(`{"op":"remove","path":"members[value eq \"` + idText(ann) + `\"]"}`)
	require.Equal(t, []int64{bob}, c.members(t, cinode.KindTeam, l.UnitID))
	patch(`{"op":"remove","path":"members[display co \"bob\"]"}`) // looks at more than ids
	require.Empty(t, c.members(t, cinode.KindTeam, l.UnitID))
	patch(`{"op":"add","path":"members","value":[{"value":"` + idText(bob) + `"}]}`)
	require.Equal(t, "R&D", c.link(t, g.ID).DisplayName)
	require.Equal(t, "Engineering", c.link(t, g.ID).UnitName)

	require.NoError(t, c.Delete(t.Context(), c.call(t, cinode.PersonaCinode, "User"), bob, provisioning.Preconditions{}))
	require.Equal(t, []int64{bob}, c.members(t, cinode.KindTeam, l.UnitID), "a disconnected user stays")
	require.NoError(t, c.Delete(t.Context(), c.call(t, cinode.PersonaCinode, "Group"), g.ID, provisioning.Preconditions{}))
	require.Nil(t, c.link(t, g.ID))
	require.Equal(t, []int64{bob}, c.members(t, cinode.KindTeam, l.UnitID), "the Team and its members stay")
}

// TestCompany_MadeBeforehand: a link that an administrator made is taken over by a
// POST of its name and object id (D), or under its id by who finds it by name (J).
func TestCompany_MadeBeforehand(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	ann := c.user(t, "ann@example.com")
	role, err := c.store.CreateUnit(t.Context(), c.tenant, cinode.Unit{Kind: cinode.KindRole, Name: "Manager"}, store.AuditEntry{})
	require.NoError(t, err)
	made, err := c.store.CreateLink(t.Context(), store.LinkParams{
		Tenant: c.tenant, DisplayName: "Managers", ObjectID: "o1", Kind: cinode.KindRole, UnitID: role.ID, Now: time.Now(),
	})
	require.NoError(t, err)
	const body = `"displayName":"Managers","externalId":"o1"`

	require.NotEqual(t, made.GroupID, c.group(t, cinode.PersonaRFC, body).ID, "a persona without a company")
	require.NotEqual(t, made.GroupID, c.group(t, cinode.PersonaCinode, `"displayName":"managers","externalId":"o1"`).ID)
	page, err := c.List(t.Context(), provisioning.Query{Filter: `displayName eq "Managers"`, HasFilter: true, Start: 1, Count: 10}, c.call(t, cinode.PersonaCinode, "Group"))
	require.NoError(t, err)
	require.Equal(t, made.GroupID, page.Resources[0].ID)

	g := c.group(t, cinode.PersonaCinode, body+`,"members":[{"value":"`+idText(ann)+`"}]`)
	require.Equal(t, made.GroupID, g.ID)
	require.Equal(t, []store.Link{{ID: ann, Type: "User", Display: "ann@example.com"}}, g.Links)
	require.Equal(t, []int64{ann}, c.members(t, cinode.KindRole, role.ID))
	require.False(t, c.link(t, g.ID).Awaited)
	require.NotEqual(t, made.GroupID, c.group(t, cinode.PersonaCinode, body).ID, "only once")
}

// TestCompany_OfTheRFC: nothing of it on the other persona.
func TestCompany_OfTheRFC(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	require.Nil(t, c.link(t, c.group(t, cinode.PersonaRFC, `"displayName":"Engineering"`).ID))
	units, err := c.store.Units(t.Context(), cinode.KindTeam, store.Slice{Tenant: c.tenant, Limit: 10})
	require.NoError(t, err)
	require.Empty(t, units)
}
