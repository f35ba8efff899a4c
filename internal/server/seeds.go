package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/fault"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/seed"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// readSeeds reads the files of --seed.
func (s *Server) readSeeds() error {
	if len(s.config.Seeds) == 0 {
		return nil
	}
	var err error
	s.seeds, err = seed.ReadFiles(s.config.Seeds, seed.Options{Registry: s.registry, Persona: s.config.Persona, Lookup: s.config.Variable})
	var invalid *seed.InvalidError
	if errors.As(err, &invalid) {
		return &config.Error{Message: "--seed: " + strings.TrimSpace(invalid.Error())}
	}
	if err != nil {
		return &config.Error{Message: "--seed: " + err.Error()}
	}
	return nil
}

func (s *Server) loader() *seed.Loader {
	return &seed.Loader{Store: s.store, Registry: s.registry, Clock: s.clock, Hash: provisioning.HashPassword, By: store.By{Actor: "start"}}
}

// loadSeeds makes the tenants of the seed files that do not exist.
func (s *Server) loadSeeds(ctx context.Context) error {
	for _, f := range s.seeds {
		report, err := s.loader().Load(ctx, f)
		if err != nil {
			return fmt.Errorf("--seed: %w", err)
		}
		for _, t := range report {
			s.logger.InfoContext(ctx, "seed", "file", f.Name, "tenant_id", t.Tenant, "outcome", string(t.Outcome), "users", t.Users, "groups", t.Groups)
		}
	}
	return nil
}

// keepSeed makes what a tenant is now what a reset goes back to, where tests can
// reset. One that has been kept already stays.
func (s *Server) keepSeed(ctx context.Context, tenant int64) error {
	if !s.config.TestAPI {
		return nil
	}
	all, err := s.store.Snapshots(ctx, tenant)
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.Name == admin.SeedSnapshot {
			return nil
		}
	}
	_, err = s.store.SaveSnapshot(ctx, tenant, admin.SeedSnapshot, s.clock.Now(), atStart(tenant, "snapshot.create", "snapshots/"+admin.SeedSnapshot, s.clock))
	return err
}

// keepSeeds does so for all tenants that there are at start.
func (s *Server) keepSeeds(ctx context.Context) error {
	if !s.config.TestAPI {
		return nil
	}
	for after := int64(0); ; {
		tenants, err := s.store.Tenants(ctx, after, 1000)
		if err != nil || len(tenants) == 0 {
			return err
		}
		for _, t := range tenants {
			after = t.ID
			if err := s.keepSeed(ctx, t.ID); err != nil {
				return err
			}
		}
	}
}

// template is what the seed files have of a tenant, else their first one.
func (s *Server) template(tenant int64) (*seed.File, *seed.Tenant) {
	var file *seed.File
	var first *seed.Tenant
	for _, f := range s.seeds {
		for _, t := range f.Tenants {
			if t.ID == tenant {
				return f, t
			}
			if first == nil {
				file, first = f, t
			}
		}
	}
	return file, first
}

// makeTenant makes a tenant on demand: as the seed has it, or empty.
func (s *Server) makeTenant(ctx context.Context, tenant int64) error {
	f, t := s.template(tenant)
	var err error
	if t != nil {
		err = s.loader().Make(ctx, f, t, tenant)
	} else {
		_, err = s.store.CreateTenant(ctx, cinode.Tenant{
			ID: tenant, Name: fmt.Sprintf("Tenant %d", tenant), Persona: s.config.Persona, Created: s.clock.Now(),
		}, atStart(tenant, "tenant.create", "", s.clock))
	}
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.keepSeed(ctx, tenant)
}

// loadFaults reads the files of --fault.
func (s *Server) loadFaults() error {
	if !s.config.TestAPI {
		return nil
	}
	s.faults = fault.NewSet(s.clock)
	var rules []fault.Rule
	for _, path := range s.config.Faults {
		text, err := os.ReadFile(path)
		if err != nil {
			return &config.Error{Message: fmt.Sprintf("--fault names a file that cannot be read: %v", err)}
		}
		list, err := fault.ParseFile(path, text)
		if err != nil {
			return &config.Error{Message: "--fault: " + err.Error()}
		}
		rules = append(rules, list...)
	}
	if err := s.faults.Load(rules); err != nil {
		return &config.Error{Message: "--fault: " + err.Error()}
	}
	return nil
}
