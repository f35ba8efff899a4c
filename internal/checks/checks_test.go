package checks_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/checks"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/self"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 30 * time.Second

func newRegistry() *checks.Registry {
	return checks.New(checks.Options{Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler), Self: new(self.Way)})
}

// ended waits for the end of a run.
func ended(t *testing.T, r *checks.Run) checks.View {
	t.Helper()
	for seen := 0; ; {
		v := r.Await(t.Context(), seen, patience)
		if v.Ended() {
			return v
		}
		require.Greater(t, len(v.Results), seen, "nothing came in time")
		seen = len(v.Results)
	}
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

// hang answers nothing until the client goes.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func spec(tenant int64, target string) checks.Spec {
	return checks.Spec{Tenant: tenant, Profile: "rfc", Only: []string{"SPC"}, BaseURL: target}
}

func TestStart_RefusesWhatCannotBeJudged(t *testing.T) {
	t.Parallel()
	g := newRegistry()
	for pointer, s := range map[string]checks.Spec{
		"/profile": {Tenant: 1, Profile: "none", BaseURL: "http://x"},
		"/only":    {Tenant: 1, Profile: "rfc", Only: []string{"NONE"}, BaseURL: "http://x"},
		"/baseUrl": {Tenant: 1, Profile: "rfc", BaseURL: "http://user:secret@x"},
	} {
		_, err := g.Start(t.Context(), s)
		var invalid *admin.InvalidError
		require.ErrorAs(t, err, &invalid, pointer)
		require.Equal(t, pointer, invalid.Violations[0].Pointer)
		require.NotContains(t, err.Error(), "secret")
	}
	_, err := g.Start(t.Context(), spec(1, ""))
	require.ErrorContains(t, err, "does not listen yet")
	require.Empty(t, g.Runs(1))
}

func TestStart_OneAtATimeForEachTenant(t *testing.T) {
	t.Parallel()
	g, target := newRegistry(), serve(t, hang)
	ctx, cancel := context.WithCancel(t.Context())
	first, err := g.Start(ctx, spec(1, target))
	require.NoError(t, err)
	cancel() // the request that has begun it is over
	var conflict *admin.ConflictError
	_, err = g.Start(t.Context(), spec(1, target))
	require.ErrorAs(t, err, &conflict)
	for tenant := range int64(3) {
		_, err = g.Start(t.Context(), spec(tenant+2, target))
		require.NoError(t, err)
	}
	_, err = g.Start(t.Context(), spec(9, target))
	require.ErrorAs(t, err, &conflict, "four at a time")
	require.Equal(t, checks.Running, first.View().State)
	first.Stop()
	require.Equal(t, checks.Stopped, ended(t, first).State)
	_, err = g.Start(t.Context(), spec(1, target))
	require.NoError(t, err)
	_, err = g.Run(2, first.ID)
	require.ErrorIs(t, err, (&admin.MissingError{}).Unwrap(), "a run is of its tenant")
	g.Close(t.Context())
	for _, r := range g.Runs(1) {
		require.True(t, r.View().Ended(), "closing stops what goes on")
	}
	_, err = g.Start(t.Context(), spec(1, target))
	require.ErrorContains(t, err, "shutting down")
}

func TestForget_EndsThoseOfATenantThatIsGone(t *testing.T) {
	t.Parallel()
	g := newRegistry()
	r, err := g.Start(t.Context(), spec(1, serve(t, hang)))
	require.NoError(t, err)
	g.Forget(2)
	require.Len(t, g.Runs(1), 1)
	g.Forget(1)
	require.Empty(t, g.Runs(1), "a tenant that is made anew with its number has none of them")
	require.Equal(t, checks.Stopped, ended(t, r).State)
}

func TestRuns_KeepsTheLastOnes(t *testing.T) {
	t.Parallel()
	g := newRegistry()
	target := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	var last *checks.Run
	for range 10 {
		var err error
		last, err = g.Start(t.Context(), spec(1, target))
		require.NoError(t, err)
		v := ended(t, last)
		require.Equal(t, checks.Done, v.State)
		require.Len(t, v.Results, v.Total)
		require.Equal(t, v.Results, v.Report.Results)
	}
	other, err := g.Start(t.Context(), spec(2, target))
	require.NoError(t, err)
	ended(t, other)
	runs := g.Runs(1)
	require.Len(t, runs, 8)
	require.Same(t, last, runs[0], "the newest first")
	require.Len(t, g.Runs(2), 1)
}

func TestRun_KeepsTheBeginningOfBodiesWhenThereAreMany(t *testing.T) {
	t.Parallel()
	g := newRegistry()
	target := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(strings.Repeat("x", 60<<10))) })
	r, err := g.Start(t.Context(), checks.Spec{Tenant: 1, Profile: "rfc", BaseURL: target})
	require.NoError(t, err)
	kept := 0
	for _, result := range ended(t, r).Report.Results {
		for _, e := range result.Exchanges {
			kept += len(e.Body)
		}
	}
	require.Less(t, kept, 20<<20)
}

func TestRun_TargetThatCannotBeReached(t *testing.T) {
	t.Parallel()
	g := newRegistry()
	r, err := g.Start(t.Context(), spec(1, "http://169.254.169.254/scim"))
	require.NoError(t, err)
	v := ended(t, r)
	require.Equal(t, checks.Failed, v.State)
	require.Contains(t, v.Problem, "--allow-target")
	require.Nil(t, v.Report)
}
