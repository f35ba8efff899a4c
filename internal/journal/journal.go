package journal

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

const (
	// rest is how long exchanges gather before they are written.
	rest = 100 * time.Millisecond
	// share is how much longer the journal rests than it writes: what it costs a
	// busy server is bounded, and what the caps would delete anyway is never
	// written.
	share = 25
	// flushTimeout ends a write that hangs.
	flushTimeout = 30 * time.Second
	// expiry is how often what is too old is looked for.
	expiry = time.Hour
	// patience is how long a question waits for answers that are on their way.
	patience = 250 * time.Millisecond
	// Refused exchanges have caps of their own.
	perAddress = 100
	maxRefused = 1000
)

// Options are what a Journal is made of.
type Options struct {
	Store  Store
	Clock  clock.Clock
	Logger *slog.Logger
	Masker *Masker
	Max    int           // exchanges of each tenant that are kept
	MaxAge time.Duration // how long; 0 for ever
	// BodyLimit is how many bytes of a body are kept at most.
	BodyLimit int
}

// Journal records exchanges. Record never waits: what it is given is written by Run
// or, when somebody asks, by Flush.
type Journal struct {
	Options
	guesser *Guesser

	mu      sync.Mutex
	waiting *batch
	// answering are exchanges that a client may have the whole answer of already.
	answering map[*Exchange]answering
	news      map[int64]chan struct{} // closed when exchanges of a tenant have been written; 0 is any

	writing sync.Mutex // one write after the other
	expired time.Time  // when what is too old was last deleted
	wake    chan struct{}
}

// New makes a Journal.
func New(o Options) *Journal {
	return &Journal{Options: o, guesser: NewGuesser(), waiting: newBatch(o.Max), answering: map[*Exchange]answering{}, news: map[int64]chan struct{}{}, wake: make(chan struct{}, 1)}
}

// Answering tells that much of an answer is on its way, before the exchange is
// over: whoever asks the journal now may have seen it.
func (j *Journal) Answering(e *Exchange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.answering[e].ended == nil {
		j.answering[e] = answering{e.Tenant, make(chan struct{})}
	}
}

// answering is an answer on its way; ended is closed when it is recorded.
type answering struct {
	tenant int64
	ended  chan struct{}
}

// settle waits for the exchanges of a tenant, or of all for 0, that are being
// answered, not for long: a client may be slow to read.
func (j *Journal) settle(ctx context.Context, tenant int64) {
	var open []chan struct{}
	j.mu.Lock()
	for _, a := range j.answering {
		if tenant == 0 || a.tenant == tenant {
			open = append(open, a.ended)
		}
	}
	j.mu.Unlock()
	if len(open) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, ended := range open {
		select {
		case <-ended:
		case <-ctx.Done():
			return
		}
	}
}

// Record takes an exchange as it was. What does not fit is dropped and counted.
func (j *Journal) Record(e *Exchange) {
	j.mu.Lock()
	first := j.waiting.add(e)
	if a, known := j.answering[e]; known {
		close(a.ended)
		delete(j.answering, e)
	}
	j.mu.Unlock()
	if first {
		select {
		case j.wake <- struct{}{}:
		default:
		}
	}
}

// Met is how many deviations this process has met, whatever has been forgotten
// since.
func (j *Journal) Met() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.waiting.met
}

// Dropped is how many exchanges were not written, since too much was waiting.
func (j *Journal) Dropped() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.waiting.dropped
}

// Run writes what is recorded until ctx ends, and what is left then.
func (j *Journal) Run(ctx context.Context) {
	pause := time.NewTimer(rest)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			j.flush(context.WithoutCancel(ctx))
			return
		case <-j.wake:
		}
		pause.Reset(rest)
		select {
		case <-ctx.Done():
		case <-pause.C:
			watch := telemetry.StartStopwatch()
			j.flush(ctx)
			if took := watch.Elapsed(); took > rest/share {
				pause.Reset(share * took)
				select {
				case <-ctx.Done():
				case <-pause.C:
				}
			}
		}
	}
}

func (j *Journal) flush(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, flushTimeout)
	defer cancel()
	if err := j.Flush(ctx); err != nil {
		j.Logger.ErrorContext(ctx, "the journal could not be written; exchanges are lost", "error", err)
	}
}

// Flush writes all that was recorded before it was called.
func (j *Journal) Flush(ctx context.Context) error {
	j.writing.Lock()
	defer j.writing.Unlock()
	j.mu.Lock()
	b := j.waiting
	j.waiting = newBatch(j.Max)
	j.waiting.dropped, j.waiting.met = b.dropped, b.met
	j.mu.Unlock()
	list := b.list()
	if len(list) == 0 && len(b.counts) == 0 {
		return nil
	}
	for i := range list {
		j.finish(&list[i])
	}
	keep := Keep{Max: j.Max, PerAddress: perAddress, MaxRefused: maxRefused}
	if now := j.Clock.Now(); j.MaxAge > 0 && now.Sub(j.expired).Abs() > min(expiry, j.MaxAge/2) {
		j.expired, keep.Age = now, Age{now, j.MaxAge}
	}
	if err := j.Store.AppendExchanges(ctx, list, b.deviations(), keep); err != nil {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.waiting.lose(b, len(list))
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.tell(0)
	for i := range list {
		j.tell(list[i].Tenant)
	}
	return nil
}

// tell wakes who waits for exchanges of a tenant. The caller holds the lock.
func (j *Journal) tell(tenant int64) {
	if news := j.news[tenant]; news != nil {
		close(news)
		delete(j.news, tenant)
	}
}

// Client guesses who sends a request whose body nobody has read yet.
func (j *Journal) Client(e *Exchange) Client {
	return j.guesser.Guess(e.sender(), e.Method, e.Path, e.Query, e.Sent.Headers, nil)
}

// sender is what requests of one client share.
func (e *Exchange) sender() string {
	if e.Token == "" {
		return e.Address
	}
	return idText(e.Tenant) + "/" + e.Token
}

// finish adds what is told by the exchange itself, and masks it.
func (j *Journal) finish(e *Exchange) {
	e.Client = j.guesser.Guess(e.sender(), e.Method, e.Path, e.Query, e.Sent.Headers, e.Sent.Body)
	slices.SortFunc(e.Sent.Headers, byName)
	slices.SortFunc(e.Answer.Headers, byName)
	for _, difference := range e.later {
		e.Changes = append(e.Changes, difference()...)
	}
	e.later = nil
	e.Section = Section(e.Method, e.Route, e.Query, e.Status)
	if e.Persona == cinode.PersonaCinode {
		e.Rule = CinodeRule(e.Method, e.Route, e.Status, e.Why)
	}
	e.Outlook = Outlook(e.Client, e.Method, e.Route, e.Status, e.Answer.has("Retry-After"))
	*e = j.Masker.Exchange(*e, j.BodyLimit)
}

func byName(a, b Header) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
}

// News is closed when more exchanges of a tenant, or of any if it is 0, have been
// written by this process. It is asked for before the journal is read, so that
// nothing comes in between.
func (j *Journal) News(tenant int64) <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.news[tenant] == nil {
		j.news[tenant] = make(chan struct{})
	}
	return j.news[tenant]
}
