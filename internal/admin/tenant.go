package admin

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// TenantInput describes a new tenant. ID 0 takes the next number.
type TenantInput struct {
	ID                 int64
	Name               string
	Persona            string
	Strict             bool
	SkipUnknownMembers bool
	Unread             Unread
}

// CreateTenant makes a tenant.
func (s *Service) CreateTenant(ctx context.Context, by store.By, in TenantInput) (cinode.Tenant, error) {
	c := check{in.Unread}
	c.tenantID("/id", in.ID)
	in.Name = c.name("/name", in.Name, false)
	if _, err := cinode.LookupPersona(in.Persona, s.Registry); err != nil {
		c.refuse("/persona", "%s", err)
	}
	if err := c.err(); err != nil {
		return cinode.Tenant{}, err
	}
	t, err := s.Store.CreateTenant(ctx, cinode.Tenant{
		ID: in.ID, Name: in.Name, Persona: in.Persona, Strict: in.Strict, SkipUnknownMembers: in.SkipUnknownMembers, Created: s.Clock.Now(),
	}, s.entry(by, in.ID, "tenant.create", "", "name "+quote(in.Name)+", persona "+in.Persona))
	if errors.Is(err, store.ErrExists) {
		return t, taken("tenant %d exists already", in.ID)
	}
	return t, err
}

func quote(s string) string { return `"` + s + `"` }

// Tenant finds a tenant.
func (s *Service) Tenant(ctx context.Context, id int64) (cinode.Tenant, error) {
	t, err := s.Store.Tenant(ctx, id)
	return t, noTenant(err, id)
}

// Tenants lists tenants by id.
func (s *Service) Tenants(ctx context.Context, slice Slice) (Page[cinode.Tenant], error) {
	name := scim.Fold(slice.Name)
	list, err := picked(slice.Limit,
		func(t cinode.Tenant) bool { return strings.Contains(scim.Fold(t.Name), name) },
		func(last *cinode.Tenant, limit int) ([]cinode.Tenant, error) {
			after := slice.After
			if last != nil {
				after = last.ID
			}
			return s.Store.Tenants(ctx, after, limit)
		})
	return cut(list, slice.Limit, func(t cinode.Tenant) string { return idText(t.ID) }), err
}

// picked reads a list in parts until it has more than limit items that pass, or all
// of them.
func picked[T any](limit int, pass func(T) bool, read func(last *T, limit int) ([]T, error)) ([]T, error) {
	const part = 1000
	var list []T
	var last *T
	for {
		next, err := read(last, part)
		if err != nil {
			return nil, err
		}
		for i := range next {
			if last = &next[i]; pass(*last) {
				list = append(list, *last)
			}
		}
		if len(next) < part || len(list) > limit {
			return list, nil
		}
	}
}

// RenameTenant changes the name shown to people.
func (s *Service) RenameTenant(ctx context.Context, by store.By, id int64, name string) (cinode.Tenant, error) {
	var c check
	name = c.name("/name", name, false)
	if err := c.err(); err != nil {
		return cinode.Tenant{}, err
	}
	return s.change(ctx, id, s.entry(by, id, "tenant.update", "", "name "+quote(name)), func(t *cinode.Tenant) { t.Name = name })
}

// errAsItIs ends a change that changes nothing, which is not in the audit log.
var errAsItIs = errors.New("nothing changes")

// change changes a tenant's behaviour. It takes effect at once here, and within
// a second on other replicas.
func (s *Service) change(ctx context.Context, id int64, e store.AuditEntry, change func(*cinode.Tenant)) (cinode.Tenant, error) {
	var before cinode.Tenant
	t, err := s.Store.ChangeTenant(ctx, id, func(t *cinode.Tenant) (store.AuditEntry, error) {
		before = *t
		if change(t); same(before, *t) {
			return e, errAsItIs
		}
		return e, nil
	})
	if errors.Is(err, errAsItIs) {
		return before, nil
	}
	if err != nil {
		return t, noTenant(err, id)
	}
	s.Forget(id)
	return t, nil
}

// same reports whether a tenant is what it was.
func same(before, after cinode.Tenant) bool {
	return before.Name == after.Name && before.Persona == after.Persona && before.Strict == after.Strict &&
		before.SkipUnknownMembers == after.SkipUnknownMembers && maps.Equal(before.Switches, after.Switches) &&
		slices.Equal(before.Mappings, after.Mappings)
}

func noTenant(err error, id int64) error {
	if errors.Is(err, store.ErrNotFound) {
		return missing("there is no tenant %d", id)
	}
	return err
}

// DeleteTenant removes a tenant with all that it has but its audit log.
func (s *Service) DeleteTenant(ctx context.Context, by store.By, id int64) error {
	t, err := s.Tenant(ctx, id)
	if err != nil {
		return err
	}
	if err := s.Store.DeleteTenant(ctx, id, s.entry(by, id, "tenant.delete", "", quote(t.Name))); err != nil {
		return noTenant(err, id)
	}
	s.Forget(id)
	if s.Deleted != nil {
		s.Deleted(id)
	}
	return nil
}
