package storetest

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// toggleLinked is toggle by a client of a tenant with a company.
func (f *fixture) toggleLinked(group, id int64) store.UpdateParams {
	p := f.toggle(group, id)
	p.Company = true
	return p
}

// changeLinked changes members as such a client does.
func (f *fixture) changeLinked(t require.TestingT, group int64, change store.Change) {
	_, err := f.store.Update(contextOf(t), store.UpdateParams{
		Ref: f.ref("Group", group), Type: f.groups, Now: later(1), MemberIDs: change.AddMembers, Company: true,
		Change: func(store.Current) (store.Change, error) { return change, nil },
	})
	require.NoError(t, err)
}

func testCompanyMembers(t *testing.T, f *fixture) {
	t.Helper()
	ann, bob, eva := f.user(t, "ann").ID, f.user(t, "bob").ID, f.user(t, "eva").ID
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			unit := f.unit(t, kind, "U")
			one, two := f.link(t, "one", string(kind), kind, unit), f.link(t, "two", string(kind), kind, unit)
			inner := f.group(t, "inner", eva).ID

			f.changeLinked(t, one, store.Change{AddMembers: []int64{ann, bob, inner}})
			require.Equal(t, []int64{ann, bob}, f.members(t, kind, unit), "users, not groups in groups")
			f.changeLinked(t, two, store.Change{AddMembers: []int64{bob, eva}})
			require.Equal(t, []int64{ann, bob, eva}, f.members(t, kind, unit))
			f.changeLinked(t, one, store.Change{RemoveMembers: []int64{ann, bob, eva, inner}})
			require.Equal(t, []int64{bob, eva}, f.members(t, kind, unit), "bob is in the other group too, eva was never in this one")
			f.changeLinked(t, two, store.Change{RemoveMembers: []int64{eva}, AddMembers: []int64{ann}})
			require.Equal(t, []int64{ann, bob}, f.members(t, kind, unit))

			f.remove(t, "Group", two)
			require.Equal(t, []int64{ann, bob}, f.members(t, kind, unit), "the Team and its members stay (D)")
			f.changeLinked(t, one, store.Change{AddMembers: []int64{bob}})
			f.changeLinked(t, one, store.Change{RemoveMembers: []int64{ann}})
			require.Equal(t, []int64{ann, bob}, f.members(t, kind, unit), "who stayed does not leave with a group that he is not in")
			f.changeLinked(t, one, store.Change{RemoveMembers: []int64{bob}})
			require.Equal(t, []int64{ann}, f.members(t, kind, unit))

			gone := f.user(t, "gone").ID
			f.changeLinked(t, one, store.Change{AddMembers: []int64{gone}})
			require.Equal(t, []int64{ann, gone}, f.members(t, kind, unit))
			f.remove(t, "User", gone)
			require.Equal(t, []int64{ann}, f.members(t, kind, unit))
		})
	}
	t.Run("CreatedWithMembers", func(t *testing.T) {
		_, team := f.linkedGroup(t, "G", bob, f.group(t, "inner", eva).ID, ann)
		require.Equal(t, []int64{ann, bob}, f.members(t, cinode.KindTeam, team))
		require.Empty(t, f.members(t, cinode.KindRole, team))
	})
	t.Run("UnlinkedAndOthersFollowNothing", func(t *testing.T) {
		g := f.group(t, "unlinked").ID
		f.changeLinked(t, g, store.Change{AddMembers: []int64{ann}})
		f.changeLinked(t, g, store.Change{RemoveMembers: []int64{ann}})
		linked, team := f.linkedGroup(t, "quiet")
		f.update(t, "Group", linked, store.Change{AddMembers: []int64{ann}})
		require.Empty(t, f.members(t, cinode.KindTeam, team), "not where Company is not set")
	})
	t.Run("OtherTenants", func(t *testing.T) {
		_, team := f.linkedGroup(t, "mine", ann)
		other := f.in(f.newTenant(t))
		require.Empty(t, other.members(t, cinode.KindTeam, team))
		require.Empty(t, other.units(t, cinode.KindTeam))
		require.Empty(t, other.links(t))
	})
	t.Run("Thousands", func(t *testing.T) {
		var all []store.CreateParams
		for i := range 1100 {
			all = append(all, f.newUser("many"+idText(int64(i))))
		}
		created, err := f.store.CreateAll(t.Context(), all)
		require.NoError(t, err)
		many := make([]int64, len(all))
		for i, c := range created {
			many[i] = c.ID
		}
		g, team := f.linkedGroup(t, "many", many[:600]...)
		f.changeLinked(t, g, store.Change{AddMembers: many[500:], RemoveMembers: many[:300]})
		list, err := f.store.UnitMembers(t.Context(), cinode.KindTeam, team, store.Slice{Tenant: f.tenant, Limit: 2000})
		require.NoError(t, err)
		require.Len(t, list, 800)
	})
}

func testCompanyConcurrency(t *testing.T, f *fixture) {
	t.Helper()
	users := make([]int64, crowd)
	for i := range users {
		users[i] = f.user(t, "member"+idText(int64(i))).ID
	}
	t.Run("MembersOfOneGroup", func(t *testing.T) {
		g, team := f.linkedGroup(t, "G", users[:crowd/2]...)
		require.Empty(t, parallel(crowd, func(i int) error {
			_, err := f.store.Update(t.Context(), f.toggleLinked(g, users[i]))
			return err
		}))
		require.Equal(t, users[crowd/2:], f.members(t, cinode.KindTeam, team))
	})
	t.Run("GroupsOfOneUnit", func(t *testing.T) {
		for _, kind := range kinds {
			unit := f.unit(t, kind, "shared")
			one, two := f.link(t, "shared one", string(kind), kind, unit), f.link(t, "shared two", string(kind), kind, unit)
			for range 4 { // three users move in and out of both at once
				require.Empty(t, parallel(crowd/2, func(i int) error {
					_, err := f.store.Update(t.Context(), f.toggleLinked([]int64{one, two}[i%2], users[(i/2)%3]))
					return err
				}))
				want := map[int64]bool{}
				for _, g := range []int64{one, two} {
					for _, l := range f.get(t, "Group", g).Links {
						want[l.ID] = true
					}
				}
				for _, u := range users[:3] {
					require.Equal(t, want[u], slices.Contains(f.members(t, kind, unit), u))
				}
			}
		}
	})
	t.Run("OneOfManyAdopts", func(t *testing.T) {
		role := f.unit(t, cinode.KindRole, "R")
		g := f.link(t, "adopted", "", cinode.KindRole, role)
		teams, groups := len(f.units(t, cinode.KindTeam)), f.list(t, f.groups, "").Total
		var adopted atomic.Int64
		var mu sync.Mutex
		var made []int64
		const many = 12
		require.Empty(t, parallel(many, func(i int) error {
			created, err := f.store.Create(t.Context(), f.newLinked("adopted", "", users[i]))
			if created.Adopted {
				adopted.Add(1)
			}
			mu.Lock()
			defer mu.Unlock()
			made = append(made, created.ID)
			return err
		}))
		require.Equal(t, int64(1), adopted.Load())
		require.Contains(t, made, g)
		require.Len(t, f.members(t, cinode.KindRole, role), 1)
		require.Len(t, f.units(t, cinode.KindTeam), teams+many-1)
		require.Equal(t, groups+many-1, f.list(t, f.groups, "").Total)
	})
	t.Run("OneOfManyLinks", func(t *testing.T) {
		team := f.unit(t, cinode.KindTeam, "T")
		groups := f.list(t, f.groups, "").Total
		failed := parallel(crowd, func(int) error {
			_, err := f.store.CreateLink(t.Context(), store.LinkParams{Tenant: f.tenant, DisplayName: "one", Kind: cinode.KindTeam, UnitID: team, Now: now})
			return err
		})
		require.Len(t, failed, crowd-1)
		for _, err := range failed {
			require.ErrorIs(t, err, store.ErrExists)
		}
		require.Equal(t, groups+1, f.list(t, f.groups, "").Total)
	})
	t.Run("EverythingAtOnce", f.testCompanyRace)
}

// testCompanyRace adds, removes and deletes on all sides: nothing may point at
// what is gone.
func (f *fixture) testCompanyRace(t *testing.T) {
	for round := range 8 {
		suffix := idText(int64(round))
		u, bystander := f.user(t, "raced"+suffix).ID, f.user(t, "bystander"+suffix).ID
		unit := f.unit(t, cinode.KindTeam, "raced")
		groups := make([]int64, 4)
		for i := range groups {
			groups[i] = f.link(t, "raced"+suffix, idText(int64(i)), cinode.KindTeam, unit)
		}
		f.group(t, "outer"+suffix, groups...)
		errs := parallel(12, func(i int) error {
			switch i {
			case 3:
				return f.store.Delete(t.Context(), store.DeleteParams{Ref: f.ref("User", u), Now: now})
			case 5:
				return f.store.DeleteLink(t.Context(), f.tenant, groups[0], now, store.AuditEntry{})
			case 7:
				return f.store.DeleteUnit(t.Context(), f.tenant, cinode.KindTeam, unit, now, store.AuditEntry{})
			case 9:
				_, err := f.store.CreateLink(t.Context(), store.LinkParams{
					Tenant: f.tenant, DisplayName: "late" + suffix, Kind: cinode.KindTeam, UnitID: unit, Now: now,
				})
				return err
			case 11:
				_, err := f.store.Create(t.Context(), f.newLinked("raced"+suffix, "1", bystander))
				return err
			}
			_, err := f.store.Update(t.Context(), f.toggleLinked(groups[i%4], []int64{u, bystander}[i%2]))
			return err
		})
		for _, err := range append(errs, f.store.DeleteUnit(t.Context(), f.tenant, cinode.KindTeam, unit, now, store.AuditEntry{})) {
			// What is gone already, or was in everybody's way.
			require.True(t, err == nil || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrBusy), err)
		}
		_, err := f.store.Unit(t.Context(), f.tenant, cinode.KindTeam, unit)
		require.ErrorIs(t, err, store.ErrNotFound)
		require.Empty(t, f.members(t, cinode.KindTeam, unit))
		for _, l := range f.links(t) {
			require.NotEqual(t, unit, l.UnitID, "a link to what is gone")
		}
		require.Equal(t, f.list(t, f.groups, "id pr").Total, f.list(t, f.groups, "").Total, "counter and rows")
	}
}
