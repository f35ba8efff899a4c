package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

// The parts of a JUnit report. What a writer leaves out is not written.
type (
	// Suites are the whole.
	Suites struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []Suite  `xml:"testsuite"`
	}
	// Suite is a group of cases.
	Suite struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   *int   `xml:"errors,attr,omitempty"` // nil where there can be none
		Skipped  int    `xml:"skipped,attr"`
		Time     string `xml:"time,attr,omitempty"`
		Cases    []Case `xml:"testcase"`
	}
	// Case is one of them. It is passed if it is nothing else.
	Case struct {
		Class   string `xml:"classname,attr"`
		Name    string `xml:"name,attr"`
		Time    string `xml:"time,attr"`
		Failure *Text  `xml:"failure"`
		Error   *Text  `xml:"error"`
		Skipped *Text  `xml:"skipped"`
		Output  string `xml:"system-out,omitempty"`
	}
	// Text is why a case is not passed.
	Text struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// Seconds is a duration as JUnit has it.
func Seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// WriteJUnit writes a report for CI.
func WriteJUnit(w io.Writer, suites ...Suite) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(Suites{Suites: suites}); err != nil {
		return fmt.Errorf("write the report as JUnit: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}
