package adminhttp

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

// Keys is what the guard needs of the store.
type Keys interface {
	AdminKey(ctx context.Context) (cinode.Hash, error)
}

var (
	errNoKey    = refuse(http.StatusUnauthorized, "the admin key is needed: send the header Authorization: Bearer KEY")
	errWrongKey = refuse(http.StatusUnauthorized, "the admin key is wrong")
	errGuessing = refuse(http.StatusTooManyRequests, "too many wrong admin keys came from this address; wait as Retry-After says")
)

// ErrKey is what CheckKey gives for a request without the admin key.
var ErrKey = errors.New("no admin key or a wrong one")

// CheckKey reports whether a request carries the admin key: nil, ErrKey, or a
// failure of the database. Hashes are compared in constant time.
func CheckKey(r *http.Request, keys Keys) error {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ErrKey
	}
	stored, err := keys.AdminKey(r.Context())
	if errors.Is(err, store.ErrNotFound) {
		return ErrKey
	}
	if err != nil {
		return err
	}
	given := cinode.HashSecret(strings.TrimSpace(key))
	if subtle.ConstantTimeCompare(stored[:], given[:]) != 1 {
		return ErrKey
	}
	return nil
}

// challenge is RFC 6750's: without a credential it has no error.
func challenge(r *http.Request) string {
	c := `Bearer realm="cinode-scim"`
	if r.Header.Get("Authorization") != "" {
		c += `, error="invalid_token"`
	}
	return c
}

// How many wrong keys an address may send, and in what time.
const (
	guesses     = 10
	guessWindow = time.Minute
)

// guard counts wrong keys by address.
type guard struct {
	limiter *httprate.RateLimiter
}

func newGuard() *guard {
	return &guard{limiter: httprate.NewRateLimiter(guesses, guessWindow,
		httprate.WithResponseHeaders(httprate.ResponseHeaders{RetryAfter: "Retry-After"}))}
}

// isShut reports whether an address has used up its guesses. It is asked before
// a key is looked at: the right one would tell a guesser apart from the others.
func (g *guard) isShut(address string) bool {
	_, rate, err := g.limiter.Status(address)
	return err != nil || math.Round(rate) >= guesses
}

// authenticate lets requests with the admin key through.
func (h *Handler) authenticate(next http.Handler) http.Handler {
	return h.endpoint(func(w http.ResponseWriter, r *http.Request) error {
		if r.Header.Get("Authorization") == "" {
			return errNoKey
		}
		address := h.ClientIP(r)
		if h.guard.isShut(address) {
			w.Header().Set("Retry-After", "60")
			return errGuessing
		}
		err := CheckKey(r, h.Keys)
		if errors.Is(err, ErrKey) {
			if h.guard.limiter.OnLimit(w, r, address) {
				return errGuessing
			}
			return errWrongKey
		}
		if err != nil {
			return err
		}
		next.ServeHTTP(w, r)
		return nil
	})
}
