package telemetry_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

func TestNewLogger_Level(t *testing.T) {
	t.Parallel()
	all := []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError}
	for level, want := range map[string]int{"debug": 4, "info": 3, "warn": 2, "error": 1} {
		var out bytes.Buffer
		logger, err := telemetry.NewLogger(&out, "text", level)
		require.NoError(t, err)
		for _, l := range all {
			logger.Log(t.Context(), l, "said")
		}
		require.Equal(t, want, strings.Count(out.String(), "msg=said"), level)
	}
}

func TestNewLogger_RefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ format, level, want string }{
		"format":        {"xml", "info", `log format "xml" is unknown; it must be text or json`},
		"no format":     {"", "info", `log format "" is unknown; it must be text or json`},
		"level":         {"text", "loud", `log level "loud" is unknown; it must be debug, info, warn or error`},
		"level between": {"json", "info+2", `log level "info+2" is unknown; it must be debug, info, warn or error`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := telemetry.NewLogger(&bytes.Buffer{}, test.format, test.level)
			require.EqualError(t, err, test.want)
		})
	}
}

func TestNewLogger_MasksSecrets(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		var out bytes.Buffer
		logger, err := telemetry.NewLogger(&out, format, "info")
		require.NoError(t, err)
		logger.With("token", "hidden1").Info("said",
			"Authorization", "Bearer hidden2", "secret", []byte("hidden3"), "admin_key", "hidden4",
			slog.Group("request", "password", "hidden5", "path", "/shown"),
			slog.Group("token", "value", "hidden6"))
		logger.WithGroup("secret").Info("said", "value", "hidden7", "at", time.Unix(1234567890, 0))
		require.NotContains(t, out.String(), "hidden")
		require.NotContains(t, out.String(), "2009-02-13")
		require.Contains(t, out.String(), "/shown")
		require.Equal(t, 8, strings.Count(out.String(), "****"))
	}
}

func TestNewLogger_TimesAreUTC(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logger, err := telemetry.NewLogger(&out, "json", "info")
	require.NoError(t, err)
	moment := time.Date(2026, 3, 1, 1, 0, 0, 0, time.FixedZone("CET", 3600))
	record := slog.NewRecord(moment, slog.LevelInfo, "said", 0)
	record.AddAttrs(slog.Time("expires", moment.Add(time.Hour)))
	require.NoError(t, logger.Handler().Handle(t.Context(), record))
	require.JSONEq(t, `{"time":"2026-03-01T00:00:00Z","level":"INFO","msg":"said","expires":"2026-03-01T01:00:00Z"}`, out.String())
}
