// Package admin owns the use cases of an administrator: tenants and their
// personas, tokens, what is done to users by hand, Teams, Roles and links, and
// the audit log that says who did it. The admin API, the pages and the commands
// call it and show what it answers. Cinode's rules are package cinode's, the use
// cases of SCIM are provisioning's.
//
// Each change is written to the audit log in its own transaction.
package admin

import (
	"context"
	"strconv"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/fault"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Options are what a Service is made of.
type Options struct {
	Store store.Store
	// Provisioning carries out what SCIM can do too.
	Provisioning *provisioning.Service
	// Registry are the schemas of everything that the store may hold.
	Registry *schema.Registry
	Clock    clock.Clock
	// Journal and Faults are those of this process, nil for commands.
	Journal *journal.Journal
	Faults  *fault.Set
	// Reseed follows a reset: it puts back what a snapshot may have too old, the
	// fixed tokens of the command line.
	Reseed func(ctx context.Context, tenant int64) error
	// Forget makes access control ask anew about the tokens of a tenant; nil
	// where none runs in this process.
	Forget func(tenant int64)
	// Deleted is told of a tenant that is gone; nil where nothing in this process
	// belongs to tenants.
	Deleted func(tenant int64)
}

// Service carries out the use cases. It is safe for concurrent use.
type Service struct {
	Options
}

// New makes a Service.
func New(o Options) *Service {
	if o.Forget == nil {
		o.Forget = func(int64) {}
	}
	return &Service{Options: o}
}

// Slice is a part of a list: what has an id above After, at most Limit of it.
// Name finds by a part of the name in any case.
type Slice struct {
	After int64
	Limit int
	Name  string
}

// more asks for one beyond the page, which tells whether another page follows.
func (s Slice) more(tenant int64) store.Slice {
	return store.Slice{Tenant: tenant, After: s.After, Limit: s.Limit + 1, Name: s.Name}
}

// Page is a part of a list. Next is what comes after it, empty on the last.
type Page[T any] struct {
	Items []T
	Next  string
}

// cut makes a page of a list that may go on.
func cut[T any](items []T, limit int, key func(T) string) Page[T] {
	if len(items) <= limit {
		return Page[T]{Items: items}
	}
	return Page[T]{Items: items[:limit], Next: key(items[limit-1])}
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }

// entry is a line of the audit log about what is being done now.
func (s *Service) entry(by store.By, tenant int64, action, target, detail string) store.AuditEntry {
	return store.AuditEntry{By: by, Tenant: tenant, At: s.Clock.Now(), Action: action, Target: target, Detail: detail}
}

// RotateAdminKey makes a new admin key and gives it; the old one opens nothing any
// more.
func (s *Service) RotateAdminKey(ctx context.Context, by store.By) (string, error) {
	key := cinode.NewAdminKey()
	return key, s.Store.PutAdminKey(ctx, cinode.HashSecret(key), true, s.entry(by, 0, "admin-key.rotate", "", ""))
}

// AuditLog reads a part of the audit log, the newest entries first.
func (s *Service) AuditLog(ctx context.Context, p store.AuditParams) (Page[store.AuditEntry], error) {
	limit := p.Limit
	p.Limit++
	list, err := s.Store.AuditLog(ctx, p)
	return cut(list, limit, func(e store.AuditEntry) string { return idText(e.ID) }), err
}

// call is a use case of SCIM on a tenant, done by an administrator.
func (s *Service) call(by store.By, t cinode.Tenant, resourceType string) (*provisioning.Call, error) {
	persona, err := t.Behaviour(s.Registry)
	if err != nil {
		return nil, err
	}
	return &provisioning.Call{Tenant: t.ID, Persona: persona, Type: persona.Registry.Type(resourceType), By: by, Clock: t.Clock}, nil
}
