package simulation

import (
	"context"
	"net/http"
	"slices"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// keptExchanges is how many requests a simulation keeps; the journal has the others.
const keptExchanges = 500

// touch changes what is guarded, and tells those who wait.
func (s *Simulation) touch(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	s.version++
	close(s.changed)
	s.changed = make(chan struct{})
}

// Await waits until there is a version other than the one last seen, or ctx ends, and
// gives the version that is now.
func (s *Simulation) Await(ctx context.Context, seen int64) int64 {
	for {
		version, changed := s.Changed()
		if version != seen {
			return version
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return version
		}
	}
}

// Changed gives the version that is now, and a channel that is closed when there is
// another, for whoever waits for more than that.
func (s *Simulation) Changed() (version int64, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version, s.changed
}

func (s *Simulation) keep(e *scimclient.Exchange) {
	s.touch(func() {
		s.numbered++
		s.exchanges = append(s.exchanges, Exchange{s.numbered, s.storyStep(), e})
		if over := len(s.exchanges) - keptExchanges; over > keptExchanges/5 {
			s.exchanges = slices.Clone(s.exchanges[over:])
		}
	})
}

func (s *Simulation) onProgress(stage string, done, total int) {
	s.touch(func() { s.progress = Progress{stage, done, total} })
}

// Exchanges are the newest requests after the one of a number, the oldest first.
func (s *Simulation) Exchanges(after int64) []Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, _ := slices.BinarySearchFunc(s.exchanges, after+1, func(e Exchange, n int64) int { return int(e.Number - n) })
	return slices.Clone(s.exchanges[i:])
}

// Events are the newest ones of the provider's log, the oldest first.
func (s *Simulation) Events() []idp.Event { return s.Provider().Events() }

// State is the simulation as it is now.
func (s *Simulation) State() State {
	view := s.Provider().View()
	s.mu.Lock()
	defer s.mu.Unlock()
	state := State{
		ID: s.ID, Kind: s.Kind, Created: s.Created, Target: s.target.BaseURL, Own: s.spec.BaseURL == "", Token: s.token,
		Version: s.version, Provider: view, Last: s.last, Trouble: s.trouble, Refused: s.refused(),
	}
	if s.progress.Total > 0 && s.progress.Done < s.progress.Total {
		progress := s.progress
		state.Progress = &progress
	}
	if s.story != nil {
		story := *s.story
		story.Steps = slices.Clone(story.Steps)
		state.Story = &story
	}
	return state
}

// refused says whether the target has refused the token in the last cycle. s.mu is held.
func (s *Simulation) refused() bool {
	if s.status == http.StatusUnauthorized {
		return true
	}
	return s.last != nil && slices.ContainsFunc(s.last.Failures, func(f idp.Failure) bool { return f.Status == http.StatusUnauthorized })
}

// Stories are the built-in ones that a provider can play.
func Stories(kind idp.Kind) []*scenario.Scenario {
	var list []*scenario.Scenario
	for _, s := range scenario.Builtin("") {
		if s.For(kind) {
			list = append(list, s)
		}
	}
	return list
}
