// Package clock owns the time as the rest of the server sees it, so that tests and test control can set it. Durations
// of the machine, such as those in metrics, are not its business.
package clock

import (
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
