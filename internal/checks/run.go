package checks

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/conformance"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// State says how far a run is.
type State string

// The states. A run that failed could not judge its target at all.
const (
	Running  State = "running"
	Stopping State = "stopping"
	Done     State = "done"
	Stopped  State = "stopped"
	Failed   State = "failed"
)

const (
	retries   = 3
	userAgent = "cinode-scim-check"
	// Of the bodies of a run this much is kept as it was; of those after it their
	// beginning.
	wholeBodies = 16 << 20
	cutBody     = 2 << 10
)

// Run is one run of the judge. Its exported fields do not change.
type Run struct {
	ID      string
	Tenant  int64
	Own     bool // it is against this server
	Target  string
	Profile string
	Only    []string
	Started time.Time
	Tokens  []string // names of those that were made for it

	stop context.CancelFunc

	mu      sync.Mutex
	state   State
	results []conformance.Result // in the order of their end
	total   int
	bodies  int
	report  *conformance.Report
	problem string
	revoked bool
	changed chan struct{} // closed and made anew with each change
}

// View is what a run has come to at a moment.
type View struct {
	State   State
	Results []conformance.Result // in the order of their end, and of the checklist in the end
	Total   int
	Report  *conformance.Report // nil until the end
	Problem string              // why a run failed
	Revoked bool                // the tokens that were made for it open nothing any more
}

// Ended reports whether nothing more comes.
func (v View) Ended() bool { return v.State != Running && v.State != Stopping }

// View gives what there is now. Nobody may change it.
func (r *Run) View() View {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.view()
}

func (r *Run) view() View {
	v := View{State: r.state, Results: r.results[:len(r.results):len(r.results)], Total: r.total, Report: r.report, Problem: r.problem, Revoked: r.revoked}
	if r.report != nil {
		v.Results = r.report.Results
	}
	return v
}

// Await waits until there are more results than were seen, the run has ended, or the
// time is over.
func (r *Run) Await(ctx context.Context, seen int, patience time.Duration) View {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		r.mu.Lock()
		v, changed := r.view(), r.changed
		r.mu.Unlock()
		if len(v.Results) > seen || v.Ended() {
			return v
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return v
		}
	}
}

// Stop ends a run after the checks that are going on, which still clean up.
func (r *Run) Stop() {
	r.change(func() {
		if r.state == Running {
			r.state = Stopping
		}
	})
	r.stop()
}

func (r *Run) running() bool { return !r.View().Ended() }

func (r *Run) change(what func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	what()
	close(r.changed)
	r.changed = make(chan struct{})
}

// keep takes a result in.
func (r *Run) keep(result conformance.Result) {
	r.change(func() { r.results = append(r.results, r.bound(result)) })
}

// bound cuts the bodies of a result once there are many.
func (r *Run) bound(result conformance.Result) conformance.Result {
	exchanges := make([]*scimclient.Exchange, len(result.Exchanges))
	for i, e := range result.Exchanges {
		if r.bodies += len(e.Body) + len(e.RequestBody); r.bodies > wholeBodies {
			short := *e
			short.Body, short.RequestBody, short.Truncated = shorten(e.Body), shorten(e.RequestBody), true
			e = &short
		}
		exchanges[i] = e
	}
	result.Exchanges = exchanges
	return result
}

func shorten(text string) string {
	if len(text) <= cutBody {
		return text
	}
	return strings.Clone(text[:cutBody])
}

// finish notes what came of the run.
func (r *Run) finish(report *conformance.Report, err error) {
	r.change(func() {
		switch {
		case report == nil:
			r.state, r.problem = Failed, err.Error()
			return
		case err != nil:
			r.state = Stopped
		default:
			r.state = Done
		}
		kept := map[string]conformance.Result{}
		for _, result := range r.results {
			kept[result.Row.ID] = result
		}
		for i, result := range report.Results {
			if k, ok := kept[result.Row.ID]; ok {
				report.Results[i] = k
			}
		}
		r.report = report
	})
}

// job carries a run out.
type job struct {
	run     *Run
	spec    Spec
	options conformance.Options
	client  *scimclient.Client
	made    []string // tokens
	logger  *slog.Logger
}

func (j *job) carryOut(ctx context.Context) {
	j.options.Finished = j.run.keep
	report, err := conformance.Run(ctx, j.client, j.options)
	j.client.Close()
	if j.options.Reader != nil {
		j.options.Reader.Close()
	}
	if j.run.Own && report != nil {
		j.purge(ctx, report.Prefix)
	}
	j.revoke(ctx)
	if report == nil && ctx.Err() != nil { // it was stopped before it knew the target
		report = &conformance.Report{Target: j.run.Target, Profile: j.run.Profile, Started: j.run.Started}
	}
	j.run.finish(report, err)
}

// revokeTime is how long the tokens of a run may take to be revoked.
const revokeTime = 20 * time.Second

func (j *job) revoke(ctx context.Context) {
	if len(j.made) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeTime)
	defer cancel()
	revoked := true
	for _, name := range j.made {
		if _, err := j.spec.Admin.RevokeToken(ctx, j.spec.By, j.spec.Tenant, name); err != nil {
			revoked = false
			j.logger.WarnContext(ctx, "the token of a check was not revoked", "token", name, "tenant_id", j.spec.Tenant, "error", err)
		}
	}
	j.run.change(func() { j.run.revoked = revoked })
}

// purgeTime is how long it may take to remove what SCIM could not.
const purgeTime = 2 * time.Minute

// purge removes the users that the judge has deleted for good: Cinode keeps them,
// disconnected, and nobody wants hundreds of them. It keeps the Teams of groups too.
func (j *job) purge(ctx context.Context, prefix string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), purgeTime)
	defer cancel()
	users := sweep(prefix, func(part admin.Slice) (admin.Page[store.Person], error) {
		return j.spec.Admin.Users(ctx, j.spec.Tenant, part, "")
	}, func(u store.Person) (int64, error) {
		if !strings.Contains(scim.FoldUserName(u.UserName), prefix) && !strings.Contains(scim.Fold(u.DisplayName), prefix) {
			return u.ID, nil
		}
		return u.ID, j.spec.Admin.DeleteUser(ctx, j.spec.By, j.spec.Tenant, u.ID)
	})
	teams := sweep(prefix, func(part admin.Slice) (admin.Page[cinode.Unit], error) {
		return j.spec.Admin.Units(ctx, j.spec.Tenant, cinode.KindTeam, part)
	}, func(u cinode.Unit) (int64, error) {
		if !strings.Contains(scim.Fold(u.Name), prefix) {
			return u.ID, nil
		}
		return u.ID, j.spec.Admin.DeleteUnit(ctx, j.spec.By, j.spec.Tenant, cinode.KindTeam, u.ID)
	})
	if err := errors.Join(users, teams); err != nil {
		j.logger.WarnContext(ctx, "users or Teams of a check were left behind", "tenant_id", j.spec.Tenant, "prefix", prefix, "error", err)
	}
}

// sweep goes through all that a list has of the name; remove tells the id of each.
func sweep[T any](name string, list func(admin.Slice) (admin.Page[T], error), remove func(T) (id int64, err error)) error {
	for part := (admin.Slice{Limit: 200, Name: name}); ; {
		page, err := list(part)
		if err != nil {
			return err
		}
		for _, one := range page.Items {
			if part.After, err = remove(one); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
	}
}
