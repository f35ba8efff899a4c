package admin

import (
	"context"
	"errors"
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
}

// CreateTenant makes a tenant.
func (s *Service) CreateTenant(ctx context.Context, by By, in TenantInput) (cinode.Tenant, error) {
	var c check
	if in.ID < 0 {
		c.refuse("/id", "id must be a number from 1")
	}
	in.Name = c.name("/name", in.Name, false)
	if _, err := cinode.LookupPersona(in.Persona, s.Registry); err != nil {
		c.refuse("/persona", "%s", err)
	}
	if err := c.err(); err != nil {
		return cinode.Tenant{}, err
	}
	t, err := s.Store.CreateTenant(ctx, cinode.Tenant{
		ID: in.ID, Name: in.Name, Persona: in.Persona, Strict: in.Strict, SkipUnknownMembers: in.SkipUnknownMembers, Created: s.Clock.Now(),
	})
	if errors.Is(err, store.ErrExists) {
		return t, taken("tenant %d exists already", in.ID)
	}
	if err == nil {
		s.record(ctx, by, t.ID, "tenant.create", "", "name "+quote(t.Name)+", persona "+t.Persona)
	}
	return t, err
}

func quote(s string) string { return `"` + s + `"` }

// Tenant finds a tenant.
func (s *Service) Tenant(ctx context.Context, id int64) (cinode.Tenant, error) {
	t, err := s.Store.Tenant(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return t, missing("there is no tenant %d", id)
	}
	return t, err
}

// Tenants lists tenants by id. They are few, and read at once.
func (s *Service) Tenants(ctx context.Context, slice Slice) (Page[cinode.Tenant], error) {
	all, err := s.Store.Tenants(ctx)
	if err != nil {
		return Page[cinode.Tenant]{}, err
	}
	var list []cinode.Tenant
	for _, t := range all {
		if t.ID > slice.After && strings.Contains(scim.Fold(t.Name), scim.Fold(slice.Name)) && len(list) <= slice.Limit {
			list = append(list, t)
		}
	}
	return cut(list, slice.Limit, func(t cinode.Tenant) string { return idText(t.ID) }), nil
}

// RenameTenant changes the name shown to people.
func (s *Service) RenameTenant(ctx context.Context, by By, id int64, name string) (cinode.Tenant, error) {
	var c check
	name = c.name("/name", name, false)
	if err := c.err(); err != nil {
		return cinode.Tenant{}, err
	}
	t, err := s.change(ctx, id, func(t *cinode.Tenant) { t.Name = name })
	if err == nil {
		s.record(ctx, by, id, "tenant.update", "", "name "+quote(name))
	}
	return t, err
}

// change changes a tenant's behaviour. It takes effect at once here, and within
// a second on other replicas.
func (s *Service) change(ctx context.Context, id int64, change func(*cinode.Tenant)) (cinode.Tenant, error) {
	s.tenants.Lock()
	defer s.tenants.Unlock()
	t, err := s.Tenant(ctx, id)
	if err != nil {
		return t, err
	}
	change(&t)
	if err := s.Store.SetBehaviour(ctx, t); err != nil {
		return t, err
	}
	s.Forget(id)
	return t, nil
}

// DeleteTenant removes a tenant with all that it has but its audit log.
func (s *Service) DeleteTenant(ctx context.Context, by By, id int64) error {
	err := s.Store.DeleteTenant(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return missing("there is no tenant %d", id)
	}
	if err == nil {
		s.Forget(id)
		s.record(ctx, by, id, "tenant.delete", "", "")
	}
	return err
}
