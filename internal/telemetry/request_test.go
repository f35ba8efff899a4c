package telemetry_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

func TestRequestID(t *testing.T) {
	t.Parallel()
	require.Empty(t, telemetry.RequestID(t.Context()))
	ctx := telemetry.WithRequestID(t.Context(), "outer")
	require.Equal(t, "outer", telemetry.RequestID(ctx))
	require.Equal(t, "inner", telemetry.RequestID(telemetry.WithRequestID(ctx, "inner")))
	require.Equal(t, "outer", telemetry.RequestID(ctx))
}

func TestNewRequestID(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		id := telemetry.NewRequestID()
		require.Regexp(t, `^[0-9a-f]{16}$`, id)
		require.False(t, seen[id])
		seen[id] = true
	}
}

func BenchmarkNewRequestID(b *testing.B) {
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			telemetry.NewRequestID()
		}
	})
}
