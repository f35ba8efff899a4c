package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func testTraffic(t *testing.T, f *fixture, db journal.Store) {
	t.Helper()
	start := later(0).Truncate(time.Millisecond)
	at := func(d time.Duration, status int, client journal.Client, deviations ...journal.Deviation) journal.Exchange {
		e := f.recorded(1)
		e.At, e.Status, e.Client, e.Deviations = start.Add(d), status, client, deviations
		return e
	}
	tolerated := journal.Deviation{ID: "patch-op-case", Detail: "Replace"}
	foreign := at(0, 200, journal.ClientOkta)
	foreign.Tenant = f.newTenant(t)
	require.NoError(t, db.AppendExchanges(t.Context(), []journal.Exchange{
		at(-time.Millisecond, 200, journal.ClientOkta), at(0, 200, journal.ClientOkta), at(59*time.Second, 0, journal.ClientOkta),
		at(time.Minute, 204, journal.ClientEntra, tolerated), at(119*time.Second, 400, journal.ClientEntra, tolerated), at(3*time.Minute, 500, "Nobody's"),
		at(4*time.Minute, 200, journal.ClientOkta), foreign,
	}, nil, journal.Keep{Max: 100}))
	q := journal.TrafficQuery{Tenant: f.tenant, From: start, To: start.Add(4 * time.Minute), Step: time.Minute}
	read := func(q journal.TrafficQuery) []journal.Traffic {
		list, err := db.Traffic(t.Context(), q)
		require.NoError(t, err)
		slices.SortFunc(list, func(a, b journal.Traffic) int { return a.At.Compare(b.At) })
		return list
	}
	okta := journal.Traffic{At: start, Client: journal.ClientOkta, Requests: 2, Errors: 1}
	entra := journal.Traffic{At: start.Add(time.Minute), Client: journal.ClientEntra, Requests: 2, Errors: 1, Deviating: 1}
	last := journal.Traffic{At: start.Add(3 * time.Minute), Client: "nobody's", Requests: 1, Errors: 1}
	require.Equal(t, []journal.Traffic{okta, entra, last}, read(q))
	q.Age = journal.Age{Now: start.Add(2 * time.Minute), Max: time.Minute}
	require.Equal(t, []journal.Traffic{entra, last}, read(q), "what is too old is not counted")
	_, err := f.store.ChangeTenant(t.Context(), f.tenant, func(tenant *cinode.Tenant) (store.AuditEntry, error) {
		tenant.Clock.Offset = -time.Minute
		return store.AuditEntry{}, nil
	})
	require.NoError(t, err)
	require.Equal(t, []journal.Traffic{okta, entra, last}, read(q), "by the tenant's clock")
}

func testCensus(t *testing.T, f *fixture) {
	t.Helper()
	count := func(tenant int64) store.Census {
		n, err := f.store.Census(t.Context(), tenant)
		require.NoError(t, err)
		return n
	}
	require.Zero(t, count(f.tenant))
	f.user(t, "a@example.com", scim.Object{"active": true})
	f.user(t, "b@example.com", scim.Object{"active": false})
	f.group(t, "Plain")
	_, err := f.store.Create(t.Context(), f.newLinked("Linked", ""))
	require.NoError(t, err)
	f.unit(t, cinode.KindRole, "A role")
	want := store.Census{Active: 1, Disconnected: 1, Groups: 2, Teams: 1, Roles: 1}
	require.Equal(t, want, count(f.tenant))
	require.Zero(t, count(f.newTenant(t)), "of this tenant only")
}
