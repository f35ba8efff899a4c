package scenario

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// take takes a step, and says whether the story goes on after it.
func (p *player) take(ctx context.Context, i int, step *Step) bool {
	begun := p.clock.Now()
	p.mu.Lock()
	p.step = step
	p.current = &StepReport{Number: i + 1, Title: step.Title(), Outcome: Running, Events: []idp.Event{}}
	p.report.Steps = append(p.report.Steps, p.current)
	p.since, p.now = len(p.events), map[sent]int{}
	p.mu.Unlock()
	p.tell()
	goOn := true
	if step.action != nil {
		goOn = p.act(ctx, step)
	}
	if goOn && step.Expect != nil && ctx.Err() == nil {
		p.expect(ctx, step.Expect)
	}
	p.mu.Lock()
	p.current.Duration = p.clock.Now().Sub(begun)
	switch {
	case ctx.Err() != nil:
		p.current.Outcome = Stopped
	case len(p.current.Faults) > 0:
		p.current.Outcome = Failed
	case p.current.Outcome == Running:
		p.current.Outcome = Passed
	}
	p.mu.Unlock()
	p.tell()
	return goOn
}

func (p *player) tell() {
	if p.options.OnStep != nil {
		p.options.OnStep(p.current)
	}
}

// act does what the step does; a failure that nobody expected ends the story.
func (p *player) act(ctx context.Context, step *Step) bool {
	err := step.action.run(ctx, p)
	switch {
	case ctx.Err() != nil:
		return err == nil
	case err != nil && step.Fails == "":
		p.fault("%v", err)
		return false
	case err == nil && step.Fails != "" && p.current.Outcome != Skipped:
		p.fault("it should have failed (%s), and did not", step.Fails)
	case err != nil && step.Fails != "true" && !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(step.Fails)):
		p.fault("it failed as expected, but said %q, not %q", err.Error(), step.Fails)
	case err != nil:
		p.note("fails as expected: %v", err)
	}
	return true
}

// fault notes what is not as it should be.
func (p *player) fault(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current.Faults = append(p.current.Faults, fmt.Sprintf(format, args...))
}

// note tells something that is no fault.
func (p *player) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current.Notes = append(p.current.Notes, fmt.Sprintf(format, args...))
}

// skip notes why a step is left out.
func (p *player) skip(format string, args ...any) {
	p.note(format, args...)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current.Outcome = Skipped
}

func (p *player) onEvent(next func(idp.Event)) func(idp.Event) {
	return func(e idp.Event) {
		p.mu.Lock()
		p.current.add(e)
		p.report.Events++
		whole := e
		e.Record = nil // nothing is expected of it
		p.events = append(p.events, e)
		if over := len(p.events) - maxEvents; over > maxEvents/10 {
			p.events = append([]idp.Event(nil), p.events[over:]...)
			p.since, p.dropped = max(0, p.since-over), p.dropped+over
		}
		p.mu.Unlock()
		if next != nil {
			next(whole)
		}
	}
}

func (p *player) onExchange(next func(*scimclient.Exchange)) func(*scimclient.Exchange) {
	return func(e *scimclient.Exchange) {
		p.mu.Lock()
		key := sent{e.Method, p.below(e.URL), e.Status}
		p.sent[key]++
		p.now[key]++
		p.current.Requests++
		if e.Status > 0 {
			p.report.answered++
		} else {
			p.report.unanswered++
		}
		if p.options.Keep > 0 {
			p.report.keep(p.current.Number, e, p.options.Keep)
		}
		if errors.Is(e.Err, scimclient.ErrForbidden) {
			p.forbidden = e.Err
		}
		watch := p.watch
		p.mu.Unlock()
		if watch != nil {
			watch()
		}
		if next != nil {
			next(e)
		}
	}
}

// below is the path of a URL from the base URL on, with its query as it is meant.
func (p *player) below(address string) string {
	path := strings.TrimPrefix(address, strings.TrimRight(p.target.BaseURL, "/"))
	if path == address {
		if u, err := url.Parse(address); err == nil {
			path = u.RequestURI()
		}
	}
	return scimclient.Readable(path)
}

func join(kinds []idp.Kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
