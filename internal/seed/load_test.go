package seed_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/seed"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/store/postgres"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlite"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func openMemory(t *testing.T) store.Store {
	t.Helper()
	return testenv.InMemory(t, sqlite.Open)
}

func openPostgres(t *testing.T) store.Store {
	t.Helper()
	return testenv.Opened(t, testenv.Postgres(t), migrate.Up, postgres.Open)
}

// onBoth runs a test on both databases.
func onBoth(t *testing.T, run func(t *testing.T, open func(*testing.T) store.Store)) {
	t.Helper()
	for name, open := range map[string]func(*testing.T) store.Store{"Memory": openMemory, "PostgreSQL": openPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, open)
		})
	}
}

var start = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func loader(db store.Store) *seed.Loader {
	return &seed.Loader{
		Store: db, Registry: schema.RFC(), Clock: clock.New(start), By: store.By{Actor: "start"},
		Hash: func(_ context.Context, prepared string) (string, error) { return "hash of " + prepared, nil },
	}
}

// records are those of a tenant.
func records(t *testing.T, db store.Store, tenant int64) []store.Record {
	t.Helper()
	var list []store.Record
	require.NoError(t, db.Dump(t.Context(), tenant, func(r store.Record) error {
		list = append(list, r)
		return nil
	}))
	return list
}

func TestLoad(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(*testing.T) store.Store) {
		t.Helper()
		db, f := open(t), decode(t, whole)
		report, err := loader(db).Load(t.Context(), f)
		require.NoError(t, err)
		require.Equal(t, []seed.Loaded{{Tenant: 3, Outcome: seed.Made, Counts: f.Tenants[0].Counts()}}, report)

		made, err := db.Tenant(t.Context(), 3)
		require.NoError(t, err)
		want := f.Tenants[0].Tenant
		want.Created = start
		require.Equal(t, want, made)

		access, err := db.TokenByHash(t.Context(), cinode.HashSecret("one"))
		require.NoError(t, err)
		require.True(t, access.Token.Opens(start))
		require.Equal(t, start.AddDate(0, 0, 30), access.Token.Expires)
		require.EqualValues(t, 1, access.Token.UserID)
		access, err = db.TokenByHash(t.Context(), cinode.HashSecret("two"))
		require.NoError(t, err)
		require.Equal(t, "expired", access.Token.State(start))

		people, err := db.People(t.Context(), store.Slice{Tenant: 3, Limit: 10}, cinode.StatusDisconnected)
		require.NoError(t, err)
		require.Len(t, people, 1)
		require.EqualValues(t, 2, people[0].ID)
		group, err := db.Get(t.Context(), store.GetParams{Ref: store.Ref{Tenant: 3, Type: "Group", ID: 4}, Links: true})
		require.NoError(t, err)
		require.Len(t, group.Links, 4)
		team, err := db.UnitMembers(t.Context(), cinode.KindTeam, 6, store.Slice{Tenant: 3, Limit: 10})
		require.NoError(t, err)
		require.Len(t, team, 3, "Bo by the file, all three by the group")

		audit, err := db.AuditLog(t.Context(), store.AuditParams{Tenant: 3, Limit: 10})
		require.NoError(t, err)
		require.Len(t, audit, 1)
		require.Equal(t, "seed file seed.yaml: 3 users, 3 groups, 2 teams, 1 roles", audit[0].Detail)
	})
}

func TestLoad_GoesOnAsIfMadeByClients(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(*testing.T) store.Store) {
		t.Helper()
		db := open(t)
		_, err := loader(db).Load(t.Context(), decode(t, whole))
		require.NoError(t, err)

		group, err := db.Create(t.Context(), store.CreateParams{
			Tenant: 3, Type: schema.RFC().Groups, Attributes: scim.Object{"displayName": "Leads", "externalId": "5f1c"},
			Members: []int64{1}, Company: true, Now: start,
		})
		require.NoError(t, err)
		require.True(t, group.Adopted, "the group that the link waits for")
		require.EqualValues(t, 7, group.ID)
		leads, err := db.UnitMembers(t.Context(), cinode.KindRole, 900, store.Slice{Tenant: 3, Limit: 10})
		require.NoError(t, err)
		require.Len(t, leads, 1)

		user, err := db.Create(t.Context(), store.CreateParams{Tenant: 3, Type: schema.RFC().Users, Attributes: scim.Object{"userName": "new"}, Now: start})
		require.NoError(t, err)
		require.Greater(t, user.ID, int64(900), "ids go on above those of the file")
		_, err = db.Create(t.Context(), store.CreateParams{Tenant: 3, Type: schema.RFC().Users, Attributes: scim.Object{"userName": "BO@example.com"}, Now: start})
		var taken *store.UniqueError
		require.ErrorAs(t, err, &taken)
	})
}

func TestLoad_Again(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(*testing.T) store.Store) {
		t.Helper()
		db, f := open(t), decode(t, whole)
		l := loader(db)
		_, err := l.Load(t.Context(), f)
		require.NoError(t, err)
		before := records(t, db, 3)
		require.NoError(t, db.Delete(t.Context(), store.DeleteParams{Ref: store.Ref{Tenant: 3, Type: "User", ID: 2}, Now: start}))

		report, err := l.Load(t.Context(), f)
		require.NoError(t, err)
		require.Equal(t, seed.Kept, report[0].Outcome)
		require.NotEqual(t, before, records(t, db, 3), "what clients did stays")

		l.Replace = true
		report, err = l.Load(t.Context(), f)
		require.NoError(t, err)
		require.Equal(t, seed.Replaced, report[0].Outcome)
		require.Equal(t, before, records(t, db, 3), "the ids are the same again")

		require.NoError(t, l.Make(t.Context(), f, f.Tenants[0], 77))
		require.Len(t, records(t, db, 77), len(before)-2, "all but the tokens")
		require.ErrorIs(t, l.Make(t.Context(), f, f.Tenants[0], 77), store.ErrExists)
	})
}

func TestLoad_AllOrNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(*testing.T) store.Store) {
		t.Helper()
		db := open(t)
		_, err := loader(db).Load(t.Context(), decode(t, "tenants: [{id: 1, tokens: [{name: a, secret: same}]}]"))
		require.NoError(t, err)
		report, err := loader(db).Load(t.Context(), decode(t, `tenants:
- {id: 2, tokens: [{name: a, secret: other}]}
- {id: 3, tokens: [{name: a, secret: same}]}
- {id: 4}`))
		require.ErrorContains(t, err, "load tenant 3 of seed.yaml: one of its tokens has the secret of another tenant's token")
		require.Len(t, report, 1)
		tenants, err := db.Tenants(t.Context(), 0, 10)
		require.NoError(t, err)
		require.Len(t, tenants, 2)
		require.Equal(t, "Tenant 2", tenants[1].Name)
	})
}

func TestLoad_Passwords(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	_, err := loader(db).Load(t.Context(), decode(t, "tenants: [{id: 1, persona: rfc, users: [{userName: a, password: secret}]}]"))
	require.NoError(t, err)
	for _, r := range records(t, db, 1) {
		if r.User != nil {
			require.Equal(t, "hash of secret", r.User.Password)
			require.NotContains(t, string(r.User.Text), "secret")
		}
	}
}

func TestLoad_Generated(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(*testing.T) store.Store) {
		t.Helper()
		f := decode(t, generated(t, seed.GenerateOptions{Persona: cinode.PersonaCinode, Users: 600, Groups: 30, Number: 4}))
		one, two := open(t), open(t)
		_, err := two.ReserveIDs(t.Context(), 1000)
		require.NoError(t, err)
		for _, db := range []store.Store{one, two} {
			_, err := loader(db).Load(t.Context(), f)
			require.NoError(t, err)
		}
		require.Equal(t, records(t, one, 1), records(t, two, 1), "the same ids in every database")
		page, err := one.List(t.Context(), store.ListParams{Tenant: 1, Of: []store.Selection{{Type: schema.RFC().Users}}, Start: 1, Count: 1})
		require.NoError(t, err)
		require.EqualValues(t, 600, page.Total)
	})
}
