// Package telemetry owns what the server tells its operators: structured logs,
// request ids, metrics and build information. What is worth telling is decided
// where it happens.
package telemetry

import (
	"runtime/debug"
)

// BuildInfo says what binary this is.
type BuildInfo struct {
	Version string // "v1.2.3", or "dev" for a build from a work tree
	Commit  string // empty when it is not known
	Date    string // of the commit, RFC 3339
	Go      string
}

// Build reads the build information that the Go toolchain put into the binary.
func Build() BuildInfo {
	b := BuildInfo{Version: "dev"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Go = info.GoVersion
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
		}
	}
	return b
}
