package seed

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// Violation is one thing that is wrong with a file, and how to mend it. Lines and
// columns count from 1.
type Violation struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Detail string `json:"detail"`
}

// String is FILE:LINE:COLUMN: DETAIL, as editors and CI systems read it.
func (v Violation) String() string {
	return fmt.Sprintf("%s:%d:%d: %s", v.File, v.Line, v.Column, v.Detail)
}

// MaxViolations is how many violations of a file are told.
const MaxViolations = 1000

// InvalidError says all that is wrong with a file, in its order. More counts what
// goes beyond MaxViolations.
type InvalidError struct {
	Violations []Violation
	More       int
}

// Error has a line for each violation.
func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Violations), len(e.Violations)+1)
	for i, v := range e.Violations {
		lines[i] = v.String()
	}
	if e.More > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", e.More))
	}
	return strings.Join(lines, "\n")
}

// place is where something stands in the file.
type place struct{ line, column int }

func at(n *yaml.Node) place { return place{max(n.Line, 1), max(n.Column, 1)} }

// refuse adds a violation.
func (r *reader) refuse(p place, format string, args ...any) {
	r.faults++
	if r.faults <= MaxViolations {
		r.violations = append(r.violations, Violation{File: r.Name, Line: p.line, Column: p.column, Detail: fmt.Sprintf(format, args...)})
	}
}

// refuseError adds what a rule of another package says.
func (r *reader) refuseError(p place, err error) {
	detail := err.Error()
	var refused *scim.Error
	if errors.As(err, &refused) {
		detail = refused.Detail
	}
	r.refuse(p, "%s", detail)
}

// err is nil for a file without violations.
func (r *reader) err() error {
	if r.faults == 0 {
		return nil
	}
	slices.SortStableFunc(r.violations, func(a, b Violation) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return &InvalidError{Violations: r.violations, More: r.faults - len(r.violations)}
}

// suggest names the one of names that was meant, or says which there are.
func suggest(name string, names []string) string {
	best, least := "", max(2, (len(name)+1)/2)+1
	for _, n := range names {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "there are " + strings.Join(names, ", ")
}
