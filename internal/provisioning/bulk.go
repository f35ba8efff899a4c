package provisioning

import (
	"context"
	"slices"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// The methods of bulk operations.
const (
	MethodPost   = "POST"
	MethodPut    = "PUT"
	MethodPatch  = "PATCH"
	MethodDelete = "DELETE"
)

// BulkOperation is one operation of a bulk request (RFC 7644 section 3.7). ID is
// the id in its path, or a reference to one; empty for POST.
type BulkOperation struct {
	Call   *Call
	Method string
	BulkID string // of a POST
	ID     string
	Data   scim.Object
	Match  Preconditions
	// Refused is why it cannot be carried out, known before it is tried.
	Refused error
}

// BulkResult is what came of an operation. Done is false for one that was not
// reached. Resource has only its id where the operation gives none back, and none
// where it is not known.
type BulkResult struct {
	Done     bool
	Err      error
	Resource store.Resource
}

// Bulk carries out operations, each by itself: one that fails leaves nothing
// behind and undoes no other. It stops at failOnErrors errors, if that is not 0.
//
// Operations run in the order of the request, but one that refers to a resource
// which a later POST makes waits for that, and what changes a resource that it
// mentions waits behind it. POSTs that refer to each other in a circle are made in one
// transaction.
func (s *Service) Bulk(ctx context.Context, operations []BulkOperation, failOnErrors int) []BulkResult {
	b := &bulk{
		service: s, operations: operations, results: make([]BulkResult, len(operations)),
		makes: map[string]int{}, left: failOnErrors, limited: failOnErrors > 0,
	}
	for i, op := range operations {
		if op.Method == MethodPost && op.Refused == nil {
			b.makes[op.BulkID] = i
		}
		b.references = append(b.references, references(op))
	}
	for !b.stopped() && b.pass(ctx) {
	}
	return b.results
}

// bulk is a bulk request at work.
type bulk struct {
	service    *Service
	operations []BulkOperation
	results    []BulkResult
	references [][]string     // the bulkIds that each operation refers to
	makes      map[string]int // the POST of each bulkId
	limited    bool
	left       int // errors until it stops
}

func (b *bulk) stopped() bool { return b.limited && b.left <= 0 }

func (b *bulk) finish(i int, r store.Resource, err error) {
	b.results[i] = BulkResult{Done: true, Err: err, Resource: r}
	if err != nil {
		b.left--
	}
}

// pass does once what can be done, or breaks one circle where nothing can. It
// says whether anything was left and done.
func (b *bulk) pass(ctx context.Context) bool {
	held := map[string]bool{}
	progress, left := false, false
	for i, op := range b.operations {
		if b.results[i].Done {
			continue
		}
		if b.stopped() {
			return false
		}
		if b.waits(i) || held[op.ID] {
			left = true
			mentioned(op, func(id string) { held[id] = true })
			continue
		}
		b.do(ctx, i)
		progress = true
	}
	if progress || !left {
		return progress && left
	}
	b.breakCircle(ctx)
	return true
}

// waits says whether an operation refers to what is still to be made.
func (b *bulk) waits(i int) bool {
	return b.operations[i].Refused == nil && slices.ContainsFunc(b.references[i], func(id string) bool {
		made, known := b.makes[id]
		return known && !b.results[made].Done
	})
}

// ids are those that an operation refers to; a failed or unknown one is 409.
func (b *bulk) ids(i int) (map[string]int64, error) {
	ids := map[string]int64{}
	for _, id := range b.references[i] {
		made, known := b.makes[id]
		if !known || b.results[made].Err != nil {
			return nil, scim.Conflict("bulkId:%s names no resource that this request has made", id)
		}
		ids[id] = b.results[made].Resource.ID
	}
	return ids, nil
}

// do carries out one operation whose references are all made.
func (b *bulk) do(ctx context.Context, i int) {
	op := b.operations[i]
	if op.Refused != nil {
		b.finish(i, store.Resource{}, op.Refused)
		return
	}
	ids, err := b.ids(i)
	if err != nil {
		b.finish(i, store.Resource{}, err)
		return
	}
	r, err := b.service.one(ctx, op, resolved(op, ids))
	b.finish(i, r, err)
}

// one carries out an operation that refers to nothing any more.
func (s *Service) one(ctx context.Context, op BulkOperation, to reference) (store.Resource, error) {
	if op.Method == MethodPost {
		return s.Create(ctx, op.Call, to.data)
	}
	id, err := ParseID(to.id)
	if err != nil {
		return store.Resource{}, err
	}
	r := store.Resource{ID: id}
	switch op.Method {
	case MethodPut:
		r, err = s.Replace(ctx, op.Call, id, to.data, op.Match)
	case MethodPatch:
		r, err = s.Patch(ctx, op.Call, id, to.data, op.Match)
	default:
		err = s.Delete(ctx, op.Call, id, op.Match)
	}
	r.ID = id
	return r, err
}

// breakCircle makes the smallest set of POSTs that wait for nothing but each
// other.
func (b *bulk) breakCircle(ctx context.Context) {
	var circle []int
	for i, op := range b.operations {
		if b.results[i].Done || op.Method != MethodPost {
			continue
		}
		if c := b.closure(i); circle == nil || len(c) < len(circle) {
			circle = c
		}
	}
	slices.Sort(circle)
	made, err := b.service.createCircle(ctx, b, circle)
	if err != nil {
		err = scim.Conflict("operations that refer to each other were refused together: %s", detail(err))
	}
	for n, i := range circle {
		if err != nil {
			b.finish(i, store.Resource{}, err)
			continue
		}
		b.finish(i, made[n].Resource, nil)
	}
}

// closure is a POST with all that it waits for, directly or not.
func (b *bulk) closure(start int) []int {
	seen, todo := map[int]bool{start: true}, []int{start}
	for n := 0; n < len(todo); n++ {
		for _, id := range b.references[todo[n]] {
			if made, known := b.makes[id]; known && !b.results[made].Done && !seen[made] {
				seen[made] = true
				todo = append(todo, made)
			}
		}
	}
	return todo
}

// createCircle makes resources that refer to each other by ids that are taken
// beforehand.
func (s *Service) createCircle(ctx context.Context, b *bulk, circle []int) ([]store.Created, error) {
	reserved, err := s.store.ReserveIDs(ctx, len(circle))
	if err != nil {
		return nil, err
	}
	ids := map[string]int64{}
	for n, i := range circle {
		ids[b.operations[i].BulkID] = reserved[n]
	}
	all := make([]store.CreateParams, len(circle))
	for n, i := range circle {
		op := b.operations[i]
		for _, id := range b.references[i] {
			if made, known := b.makes[id]; known && b.results[made].Done && b.results[made].Err == nil {
				ids[id] = b.results[made].Resource.ID
			}
			if ids[id] == 0 {
				return nil, scim.Conflict("bulkId:%s names no resource that this request has made", id)
			}
		}
		attributes, err := s.normalise(op.Call, resolved(op, ids).data)
		if err != nil {
			return nil, err
		}
		if all[n], err = s.newResource(ctx, op.Call, attributes); err != nil {
			return nil, err
		}
		all[n].ID = reserved[n]
	}
	made, err := s.store.CreateAll(ctx, all)
	return made, refuse(err, scim.Object{})
}

// detail is what a client may know of an error.
func detail(err error) string {
	if said, ok := err.(*scim.Error); ok { //nolint:errorlint // those of a request are not wrapped
		return said.Detail
	}
	return "the database refused them"
}
