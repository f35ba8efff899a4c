package simulation

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
)

// Spec says what a simulation is made of. The zero value of all but Kind is what most
// people want.
type Spec struct {
	Kind idp.Kind

	BaseURL string // of another server; empty for the tenant itself
	Token   string // of another server; for the tenant itself one is made

	Dialect   string // see idp.Options
	JobTitle  string
	MatchBy   string
	AADOptIn  bool
	OktaStyle string
	Shorten   float64 // 0 for usualShorten

	Story  string        // name of a built-in story that is played at once; empty for none
	Users  int           // of its bulk steps, 0 as it has them
	Groups int           // likewise
	Pace   time.Duration // between its steps, for people who watch
}

// Limits of what a Spec can ask for.
const (
	MostUsers     = 2000
	MostGroups    = 200
	MostShortened = 1e6 // beyond it a cycle begins as the one before it ends
	LongestGap    = time.Minute
)

// usualShorten divides the waits of a provider: 40 minutes between the cycles of
// Entra ID are 40 seconds.
const usualShorten = 60

// check gives an *idp.InputError for what cannot be played.
func (s Spec) check() error {
	wrong := func(field, format string, args ...any) error {
		return &idp.InputError{Field: field, Message: fmt.Sprintf(format, args...)}
	}
	switch {
	case !slices.Contains(idp.Kinds(), s.Kind):
		return wrong("kind", "is %q; choose jumpcloud, entra or okta", s.Kind)
	case s.BaseURL != "" && s.Token == "":
		return wrong("token", "is missing; give the one of %s", s.BaseURL)
	case s.BaseURL == "" && s.Token != "":
		return wrong("token", "is of no server; leave it out, or say of which by the base URL")
	case s.Users < 0 || s.Users > MostUsers:
		return wrong("users", "must be from 1 to %d", MostUsers)
	case s.Groups < 0 || s.Groups > MostGroups:
		return wrong("groups", "must be from 1 to %d", MostGroups)
	case s.Shorten < 0 || s.Shorten > MostShortened:
		return wrong("shorten", "must be from 1 to %.0f", MostShortened)
	case s.Pace < 0 || s.Pace > LongestGap:
		return wrong("pace", "must be from 0 to %s", LongestGap)
	case s.Story == "" && (s.Users > 0 || s.Groups > 0 || s.Pace > 0):
		return wrong("story", "is missing; users, groups and pace are of one")
	}
	return nil
}

// findStory finds the built-in story, nil for none. Its people and groups have a suffix
// of the moment, so that it can be told again beside what earlier ones left.
func (s *Simulation) findStory() (*scenario.Scenario, error) {
	if s.spec.Story == "" {
		return nil, nil //nolint:nilnil // scenario.Open takes no story as nil
	}
	moment := strconv.FormatInt(s.registry.options.Clock.Now().Unix(), 36)
	story, err := scenario.Find(s.spec.Story, "-"+moment[len(moment)-4:])
	if err != nil {
		return nil, &idp.InputError{Field: "story", Message: "is not known: " + err.Error()}
	}
	if !story.For(s.spec.Kind) {
		return nil, &idp.InputError{Field: "story", Message: fmt.Sprintf("%s is not for %s", s.spec.Story, scenario.Title(s.spec.Kind))}
	}
	return story, nil
}
