package server_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/server"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// TestHostile sends random requests, valid, broken and hostile, over real
// connections, and holds every answer against what all answers must be: no 5xx,
// no panic, and the SCIM form. CINODE_SCIM_TEST_REQUESTS sets how many for each
// database, CINODE_SCIM_TEST_SEED repeats a run as far as goroutines allow.
func TestHostile(t *testing.T) {
	t.Parallel()
	n := variable(t, "CINODE_SCIM_TEST_REQUESTS", 4_000)
	seed := variable(t, "CINODE_SCIM_TEST_SEED", uint64(time.Now().UnixNano()))
	for kind, database := range map[string]func(*testing.T) string{
		"memory":   func(*testing.T) string { return ":memory:" },
		"postgres": func(t *testing.T) string { t.Helper(); return testenv.Postgres(t) },
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h := newHostile(t, database(t))
			began := time.Now()
			h.run(t, n, seed)
			took := time.Since(began)
			t.Logf("%d requests in %s, %.0f a second; CINODE_SCIM_TEST_SEED=%d", n, took.Round(time.Millisecond), float64(n)/took.Seconds(), seed)
			t.Log(h.mix.String())
			for _, complaint := range h.complaints() {
				t.Error(complaint)
			}
		})
	}
}

func variable(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err, name)
	return n
}

// hostile is a server under attack.
type hostile struct {
	store   store.Store
	address string
	log     *watcher
	realms  []*realm
	mix     *mix
	done    atomic.Uint64

	mu     sync.Mutex
	faults map[string]*fault
}

// fault is what went wrong, with the first request that it went wrong with.
type fault struct {
	times   int
	example string
}

func newHostile(t *testing.T, database string) *hostile {
	t.Helper()
	log := &watcher{}
	s, err := server.New(t.Context(), options(t, "--database="+database), slog.New(log))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ready, result := make(chan string, 1), make(chan error, 1)
	go func() { result <- s.Run(ctx, func(url string) { ready <- url }) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-result)
	})
	h := &hostile{store: s.Store(), log: log, mix: &mix{counts: map[string]map[int]int{}}, faults: map[string]*fault{}}
	select {
	case url := <-ready:
		h.address = strings.TrimPrefix(url, "http://")
	case err := <-result:
		require.NoError(t, err)
	}
	for _, tenant := range []cinode.Tenant{
		{Persona: cinode.PersonaCinode},
		{Persona: cinode.PersonaRFC},
		{Persona: cinode.PersonaCinode, Strict: true},
		{Persona: cinode.PersonaRFC, Strict: true},
		{Persona: cinode.PersonaRFC, SkipUnknownMembers: true},
	} {
		r := &realm{like: tenant}
		require.NoError(t, r.renew(t.Context(), h.store))
		h.realms = append(h.realms, r)
	}
	return h
}

// run sends n requests from a few connections at once.
func (h *hostile) run(t *testing.T, n, seed uint64) {
	t.Helper()
	const senders = 4
	failed := make([]error, senders)
	var group sync.WaitGroup
	for i := range senders {
		group.Go(func() {
			g := &gen{Rand: rand.New(rand.NewPCG(seed, uint64(i))), h: h, sender: i} //nolint:gosec // it must be repeatable
			c := &wireClient{address: h.address}
			defer c.close()
			for range n / senders {
				if failed[i] = h.one(t.Context(), g, c); failed[i] != nil {
					return
				}
				const every = 50_000
				if done := h.done.Add(1); done%every == 0 {
					t.Logf("%d requests are done", done)
				}
			}
		})
	}
	group.Wait()
	require.NoError(t, errors.Join(failed...))
}

// one sends one request and judges its answer.
func (h *hostile) one(ctx context.Context, g *gen, c *wireClient) error {
	g.realm = pick(g, h.realms)
	if err := g.realm.keepUp(ctx, h.store); err != nil {
		return err
	}
	k := pickKind(g)
	r := k.build(g)
	reply, err := c.send(ctx, r)
	if err != nil {
		if !r.mayBreak {
			h.complain(k.name+": no answer: "+err.Error(), r)
		}
		h.mix.count(k, 0)
		return ctx.Err()
	}
	h.mix.count(k, reply.status)
	for _, complaint := range judge(k, r, reply) {
		h.complain(k.name+": "+complaint, r)
	}
	g.follow(r, reply)
	g.realm.learn(r, reply)
	return nil
}

func (h *hostile) complain(what string, r request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := h.faults[what]
	if f == nil {
		const most = 1_500
		text := r.bytes()
		f = &fault{example: fmt.Sprintf("%d bytes: %q", len(text), text[:min(len(text), most)])}
		h.faults[what] = f
	}
	f.times++
}

// complaints are the faults of the answers and of the log.
func (h *hostile) complaints() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []string
	for _, what := range slices.Sorted(maps.Keys(h.faults)) {
		f := h.faults[what]
		out = append(out, fmt.Sprintf("%d times: %s\n%s", f.times, what, f.example))
	}
	return append(out, h.log.found()...)
}

// watcher is a log that keeps what no request may cause: errors, and the words
// of net/http about a panic, which it logs for debugging.
type watcher struct {
	mu   sync.Mutex
	kept []string
}

func (w *watcher) Enabled(context.Context, slog.Level) bool { return true }

func (w *watcher) Handle(_ context.Context, r slog.Record) error {
	if r.Level < slog.LevelWarn && !strings.Contains(r.Message, "panic") {
		return nil
	}
	line := r.Level.String() + " " + r.Message
	lacking := false
	r.Attrs(func(a slog.Attr) bool {
		line += " " + a.String()
		lacking = lacking || a.Key == "status" && a.Value.Int64() == http.StatusNotImplemented
		return true
	})
	if lacking {
		return nil
	}
	const most = 20
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.kept) < most {
		w.kept = append(w.kept, line)
	}
	return nil
}

func (w *watcher) WithAttrs([]slog.Attr) slog.Handler { return w }
func (w *watcher) WithGroup(string) slog.Handler      { return w }

func (w *watcher) found() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.kept)
}

// mix counts what was sent and what was answered.
type mix struct {
	mu     sync.Mutex
	counts map[string]map[int]int
}

func (m *mix) count(k kind, status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range []string{k.class + "  " + k.name, k.class + " ALL", "all"} {
		if m.counts[name] == nil {
			m.counts[name] = map[int]int{}
		}
		m.counts[name][status]++
	}
}

func (m *mix) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b strings.Builder
	b.WriteString("the mix, with the statuses of the answers (0: the connection was closed):\n")
	for _, name := range slices.SortedFunc(maps.Keys(m.counts), func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }) {
		total := 0
		var each []string
		for _, status := range slices.Sorted(maps.Keys(m.counts[name])) {
			total += m.counts[name][status]
			each = append(each, fmt.Sprintf("%d: %d", status, m.counts[name][status]))
		}
		fmt.Fprintf(&b, "%-28s %8d   %s\n", name, total, strings.Join(each, ", "))
	}
	return b.String()
}
