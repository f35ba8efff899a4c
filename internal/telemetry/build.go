// Package telemetry owns what the server tells its operators: structured logs, request ids, metrics and build
// information. What is worth telling is decided where it happens; what must not be told, secrets, is stopped here.
package telemetry

import "runtime/debug"

// BuildInfo says what binary this is. What is not known is empty.
type BuildInfo struct {
	Version string `json:"version"` // such as v1.2.3, or dev
	Commit  string `json:"commit,omitzero"`
	Date    string `json:"date,omitzero"` // of the commit, RFC 3339
	Go      string `json:"go"`            // such as go1.26.0
}

// Build reads what the Go toolchain has put into the binary.
func Build() BuildInfo {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return build(info)
}

func build(info *debug.BuildInfo) BuildInfo {
	b := BuildInfo{Version: info.Main.Version, Go: info.GoVersion}
	if b.Version == "" || b.Version == "(devel)" {
		b.Version = "dev"
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
