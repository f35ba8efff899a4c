// Package adminkey owns the check of the admin key where requests come in: the
// comparison, and the limit on guesses that an address has. The admin API and the
// pages share one Guard, so that an address has its guesses once. What a wrong key
// is answered with is theirs.
package adminkey

import (
	"context"
	"crypto/subtle"
	"errors"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/httprate"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Keys is what the check needs of the store.
type Keys interface {
	AdminKey(ctx context.Context) (cinode.Hash, error)
}

// Errors of the check, to be compared with errors.Is.
var (
	ErrWrong    = errors.New("no admin key or a wrong one")
	ErrGuessing = errors.New("too many wrong admin keys came from this address")
)

// Check compares a key with the one stored: nil, ErrWrong, or a failure of the
// database. Hashes are compared in constant time.
func Check(ctx context.Context, keys Keys, key string) error {
	stored, err := keys.AdminKey(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return ErrWrong
	}
	if err != nil {
		return err
	}
	given := cinode.HashSecret(strings.TrimSpace(key))
	if subtle.ConstantTimeCompare(stored[:], given[:]) != 1 {
		return ErrWrong
	}
	return nil
}

// CheckRequest is Check of the bearer token of a request.
func CheckRequest(r *http.Request, keys Keys) error {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ErrWrong
	}
	return Check(r.Context(), keys, key)
}

// How many wrong keys an address may send, and in what time.
const (
	guesses     = 10
	guessWindow = time.Minute
)

// Guard limits how often an address may guess. It is safe for concurrent use.
type Guard struct {
	limiter *httprate.RateLimiter
	inside  string
}

// NewGuard makes a Guard that has counted nothing.
func NewGuard() *Guard {
	return &Guard{inside: cinode.NewTokenSecret(), limiter: httprate.NewRateLimiter(guesses, guessWindow,
		httprate.WithResponseHeaders(httprate.ResponseHeaders{RetryAfter: "Retry-After"}))}
}

// Inside is a key for parts of this process that call the admin API over the wire, as
// simulated stories do. It is known nowhere else, and ends with the process.
func (g *Guard) Inside() string { return g.inside }

// IsInside reports whether a request comes from such a part.
func (g *Guard) IsInside(r *http.Request) bool {
	return subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+g.inside)) == 1
}

// Try runs a check for an address and counts it where it gives ErrWrong. Where
// the address has used up its guesses the error is ErrGuessing, and the header
// Retry-After says when to come back. It is asked before a key is looked at: the
// right one would tell a guesser apart from the others.
func (g *Guard) Try(w http.ResponseWriter, r *http.Request, address string, check func() error) error {
	if _, rate, err := g.limiter.Status(address); err != nil || math.Round(rate) >= guesses {
		w.Header().Set("Retry-After", "60")
		return ErrGuessing
	}
	err := check()
	if errors.Is(err, ErrWrong) && g.limiter.OnLimit(w, r, address) {
		return ErrGuessing
	}
	return err
}
