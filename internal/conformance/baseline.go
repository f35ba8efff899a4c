package conformance

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Baseline are the rows that a target is known to fail, so that a run in CI
// fails on new ones only.
type Baseline struct{ ids []string }

// ReadBaseline reads a row ID a line; what follows a # is the reason, for people.
// The error has a line for each fault.
func ReadBaseline(r io.Reader) (*Baseline, error) {
	b := &Baseline{}
	first := map[string]int{} // the line that names a row
	var faults []error
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		id := strings.ToUpper(strings.TrimSpace(text))
		if n == 1 {
			id = strings.TrimPrefix(id, "\ufeff")
		}
		switch {
		case id == "":
		case !slices.ContainsFunc(allRows(), func(row Row) bool { return row.ID == id }):
			faults = append(faults, fmt.Errorf("line %d: the checklist has no row %q; write one ID a line, as PATCH-001, and the reason after a #", n, id))
		case first[id] != 0:
			faults = append(faults, fmt.Errorf("line %d: %s is on line %d already; take one of them out", n, id, first[id]))
		default:
			first[id] = n
			b.ids = append(b.ids, id)
		}
	}
	if err := lines.Err(); err != nil {
		faults = append(faults, fmt.Errorf("the baseline cannot be read: %w", err))
	}
	return b, errors.Join(faults...)
}

// Apply marks the failures that the baseline names, and gives the IDs of the
// rows that are named and met by now. Of a row that was skipped, left out or
// ended in an error nothing is known, so it may stay.
func (b *Baseline) Apply(r *Report) (met []string) {
	for i := range r.Results {
		result := &r.Results[i]
		if !slices.Contains(b.ids, result.Row.ID) {
			continue
		}
		switch result.Verdict {
		case Fail:
			result.Known = true
		case Pass, Warning:
			met = append(met, result.Row.ID)
		}
	}
	return met
}

// WriteBaseline writes the failures of a report as a baseline, each under its
// sentence and why it fails.
func (r *Report) WriteBaseline(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# What %s is known to fail in the profile %s, as of %s.\n", r.Target, r.Profile, r.Started.UTC().Format("2006-01-02"))
	b.WriteString("# One row of the checklist a line; all after a # is a comment.\n")
	for _, result := range r.Results {
		if result.Verdict != Fail {
			continue
		}
		fmt.Fprintf(&b, "\n# %s\n", oneLine(result.Row.Text))
		for _, reason := range result.Reasons {
			fmt.Fprintf(&b, "#   > %s\n", oneLine(reason))
		}
		b.WriteString(result.Row.ID + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// oneLine keeps what a target says from becoming lines of its own.
func oneLine(text string) string { return printable(strings.Join(strings.Fields(text), " ")) }
