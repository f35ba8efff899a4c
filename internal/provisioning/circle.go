package provisioning

import (
	"context"
	"errors"
	"slices"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// breakCircle makes POSTs that wait for nothing but each other. The one at fault
// is told why it fails, the others that they refer to it.
func (b *bulk) breakCircle(ctx context.Context) {
	circle := b.circle()
	made, at, err := b.service.createCircle(ctx, b, circle)
	for n, i := range circle {
		switch {
		case err == nil:
			b.finish(i, made[n].Resource, nil)
		case at < 0 || at == n:
			b.finish(i, store.Resource{}, err)
		default:
			b.finish(i, store.Resource{}, scim.Conflict("it refers to bulkId:%s, which was refused", b.operations[circle[at]].BulkID))
		}
	}
}

// circle is the first set of POSTs, in an order in which what is waited for comes
// first, that all wait for each other: a strongly connected component, found as
// Tarjan does.
func (b *bulk) circle() []int {
	t := &tarjan{awaited: b.awaited, index: map[int]int{}, low: map[int]int{}, open: map[int]bool{}}
	for i, op := range b.operations {
		if !b.results[i].Done && op.Method == MethodPost && op.Refused == nil {
			if found := t.visit(i); found != nil {
				slices.Sort(found)
				return found
			}
		}
	}
	return nil
}

type tarjan struct {
	awaited    func(int) []int
	index, low map[int]int
	open       map[int]bool
	stack      []int
}

// visit gives the first component that is complete.
func (t *tarjan) visit(v int) []int {
	t.index[v], t.low[v] = len(t.index), len(t.index)
	t.stack, t.open[v] = append(t.stack, v), true
	for _, w := range t.awaited(v) {
		if _, seen := t.index[w]; !seen {
			if found := t.visit(w); found != nil {
				return found
			}
			t.low[v] = min(t.low[v], t.low[w])
		} else if t.open[w] {
			t.low[v] = min(t.low[v], t.index[w])
		}
	}
	if t.low[v] != t.index[v] {
		return nil
	}
	return slices.Clone(t.stack[slices.Index(t.stack, v):])
}

// createCircle makes resources that refer to each other by ids that are taken
// beforehand. at is the place of the one at fault, below 0 if all are.
func (s *Service) createCircle(ctx context.Context, b *bulk, circle []int) (made []store.Created, at int, err error) {
	reserved, err := s.store.ReserveIDs(ctx, len(circle))
	if err != nil {
		return nil, -1, err
	}
	ids := map[string]int64{}
	for n, i := range circle {
		ids[b.operations[i].BulkID] = reserved[n]
	}
	all := make([]store.CreateParams, len(circle))
	for n, i := range circle {
		op := b.operations[i]
		if err := b.ids(i, ids); err != nil {
			return nil, n, err
		}
		attributes, err := s.normaliseNew(op.Call, resolved(op, ids).data)
		if err != nil {
			return nil, n, err
		}
		if all[n], err = s.newResource(ctx, op.Call, attributes); err != nil {
			return nil, n, err
		}
		all[n].ID = reserved[n]
	}
	made, err = s.store.CreateAll(ctx, all)
	return made, culprit(err, all), s.refuseCircle(ctx, b.operations[circle[0]].Call, err)
}

// culprit finds which of several new resources a store refused.
func culprit(err error, all []store.CreateParams) int {
	var unknown *store.UnknownMembersError
	if !errors.As(err, &unknown) {
		return -1
	}
	return slices.IndexFunc(all, func(p store.CreateParams) bool {
		return slices.ContainsFunc(p.Members, func(id int64) bool { return slices.Contains(unknown.IDs, id) })
	})
}

func (s *Service) refuseCircle(ctx context.Context, c *Call, err error) error {
	var taken *store.UniqueError
	if errors.As(err, &taken) {
		return scim.Uniqueness("a %s of these operations, which refer to each other, is taken by another user", taken.Attribute)
	}
	return s.refuse(ctx, c, err, nil)
}
