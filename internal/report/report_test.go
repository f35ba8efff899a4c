package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/report"
)

// A suite without errors has none in the judge's report, and no word of them in a story's.
func TestWriteJUnit(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	require.NoError(t, report.WriteJUnit(&b,
		report.Suite{Name: "judge", Tests: 2, Failures: 1, Errors: new(int), Cases: []report.Case{
			{Class: "c", Name: "a", Time: report.Seconds(1500 * time.Microsecond), Failure: &report.Text{Message: "<m>", Text: "why"}},
			{Class: "c", Name: "b", Time: "0.000", Output: "said"},
		}},
		report.Suite{Name: "story", Tests: 1, Skipped: 1, Time: "2.000", Cases: []report.Case{{Class: "c", Name: "d", Time: "0.000", Skipped: &report.Text{}}}},
	))
	require.Equal(t, `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="judge" tests="2" failures="1" errors="0" skipped="0">
    <testcase classname="c" name="a" time="0.002">
      <failure message="&lt;m&gt;">why</failure>
    </testcase>
    <testcase classname="c" name="b" time="0.000">
      <system-out>said</system-out>
    </testcase>
  </testsuite>
  <testsuite name="story" tests="1" failures="0" skipped="1" time="2.000">
    <testcase classname="c" name="d" time="0.000">
      <skipped message=""></skipped>
    </testcase>
  </testsuite>
</testsuites>
`, b.String())
}

func TestShort(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		"under 1 ms": 999 * time.Microsecond, "1 ms": time.Millisecond, "999 ms": time.Second - 1, "1.0 s": time.Second, "130.0 s": 130 * time.Second,
	} {
		require.Equal(t, want, report.Short(d))
	}
}
