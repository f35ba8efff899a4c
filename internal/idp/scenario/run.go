package scenario

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// ErrUnreachable is of a target that answered nothing at all.
var ErrUnreachable = errors.New("the target cannot be reached")

// Target is the server that a story is played against. The admin API is that of this
// project's server, and may be left out.
type Target struct {
	BaseURL  string
	Token    string
	AdminURL string // scheme and host
	AdminKey string
	Tenant   int64 // of that server, 0 for the one that the base URL names or the only one
}

// Options say how a story is played.
type Options struct {
	Provider idp.Options // its callbacks are called beside the player's own
	NoGroups bool        // groups are not managed, whatever the story says
	Users    int         // of generate, as the story has it if 0
	Groups   int         // of generate, likewise
	Select   []string    // of import, as the story has it if empty
	// Patience is how often an activation and a cycle are tried where the story does
	// not say it, for targets that fail on purpose. Above 1, events and requests are
	// not counted, since nobody knows how many it takes.
	Patience int
	Keep     int // how many exchanges the report keeps, the newest ones

	OnProvider func(*idp.Provider) // once it is made, and again when it was killed
	OnStep     func(*StepReport)   // once when it begins, and once when it has ended
}

// player plays one story.
type player struct {
	scenario *Scenario
	target   Target
	options  Options
	settings idp.Options
	reads    *scimclient.Client // for expectations
	admin    *admin             // nil if the target has none
	breaker  *breaker
	clock    clock.Clock
	started  time.Time
	token    string
	password string   // of the users that requests make, where these do not tell it
	made     []string // names of the tokens that the story made and did not revoke
	folder   string   // for a state file that is needed and was not given
	saved    map[string]string
	resumed  bool // an earlier run has begun the story

	mu      sync.Mutex // guards what follows
	idp     *idp.Provider
	step    *Step
	current *StepReport
	report  *Report
	events  []idp.Event // of the story, the newest maxEvents
	sent    map[sent]int
	now     map[sent]int // those of the step
	since   int          // where the events of the step begin
	dropped int          // events that were let go of
	watch   func()       // called for each exchange
	broken  bool         // by the story itself

	forbidden error // of an address that is not called
}

// sent is a kind of request.
type sent struct {
	method, path string
	status       int
}

// maxEvents is how many events a story keeps to compare expectations with.
const maxEvents = 50_000

// Run plays a story. A story that fails is in its report; the error is of one that could
// not be played to its end: *idp.InputError and *idp.StateError of what was given,
// ErrUnreachable, and that of ctx, after which the state file can be resumed from.
func Run(ctx context.Context, s *Scenario, t Target, o Options) (*Report, error) {
	session, err := Open(ctx, s, t, o)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	return session.Play(ctx)
}

// prepare makes the provider and the clients.
func (p *player) prepare(ctx context.Context) error {
	if !p.scenario.For(p.options.Provider.Kind) {
		return &idp.InputError{Field: "scenario", Message: fmt.Sprintf("%s is for %s, not for %s", p.scenario.Name, join(p.scenario.Providers), p.options.Provider.Kind)}
	}
	var err error
	if p.reads, err = p.reader(); err != nil {
		return err
	}
	if p.target.AdminURL != "" {
		if p.admin, err = newAdmin(ctx, p.target, p.options.Provider.Client); err != nil {
			return err
		}
	}
	p.settings = p.with(p.options.Provider)
	if p.settings.StateFile == "" && p.scenario.has("kill") {
		if p.folder, err = os.MkdirTemp("", "cinode-scim-simulate-"); err != nil {
			return fmt.Errorf("make a folder for the state: %w", err)
		}
		p.settings.StateFile = filepath.Join(p.folder, "state.json")
	}
	return p.provide()
}

// reader is a client that looks at what expectations are about.
func (p *player) reader() (*scimclient.Client, error) {
	o := p.options.Provider.Client
	o.Token, o.Retries, o.UserAgent, o.BodyLimit = p.token, 3, "cinode-scim-simulate", 16<<20
	client, err := scimclient.New(p.target.BaseURL, o)
	if err != nil {
		return nil, &idp.InputError{Field: "base URL", Message: "is wrong: " + err.Error()}
	}
	return client, nil
}

// has says whether a step does something.
func (s *Scenario) has(what string) bool {
	for _, step := range s.Steps {
		if step.what == what {
			return true
		}
	}
	return false
}

// with completes options by those of the story, and listens to the provider.
func (p *player) with(o idp.Options) idp.Options {
	s := p.scenario.Options
	for _, text := range []struct {
		to   *string
		from string
	}{{&o.Dialect, s.Dialect}, {&o.JobTitle, s.JobTitleAs}, {&o.TestUser, s.TestUser}, {&o.MatchBy, s.MatchBy}, {&o.OktaStyle, s.OktaStyle}} {
		if *text.to == "" {
			*text.to = text.from
		}
	}
	o.AADOptIn = o.AADOptIn || s.AADOptIn
	if o.Concurrency == 0 {
		o.Concurrency = s.Concurrency
	}
	inner := o.Client.Wrap
	o.Client.Wrap = func(way http.RoundTripper) http.RoundTripper {
		if inner != nil {
			way = inner(way)
		}
		return p.breaker.wrap(way)
	}
	o.OnEvent, o.OnExchange = p.onEvent(o.OnEvent), p.onExchange(o.OnExchange)
	return o
}

// provide makes a provider from the state, if there is any.
func (p *player) provide() error {
	provider, err := idp.New(p.settings)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.idp = provider
	p.mu.Unlock()
	if provider.Connection().BaseURL != "" {
		if err := provider.Resume(p.token); err != nil {
			return err
		}
	}
	if p.options.OnProvider != nil {
		p.options.OnProvider(provider)
	}
	return nil
}

func (p *player) provider() *idp.Provider {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.idp
}

func (p *player) close() {
	p.provider().Close()
	p.reads.Close()
	if p.admin != nil {
		p.admin.close()
	}
	if p.folder != "" {
		_ = os.RemoveAll(p.folder)
	}
}

// play takes the steps, from where an earlier run was stopped.
func (p *player) play(ctx context.Context) error {
	story, done := p.provider().Marked()
	switch {
	case story == "":
		if err := p.fill(); err != nil {
			return err
		}
	case story != p.scenario.Name:
		return &idp.InputError{Field: "state file", Message: fmt.Sprintf("%s is of the scenario %s, not of %s; name another file", p.settings.StateFile, story, p.scenario.Name)}
	case done >= len(p.scenario.Steps):
		return &idp.InputError{Field: "state file", Message: fmt.Sprintf("%s is of this scenario at its end; remove it to play it again", p.settings.StateFile)}
	default:
		p.report.Resumed, p.resumed = done, true
	}
	p.report.Total = p.scenario.Length(p.options.Provider.Kind)
	for i, step := range p.scenario.Steps {
		if i < done || !takes(step.Only, p.options.Provider.Kind) {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		goOn := p.take(ctx, i, step)
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), p.leave(i, step, goOn))
		}
		if !goOn { // who resumes begins with this step again
			break
		}
		if err := p.provider().Mark(p.scenario.Name, i+1); err != nil {
			return err
		}
	}
	// What the story has broken must not stay so for whoever comes next.
	if err := (&recovery{}).run(context.WithoutCancel(ctx), p); err != nil {
		return err
	}
	return nil
}

// leave notes a step whose action had ended when the story was stopped: taken again, it
// would find somebody hired already. A cycle is taken again, for what it expects.
func (p *player) leave(i int, step *Step, done bool) error {
	if _, again := step.action.(*cycle); !done || again || step.action == nil {
		return nil
	}
	return p.provider().Mark(p.scenario.Name, i+1)
}

// again is true of the step at which an earlier run was stopped: some of it may be done.
func (p *player) again() bool { return p.resumed && len(p.report.Steps) == 1 }

// fill puts the story's directory into the provider.
func (p *player) fill() error {
	for _, u := range p.scenario.Directory.Users {
		if _, err := p.provider().AddUser(u); err != nil {
			return err
		}
	}
	for _, g := range p.scenario.Directory.Groups {
		if _, err := p.provider().AddGroup(g); err != nil {
			return err
		}
	}
	return p.provider().Mark(p.scenario.Name, 0)
}
