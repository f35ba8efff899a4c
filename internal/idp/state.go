package idp

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Phase is where an integration stands in its life.
type Phase string

// The phases of an integration.
const (
	PhaseNone       Phase = "none"       // no application was added
	PhaseAdded      Phase = "added"      // the application is there, its integration is not configured
	PhaseConfigured Phase = "configured" // a base URL and a token are known, nothing is sent
	PhaseActive     Phase = "active"
	PhaseQuarantine Phase = "quarantine" // failed too often; attempts are rare
)

// Application is the entry of the target in the identity provider's catalogue of
// applications, as JumpCloud has it (SSO Applications).
type Application struct {
	ID             string `json:"id" yaml:"id"`
	Name           string `json:"name" yaml:"name"` // of the catalogue
	DisplayLabel   string `json:"displayLabel,omitzero" yaml:"displayLabel"`
	Description    string `json:"description,omitzero" yaml:"description"`
	Image          string `json:"image,omitzero" yaml:"image"` // an address or a colour
	ShownInPortal  bool   `json:"shownInPortal" yaml:"shownInPortal"`
	BookmarkURL    string `json:"bookmarkUrl,omitzero" yaml:"bookmarkUrl"`
	BookmarkActive bool   `json:"bookmarkActive" yaml:"-"`
	IDPURL         string `json:"idpUrl,omitzero" yaml:"idpUrl"` // fixed once the application is added
}

// Connection is where an application is provisioned to. The token is never
// written to a state file.
type Connection struct {
	BaseURL string `json:"baseUrl" yaml:"baseUrl"`
	Token   string `json:"-" yaml:"token"`
	Groups  bool   `json:"groups" yaml:"groups"` // whether groups and memberships are managed
}

// userLink is what a provider remembers of a user in the application.
type userLink struct {
	Target string            `json:"target"` // empty where JumpCloud has to look it up
	Active bool              `json:"active"`
	Sent   map[string]string `json:"sent"` // attributes as they were sent last
}

// groupLink is what a provider remembers of a group in the application.
type groupLink struct {
	Target  string          `json:"target"` // empty where JumpCloud has to look it up
	Name    string          `json:"name"`
	Members map[string]bool `json:"members"` // ids of users that were added
}

// state is all that outlives a process.
type state struct {
	Kind        Kind                  `json:"kind"`
	Phase       Phase                 `json:"phase"`
	Application Application           `json:"application"`
	Connection  Connection            `json:"connection"`
	Directory   Directory             `json:"directory"`
	Users       map[string]*userLink  `json:"userLinks"`
	Groups      map[string]*groupLink `json:"groupLinks"`
	Failures    int                   `json:"failures,omitzero"` // cycles in a row that failed
	Since       time.Time             `json:"since,omitzero"`    // of the quarantine
	Cycles      int                   `json:"cycles,omitzero"`   // that were run
	Runs        int                   `json:"runs,omitzero"`     // processes that have used it
	Story       string                `json:"story,omitzero"`    // that is played with it
	Step        int                   `json:"step,omitzero"`     // how many of its steps are done
}

// StateError is of a state file that cannot be used.
type StateError struct {
	Path string
	Err  error
}

func (e *StateError) Error() string {
	return fmt.Sprintf("the state file %s cannot be used: %v; mend it, or remove it to begin anew", e.Path, e.Err)
}

// Unwrap gives the reason.
func (e *StateError) Unwrap() error { return e.Err }

// load reads the state file, if there is one.
func (p *Provider) load() error {
	p.state = state{Kind: p.options.Kind, Phase: PhaseNone, Users: map[string]*userLink{}, Groups: map[string]*groupLink{}}
	p.state.Directory.index()
	path := p.options.StateFile
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, &p.state, json.RejectUnknownMembers(true))
	}
	if err == nil && p.state.Kind != p.options.Kind {
		err = fmt.Errorf("it is of %s, and %s is simulated", p.state.Kind, p.options.Kind)
	}
	if err == nil {
		err = p.state.whole()
	}
	if err != nil {
		return &StateError{Path: path, Err: err}
	}
	p.state.Directory.index()
	p.state.Runs++
	p.random = newRandom(p.options.Seed, uint64(p.state.Runs)) // or a seed would give the same ids again
	return nil
}

// whole says what is missing in a state that somebody has edited.
func (s *state) whole() error {
	missing := s.Users == nil || s.Groups == nil || slices.Contains(s.Directory.Users, nil) || slices.Contains(s.Directory.Groups, nil)
	for _, link := range s.Users {
		missing = missing || link == nil
	}
	for _, link := range s.Groups {
		missing = missing || link == nil || link.Members == nil
	}
	if missing {
		return errors.New("a user, a group or a link in it is null")
	}
	return nil
}

// Mark keeps in the state how many steps of a story are done, for whoever resumes it.
func (p *Provider) Mark(story string, done int) error {
	p.with(func(s *state) { s.Story, s.Step = story, done })
	return p.save(true)
}

// Marked is what Mark has kept; the story is empty if there is none.
func (p *Provider) Marked() (story string, done int) {
	p.with(func(s *state) { story, done = s.Story, s.Step })
	return story, done
}

// saveInterval is how often a running cycle writes the state file. What a kill
// takes from it is found again by lookups, which precede every create.
const saveInterval = time.Second

// save writes the state file, whole or not at all; p.mu must not be held.
// While a cycle runs it may be called for every step: only some calls write.
func (p *Provider) save(force bool) error {
	path := p.options.StateFile
	if path == "" {
		return nil
	}
	p.saving.Lock()
	defer p.saving.Unlock()
	p.mu.Lock()
	now := p.options.Clock.Now()
	if !force && now.Sub(p.saved) < saveInterval {
		p.mu.Unlock()
		return nil
	}
	p.saved = now
	text, err := json.Marshal(&p.state, json.Deterministic(true), jsontext.WithIndent("  "))
	p.mu.Unlock()
	if err == nil {
		err = writeWhole(path, text)
	}
	if err != nil {
		return &StateError{Path: path, Err: err}
	}
	return nil
}

func writeWhole(path string, text []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".state-*")
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}
