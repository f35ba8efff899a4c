package telemetry_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

func TestStopwatch(t *testing.T) {
	t.Parallel()
	outer := time.Now()
	watch := telemetry.StartStopwatch()
	first := watch.Elapsed()
	second := watch.Elapsed()
	require.GreaterOrEqual(t, first, time.Duration(0))
	require.GreaterOrEqual(t, second, first)
	require.LessOrEqual(t, second, time.Since(outer))
}
