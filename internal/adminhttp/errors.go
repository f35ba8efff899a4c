package adminhttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

// problem is RFC 9457's document. Its type is about:blank where the status says
// all there is to say.
type problem struct {
	Type     string      `json:"type"`
	Title    string      `json:"title"`
	Status   int         `json:"status"`
	Detail   string      `json:"detail"`
	Instance string      `json:"instance"`
	Errors   []violation `json:"errors,omitzero"`
}

// violation is one thing that is wrong with a request: in its body, at a JSON
// pointer in URI fragment form, or in a parameter of its address or header.
type violation struct {
	Detail    string `json:"detail"`
	Pointer   string `json:"pointer,omitzero"`
	Parameter string `json:"parameter,omitzero"`
}

// The types of problems that a program may want to tell apart.
const (
	typeBlank       = "about:blank"
	typeInvalid     = "urn:cinode-scim:problem:invalid-request"
	typeTaken       = "urn:cinode-scim:problem:taken"
	typeWrongState  = "urn:cinode-scim:problem:wrong-state"
	typeKeyReused   = "urn:cinode-scim:problem:idempotency-key-reused"
	typeKeyInFlight = "urn:cinode-scim:problem:idempotency-key-in-flight"
	typeNotMet      = "urn:cinode-scim:problem:not-met"
)

// refusal is an error of the edge itself.
type refusal struct {
	status int
	kind   string
	detail string
	errors []violation
}

func (e *refusal) Error() string { return e.detail }

func refuse(status int, format string, args ...any) *refusal {
	return &refusal{status: status, kind: typeBlank, detail: fmt.Sprintf(format, args...)}
}

// invalid is 400 for one thing that is wrong with a request.
func invalid(v violation) *refusal {
	return &refusal{status: http.StatusBadRequest, kind: typeInvalid, detail: v.Detail, errors: []violation{v}}
}

var errNoEndpoint = refuse(http.StatusNotFound, "there is no such endpoint; /openapi.json describes those there are")

// describe is the one table from errors to what the client is told. Whatever is
// not in it is a fault of ours: 500, without its text.
func describe(err error) *refusal {
	var own *refusal
	var wrong *admin.InvalidError
	var conflict *admin.ConflictError
	var said *scim.Error
	var tooLong *store.TooLongError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &wrong):
		return invalidInput(wrong)
	case errors.As(err, &conflict) && conflict.Taken:
		return &refusal{status: http.StatusConflict, kind: typeTaken, detail: conflict.Detail}
	case errors.As(err, &conflict):
		return &refusal{status: http.StatusConflict, kind: typeWrongState, detail: conflict.Detail}
	case errors.As(err, &tooLong):
		return invalid(violation{Detail: tooLong.Error(), Pointer: "#/" + tooLong.Attribute})
	case errors.As(err, &said):
		return refuse(said.Status, "%s", said.Detail)
	case errors.Is(err, store.ErrNotFound):
		return refuse(http.StatusNotFound, "%s", err)
	case errors.As(err, &tooLarge):
		return refuse(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", tooLarge.Limit)
	case errors.Is(err, store.ErrBusy):
		return refuse(http.StatusServiceUnavailable, "the database is busy; try again")
	case errors.Is(err, context.Canceled):
		return refuse(http.StatusBadRequest, "the connection was closed before the request was done")
	case errors.Is(err, context.DeadlineExceeded):
		return refuse(http.StatusServiceUnavailable, "the request took too long and was given up; try again")
	default:
		return refuse(http.StatusInternalServerError, "something went wrong inside the server")
	}
}

func invalidInput(e *admin.InvalidError) *refusal {
	out := &refusal{status: http.StatusBadRequest, kind: typeInvalid, detail: e.Error()}
	for _, v := range e.Violations {
		out.errors = append(out.errors, violation{Detail: v.Detail, Pointer: fragment(jsontext.Pointer(v.Pointer))})
	}
	return out
}

var titles = map[string]string{
	typeInvalid:     "The request is not valid",
	typeTaken:       "The name or number is in use",
	typeWrongState:  "The resource is not in the right state",
	typeKeyReused:   "The idempotency key was used for another request",
	typeNotMet:      "It is not as expected",
	typeKeyInFlight: "The first request with the idempotency key is still running",
}

// retryAfter is what a client waits at 503, in seconds.
const retryAfter = "1"

// writeError answers with a problem document, and logs what is ours.
func (h *Handler) writeError(w http.ResponseWriter, r *http.Request, err error) {
	e := describe(err)
	p := problem{Type: e.kind, Title: titles[e.kind], Status: e.status, Detail: e.detail, Instance: r.URL.EscapedPath(), Errors: e.errors}
	if p.Title == "" {
		p.Title = http.StatusText(e.status)
	}
	if e.status >= http.StatusInternalServerError {
		h.Logger.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "status", e.status,
			"error", err, "request_id", telemetry.RequestID(r.Context()))
	}
	header := w.Header()
	switch e.status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", challenge(r))
	case http.StatusServiceUnavailable:
		header.Set("Retry-After", retryAfter)
	case http.StatusInternalServerError:
		p.Detail += "; the log has it under request " + telemetry.RequestID(r.Context())
	}
	header.Set("Content-Type", "application/problem+json")
	w.WriteHeader(e.status)
	_ = json.MarshalWrite(w, p)
}
