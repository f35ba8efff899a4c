package idp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// How a job gets into quarantine, and what becomes of it there. Microsoft counts a
// job as failing when more than 40 % of its events fail, failures to write a manager
// or a member left aside, and looks at it from 5,000 failures on: a directory that is
// simulated has fewer people, so the failing cycles in a row are counted instead, and
// a target that refuses one user among many does not make a cycle fail.
const (
	quarantineShare = 0.4
	quarantineAfter = 3
	quarantineEnd   = 28 * 24 * time.Hour // then the job is disabled
)

// quarantineWaits are the waits in quarantine: it is tried 6, 12 and 24 hours after
// the failure, then once a day.
var quarantineWaits = [...]time.Duration{6 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// entraParallel is how many memberships are written at a time, those of one group too.
const entraParallel = 8

// unanswered is true where no whole answer came.
func unanswered(err error) bool {
	var failed *AnswerError
	return errors.As(err, &failed) && failed.Exchange.Err != nil
}

// cycle is the initial cycle as well as an incremental one: the first has everybody
// to write, later ones what has changed since.
func (e *entra) cycle(ctx context.Context, c *cycle) error {
	if err := e.begin(); err != nil {
		return err
	}
	failing, err := e.stages(ctx, c)
	if ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	e.judge(failing || err != nil, err)
	return err
}

// begin names the cycle, and ends a job that has been in quarantine for too long.
func (e *entra) begin() error {
	e.mu.Lock()
	id := e.newID(idEvent)
	since, quarantined := e.state.Since, e.state.Phase == PhaseQuarantine
	over := quarantined && e.options.Clock.Now().Sub(since) > e.shortened(quarantineEnd)
	if over {
		e.state.Phase = PhaseConfigured
	}
	e.mu.Unlock()
	e.cycleID.Store(&id)
	if !over {
		return nil
	}
	err := fmt.Errorf("the job was in quarantine for four weeks, and is disabled: %w", ErrNotActive)
	e.emit(Event{Action: Quarantine, Object: e.applicationObject()}, err)
	return err
}

// stages runs the cycle in Entra ID's order, and says whether it counts as failed.
func (e *entra) stages(ctx context.Context, c *cycle) (failing bool, err error) {
	if e.Phase() == PhaseQuarantine {
		if err := e.verify(ctx); err != nil {
			c.failed("connection", err)
			return true, nil
		}
	}
	if err := c.run(ctx, "users", 1, e.userTasks(c)); err != nil {
		return true, err
	}
	groups := e.managesGroups()
	if groups {
		if err := c.run(ctx, "groups", 1, e.groupTasks(c)); err != nil {
			return true, err
		}
	}
	failing = c.failing()
	if err := c.run(ctx, "references", 1, e.referenceTasks(c)); err != nil || !groups {
		return failing, err
	}
	return failing, e.memberships(ctx, c)
}

func (p *Provider) managesGroups() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.Connection.Groups
}

// failed notes a failure that was no task's.
func (c *cycle) failed(what string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.Failures = append(c.report.Failures, Failure{Task: what, Error: err.Error(), Status: StatusOf(err)})
}

// failing is true where too large a share has failed: of what was tried, and for
// refusals of single objects of all that the application has. One user whom it never
// takes is no reason to stop, and would be in a cycle that tries nothing else.
func (c *cycle) failing() bool {
	c.mu.Lock()
	tried, refused := len(c.report.Failures), 0
	for _, f := range c.report.Failures {
		if f.Status == http.StatusBadRequest || f.Status == http.StatusConflict {
			refused++
		}
	}
	failures := tried
	for _, n := range c.report.Done {
		tried += n
	}
	c.mu.Unlock()
	all := failures
	c.with(func(s *state) { all += len(s.Users) + len(s.Groups) })
	over := func(part, whole int) bool { return float64(part) > quarantineShare*float64(whole) }
	return over(failures-refused, tried) || over(failures, max(tried, all))
}

// judge puts the job into quarantine, keeps it there, or takes it out.
func (e *entra) judge(failing bool, err error) {
	e.mu.Lock()
	s := &e.state
	was := s.Phase
	switch {
	case !failing:
		s.Failures, s.Since, s.Phase = 0, time.Time{}, PhaseActive
	default:
		if s.Failures++; s.Failures >= quarantineAfter && was != PhaseQuarantine {
			s.Phase, s.Since = PhaseQuarantine, e.options.Clock.Now()
		}
	}
	now, failures := s.Phase, s.Failures
	e.mu.Unlock()
	switch now {
	case was:
	case PhaseQuarantine:
		why := fmt.Errorf("%d cycles in a row have failed; the job is in quarantine, and is tried less and less often", failures)
		e.emit(Event{Action: Quarantine, Object: e.applicationObject()}, errors.Join(why, err))
	default:
		e.emit(Event{Action: Update, Object: e.applicationObject(), Changes: []Change{{Field: "status", From: string(was), To: string(now)}}}, nil)
	}
}
