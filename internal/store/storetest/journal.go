package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// recorded is an exchange with some of everything in it.
func (f *fixture) recorded(number int) journal.Exchange {
	return journal.Exchange{
		Tenant: f.tenant, At: later(number).Truncate(time.Millisecond), Request: "r" + idText(int64(number)), Token: "Ci Å", Persona: "cinode",
		Address: "192.0.2.1", Client: journal.ClientEntra, Method: "PATCH", Scheme: "http", Host: "scim.example.com",
		Path: "/scim/v2/Users/" + idText(int64(number)), Query: "a=%00", Route: "/Users/{id}", Place: "/Users/" + idText(int64(number)),
		Sent: journal.Message{
			Headers: []journal.Header{{Name: "Accept", Value: "*/*"}}, Body: []byte{0xff, 0, '"', '\''}, Size: 9000,
		},
		Status: 400, Answer: journal.Message{Headers: []journal.Header{{Name: "X", Value: "y"}}, Body: []byte("{\"a\":\"\\u0000\"}\x00"), Size: 15},
		Duration: 1234567, Changes: []journal.Change{{Resource: "Users/1", Path: "active", Before: "true", After: "false"}},
		Deviations: []journal.Deviation{{ID: "patch-op-case", Detail: "Replace"}, {ID: "bool-as-string", Detail: "active"}},
		Reason:     "no", Why: "invalidValue", Outlook: "again", Section: "RFC 7644", Rule: "[D]", Fault: "7",
	}
}

func testJournal(t *testing.T, f *fixture) {
	t.Helper()
	db, ok := f.store.(journal.Store)
	require.True(t, ok)
	other := f.in(f.newTenant(t))
	keep := journal.Keep{Max: 5, PerAddress: 2, MaxRefused: 3}
	write := func(list ...journal.Exchange) {
		require.NoError(t, db.AppendExchanges(t.Context(), list, nil, keep))
	}
	read := func(q journal.Query) []journal.Exchange {
		if q.Limit == 0 {
			q.Limit = 100
		}
		list, err := db.Exchanges(t.Context(), q)
		require.NoError(t, err)
		n, err := db.CountExchanges(t.Context(), q)
		require.NoError(t, err)
		require.GreaterOrEqual(t, n, int64(len(list)))
		return list
	}
	requests := func(q journal.Query) (names []string) {
		for _, e := range read(q) {
			names = append(names, e.Request)
		}
		return names
	}
	mine := journal.Query{Tenant: f.tenant}

	t.Run("AsItWas", func(t *testing.T) {
		want := f.recorded(1)
		write(want)
		got := read(mine)
		require.Len(t, got, 1)
		require.Positive(t, got[0].ID)
		want.ID = got[0].ID
		require.Equal(t, want, got[0])
	})
	t.Run("Match", func(t *testing.T) {
		plain := other.recorded(2)
		plain.Sent.Body = []byte(`{"displayName":"Weiss"}`)
		plain.Tenant, plain.Method, plain.Place, plain.Status, plain.Token, plain.Client, plain.Deviations = f.tenant, "GET", "/Groups/50%_a\\", 200, "b", "", nil
		folds := other.recorded(3)
		folds.Sent.Body, folds.Status = []byte(`{"displayName":"Weiſs"}`), 200
		write(plain, folds)
		for name, c := range map[string]struct {
			match journal.Match
			want  []string
		}{
			"nothing asked":     {journal.Match{}, []string{"r1", "r2"}},
			"method":            {journal.Match{Method: "get"}, []string{"r2"}},
			"path":              {journal.Match{Path: "/users/1"}, []string{"r1"}},
			"resource":          {journal.Match{Resource: 1}, []string{"r1", "r2"}},
			"resource, other":   {journal.Match{Resource: 2}, nil},
			"path, part":        {journal.Match{Path: "/Users"}, nil},
			"path, stars":       {journal.Match{Path: "*rs/*"}, []string{"r1"}},
			"path, no wildcard": {journal.Match{Path: "/Groups/50%*"}, []string{"r2"}},
			"path, escaped":     {journal.Match{Path: `/groups/50%_a\`}, []string{"r2"}},
			"path, underscore":  {journal.Match{Path: "/_sers/1"}, nil},
			"text":              {journal.Match{Text: `":"WEISS"`}, []string{"r1", "r2"}},
			"text, nowhere":     {journal.Match{Text: "nowhere"}, []string{"r1"}}, // its body is no text
			"status":            {journal.Match{MinStatus: 400, MaxStatus: 499}, []string{"r1"}},
			"failed":            {journal.Match{Failed: true}, []string{"r1"}},
			"since":             {journal.Match{Since: later(2).Truncate(time.Millisecond)}, []string{"r2"}},
			"deviation":         {journal.Match{Deviation: "bool-as-string"}, []string{"r1"}},
			"deviation, part":   {journal.Match{Deviation: "bool"}, nil},
			"deviating":         {journal.Match{Deviating: true}, nil}, // r1 is refused
			"client":            {journal.Match{Client: "entra id"}, []string{"r1"}},
			"token":             {journal.Match{Token: "CI å"}, []string{"r1"}},
			"all":               {journal.Match{Method: "PATCH", Path: "/*", MinStatus: 400, Client: "Entra ID"}, []string{"r1"}},
		} {
			require.Equal(t, c.want, requests(journal.Query{Tenant: f.tenant, Match: c.match}), name)
		}
		require.Equal(t, []string{"r1", "r2", "r3"}, requests(journal.Query{}), "of all tenants")
		require.Equal(t, []string{"r1", "r2", "r3"}, requests(journal.Query{Match: journal.Match{Text: "weiss"}}), "letters that fold")
		require.Equal(t, []string{"r3"}, requests(journal.Query{Match: journal.Match{Deviating: true}}), "answered well")
		lost := other.recorded(99)
		lost.Tenant, lost.Status = 0, 0
		write(lost)
		require.Equal(t, []string{"r99"}, requests(journal.Query{NoTenant: true, Tenant: f.tenant, Match: journal.Match{Failed: true}}), "of none")
		require.NoError(t, db.ClearJournal(t.Context(), 0))
	})
	t.Run("Pages", func(t *testing.T) {
		all := read(mine)
		require.Equal(t, []string{"r2"}, requests(journal.Query{Tenant: f.tenant, After: all[0].ID}))
		require.Equal(t, []string{"r2", "r1"}, requests(journal.Query{Tenant: f.tenant, Newest: true}))
		require.Equal(t, []string{"r2"}, requests(journal.Query{Tenant: f.tenant, Newest: true, Limit: 1}))
		require.Equal(t, []string{"r1"}, requests(journal.Query{Tenant: f.tenant, Newest: true, Before: all[1].ID}))
	})
	t.Run("Caps", func(t *testing.T) {
		refused := func(number int, address string) journal.Exchange {
			e := f.recorded(number)
			e.Refused, e.Address, e.Token = true, address, ""
			return e
		}
		write(f.recorded(4), refused(5, "a"), refused(6, "a"), refused(7, "a"))
		require.Equal(t, []string{"r1", "r2", "r4", "r6", "r7"}, requests(mine), "two of an address")
		write(refused(8, "b"), refused(9, "c"), f.recorded(10), f.recorded(11))
		require.Equal(t, []string{"r1", "r2", "r4", "r7", "r8", "r9", "r10", "r11"}, requests(mine), "three in all")
		write(f.recorded(12))
		require.Equal(t, []string{"r2", "r4", "r7", "r8", "r9", "r10", "r11", "r12"}, requests(mine))
		require.Equal(t, []string{"r3"}, requests(journal.Query{Tenant: other.tenant}))
		age := journal.Age{Now: later(69).Truncate(time.Millisecond), Max: time.Minute}
		late := []string{"r9", "r10", "r11", "r12"}
		require.Equal(t, late, requests(journal.Query{Age: age}), "not shown any more")
		_, err := f.store.ChangeTenant(t.Context(), f.tenant, func(tenant *cinode.Tenant) (store.AuditEntry, error) {
			tenant.Clock.Offset = -time.Minute
			return store.AuditEntry{}, nil
		})
		require.NoError(t, err)
		all := []string{"r2", "r4", "r7", "r8", "r9", "r10", "r11", "r12"}
		require.Equal(t, all, requests(journal.Query{Age: age}), "the tenant's clock counts")
		require.NoError(t, db.AppendExchanges(t.Context(), nil, nil, journal.Keep{Age: age}))
		require.Equal(t, all, requests(journal.Query{}))
		_, err = f.store.ChangeTenant(t.Context(), f.tenant, func(tenant *cinode.Tenant) (store.AuditEntry, error) {
			tenant.Clock.Frozen = age.Now
			return store.AuditEntry{}, nil
		})
		require.NoError(t, err)
		require.NoError(t, db.AppendExchanges(t.Context(), nil, nil, journal.Keep{Age: age}))
		require.Equal(t, late, requests(journal.Query{}))
	})
	t.Run("Traffic", func(t *testing.T) { testTraffic(t, f.in(f.newTenant(t)), db) })
	t.Run("Deviations", func(t *testing.T) {
		at := later(1).Truncate(time.Millisecond)
		count := journal.DeviationCount{Tenant: f.tenant, ID: "patch-op-case", N: 2, Last: at}
		of := journal.DeviationCount{Tenant: other.tenant, ID: "a", N: 1, Last: at}
		for range 2 {
			require.NoError(t, db.AppendExchanges(t.Context(), nil, []journal.DeviationCount{count, of}, keep))
		}
		count.N, of.N = 4, 2
		got, err := db.DeviationCounts(t.Context(), f.tenant)
		require.NoError(t, err)
		require.Equal(t, []journal.DeviationCount{count}, got)
		got, err = db.DeviationCounts(t.Context(), 0)
		require.NoError(t, err)
		require.Equal(t, []journal.DeviationCount{count, of}, got)
	})
	t.Run("Clear", func(t *testing.T) {
		last := read(mine)[0].ID
		require.NoError(t, db.ClearJournal(t.Context(), f.tenant))
		require.Empty(t, read(mine))
		counts, err := db.DeviationCounts(t.Context(), f.tenant)
		require.NoError(t, err)
		require.Empty(t, counts)
		write(f.recorded(1))
		require.Greater(t, read(mine)[0].ID, last, "ids go on")
		require.NoError(t, f.store.DeleteTenant(t.Context(), f.tenant, store.AuditEntry{}))
		require.Empty(t, read(mine))
	})
}
