package telemetry_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

func scrape(t *testing.T, m *telemetry.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Header().Get("Content-Type"), "text/plain")
	return w.Body.String()
}

func TestMetrics_Observe(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	m.Observe("GET", "/scim/v2/Users", 200, 3*time.Millisecond)
	m.Observe("GET", "/scim/v2/Users", 200, 5*time.Millisecond)
	m.Observe("GET", "/scim/v2/Users", 400, time.Millisecond)
	m.Observe("BREW", "", 404, time.Minute)
	m.Observe("\xff", "", 404, time.Minute)
	text := scrape(t, m)
	for _, line := range []string{
		`cinode_scim_http_requests_total{method="GET",route="/scim/v2/Users",status="200"} 2`,
		`cinode_scim_http_requests_total{method="GET",route="/scim/v2/Users",status="400"} 1`,
		`cinode_scim_http_requests_total{method="other",route="unmatched",status="404"} 2`,
		`cinode_scim_http_request_duration_seconds_bucket{method="GET",route="/scim/v2/Users",le="0.004"} 2`,
		`cinode_scim_http_request_duration_seconds_count{method="GET",route="/scim/v2/Users"} 3`,
		`cinode_scim_http_request_duration_seconds_sum{method="other",route="unmatched"} 120`,
	} {
		require.Contains(t, text, line+"\n")
	}
}

func TestMetrics_Collectors(t *testing.T) {
	t.Parallel()
	text := scrape(t, telemetry.NewMetrics())
	require.Regexp(t, `(?m)^cinode_scim_build_info\{commit="[^"]*",go_version="go[^"]+",version="[^"]+"\} 1$`, text)
	require.Contains(t, text, "\ngo_goroutines ")
	require.Contains(t, text, "\nprocess_start_time_seconds ")
}

func TestMetrics_ServersDoNotShare(t *testing.T) {
	t.Parallel()
	one, other := telemetry.NewMetrics(), telemetry.NewMetrics()
	one.Observe("GET", "/livez", 200, time.Millisecond)
	require.NotContains(t, scrape(t, other), "/livez")
}

func TestMetrics_ConcurrentFirstRequestsAreAllCounted(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for status := range 100 {
				m.Observe("GET", "/livez", 200+status, time.Millisecond)
			}
		})
	}
	group.Wait()
	text := scrape(t, m)
	require.Contains(t, text, `cinode_scim_http_requests_total{method="GET",route="/livez",status="299"} 8`+"\n")
	require.Contains(t, text, `cinode_scim_http_request_duration_seconds_count{method="GET",route="/livez"} 800`+"\n")
}

func TestMetrics_ObserveAllocatesNothing(t *testing.T) { // not parallel: it counts allocations of the process
	m := telemetry.NewMetrics()
	require.Zero(t, testing.AllocsPerRun(100, func() { m.Observe("GET", "/scim/v2/Users", 200, time.Millisecond) }))
}

func BenchmarkMetrics_Observe(b *testing.B) {
	m := telemetry.NewMetrics()
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			m.Observe("GET", "/scim/v2/Users", 200, time.Millisecond)
		}
	})
}
