package admin_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/store/postgres"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlite"
	"github.com/cinode-scim/cinode-scim/internal/store/storetest"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

var by = store.By{Actor: "cli"}

func onPostgres(t *testing.T) store.Store {
	t.Helper()
	return testenv.Opened(t, testenv.Postgres(t), migrate.Up, postgres.Open)
}

func onSQLite(t *testing.T) store.Store {
	t.Helper()
	return testenv.Opened(t, filepath.Join(t.TempDir(), "scim.db"), migrate.Up, sqlite.Open)
}

func inMemory(t *testing.T) store.Store {
	t.Helper()
	return testenv.InMemory(t, sqlite.Open)
}

func cases(s store.Store, registry *schema.Registry) *admin.Service {
	return admin.New(admin.Options{
		Store: s, Registry: registry, Clock: clock.New(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)),
	})
}

func dump(t *testing.T, s store.Store, tenant int64) (string, admin.Counts) {
	t.Helper()
	var out bytes.Buffer
	counts, err := cases(s, schema.RFC()).Dump(t.Context(), tenant, &out, nil)
	require.NoError(t, err)
	return out.String(), counts
}

func restore(t *testing.T, s store.Store, text string, in admin.RestoreInput) (admin.Restored, error) {
	t.Helper()
	return cases(s, schema.RFC()).Restore(t.Context(), by, strings.NewReader(text), in, nil)
}

func TestDump_IsTheSameOnEveryDatabase(t *testing.T) {
	t.Parallel()
	for name, path := range map[string][]func(*testing.T) store.Store{
		"FromSQLite":   {onSQLite, onPostgres, onSQLite},
		"FromPostgres": {onPostgres, onSQLite, onPostgres},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := path[0](t)
			tenant, err := s.CreateTenant(t.Context(), cinode.Tenant{Persona: cinode.PersonaRFC}, store.AuditEntry{})
			require.NoError(t, err)
			storetest.Fill(t, s, tenant.ID)
			want, counts := dump(t, s, tenant.ID)
			require.Equal(t, int64(4), counts.Tokens)
			require.True(t, strings.HasPrefix(want, `{"format":"cinode-scim dump","version":1}`+"\n"))
			for _, open := range path[1:] {
				s := open(t)
				done, err := restore(t, s, want, admin.RestoreInput{})
				require.NoError(t, err)
				require.Equal(t, admin.Restored{Tenant: tenant.ID, Counts: counts}, done)
				again, _ := dump(t, s, tenant.ID)
				require.Equal(t, want, again)

				created, err := s.Create(t.Context(), store.CreateParams{
					Tenant: tenant.ID, Type: schema.RFC().Users, Attributes: scim.Object{"userName": "new"},
				})
				require.NoError(t, err)
				require.NotContains(t, want, `"id":`+itoa(created.ID)+`,`)
				require.NotContains(t, want, `"user":`+itoa(created.ID)+`,`, "a token's user was deleted")
				next, err := s.CreateTenant(t.Context(), cinode.Tenant{Persona: cinode.PersonaRFC}, store.AuditEntry{})
				require.NoError(t, err)
				require.Greater(t, next.ID, tenant.ID)
				requireAudited(t, s, tenant.ID, `from a dump of tenant 1, name "Bolaget Å"`)
			}
		})
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func requireAudited(t *testing.T, s store.Store, tenant int64, detail string) {
	t.Helper()
	log, err := s.AuditLog(t.Context(), store.AuditParams{Tenant: tenant, Limit: 10})
	require.NoError(t, err)
	require.Len(t, log, 1)
	require.Equal(t, "tenant.restore", log[0].Action)
	require.Equal(t, "cli", log[0].Actor)
	require.Equal(t, detail, log[0].Detail)
}

func TestDump_Refusals(t *testing.T) {
	t.Parallel()
	s := inMemory(t)
	var out bytes.Buffer
	_, err := cases(s, schema.RFC()).Dump(t.Context(), 7, &out, nil)
	var missing *admin.MissingError
	require.ErrorAs(t, err, &missing)
	require.EqualError(t, err, "there is no tenant 7")
	require.Empty(t, out.String())
}

type brokenWriter struct{ left int }

var errFull = errors.New("the disk is full")

func (w *brokenWriter) Write(b []byte) (int, error) {
	if w.left -= len(b); w.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestDump_DiskIsFull(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	_, err := s.CreateTenant(t.Context(), cinode.Tenant{Persona: cinode.PersonaRFC}, store.AuditEntry{})
	require.NoError(t, err)
	storetest.Fill(t, s, 1)
	want, _ := dump(t, s, 1)
	for _, left := range []int{0, 70_000, len(want) - 1} {
		_, err := cases(s, schema.RFC()).Dump(t.Context(), 1, &brokenWriter{left}, nil)
		require.ErrorIs(t, err, errFull)
	}
}

// A server that is started without the schemas of what is stored writes them last;
// the dump has them in their place.
func TestRestore_SchemasOfFiles(t *testing.T) {
	t.Parallel()
	const badge = `[{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": "urn:example:Badge", "attributes": [
			{"name": "number", "type": "decimal"}, {"name": "doors", "multiValued": true}]},
		{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "name": "User", "schemaExtensions": [{"schema": "urn:example:Badge", "required": false}]}]`
	extended, err := schema.RFC().Extend(schema.File{Name: "badge.json", Text: []byte(badge)})
	require.NoError(t, err)
	attributes := scim.Object{
		"userName": "ann", "active": true, "urn:example:Badge": scim.Object{"number": scim.Number("1.50"), "doors": []any{"A"}},
		scim.URNCinodeUser: scim.Object{"EmploymentStartDate": "2026-01-31T00:00:00Z"},
	}
	var dumps []string
	for _, registry := range []*schema.Registry{extended, schema.RFC()} {
		s := inMemory(t)
		_, err := s.CreateTenant(t.Context(), cinode.Tenant{Persona: cinode.PersonaRFC}, store.AuditEntry{})
		require.NoError(t, err)
		_, err = s.Create(t.Context(), store.CreateParams{
			Tenant: 1, Type: registry.Storage().Users, Attributes: attributes, Now: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC),
		})
		require.NoError(t, err)
		text, _ := dump(t, s, 1)
		require.Contains(t, text, `"number":1.50`)
		dumps = append(dumps, text)
	}
	require.Equal(t, dumps[0], dumps[1])

	_, err = restore(t, inMemory(t), dumps[0], admin.RestoreInput{})
	require.EqualError(t, err, `line 3: no schema of this server gives User the attribute "urn:example:Badge"`)
	var wrong *admin.DumpError
	require.ErrorAs(t, err, &wrong)
	require.True(t, wrong.Unknown)
	s := inMemory(t)
	_, err = cases(s, extended).Restore(t.Context(), by, strings.NewReader(dumps[0]), admin.RestoreInput{}, nil)
	require.NoError(t, err)
	again, _ := dump(t, s, 1)
	require.Equal(t, dumps[0], again)
}

// What clients have made of a resource by other ways than Cinode's can be restored.
func TestDump_CanBeRestored(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), inMemory(t)
	c := withTenant(t, s)
	role, err := c.CreateUnit(ctx, by, 1, cinode.KindRole, "R")
	require.NoError(t, err)
	link, err := c.CreateLink(ctx, by, 1, admin.LinkInput{DisplayName: "before", Kind: cinode.KindRole, UnitID: role.ID})
	require.NoError(t, err)
	_, err = c.CreateLink(ctx, by, 1, admin.LinkInput{DisplayName: "still", ObjectID: "o", Kind: cinode.KindRole, UnitID: role.ID})
	require.NoError(t, err)
	_, err = s.Update(ctx, store.UpdateParams{ // as on a tenant that has no company at the time
		Ref: store.Ref{Tenant: 1, Type: "Group", ID: link.GroupID}, Type: schema.RFC().Groups, Now: expires,
		Change: func(store.Current) (store.Change, error) {
			return store.Change{Attributes: scim.Object{"displayName": "after"}}, nil
		},
	})
	require.NoError(t, err)
	_, err = s.Create(ctx, store.CreateParams{ // a PATCH has removed active
		Tenant: 1, Type: schema.RFC().Storage().Users, Attributes: scim.Object{"userName": "ada"}, Now: expires,
	})
	require.NoError(t, err)
	want, _ := dump(t, s, 1)
	require.Contains(t, want, `"attributes":{"active":false,"userName":"ada"}`)
	require.Equal(t, 1, strings.Count(want, `"awaited"`), "a link awaits no group that has changed")
	other := inMemory(t)
	_, err = restore(t, other, want, admin.RestoreInput{})
	require.NoError(t, err)
	again, _ := dump(t, other, 1)
	require.Equal(t, want, again)
}

// damaged is a database that gives what it never was given.
type damaged struct {
	store.Store
	record store.Record
}

func (d damaged) Dump(_ context.Context, _ int64, each func(store.Record) error) error {
	return each(d.record)
}

func TestDump_Damaged(t *testing.T) {
	t.Parallel()
	for _, r := range []store.Record{
		{Tenant: &cinode.Tenant{ID: 1, Name: "\xe5"}}, {User: &store.ResourceRecord{ID: 1, Text: []byte(`{`)}},
		{User: &store.ResourceRecord{ID: 1, Text: []byte(`{"schemas":[],"x"}`)}},
	} {
		_, err := cases(damaged{inMemory(t), r}, schema.RFC()).Dump(t.Context(), 1, io.Discard, nil)
		require.ErrorIs(t, err, store.ErrDamaged)
	}
	_, err := cases(damaged{inMemory(t), store.Record{Tenant: &cinode.Tenant{ID: 1}}}, schema.RFC()).Dump(t.Context(), 1, &brokenWriter{0}, nil)
	require.NotErrorIs(t, err, store.ErrDamaged)
}
