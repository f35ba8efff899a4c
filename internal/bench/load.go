package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/clock"
)

// cell is one operation on one server: what is measured over and over.
type cell struct {
	op      operation
	t       *target
	conns   int
	size    int // of the group, for operations on groups
	samples []sample
}

// sample is the outcome of one measurement.
type sample struct {
	Rate     float64 `json:"requests_per_second"`
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
	CPU      float64 `json:"server_cpu_us_per_request,omitzero"` // absent where it is not known
	Requests int     `json:"requests"`
	Wrong    int     `json:"wrong_answers,omitzero"`
	Example  string  `json:"wrong_answer,omitzero"` // the first wrong one
}

// requestPatience is how long a server may take over the last answers.
const requestPatience = 60 * time.Second

// measure loads a server with an operation, in a closed loop: each connection
// sends a request when it has the answer to the one before. Requests count that
// are sent between the warm-up and the end.
func (c *cell) measure(ctx context.Context, warmup, duration time.Duration) (sample, error) {
	consumed := &consumption{made: make([][]user, c.conns)}
	if c.op.uses {
		warmup = 0
		last := len(c.t.created) - 1
		consumed.users, c.t.created = c.t.created[last], c.t.created[:last]
	}
	workers, err := openWorkers(ctx, c.t, c.conns)
	if err != nil {
		return sample{}, err
	}
	defer closeWorkers(workers)
	stop := context.AfterFunc(ctx, func() { closeWorkers(workers) })
	defer stop()

	from := time.Now().Add(warmup)
	until := from.Add(duration)
	runs := make([]loop, len(workers))
	var running sync.WaitGroup
	for i, w := range workers {
		w.size, w.consumed = c.size, consumed
		runs[i] = loop{from: from, until: until}
		running.Go(func() { runs[i].run(w, c.op) })
	}
	// Where the system's clock wakes late, some of the warm-up's CPU time is
	// missed; a measurement is long enough for that not to show.
	if err := clock.Wait(ctx, time.Until(from)); err != nil {
		running.Wait()
		return sample{}, err
	}
	before, known := c.t.cpu()
	running.Wait()
	after, _ := c.t.cpu()
	if ctx.Err() != nil {
		return sample{}, ctx.Err()
	}
	if made := slices.Concat(consumed.made...); len(made) > 0 {
		c.t.created = append(c.t.created, made)
	}
	result, err := summarize(runs, c.op.untimed != nil)
	if known && result.Requests > 0 {
		result.CPU = float64((after - before).Microseconds()) / float64(exchanges(runs))
	}
	return result, err
}

func openWorkers(ctx context.Context, t *target, conns int) ([]*worker, error) {
	workers := make([]*worker, 0, conns)
	for i := range conns {
		w, err := newWorker(ctx, t, i, conns)
		if err != nil {
			closeWorkers(workers)
			return nil, err
		}
		workers = append(workers, w)
	}
	return workers, nil
}

func closeWorkers(workers []*worker) {
	for _, w := range workers {
		w.close()
	}
}

// loop is the record of one connection.
type loop struct {
	from, until time.Time
	ended       time.Time
	exhausted   bool
	latencies   []time.Duration
	exchanges   int // counted requests, with those that are not timed
	wrong       int
	example     error
	broken      error // what ended the loop early
}

func (l *loop) run(w *worker, op operation) {
	defer func() { l.ended = time.Now() }()
	if err := w.raw.SetDeadline(l.until.Add(requestPatience)); err != nil {
		l.broken = err
		return
	}
	for {
		begin := time.Now()
		if !begin.Before(l.until) {
			return
		}
		counts := !begin.Before(l.from)
		err := op.timed(w)
		took := time.Since(begin)
		w.turn++
		if errors.Is(err, errExhausted) {
			l.exhausted = true
			return
		}
		if counts {
			l.latencies = append(l.latencies, took)
			l.exchanges++
		}
		if l.note(err) {
			return
		}
		if op.untimed == nil {
			continue
		}
		if counts {
			l.exchanges++
		}
		if l.note(op.untimed(w)) {
			return
		}
	}
}

// note records an error and reports whether it ends the loop.
func (l *loop) note(err error) bool {
	var wrong wrongAnswer
	switch {
	case err == nil:
		return false
	case errors.As(err, &wrong):
		l.wrong++
		if l.example == nil {
			l.example = err
		}
		return false
	default:
		l.broken = err
		return true
	}
}

func exchanges(runs []loop) int {
	sum := 0
	for _, r := range runs {
		sum += r.exchanges
	}
	return sum
}

// summarize merges the connections' records. Where something is done between
// the requests that is not timed, the rate is that of the connections' timed
// parts alone.
func summarize(runs []loop, timedOnly bool) (sample, error) {
	var latencies []time.Duration
	var result sample
	var busy time.Duration
	elapsed := runs[0].until.Sub(runs[0].from)
	for _, r := range runs {
		if r.broken != nil {
			return sample{}, r.broken
		}
		latencies = append(latencies, r.latencies...)
		result.Wrong += r.wrong
		if r.example != nil && result.Example == "" {
			result.Example = r.example.Error()
		}
	}
	for _, r := range runs {
		if r.exhausted {
			elapsed = min(elapsed, r.ended.Sub(r.from))
		}
	}
	if len(latencies) == 0 {
		return sample{}, fmt.Errorf("no request was answered within %s", elapsed)
	}
	for _, took := range latencies {
		busy += took
	}
	if timedOnly {
		elapsed = busy / time.Duration(len(runs))
	}
	slices.Sort(latencies)
	result.Requests = len(latencies)
	result.Rate = float64(len(latencies)) / elapsed.Seconds()
	result.P50 = milliseconds(quantile(latencies, 0.5))
	result.P99 = milliseconds(quantile(latencies, 0.99))
	return result, nil
}

// quantile is the smallest of the sorted values that at least the share q of
// them does not exceed.
func quantile(sorted []time.Duration, q float64) time.Duration {
	at := int(q * float64(len(sorted)))
	if float64(at) == q*float64(len(sorted)) && at > 0 {
		at--
	}
	return sorted[min(at, len(sorted)-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }

// median of some samples, each figure for itself; wrong answers are summed.
func median(samples []sample) sample {
	var m sample
	m.Rate = medianOf(samples, func(s sample) float64 { return s.Rate })
	m.P50 = medianOf(samples, func(s sample) float64 { return s.P50 })
	m.P99 = medianOf(samples, func(s sample) float64 { return s.P99 })
	m.CPU = medianOf(samples, func(s sample) float64 { return s.CPU })
	for _, s := range samples {
		m.Requests += s.Requests
		m.Wrong += s.Wrong
		if m.Example == "" {
			m.Example = s.Example
		}
	}
	return m
}

func medianOf[T any](all []T, figure func(T) float64) float64 {
	if len(all) == 0 {
		return 0
	}
	values := make([]float64, len(all))
	for i, one := range all {
		values[i] = figure(one)
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}
