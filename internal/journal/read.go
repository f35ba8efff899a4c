package journal

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// chunk is how many exchanges are read at once where the store cannot look for all
// that is asked for.
const chunk = 200

// Exchanges reads a part of the journal, with all that this process has recorded.
// text is looked for in the whole exchange, in any case; empty finds all.
func (j *Journal) Exchanges(ctx context.Context, q Query, text string) ([]Exchange, error) {
	if err := j.ready(ctx, &q); err != nil {
		return nil, err
	}
	if text == "" {
		return j.Store.Exchanges(ctx, q)
	}
	text = scim.Fold(text)
	var found []Exchange
	limit := q.Limit
	q.Limit = chunk
	for {
		list, err := j.Store.Exchanges(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range list {
			if list[i].mentions(text) {
				found = append(found, list[i])
			}
		}
		if len(list) < chunk || len(found) >= limit {
			return found[:min(len(found), limit)], nil
		}
		if last := list[len(list)-1].ID; q.Newest {
			q.Before = last
		} else {
			q.After = last
		}
	}
}

// Count counts what a query finds.
func (j *Journal) Count(ctx context.Context, q Query, text string) (int64, error) {
	if text != "" {
		q.Limit = j.Max + maxRefused
		list, err := j.Exchanges(ctx, q, text)
		return int64(len(list)), err
	}
	if err := j.ready(ctx, &q); err != nil {
		return 0, err
	}
	return j.Store.CountExchanges(ctx, q)
}

// Deviations are the counts of a tenant, or of all if it is 0.
func (j *Journal) Deviations(ctx context.Context, tenant int64) ([]DeviationCount, error) {
	if err := j.Flush(ctx); err != nil {
		return nil, err
	}
	return j.Store.DeviationCounts(ctx, tenant)
}

// Clear forgets all of a tenant.
func (j *Journal) Clear(ctx context.Context, tenant int64) error {
	if err := j.Flush(ctx); err != nil {
		return err
	}
	return j.Store.ClearJournal(ctx, tenant)
}

// ready writes what waits, and leaves out what is too old.
func (j *Journal) ready(ctx context.Context, q *Query) error {
	if j.MaxAge > 0 {
		q.Age = Age{j.Clock.Now(), j.MaxAge}
	}
	j.settle(ctx, q.Tenant)
	return j.Flush(ctx)
}

// mentions reports whether a folded text stands in the exchange.
func (e *Exchange) mentions(text string) bool {
	has := func(s string) bool { return strings.Contains(scim.Fold(s), text) }
	ofMessage := func(m Message) bool {
		return slices.ContainsFunc(m.Headers, func(h Header) bool { return has(h.Name + ": " + h.Value) }) ||
			bytes.Contains([]byte(scim.Fold(string(m.Body))), []byte(text))
	}
	return has(e.Method+" "+e.Path) || has(e.Place) || has(e.Query) || has(e.Token) || has(e.Address) || has(string(e.Client)) || has(e.Request) ||
		has(e.Reason) || ofMessage(e.Sent) || ofMessage(e.Answer) ||
		slices.ContainsFunc(e.Deviations, func(d Deviation) bool { return has(d.ID) || has(d.Detail) }) ||
		slices.ContainsFunc(e.Changes, func(c Change) bool { return has(c.Resource) || has(c.Path) || has(c.Before) || has(c.After) })
}

// poll is how often another process may have written something.
const poll = 250 * time.Millisecond

// Await calls check, now and whenever something of a tenant, or of any if it is 0,
// may be new, until it gives true or an error, or the time is over, which gives
// false.
func (j *Journal) Await(ctx context.Context, tenant int64, timeout time.Duration, check func() (bool, error)) (bool, error) {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	over := time.NewTimer(timeout)
	defer over.Stop()
	for {
		news := j.News(tenant)
		done, err := check()
		if done || err != nil {
			return done, err
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-over.C:
			return false, nil
		case <-news:
		case <-tick.C:
		}
	}
}
