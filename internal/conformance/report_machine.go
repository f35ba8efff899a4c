package conformance

import (
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/report"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

type jsonReport struct {
	Target   string          `json:"target"`
	Profile  string          `json:"profile"`
	Started  time.Time       `json:"started"`
	Seconds  float64         `json:"seconds"`
	Counts   map[Verdict]int `json:"counts"`
	Known    int             `json:"known"` // of the failures, those that a baseline names
	Left     []string        `json:"notRemoved"`
	Failed   bool            `json:"failed"`
	Verdicts []jsonResult    `json:"results"`
}

type jsonResult struct {
	ID        string         `json:"id"`
	Area      string         `json:"area"`
	Level     Level          `json:"level"`
	Section   string         `json:"section"`
	Text      string         `json:"requirement"`
	Verdict   Verdict        `json:"verdict"`
	Known     bool           `json:"known,omitzero"`
	Reasons   []string       `json:"reasons"`
	Seconds   float64        `json:"seconds"`
	Exchanges []jsonExchange `json:"exchanges,omitempty"`
}

type jsonExchange struct {
	Curl    string      `json:"curl"`
	Status  int         `json:"status"`
	Header  http.Header `json:"headers"`
	Body    string      `json:"body"`
	Error   string      `json:"error,omitempty"`
	Seconds float64     `json:"seconds"`
}

// WriteJSON writes a report for programs. Only what is not a pass has its exchanges.
func (r *Report) WriteJSON(w io.Writer) error {
	out := jsonReport{Target: r.Target, Profile: r.Profile, Started: r.Started.UTC(), Seconds: r.Duration.Seconds(), Left: r.Left,
		Known: r.Known(), Failed: r.Failed(), Counts: map[Verdict]int{}}
	for _, result := range r.Results {
		out.Counts[result.Verdict]++
		row := result.Row
		one := jsonResult{ID: row.ID, Area: row.Area, Level: row.Level, Section: row.Section, Text: row.Text, Verdict: result.Verdict,
			Known: result.Known, Reasons: result.Reasons, Seconds: result.Duration.Seconds()}
		if result.Verdict != Pass && result.Verdict != Skipped {
			for _, e := range result.Exchanges {
				one.Exchanges = append(one.Exchanges, machineExchange(e))
			}
		}
		out.Verdicts = append(out.Verdicts, one)
	}
	return report.WriteJSON(w, out)
}

func machineExchange(e *scimclient.Exchange) jsonExchange {
	out := jsonExchange{Curl: e.Curl(), Status: e.Status, Header: e.Header, Body: e.Body, Seconds: e.Duration.Seconds()}
	if e.Err != nil {
		out.Error = e.Err.Error()
	}
	return out
}

// WriteJUnit writes a report for CI, an area a suite. A warning is a passed case
// with output, a known failure a skipped one.
func (r *Report) WriteJUnit(w io.Writer) error {
	var suites []report.Suite
	for _, a := range r.byArea() {
		suite := report.Suite{Name: a.area + " " + a.title, Errors: new(int)}
		for _, result := range a.results {
			addCase(&suite, result)
		}
		suites = append(suites, suite)
	}
	return report.WriteJUnit(w, suites...)
}

func addCase(s *report.Suite, r Result) {
	c := report.Case{Class: "scim." + r.Row.Area, Name: r.Row.ID + " " + r.Row.Text, Time: report.Seconds(r.Duration)}
	text := report.Text{Message: printable(strings.Join(r.Reasons, "; "))}
	s.Tests++
	verdict := r.Verdict
	if r.Known {
		verdict, text.Message = Skipped, "known: "+text.Message
	}
	switch verdict {
	case Fail, Error:
		var b strings.Builder
		writeResult(&b, r)
		text.Text = printable(b.String())
		if r.Verdict == Fail {
			c.Failure = &text
			s.Failures++
		} else {
			c.Error = &text
			*s.Errors++
		}
	case Skipped:
		c.Skipped = &text
		s.Skipped++
	default:
		c.Output = text.Message
	}
	s.Cases = append(s.Cases, c)
}
