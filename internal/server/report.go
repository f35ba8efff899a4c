package server

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

// contextWithRoute puts chi's route context in place before routing, so that
// the pattern can be read afterwards.
func contextWithRoute(ctx context.Context, route *chi.Context) context.Context {
	return context.WithValue(ctx, chi.RouteCtxKey, route)
}

// report logs a request, refused ones as information and all others for
// debugging, and counts it under its route.
func (s *Server) report(r *http.Request, route *chi.Context, status int, took time.Duration) {
	if status == 0 {
		status = http.StatusOK
	}
	if s.metrics != nil {
		pattern := route.RoutePattern()
		if pattern == "" {
			pattern = "none"
		}
		s.metrics.Observe(r.Method, pattern, status, took)
	}
	level := slog.LevelDebug
	if status >= http.StatusBadRequest {
		level = slog.LevelInfo
	}
	if !s.logger.Enabled(r.Context(), level) {
		return
	}
	s.logger.LogAttrs(r.Context(), level, "request",
		slog.String("request_id", telemetry.RequestID(r.Context())), slog.String("method", r.Method),
		slog.String("path", r.URL.Path), slog.Int("status", status), slog.Duration("took", took))
}
