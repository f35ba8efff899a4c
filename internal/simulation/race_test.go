package simulation_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// patience is for what happens beside a test.
const patience = 30 * time.Second

// do takes a step that is written as in a story.
func (d *desk) do(s *simulation.Simulation, step string) *scenario.StepReport {
	d.t.Helper()
	read, err := scenario.ReadStep([]byte(step))
	require.NoError(d.t, err)
	report, err := s.Do(d.t.Context(), read)
	require.NoError(d.t, err)
	return report
}

func TestCreate_WhoGoesAwayLeavesNoToken(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx, leave := context.WithCancel(t.Context())
	d.made = leave
	_, err := d.registry.Create(ctx, by, 1, simulation.Spec{Kind: idp.JumpCloud})
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, d.registry.List(1))
	require.Empty(t, d.living())
}

// errand does something once, after the server has answered a request of the registry under a path.
func (d *desk) errand(path string, do func()) {
	d.t.Helper()
	home, err := url.Parse(d.server.AdminURL)
	require.NoError(d.t, err)
	var once sync.Once
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: home.Scheme, Host: home.Host}) },
		ModifyResponse: func(answer *http.Response) error {
			if strings.HasPrefix(answer.Request.URL.Path, path) {
				once.Do(do)
			}
			return nil
		},
	}
	between := httptest.NewServer(proxy)
	d.t.Cleanup(between.Close)
	d.way.Open("http", between.Listener.Addr().String(), nil)
}

func TestCreate_OfATenantThatIsDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	api := tokens{d.server, nil}
	d.errand("/admin/api/v1/requests", func() { // the last that is asked before it is listed
		require.NoError(t, api.call(context.WithoutCancel(t.Context()), http.MethodDelete, "/tenants/1", nil, nil))
		d.registry.Forget(1)
	})
	_, err := d.registry.Create(t.Context(), by, 1, simulation.Spec{Kind: idp.JumpCloud, Story: "joiner-mover-leaver"})
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Empty(t, d.registry.List(1))
}

func TestCreate_ManyAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	created := make(chan error, 2*simulation.Most)
	for range 2 * simulation.Most {
		go func() {
			_, err := d.registry.Create(t.Context(), by, 1, simulation.Spec{Kind: idp.Okta, Story: "joiner-mover-leaver", Pace: time.Minute})
			created <- err
		}()
	}
	refused := 0
	for range 2 * simulation.Most {
		if err := <-created; err != nil {
			require.ErrorIs(t, err, simulation.ErrFull)
			refused++
		}
	}
	require.Equal(t, simulation.Most, refused)
	require.Len(t, d.registry.List(1), simulation.Most)
	require.Len(t, d.living(), simulation.Most)
}

// They start, are deleted and forgotten, and the server ends, all at once.
func TestCreate_WhileAllEnds(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	deeds := []func(id int64) error{
		func(int64) error { d.registry.Forget(1); return nil },
		func(id int64) error { return d.registry.Delete(t.Context(), by, 1, id) },
		func(int64) error { d.stop(); return nil },
	}
	done := make(chan error, 3*simulation.Most)
	for i := range 3 * simulation.Most {
		go func() {
			s, err := d.registry.Create(t.Context(), by, 1, simulation.Spec{Kind: idp.JumpCloud, Story: "joiner-mover-leaver", Pace: time.Minute})
			if err == nil {
				err = deeds[i%len(deeds)](s.ID)
			} else {
				err = nil // there was no place, or no server any more
			}
			done <- err
		}()
	}
	for range 3 * simulation.Most {
		if err := <-done; !errors.Is(err, simulation.ErrNotFound) {
			require.NoError(t, err)
		}
	}
	d.shutDown()
	require.Empty(t, d.registry.List(1))
	require.Empty(t, d.living())
}

func TestRenew_WhileItIsDeleted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := d.create(simulation.Spec{Kind: idp.Okta})
	d.activate(s)
	deleted := make(chan error, 1)
	d.made = func() {
		go func() { deleted <- d.registry.Delete(t.Context(), by, 1, s.ID) }()
		require.Eventually(t, func() bool { return len(d.registry.List(1)) == 0 }, patience, time.Millisecond)
	}
	require.ErrorIs(t, s.Renew(t.Context(), by), simulation.ErrNotFound)
	require.NoError(t, <-deleted)
	require.Empty(t, d.living())
	require.ErrorIs(t, s.Renew(t.Context(), by), simulation.ErrNotFound)
	require.Empty(t, d.living())
}

func TestRenew_SeveralAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := d.create(simulation.Spec{Kind: idp.JumpCloud})
	d.activate(s)
	const several = 4
	renewed := make(chan error, several)
	for range several {
		go func() { renewed <- s.Renew(t.Context(), by) }()
	}
	for range several {
		require.NoError(t, <-renewed)
	}
	require.Len(t, d.living(), 1)
	d.hire(s, "ann@example.com")
	d.await(s, provisioned(1))
}

func TestRenew_IsForStepsToo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := d.create(simulation.Spec{Kind: idp.JumpCloud})
	d.activate(s)
	report := d.do(s, `{rotateToken: {how: reauth}}`)
	require.Equal(t, scenario.Passed, report.Outcome, "%+v", report)
	require.NoError(t, s.Renew(t.Context(), by))
	require.Len(t, d.living(), 1, "the one that the step made is replaced as well")
	for _, step := range []string{`{sync: {}, expect: {inSync: true}}`, `{deactivate: {}}`, `{configure: {}}`, `{activate: {}}`} {
		report = d.do(s, step)
		require.Equal(t, scenario.Passed, report.Outcome, "%s: %+v", step, report)
	}
}

func TestDelete_RevokesWhatStepsMade(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := d.create(simulation.Spec{Kind: idp.JumpCloud})
	d.activate(s)
	for range 2 {
		report := d.do(s, `{rotateToken: {}}`)
		require.Equal(t, scenario.Passed, report.Outcome, "%+v", report)
	}
	require.Len(t, d.living(), 2)
	require.NoError(t, d.registry.Delete(t.Context(), by, 1, s.ID))
	require.Empty(t, d.living())
}

func TestDelete_EndsAStep(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := d.create(simulation.Spec{Kind: idp.JumpCloud, Shorten: 1})
	step, err := scenario.ReadStep([]byte(`{wait: 1h}`))
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() {
		_, err := s.Do(t.Context(), step)
		ended <- err
	}()
	require.NoError(t, d.registry.Delete(t.Context(), by, 1, s.ID))
	require.ErrorIs(t, <-ended, simulation.ErrNotFound)
}
