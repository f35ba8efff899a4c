package idp

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// Kind names an identity provider.
type Kind string

// The identity providers that are simulated.
const (
	JumpCloud Kind = "jumpcloud"
	Entra     Kind = "entra"
	Okta      Kind = "okta"
)

// Kinds are all of them.
func Kinds() []Kind { return []Kind{JumpCloud, Entra, Okta} }

// Options say which identity provider is played, and how. Those of another
// provider's dialect are not looked at.
type Options struct {
	Kind      Kind
	StateFile string // where the state outlives the process; empty keeps it in memory

	Dialect   string // of JumpCloud: DialectCinode (default) or DialectCustom
	JobTitle  string // of JumpCloud's cinode dialect: "title" (default) or "jobTitle"
	TestUser  string // of JumpCloud: address of the connection test's user; a fresh one each time if empty
	MatchBy   string // of Entra: "userName" (default) or "externalId"
	AADOptIn  bool   // of Entra: the dialect of aadOptscim062020
	OktaStyle string // of Okta: "oin" (default) or "aiw"

	Client      scimclient.Options // how the target is reached; token, headers and retries are the engine's
	Concurrency int                // most tasks at a time, the profile's own number if 0
	Shorten     float64            // divides the provider's own waits (back-off, cycles), never a Retry-After; 1 if 0
	Seed        uint64             // of the ids that are made; 0 for random ones
	Clock       clock.Clock        // the machine's if nil

	OnEvent    func(Event)
	OnExchange func(*scimclient.Exchange)
	OnProgress func(stage string, done, total int)
	OnMail     func(name string, message []byte) // takes what is sent to the administrator, see Mail
}

// Provider is one identity provider with its directory and one application. It
// is safe for parallel use; one cycle, test or import runs at a time.
type Provider struct {
	options  Options
	profile  profile
	client   atomic.Pointer[scimclient.Client] // nil until configured
	requests atomic.Int64

	turn   chan struct{} // held by a cycle, a connection test or an import
	saving sync.Mutex

	mu     sync.Mutex // guards what follows
	state  state
	events []Event
	mails  []Mail
	saved  time.Time
	random *rand.Rand
}

// New makes a provider, with the state of Options.StateFile if that exists.
// Errors are *InputError and *StateError.
func New(options Options) (*Provider, error) {
	if options.Clock == nil {
		options.Clock = clock.System{}
	}
	if options.Shorten == 0 {
		options.Shorten = 1
	}
	if options.Shorten < 0 || options.Concurrency < 0 {
		return nil, invalid("options", "have a number below 0; waits are divided by 1 or more, and tasks are counted from 1")
	}
	p := &Provider{options: options, turn: make(chan struct{}, 1), random: newRandom(options.Seed, 0)}
	var err error
	if p.profile, err = newProfile(p); err != nil {
		return nil, err
	}
	return p, p.load()
}

// Close lets go of connections.
func (p *Provider) Close() {
	if client := p.client.Load(); client != nil {
		client.Close()
	}
}

// Kind is which identity provider it is.
func (p *Provider) Kind() Kind { return p.options.Kind }

// Requests is how many requests were sent.
func (p *Provider) Requests() int64 { return p.requests.Load() }

// connect uses a connection from now on; p.mu must not be held.
func (p *Provider) connect(c Connection) error {
	client, err := p.dial(c)
	if err != nil {
		return err
	}
	if old := p.client.Swap(client); old != nil {
		old.Close()
	}
	p.mu.Lock()
	p.state.Connection = c
	p.mu.Unlock()
	return nil
}

// bodyLimit is the longest answer that is read: a group comes with all of its members,
// and ten thousand of them are more than a megabyte.
const bodyLimit = 16 << 20

func (p *Provider) dial(c Connection) (*scimclient.Client, error) {
	if c.Token == "" {
		return nil, invalid("token", "is missing")
	}
	options := p.options.Client
	options.Token, options.Retries = c.Token, 0
	if options.BodyLimit == 0 {
		options.BodyLimit = bodyLimit
	}
	client, err := scimclient.New(c.BaseURL, options)
	if err != nil {
		return nil, invalid("base URL", "is wrong: %v", err)
	}
	return client, nil
}

// Connection is the one in use, without its token.
func (p *Provider) Connection() Connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.state.Connection
	c.Token = ""
	return c
}

// Phase is where the integration stands.
func (p *Provider) Phase() Phase {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.Phase
}

func newRandom(seed, run uint64) *rand.Rand {
	if seed == 0 {
		seed = rand.Uint64() //nolint:gosec // ids of a simulated directory are no secrets
	}
	return rand.New(rand.NewPCG(seed, seed+run)) //nolint:gosec // the same
}
