package adminhttp

import (
	"errors"
	"net/http"

	"github.com/cinode-scim/cinode-scim/internal/adminkey"
)

var (
	errNoKey    = refuse(http.StatusUnauthorized, "the admin key is needed: send the header Authorization: Bearer KEY")
	errWrongKey = refuse(http.StatusUnauthorized, "the admin key is wrong")
	errGuessing = refuse(http.StatusTooManyRequests, "too many wrong admin keys came from this address; wait as Retry-After says")
)

// challenge is RFC 6750's: without a credential it has no error.
func challenge(r *http.Request) string {
	c := `Bearer realm="cinode-scim"`
	if r.Header.Get("Authorization") != "" {
		c += `, error="invalid_token"`
	}
	return c
}

// authenticate lets requests with the admin key through.
func (h *Handler) authenticate(next http.Handler) http.Handler {
	return h.endpoint(func(w http.ResponseWriter, r *http.Request) error {
		if r.Header.Get("Authorization") == "" {
			return errNoKey
		}
		if h.Guard.IsInside(r) {
			next.ServeHTTP(w, r)
			return nil
		}
		err := h.Guard.Try(w, r, h.ClientIP(r), func() error { return adminkey.CheckRequest(r, h.Keys) })
		switch {
		case errors.Is(err, adminkey.ErrWrong):
			return errWrongKey
		case errors.Is(err, adminkey.ErrGuessing):
			return errGuessing
		case err != nil:
			return err
		}
		next.ServeHTTP(w, r)
		return nil
	})
}
