package scenario

import (
	"time"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// Outcome is what came of a step.
type Outcome string

// The outcomes of steps.
const (
	Running Outcome = "running"
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped" // the target lacks what it needs
	Stopped Outcome = "stopped" // by a person
)

// Report is what came of a story.
type Report struct {
	Scenario    string        `json:"scenario"`
	Description string        `json:"description,omitzero"`
	Provider    idp.Kind      `json:"provider"`
	Target      string        `json:"target"`
	Started     time.Time     `json:"started"`
	Duration    time.Duration `json:"durationMs"`
	Requests    int           `json:"requests"`
	Events      int           `json:"events"`
	Resumed     int           `json:"resumed,omitzero"` // steps that an earlier run had done
	Total       int           `json:"total"`            // steps that the story has for this provider
	Steps       []*StepReport `json:"steps"`

	answered, unanswered int
	exchanges            []Exchange
	let                  int // exchanges that were not kept
}

// Exchange is a request of a step with its answer.
type Exchange struct {
	Step int
	*scimclient.Exchange
}

// StepReport is what came of a step.
type StepReport struct {
	Number   int              `json:"number"`
	Title    string           `json:"title"`
	Outcome  Outcome          `json:"outcome"`
	Faults   []string         `json:"faults,omitzero"` // what is not as it should be
	Notes    []string         `json:"notes,omitzero"`
	Events   []idp.Event      `json:"events"`        // the first shownEvents of them
	More     int              `json:"more,omitzero"` // further events
	Counts   map[string]Tally `json:"counts,omitzero"`
	Requests int              `json:"requests"`
	Duration time.Duration    `json:"durationMs"`
}

// Tally counts the events of a type.
type Tally struct {
	Success int `json:"success"`
	Failure int `json:"failure"`
}

// shownEvents is how many events of a step the report has; of the rest it has numbers.
const shownEvents = 100

func (s *StepReport) add(e idp.Event) {
	if s.Counts == nil {
		s.Counts = map[string]Tally{}
	}
	t := s.Counts[e.Type]
	if e.Success {
		t.Success++
	} else {
		t.Failure++
	}
	s.Counts[e.Type] = t
	if len(s.Events) < shownEvents {
		s.Events = append(s.Events, e)
	} else {
		s.More++
	}
}

// keep keeps an exchange, and lets the oldest go where there are too many.
func (r *Report) keep(step int, e *scimclient.Exchange, most int) {
	r.exchanges = append(r.exchanges, Exchange{step, e})
	if over := len(r.exchanges) - most; over > most/10 {
		r.exchanges = append([]Exchange(nil), r.exchanges[over:]...)
		r.let += over
	}
}

// Exchanges are those that were kept, the oldest first.
func (r *Report) Exchanges() []Exchange { return r.exchanges }

// Count is how many steps had an outcome.
func (r *Report) Count(o Outcome) int {
	n := 0
	for _, s := range r.Steps {
		if s.Outcome == o {
			n++
		}
	}
	return n
}

// Failed is true of a story in which something was not as it should be.
func (r *Report) Failed() bool { return r.Count(Failed) > 0 }

func (r *Report) firstFault() string {
	for _, s := range r.Steps {
		if len(s.Faults) > 0 {
			return s.Faults[0]
		}
	}
	return "nothing was answered"
}
