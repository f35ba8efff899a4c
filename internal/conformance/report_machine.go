package conformance

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

type jsonReport struct {
	Target   string          `json:"target"`
	Profile  string          `json:"profile"`
	Started  time.Time       `json:"started"`
	Seconds  float64         `json:"seconds"`
	Counts   map[Verdict]int `json:"counts"`
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
		Failed: r.Failed(), Counts: map[Verdict]int{}}
	for _, result := range r.Results {
		out.Counts[result.Verdict]++
		row := result.Row
		one := jsonResult{row.ID, row.Area, row.Level, row.Section, row.Text, result.Verdict, result.Reasons, result.Duration.Seconds(), nil}
		if result.Verdict != Pass && result.Verdict != Skipped {
			for _, e := range result.Exchanges {
				one.Exchanges = append(one.Exchanges, machineExchange(e))
			}
		}
		out.Verdicts = append(out.Verdicts, one)
	}
	if err := json.MarshalWrite(w, out, jsontext.Multiline(true), json.Deterministic(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return fmt.Errorf("write the report as JSON: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func machineExchange(e *scimclient.Exchange) jsonExchange {
	out := jsonExchange{Curl: e.Curl(), Status: e.Status, Header: e.Header, Body: e.Body, Seconds: e.Duration.Seconds()}
	if e.Err != nil {
		out.Error = e.Err.Error()
	}
	return out
}

type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string     `xml:"classname,attr"`
		Name    string     `xml:"name,attr"`
		Seconds string     `xml:"time,attr"`
		Failure *junitText `xml:"failure"`
		Error   *junitText `xml:"error"`
		Skipped *junitText `xml:"skipped"`
		Output  string     `xml:"system-out,omitempty"`
	}
	junitText struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes a report for CI, an area a suite. A warning is a passed case with output.
func (r *Report) WriteJUnit(w io.Writer) error {
	var out junitSuites
	for _, a := range areaTitles {
		suite := junitSuite{Name: a.area + " " + a.title}
		for _, result := range r.Results {
			if result.Row.Area == a.area {
				suite.add(result)
			}
		}
		if suite.Tests > 0 {
			out.Suites = append(out.Suites, suite)
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return fmt.Errorf("write the report as JUnit: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(r Result) {
	c := junitCase{Class: "scim." + r.Row.Area, Name: r.Row.ID + " " + r.Row.Text, Seconds: fmt.Sprintf("%.3f", r.Duration.Seconds())}
	text := junitText{Message: printable(strings.Join(r.Reasons, "; "))}
	s.Tests++
	switch r.Verdict {
	case Fail, Error:
		var b strings.Builder
		writeResult(&b, r)
		text.Text = printable(b.String())
		if r.Verdict == Fail {
			c.Failure = &text
			s.Failures++
		} else {
			c.Error = &text
			s.Errors++
		}
	case Skipped:
		c.Skipped = &text
		s.Skipped++
	default:
		c.Output = text.Message
	}
	s.Cases = append(s.Cases, c)
}
