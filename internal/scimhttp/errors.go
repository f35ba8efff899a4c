package scimhttp

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

// accessError is a refusal of a token. code and scope go into the challenge
// (RFC 6750 section 3); without a token there is no code.
type accessError struct {
	status      int
	code, scope string
	detail      string
	// why is what the journal says, of which token.
	why journal.Refusal
	of  *knownToken
}

// because is the refusal with its reason, which the client is not told.
func (e accessError) because(why journal.Refusal, of *knownToken) *accessError {
	e.why, e.of = why, of
	return &e
}

func (e *accessError) Error() string { return e.detail }

var (
	errNoToken = &accessError{status: http.StatusUnauthorized,
		detail: "a bearer token is needed: send the header Authorization: Bearer TOKEN"}
	errInvalidToken = &accessError{status: http.StatusUnauthorized, code: "invalid_token",
		detail: "the token is not valid for this server"}
	errTwoTokens = &accessError{status: http.StatusBadRequest, code: "invalid_request",
		detail: "the token is sent twice; send it once, in the header Authorization"}
	errForeignTenant = &accessError{status: http.StatusForbidden,
		detail: "the token belongs to another tenant than the one in the address"}
)

func (e *accessError) challenge() string {
	c := `Bearer realm="cinode-scim"`
	if e.code != "" {
		c += `, error="` + e.code + `"`
	}
	if e.scope != "" {
		c += `, scope="` + e.scope + `"`
	}
	return c
}

// refusal is the one table from errors to what the client is told. Whatever is
// not in it is a fault of ours: 500, without its text.
func refusal(err error) *scim.Error {
	var said *scim.Error
	var access *accessError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &said):
		return said
	case errors.As(err, &access):
		return scim.StatusError(access.status, "%s", access.detail)
	case errors.Is(err, store.ErrNotFound):
		return scim.StatusError(http.StatusNotFound, "there is no such resource")
	case errors.As(err, &tooLarge):
		return scim.StatusError(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", tooLarge.Limit)
	case errors.Is(err, store.ErrBusy):
		return scim.StatusError(http.StatusServiceUnavailable, "the database is busy; try again")
	case errors.Is(err, context.Canceled):
		return scim.StatusError(http.StatusBadRequest, "the connection was closed before the request was done")
	case errors.Is(err, context.DeadlineExceeded):
		return scim.StatusError(http.StatusServiceUnavailable, "the request took too long and was given up; try again")
	default:
		return scim.StatusError(http.StatusInternalServerError, "something went wrong inside the server")
	}
}

// retryAfter is what a client waits at 503, in seconds; Okta reads no dates.
const retryAfter = "1"

// report gives what the client is told of an error, and logs what is ours.
func (h *Handler) report(r *http.Request, err error) *scim.Error {
	e := refusal(err)
	if e.Status >= http.StatusInternalServerError && e.Status != http.StatusNotImplemented {
		h.Logger.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "status", e.Status,
			"error", err, "request_id", telemetry.RequestID(r.Context()))
	}
	if e.Status == http.StatusInternalServerError {
		e.Detail += "; the log has it under request " + telemetry.RequestID(r.Context())
	}
	return e
}

func (h *Handler) writeError(w http.ResponseWriter, r *http.Request, x *exchange, err error) {
	e := h.report(r, err)
	var access *accessError
	if record := recordOf(r.Context()); errors.As(err, &access) {
		access.note(record)
	} else {
		record.Reason, record.Why = e.Detail, string(e.Type)
	}
	if access != nil && (access.status == http.StatusUnauthorized || access.code != "") {
		w.Header().Set("WWW-Authenticate", access.challenge())
	}
	if e.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	send(w, x, e.Status, appendError(nil, e))
}

// note adds to the record why access was refused, and of which token.
func (e *accessError) note(record *journal.Exchange) {
	record.Refused = e.why != journal.RefusalScope
	detail := e.scope
	if e.of != nil {
		record.Tenant, record.Token = e.of.principal.Tenant, e.of.token.Name
		record.At = e.of.principal.clock.Now(record.At)
		detail = "token " + strconv.Quote(e.of.token.Name)
	}
	record.Reason, record.Why = journal.Reason(e.why, detail), string(e.why)
}

// appendError writes the body of RFC 7644 section 3.12.
func appendError(b []byte, e *scim.Error) []byte {
	b = append(b, `{"schemas":["`+scim.URNError+`"],`...)
	if e.Type != "" {
		b = append(schema.AppendString(append(b, `"scimType":`...), string(e.Type)), ',')
	}
	b = append(schema.AppendString(append(b, `"detail":`...), e.Detail), ',')
	return append(schema.AppendString(append(b, `"status":`...), strconv.Itoa(e.Status)), '}')
}

// recover answers a panic with 500.
func (h *Handler) recover(w http.ResponseWriter, r *http.Request) {
	if telemetry.Panicked(r, h.Logger, recover()) {
		h.writeError(w, r, &exchange{}, errors.New("panic"))
	}
}

// UnknownMethod answers a method that HTTP does not have, which no route sees.
func (h *Handler) UnknownMethod(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", "DELETE, GET, HEAD, PATCH, POST, PUT")
	h.writeError(w, r, &exchange{}, scim.StatusError(http.StatusMethodNotAllowed, "%q is no method of HTTP", r.Method))
}

// TooManyRequests answers a client that is over its rate; the caller sets
// Retry-After, as whole seconds.
func (h *Handler) TooManyRequests(w http.ResponseWriter, r *http.Request) {
	record := recordOf(r.Context())
	h.writeError(w, r, &exchange{}, scim.StatusError(http.StatusTooManyRequests, "too many requests with this token; wait as Retry-After says"))
	record.Refused, record.Reason, record.Why = true, journal.Reason(journal.RefusalRate, ""), string(journal.RefusalRate)
}
