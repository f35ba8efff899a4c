package admin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

var expires = time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)

// withTenant is a database with tenant 1, "Acme".
func withTenant(t *testing.T, s store.Store) *admin.Service {
	t.Helper()
	c := cases(s, schema.RFC())
	_, err := c.CreateTenant(t.Context(), by, admin.TenantInput{Name: "Acme", Persona: cinode.PersonaCinode})
	require.NoError(t, err)
	return c
}

// audited is the audit log but for its oldest line, as "action target detail".
func audited(t *testing.T, s store.Store) []string {
	t.Helper()
	log, err := s.AuditLog(t.Context(), store.AuditParams{Limit: 1000})
	require.NoError(t, err)
	lines := []string{}
	for _, e := range log[:len(log)-1] {
		lines = append(lines, strings.TrimSpace(e.Action+" "+e.Target+" "+e.Detail))
	}
	return lines
}

func requireInvalid(t *testing.T, err error, want ...string) {
	t.Helper()
	var wrong *admin.InvalidError
	require.ErrorAs(t, err, &wrong)
	got := make([]string, len(wrong.Violations))
	for i, v := range wrong.Violations {
		got[i] = v.Pointer + " " + v.Detail
	}
	require.Equal(t, want, got)
}

// What is no UTF-8 comes from terminals of other encodings, and cannot be shown
// again.
func TestNames_MustBeUTF8(t *testing.T) {
	t.Parallel()
	const latin = "\xe5keri"
	ctx, s := t.Context(), inMemory(t)
	c := withTenant(t, s)
	_, err := c.CreateTenant(ctx, by, admin.TenantInput{Name: latin, Persona: cinode.PersonaCinode})
	requireInvalid(t, err, "/name name is no valid UTF-8")
	_, err = c.RenameTenant(ctx, by, 1, latin)
	requireInvalid(t, err, "/name name is no valid UTF-8")
	_, _, err = c.CreateToken(ctx, by, admin.TokenInput{Tenant: 1, Name: latin, Expires: expires})
	requireInvalid(t, err, "/name name is no valid UTF-8")
	_, err = c.CreateUnit(ctx, by, 1, cinode.KindTeam, latin)
	requireInvalid(t, err, "/name name is no valid UTF-8")
	_, err = c.CreateLink(ctx, by, 1, admin.LinkInput{DisplayName: latin, ObjectID: latin, Kind: cinode.KindTeam, UnitID: 1})
	requireInvalid(t, err, "/displayName displayName is no valid UTF-8", "/objectId objectId is no valid UTF-8")
	require.Empty(t, audited(t, s))
}

func TestToken_NameThatNoneCanHave(t *testing.T) {
	t.Parallel()
	for _, s := range []store.Store{inMemory(t), onPostgres(t)} {
		c := withTenant(t, s)
		for _, name := range []string{"\xe5", "a\x00"} {
			var missing *admin.MissingError
			_, err := c.Token(t.Context(), 1, name)
			require.ErrorAs(t, err, &missing)
			_, err = c.RevokeToken(t.Context(), by, 1, name)
			require.ErrorAs(t, err, &missing)
			_, err = c.Tokens(t.Context(), 1, name, "", 10)
			require.ErrorAs(t, err, &missing)
		}
	}
}

func TestTenant_IDsHaveABound(t *testing.T) {
	t.Parallel()
	for _, s := range []store.Store{inMemory(t), onPostgres(t)} {
		c := withTenant(t, s)
		for _, id := range []int64{-1, cinode.MaxTenantID + 1, 1<<63 - 1} {
			_, err := c.CreateTenant(t.Context(), by, admin.TenantInput{ID: id, Persona: cinode.PersonaCinode})
			requireInvalid(t, err, "/id id must be a number from 1 to 1000000000000")
			_, err = c.Restore(t.Context(), by, strings.NewReader(text(small...)), admin.RestoreInput{Tenant: id}, nil)
			requireInvalid(t, err, "/tenant tenant must be a number from 1 to 1000000000000")
		}
		_, err := c.CreateTenant(t.Context(), by, admin.TenantInput{ID: cinode.MaxTenantID, Persona: cinode.PersonaCinode})
		require.NoError(t, err)
		next, err := c.CreateTenant(t.Context(), by, admin.TenantInput{Persona: cinode.PersonaCinode})
		require.NoError(t, err)
		require.Equal(t, int64(cinode.MaxTenantID+1), next.ID, "numbering goes on")
		again, _ := dump(t, s, next.ID)
		_, err = restore(t, s, again, admin.RestoreInput{})
		require.ErrorContains(t, err, "line 2: the id of the tenant is 1000000000001; it must be a number from 1 to 1000000000000")
		_, err = restore(t, s, again, admin.RestoreInput{Tenant: 5})
		require.NoError(t, err)
	}
}

func TestTokens_ScopesOfOne(t *testing.T) {
	t.Parallel()
	c := withTenant(t, inMemory(t))
	token := func(name string, scopes []string) (cinode.Token, error) {
		token, _, err := c.CreateToken(t.Context(), by, admin.TokenInput{Tenant: 1, Name: name, Scopes: scopes, Expires: expires})
		return token, err
	}
	made, err := token("all", nil)
	require.NoError(t, err)
	require.Equal(t, cinode.AllScopes, made.Scopes)
	made, err = token("once", []string{"users:read", "groups:read", "users:read"})
	require.NoError(t, err)
	require.Equal(t, []cinode.Scope{cinode.ScopeUsersRead, cinode.ScopeGroupsRead}, made.Scopes)
	_, err = token("none", []string{})
	requireInvalid(t, err, "/scopes scopes is empty; leave it out for all")
	_, err = token("wrong", []string{"users:read", "", "users:read,users:write", "x"})
	const use = "; use users:read, users:write, groups:read, groups:write"
	requireInvalid(t, err, `/scopes/1 there is no scope ""`+use, `/scopes/2 there is no scope "users:read,users:write"`+use, `/scopes/3 there is no scope "x"`+use)
}

// What changes nothing is not in the audit log.
func TestAudit_NothingChanges(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), inMemory(t)
	c := withTenant(t, s)
	team, err := c.CreateUnit(ctx, by, 1, cinode.KindTeam, "Core")
	require.NoError(t, err)
	persona := admin.PersonaInput{Name: cinode.PersonaCinode, Strict: true, Switches: map[string]bool{"bulk": true}}
	mappings := map[cinode.Mapping]bool{cinode.MappingEmployeeNumber: true}
	for range 2 {
		behaviour, err := c.SetPersona(ctx, by, 1, persona)
		require.NoError(t, err)
		require.True(t, behaviour.Tenant.Strict)
		tenant, err := c.SetMappings(ctx, by, 1, mappings)
		require.NoError(t, err)
		require.Equal(t, []cinode.Mapping{cinode.MappingEmployeeNumber}, tenant.Mappings)
		tenant, err = c.RenameTenant(ctx, by, 1, " Acme ")
		require.NoError(t, err)
		require.Equal(t, "Acme", tenant.Name)
		unit, err := c.RenameUnit(ctx, by, 1, cinode.KindTeam, team.ID, "Core ")
		require.NoError(t, err)
		require.Equal(t, team, unit)
	}
	require.Equal(t, []string{
		"mappings.update attribute-mappings on: EmployeeNumber",
		"persona.update persona name cinode, strict true, skipUnknownMembers false, bulk true", `team.create teams/1 "Core"`,
	}, audited(t, s))
	_, err = c.RenameTenant(ctx, by, 2, "x")
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = c.RenameUnit(ctx, by, 1, cinode.KindRole, team.ID, "x")
	require.ErrorIs(t, err, store.ErrNotFound)
}

// Who reads that something is gone sees what it was.
func TestAudit_NamesWhatIsGone(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), inMemory(t)
	c := withTenant(t, s)
	team, err := c.CreateUnit(ctx, by, 1, cinode.KindTeam, "Core")
	require.NoError(t, err)
	role, err := c.CreateUnit(ctx, by, 1, cinode.KindRole, "Manager")
	require.NoError(t, err)
	var links []cinode.Link
	for _, in := range []admin.LinkInput{
		{DisplayName: "a", Kind: cinode.KindTeam, UnitID: team.ID}, {DisplayName: "b", Kind: cinode.KindTeam, UnitID: team.ID},
		{DisplayName: "c", Kind: cinode.KindTeam, UnitID: team.ID}, {DisplayName: "d", Kind: cinode.KindRole, UnitID: role.ID},
	} {
		l, err := c.CreateLink(ctx, by, 1, in)
		require.NoError(t, err)
		links = append(links, l)
	}
	require.NoError(t, c.DeleteLink(ctx, by, 1, links[0].GroupID))
	require.NoError(t, c.DeleteUnit(ctx, by, 1, cinode.KindTeam, team.ID))
	require.NoError(t, c.DeleteUnit(ctx, by, 1, cinode.KindRole, role.ID))
	require.NoError(t, c.DeleteTenant(ctx, by, 1))
	require.Equal(t, []string{
		`tenant.delete  "Acme"`, `role.delete roles/2 "Manager" with 1 group`, `team.delete teams/1 "Core" with 2 groups`, `link.delete links/3 "a"`,
	}, audited(t, s)[:4])
	require.ErrorIs(t, c.DeleteTenant(ctx, by, 1), store.ErrNotFound)
	require.ErrorIs(t, c.DeleteUnit(ctx, by, 1, cinode.KindTeam, team.ID), store.ErrNotFound)
	require.ErrorIs(t, c.DeleteLink(ctx, by, 1, 3), store.ErrNotFound)
}

func TestReleaseEmail_IsSafeToSendAgain(t *testing.T) {
	t.Parallel()
	for _, s := range []store.Store{inMemory(t), onPostgres(t)} {
		c := withTenant(t, s)
		tenant, err := c.Tenant(t.Context(), 1)
		require.NoError(t, err)
		user := func(userName string) int64 {
			created, err := s.Create(t.Context(), store.CreateParams{
				Tenant: 1, Type: schema.RFC().Storage().Users, Attributes: scim.Object{"userName": userName, "active": false},
			})
			require.NoError(t, err)
			return created.ID
		}
		release := func(id int64, replacement ...string) (string, int64) {
			var name *string
			if len(replacement) > 0 {
				name = &replacement[0]
			}
			u, err := c.ReleaseEmail(t.Context(), by, tenant, id, name)
			require.NoError(t, err)
			return u.UserName, u.Resource.Meta.Version
		}
		ada := user("ada@example.com")
		for range 2 {
			name, version := release(ada)
			require.Equal(t, "released-"+itoa(ada)+"-ada@example.com", name)
			require.Equal(t, int64(2), version)
		}
		for range 2 {
			name, version := release(ada, " old@example.com")
			require.Equal(t, "old@example.com", name)
			require.Equal(t, int64(3), version)
		}
		lines := audited(t, s)
		require.Len(t, lines, 2, "once each")
		for _, blank := range []string{"", " "} {
			_, err = c.ReleaseEmail(t.Context(), by, tenant, ada, &blank)
			requireInvalid(t, err, "/userName userName is missing")
		}
		upper := "OLD@example.com"
		_, err = c.ReleaseEmail(t.Context(), by, tenant, ada, &upper)
		requireInvalid(t, err, "/userName userName must differ from the e-mail that is released")

		long := user(strings.Repeat("x", 2048-len("@example.com")) + "@example.com")
		name, _ := release(long)
		require.Len(t, name, 2048)
		require.True(t, strings.HasPrefix(name, "released-"+itoa(long)+"-xx"))
		require.True(t, strings.HasSuffix(name, "x@example.com"))
		again, version := release(long)
		require.Equal(t, name, again)
		require.Equal(t, int64(2), version)
	}
}
