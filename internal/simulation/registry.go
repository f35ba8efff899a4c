// Package simulation owns the simulated identity providers that run in the server's
// own process, for the pages and the admin API: how many there are, whose they are, when
// they synchronize by themselves, and what is kept of them to be shown. What an identity
// provider does is package idp's, what a story is scenario's. All of it is in memory and
// ends with the process.
package simulation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
	"github.com/cinode-scim/cinode-scim/internal/self"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Most is how many simulations a tenant may have at a time, and MostInAll the server.
const (
	Most      = 10
	MostInAll = 200
)

// Errors to be compared with errors.Is.
var (
	ErrNotFound = errors.New("there is no such simulation")
	ErrFull     = errors.New("there are too many simulations")
	ErrPlaying  = errors.New("a story is being played; wait until it ends, or stop it")
	ErrIdle     = errors.New("no story is being played")
)

// Tokens are the use cases of tokens that simulations of this server need.
type Tokens interface {
	CreateToken(ctx context.Context, by store.By, in admin.TokenInput) (cinode.Token, string, error)
	RevokeToken(ctx context.Context, by store.By, tenant int64, name string) (cinode.Token, error)
	Tenant(ctx context.Context, id int64) (cinode.Tenant, error)
	TimeOf(t cinode.Tenant) admin.Time
}

// Options are what a Registry is made of.
type Options struct {
	Tokens   Tokens
	AdminKey string // with which stories call the admin API of this server
	Clock    clock.Clock
	Logger   *slog.Logger
	Self     *self.Way
	Allow    []netip.Prefix // see scimclient.Options
}

// Registry has the simulations of this process. It is safe for concurrent use.
type Registry struct {
	options Options

	mu    sync.Mutex // guards what follows
	list  []*Simulation
	last  int64
	ended bool

	ending sync.WaitGroup // those that were forgotten
}

// New makes a Registry without simulations.
func New(o Options) *Registry { return &Registry{options: o} }

// Home is the SCIM base URL of a tenant of this server, as this process reaches it.
func (r *Registry) Home(tenant int64) string { return r.options.Self.Base(tenant) }

// Create makes a simulation, and begins its story if it has one.
func (r *Registry) Create(ctx context.Context, by store.By, tenant int64, spec Spec) (*Simulation, error) {
	s, err := newSimulation(ctx, r, tenant, spec)
	if err != nil {
		return nil, err
	}
	err = s.open(ctx, by)
	if err == nil {
		err = r.add(s)
	}
	if err != nil {
		return nil, errors.Join(err, s.close(ctx, by))
	}
	// A tenant that was deleted meanwhile was forgotten before this one was there.
	if _, err := r.options.Tokens.Tenant(context.WithoutCancel(ctx), tenant); err != nil {
		if r.take(tenant, s.ID) != nil {
			err = errors.Join(err, s.close(ctx, by))
		}
		return nil, err
	}
	return s, nil
}

// add gives a simulation its number and its place, if there is one, and starts it before
// anybody else can find it.
func (r *Registry) add(s *Simulation) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	own := 0
	for _, other := range r.list {
		if other.Tenant == s.Tenant {
			own++
		}
	}
	switch {
	case r.ended:
		return errors.New("the server is shutting down")
	case own >= Most || len(r.list) >= MostInAll:
		return fmt.Errorf("%w: a tenant may have %d, the server %d; delete one", ErrFull, Most, MostInAll)
	}
	r.last++
	s.ID = r.last
	r.list = append(r.list, s)
	s.start()
	return nil
}

// List gives the simulations of a tenant, the oldest first.
func (r *Registry) List(tenant int64) []*Simulation {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*Simulation
	for _, s := range r.list {
		if s.Tenant == tenant {
			list = append(list, s)
		}
	}
	return list
}

// Get finds a simulation of a tenant.
func (r *Registry) Get(tenant, id int64) (*Simulation, error) {
	for _, s := range r.List(tenant) {
		if s.ID == id {
			return s, nil
		}
	}
	return nil, fmt.Errorf("%w: %d", ErrNotFound, id)
}

// Delete ends a simulation and revokes its token. What it has provisioned stays.
func (r *Registry) Delete(ctx context.Context, by store.By, tenant, id int64) error {
	s := r.take(tenant, id)
	if s == nil {
		return fmt.Errorf("%w: %d", ErrNotFound, id)
	}
	return s.close(ctx, by)
}

// take takes a simulation out of the list, for one who closes it; nil if it is not there.
func (r *Registry) take(tenant, id int64) *Simulation {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.list, func(s *Simulation) bool { return s.Tenant == tenant && s.ID == id })
	if i < 0 {
		return nil
	}
	s := r.list[i]
	r.list = slices.Delete(r.list, i, i+1)
	return s
}

// Forget ends the simulations of a tenant that is gone, with its tokens. It does not wait
// for them; Run does.
func (r *Registry) Forget(tenant int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = slices.DeleteFunc(r.list, func(s *Simulation) bool {
		if s.Tenant == tenant {
			r.ending.Go(func() { r.end(s) })
		}
		return s.Tenant == tenant
	})
}

// end closes a simulation for which nobody asked.
func (r *Registry) end(s *Simulation) {
	if err := s.close(s.life, store.By{Actor: "server"}); err != nil {
		r.options.Logger.WarnContext(s.life, "the token of a simulation was not revoked", "tenant", s.Tenant, "error", err)
	}
}

// Run waits until ctx ends, and ends all simulations then.
func (r *Registry) Run(ctx context.Context) {
	<-ctx.Done()
	r.mu.Lock()
	list := r.list
	r.list, r.ended = nil, true
	r.mu.Unlock()
	for _, s := range list {
		r.end(s)
	}
	r.ending.Wait()
}

// tokenLife bounds what a token of a process that was killed is good for.
const tokenLife = 7 * 24 * time.Hour

// makeToken makes a token of this server, whose name says who has it and since when. An
// end of ctx does not keep it from telling what it has made.
func (r *Registry) makeToken(ctx context.Context, by store.By, tenant int64, kind idp.Kind) (name, secret string, err error) {
	ctx = context.WithoutCancel(ctx)
	t, err := r.options.Tokens.Tenant(ctx, tenant)
	if err != nil {
		return "", "", err
	}
	now := r.options.Tokens.TimeOf(t).Now
	first := fmt.Sprintf("play-%s-%s", kind, now.UTC().Format("20060102-150405"))
	in := admin.TokenInput{Tenant: tenant, Name: first, Expires: now.Add(tokenLife)}
	for i := 2; ; i++ {
		_, secret, err := r.options.Tokens.CreateToken(ctx, by, in)
		var taken *admin.ConflictError
		switch {
		case err == nil:
			return in.Name, secret, nil
		case i > MostInAll || !errors.As(err, &taken) || !taken.Taken:
			return "", "", err
		}
		in.Name = first + "-" + strconv.Itoa(i)
	}
}

// client is how simulations reach servers.
func (r *Registry) client() scimclient.Options {
	return scimclient.Options{Allow: r.options.Allow, Wrap: r.options.Self.Wrap}
}
