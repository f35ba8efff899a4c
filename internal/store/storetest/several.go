package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func testSeveral(t *testing.T, f *fixture) {
	t.Helper()
	ann := f.user(t, "ann", scim.Object{"displayName": "Delta"})
	staff := f.group(t, "bravo", ann.ID)
	bob := f.user(t, "bob", scim.Object{"displayName": "alpha"})
	crew := f.group(t, "Charlie", bob.ID, staff.ID)
	cid := f.user(t, "cid")
	other := f.in(f.newTenant(t))
	other.user(t, "ann")
	other.group(t, "alpha")

	list := func(t *testing.T, change func(*store.ListParams)) store.Page {
		t.Helper()
		p := store.ListParams{
			Tenant: f.tenant, Of: []store.Selection{{Type: f.users, Links: true, Manager: true}, {Type: f.groups}}, Start: 1, Count: 100, BaseURL: baseURL,
		}
		change(&p)
		page, err := f.store.List(t.Context(), p)
		require.NoError(t, err)
		return page
	}
	t.Run("ByID", func(t *testing.T) {
		page := list(t, func(*store.ListParams) {})
		require.Equal(t, int64(5), page.Total)
		require.Equal(t, []int64{ann.ID, staff.ID, bob.ID, crew.ID, cid.ID}, ids(page.Resources))
		require.Equal(t, f.get(t, "User", ann.ID), page.Resources[0])
		require.Equal(t, withoutLinks(f.get(t, "Group", crew.ID)), page.Resources[3], "links are of the type that asks")
	})
	t.Run("Sorted", func(t *testing.T) {
		by := func(p *store.ListParams) {
			p.Of[0].Sort, p.Of[1].Sort = f.by(t, f.users, "displayName"), f.by(t, f.groups, "displayName")
		}
		require.Equal(t, []int64{bob.ID, staff.ID, crew.ID, ann.ID, cid.ID}, ids(list(t, by).Resources))
		page := list(t, func(p *store.ListParams) {
			by(p)
			p.Descending, p.Start, p.Count = true, 2, 3
		})
		require.Equal(t, []int64{ann.ID, crew.ID, staff.ID}, ids(page.Resources))
		require.Equal(t, int64(5), page.Total)
	})
	t.Run("SortedByWhatOneHas", func(t *testing.T) {
		by := func(p *store.ListParams) { p.Of[0].Sort = f.by(t, f.users, "userName") }
		require.Equal(t, []int64{ann.ID, bob.ID, cid.ID, staff.ID, crew.ID}, ids(list(t, by).Resources))
		require.Equal(t, []int64{staff.ID, crew.ID, cid.ID, bob.ID, ann.ID}, ids(list(t, func(p *store.ListParams) {
			by(p)
			p.Descending = true
		}).Resources))
	})
	t.Run("SortedByWhatIsNoText", func(t *testing.T) {
		page := list(t, func(p *store.ListParams) { p.Of[1].Sort = f.by(t, f.groups, "meta.created") })
		require.Equal(t, []int64{staff.ID, crew.ID, ann.ID, bob.ID, cid.ID}, ids(page.Resources))
		page = list(t, func(p *store.ListParams) {
			p.Of[0].Sort, p.Of[1].Sort = f.by(t, f.users, "userName"), f.by(t, f.groups, "meta.created")
		})
		require.Equal(t, []int64{staff.ID, crew.ID, ann.ID, bob.ID, cid.ID}, ids(page.Resources))
	})
	t.Run("Filtered", func(t *testing.T) {
		page := list(t, func(p *store.ListParams) {
			p.Of[0].Filter, p.Of[1].Filter = bind(t, f.users, `userName eq "ann"`), bind(t, f.groups, `displayName co "a"`)
		})
		require.Equal(t, []int64{ann.ID, staff.ID, crew.ID}, ids(page.Resources))
		require.Equal(t, int64(3), page.Total)
		page = list(t, func(p *store.ListParams) { p.Of[0].Filter = bind(t, f.users, `userName eq "ann"`) })
		require.Equal(t, []int64{ann.ID, staff.ID, crew.ID}, ids(page.Resources), "the other is whole")
		require.Equal(t, int64(3), page.Total)
	})
	t.Run("TotalAloneAndPastTheEnd", func(t *testing.T) {
		for _, c := range []struct{ start, count int }{{1, 0}, {6, 10}, {1000, 1}} {
			page := list(t, func(p *store.ListParams) { p.Start, p.Count = int64(c.start), c.count })
			require.Equal(t, int64(5), page.Total)
			require.Empty(t, page.Resources)
		}
	})
	t.Run("ByCursor", func(t *testing.T) {
		p := store.ListParams{
			Tenant: f.tenant, Count: 2,
			Of: []store.Selection{{Type: f.users, Sort: f.by(t, f.users, "displayName")}, {Type: f.groups, Sort: f.by(t, f.groups, "displayName")}},
		}
		require.Equal(t, []int64{bob.ID, staff.ID, crew.ID, ann.ID, cid.ID}, f.walk(t, p, 5))
	})
}
