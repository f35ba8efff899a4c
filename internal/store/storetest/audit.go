package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// line is an entry about the fixture's tenant.
func (f *fixture) line(action, target string) store.AuditEntry {
	return store.AuditEntry{
		By: store.By{Actor: "admin", Address: "192.0.2.1", Request: "r1"}, Tenant: f.tenant, At: later(1).Truncate(1_000_000),
		Action: action, Target: target, Detail: "\"Å\"",
	}
}

// lines are the actions and targets in the log of the tenant, the oldest first.
func (f *fixture) lines(t *testing.T) []string {
	t.Helper()
	log, err := f.store.AuditLog(t.Context(), store.AuditParams{Tenant: f.tenant, Limit: 1000})
	require.NoError(t, err)
	lines := make([]string, len(log))
	for i, e := range log {
		want := f.line(e.Action, e.Target)
		want.ID = e.ID
		require.Equal(t, want, e)
		lines[len(log)-1-i] = e.Action + " " + e.Target
	}
	return lines
}

// testAudited writes in every way that is logged, and in each that fails.
func testAudited(t *testing.T, f *fixture) {
	t.Helper()
	ctx := t.Context()
	create := func(params store.CreateParams) (store.Created, error) {
		params.Tenant, params.Now = f.tenant, now
		return f.store.Create(ctx, params)
	}
	person := store.CreateParams{Type: f.users, Attributes: scim.Object{"userName": "ann"}, Audit: f.line("user.create", "users/")}
	ann, err := create(person)
	require.NoError(t, err)
	_, err = create(person)
	require.Error(t, err, "taken")
	team := store.CreateParams{
		Type: f.groups, Attributes: scim.Object{"displayName": "G"}, Members: []int64{ann.ID}, Company: true, Audit: f.line("group.create", "groups/"),
	}
	group, err := create(team)
	require.NoError(t, err)
	team.Company = false
	second, err := create(team)
	require.NoError(t, err)
	team.Members = []int64{nothing}
	_, err = create(team)
	require.Error(t, err, "unknown member")
	all, err := f.store.CreateAll(ctx, []store.CreateParams{
		{Tenant: f.tenant, Type: f.users, Attributes: scim.Object{"userName": "bob"}, Now: now, Audit: f.line("user.create", "users/")},
	})
	require.NoError(t, err)
	want := []string{
		"user.create users/" + idText(ann.ID), "group.create groups/" + idText(group.ID), "group.create groups/" + idText(second.ID),
		"user.create users/" + idText(all[0].ID),
	}
	require.Equal(t, want, f.lines(t))

	update := func(params store.UpdateParams, change store.Change, refused error) {
		params.Tenant, params.Now, params.Type = f.tenant, later(1), f.typeOf(params.Ref.Type)
		params.Change = func(store.Current) (store.Change, error) { return change, refused }
		_, err := f.store.Update(ctx, params)
		require.ErrorIs(t, err, refused)
	}
	ofAnn := store.UpdateParams{Ref: f.ref("User", ann.ID)}
	e := f.line("user.update", "users/"+idText(ann.ID))
	update(ofAnn, store.Change{Attributes: scim.Object{"userName": "ann2"}, Audit: e}, nil)
	update(ofAnn, store.Change{Password: new("hash"), Audit: e}, nil)
	update(ofAnn, store.Change{Audit: e}, nil) // nothing
	update(ofAnn, store.Change{Password: new("other"), Audit: e}, errors.New("refused"))
	ofGroup := store.UpdateParams{Ref: f.ref("Group", group.ID), MemberIDs: []int64{ann.ID}, Company: true}
	update(ofGroup, store.Change{RemoveMembers: []int64{ann.ID}, Audit: f.line("group.update", "groups/"+idText(group.ID))}, nil)
	want = append(want, "user.update "+e.Target, "user.update "+e.Target, "group.update groups/"+idText(group.ID))
	require.Equal(t, want, f.lines(t))

	remove := store.DeleteParams{Ref: f.ref("User", ann.ID), Now: now, Audit: f.line("user.delete", "users/"+idText(ann.ID))}
	require.NoError(t, f.store.Delete(ctx, remove))
	require.ErrorIs(t, f.store.Delete(ctx, remove), store.ErrNotFound)
	require.Equal(t, append(want, "user.delete "+remove.Audit.Target), f.lines(t))
}

// testAuditedCompany does the same by hand of an administrator.
func testAuditedCompany(t *testing.T, f *fixture) {
	t.Helper()
	ctx := t.Context()
	hash := cinode.HashSecret("audited")
	token := cinode.Token{Tenant: f.tenant, Name: "a", Audience: cinode.AudienceSCIM, Created: now, Expires: later(60)}
	e := f.line("token.create", "tokens/a")
	require.NoError(t, f.store.CreateToken(ctx, token, hash, e))
	require.Error(t, f.store.CreateToken(ctx, token, hash, e))
	require.NoError(t, f.store.PutToken(ctx, token, hash, f.line("token.replace", "tokens/a")))
	for range 2 { // it is revoked once
		require.NoError(t, f.store.RevokeToken(ctx, f.tenant, "A", later(1), f.line("token.revoke", "tokens/a")))
	}
	require.ErrorIs(t, f.store.RevokeToken(ctx, f.tenant, "b", later(1), e), store.ErrNotFound)
	unit, err := f.store.CreateUnit(ctx, f.tenant, cinode.Unit{Kind: cinode.KindRole, Name: "R", Created: now}, f.line("role.create", "roles/"))
	require.NoError(t, err)
	role := "roles/" + idText(unit.ID)
	require.NoError(t, f.store.RenameUnit(ctx, f.tenant, cinode.KindRole, unit.ID, "R2", f.line("role.update", role)))
	require.ErrorIs(t, f.store.RenameUnit(ctx, f.tenant, cinode.KindTeam, unit.ID, "R2", e), store.ErrNotFound)
	params := store.LinkParams{
		Tenant: f.tenant, DisplayName: "L", Kind: cinode.KindRole, UnitID: unit.ID, Now: now, Audit: f.line("link.create", "links/"),
	}
	link, err := f.store.CreateLink(ctx, params)
	require.NoError(t, err)
	_, err = f.store.CreateLink(ctx, params)
	require.ErrorIs(t, err, store.ErrExists)
	require.NoError(t, f.store.DeleteLink(ctx, f.tenant, link.GroupID, now, f.line("link.delete", "links/"+idText(link.GroupID))))
	require.ErrorIs(t, f.store.DeleteLink(ctx, f.tenant, link.GroupID, now, e), store.ErrNotFound)
	require.NoError(t, f.store.DeleteUnit(ctx, f.tenant, cinode.KindRole, unit.ID, now, f.line("role.delete", role)))
	require.ErrorIs(t, f.store.DeleteUnit(ctx, f.tenant, cinode.KindRole, unit.ID, now, e), store.ErrNotFound)
	_, err = f.store.ChangeTenant(ctx, f.tenant, func(*cinode.Tenant) (store.AuditEntry, error) { return f.line("tenant.update", ""), nil })
	require.NoError(t, err)
	require.Equal(t, []string{
		"token.create tokens/a", "token.replace tokens/a", "token.revoke tokens/a", "role.create " + role, "role.update " + role,
		"link.create links/" + idText(link.GroupID), "link.delete links/" + idText(link.GroupID), "role.delete " + role, "tenant.update ",
	}, f.lines(t))
	require.NoError(t, f.store.DeleteTenant(ctx, f.tenant, f.line("tenant.delete", "")))
	lines := f.lines(t)
	require.Equal(t, "tenant.delete ", lines[len(lines)-1], "the log outlives its tenant")
}

func testAudit(t *testing.T, f *fixture) {
	t.Helper()
	other := f.in(f.newTenant(t))
	write := func(ctx context.Context, f *fixture, action, actor string) {
		e := f.line(action, "")
		e.Actor = actor
		_, err := f.store.ChangeTenant(ctx, f.tenant, func(*cinode.Tenant) (store.AuditEntry, error) { return e, nil })
		require.NoError(t, err)
	}
	for _, e := range []struct {
		of            *fixture
		action, actor string
	}{{f, "token.create", "admin"}, {other, "token.create", "cli"}, {f, "token.revoke", "cli"}, {f, "tokens", "admin"}, {f, "user.delete", "admin"}} {
		write(t.Context(), e.of, e.action, e.actor)
	}
	list := func(p store.AuditParams) (actions []string) {
		if p.Limit == 0 {
			p.Limit = 100
		}
		log, err := f.store.AuditLog(t.Context(), p)
		require.NoError(t, err)
		for _, e := range log {
			actions = append(actions, e.Action)
		}
		return actions
	}
	t.Run("NewestFirst", func(t *testing.T) {
		require.Equal(t, []string{"user.delete", "tokens", "token.revoke", "token.create", "token.create"}, list(store.AuditParams{}))
	})
	t.Run("OfATenant", func(t *testing.T) {
		require.Len(t, list(store.AuditParams{Tenant: f.tenant}), 4)
		require.Equal(t, []string{"token.create"}, list(store.AuditParams{Tenant: other.tenant}))
	})
	t.Run("ByActionOrWhatStandsBeforeItsDot", func(t *testing.T) {
		require.Equal(t, []string{"token.create", "token.create"}, list(store.AuditParams{Action: "token.create"}))
		require.Equal(t, []string{"token.revoke", "token.create", "token.create"}, list(store.AuditParams{Action: "token"}))
		require.Empty(t, list(store.AuditParams{Action: "tok"}))
		require.Empty(t, list(store.AuditParams{Action: "%"}))
	})
	t.Run("ByActor", func(t *testing.T) {
		require.Equal(t, []string{"token.revoke"}, list(store.AuditParams{Tenant: f.tenant, Actor: "cli", Action: "token"}))
	})
	t.Run("InPages", func(t *testing.T) {
		first, err := f.store.AuditLog(t.Context(), store.AuditParams{Limit: 2})
		require.NoError(t, err)
		require.Len(t, first, 2)
		require.Equal(t, []string{"token.revoke", "token.create"}, list(store.AuditParams{Before: first[1].ID, Limit: 2}))
		require.Equal(t, []string{"token.create"}, list(store.AuditParams{Before: first[1].ID - 2, Limit: 2}))
	})
}
