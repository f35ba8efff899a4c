package scenario

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"golang.org/x/sync/errgroup"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// cycle is one provisioning cycle or several.
type cycle struct {
	Until  string `yaml:"until"`  // converged, or empty for one cycle
	Limit  int    `yaml:"limit"`  // of cycles, for until
	Cycles int    `yaml:"cycles"` // exactly so many
}

const (
	untilConverged = "converged"
	usualLimit     = 20
)

func (a *cycle) check() string {
	switch {
	case a.Until != "" && a.Until != untilConverged:
		return fmt.Sprintf("until is %q, and can only be %s", a.Until, untilConverged)
	case a.Limit > 0 && a.Until == "":
		return "limit is for until: converged; take it out, or say cycles"
	case a.Cycles > 0 && a.Until != "":
		return "cycles and until exclude each other; keep one of them"
	}
	return ""
}

func (a *cycle) about() string {
	switch {
	case a.Until != "":
		return "until it has converged"
	case a.Cycles > 1:
		return plural(a.Cycles, "cycle", "cycles")
	default:
		return ""
	}
}

func (a *cycle) run(ctx context.Context, p *player) error {
	if a.Cycles > 1 {
		for range a.Cycles - 1 {
			if _, err := p.once(ctx); err != nil {
				return err
			}
			if err := clock.Wait(ctx, p.provider().Interval()); err != nil {
				return err
			}
		}
	}
	limit := max(a.Limit, 1)
	if a.Until != "" && a.Limit == 0 {
		limit = usualLimit
	}
	if p.step.Fails == "" {
		limit = max(limit, p.options.Patience)
	}
	return p.converge(ctx, limit, a.Until != "")
}

// converge runs cycles until one has nothing left to do, or leaves no failures where no
// more is asked for.
func (p *player) converge(ctx context.Context, limit int, whole bool) error {
	var left error
	for i := range limit {
		if i > 0 {
			if err := clock.Wait(ctx, p.provider().Interval()); err != nil {
				return err
			}
		}
		report, err := p.once(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var state *idp.StateError
		switch {
		case errors.As(err, &state):
			return err
		case err != nil:
			left = err
		case report.Failed():
			left = failures(report)
		case !whole:
			return nil
		default:
			pending := p.provider().View().Pending
			if pending == 0 {
				if i > 0 {
					p.note("it took %s", plural(i+1, "cycle", "cycles"))
				}
				return nil
			}
			left = fmt.Errorf("%s still to be sent", plural(pending, "change is", "changes are"))
		}
	}
	if limit > 1 {
		return fmt.Errorf("after %d cycles: %w", limit, left)
	}
	return left
}

func (p *player) once(ctx context.Context) (idp.Report, error) {
	return p.provider().Sync(ctx)
}

// failures is what a cycle could not do, in one line.
func failures(r idp.Report) error {
	first := r.Failures[0]
	text := first.Task + ": " + first.Error
	if more := len(r.Failures) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return errors.New(text)
}

// kill stops a cycle in its midst and goes on from the state file.
type kill struct {
	After   int  `yaml:"after"`   // requests
	Unsaved bool `yaml:"unsaved"` // the state file is that from before the cycle
}

func (a *kill) check() string {
	if a.After == 0 {
		return "say after how many requests, as in kill: 5"
	}
	return ""
}

func (a *kill) about() string { return "after " + plural(a.After, "request", "requests") }

func (a *kill) run(ctx context.Context, p *player) error {
	before, err := os.ReadFile(p.settings.StateFile)
	if err != nil {
		return fmt.Errorf("the state is needed to resume from: %w", err)
	}
	killed, stop := context.WithCancel(ctx)
	defer stop()
	left := a.After
	p.listen(func() {
		if left--; left == 0 {
			stop()
		}
	})
	_, err = p.once(killed)
	p.listen(nil)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, idp.ErrNotActive):
		return err
	case killed.Err() == nil:
		p.note("the cycle had ended before %s", plural(a.After, "request", "requests"))
	case err != nil && !errors.Is(err, context.Canceled):
		p.note("%v", err)
	}
	p.provider().Close()
	if a.Unsaved {
		if err := os.WriteFile(p.settings.StateFile, before, 0o600); err != nil {
			return fmt.Errorf("put the state back: %w", err)
		}
	}
	return p.provide()
}

// listen calls for each exchange from now on, one at a time.
func (p *player) listen(f func()) {
	var one sync.Mutex
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.watch = f; f != nil {
		p.watch = func() {
			one.Lock()
			defer one.Unlock()
			f()
		}
	}
}

// parallel takes several actions at the same time.
type parallel struct{ Steps []*Step }

func (a *parallel) read(r *reader, n *yaml.Node, what string) { r.into(n, &a.Steps, what) }

func (a *parallel) about() string {
	names := make([]string, len(a.Steps))
	for i, s := range a.Steps {
		names[i] = s.Title()
	}
	return strings.Join(names, "; ")
}

func (a *parallel) check() string {
	for _, s := range a.Steps {
		if s.Expect != nil || s.action == nil || s.what == "parallel" || s.what == "kill" {
			return "it takes steps that do one thing, and no expect, parallel or kill"
		}
	}
	return ""
}

func (a *parallel) run(ctx context.Context, p *player) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, s := range a.Steps {
		group.Go(func() error { return s.action.run(ctx, p) })
	}
	return group.Wait()
}
