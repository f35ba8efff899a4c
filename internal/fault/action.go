// Package fault owns what is broken on purpose: rules that choose requests, the
// catalogue of what can go wrong, the header that breaks a single request, and how
// each fault looks on the wire. Where in the chain of handlers a request meets its
// fault, who may make rules, and what the journal says of it, is the HTTP side's.
//
// Decisions. Rules stand in the order they were added; each counts every request
// that fits it, and the first whose turn it is plays. Counts, seeds and memories
// are kept by tenant, so that parallel tests never disturb each other. Two actions,
// stale and duplicate, look back at earlier answers: they watch beside the rule that
// plays, and take their turn when they have something to play with.
package fault

import (
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// ActionName says what goes wrong. Catalogue describes each.
type ActionName string

// The actions.
const (
	ActionDelay       ActionName = "delay"
	ActionStatus      ActionName = "status"
	ActionThrottle    ActionName = "throttle"
	ActionUnavailable ActionName = "unavailable"
	ActionReset       ActionName = "reset"
	ActionTruncate    ActionName = "truncate"
	ActionHTML        ActionName = "html"
	ActionContentType ActionName = "content-type"
	ActionTokenDeath  ActionName = "token-death"
	ActionConflict    ActionName = "conflict"
	ActionNoContent   ActionName = "no-content"
	ActionDuplicate   ActionName = "duplicate"
	ActionStale       ActionName = "stale"
)

// Action is one thing that goes wrong, with its parameters. Those that an action
// does not list in Catalogue must be left out.
type Action struct {
	Name        ActionName     `json:"action"`
	Delay       Duration       `json:"delay,omitzero"`
	Late        bool           `json:"late,omitzero"`
	Status      int            `json:"status,omitzero"`
	ScimType    scim.ErrorType `json:"scimType,omitzero"`
	Detail      string         `json:"detail,omitzero"`
	RetryAfter  *int           `json:"retryAfter,omitzero"`
	Execute     *bool          `json:"execute,omitzero"`
	Bytes       *int           `json:"bytes,omitzero"`
	ContentType string         `json:"contentType,omitzero"`
	For         Duration       `json:"for,omitzero"`
}

// watches tells the actions that look back at earlier answers.
func (n ActionName) watches() bool { return n == ActionStale || n == ActionDuplicate }

// fits reports whether an action can be played on a request at all.
func (n ActionName) fits(q Request) bool {
	switch n {
	case ActionConflict:
		return q.isCreate()
	case ActionStale, ActionDuplicate:
		return q.isList()
	default:
		return true
	}
}

// given reports whether a parameter was given, by its name in rules.
func (a Action) given(parameter string) bool {
	switch parameter {
	case "delay":
		return a.Delay != 0
	case "late":
		return a.Late
	case "status":
		return a.Status != 0
	case "scimType":
		return a.ScimType != ""
	case "detail":
		return a.Detail != ""
	case "retryAfter":
		return a.RetryAfter != nil
	case "execute":
		return a.Execute != nil
	case "bytes":
		return a.Bytes != nil
	case "contentType":
		return a.ContentType != ""
	case "for":
		return a.For != 0
	default:
		return false
	}
}

// executes reports whether the request is carried out although its answer is lost.
func (a Action) executes() bool { return a.Execute != nil && *a.Execute }

// clone copies what the caller could change later.
func (a Action) clone() Action {
	a.RetryAfter, a.Execute, a.Bytes = copyOf(a.RetryAfter), copyOf(a.Execute), copyOf(a.Bytes)
	return a
}

func copyOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}

// Duration is a time.Duration that is written as in Go: 200ms, 2s, 1m30s.
type Duration time.Duration

// String writes a duration as rules do.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText makes JSON of it a string.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
