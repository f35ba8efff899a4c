// Package clock owns the time as the rest of the server sees it, so that tests and test control can set it. Durations
// of the machine, such as those in metrics, are not its business.
package clock

import (
	"context"
	"sync"
	"time"
)

// Precision is how finely a clock tells the time: what every database keeps.
const Precision = time.Millisecond

// Clock tells the time, in UTC and cut to Precision, so that a time read back from storage equals the one written.
type Clock interface {
	Now() time.Time
}

// System is the time of the machine.
type System struct{}

// Now is the current time.
func (System) Now() time.Time { return cut(time.Now()) }

// Wait lasts as long on the machine, whatever a clock was set to, and no longer than ctx.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Settable is a clock that stands still until it is moved. It is safe for concurrent use.
type Settable struct {
	mu  sync.RWMutex
	now time.Time // as set, so that advances below Precision add up
}

// New makes a clock that shows t.
func New(t time.Time) *Settable { return &Settable{now: t} }

// Now is the time the clock was moved to.
func (c *Settable) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return cut(c.now)
}

// Set moves the clock to t, forward or back.
func (c *Settable) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Advance moves the clock on by d.
func (c *Settable) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// cut also drops the monotonic reading, so that times compare with ==.
func cut(t time.Time) time.Time { return t.UTC().Truncate(Precision) }

// Setting is how a clock differs from the one of the machine. The zero value is
// no difference.
type Setting struct {
	// Frozen is what the clock shows all the time; zero for one that runs.
	Frozen time.Time
	// Offset is how far a clock that runs is ahead.
	Offset time.Duration
}

// Now is what a clock with the setting shows while base shows a time.
func (s Setting) Now(base time.Time) time.Time {
	if !s.Frozen.IsZero() {
		return cut(s.Frozen)
	}
	return cut(base.Add(s.Offset))
}

// Set makes the clock show t, whether it runs or stands.
func (s Setting) Set(base, t time.Time) Setting {
	if !s.Frozen.IsZero() {
		return Setting{Frozen: cut(t)}
	}
	return Setting{Offset: t.Sub(base)}
}

// Advance moves the clock on by d.
func (s Setting) Advance(d time.Duration) Setting {
	if !s.Frozen.IsZero() {
		return Setting{Frozen: cut(s.Frozen.Add(d))}
	}
	return Setting{Offset: s.Offset + d}
}

// Freeze stops the clock at what it shows; Run lets it go on from there.
func (s Setting) Freeze(base time.Time) Setting { return Setting{Frozen: s.Now(base)} }

// Run lets a clock that stands go on from what it shows.
func (s Setting) Run(base time.Time) Setting { return Setting{Offset: s.Now(base).Sub(base)} }

// Of is a clock with a setting.
func Of(base Clock, s Setting) Clock {
	if s == (Setting{}) {
		return base
	}
	return set{base, s}
}

type set struct {
	base Clock
	Setting
}

func (c set) Now() time.Time { return c.Setting.Now(c.base.Now()) }
