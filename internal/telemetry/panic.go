package telemetry

import (
	"log/slog"
	"net/http"
	"runtime/debug"
)

// Panicked logs what a handler has recovered from, so that one request cannot end the
// process, and reports whether there was anything: it is to be answered then. The panic
// that breaks an answer off goes on, and is net/http's to handle.
func Panicked(r *http.Request, logger *slog.Logger, fault any) bool {
	switch fault {
	case nil:
		return false
	case http.ErrAbortHandler:
		panic(http.ErrAbortHandler)
	}
	logger.ErrorContext(r.Context(), "panic", "fault", fault, "stack", string(debug.Stack()))
	return true
}
