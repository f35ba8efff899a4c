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
// mentions waits behind it. POSTs that refer to each other in a circle are made in
// one transaction.
func (s *Service) Bulk(ctx context.Context, operations []BulkOperation, failOnErrors int) []BulkResult {
	b := &bulk{
		service: s, operations: operations, results: make([]BulkResult, len(operations)),
		names: make([]mentions, len(operations)), makes: map[string]int{}, left: failOnErrors, limited: failOnErrors > 0,
	}
	for i, op := range operations {
		b.names[i] = namesIn(op)
		if op.Method == MethodPost && op.Refused == nil {
			b.makes[op.BulkID] = i
		}
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
	names      []mentions     // what each operation names
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
// says whether anything is left to do.
func (b *bulk) pass(ctx context.Context) bool {
	held := map[string]bool{}
	progress := false
	for i, op := range b.operations {
		switch {
		case b.stopped():
			return false
		case b.results[i].Done:
		case ctx.Err() != nil: // the time is over for all that is left
			b.finish(i, store.Resource{}, ctx.Err())
		case b.waits(i) || held[op.ID]:
			for _, id := range b.names[i].ids {
				held[id] = true
			}
		default:
			b.do(ctx, i)
			progress = true
		}
	}
	if !b.anyLeft() {
		return false
	}
	if !progress {
		b.breakCircle(ctx)
	}
	return true
}

func (b *bulk) anyLeft() bool {
	return slices.ContainsFunc(b.results, func(r BulkResult) bool { return !r.Done })
}

// waits says whether an operation refers to what is still to be made.
func (b *bulk) waits(i int) bool {
	return b.operations[i].Refused == nil && len(b.awaited(i)) > 0
}

// awaited are the POSTs that an operation waits for.
func (b *bulk) awaited(i int) []int {
	var posts []int
	for _, id := range b.names[i].bulkIDs {
		if made, known := b.makes[id]; known && !b.results[made].Done {
			posts = append(posts, made)
		}
	}
	return posts
}

// ids are what an operation refers to; a failed or unknown one is 409.
func (b *bulk) ids(i int, ids map[string]int64) error {
	for _, id := range b.names[i].bulkIDs {
		if made, known := b.makes[id]; known && b.results[made].Done && b.results[made].Err == nil {
			ids[id] = b.results[made].Resource.ID
		}
		if ids[id] == 0 {
			return scim.Conflict("bulkId:%s names no resource that this request has made", id)
		}
	}
	return nil
}

// do carries out one operation whose references are all made.
func (b *bulk) do(ctx context.Context, i int) {
	op, ids := b.operations[i], map[string]int64{}
	err := op.Refused
	if err == nil {
		err = b.ids(i, ids)
	}
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
