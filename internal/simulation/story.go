package simulation

import (
	"context"
	"slices"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
)

// Story is a built-in story as it is being played, or as it was.
type Story struct {
	Name        string                `json:"name"`
	Description string                `json:"description"`
	Total       int                   `json:"total"` // steps
	Steps       []scenario.StepReport `json:"steps"` // those that have begun; the last may be running
	Playing     bool                  `json:"playing"`
	Failed      bool                  `json:"failed"`
	Stopped     bool                  `json:"stopped,omitzero"`
	Trouble     string                `json:"trouble,omitzero"` // why it could not be played to its end
	Plan        []Planned             `json:"-"`                // all of its steps
}

// Planned is a step of a story with what is expected after it, in plain words.
type Planned struct {
	Number   int
	Title    string
	Expected []string
}

// plan lists the steps that a provider takes.
func plan(story *scenario.Scenario, kind idp.Kind) []Planned {
	list := make([]Planned, 0, len(story.Steps))
	for i, step := range story.Steps {
		if len(step.Only) == 0 || slices.Contains(step.Only, kind) {
			list = append(list, Planned{i + 1, step.Title(), step.Expect.Sentences(kind)})
		}
	}
	return list
}

// storyStep is the number of the step that is being taken, 0 for none. s.mu is held.
func (s *Simulation) storyStep() int {
	if s.story == nil || !s.story.Playing || len(s.story.Steps) == 0 {
		return 0
	}
	return s.story.Steps[len(s.story.Steps)-1].Number
}

// begin plays the story in the background.
func (s *Simulation) begin(life context.Context) {
	ctx, halt := context.WithCancel(life)
	story := s.scenario
	s.touch(func() {
		s.story = &Story{Name: story.Name, Description: story.Description, Total: story.Length(s.Kind), Steps: []scenario.StepReport{}, Playing: true, Plan: plan(story, s.Kind)}
		s.skip, s.halt = make(chan struct{}), halt
	})
	s.turn <- struct{}{} // nobody has it: the simulation is not found yet
	s.work.Go(func() {
		defer s.release()
		defer halt()
		report, err := s.session.Play(ctx)
		s.touch(func() {
			s.story.Playing, s.story.Stopped, s.progress = false, ctx.Err() != nil, Progress{}
			s.story.Failed = err != nil || report.Failed()
			if err != nil && ctx.Err() == nil {
				s.story.Trouble = err.Error()
			}
		})
	})
}

// onStep keeps a step as it begins and as it has ended, and gives people time to look
// at it before the next one.
func (s *Simulation) onStep(r *scenario.StepReport) {
	if !s.Playing() {
		return
	}
	copied := *r
	copied.Events = slices.Clone(r.Events)
	var skip <-chan struct{}
	s.touch(func() {
		if n := len(s.story.Steps); n > 0 && s.story.Steps[n-1].Number == r.Number {
			s.story.Steps[n-1] = copied
		} else {
			s.story.Steps = append(s.story.Steps, copied)
		}
		skip = s.skip
	})
	if s.spec.Pace == 0 || r.Outcome == scenario.Running {
		return
	}
	select {
	case <-time.After(s.spec.Pace):
	case <-skip:
	case <-s.life.Done(): // it was deleted, or the server ends
	}
}

// Playing says whether a story is being played.
func (s *Simulation) Playing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.story != nil && s.story.Playing
}

// Hurry plays the rest of the story without pauses.
func (s *Simulation) Hurry() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.story == nil || !s.story.Playing {
		return ErrIdle
	}
	select {
	case <-s.skip:
	default:
		close(s.skip)
	}
	return nil
}

// Stop ends the story after the request that is under way. What it has done stays.
func (s *Simulation) Stop() error {
	if err := s.Hurry(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.halt()
	return nil
}
