package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// touching is an exchange with changes: each a resource, or a group and a member.
func (f *fixture) touching(number int, changes ...[2]string) journal.Exchange {
	e := f.recorded(number)
	e.Changes = nil
	for _, c := range changes {
		change := journal.Change{Resource: c[0], Path: "title", After: `"x"`}
		if c[1] != "" {
			change.Path, change.After = "members", `"`+c[1]+`"`
		}
		e.Changes = append(e.Changes, change)
	}
	return e
}

func testTouched(t *testing.T, f *fixture) {
	t.Helper()
	db, ok := f.store.(journal.Store)
	require.True(t, ok)
	other := f.in(f.newTenant(t))
	keep := journal.Keep{Max: 7, PerAddress: 2, MaxRefused: 3}
	write := func(list ...journal.Exchange) {
		require.NoError(t, db.AppendExchanges(t.Context(), list, nil, keep))
	}
	find := func(q journal.Query) []journal.Exchange {
		if q.Limit == 0 {
			q.Limit = 100
		}
		list, err := db.Exchanges(t.Context(), q)
		require.NoError(t, err)
		return list
	}
	requests := func(q journal.Query) (names []string) {
		for _, e := range find(q) {
			names = append(names, e.Request)
		}
		return names
	}
	history := func(resource int64) journal.Query {
		return journal.Query{Tenant: f.tenant, Newest: true, Match: journal.Match{Resource: resource}}
	}
	said := f.touching(2)
	said.Sent.Body = []byte(`{"changes":[{"Resource":"Users/1","Path":"title","Before":"","After":""}]}`)
	left := f.touching(5, [2]string{"Groups/8", "1"})
	left.Changes[0].Before, left.Changes[0].After = left.Changes[0].After, ""
	write(f.touching(1, [2]string{"Users/1"}, [2]string{"Users/1"}, [2]string{"Users/2"}), said,
		f.touching(3, [2]string{"Groups/8", "1"}, [2]string{"Groups/8", "12"}, [2]string{"Groups/9", "1"}))
	write(f.touching(4, [2]string{"Users/12"}), left, other.touching(6, [2]string{"Users/1"}, [2]string{"Groups/8", "2"}))

	for resource, want := range map[int64][]string{1: {"r5", "r3", "r1"}, 2: {"r1"}, 12: {"r4", "r3"}, 8: {"r5", "r3"}, 9: {"r3"}, 3: nil, 121: nil} {
		require.Equal(t, want, requests(history(resource)), "the newest first, each once: %d", resource)
		n, err := db.CountExchanges(t.Context(), history(resource))
		require.NoError(t, err)
		require.Len(t, want, int(n))
	}
	newest := find(history(1))[0].ID
	q := history(1)
	q.Before, q.Limit = newest, 1
	require.Equal(t, []string{"r3"}, requests(q), "in pages")
	require.Equal(t, []string{"r3", "r5"}, requests(journal.Query{Tenant: f.tenant, After: newest - 3, Match: q.Match}), "the oldest first")
	require.Equal(t, []string{"r6"}, requests(journal.Query{Tenant: other.tenant, Match: q.Match}), "of another tenant")
	require.Equal(t, []string{"r1", "r3", "r5", "r6"}, requests(journal.Query{Match: q.Match}), "of all")
	require.Nil(t, requests(journal.Query{NoTenant: true, Match: q.Match}))
	q = history(1)
	q.Match.Path = "/Users/3"
	require.Equal(t, []string{"r3"}, requests(q), "with other conditions")

	write(f.touching(7, [2]string{"Users/1"}), f.touching(8), f.touching(9))
	require.Equal(t, []string{"r7", "r5", "r3"}, requests(history(1)), "the oldest had to go")
	q = history(1)
	q.Age = journal.Age{Now: later(65).Truncate(time.Millisecond), Max: time.Minute}
	require.Equal(t, []string{"r7", "r5"}, requests(q), "not those that are too old")
	require.NoError(t, db.ClearJournal(t.Context(), f.tenant))
	require.Nil(t, requests(history(1)))
	require.NoError(t, f.store.DeleteTenant(t.Context(), other.tenant, store.AuditEntry{}))
	require.Nil(t, requests(journal.Query{Match: q.Match}))
}
