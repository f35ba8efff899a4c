package admin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
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

// Unread is a part of an input: what its reader could not make values of. They are
// refused together with all else that is wrong.
type Unread []Violation

// check collects what is wrong with an input.
type check struct {
	violations []Violation
}

// refuse adds a violation. The first of a value counts: one that could not be read
// is not missing too.
func (c *check) refuse(pointer, format string, args ...any) {
	if !slices.ContainsFunc(c.violations, func(v Violation) bool { return v.Pointer == pointer }) {
		c.violations = append(c.violations, Violation{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
	}
}

// name tidies a name and holds it against what is shown in one line.
func (c *check) name(pointer, value string, required bool) string {
	value = strings.TrimSpace(value)
	what := strings.TrimPrefix(pointer, "/")
	if value == "" && required {
		c.refuse(pointer, "%s is missing", what)
	} else if fault := cinode.NameFault(value); fault != "" {
		c.refuse(pointer, "%s %s", what, fault)
	}
	return value
}

// tenantID holds the number that a tenant is to have against those there are; 0 is
// for the server to choose.
func (c *check) tenantID(pointer string, id int64) {
	if id < 0 || id > cinode.MaxTenantID {
		c.refuse(pointer, "%s must be a number from 1 to %d", strings.TrimPrefix(pointer, "/"), int64(cinode.MaxTenantID))
	}
}

func (c *check) err() error {
	if len(c.violations) == 0 {
		return nil
	}
	return &InvalidError{Violations: c.violations}
}
