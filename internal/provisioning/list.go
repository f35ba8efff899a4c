package provisioning

import (
	"context"
	"net/url"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Query asks for a part of a type's resources. Filter and SortBy are as sent;
// empty ones ask for nothing, so that HasFilter tells an empty filter.
type Query struct {
	Filter     string
	HasFilter  bool
	SortBy     string
	Descending bool
	Start      int64
	Count      int
	BaseURL    string
}

// List reads a page (RFC 7644 section 3.4.2).
func (s *Service) List(ctx context.Context, c *Call, q Query) (store.Page, error) {
	params := store.ListParams{
		Tenant: c.Tenant, Type: c.Type, Start: q.Start, Count: q.Count, Links: c.Links, BaseURL: q.BaseURL,
	}
	sort, err := c.sort(q)
	if err != nil {
		return store.Page{}, err
	}
	params.Sort = sort
	if !q.HasFilter {
		return s.store.List(ctx, params)
	}
	if params.Filter, err = c.filter(q.Filter); err != nil {
		return store.Page{}, err
	}
	page, err := s.store.List(ctx, params)
	if err != nil || page.Total > 0 || !c.Persona.Filter.DecodeTwice {
		return page, err
	}
	return s.listDecoded(ctx, c, q, params)
}

func (c *Call) filter(text string) (*filter.Bound, error) {
	expr, err := filter.Parse(text)
	if err != nil {
		return nil, err
	}
	return c.binder().Bind(expr)
}

// listDecoded tries a filter that found nothing once more, percent-decoded:
// the validator of Entra ID encodes values twice.
func (s *Service) listDecoded(ctx context.Context, c *Call, q Query, params store.ListParams) (store.Page, error) {
	decoded, err := url.PathUnescape(q.Filter)
	if err != nil || decoded == q.Filter {
		return store.Page{}, nil //nolint:nilerr // the filter as sent was good and found nothing
	}
	if params.Filter, err = c.filter(decoded); err != nil {
		return store.Page{}, nil //nolint:nilerr // likewise
	}
	page, err := s.store.List(ctx, params)
	if page.Total > 0 {
		c.Deviations.Note(scim.DeviationEncodedFilter, "filter")
	}
	return page, err
}

// sort binds sortBy (RFC 7644 section 3.4.2.3).
func (c *Call) sort(q Query) (*store.Sort, error) {
	if q.SortBy == "" {
		return nil, nil //nolint:nilnil // no order was asked for
	}
	if !c.Persona.Sort {
		c.Deviations.Note(scim.DeviationParameterIgnored, "sortBy")
		return nil, nil //nolint:nilnil // the persona has no sorting
	}
	target, ok := c.Type.ResolveText(q.SortBy)
	if !ok || target.Attribute == nil {
		return nil, scim.InvalidValue("sortBy: %s has no attribute %q", c.Type.Name, q.SortBy)
	}
	if leaf := target.Leaf(); leaf.SubAttributes != nil {
		if target.Sub = leaf.Sub("value"); target.Sub == nil {
			return nil, scim.InvalidValue("sortBy: %s is complex; name one of its sub-attributes", target)
		}
	}
	if target.Leaf().Mutability == "writeOnly" {
		return nil, scim.InvalidValue("sortBy: %s cannot be sorted by", target)
	}
	return &store.Sort{Target: target, Descending: q.Descending}, nil
}
