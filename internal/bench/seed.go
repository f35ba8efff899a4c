package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"
)

// Sizes of the two groups whose cost of one more member is compared.
const (
	smallGroup = 10
	largeGroup = 10_000
)

// memberChunk is how many members a request adds while a group is made.
const memberChunk = 1_000

// groupSizes are the sizes of the groups in a store of so many users.
func groupSizes(users int) []int { return []int{smallGroup, min(largeGroup, users)} }

// seed creates a target's users through its own interface, as a client would.
func (t *target) seed(ctx context.Context, users, conns int) error {
	all := make([]user, users+conns)
	for i := range all {
		all[i] = t.nextUser()
	}
	if err := t.createAll(ctx, all, conns); err != nil {
		return fmt.Errorf("create the users of %s: %w", t.name, err)
	}
	t.users, t.spares = all[:users], all[users:]
	t.active = make([]bool, users)
	for i := range t.active {
		t.active[i] = true
	}
	return nil
}

func (t *target) createAll(ctx context.Context, all []user, conns int) error {
	workers, err := openWorkers(ctx, t, conns)
	if err != nil {
		return err
	}
	defer closeWorkers(workers)
	stop := context.AfterFunc(ctx, func() { closeWorkers(workers) })
	defer stop()
	var running sync.WaitGroup
	var next atomic.Int64
	failures := make([]error, len(workers))
	for i, w := range workers {
		running.Go(func() {
			for at := next.Add(1) - 1; at < int64(len(all)); at = next.Add(1) - 1 {
				if failures[i] = w.create(&all[at]); failures[i] != nil {
					return
				}
			}
		})
	}
	running.Wait()
	return errors.Join(ctx.Err(), errors.Join(failures...))
}

// seedGroups creates the groups that members are added to, which is how a
// directory fills one: empty at first, then by PATCH.
func (t *target) seedGroups(ctx context.Context) error {
	w, err := newWorker(ctx, t, 0, 1)
	if err != nil {
		return err
	}
	defer w.close()
	stop := context.AfterFunc(ctx, w.close)
	defer stop()
	t.groups = map[int]string{}
	for _, size := range groupSizes(len(t.users)) {
		if err := w.makeGroup(size); err != nil {
			return errors.Join(ctx.Err(), fmt.Errorf("make a group of %d members on %s: %w", size, t.name, err))
		}
	}
	return nil
}

func (w *worker) makeGroup(size int) error {
	body := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Group of %d"}`, size)
	answer, err := w.exchange(http.MethodPost, w.t.base+"/Groups", []byte(body), http.StatusCreated)
	if err != nil {
		return err
	}
	w.size = size
	w.t.groups[size] = scanID(answer)
	type member struct {
		Value string `json:"value"`
	}
	for from := 0; from < size; from += memberChunk {
		var members []member
		for _, u := range w.t.users[from:min(from+memberChunk, size)] {
			members = append(members, member{u.id})
		}
		value, err := json.Marshal(members)
		if err != nil {
			return err
		}
		if err := w.patchGroup(`{"op":"add","path":"members","value":` + string(value) + `}`); err != nil {
			return err
		}
	}
	return nil
}

// provide makes sure that an operation that uses users up finds some: those of
// an earlier measurement of creates, or fresh ones.
func (c *cell) provide(ctx context.Context, warmup, duration time.Duration) error {
	if !c.op.uses || len(c.t.created) > 0 {
		return nil
	}
	for _, op := range operations() {
		if op.name != "create" {
			continue
		}
		made, err := (&cell{op: op, t: c.t, conns: c.conns}).measure(ctx, warmup, duration)
		if err == nil && made.Wrong > 0 {
			err = errors.New(made.Example)
		}
		return err
	}
	return nil
}
