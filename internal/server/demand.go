package server

import (
	"context"
	"strconv"

	"golang.org/x/sync/singleflight"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scimhttp"
)

// demand makes tenants that requests name, each once.
func (s *Server) demand() *scimhttp.Demand {
	if !s.config.TenantsOnDemand {
		return nil
	}
	tokens := map[cinode.Hash]bool{}
	for _, t := range s.config.Tokens {
		if t.Unnamed {
			tokens[cinode.HashSecret(t.Secret)] = true
		}
	}
	var group singleflight.Group
	return &scimhttp.Demand{Tokens: tokens, Make: func(ctx context.Context, tenant int64) error {
		_, err, _ := group.Do(strconv.FormatInt(tenant, 10), func() (any, error) {
			// One request that gives up must not end what others wait for.
			return nil, s.makeOnDemand(context.WithoutCancel(ctx), tenant)
		})
		return err
	}}
}

func (s *Server) makeOnDemand(ctx context.Context, tenant int64) error {
	all, err := s.store.Tenants(ctx, 0, s.config.MaxTenants)
	if err != nil {
		return err
	}
	if len(all) >= s.config.MaxTenants {
		return scim.StatusError(503, "there are %d tenants, and no more are made on demand; delete some, or raise --max-tenants", len(all))
	}
	return s.makeTenant(ctx, tenant)
}
