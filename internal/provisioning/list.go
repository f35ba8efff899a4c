package provisioning

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Query asks for a part of one type's resources, or of several types' as one
// list (RFC 7644 section 3.4.2). Filter and SortBy are as sent; HasFilter tells
// an empty filter from none.
type Query struct {
	Filter     string
	HasFilter  bool
	SortBy     string
	Descending bool
	Start      int64
	Count      int
	BaseURL    string
	// Sensitive are paths that the filter may not name, lest their values stand
	// in an address (RFC 7644 section 7.5.2).
	Sensitive []string
	// ByCursor pages as RFC 9865 says: Cursor is empty for the first page.
	ByCursor bool
	Cursor   string
	// BoundTo is what else must stay as it is while a cursor is followed: the
	// projection, the rights of the token.
	BoundTo string
}

// Page is a page and the cursor of the one that follows, empty on the last.
type Page struct {
	store.Page
	NextCursor string
}

// List reads a page. The calls are of one tenant and persona, one for each type.
func (s *Service) List(ctx context.Context, q Query, calls ...*Call) (Page, error) {
	params := store.ListParams{
		Tenant: calls[0].Tenant, Descending: q.Descending, Start: q.Start, Count: q.Count, Cursor: q.ByCursor, BaseURL: q.BaseURL,
	}
	var err error
	if params.Of, err = selections(q, calls); err != nil {
		return Page{}, err
	}
	if q.ByCursor && q.Cursor != "" {
		if params.After, err = s.cursors.open(q, calls); err != nil {
			return Page{}, err
		}
	}
	page, err := s.store.List(ctx, params)
	if err == nil && page.Total == 0 && q.HasFilter && calls[0].Persona.Filter.DecodeTwice {
		page, err = s.listDecoded(ctx, calls[0], q, params)
	}
	out := Page{Page: page}
	if err == nil && page.Next != nil {
		out.NextCursor = s.cursors.seal(q, calls, *page.Next)
	}
	return out, err
}

// selections bind filter and sort for each type. What only another of the types
// has is an attribute without a value (RFC 7644 section 3.4.2.1).
func selections(q Query, calls []*Call) ([]store.Selection, error) {
	types := make([]*schema.ResourceType, len(calls))
	for i, c := range calls {
		types[i] = c.Type
	}
	out := make([]store.Selection, len(calls))
	for i, c := range calls {
		out[i] = store.Selection{Type: c.Type, Links: c.Links, Manager: c.showsManager()}
		if q.HasFilter {
			bound, err := c.filter(q.Filter, types)
			if err != nil {
				return nil, err
			}
			if path := names(bound, q.Sensitive); path != "" {
				return nil, scim.Sensitive("a filter on %s does not belong into an address; send it with POST to .search", path)
			}
			out[i].Filter = bound
		}
	}
	return out, sortBy(q, calls, out)
}

func (c *Call) filter(text string, types []*schema.ResourceType) (*filter.Bound, error) {
	expr, err := filter.Parse(text)
	if err != nil && !c.Persona.Filter.Whole && filter.HasBrackets(text) {
		return nil, scim.InvalidFilter("%s has no brackets in filters, as in emails[type eq \"work\"]", c.Persona.Filter.Lacks)
	}
	if err != nil {
		return nil, err
	}
	binder := c.binder()
	binder.Beside = types
	return binder.Bind(expr)
}

// names gives the first of some paths that a filter looks at, or at a part of.
func names(b *filter.Bound, paths []string) string {
	if b == nil || len(paths) == 0 {
		return ""
	}
	if b.Target.Attribute != nil {
		target := b.Target.String()
		for _, path := range paths {
			if strings.EqualFold(target, path) || isPart(target, path) || isPart(path, target) {
				return path
			}
		}
	}
	if b.Kind == filter.NodeValuePath { // what is inside is a part of the target
		return ""
	}
	if found := names(b.Left, paths); found != "" {
		return found
	}
	return names(b.Right, paths)
}

// isPart says whether a path is of a sub-attribute of another.
func isPart(part, whole string) bool {
	return len(part) > len(whole) && part[len(whole)] == '.' && strings.EqualFold(part[:len(whole)], whole)
}

// listDecoded tries a filter that found nothing once more, percent-decoded:
// the validator of Entra ID encodes values twice.
func (s *Service) listDecoded(ctx context.Context, c *Call, q Query, params store.ListParams) (store.Page, error) {
	decoded, err := url.PathUnescape(q.Filter)
	if err != nil || decoded == q.Filter {
		return store.Page{}, nil //nolint:nilerr // the filter as sent was good and found nothing
	}
	params.Of = slices.Clone(params.Of)
	if params.Of[0].Filter, err = c.filter(decoded, nil); err != nil {
		return store.Page{}, nil //nolint:nilerr // likewise
	}
	page, err := s.store.List(ctx, params)
	if page.Total > 0 {
		c.Deviations.Note(scim.DeviationEncodedFilter, "filter")
	}
	return page, err
}

// sortBy binds sortBy (RFC 7644 section 3.4.2.3); one of the types must have it.
func sortBy(q Query, calls []*Call, of []store.Selection) error {
	if q.SortBy == "" {
		return nil
	}
	if !calls[0].Persona.Sort {
		calls[0].Deviations.Note(scim.DeviationParameterIgnored, "sortBy")
		return nil
	}
	known := false
	for i, c := range calls {
		target, ok := c.Type.ResolveText(q.SortBy)
		if !ok || target.Attribute == nil {
			continue
		}
		known = true
		if leaf := target.Leaf(); leaf.SubAttributes != nil {
			if target.Sub = leaf.Sub("value"); target.Sub == nil {
				return scim.InvalidValue("sortBy: %s is complex; name one of its sub-attributes", target)
			}
		}
		if target.IsSecret() {
			return scim.InvalidValue("sortBy: %s cannot be sorted by", target)
		}
		of[i].Sort = &target
	}
	if !known {
		return scim.InvalidValue("sortBy: %s has no attribute %q", calls[0].Type.Name, q.SortBy)
	}
	return nil
}
