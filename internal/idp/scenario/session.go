package scenario

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// Session is an identity provider and a target that stay after a story, so that people
// can go on with them by single steps. One story or step is taken at a time.
type Session struct{ player *player }

// Open makes the provider, with the settings of a story that Play will tell. Without a
// story (nil) its directory is empty, and only Do is of use. Errors are as those of Run.
func Open(ctx context.Context, s *Scenario, t Target, o Options) (*Session, error) {
	if s == nil {
		s = &Scenario{}
	}
	p := &player{
		scenario: s, target: t, options: o, token: t.Token, password: "pw-" + rand.Text(), breaker: &breaker{}, clock: o.Provider.Clock, saved: map[string]string{},
		sent: map[sent]int{}, now: map[sent]int{}, step: &Step{}, current: &StepReport{},
	}
	if p.clock == nil {
		p.clock = clock.System{}
	}
	p.started = p.clock.Now()
	p.report = &Report{Scenario: s.Name, Description: s.Description, Provider: o.Provider.Kind, Target: t.BaseURL, Started: p.started.UTC(), Steps: []*StepReport{}}
	if err := p.prepare(ctx); err != nil {
		return nil, err
	}
	return &Session{p}, nil
}

// Provider is the one in use; the step kill replaces it.
func (s *Session) Provider() *idp.Provider { return s.player.provider() }

// Play takes the steps of the story.
func (s *Session) Play(ctx context.Context) (*Report, error) {
	p := s.player
	err := p.play(ctx)
	p.betweenSteps()
	p.report.Duration = p.clock.Now().Sub(p.started)
	p.report.Requests = p.report.answered + p.report.unanswered
	if err == nil && p.report.answered == 0 && p.report.unanswered > 0 {
		err = fmt.Errorf("%w: %s", ErrUnreachable, p.report.firstFault())
		if p.forbidden != nil {
			err = p.forbidden
		}
	}
	return p.report, err
}

// keptSteps is how many steps of Do a report keeps.
const keptSteps = 100

// Do takes a step outside of a story.
func (s *Session) Do(ctx context.Context, step *Step) *StepReport {
	p := s.player
	number := p.report.Total
	p.report.Total++
	p.take(ctx, number, step)
	if over := len(p.report.Steps) - keptSteps; over > 0 {
		p.report.Steps = append([]*StepReport(nil), p.report.Steps[over:]...)
	}
	return p.betweenSteps()
}

// betweenSteps gives the last step; what comes from now on belongs to none.
func (p *player) betweenSteps() *StepReport {
	p.mu.Lock()
	defer p.mu.Unlock()
	done := p.current
	p.current = &StepReport{}
	return done
}

// Tokens are the names of the tokens that steps have made, and that are good still.
func (s *Session) Tokens() []string { return slices.Clone(s.player.made) }

// UseToken has the steps to come use another token, in the place of all before it, which
// were revoked. The provider is told by its own Configure or Reconfigure.
func (s *Session) UseToken(token string) error {
	p := s.player
	p.token, p.made = token, nil
	reads, err := p.reader()
	if err != nil {
		return err
	}
	p.reads.Close()
	p.reads = reads
	return nil
}

// Close lets go of connections and files.
func (s *Session) Close() { s.player.close() }

// ReadStep reads a single step, as it stands in a scenario, in YAML or JSON. What is
// wrong with it is an *Invalid.
func ReadStep(text []byte) (*Step, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil || len(document.Content) == 0 {
		return nil, &Invalid{[]Fault{{1, "it is no step; a step is an object such as {\"sync\": {}}"}}}
	}
	r, step := &reader{}, &Step{}
	step.read(r, document.Content[0], "the step")
	if err := r.err(); err != nil {
		return nil, err
	}
	return step, nil
}
