package telemetry

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBuild(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		info debug.BuildInfo
		want BuildInfo
	}{
		"nothing known": {debug.BuildInfo{}, BuildInfo{Version: "dev"}},
		"work tree": {
			debug.BuildInfo{GoVersion: "go1.26.0", Main: debug.Module{Version: "(devel)"}},
			BuildInfo{Version: "dev", Go: "go1.26.0"},
		},
		"release": {
			debug.BuildInfo{GoVersion: "go1.26.0", Main: debug.Module{Version: "v1.2.3"}, Settings: []debug.BuildSetting{
				{Key: "vcs", Value: "git"},
				{Key: "vcs.revision", Value: "0123abc"},
				{Key: "vcs.time", Value: "2026-03-01T12:00:00Z"},
			}},
			BuildInfo{Version: "v1.2.3", Commit: "0123abc", Date: "2026-03-01T12:00:00Z", Go: "go1.26.0"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, build(&test.info))
		})
	}
	require.Equal(t, runtime.Version(), Build().Go)
	require.NotEmpty(t, Build().Version)
}
