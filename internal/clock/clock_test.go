package clock_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/clock"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestSystem_TellsUTCInWholeMilliseconds(t *testing.T) {
	t.Parallel()
	before := time.Now()
	now := clock.System{}.Now()
	require.WithinRange(t, now, before.Add(-clock.Precision), time.Now())
	require.Equal(t, time.UTC, now.Location())
	require.Equal(t, now, now.Round(0).Truncate(clock.Precision), "a monotonic reading or a fraction is left")
}

func TestSettable(t *testing.T) {
	t.Parallel()
	stockholm := time.FixedZone("CET", 3600)
	c := clock.New(noon.In(stockholm).Add(999 * time.Microsecond))
	require.Equal(t, noon, c.Now(), "UTC and cut, not rounded")
	require.Equal(t, noon, c.Now(), "it stands still")

	c.Advance(90 * time.Minute)
	require.Equal(t, noon.Add(90*time.Minute), c.Now())
	c.Advance(-time.Hour)
	require.Equal(t, noon.Add(30*time.Minute), c.Now())

	c.Set(noon.In(stockholm))
	require.Equal(t, noon, c.Now())
	for range 4 {
		c.Advance(250 * time.Microsecond)
	}
	require.Equal(t, noon.Add(time.Millisecond), c.Now(), "steps below the precision add up")
}

func TestSettable_IsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	c := clock.New(noon)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				c.Advance(time.Second)
				_ = c.Now()
			}
		})
	}
	group.Wait()
	require.Equal(t, noon.Add(800*time.Second), c.Now())
}
