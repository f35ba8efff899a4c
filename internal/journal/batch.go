package journal

import (
	"cmp"
	"slices"
	"strconv"
)

// mostWaiting bounds the bytes of exchanges that wait to be written.
const mostWaiting = 32 << 20

// batch is what waits to be written: of each tenant no more than is kept, the
// newest.
type batch struct {
	max     int
	tenants map[int64]*waiting
	counts  map[countKey]*DeviationCount
	number  int64 // of the exchanges that came
	size    int64
	dropped int64 // since the process began, as is met
	met     int64 // deviations
}

type countKey struct {
	tenant int64
	id     string
}

// waiting are the exchanges of a tenant: a ring of good ones, rings of refused ones
// by address.
type waiting struct {
	good    ring
	refused map[string]*ring
}

// ring keeps the newest of what is added to it.
type ring struct {
	list []*numbered
	next int
}

// numbered is an exchange with its place among all.
type numbered struct {
	*Exchange
	number int64
}

func newBatch(most int) *batch {
	return &batch{max: most, tenants: map[int64]*waiting{}, counts: map[countKey]*DeviationCount{}}
}

// add reports whether the exchange is the first.
func (b *batch) add(e *Exchange) bool {
	b.number++
	for i, d := range e.Deviations {
		if !slices.ContainsFunc(e.Deviations[:i], func(other Deviation) bool { return other.ID == d.ID }) {
			b.count(e, d.ID)
		}
	}
	if b.size+e.size() > mostWaiting {
		b.dropped++
		return b.number == 1
	}
	w := b.tenants[e.Tenant]
	if w == nil {
		w = &waiting{refused: map[string]*ring{}}
		b.tenants[e.Tenant] = w
	}
	n := &numbered{e, b.number}
	b.size += e.size()
	if !e.Refused {
		b.size -= w.good.add(n, b.max)
		return b.number == 1
	}
	r := w.refused[e.Address]
	if r == nil {
		if len(w.refused) >= maxRefused {
			b.size -= e.size()
			b.dropped++
			return b.number == 1
		}
		r = &ring{}
		w.refused[e.Address] = r
	}
	b.size -= r.add(n, perAddress)
	return b.number == 1
}

// count counts a deviation of an exchange.
func (b *batch) count(e *Exchange, id string) {
	key := countKey{e.Tenant, id}
	c := b.counts[key]
	if c == nil {
		c = &DeviationCount{Tenant: e.Tenant, ID: id}
		b.counts[key] = c
	}
	c.N++
	b.met++
	c.Last = e.At
}

// add puts an exchange in and gives the size of the one that had to go.
func (r *ring) add(n *numbered, most int) int64 {
	if len(r.list) < most {
		r.list = append(r.list, n)
		return 0
	}
	if most == 0 {
		return n.size()
	}
	old := r.list[r.next]
	r.list[r.next] = n
	r.next = (r.next + 1) % most
	return old.size()
}

// lose counts exchanges of another batch that could not be written, and keeps its
// counts of deviations.
func (b *batch) lose(other *batch, exchanges int) {
	b.dropped += int64(exchanges)
	for key, lost := range other.counts {
		if have := b.counts[key]; have != nil {
			have.N += lost.N
			continue
		}
		b.counts[key] = lost
	}
}

// list are the exchanges in the order they came.
func (b *batch) list() []Exchange {
	var all []*numbered
	for _, w := range b.tenants {
		all = append(all, w.good.list...)
		for _, r := range w.refused {
			all = append(all, r.list...)
		}
	}
	slices.SortFunc(all, func(a, b *numbered) int { return cmp.Compare(a.number, b.number) })
	out := make([]Exchange, len(all))
	for i, n := range all {
		out[i] = *n.Exchange
	}
	return out
}

func (b *batch) deviations() []DeviationCount {
	out := make([]DeviationCount, 0, len(b.counts))
	for _, c := range b.counts {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b DeviationCount) int { return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.ID, b.ID)) })
	return out
}

// size is about how many bytes the exchange holds.
func (e *Exchange) size() int64 {
	const fixed = 1 << 10
	return fixed + int64(len(e.Query)+len(e.Path)+len(e.Sent.Body)+len(e.Answer.Body)) + 64*int64(len(e.Sent.Headers)+len(e.Answer.Headers)) + 256*int64(len(e.Changes))
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }
