package conformance

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// ErrUnreachable says that there is nothing to judge.
var ErrUnreachable = errors.New("the target cannot be judged")

const (
	defaultParallel = 8
	checkTime       = 2 * time.Minute
	cleanUpTime     = time.Minute
	keptBody        = 64 << 10 // of each body, once the check is done
)

// Options say what to check and what counts.
type Options struct {
	Profile    string // "rfc" if empty
	Only, Skip []string
	Levels     []Level
	Parallel   int
	Reader     *scimclient.Client    // of the same base URL, with a token that may only read; nil if there is none
	Other      *scimclient.Client    // of another tenant; nil if there is none
	Progress   func(done, total int) // called by one goroutine at a time
	Finished   func(Result)          // called with each result as it comes, by one goroutine at a time, before Progress
}

// Run judges the target of a client. When the context ends it stops, cleans up
// and gives what it has, with the context's error.
func Run(ctx context.Context, client *scimclient.Client, o Options) (*Report, error) {
	if o.Profile == "" {
		o.Profile = "rfc"
	}
	if err := o.Check(); err != nil {
		return nil, err
	}
	p, rows := profiles[o.Profile], o.Rows()
	started := time.Now()
	d := discover(ctx, client)
	if err := reachable(d); err != nil {
		return nil, err
	}
	r := &runner{main: side{client, client, d}, profile: p, prefix: "cf" + strings.ToLower(rand.Text()[:8]), progress: o.Progress, finished: o.Finished, total: len(rows)}
	if err := r.addSides(ctx, o); err != nil {
		return nil, err
	}
	results := r.runAll(ctx, rows, max(o.Parallel, 0))
	for _, s := range r.uncertain {
		r.sweep(ctx, s)
	}
	return &Report{client.Base(), o.Profile, started, time.Since(started), results, r.left, r.prefix}, ctx.Err()
}

// addSides takes the further credentials on. One that opens nothing would make checks pass that judge nothing.
func (r *runner) addSides(ctx context.Context, o Options) error {
	d := r.main.d
	if o.Reader != nil {
		r.reader = &side{o.Reader, r.main.client, d}
		if d.user != nil {
			e := o.Reader.Do(ctx, scimclient.Request{Method: http.MethodGet, Path: d.user.endpoint + "?count=1"})
			if e.Status != http.StatusOK {
				return fmt.Errorf("%w: %s answers %d to the token that may only read", ErrUnreachable, e.URL, e.Status)
			}
		}
	}
	if o.Other != nil {
		r.other = &side{o.Other, o.Other, discover(ctx, o.Other)}
		if err := reachable(r.other.d); err != nil {
			return fmt.Errorf("the other tenant: %w", err)
		}
	}
	return nil
}

func reachable(d *discovered) error {
	all := []*scimclient.Exchange{d.config, d.types, d.schemas}
	if !slices.ContainsFunc(all, func(e *scimclient.Exchange) bool { return e.Status != 0 }) {
		return fmt.Errorf("%w: %w", ErrUnreachable, d.config.Err)
	}
	if d.types.Status == http.StatusUnauthorized {
		return fmt.Errorf("%w: %s answers 401 to this token", ErrUnreachable, d.types.URL)
	}
	if to := d.types.Redirect(); to != "" {
		return fmt.Errorf("%w: %s points to %s; give that base URL", ErrUnreachable, d.types.URL, to)
	}
	return nil
}

// Check says what is wrong with the options.
func (o Options) Check() error {
	if _, ok := profiles[o.Profile]; !ok {
		return fmt.Errorf("there is no profile %q; it must be %s", o.Profile, either(Profiles()))
	}
	for _, word := range slices.Concat(o.Only, o.Skip) {
		if !slices.ContainsFunc(allRows(), func(r Row) bool { return r.named([]string{word}) }) {
			return fmt.Errorf("the checklist has no row and no area %q; write an ID as PATCH-001 or an area as PATCH", word)
		}
	}
	for _, level := range o.Levels {
		if !slices.Contains([]Level{Must, Should, May, Interop}, level) {
			return fmt.Errorf("there is no level %q; it must be MUST, SHOULD, MAY or interop", level)
		}
	}
	return nil
}

// Rows are those that the options ask for.
func (o Options) Rows() []Row {
	return slices.DeleteFunc(Rows(), func(r Row) bool {
		return len(o.Only) > 0 && !r.named(o.Only) || r.named(o.Skip) || len(o.Levels) > 0 && !slices.Contains(o.Levels, r.Level)
	})
}

// named says whether one of some words is the row's ID or area.
func (r Row) named(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, r.ID) || strings.EqualFold(w, r.Area) })
}

type runner struct {
	main          side
	reader, other *side
	profile       profile
	prefix        string
	progress      func(done, total int)
	finished      func(Result)
	total         int

	mu        sync.Mutex
	done      int
	uncertain []side
	left      []string
}

func (r *runner) runAll(ctx context.Context, rows []Row, parallel int) []Result {
	if parallel == 0 {
		parallel = defaultParallel
	}
	results := make([]Result, len(rows))
	next := make(chan int)
	var workers sync.WaitGroup
	for range parallel {
		workers.Go(func() {
			for i := range next {
				results[i] = r.judge(ctx, rows[i])
				r.tick(results[i])
			}
		})
	}
	for i := range rows {
		next <- i
	}
	close(next)
	workers.Wait()
	return results
}

func (r *runner) tick(result Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	if r.finished != nil {
		r.finished(result)
	}
	if r.progress != nil {
		r.progress(r.done, r.total)
	}
}

// judge runs the check of a row, if it has one that applies.
func (r *runner) judge(ctx context.Context, row Row) Result {
	skipped := func(reason string) Result { return Result{Row: row, Verdict: Skipped, Reasons: []string{reason}} }
	if ctx.Err() != nil {
		return skipped("the run was interrupted")
	}
	for _, gate := range row.Gates {
		if reason := r.main.d.gate(gate); reason != "" {
			return skipped(reason)
		}
	}
	check := allChecks()[row.ID]
	if check == nil {
		return skipped("the judge has no check for it")
	}
	started := time.Now()
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	mark := r.prefix + "-" + strings.ToLower(strings.ReplaceAll(row.ID, "-", ""))
	t := &trial{r.main, &record{ctx: ctx, mark: mark, readerSide: r.reader, otherSide: r.other}}
	verdict, reasons := r.carryOut(t, row, check)
	r.cleanUp(ctx, t)
	for _, e := range t.exchanges {
		e.Body, e.RequestBody = trim(e.Body), trim(e.RequestBody)
	}
	return Result{Row: row, Verdict: verdict, Reasons: reasons, Exchanges: t.exchanges, Duration: time.Since(started)}
}

// trim makes a copy, so that the whole text can go.
func trim(text string) string {
	if len(text) <= keptBody {
		return text
	}
	return strings.Clone(text[:keptBody])
}

// carryOut runs a check in a goroutine of its own, which the check may end where it stands.
func (r *runner) carryOut(t *trial, row Row, check func(*trial)) (Verdict, []string) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { // no answer, however odd, may end the run
			if broken := recover(); broken != nil {
				t.stopped = &stop{Error, fmt.Sprintf("the check itself broke: %v", broken)}
			}
		}()
		check(t)
	}()
	<-done
	if t.stopped == nil {
		if t.warned {
			return Warning, t.notes
		}
		return Pass, t.notes
	}
	reasons := append([]string{t.stopped.reason}, t.notes...)
	if t.stopped.verdict == Skipped {
		return Skipped, reasons
	}
	if t.ctx.Err() != nil {
		return Error, append([]string{"the time for this check is over"}, reasons...)
	}
	for _, e := range t.exchanges { // no answer is the network's failure as likely as the target's
		if e.Status == 0 && e.Err != nil && !errors.Is(e.Err, scimclient.ErrOrigin) {
			return Error, append(reasons, e.Err.Error())
		}
	}
	if t.stopped.verdict == Fail {
		if why := r.profile.why(row); why != "" {
			reasons = append(reasons, why)
		}
		return r.profile.unmet(row), reasons
	}
	return t.stopped.verdict, reasons
}

// cleanUp removes what a check made, also when the run is interrupted.
func (r *runner) cleanUp(ctx context.Context, t *trial) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	for _, m := range slices.Backward(t.made) {
		r.remove(ctx, m.side, m.path)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range t.uncertain {
		if !slices.ContainsFunc(r.uncertain, func(known side) bool { return known.owner == s.owner }) {
			r.uncertain = append(r.uncertain, s)
		}
	}
}

func (r *runner) remove(ctx context.Context, s side, path string) {
	e := s.owner.Do(ctx, scimclient.Request{Method: http.MethodDelete, Path: path})
	if e.Status >= 200 && e.Status < 300 || e.Status == http.StatusNotFound || e.Status == http.StatusGone {
		return
	}
	if s.owner != r.main.client {
		path = s.owner.Base() + path
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left = append(r.left, path)
}

// sweep looks for resources with our prefix whose making was not answered properly.
func (r *runner) sweep(ctx context.Context, s side) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	for _, kind := range []struct {
		rt   *resourceType
		name string
	}{{s.d.group, "displayName"}, {s.d.user, "userName"}} {
		if kind.rt == nil || !s.d.supports("filter") {
			continue
		}
		filter := url.QueryEscape(kind.name + " sw " + encode(r.prefix))
		e := s.owner.Do(ctx, scimclient.Request{Method: http.MethodGet, Path: kind.rt.endpoint + "?filter=" + filter})
		for _, found := range listed(e) {
			name, _ := found[kind.name].(string)
			id, _ := found["id"].(string)
			// A target that ignores the filter must not lose what is not ours.
			if id != "" && strings.HasPrefix(strings.ToLower(name), r.prefix) {
				r.remove(ctx, s, kind.rt.endpoint+"/"+url.PathEscape(id))
			}
		}
	}
}
