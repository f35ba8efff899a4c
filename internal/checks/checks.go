// Package checks owns the runs of the judge that pages start: one at a time for each
// tenant, the last ones kept in memory to be read and compared. What is judged and how
// is package conformance's, how it is shown the pages'.
//
// A run against this server has tokens of its own, which it revokes at its end. The
// token of another server is known to the run's client alone and gone with it.
package checks

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/conformance"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
	"github.com/cinode-scim/cinode-scim/internal/self"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Bounds of a Registry.
const (
	mostKept    = 8  // of a tenant
	mostInAll   = 40 // of all tenants
	mostRunning = 4
	tokenAge    = 2 * time.Hour // should a run end without revoking its tokens
)

// Options are what a Registry is made of.
type Options struct {
	Clock  clock.Clock
	Logger *slog.Logger
	Self   *self.Way
	Allow  []netip.Prefix // addresses that are called although scimclient.Guard forbids them
}

// Registry holds the runs. It is safe for concurrent use.
type Registry struct {
	Options
	wait sync.WaitGroup

	mu     sync.Mutex
	runs   []*Run // in the order of their start
	closed bool
}

// New makes a Registry.
func New(o Options) *Registry { return &Registry{Options: o} }

// Spec says what to judge.
type Spec struct {
	Tenant   int64
	By       store.By
	Admin    *admin.Service // makes the tokens for a run against this server
	Profile  string
	Only     []string // rows and areas, none for all
	BaseURL  string   // of another server, empty for the tenant itself
	Token    string   // of the other server
	Insecure bool     // accepts any certificate of the other server
}

// Start begins a run, which goes on when ctx ends. The error is an
// *admin.InvalidError, with pointers to profile, only and baseUrl, or an
// *admin.ConflictError.
func (g *Registry) Start(ctx context.Context, s Spec) (*Run, error) {
	options := conformance.Options{Profile: s.Profile, Only: s.Only}
	if err := checkSpec(s, options); err != nil {
		return nil, err
	}
	id := strings.ToLower(rand.Text()[:10])
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	r := &Run{
		ID: id, Tenant: s.Tenant, Own: s.BaseURL == "", Target: strings.TrimRight(s.BaseURL, "/"), Profile: s.Profile, Only: s.Only,
		Started: g.Clock.Now(), stop: stop, state: Running, total: len(options.Rows()), changed: make(chan struct{}),
	}
	if r.Own {
		r.Target = g.Self.Base(s.Tenant)
		r.Tokens = []string{"check-" + id, "check-" + id + "-read"}
	}
	if err := g.admit(r); err != nil {
		stop()
		return nil, err
	}
	job, err := g.prepare(ctx, r, s, options)
	if err != nil {
		g.withdraw(r)
		g.wait.Done()
		stop()
		return nil, err
	}
	go func() {
		defer g.wait.Done()
		defer stop()
		job.carryOut(ctx)
	}()
	return r, nil
}

func checkSpec(s Spec, o conformance.Options) error {
	wrong := func(pointer string, err error) error {
		return &admin.InvalidError{Violations: []admin.Violation{{Pointer: pointer, Detail: err.Error()}}}
	}
	if err := (conformance.Options{Profile: s.Profile}).Check(); err != nil {
		return wrong("/profile", err)
	}
	if err := o.Check(); err != nil {
		return wrong("/only", err)
	}
	if s.BaseURL == "" {
		return nil
	}
	client, err := scimclient.New(s.BaseURL, scimclient.Options{})
	if err != nil {
		return wrong("/baseUrl", err)
	}
	client.Close()
	return nil
}

// admit takes a run in, and drops the oldest that have ended.
func (g *Registry) admit(r *Run) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	running := 0
	for _, other := range g.runs {
		if !other.running() {
			continue
		}
		running++
		if other.Tenant == r.Tenant {
			return &admin.ConflictError{Detail: "a run of this tenant is going on already; stop it or wait for its end"}
		}
	}
	switch {
	case g.closed:
		return &admin.ConflictError{Detail: "the server is shutting down"}
	case running >= mostRunning:
		return &admin.ConflictError{Detail: "runs of " + strconv.Itoa(mostRunning) + " tenants are going on; wait for one to end"}
	case r.Own && g.Self.Origin() == "":
		return &admin.ConflictError{Detail: "the server does not listen yet"}
	}
	g.runs = append(g.runs, r)
	g.drop(mostKept, func(other *Run) bool { return other.Tenant == r.Tenant })
	g.drop(mostInAll, func(*Run) bool { return true })
	g.wait.Add(1)
	return nil
}

// drop forgets the oldest of some runs beyond a number, but none that goes on. The
// caller holds the lock.
func (g *Registry) drop(most int, of func(*Run) bool) {
	n := 0
	for _, r := range g.runs {
		if of(r) {
			n++
		}
	}
	g.runs = slices.DeleteFunc(g.runs, func(r *Run) bool {
		if n <= most || !of(r) || r.running() {
			return false
		}
		n--
		return true
	})
}

// Forget stops the runs of a tenant that is gone, and forgets them. It does not wait for
// them.
func (g *Registry) Forget(tenant int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.runs = slices.DeleteFunc(g.runs, func(r *Run) bool {
		if r.Tenant == tenant {
			r.Stop()
		}
		return r.Tenant == tenant
	})
}

func (g *Registry) withdraw(r *Run) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.runs = slices.DeleteFunc(g.runs, func(other *Run) bool { return other == r })
}

// prepare makes the clients of a run, and the tokens if it is against this server.
func (g *Registry) prepare(ctx context.Context, r *Run, s Spec, o conformance.Options) (*job, error) {
	j := &job{run: r, spec: s, options: o, logger: g.Logger}
	var err error
	if !r.Own {
		j.client, err = scimclient.New(r.Target, scimclient.Options{
			Token: s.Token, Insecure: s.Insecure, Allow: g.Allow, Retries: retries, UserAgent: userAgent,
		})
		return j, err
	}
	tenant, err := s.Admin.Tenant(ctx, s.Tenant)
	if err != nil {
		return nil, err
	}
	in := admin.TokenInput{Tenant: s.Tenant, Expires: s.Admin.TimeOf(tenant).Now.Add(tokenAge)}
	if now := g.Clock.Now(); in.Expires.Before(now) { // tokens go by the clock of the tenant, and are made by that of the machine
		in.Expires = now.Add(tokenAge)
	}
	client := func(variable string) (*scimclient.Client, error) {
		t, secret, err := s.Admin.CreateToken(ctx, s.By, in)
		if err != nil {
			return nil, err
		}
		j.made = append(j.made, t.Name)
		return scimclient.New(r.Target, scimclient.Options{
			Token: secret, TokenName: variable, Retries: retries, UserAgent: userAgent, Wrap: g.Self.Wrap,
		})
	}
	in.Name = r.Tokens[0]
	if j.client, err = client("TOKEN"); err == nil {
		in.Name, in.Scopes = r.Tokens[1], []string{string(cinode.ScopeUsersRead), string(cinode.ScopeGroupsRead)}
		j.options.Reader, err = client("READ_TOKEN")
	}
	if err != nil {
		j.revoke(ctx)
	}
	return j, err
}

// Runs gives those of a tenant, the newest first.
func (g *Registry) Runs(tenant int64) []*Run {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []*Run
	for _, r := range slices.Backward(g.runs) {
		if r.Tenant == tenant {
			list = append(list, r)
		}
	}
	return list
}

// Run finds one of a tenant; the error is an *admin.MissingError.
func (g *Registry) Run(tenant int64, id string) (*Run, error) {
	for _, r := range g.Runs(tenant) {
		if r.ID == id {
			return r, nil
		}
	}
	return nil, &admin.MissingError{Detail: fmt.Sprintf("there is no run %q any more; the last %d of a tenant are kept while the server runs", id, mostKept)}
}

// Close stops all runs, and waits until they have cleaned up or ctx ends.
func (g *Registry) Close(ctx context.Context) {
	g.mu.Lock()
	g.closed = true
	for _, r := range g.runs {
		r.Stop()
	}
	g.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.wait.Wait()
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
