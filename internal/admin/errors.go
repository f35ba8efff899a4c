package admin

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Violation is one thing that is wrong with an input. Pointer is the JSON
// pointer (RFC 6901) of the value in the form that the admin API takes.
type Violation struct {
	Pointer string
	Detail  string
}

// InvalidError says everything that is wrong with an input.
type InvalidError struct {
	Violations []Violation
}

func (e *InvalidError) Error() string {
	details := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		details[i] = v.Detail
	}
	return strings.Join(details, "; ")
}

// ConflictError says that what there is stands in the way.
type ConflictError struct {
	Detail string
	// Taken says that a name or number is in use, rather than that something is
	// in the wrong state.
	Taken bool
}

func (e *ConflictError) Error() string { return e.Detail }

// MissingError says what there is none of. It is a store.ErrNotFound.
type MissingError struct {
	Detail string
}

func (e *MissingError) Error() string { return e.Detail }

// Unwrap makes errors.Is find store.ErrNotFound.
func (e *MissingError) Unwrap() error { return store.ErrNotFound }

func missing(format string, args ...any) error {
	return &MissingError{Detail: fmt.Sprintf(format, args...)}
}

func taken(format string, args ...any) error {
	return &ConflictError{Detail: fmt.Sprintf(format, args...), Taken: true}
}

// check collects what is wrong with an input.
type check struct {
	violations []Violation
}

func (c *check) refuse(pointer, format string, args ...any) {
	c.violations = append(c.violations, Violation{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

// maxName is the longest name, in characters.
const maxName = 200

// name tidies a name and holds it against what is shown in one line.
func (c *check) name(pointer, value string, required bool) string {
	value = strings.TrimSpace(value)
	what := strings.TrimPrefix(pointer, "/")
	switch {
	case value == "" && required:
		c.refuse(pointer, "%s is missing", what)
	case utf8.RuneCountInString(value) > maxName:
		c.refuse(pointer, "%s is longer than %d characters", what, maxName)
	case strings.ContainsFunc(value, unicode.IsControl):
		c.refuse(pointer, "%s holds a control character", what)
	}
	return value
}

func (c *check) err() error {
	if len(c.violations) == 0 {
		return nil
	}
	return &InvalidError{Violations: c.violations}
}
