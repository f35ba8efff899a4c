package telemetry

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
)

// NewLogger makes the logger of a process. format is text or json; level is debug, info, warn or error. Times are in
// UTC, and the values of keys that hold secrets are masked, whoever logs them.
func NewLogger(w io.Writer, format, level string) (*slog.Logger, error) {
	least, ok := map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}[level]
	if !ok {
		return nil, fmt.Errorf("log level %q is unknown; it must be debug, info, warn or error", level)
	}
	options := &slog.HandlerOptions{Level: least, ReplaceAttr: replace}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	default:
		return nil, fmt.Errorf("log format %q is unknown; it must be text or json", format)
	}
}

func replace(groups []string, a slog.Attr) slog.Attr {
	switch {
	case isSecret(a.Key) || slices.ContainsFunc(groups, isSecret):
		a.Value = slog.StringValue("****")
	case a.Value.Kind() == slog.KindTime:
		a.Value = slog.TimeValue(a.Value.Time().UTC())
	}
	return a
}

// isSecret judges a key, or the name of a group: what is in it may have any key.
func isSecret(key string) bool {
	switch strings.ToLower(key) {
	case "authorization", "token", "secret", "password", "admin_key", "admin-key":
		return true
	default:
		return false
	}
}
