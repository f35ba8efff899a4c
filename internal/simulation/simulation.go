package simulation

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Simulation is one simulated identity provider of a tenant, with what happened in it.
// People change its directory and application through Provider, and call Edited then.
type Simulation struct {
	ID      int64
	Tenant  int64
	Kind    idp.Kind
	Created time.Time

	registry *Registry
	spec     Spec
	target   scenario.Target
	session  *scenario.Session
	scenario *scenario.Scenario // nil without a story
	life     context.Context    //nolint:containedctx // ends with the simulation, not with a request
	stop     context.CancelFunc
	work     sync.WaitGroup
	due      chan struct{} // something was edited
	turn     chan struct{} // held by a story, a step, a cycle or a new token, and for good once it is closed

	mu        sync.Mutex // guards what follows, and the token of target
	token     string     // name of the one made for it, empty if none was
	version   int64
	changed   chan struct{} // closed and replaced with each version
	exchanges []Exchange
	numbered  int64
	progress  Progress
	story     *Story
	skip      chan struct{}
	halt      context.CancelFunc // of the story
	last      *idp.Report
	trouble   string
	status    int // of the answer that made the trouble
	imports   Imports
}

// Exchange is a request that the simulation sent, numbered from 1, and the number of the
// step of the story that sent it, 0 for none.
type Exchange struct {
	Number int64
	Step   int
	*scimclient.Exchange
}

// Progress is how far a cycle has come.
type Progress struct {
	Stage string `json:"stage"`
	Done  int    `json:"done"`
	Total int    `json:"total"`
}

// State is a simulation at one moment.
type State struct {
	ID       int64       `json:"id"`
	Kind     idp.Kind    `json:"kind"`
	Created  time.Time   `json:"created"`
	Target   string      `json:"target"`
	Own      bool        `json:"own"` // whether that is the tenant itself
	Token    string      `json:"token,omitzero"`
	Version  int64       `json:"version"` // greater with each change
	Provider idp.View    `json:"provider"`
	Progress *Progress   `json:"progress,omitzero"` // of the cycle that runs
	Last     *idp.Report `json:"lastCycle,omitzero"`
	Trouble  string      `json:"trouble,omitzero"` // why the last cycle ended early
	Refused  bool        `json:"-"`                // the target did not take the token
	Story    *Story      `json:"story,omitzero"`
}

func newSimulation(ctx context.Context, r *Registry, tenant int64, spec Spec) (*Simulation, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	if spec.Shorten == 0 {
		spec.Shorten = usualShorten
	}
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	return &Simulation{
		Tenant: tenant, Kind: spec.Kind, Created: r.options.Clock.Now().UTC(),
		registry: r, spec: spec, due: make(chan struct{}, 1), turn: make(chan struct{}, 1), changed: make(chan struct{}), life: life, stop: stop,
	}, nil
}

// open makes the provider.
func (s *Simulation) open(ctx context.Context, by store.By) error {
	var err error
	if s.scenario, err = s.findStory(); err != nil {
		return err
	}
	own := s.spec.BaseURL == ""
	s.target = scenario.Target{BaseURL: s.spec.BaseURL, Token: s.spec.Token}
	if own {
		s.target.BaseURL = s.registry.Home(s.Tenant)
		s.target.AdminURL, s.target.AdminKey = s.registry.options.Self.Origin(), s.registry.options.AdminKey
		if s.token, s.target.Token, err = s.registry.makeToken(ctx, by, s.Tenant, s.Kind); err != nil {
			return err
		}
	}
	o := scenario.Options{
		Provider: idp.Options{
			Kind: s.Kind, Dialect: s.spec.Dialect, JobTitle: s.spec.JobTitle, MatchBy: s.spec.MatchBy, AADOptIn: s.spec.AADOptIn,
			OktaStyle: s.spec.OktaStyle, Shorten: s.spec.Shorten, Client: s.registry.client(),
			OnEvent: func(idp.Event) { s.touch(func() {}) }, OnExchange: s.keep, OnProgress: s.onProgress,
		},
		Users: s.spec.Users, Groups: s.spec.Groups, OnStep: s.onStep,
	}
	s.session, err = scenario.Open(ctx, s.scenario, s.target, o)
	return err
}

// start begins to work, with the story if there is one.
func (s *Simulation) start() {
	if s.scenario != nil {
		s.begin(s.life)
	}
	s.work.Go(func() { s.synchronize(s.life) })
}

// close ends the work and revokes the tokens, whether or not somebody waits for it.
func (s *Simulation) close(ctx context.Context, by store.By) error {
	s.stop()
	s.work.Wait()
	s.turn <- struct{}{} // of a step or a new token that is under way, which ends now
	if s.session != nil {
		defer s.session.Close()
	}
	s.touch(func() {})
	return s.revoke(context.WithoutCancel(ctx), by)
}

// Provider is the identity provider itself. Tell by Edited what was changed.
func (s *Simulation) Provider() *idp.Provider { return s.session.Provider() }

// Target is where the simulation provisions to, and the token that it was given.
func (s *Simulation) Target() (baseURL, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.target.BaseURL, s.target.Token
}

// Renew gives a simulation of the tenant itself a new token, in the place of one that
// was revoked, and has the provider use it. The old one goes first: no failure leaves both.
func (s *Simulation) Renew(ctx context.Context, by store.By) error {
	if s.spec.BaseURL != "" {
		return &idp.InputError{Field: "token", Message: "is of another server; make one there and type it in"}
	}
	return s.exclusively(ctx, func(ctx context.Context) error {
		if err := s.revoke(ctx, by); err != nil {
			return err
		}
		name, secret, err := s.registry.makeToken(ctx, by, s.Tenant, s.Kind)
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.token, s.target.Token = name, secret
		s.mu.Unlock()
		if err := s.session.UseToken(secret); err != nil {
			return err
		}
		provider := s.Provider()
		c := provider.Connection()
		c.Token = secret
		switch provider.Phase() {
		case idp.PhaseActive, idp.PhaseQuarantine:
			err = provider.Reconfigure(ctx, c)
		case idp.PhaseConfigured:
			err = provider.Configure(ctx, c)
		}
		if err == nil {
			s.touch(func() { s.last, s.trouble, s.status = nil, "", 0 })
			s.SyncNow()
		}
		return err
	})
}

// revoke ends the tokens of this server that were made for the simulation, and by its
// steps. One that is gone already is no error: the tenant was reset, or is gone itself.
func (s *Simulation) revoke(ctx context.Context, by store.By) error {
	s.mu.Lock()
	names := []string{s.token}
	s.mu.Unlock()
	if s.session != nil {
		names = append(names, s.session.Tokens()...)
	}
	var failed error
	for _, name := range names {
		if name == "" {
			continue
		}
		if _, err := s.registry.options.Tokens.RevokeToken(ctx, by, s.Tenant, name); err != nil && !errors.Is(err, store.ErrNotFound) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// Edited lets a provider that is driven by events synchronize; others wait for their
// cycle. It comes back at once.
func (s *Simulation) Edited() {
	s.touch(func() {})
	if s.Provider().Interval() == 0 {
		s.SyncNow()
	}
}

// SyncNow asks for a cycle, for which it does not wait.
func (s *Simulation) SyncNow() {
	select {
	case s.due <- struct{}{}:
	default: // one is due already
	}
}

// retryAfter is when a provider that is driven by events takes up what has failed.
const retryAfter = 30 * time.Second

// synchronize runs the cycles that are due until ctx ends. While none is to come by
// itself, each change may be what brings one: an integration that was activated.
func (s *Simulation) synchronize(ctx context.Context) {
	for {
		_, changed := s.Changed()
		var timer <-chan time.Time
		if wait := s.pause(); wait > 0 {
			timer, changed = time.After(wait), nil
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
			continue
		case <-s.due:
		case <-timer:
		}
		s.cycle(ctx)
	}
}

// pause is the time to the next cycle that nobody asks for, 0 for none.
func (s *Simulation) pause() time.Duration {
	provider := s.Provider()
	if phase := provider.Phase(); phase != idp.PhaseActive && phase != idp.PhaseQuarantine {
		return 0
	}
	if own := provider.Interval(); own > 0 {
		return own
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trouble != "" || s.last != nil && s.last.Failed() {
		return retryAfter
	}
	return 0
}

// cycle runs one cycle, unless a story runs its own.
func (s *Simulation) cycle(ctx context.Context) {
	if s.Playing() || s.take(ctx) != nil {
		return
	}
	defer s.release()
	report, err := s.Provider().Sync(ctx)
	if errors.Is(err, idp.ErrNotActive) {
		return
	}
	s.touch(func() {
		s.last, s.trouble, s.status, s.progress = &report, "", 0, Progress{}
		if err != nil && ctx.Err() == nil {
			s.trouble, s.status = err.Error(), idp.StatusOf(err)
		}
	})
}

// Do takes a step of a scenario, once the cycle that runs has ended.
func (s *Simulation) Do(ctx context.Context, step *scenario.Step) (*scenario.StepReport, error) {
	var report *scenario.StepReport
	err := s.exclusively(ctx, func(ctx context.Context) error {
		report = s.session.Do(ctx, step)
		s.touch(func() { s.progress = Progress{} })
		return ctx.Err()
	})
	return report, err
}

// exclusively does something beside which no story, step or cycle runs. It ends with the
// simulation, which is gone then.
func (s *Simulation) exclusively(ctx context.Context, do func(context.Context) error) error {
	if s.Playing() {
		return ErrPlaying
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.life, func() { cancel(fmt.Errorf("%w: %d", ErrNotFound, s.ID)) })()
	if err := s.take(ctx); err != nil {
		return context.Cause(ctx)
	}
	defer s.release()
	err := do(ctx)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// take gives the turn, which is given back by release, unless ctx ends before.
func (s *Simulation) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if ctx.Err() != nil {
		s.release()
	}
	return ctx.Err()
}

func (s *Simulation) release() { <-s.turn }
