package scim

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
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
	ErrorTypeSensitive     ErrorType = "sensitive"     // a filter in an address names what is confidential
	ErrorTypeInvalidCursor ErrorType = "invalidCursor" // RFC 9865 section 2.1, as the two below
	ErrorTypeExpiredCursor ErrorType = "expiredCursor"
	ErrorTypeInvalidCount  ErrorType = "invalidCount"
)

// Error is a refusal as the client reads it. Status is the HTTP status,
// Detail one sentence that names the attribute path and, in a PATCH, the
// operation. It never holds SQL, and of stored data only what Cinode's documents
// send a client to an administrator with: whom a disconnected e-mail belongs to.
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

// Sensitive is 403 sensitive.
func Sensitive(format string, args ...any) *Error {
	return newError(http.StatusForbidden, ErrorTypeSensitive, format, args...)
}

// InvalidCursor is 400 invalidCursor.
func InvalidCursor(format string, args ...any) *Error {
	return newError(http.StatusBadRequest, ErrorTypeInvalidCursor, format, args...)
}

// ExpiredCursor is 400 expiredCursor.
func ExpiredCursor(format string, args ...any) *Error {
	return newError(http.StatusBadRequest, ErrorTypeExpiredCursor, format, args...)
}

// InvalidCount is 400 invalidCount.
func InvalidCount(format string, args ...any) *Error {
	return newError(http.StatusBadRequest, ErrorTypeInvalidCount, format, args...)
}

// Conflict is 409 without a scimType.
func Conflict(format string, args ...any) *Error {
	return newError(http.StatusConflict, "", format, args...)
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
	return &Error{Status: status, Type: kind, Detail: clip(fmt.Sprintf(format, args...))}
}

// maxDetail is enough for a sentence that quotes what was sent, in bytes.
const maxDetail = 1000

// clip bounds a detail, which quotes what was sent, and takes NUL out of it,
// which nobody has to be able to read or store.
func clip(detail string) string {
	detail = strings.ReplaceAll(detail, "\x00", "\uFFFD")
	if len(detail) <= maxDetail {
		return detail
	}
	end := maxDetail
	for !utf8.RuneStart(detail[end]) {
		end--
	}
	return detail[:end] + "..."
}
