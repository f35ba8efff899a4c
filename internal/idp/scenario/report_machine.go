package scenario

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/har"
	"github.com/cinode-scim/cinode-scim/internal/report"
)

// jsonReport is a report with what follows from it.
type jsonReport struct {
	Report `json:",inline"`
	Failed bool            `json:"failed"`
	Counts map[Outcome]int `json:"outcomes"`
}

// JSONOptions write reports and their steps as WriteJSON does: durations are milliseconds.
func JSONOptions() json.Options {
	return json.JoinOptions(json.Deterministic(true), jsontext.AllowInvalidUTF8(true),
		json.WithMarshalers(json.MarshalToFunc(func(e *jsontext.Encoder, d time.Duration) error {
			return e.WriteToken(jsontext.Float(float64(d.Microseconds()) / 1000))
		})))
}

// WriteJSON writes a report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	out := jsonReport{Report: *r, Failed: r.Failed(), Counts: map[Outcome]int{}}
	for _, s := range r.Steps {
		out.Counts[s.Outcome]++
	}
	return report.WriteJSON(w, out, JSONOptions())
}

// WriteJUnit writes a report for CI, a step a case.
func (r *Report) WriteJUnit(w io.Writer) error {
	suite := report.Suite{Name: r.Scenario + " (" + string(r.Provider) + ")", Tests: len(r.Steps), Failures: r.Count(Failed),
		Skipped: r.Count(Skipped) + r.Count(Stopped), Time: report.Seconds(r.Duration)}
	for _, s := range r.Steps {
		c := report.Case{Class: string(r.Provider) + "." + r.Scenario, Name: printable(fmt.Sprintf("%d %s", s.Number, s.Title)), Time: report.Seconds(s.Duration)}
		var b strings.Builder
		NewStory(&b, false).Step(s)
		switch s.Outcome {
		case Failed:
			c.Failure = &report.Text{Message: printable(strings.Join(s.Faults, "; ")), Text: b.String()}
		case Skipped, Stopped:
			c.Skipped = &report.Text{Message: printable(strings.Join(s.Notes, "; "))}
		default:
			c.Output = b.String()
		}
		suite.Cases = append(suite.Cases, c)
	}
	return report.WriteJUnit(w, suite)
}

// WriteHAR writes the exchanges that were kept as an HTTP archive; the comment of an
// entry is its step.
func (r *Report) WriteHAR(w io.Writer) error {
	titles := map[int]string{}
	for _, s := range r.Steps {
		titles[s.Number] = fmt.Sprintf("step %d: %s", s.Number, s.Title)
	}
	entries := make([]har.Entry, 0, len(r.exchanges))
	for _, x := range r.exchanges {
		entry := x.HAR()
		if x.Started.IsZero() { // it was never sent
			entry.Started = r.Started
		}
		entry.Comment = titles[x.Step]
		entries = append(entries, entry)
	}
	comment := fmt.Sprintf("%s as %s against %s", r.Scenario, r.Provider, r.Target)
	if r.let > 0 {
		comment += fmt.Sprintf("; the first %d exchanges were not kept", r.let)
	}
	return har.Write(w, comment, entries)
}
