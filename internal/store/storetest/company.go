package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

const nothing = int64(1) << 60

var kinds = []cinode.Kind{cinode.KindTeam, cinode.KindRole}

func (f *fixture) slice(name string) store.Slice {
	return store.Slice{Tenant: f.tenant, Limit: 100, Name: name}
}

func (f *fixture) unit(t require.TestingT, kind cinode.Kind, name string) int64 {
	u, err := f.store.CreateUnit(contextOf(t), f.tenant, cinode.Unit{Kind: kind, Name: name, Created: now}, store.AuditEntry{})
	require.NoError(t, err)
	return u.ID
}

func (f *fixture) units(t require.TestingT, kind cinode.Kind) []cinode.Unit {
	list, err := f.store.Units(contextOf(t), kind, f.slice(""))
	require.NoError(t, err)
	return list
}

func (f *fixture) links(t require.TestingT) []cinode.Link {
	list, err := f.store.Links(contextOf(t), f.slice(""))
	require.NoError(t, err)
	return list
}

// members are the ids of who is in a Team or has a Role.
func (f *fixture) members(t require.TestingT, kind cinode.Kind, id int64) []int64 {
	list, err := f.store.UnitMembers(contextOf(t), kind, id, f.slice(""))
	require.NoError(t, err)
	out := make([]int64, 0, len(list))
	for _, p := range list {
		out = append(out, p.ID)
	}
	return out
}

// link makes a link beforehand and gives the id of its group.
func (f *fixture) link(t require.TestingT, displayName, objectID string, kind cinode.Kind, unit int64) int64 {
	l, err := f.store.CreateLink(contextOf(t), store.LinkParams{
		Tenant: f.tenant, DisplayName: displayName, ObjectID: objectID, Kind: kind, UnitID: unit, Now: now,
	})
	require.NoError(t, err)
	return l.GroupID
}

// linkOf finds the link of a group.
func (f *fixture) linkOf(t require.TestingT, group int64) (cinode.Link, bool) {
	list, err := f.store.Links(contextOf(t), store.Slice{Tenant: f.tenant, After: group - 1, Limit: 1})
	require.NoError(t, err)
	if len(list) == 0 || list[0].GroupID != group {
		return cinode.Link{}, false
	}
	return list[0], true
}

// newLinked describes a group that a client of a tenant with a company makes.
func (f *fixture) newLinked(displayName, externalID string, members ...int64) store.CreateParams {
	p := f.newGroup(displayName, members...)
	p.Now, p.Company = later(1), true
	if externalID != "" {
		p.Attributes["externalId"] = externalID
	}
	return p
}

// linkedGroup is a group with its Team.
func (f *fixture) linkedGroup(t require.TestingT, displayName string, members ...int64) (group, team int64) {
	created, err := f.store.Create(contextOf(t), f.newLinked(displayName, "", members...))
	require.NoError(t, err)
	l, ok := f.linkOf(t, created.ID)
	require.True(t, ok)
	require.Equal(t, cinode.KindTeam, l.Kind)
	return created.ID, l.UnitID
}

func testBehaviour(t *testing.T, f *fixture) {
	t.Helper()
	before, err := f.store.Tenant(t.Context(), f.tenant)
	require.NoError(t, err)
	require.Nil(t, before.Switches)
	require.Nil(t, before.Mappings)
	want := cinode.Tenant{
		ID: f.tenant, Name: "Räksmörgås", Persona: cinode.PersonaCinode, Strict: true, SkipUnknownMembers: true, Created: before.Created,
		Switches: map[string]bool{"company": false, "putGroups": true},
		Mappings: []cinode.Mapping{cinode.MappingEmploymentStartDate, cinode.MappingEmployeeNumber},
	}
	hash := cinode.HashSecret("behaviour")
	require.NoError(t, f.store.CreateToken(t.Context(), cinode.Token{Tenant: f.tenant, Name: "t", Created: now, Expires: now}, hash, store.AuditEntry{}))
	same := func(want cinode.Tenant) {
		got, err := f.store.Tenant(t.Context(), f.tenant)
		require.NoError(t, err)
		require.Equal(t, want, got)
		list, err := f.store.Tenants(t.Context(), 0, 1000)
		require.NoError(t, err)
		require.Equal(t, []cinode.Tenant{want}, list)
		access, err := f.store.TokenByHash(t.Context(), hash)
		require.NoError(t, err)
		require.Equal(t, want, access.Tenant)
	}
	same(before)
	change := want
	change.Created = later(9) // not looked at
	become := func(to cinode.Tenant) {
		_, err := f.store.ChangeTenant(t.Context(), f.tenant, func(tenant *cinode.Tenant) (store.AuditEntry, error) {
			*tenant = to
			return store.AuditEntry{}, nil
		})
		require.NoError(t, err)
	}
	become(change)
	same(want)
	become(before)
	same(before)
	refused := errors.New("refused")
	_, err = f.store.ChangeTenant(t.Context(), f.tenant, func(tenant *cinode.Tenant) (store.AuditEntry, error) {
		tenant.Name = "other"
		return store.AuditEntry{}, refused
	})
	require.ErrorIs(t, err, refused)
	same(before)
	_, err = f.store.ChangeTenant(t.Context(), nothing, func(*cinode.Tenant) (store.AuditEntry, error) { return store.AuditEntry{}, nil })
	require.ErrorIs(t, err, store.ErrNotFound)
	testTogether(t, f)
}

// testTogether changes different things of a tenant at once: none is lost.
func testTogether(t *testing.T, f *fixture) {
	t.Helper()
	var group errgroup.Group
	for i := range 8 {
		group.Go(func() error {
			_, err := f.store.ChangeTenant(t.Context(), f.tenant, func(tenant *cinode.Tenant) (store.AuditEntry, error) {
				if tenant.Switches == nil {
					tenant.Switches = map[string]bool{}
				}
				tenant.Switches["switch"+idText(int64(i))] = true
				return store.AuditEntry{}, nil
			})
			return err
		})
	}
	require.NoError(t, group.Wait())
	got, err := f.store.Tenant(t.Context(), f.tenant)
	require.NoError(t, err)
	require.Len(t, got.Switches, 8)
}

func testUnits(t *testing.T, f *fixture) {
	t.Helper()
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) { f.in(f.newTenant(t)).testUnitsOf(t, kind) })
	}
	t.Run("UnknownKind", func(t *testing.T) {
		_, err := f.store.Units(t.Context(), "Department", f.slice(""))
		require.ErrorContains(t, err, "use Team or Role")
		_, err = f.store.CreateUnit(t.Context(), f.tenant, cinode.Unit{Kind: "Department"}, store.AuditEntry{})
		require.ErrorContains(t, err, "use Team or Role")
		require.ErrorContains(t, f.store.DeleteUnit(t.Context(), f.tenant, "", 1, now, store.AuditEntry{}), "use Team or Role")
	})
}

func (f *fixture) testUnitsOf(t *testing.T, kind cinode.Kind) {
	t.Helper()
	other := f.in(f.newTenant(t))
	first, second, twin := f.unit(t, kind, "Åsa's"), f.unit(t, kind, "Platform Ünit"), f.unit(t, kind, "Åsa's")
	theirs := other.unit(t, kind, "Åsa's")
	created := now.Truncate(time.Millisecond)
	want := []cinode.Unit{
		{ID: first, Kind: kind, Name: "Åsa's", Created: created},
		{ID: second, Kind: kind, Name: "Platform Ünit", Created: created},
		{ID: twin, Kind: kind, Name: "Åsa's", Created: created},
	}
	require.Equal(t, want, f.units(t, kind))
	got, err := f.store.Unit(t.Context(), f.tenant, kind, second)
	require.NoError(t, err)
	require.Equal(t, want[1], got)
	_, err = f.store.Unit(t.Context(), f.tenant, kind, theirs)
	require.ErrorIs(t, err, store.ErrNotFound)
	for _, other := range kinds {
		if other != kind {
			_, err = f.store.Unit(t.Context(), f.tenant, other, first)
			require.ErrorIs(t, err, store.ErrNotFound, "ids are of one kind")
			require.Empty(t, f.units(t, other))
		}
	}

	page := func(after int64, limit int, name string) []cinode.Unit {
		list, err := f.store.Units(t.Context(), kind, store.Slice{Tenant: f.tenant, After: after, Limit: limit, Name: name})
		require.NoError(t, err)
		return list
	}
	require.Equal(t, want[:2], page(0, 2, ""))
	require.Equal(t, want[2:], page(second, 2, ""))
	require.Empty(t, page(twin, 2, ""))
	require.Equal(t, []cinode.Unit{want[0], want[2]}, page(0, 5, "åSA"))
	require.Equal(t, want[2:], page(first, 5, "ÅSA"))
	require.Equal(t, want[1:2], page(0, 5, "ünit"))
	require.Empty(t, page(0, 5, "%"))

	require.NoError(t, f.store.RenameUnit(t.Context(), f.tenant, kind, first, "Renamed", store.AuditEntry{}))
	require.Equal(t, []int64{first}, []int64{page(0, 5, "renamed")[0].ID})
	require.ErrorIs(t, f.store.RenameUnit(t.Context(), f.tenant, kind, theirs, "x", store.AuditEntry{}), store.ErrNotFound)
	require.ErrorIs(t, f.store.DeleteUnit(t.Context(), f.tenant, kind, theirs, now, store.AuditEntry{}), store.ErrNotFound)
	require.NoError(t, f.store.DeleteUnit(t.Context(), f.tenant, kind, first, now, store.AuditEntry{}))
	require.ErrorIs(t, f.store.DeleteUnit(t.Context(), f.tenant, kind, first, now, store.AuditEntry{}), store.ErrNotFound)
	require.Equal(t, want[1:], f.units(t, kind))
	require.Len(t, other.units(t, kind), 1)
}

func testPeople(t *testing.T, f *fixture) {
	t.Helper()
	ann := f.user(t, "Ann.Lee@example.com", scim.Object{"displayName": "Ann Lee", "active": true})
	bob := f.user(t, "BOB@example.com", scim.Object{"active": false})
	eva := f.user(t, "eva@example.com", scim.Object{"displayName": "Éva \"Q\"", "active": true})
	f.in(f.newTenant(t)).user(t, "ann.lee@example.com")
	at := now.Truncate(time.Millisecond)
	want := []store.Person{
		{ID: ann.ID, UserName: "Ann.Lee@example.com", DisplayName: "Ann Lee", Status: cinode.StatusActive, Modified: at},
		{ID: bob.ID, UserName: "BOB@example.com", DisplayName: "BOB@example.com", Status: cinode.StatusDisconnected, Modified: at},
		{ID: eva.ID, UserName: "eva@example.com", DisplayName: "Éva \"Q\"", Status: cinode.StatusActive, Modified: at},
	}
	for _, c := range []struct {
		name   string
		after  int64
		limit  int
		part   string
		status cinode.Status
		want   []store.Person
	}{
		{"all", 0, 10, "", "", want},
		{"a page", 0, 2, "", "", want[:2]},
		{"the next page", bob.ID, 2, "", "", want[2:]},
		{"beyond", eva.ID, 2, "", "", nil},
		{"active", 0, 10, "", cinode.StatusActive, []store.Person{want[0], want[2]}},
		{"active after", ann.ID, 1, "", cinode.StatusActive, want[2:]},
		{"disconnected", 0, 10, "", cinode.StatusDisconnected, want[1:2]},
		{"by display name", 0, 10, "N LEE", "", want[:1]},
		{"by userName", 0, 10, "lee@EXAMPLE", "", want[:1]},
		{"folded", 0, 10, "éVA \"", "", want[2:]},
		{"both", 0, 10, "example.com", cinode.StatusDisconnected, want[1:2]},
		{"nobody", 0, 10, "_", "", nil},
	} {
		got, err := f.store.People(t.Context(), store.Slice{Tenant: f.tenant, After: c.after, Limit: c.limit, Name: c.part}, c.status)
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, append([]store.Person(nil), got...), c.name)
	}
	_, team := f.linkedGroup(t, "G", ann.ID, bob.ID, eva.ID)
	for part, want := range map[string][]store.Person{"": want, "bob": want[1:2]} {
		got, err := f.store.UnitMembers(t.Context(), cinode.KindTeam, team, f.slice(part))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	got, err := f.store.UnitMembers(t.Context(), cinode.KindTeam, team, store.Slice{Tenant: f.tenant, After: ann.ID, Limit: 1})
	require.NoError(t, err)
	require.Equal(t, want[1:2], got)
}
