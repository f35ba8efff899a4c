package scimhttp_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// newService are the use cases on a database with one tenant.
func newService(t *testing.T) (store.Store, cinode.Tenant, *provisioning.Service) {
	t.Helper()
	s := stores["sqlite"](t)
	tenant, err := s.CreateTenant(t.Context(), cinode.Tenant{Name: "A", Persona: cinode.PersonaRFC}, store.AuditEntry{})
	require.NoError(t, err)
	return s, tenant, provisioning.New(s, clock.System{}, newCursors(t, clock.System{}))
}

// TestPersonaSwitch changes users as a persona that does not show all of what an
// earlier one stored.
func TestPersonaSwitch(t *testing.T) {
	t.Parallel()
	_, tenant, service := newService(t)
	as := func(name string) *provisioning.Call {
		p, err := cinode.Tenant{Persona: name, Switches: map[string]bool{"require-names": false}}.Behaviour(schema.RFC())
		require.NoError(t, err)
		return &provisioning.Call{Tenant: tenant.ID, Persona: p, Type: p.Registry.Users, Deviations: &scim.Deviations{}}
	}
	body := func(more string) scim.Object {
		o, err := scim.DecodeObject([]byte(`{"schemas":["` + scim.URNUser + `"],"userName":"` + "ann" + `"` + more + `}`))
		require.NoError(t, err)
		return o
	}
	const nick, enterprise = `,"nickName":"N"`, `,"` + scim.URNEnterpriseUser + `":{"department":"D"}`
	const names = `,"name":{"givenName":"A","middleName":"M"}`
	const streets = `,"addresses":[{"type":"work","locality":"L","formatted":"L","streetAddress":"S1","primary":true},{"type":"home","streetAddress":"S2"}]`
	const visible = `,"name":{"givenName":"A"},"addresses":[{"type":"work","locality":"L","formatted":"L"},{"type":"home"}]`
	patched := func(op scim.Op, path string, value any) func(*provisioning.Call, int64) (store.Resource, error) {
		return func(c *provisioning.Call, id int64) (store.Resource, error) {
			operation := scim.Object{"op": string(op), "path": path}
			if value != nil {
				operation["value"] = value
			}
			message := scim.Object{"schemas": []any{scim.URNPatchOp}, "Operations": []any{operation}}
			return service.Patch(t.Context(), c, id, message, provisioning.Preconditions{})
		}
	}
	put := func(more string) func(*provisioning.Call, int64) (store.Resource, error) {
		return func(c *provisioning.Call, id int64) (store.Resource, error) {
			return service.Replace(t.Context(), c, id, body(more), provisioning.Preconditions{})
		}
	}
	work := scim.Object{"type": "work", "locality": "K"}
	const moved = `,"addresses":[{"type":"work","locality":"K","formatted":"K","streetAddress":"S1","primary":true},{"type":"home","streetAddress":"S2"}]`
	for name, test := range map[string]struct {
		change  func(*provisioning.Call, int64) (store.Resource, error)
		version int64
		want    string
	}{
		"put of what is shown":    {put(visible), 1, nick + names + streets + enterprise},
		"put of less":             {put(""), 2, nick + `,"name":{"middleName":"M"}` + enterprise},
		"put of another order":    {put(`,"name":{"givenName":"A"},"addresses":[{"type":"home"},{"type":"work","locality":"K"}]`), 2, nick + names + `,"addresses":[{"type":"home","streetAddress":"S2"},{"type":"work","locality":"K","formatted":"K","streetAddress":"S1","primary":true}]` + enterprise},
		"remove a complex value":  {patched(scim.OpRemove, "name", nil), 2, nick + `,"name":{"middleName":"M"}` + streets + enterprise},
		"replace one of several":  {patched(scim.OpReplace, `addresses[type eq "work"]`, work), 2, nick + names + moved + enterprise},
		"replace a sub-attribute": {patched(scim.OpReplace, `addresses[type eq "work"].locality`, "K"), 2, nick + names + moved + enterprise},
		"remove one of several":   {patched(scim.OpRemove, `addresses[type eq "work"]`, nil), 2, nick + names + `,"addresses":[{"type":"home","streetAddress":"S2"}]` + enterprise},
		"write what is hidden":    {patched(scim.OpReplace, "nickName", "x"), 1, nick + names + streets + enterprise},
	} {
		t.Run(name, func(t *testing.T) {
			created, err := service.Create(t.Context(), as(cinode.PersonaRFC), body(nick+names+streets+enterprise))
			require.NoError(t, err)
			defer func() {
				require.NoError(t, service.Delete(t.Context(), as(cinode.PersonaRFC), created.ID, provisioning.Preconditions{}))
			}()
			changed, err := test.change(as(cinode.PersonaCinode), created.ID)
			require.NoError(t, err)
			require.Equal(t, test.version, changed.Meta.Version)
			got, err := scim.DecodeObject(changed.Text)
			require.NoError(t, err)
			want := body(`,"active":true` + test.want)
			want["schemas"] = []any{scim.URNUser, scim.URNEnterpriseUser}
			require.Equal(t, want, got)
		})
	}
}

// TestPersonaSwitch_KeepsPassword: a persona without passwords destroys none.
func TestPersonaSwitch_KeepsPassword(t *testing.T) {
	t.Parallel()
	s, tenant, service := newService(t)
	call := func(name string) *provisioning.Call {
		p, err := cinode.LookupPersona(name, schema.RFC())
		require.NoError(t, err)
		return &provisioning.Call{Tenant: tenant.ID, Persona: p, Type: p.Registry.Users, Deviations: &scim.Deviations{}}
	}
	body := scim.Object{"schemas": []any{scim.URNUser}, "userName": "ann", "name": scim.Object{"givenName": "A", "familyName": "B"}}
	withPassword := scim.CloneObject(body)
	withPassword["password"] = "secret"
	made, err := service.Create(t.Context(), call(cinode.PersonaRFC), withPassword)
	require.NoError(t, err)
	hash := func() (password string) {
		_, err := s.Update(t.Context(), store.UpdateParams{
			Ref: store.Ref{Tenant: tenant.ID, Type: "User", ID: made.ID}, Type: schema.RFC().Users,
			Change: func(current store.Current) (store.Change, error) {
				password = current.Password
				return store.Change{}, nil
			},
		})
		require.NoError(t, err)
		return password
	}
	before := hash()
	require.NotEmpty(t, before)
	body["displayName"] = "Ann"
	for _, name := range []string{cinode.PersonaCinode, cinode.PersonaRFC} {
		_, err = service.Replace(t.Context(), call(name), made.ID, body, provisioning.Preconditions{})
		require.NoError(t, err, name)
		require.Equal(t, before, hash(), name)
	}
}
