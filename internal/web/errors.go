package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

// refusal is an error with its status and a sentence for the page.
type refusal struct {
	status   int
	sentence string
}

func (e *refusal) Error() string { return e.sentence }

func refuse(status int, format string, args ...any) error {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

var (
	errNoPage  = refuse(http.StatusNotFound, "There is no page at this address.")
	errForeign = refuse(http.StatusForbidden, "The form came from another site, so nothing was done. Open the page here and send it again.")
)

// errorPage says what failed and how to go on.
type errorPage struct {
	frame
	Status   int
	Sentence string
	Hint     string
	Request  string // the id that the log has of the request
	CanRetry bool   // the page can simply be asked for again
}

// fail answers with a page about an error.
func (v *visit) fail(err error) {
	status, sentence := explain(err)
	page := errorPage{
		frame: v.frame(headline(status)), Status: status, Sentence: sentence, Hint: hint(status),
		Request: telemetry.RequestID(v.r.Context()), CanRetry: status >= http.StatusInternalServerError && v.r.Method == http.MethodGet,
	}
	if status >= http.StatusInternalServerError {
		v.Logger.ErrorContext(v.r.Context(), "a page failed", "path", v.r.URL.Path, "error", err)
	}
	if err := v.showAs(status, "error", page); err != nil { // the template itself: nothing is left but words
		v.Logger.ErrorContext(v.r.Context(), "the error page failed", "error", err)
		http.Error(v.w, sentence, status)
	}
}

// explain is the one table of errors for pages.
func explain(err error) (int, string) {
	var (
		refused  *refusal
		invalid  *admin.InvalidError
		conflict *admin.ConflictError
		missing  *admin.MissingError
		protocol *scim.Error
	)
	switch {
	case errors.As(err, &refused):
		return refused.status, refused.sentence
	case errors.As(err, &invalid):
		return http.StatusBadRequest, sentence(invalid.Error())
	case errors.As(err, &conflict):
		return http.StatusConflict, sentence(conflict.Detail)
	case errors.As(err, &missing):
		return http.StatusNotFound, sentence(missing.Detail)
	case errors.As(err, &protocol) && protocol.Status < http.StatusInternalServerError:
		return protocol.Status, sentence(strings.TrimSuffix(protocol.Detail, "."))
	case errors.Is(err, store.ErrBusy):
		return http.StatusServiceUnavailable, "The database is busy."
	default:
		return http.StatusInternalServerError, "The server could not do this. Its log has the reason."
	}
}

func headline(status int) string {
	switch status {
	case http.StatusNotFound:
		return "Not found"
	case http.StatusForbidden:
		return "Refused"
	case http.StatusConflict:
		return "This does not fit what is there"
	case http.StatusServiceUnavailable:
		return "Busy"
	}
	if status >= http.StatusInternalServerError {
		return "Something went wrong"
	}
	return "This cannot be done"
}

func hint(status int) string {
	switch {
	case status == http.StatusNotFound:
		return "It may have been deleted, or the address has a typo."
	case status == http.StatusConflict:
		return "Go back, look at what has changed, and try again."
	case status >= http.StatusInternalServerError:
		return "Nothing was changed by halves. Try again; if it fails again, look for the request in the log."
	default:
		return "Go back and change what is named; your browser keeps what you typed."
	}
}

// recover answers a panic with 500.
func (p *pages) recover(w http.ResponseWriter, r *http.Request) {
	if telemetry.Panicked(r, p.Logger, recover()) {
		(&visit{pages: p, w: w, r: r}).fail(errors.New("panic"))
	}
}
