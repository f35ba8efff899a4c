package storetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func testCursor(t *testing.T, f *fixture) {
	t.Helper()
	var all []int64
	for i := range 25 {
		o := scim.Object{"externalId": "same", "active": i%3 == 0, "emails": []any{scim.Object{"value": "same@example.com"}}}
		if i%5 > 0 {
			o["title"] = "T" + idText(int64(i%4))
		}
		all = append(all, f.user(t, "user"+idText(int64(i)), o).ID)
	}
	f.group(t, "not a user", all[0])
	for name, of := range map[string]store.Selection{
		"All":       {},
		"Filter":    {Filter: bind(t, f.users, `userName pr`)},
		"Selective": {Filter: bind(t, f.users, `externalId eq "same"`)},
		"Text":      {Sort: f.by(t, f.users, "title")},
		"Boolean":   {Sort: f.by(t, f.users, "active")},
		"Time":      {Sort: f.by(t, f.users, "meta.created")},
		"ID":        {Sort: f.by(t, f.users, "id")},
		"Equal":     {Sort: f.by(t, f.users, "emails.value"), Filter: bind(t, f.users, `externalId eq "same"`)},
		"Nothing":   {Sort: f.by(t, f.users, "meta")},
	} {
		of.Type, of.Links = f.users, true
		t.Run(name, func(t *testing.T) {
			for _, descending := range []bool{false, true} {
				p := store.ListParams{Tenant: f.tenant, Of: []store.Selection{of}, Descending: descending, Start: 1, Count: 100}
				page, err := f.store.List(t.Context(), p)
				require.NoError(t, err)
				for _, count := range []int{1, 4, 5, 24, 25, 26} {
					p.Count = count
					require.Equal(t, ids(page.Resources), f.walk(t, p, 25), "%d, descending %t", count, descending)
				}
			}
		})
	}
	t.Run("TotalAlone", func(t *testing.T) {
		page, err := f.store.List(t.Context(), store.ListParams{Tenant: f.tenant, Of: []store.Selection{{Type: f.users}}, Cursor: true})
		require.NoError(t, err)
		require.Equal(t, int64(25), page.Total)
		require.Nil(t, page.Next)
	})
	t.Run("PastTheEnd", func(t *testing.T) {
		late := "99999999999999"
		for _, c := range []struct {
			sort *schema.Target
			key  *string
		}{{nil, nil}, {f.by(t, f.users, "title"), nil}, {f.by(t, f.users, "meta.created"), &late}, {f.by(t, f.users, "meta"), nil}} {
			page, err := f.store.List(t.Context(), store.ListParams{
				Tenant: f.tenant, Of: []store.Selection{{Type: f.users, Sort: c.sort}}, Start: 1, Count: 5, Cursor: true,
				After: &store.Position{ID: 1 << 62, Key: c.key},
			})
			require.NoError(t, err)
			require.Equal(t, int64(25), page.Total)
			require.Empty(t, page.Resources)
			require.Nil(t, page.Next)
		}
	})
	t.Run("KeyOfAnotherOrder", func(t *testing.T) {
		key := "T1"
		_, err := f.store.List(t.Context(), store.ListParams{
			Tenant: f.tenant, Of: []store.Selection{{Type: f.users, Sort: f.by(t, f.users, "meta.created")}}, Count: 5, Cursor: true,
			After: &store.Position{ID: 1, Key: &key},
		})
		require.ErrorContains(t, err, "position")
	})
	t.Run("LongValues", f.testLongKeys)
	t.Run("WritesInBetween", f.testUnsteadyWalk)
}

func (f *fixture) by(t require.TestingT, rt *schema.ResourceType, path string) *schema.Target {
	target := f.target(t, rt, path)
	return &target
}

// testLongKeys sorts by values that differ only behind what a cursor carries.
func (f *fixture) testLongKeys(t *testing.T) {
	f = f.in(f.newTenant(t))
	front := strings.Repeat("å", 256)
	var want []int64
	for i := range 6 {
		want = append(want, f.user(t, "long"+idText(int64(i)), scim.Object{"title": front + idText(int64(9-i))}).ID)
	}
	p := store.ListParams{Tenant: f.tenant, Of: []store.Selection{{Type: f.users, Sort: f.by(t, f.users, "title")}}, Count: 2, Cursor: true}
	page, err := f.store.List(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, front, *page.Next.Key)
	require.Equal(t, want, f.walk(t, p, 6))
}

// testUnsteadyWalk writes between pages: who is there all the time and keeps
// the key is found once.
func (f *fixture) testUnsteadyWalk(t *testing.T) {
	for _, sort := range []*schema.Target{nil, f.by(t, f.users, "title")} {
		f := f.in(f.newTenant(t))
		var steady, gone []int64
		for i := range 20 {
			id := f.user(t, "u"+idText(int64(i)), scim.Object{"title": "t" + idText(int64(i%7))}).ID
			if i%4 == 3 {
				gone = append(gone, id)
			} else {
				steady = append(steady, id)
			}
		}
		p := store.ListParams{Tenant: f.tenant, Of: []store.Selection{{Type: f.users, Sort: sort}}, Count: 3, Cursor: true}
		var found []int64
		for more, n := true, 0; more; n++ {
			page, err := f.store.List(t.Context(), p)
			require.NoError(t, err)
			require.Equal(t, f.list(t, f.users, "id pr").Total, page.Total)
			found = append(found, ids(page.Resources)...)
			p.After, more = page.Next, page.Next != nil
			if more && len(gone) > 0 {
				f.remove(t, "User", gone[0])
				gone = gone[1:]
			}
			if more && slices.Contains(steady, p.After.ID) && n == 1 { // the place stays where nobody is any more
				f.remove(t, "User", p.After.ID)
			}
			f.user(t, "new"+idText(int64(n)), scim.Object{"title": "T0"})
			if n > 30 {
				break
			}
		}
		for _, id := range steady {
			require.Equal(t, 1, len(found)-len(slices.DeleteFunc(slices.Clone(found), func(other int64) bool { return other == id })))
		}
	}
}
