package scim

import (
	"fmt"
	"net/http"
)

// ErrorType is a scimType of RFC 7644 section 3.12, table 9.
type ErrorType string

// The scimTypes this server answers with.
const (
	ErrorTypeInvalidFilter ErrorType = "invalidFilter" // the filter is malformed, or compares what cannot be compared
	ErrorTypeUniqueness    ErrorType = "uniqueness"    // a value that must be unique is taken
	ErrorTypeMutability    ErrorType = "mutability"    // a readOnly or set immutable attribute would change
	ErrorTypeInvalidSyntax ErrorType = "invalidSyntax" // the body is not the message it should be
	ErrorTypeInvalidPath   ErrorType = "invalidPath"   // a PATCH path is malformed or names nothing
	ErrorTypeNoTarget      ErrorType = "noTarget"      // a PATCH path selects no value
	ErrorTypeInvalidValue  ErrorType = "invalidValue"  // a value is missing or does not fit its attribute
)

// Error is a refusal as the client reads it. Status is the HTTP status,
// Detail one sentence that names the attribute path and, in a PATCH, the
// operation; it never holds stored data or SQL.
type Error struct {
	Status int
	Type   ErrorType
	Detail string
}

func (e *Error) Error() string {
	if e.Type == "" {
		return fmt.Sprintf("%d: %s", e.Status, e.Detail)
	}
	return fmt.Sprintf("%d %s: %s", e.Status, e.Type, e.Detail)
}

// InvalidFilter is 400 invalidFilter.
func InvalidFilter(format string, args ...any) *Error {
	return newError(http.StatusBadRequest, ErrorTypeInvalidFilter, format, args...)
}

// InvalidSyntax is 400 invalidSyntax.
func InvalidSyntax(format string, args ...any) *Error {
	return newError(http.StatusBadRequest, ErrorTypeInvalidSyntax, format, args...)
}

// InvalidPath is 400 invalidPath.
func InvalidPath(format string, args ...any) *Error {
	return newError(http.StatusBadRequest, ErrorTypeInvalidPath, format, args...)
}

// InvalidValue is 400 invalidValue.
func InvalidValue(format string, args ...any) *Error {
	return newError(http.StatusBadRequest, ErrorTypeInvalidValue, format, args...)
}

// NoTarget is 400 noTarget.
func NoTarget(format string, args ...any) *Error {
	return newError(http.StatusBadRequest, ErrorTypeNoTarget, format, args...)
}

// Mutability is 400 mutability.
func Mutability(format string, args ...any) *Error {
	return newError(http.StatusBadRequest, ErrorTypeMutability, format, args...)
}

// Uniqueness is 409 uniqueness.
func Uniqueness(format string, args ...any) *Error {
	return newError(http.StatusConflict, ErrorTypeUniqueness, format, args...)
}

// PreconditionFailed is 412.
func PreconditionFailed(format string, args ...any) *Error {
	return newError(http.StatusPreconditionFailed, "", format, args...)
}

// NotImplemented is 501.
func NotImplemented(format string, args ...any) *Error {
	return newError(http.StatusNotImplemented, "", format, args...)
}

// StatusError is an error that has a status and no scimType.
func StatusError(status int, format string, args ...any) *Error {
	return newError(status, "", format, args...)
}

func newError(status int, kind ErrorType, format string, args ...any) *Error {
	return &Error{Status: status, Type: kind, Detail: fmt.Sprintf(format, args...)}
}
