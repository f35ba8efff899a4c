package journal

import (
	"bytes"
	"context"
	"slices"
	"strconv"
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
	if text == "" {
		return j.Select(ctx, q, nil)
	}
	q.Match.Text = text
	return j.Select(ctx, q, func(e *Exchange) bool { return e.Mentions(text) })
}

// Select reads those exchanges of a part of the journal that fit, or all for nil,
// with all that this process has recorded.
func (j *Journal) Select(ctx context.Context, q Query, fits func(*Exchange) bool) ([]Exchange, error) {
	if err := j.ready(ctx, &q); err != nil {
		return nil, err
	}
	if fits == nil {
		return j.Store.Exchanges(ctx, q)
	}
	var found []Exchange
	limit := q.Limit
	q.Limit = chunk
	for {
		list, err := j.Store.Exchanges(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range list {
			if fits(&list[i]) {
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

// Mentions reports whether a text stands in the exchange, in any case.
func (e *Exchange) Mentions(text string) bool {
	text = scim.Fold(text)
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

// Concerns reports whether a resource, such as "Users/26", is what the exchange is
// about, was changed by it or came into or out of a group by it, or whether one of
// its names, such as a userName, stands in the address or a body.
func (e *Exchange) Concerns(resource string, names ...string) bool {
	if resource != "" {
		_, id, _ := strings.Cut(resource, "/")
		if e.Place == "/"+resource || slices.ContainsFunc(e.Changes, func(c Change) bool {
			return c.Resource == resource || c.Path == "members" && (c.Before == `"`+id+`"` || c.After == `"`+id+`"`)
		}) {
			return true
		}
	}
	query := decodeFully(e.Query, true)
	return slices.ContainsFunc(names, func(name string) bool {
		name = scim.Fold(name)
		return strings.Contains(scim.Fold(query), name) || strings.Contains(scim.Fold(string(e.Sent.Body)), name) ||
			slices.ContainsFunc(e.Changes, func(c Change) bool { return strings.Contains(scim.Fold(c.Before+c.After), name) })
	})
}

// Touched are the ids of the resources that the exchange changed or that came into
// or out of a group by it, each once. No two resources of a tenant have the same id.
func (e *Exchange) Touched() []int64 {
	ids := []int64{}
	add := func(text string) {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil && id > 0 && idText(id) == text {
			ids = append(ids, id)
		}
	}
	for _, c := range e.Changes {
		_, id, _ := strings.Cut(c.Resource, "/")
		add(id)
		if c.Path == "members" {
			add(strings.Trim(c.Before, `"`))
			add(strings.Trim(c.After, `"`))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
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
