package idp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cinode-scim/cinode-scim/internal/clock"
)

// ErrUnreachable is of a target that gave no answers, or refused the token again
// and again: a cycle ends early, and begins where it stopped.
var ErrUnreachable = errors.New("the target cannot be reached")

// ErrNotActive is of a cycle without an integration that is active.
var ErrNotActive = errors.New("the integration is not active; activate it first")

// patience is how many tasks in a row may find the target unreachable.
const patience = 5

// Report is what a cycle did.
type Report struct {
	Started  time.Time      `json:"started"`
	Duration time.Duration  `json:"-"` // JSON has no form of it
	Requests int64          `json:"requests"`
	Done     map[string]int `json:"done"` // successes by kind and action, as "user create"
	Failures []Failure      `json:"failures"`
}

// Failure is a task that did not succeed, however often it was tried.
type Failure struct {
	Task   string `json:"task"`
	Error  string `json:"error"`
	Status int    `json:"status,omitzero"`
}

// Failed is true where something is left to do.
func (r Report) Failed() bool { return len(r.Failures) > 0 }

// cycle is one run of the profile over the directory.
type cycle struct {
	*Provider
	mu     sync.Mutex
	report Report
	lost   int // tasks in a row that found the target unreachable
}

// task is one object's share of a cycle. It may take several requests, and is
// run again as a whole: a create begins with a lookup, so that an answer that
// was lost is found and nothing is made twice.
type task struct {
	name string
	run  func(ctx context.Context, attempt int) error
}

// Sync runs one provisioning cycle. Failures of single tasks are in the report
// and are taken up by the next cycle; an error is of the cycle as a whole.
func (p *Provider) Sync(ctx context.Context) (Report, error) {
	if err := p.take(ctx); err != nil {
		return Report{}, err
	}
	defer p.release()
	if phase := p.Phase(); phase != PhaseActive && phase != PhaseQuarantine {
		return Report{}, ErrNotActive
	}
	before := p.requests.Load()
	c := &cycle{Provider: p, report: Report{Started: p.options.Clock.Now(), Done: map[string]int{}}}
	err := p.profile.cycle(ctx, c)
	p.with(func(s *state) { s.Cycles++ })
	p.sweep()
	err = errors.Join(err, p.save(true))
	c.report.Requests = p.requests.Load() - before
	c.report.Duration = p.options.Clock.Now().Sub(c.report.Started)
	return c.report, err
}

// take waits for the turn of a cycle, a test or an import.
func (p *Provider) take(ctx context.Context) error {
	select {
	case p.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *Provider) release() { <-p.turn }

// run runs tasks, some at a time, and gives an error only where the cycle has to end.
func (c *cycle) run(ctx context.Context, stage string, parallel int, tasks []task) error {
	if c.options.Concurrency > 0 {
		parallel = c.options.Concurrency
	}
	var done sync.Mutex
	finished := 0
	c.progress(stage, 0, len(tasks))
	group, within := errgroup.WithContext(ctx) // is ended by Wait
	group.SetLimit(max(1, parallel))
	for _, t := range tasks {
		if within.Err() != nil {
			break
		}
		group.Go(func() error {
			if err := c.attempt(within, t); err != nil {
				return err
			}
			done.Lock()
			defer done.Unlock()
			finished++
			c.progress(stage, finished, len(tasks))
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

func (c *cycle) progress(stage string, done, total int) {
	if c.options.OnProgress != nil && total > 0 {
		c.options.OnProgress(stage, done, total)
	}
}

// attempt runs a task until it succeeds or the profile gives up.
func (c *cycle) attempt(ctx context.Context, t task) error {
	for failures := 1; ; failures++ {
		err := t.run(ctx, failures)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var input *StateError
		if errors.As(err, &input) {
			return err // what cannot be remembered must not be done
		}
		if err == nil {
			return c.settle(t, nil)
		}
		wait, again := c.profile.retry(ctx, err, failures)
		if !again {
			return c.settle(t, err)
		}
		if err := clock.Wait(ctx, wait); err != nil {
			return err
		}
	}
}

// settle counts a task that has ended.
func (c *cycle) settle(t task, err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.lost = 0
		return nil
	}
	c.report.Failures = append(c.report.Failures, Failure{Task: t.name, Error: err.Error(), Status: StatusOf(err)})
	var answer *AnswerError
	if status := StatusOf(err); !errors.As(err, &answer) || status != 0 && status != http.StatusUnauthorized {
		c.lost = 0
		return nil
	}
	if c.lost++; c.lost < patience {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}

// emit writes an event of the cycle and counts it.
func (c *cycle) emit(e Event, err error) {
	c.Provider.emit(e, err)
	if err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.report.Done[e.Object.Kind+" "+string(e.Action)]++
	}
}

// shortened is a wait of the provider's own. The one that a server asks for is not
// shortened: see retryAfter.
func (p *Provider) shortened(wait time.Duration) time.Duration {
	return time.Duration(float64(wait) / p.options.Shorten)
}
