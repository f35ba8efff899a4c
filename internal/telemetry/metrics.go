package telemetry

import (
	"maps"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the counters of one server, in a registry of their own. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec

	// Looking up the children of a vector by label values costs more than counting, so they are kept. The map is
	// replaced, never changed: readers need no lock, and new series are rare.
	known  atomic.Pointer[map[labels]series]
	adding sync.Mutex
}

type labels struct {
	method, route string
	status        int
}

type series struct {
	requests prometheus.Counter
	duration prometheus.Observer
}

// NewMetrics makes the metrics of a server, with those of the process and of the Go runtime beside them.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cinode_scim_http_requests_total",
			Help: "Requests answered, by method, route and status.",
		}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "cinode_scim_http_request_duration_seconds",
			Help:    "Time that requests took, by method and route.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 15), // to 8 s
		}, []string{"method", "route"}),
	}
	m.known.Store(&map[labels]series{})
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "cinode_scim_build_info",
		Help: "Always 1; the labels say what binary this is.",
	}, []string{"version", "commit", "go_version"})
	b := Build()
	info.WithLabelValues(b.Version, b.Commit, b.Go).Set(1)
	m.registry.MustRegister(m.requests, m.duration, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves the metrics in the formats of Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Observe counts a request. route is a pattern, not a path, so that ids make no series; empty is a request that no
// route took. Methods are the client's words: those of no RFC here are counted together, so that they make none either.
func (m *Metrics) Observe(method, route string, status int, d time.Duration) {
	key := labels{method: methodLabel(method), route: route, status: status}
	s, ok := (*m.known.Load())[key]
	if !ok {
		s = m.add(key)
	}
	s.requests.Inc()
	s.duration.Observe(d.Seconds())
}

func (m *Metrics) add(key labels) series {
	route := key.route
	if route == "" {
		route = "unmatched"
	}
	s := series{
		requests: m.requests.WithLabelValues(key.method, route, strconv.Itoa(key.status)),
		duration: m.duration.WithLabelValues(key.method, route),
	}
	m.adding.Lock()
	defer m.adding.Unlock()
	next := maps.Clone(*m.known.Load())
	next[key] = s
	m.known.Store(&next)
	return s
}

func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	default:
		return "other"
	}
}
