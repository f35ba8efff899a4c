package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/conformance"
)

// conformReports are the flags of conform for what it tells, and to whom.
type conformReports struct {
	json                    bool
	junit, html, har        string // files
	baseline, writeBaseline string
	known                   *conformance.Baseline // nil without --baseline
}

func (o *conformReports) addTo(flags *pflag.FlagSet) {
	flags.BoolVar(&o.json, "json", false, "print the report as JSON")
	flags.StringVar(&o.junit, "junit", "", "write the report as JUnit XML to this file too")
	flags.StringVar(&o.html, "html", "", "write the report as one HTML page to this file too")
	flags.StringVar(&o.har, "har", "", "write every exchange as an HTTP archive (HAR 1.2) to this file")
	flags.StringVar(&o.baseline, "baseline", "", "file of known failures, a row ID a line and the reason after a #: only new failures count")
	flags.StringVar(&o.writeBaseline, "write-baseline", "", "write the failures of this run to this file, for --baseline")
}

// load reads the baseline, ahead of a run that it would be lost to.
func (o *conformReports) load() error {
	if o.baseline == "" {
		return nil
	}
	file, err := os.Open(o.baseline)
	if err != nil {
		return &config.Error{Message: fmt.Sprintf("--baseline cannot be read: %v", err)}
	}
	defer func() { _ = file.Close() }()
	if o.known, err = conformance.ReadBaseline(file); err != nil {
		return &config.Error{Message: fmt.Sprintf("--baseline %s is no baseline:\n%v", o.baseline, err)}
	}
	return nil
}

// apply marks what is known, and tells which lines of the baseline can go.
func (o *conformReports) apply(report *conformance.Report, stderr io.Writer) {
	if o.known == nil {
		return
	}
	for _, id := range o.known.Apply(report) {
		fmt.Fprintf(stderr, "%s no longer fails; take it out of %s\n", id, o.baseline)
	}
}

// write writes all that was asked for; a file that cannot be written keeps none of the others back.
func (o *conformReports) write(report *conformance.Report, stdout io.Writer, whole bool) error {
	files := []reportFile{{o.junit, "JUnit report", report.WriteJUnit}, {o.html, "HTML report", report.WriteHTML}, {o.har, "HTTP archive", report.WriteHAR}}
	if whole { // a run cut short says too little of what fails
		files = append(files, reportFile{o.writeBaseline, "baseline", report.WriteBaseline})
	}
	toStdout := report.WriteText
	if o.json {
		toStdout = report.WriteJSON
	}
	return errors.Join(writeFiles(files...), toStdout(stdout))
}

// reportFile is a file that was asked for, if it has a name.
type reportFile struct {
	name, what string
	write      func(io.Writer) error
}

func writeFiles(files ...reportFile) error {
	var faults []error
	for _, file := range files {
		if file.name == "" {
			continue
		}
		if err := writeFile(file.name, file.write); err != nil {
			faults = append(faults, fmt.Errorf("the %s cannot be written: %w", file.what, err))
		}
	}
	return errors.Join(faults...)
}

func writeFile(name string, write func(io.Writer) error) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

// profileHelp is the list of the profiles, for the help.
func profileHelp() string {
	var b strings.Builder
	for _, name := range conformance.Profiles() {
		fmt.Fprintf(&b, "\n  %-8s %s", name, conformance.DescribeProfile(name))
	}
	return b.String()
}
