package journal_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlite"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// bench is a journal on a database.
type bench struct {
	*journal.Journal
	store *sqlite.Store
	clock *clock.Settable
}

func newBench(t *testing.T, most int, change ...func(*journal.Options)) *bench {
	t.Helper()
	db := testenv.InMemory(t, sqlite.Open)
	b := &bench{store: db, clock: clock.New(start)}
	o := journal.Options{
		Store: db, Clock: b.clock, Logger: slog.New(slog.DiscardHandler), Masker: journal.NewMasker(false), Max: most, BodyLimit: 1 << 16,
	}
	for _, c := range change {
		c(&o)
	}
	b.Journal = journal.New(o)
	return b
}

// exchange is a good request of tenant 1.
func exchange(request string) *journal.Exchange {
	return &journal.Exchange{
		Tenant: 1, At: start, Request: request, Token: "ci", Persona: "cinode", Address: "192.0.2.1", Method: "PATCH", Scheme: "http",
		Host: "scim.example.com", Path: "/scim/v2/Users/26", Route: "/Users/{id}", Place: "/Users/26", Status: 200,
		Sent: journal.Message{
			Headers: []journal.Header{{Name: "User-Agent", Value: "Okta SCIM Client 1.0.0"}, {Name: "Authorization", Value: "Bearer sesame-open"}},
			Body:    []byte(`{"password":"geheim","note":"sesame-open"}`), Size: 42,
		},
		Answer: journal.Message{Headers: []journal.Header{}, Body: []byte(`{"id":"26"}`), Size: 11},
	}
}

func refused(request, address string) *journal.Exchange {
	e := exchange(request)
	e.Refused, e.Address, e.Token, e.Status, e.Why = true, address, "", 401, string(journal.RefusalExpired)
	return e
}

func (b *bench) requests(t *testing.T, q journal.Query, text string) (names []string) {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 1000
	}
	list, err := b.Exchanges(t.Context(), q, text)
	require.NoError(t, err)
	for _, e := range list {
		names = append(names, e.Request)
	}
	return names
}

func TestJournal_FinishesAndMasks(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10)
	e := exchange("r1")
	e.Status, e.Answer.Headers = 429, []journal.Header{{Name: "Retry-After", Value: "3"}}
	e.Later(func() []journal.Change {
		return journal.Difference("Users/26", scim.Object{"active": true}, scim.Object{"active": false})
	})
	e.Path, e.Place = "/scim/v2/Users/sesame-open", "/Users/sesame-open"
	b.Record(e)
	list, err := b.Exchanges(t.Context(), journal.Query{Limit: 10}, "")
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "/Users/***", list[0].Place)
	got := list[0]
	require.Positive(t, got.ID)
	require.Equal(t, journal.ClientOkta, got.Client)
	require.Contains(t, got.Outlook, "Okta pauses")
	require.Equal(t, "RFC 6585 section 4", got.Section)
	require.Equal(t, []journal.Change{{Resource: "Users/26", Path: "active", Before: "true", After: "false"}}, got.Changes)
	require.Equal(t, []journal.Header{{Name: "Authorization", Value: "Bearer ***"}, {Name: "User-Agent", Value: "Okta SCIM Client 1.0.0"}}, got.Sent.Headers)
	require.JSONEq(t, `{"password":"***","note":"***"}`, string(got.Sent.Body))
}

func TestJournal_RuleOfCinode(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10)
	put := exchange("cinode")
	put.Method, put.Route, put.Status = "PUT", "/Groups/{id}", 501
	other := *put
	other.Request, other.Persona = "rfc", "rfc"
	b.Record(put)
	b.Record(&other)
	list, err := b.Exchanges(t.Context(), journal.Query{Limit: 10}, "")
	require.NoError(t, err)
	require.Equal(t, "PUT /Groups/{id} is not supported [D]", list[0].Rule)
	require.Empty(t, list[1].Rule)
}

func TestJournal_KeepsTheNewest(t *testing.T) {
	t.Parallel()
	b := newBench(t, 5)
	for i := range 7 {
		b.Record(exchange(fmt.Sprint("a", i)))
	}
	other := exchange("b")
	other.Tenant = 2
	b.Record(other)
	require.Equal(t, []string{"a2", "a3", "a4", "a5", "a6", "b"}, b.requests(t, journal.Query{}, ""), "what the cap would delete is not written")
	b.Record(exchange("a7"))
	require.Equal(t, []string{"a3", "a4", "a5", "a6", "a7"}, b.requests(t, journal.Query{Tenant: 1}, ""))
	require.Zero(t, b.Dropped())
}

func TestJournal_RefusedEvictNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, 3)
	b.Record(exchange("good"))
	for i := range 5000 {
		b.Record(refused("x", fmt.Sprint("10.0.0.", i%2)))
	}
	for i := range 5000 {
		b.Record(refused("y", fmt.Sprint("10.1.", i)))
	}
	require.Equal(t, []string{"good"}, b.requests(t, journal.Query{}, "good"))
	n, err := b.Count(t.Context(), journal.Query{Tenant: 1}, "")
	require.NoError(t, err)
	require.LessOrEqual(t, n, int64(1001))
	require.Positive(t, b.Dropped(), "addresses beyond the cap")
	for range 300 {
		b.Record(refused("z", "192.0.2.9"))
	}
	require.Len(t, b.requests(t, journal.Query{}, "192.0.2.9"), 100)
}

func TestJournal_DropsWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1000)
	for i := range 100 {
		e := exchange(fmt.Sprint(i))
		e.Sent.Body = make([]byte, 1<<20)
		e.Deviations = []journal.Deviation{{ID: "patch-op-case"}, {ID: "patch-op-case", Detail: "twice"}}
		b.Record(e)
	}
	require.Positive(t, b.Dropped())
	require.Less(t, b.Dropped(), int64(75))
	counts, err := b.Deviations(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, []journal.DeviationCount{{Tenant: 1, ID: "patch-op-case", N: 100, Last: start}}, counts, "counted once each, dropped or not")
}

func TestJournal_Age(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10, func(o *journal.Options) { o.MaxAge = time.Hour })
	b.Record(exchange("old"))
	require.Equal(t, []string{"old"}, b.requests(t, journal.Query{}, ""))
	b.clock.Advance(59 * time.Minute)
	require.Equal(t, []string{"old"}, b.requests(t, journal.Query{}, ""))
	b.clock.Advance(2 * time.Minute)
	require.Empty(t, b.requests(t, journal.Query{}, ""), "too old to be shown")
	n, err := b.store.CountExchanges(t.Context(), journal.Query{})
	require.NoError(t, err)
	require.Equal(t, int64(1), n)
	fresh := exchange("new")
	fresh.At = b.clock.Now()
	b.Record(fresh)
	require.Equal(t, []string{"new"}, b.requests(t, journal.Query{}, ""))
	n, err = b.store.CountExchanges(t.Context(), journal.Query{})
	require.NoError(t, err)
	require.Equal(t, int64(1), n, "and deleted")
}

func TestJournal_Text(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1000)
	for i := range 500 {
		e := exchange(fmt.Sprint("r", i))
		e.Answer.Body = fmt.Appendf(nil, `{"userName":"Ünal-%03d"}`, i)
		b.Record(e)
	}
	require.Equal(t, []string{"r217"}, b.requests(t, journal.Query{}, "ünAL-217"))
	require.Equal(t, []string{"r499", "r498"}, b.requests(t, journal.Query{Newest: true, Limit: 2}, "ünal"))
	require.Equal(t, []string{"r0", "r1"}, b.requests(t, journal.Query{Limit: 2}, "okta scim"))
	require.Empty(t, b.requests(t, journal.Query{}, "geheim"), "what is masked cannot be found")
	n, err := b.Count(t.Context(), journal.Query{}, "Ünal-1")
	require.NoError(t, err)
	require.Equal(t, int64(100), n)
}

func TestJournal_RunWritesAndEndsWithTheRest(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); b.Run(ctx) }()
	news := b.News(1)
	b.Record(exchange("first"))
	<-news
	n, err := b.store.CountExchanges(t.Context(), journal.Query{})
	require.NoError(t, err)
	require.Equal(t, int64(1), n)
	b.Record(exchange("last"))
	stop()
	<-ended
	n, err = b.store.CountExchanges(t.Context(), journal.Query{})
	require.NoError(t, err)
	require.Equal(t, int64(2), n)
}

func TestJournal_Await(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10)
	go b.Record(exchange("awaited"))
	met, err := b.Await(t.Context(), 1, time.Minute, func() (bool, error) { return len(b.requests(t, journal.Query{}, "")) > 0, nil })
	require.NoError(t, err)
	require.True(t, met)
	met, err = b.Await(t.Context(), 1, time.Millisecond, func() (bool, error) { return false, nil })
	require.NoError(t, err)
	require.False(t, met)
	wrong := errors.New("wrong")
	_, err = b.Await(t.Context(), 1, time.Minute, func() (bool, error) { return false, wrong })
	require.ErrorIs(t, err, wrong)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = b.Await(gone, 0, time.Minute, func() (bool, error) { return false, nil })
	require.ErrorIs(t, err, context.Canceled)
}

func TestJournal_Clear(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10)
	other := exchange("other")
	other.Tenant = 2
	b.Record(exchange("mine"))
	b.Record(other)
	require.NoError(t, b.Clear(t.Context(), 1))
	require.Equal(t, []string{"other"}, b.requests(t, journal.Query{}, ""))
	noted := exchange("noted")
	noted.Deviations = []journal.Deviation{{ID: "a"}, {ID: "a", Detail: "again"}, {ID: "b"}}
	b.Record(noted)
	require.NoError(t, b.Clear(t.Context(), 1))
	require.Equal(t, int64(2), b.Met(), "of the whole run")
}

// failing is a store that cannot be written to.
type failing struct{ *sqlite.Store }

func (failing) AppendExchanges(context.Context, []journal.Exchange, []journal.DeviationCount, journal.Keep) error {
	return errors.New("full")
}

func TestJournal_OutlivesItsDatabase(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	b := newBench(t, 10, func(o *journal.Options) {
		store, _ := o.Store.(*sqlite.Store)
		o.Store, o.Logger = failing{store}, slog.New(slog.NewTextHandler(&log, nil))
	})
	b.Record(exchange("lost"))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	b.Run(ctx)
	require.Contains(t, log.String(), "exchanges are lost")
}
