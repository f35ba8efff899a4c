package simulation_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

var by = store.By{Actor: "test"}

// create makes a simulation of tenant 1.
func (d *desk) create(spec simulation.Spec) *simulation.Simulation {
	d.t.Helper()
	s, err := d.registry.Create(d.t.Context(), by, 1, spec)
	require.NoError(d.t, err)
	return s
}

// await waits for something to become true of a simulation.
func (d *desk) await(s *simulation.Simulation, what func(simulation.State) bool) simulation.State {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute)
	defer cancel()
	for version := int64(-1); ; {
		version = s.Await(ctx, version)
		state := s.State()
		if what(state) {
			return state
		}
		require.NoError(d.t, ctx.Err(), "%+v", state)
	}
}

// activate configures and activates, as an administrator does.
func (d *desk) activate(s *simulation.Simulation) {
	d.t.Helper()
	p := s.Provider()
	_, err := p.AddApplication(idp.Application{Name: "Cinode"})
	require.NoError(d.t, err)
	base, token := s.Target()
	require.NoError(d.t, p.Configure(d.t.Context(), idp.Connection{BaseURL: base, Token: token, Groups: true}))
	require.NoError(d.t, p.Activate(d.t.Context()))
	s.Edited()
}

// hire makes somebody whom a bound group has.
func (d *desk) hire(s *simulation.Simulation, username string) {
	d.t.Helper()
	p := s.Provider()
	_, err := p.AddUser(idp.User{Username: username, FirstName: "Ann", LastName: "Holm"})
	require.NoError(d.t, err)
	_, err = p.AddGroup(idp.Group{Name: "Engineers of " + username, Members: []string{username}, Bound: true})
	require.NoError(d.t, err)
	s.Edited()
}

func provisioned(users int) func(simulation.State) bool {
	return func(s simulation.State) bool {
		n := 0
		for _, u := range s.Provider.Users {
			if u.State == idp.StateProvisioned {
				n++
			}
		}
		return n == users && s.Provider.Pending == 0
	}
}

func TestEdits_SyncByThemselves(t *testing.T) {
	t.Parallel()
	for _, kind := range []idp.Kind{idp.JumpCloud, idp.Okta} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			s := d.create(simulation.Spec{Kind: kind})
			d.activate(s)
			d.hire(s, "ann@example.com")
			d.await(s, provisioned(1))
			require.True(t, d.server.User("ann@example.com").Active())
			require.NotEmpty(t, s.Events())
			last := s.Exchanges(0)
			require.Len(t, s.Exchanges(last[len(last)-2].Number), 1)
			require.NoError(t, s.Provider().DeleteUser("ann@example.com"))
			s.Edited()
			d.await(s, provisioned(0))
			require.False(t, d.server.User("ann@example.com").Active())
		})
	}
}

func TestEntra_SyncsByItsCycleOrAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	quick := d.create(simulation.Spec{Kind: idp.Entra, Shorten: 1e6})
	d.activate(quick)
	d.hire(quick, "ann@example.com")
	slow := d.create(simulation.Spec{Kind: idp.Entra, Shorten: 1})
	d.activate(slow)
	d.hire(slow, "bo@example.com")
	d.await(quick, provisioned(1))
	require.Zero(t, slow.State().Provider.Cycles, "nobody asked, and the cycle is 40 minutes away")
	slow.SyncNow()
	d.await(slow, provisioned(1))
}

func TestTokenOfAReset_IsToldAndRenewed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := d.create(simulation.Spec{Kind: idp.Okta})
	d.activate(s)
	first := s.State().Token
	require.NoError(t, d.revoke(first))
	d.hire(s, "ann@example.com")
	d.await(s, func(s simulation.State) bool { return s.Refused })
	require.NoError(t, s.Renew(t.Context(), by))
	state := d.await(s, provisioned(1))
	require.False(t, state.Refused)
	require.NotEqual(t, first, state.Token)

	var input *idp.InputError
	other := d.create(simulation.Spec{Kind: idp.Okta, BaseURL: d.server.URL, Token: d.server.Token})
	require.ErrorAs(t, other.Renew(t.Context(), by), &input)
	require.Empty(t, other.State().Token, "none is made for another server")
}

func TestDelete_RevokesTheToken(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := d.create(simulation.Spec{Kind: idp.JumpCloud})
	d.activate(s)
	d.hire(s, "ann@example.com")
	d.await(s, provisioned(1))
	_, secret := s.Target()
	require.True(t, d.opens(secret))
	_, err := d.registry.Get(2, s.ID)
	require.ErrorIs(t, err, simulation.ErrNotFound, "another tenant never sees it")
	require.Empty(t, d.registry.List(2))
	require.ErrorIs(t, d.registry.Delete(t.Context(), by, 2, s.ID), simulation.ErrNotFound)
	require.NoError(t, d.registry.Delete(t.Context(), by, 1, s.ID))
	require.False(t, d.opens(secret))
	require.True(t, d.server.User("ann@example.com").Active(), "what was provisioned stays")
	require.ErrorIs(t, d.registry.Delete(t.Context(), by, 1, s.ID), simulation.ErrNotFound)
}

func TestCreate_Limits(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, spec := range []simulation.Spec{
		{Kind: "google"}, {Kind: idp.Okta, BaseURL: "http://127.0.0.1:1"}, {Kind: idp.Okta, Token: "x"}, {Kind: idp.Okta, Users: 1},
		{Kind: idp.Okta, Story: "none"}, {Kind: idp.Entra, Story: "import"}, {Kind: idp.Okta, Story: "rename", Pace: time.Hour},
		{Kind: idp.Okta, Story: "bulk-onboarding", Users: simulation.MostUsers + 1}, {Kind: idp.Okta, OktaStyle: "none"},
		{Kind: idp.Entra, Shorten: -1}, {Kind: idp.Entra, Shorten: 1e300},
	} {
		_, err := d.registry.Create(t.Context(), by, 1, spec)
		var input *idp.InputError
		require.ErrorAs(t, err, &input, "%+v", spec)
	}
	require.Empty(t, d.living(), "no token is left of what was refused")
	for range simulation.Most {
		d.create(simulation.Spec{Kind: idp.JumpCloud})
	}
	_, err := d.registry.Create(t.Context(), by, 1, simulation.Spec{Kind: idp.JumpCloud})
	require.ErrorIs(t, err, simulation.ErrFull)
	require.Len(t, d.living(), simulation.Most)
}

func TestRun_EndsThemAndTheirTokens(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	story := d.create(simulation.Spec{Kind: idp.JumpCloud, Story: "joiner-mover-leaver", Pace: time.Minute})
	d.create(simulation.Spec{Kind: idp.Entra})
	d.shutDown()
	require.False(t, story.Playing())
	require.Empty(t, d.registry.List(1))
	require.Empty(t, d.living())
	_, err := d.registry.Create(t.Context(), by, 1, simulation.Spec{Kind: idp.Okta})
	require.ErrorContains(t, err, "shutting down")
}

func TestForget_EndsThoseOfATenantThatIsGone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := d.create(simulation.Spec{Kind: idp.JumpCloud, Story: "joiner-mover-leaver", Pace: time.Minute})
	d.registry.Forget(2)
	require.Len(t, d.registry.List(1), 1)
	d.registry.Forget(1)
	require.Empty(t, d.registry.List(1))
	d.await(s, func(simulation.State) bool { return !s.Playing() })
}

func TestStory_IsPacedHurriedAndStopped(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := d.create(simulation.Spec{Kind: idp.JumpCloud, Story: "joiner-mover-leaver", Pace: time.Minute})
	state := d.await(s, func(s simulation.State) bool {
		return len(s.Story.Steps) == 1 && s.Story.Steps[0].Outcome == scenario.Passed
	})
	require.Len(t, state.Story.Plan, state.Story.Total)
	require.Contains(t, state.Story.Plan[0].Expected, "The integration is active.")
	require.Equal(t, 1, s.Exchanges(0)[0].Step)
	step, err := scenario.ReadStep([]byte(`{"sync": {}}`))
	require.NoError(t, err)
	_, err = s.Do(t.Context(), step)
	require.ErrorIs(t, err, simulation.ErrPlaying)
	require.NoError(t, s.Hurry())
	require.NoError(t, errors.Join(s.Hurry()), "twice is once")
	state = d.await(s, func(s simulation.State) bool { return !s.Story.Playing })
	require.False(t, state.Story.Failed, "%+v", state.Story)
	require.Len(t, state.Story.Steps, state.Story.Total)
	require.ErrorIs(t, s.Hurry(), simulation.ErrIdle)
	require.ErrorIs(t, s.Stop(), simulation.ErrIdle)
	d.hire(s, "late@example.com")
	d.await(s, func(simulation.State) bool { return len(d.server.Users()) > 3 })
	report, err := s.Do(t.Context(), step)
	require.NoError(t, err)
	require.Equal(t, scenario.Passed, report.Outcome)

	s = d.create(simulation.Spec{Kind: idp.Entra, Story: "joiner-mover-leaver", Pace: time.Minute})
	d.await(s, func(s simulation.State) bool {
		return len(s.Story.Steps) == 1 && s.Story.Steps[0].Outcome == scenario.Passed
	})
	require.NoError(t, s.Stop())
	state = d.await(s, func(s simulation.State) bool { return !s.Story.Playing })
	require.True(t, state.Story.Stopped)
	require.Empty(t, state.Story.Trouble)
}

func TestImport_IsListedAndMarked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := d.create(simulation.Spec{Kind: idp.Okta})
	d.activate(other)
	d.hire(other, "ann@example.com")
	d.await(other, provisioned(1))
	s := d.create(simulation.Spec{Kind: idp.JumpCloud})
	require.ErrorIs(t, s.ReadCandidates(t.Context()), idp.ErrNotActive)
	_, err := s.Import(t.Context(), []string{"1"})
	require.ErrorIs(t, err, idp.ErrNotActive)
	require.Zero(t, s.Imports())
	d.activate(s)
	require.NoError(t, s.ReadCandidates(t.Context()))
	for _, candidate := range s.Imports().List {
		if candidate.Username == "ann@example.com" {
			require.Equal(t, idp.CandidateNew, candidate.State)
			result, err := s.Import(t.Context(), []string{candidate.ID})
			require.NoError(t, err)
			require.Len(t, result.Imported, 1)
		}
	}
	for _, candidate := range s.Imports().List {
		if candidate.Username == "ann@example.com" {
			require.Equal(t, idp.CandidateImported, candidate.State)
		}
	}
	require.Len(t, s.Imports().Result.Imported, 1)
}

func TestStories_AreOfTheirProviders(t *testing.T) {
	t.Parallel()
	for _, kind := range idp.Kinds() {
		require.NotEmpty(t, simulation.Stories(kind))
		for _, story := range simulation.Stories(kind) {
			require.True(t, story.For(kind))
			for _, step := range story.Steps {
				for _, sentence := range step.Expect.Sentences(kind) {
					require.Regexp(t, `^\S.*\.$`, sentence, story.Name)
				}
			}
		}
	}
}
