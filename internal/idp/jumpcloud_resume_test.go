package idp_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// leash ends a context at a request, whose answer may or may not have come.
type leash struct {
	left int
	cut  context.CancelFunc
}

func (l *leash) request(*scimclient.Exchange) {
	if l.left--; l.left == 0 && l.cut != nil {
		l.cut()
	}
}

// TestJumpCloud_KilledAndResumed cancels cycles at random requests. A new provider goes
// on from the state file: the one that was written in the end, or, as after a kill, the
// one from before the cycle.
func TestJumpCloud_KilledAndResumed(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		for _, dialect := range []string{idp.DialectCinode, idp.DialectCustom} {
			t.Run(fmt.Sprintf("%s %d", dialect, seed), func(t *testing.T) {
				t.Parallel()
				srv := scimtest.New(t)
				r := &restarts{
					desk: &desk{t: t, srv: srv, base: srv.URL}, path: filepath.Join(t.TempDir(), "state.json"),
					dialect: dialect, random: rand.New(rand.NewPCG(seed, 1)),
				}
				r.restart()
				d := r.desk
				d.ok(d.Configure(t.Context(), d.connection()))
				d.ok(d.Activate(t.Context()))
				r.career()
				r.converge()
				r.afterCareer()
				for name, n := range r.posts() {
					require.LessOrEqual(t, n, 2, name)
					if name != "u7@example.com" || dialect == idp.DialectCinode { // deleted, and hired anew
						require.Equal(t, 1, n, name)
					}
				}
				require.Empty(t, srv.Requests(scimtest.Match{Method: "POST", Status: "409"}), "no second create was tried")
				r.allKnown()
			})
		}
	}
}

// restarts is a desk whose process does not live long.
type restarts struct {
	*desk
	path    string
	dialect string
	random  *rand.Rand
	leash   *leash
}

// restart gives the desk a new provider from the state file.
func (r *restarts) restart() {
	r.t.Helper()
	r.leash = &leash{}
	old := r.desk
	if old.Provider != nil {
		old.Close()
	}
	r.desk = newDesk(r.t, old.srv, old.base, idp.Options{Dialect: r.dialect, StateFile: r.path, OnExchange: r.leash.request})
	if r.Phase() == idp.PhaseActive {
		r.ok(r.Resume(r.srv.Token))
	}
}

// interrupted runs cycles that end early, and then one that does not.
func (r *restarts) interrupted() {
	r.t.Helper()
	for range 4 {
		before, err := os.ReadFile(r.path)
		r.ok(err)
		ctx, cut := context.WithCancel(r.t.Context())
		r.leash.left, r.leash.cut = 1+r.random.IntN(12), cut
		_, err = r.Sync(ctx)
		done := err == nil
		cut()
		if r.random.IntN(2) == 0 && !done {
			r.ok(os.WriteFile(r.path, before, 0o600)) // killed before it could write
		}
		r.restart()
	}
	r.converge()
}

// career is that of desk, with interruptions.
func (r *restarts) career() {
	r.t.Helper()
	for _, step := range career {
		step(r.desk)
		r.interrupted()
	}
}

// TestJumpCloud_KilledThenChanged loses what a cycle noted, and changes the directory
// before the next one: an account whose POST was the last request must not be forgotten.
func TestJumpCloud_KilledThenChanged(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{idp.DialectCinode, idp.DialectCustom} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			srv := scimtest.New(t)
			r := &restarts{desk: &desk{t: t, srv: srv, base: srv.TenantURL}, path: filepath.Join(t.TempDir(), "state.json"), dialect: dialect}
			r.restart()
			r.ok(r.Configure(t.Context(), r.connection()))
			r.ok(r.Activate(t.Context()))
			r.hire(person("ann@example.com"), person("bo@example.com"), person("cia@example.com"))
			r.group("One", "ann@example.com", "bo@example.com", "cia@example.com")
			var atStart []byte
			ctx, cut := context.WithCancel(t.Context())
			r.leash.left, r.leash.cut = 4, func() { // two lookups and two POSTs
				atStart, _ = os.ReadFile(r.path)
				cut()
			}
			_, err := r.Sync(ctx)
			require.ErrorIs(t, err, context.Canceled)
			require.NotEmpty(t, atStart)
			r.ok(os.WriteFile(r.path, atStart, 0o600))
			r.restart()
			r.ok(r.DeleteUser("ann@example.com"))
			r.ok(r.RemoveMembers("One", "bo@example.com", "cia@example.com"))
			r.converge()
			require.Equal(t, map[string]bool{"ann@example.com": false, "bo@example.com": false}, r.people())
			require.Len(t, r.View().Users, 2)
			require.Zero(t, r.sync().Requests)
		})
	}
}
