// Package storetest is the suite that every implementation of store.Store must
// pass: Run has the cases, Agree compares lists with the evaluator of package
// filter for random resources and filters. It knows no implementation; tests of
// those call it.
package storetest

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// OpenFunc opens an empty, migrated store that the test has alone and that is
// closed with it.
type OpenFunc func(t *testing.T) store.Store

// Run runs all cases, each top-level group on a store of its own.
func Run(t *testing.T, open OpenFunc) {
	t.Helper()
	for _, group := range []struct {
		name string
		run  func(t *testing.T, f *fixture)
	}{
		{"CRUD", testCRUD},
		{"Unique", testUnique},
		{"Version", testVersion},
		{"Filter", testFilter},
		{"Sort", testSort},
		{"Page", testPage},
		{"Cursor", testCursor},
		{"Several", testSeveral},
		{"Members", testMembers},
		{"Links", testLinks},
		{"Nested", testNested},
		{"Manager", testManager},
		{"Password", testPassword},
		{"CreateAll", testCreateAll},
		{"Secret", testSecret},
		{"Tenancy", testTenancy},
		{"Concurrency", testConcurrency},
		{"Unicode", testUnicode},
		{"Tenants", testTenants},
		{"Tokens", testTokens},
		{"AdminKey", testAdminKey},
		{"Behaviour", testBehaviour},
		{"Units", testUnits},
		{"CompanyLinks", testCompanyLinks},
		{"CompanyMembers", testCompanyMembers},
		{"CompanyConcurrency", testCompanyConcurrency},
		{"People", testPeople},
		{"Census", testCensus},
		{"LookUp", testLookUp},
		{"LookUpPages", testLookUpPages},
		{"Membership", testMembership},
		{"Audit", testAudit},
		{"Moving", testMoving},
		{"Audited", testAudited},
		{"AuditedCompany", testAuditedCompany},
		{"Snapshots", testSnapshots},
		{"EmptyTenant", testEmptyTenant},
		{"Journal", testJournal},
		{"Touched", testTouched},
		{"Gone", testGone},
		{"CompanySwitchedOn", testCompanySwitchedOn},
	} {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			group.run(t, setUp(t, open))
		})
	}
}

// baseURL is what locations begin with in this suite.
const baseURL = "https://scim.example.com/scim/v2"

// now is when everything happens; finer than stores keep.
var now = time.Date(2026, 1, 31, 12, 0, 0, 123_456_789, time.UTC)

func later(seconds int) time.Time { return now.Add(time.Duration(seconds) * time.Second) }

// fixture is a store with a tenant, and the types that resources are made of.
type fixture struct {
	store         store.Store
	tenant        int64
	users, groups *schema.ResourceType
}

func setUp(t *testing.T, open OpenFunc) *fixture {
	t.Helper()
	f := &fixture{store: open(t), users: schema.RFC().Users, groups: schema.RFC().Groups}
	f.tenant = f.newTenant(t)
	return f
}

func (f *fixture) newTenant(t require.TestingT) int64 {
	tenant, err := f.store.CreateTenant(contextOf(t), cinode.Tenant{Name: "A", Persona: cinode.PersonaRFC, Created: now}, store.AuditEntry{})
	require.NoError(t, err)
	return tenant.ID
}

// in is the fixture with another tenant.
func (f *fixture) in(tenant int64) *fixture {
	other := *f
	other.tenant = tenant
	return &other
}

func (f *fixture) typeOf(name string) *schema.ResourceType {
	if name == f.users.Name {
		return f.users
	}
	return f.groups
}

func (f *fixture) user(t require.TestingT, userName string, more ...scim.Object) store.Resource {
	return f.create(t, f.users, merge(scim.Object{"userName": userName}, more))
}

func (f *fixture) group(t require.TestingT, displayName string, members ...int64) store.Resource {
	return f.create(t, f.groups, scim.Object{"displayName": displayName}, members...)
}

func merge(o scim.Object, more []scim.Object) scim.Object {
	for _, m := range more {
		for k, v := range m {
			o[k] = v
		}
	}
	return o
}

func (f *fixture) create(t require.TestingT, rt *schema.ResourceType, o scim.Object, members ...int64) store.Resource {
	created, err := f.store.Create(contextOf(t), store.CreateParams{Tenant: f.tenant, Type: rt, Attributes: o, Members: members, Now: now})
	require.NoError(t, err)
	return created.Resource
}

func (f *fixture) ref(resourceType string, id int64) store.Ref {
	return store.Ref{Tenant: f.tenant, Type: resourceType, ID: id}
}

func (f *fixture) get(t require.TestingT, resourceType string, id int64) store.Resource {
	r, err := f.store.Get(contextOf(t), store.GetParams{Ref: f.ref(resourceType, id), Links: true, Manager: true})
	require.NoError(t, err)
	return r
}

func (f *fixture) update(t require.TestingT, resourceType string, id int64, change store.Change) store.Resource {
	r, err := f.tryUpdate(t, resourceType, id, change)
	require.NoError(t, err)
	return r
}

func (f *fixture) tryUpdate(t require.TestingT, resourceType string, id int64, change store.Change) (store.Resource, error) {
	return f.store.Update(contextOf(t), store.UpdateParams{
		Ref: f.ref(resourceType, id), Type: f.typeOf(resourceType), Now: later(1), Links: true, Manager: true, MemberIDs: change.AddMembers,
		Change: func(store.Current) (store.Change, error) { return change, nil },
	})
}

func (f *fixture) remove(t require.TestingT, resourceType string, id int64) {
	require.NoError(t, f.store.Delete(contextOf(t), store.DeleteParams{Ref: f.ref(resourceType, id), Now: later(2)}))
}

// bind parses a filter; the empty one is nil.
func bind(t require.TestingT, rt *schema.ResourceType, text string) *filter.Bound {
	if text == "" {
		return nil
	}
	expr, err := filter.Parse(text)
	require.NoError(t, err, text)
	bound, err := (&filter.Binder{Type: rt}).Bind(expr)
	require.NoError(t, err, text)
	return bound
}

// list gives the page of a hundred that a filter finds.
func (f *fixture) list(t require.TestingT, rt *schema.ResourceType, text string) store.Page {
	page, err := f.store.List(contextOf(t), store.ListParams{
		Tenant: f.tenant, Of: []store.Selection{{Type: rt, Filter: bind(t, rt, text), Manager: true}}, Start: 1, Count: 100, BaseURL: baseURL,
	})
	require.NoError(t, err, text)
	return page
}

func ids(resources []store.Resource) []int64 {
	out := make([]int64, 0, len(resources))
	for _, r := range resources {
		out = append(out, r.ID)
	}
	return out
}

// body decodes the text of a resource.
func body(t require.TestingT, r store.Resource) scim.Object {
	o, err := scim.DecodeObject(r.Text)
	require.NoError(t, err)
	return o
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }
