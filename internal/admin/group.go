package admin

import (
	"context"
	"errors"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Group is a group as the administrator sees it, and as it is stored. Link is
// nil where it has none, and in lists.
type Group struct {
	DisplayName string
	ExternalID  string
	Link        *cinode.Link
	Resource    store.Resource
}

func groupOf(r store.Resource) (Group, error) {
	o, err := scim.DecodeObject(r.Text)
	g := Group{Resource: r}
	g.DisplayName, _ = o["displayName"].(string)
	g.ExternalID, _ = o["externalId"].(string)
	return g, err
}

// Groups lists groups by id, with their members if links says so.
func (s *Service) Groups(ctx context.Context, t cinode.Tenant, slice Slice, links bool) (Page[Group], error) {
	selection := store.Selection{Type: s.Registry.Groups, Links: links}
	if slice.Name != "" {
		expr, err := filter.Parse("displayName co " + string(schema.AppendString(nil, slice.Name)))
		if err != nil {
			return Page[Group]{}, err
		}
		if selection.Filter, err = (&filter.Binder{Type: selection.Type}).Bind(expr); err != nil {
			return Page[Group]{}, err
		}
	}
	params := store.ListParams{Tenant: t.ID, Of: []store.Selection{selection}, Start: 1, Count: slice.Limit, Cursor: true}
	return listed(ctx, s, params, slice.After, groupOf)
}

// Group finds a group with its members and its link.
func (s *Service) Group(ctx context.Context, tenant, id int64) (Group, error) {
	return s.group(ctx, tenant, id, true)
}

func (s *Service) group(ctx context.Context, tenant, id int64, members bool) (Group, error) {
	r, err := s.Store.Get(ctx, store.GetParams{Ref: store.Ref{Tenant: tenant, Type: "Group", ID: id}, Links: members})
	if errors.Is(err, store.ErrNotFound) {
		return Group{}, missing("tenant %d has no group %d", tenant, id)
	}
	if err != nil {
		return Group{}, err
	}
	g, err := groupOf(r)
	if err != nil {
		return g, err
	}
	link, err := s.Link(ctx, tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return g, nil
	}
	g.Link = &link
	return g, err
}
