package web

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/clock"
)

const (
	sessionCookie = "cinode_scim_session"
	sessionAge    = 12 * time.Hour
)

// session is what the cookie holds: when it ends, and a number to end it by.
type session struct {
	ends   int64 // milliseconds of Unix time
	number [16]byte
}

var errNoSession = errors.New("no session")

// sealed is a session with its signature, as the cookie has it.
const sealed = 8 + 16 + sha256.Size

func (s session) seal(key []byte) string {
	b := make([]byte, 0, sealed)
	b = binary.BigEndian.AppendUint64(b, uint64(s.ends)) //nolint:gosec // a time after 1970
	b = append(b, s.number[:]...)
	return base64.RawURLEncoding.EncodeToString(append(b, sign(key, b)...))
}

func sign(key, text []byte) []byte {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write(text) // never fails
	return mac.Sum(nil)
}

func unseal(key []byte, cookie string) (session, error) {
	b, err := base64.RawURLEncoding.DecodeString(cookie)
	if err != nil || len(b) != sealed || !hmac.Equal(sign(key, b[:sealed-sha256.Size]), b[sealed-sha256.Size:]) {
		return session{}, errNoSession
	}
	s := session{ends: int64(binary.BigEndian.Uint64(b))} //nolint:gosec // one of ours
	copy(s.number[:], b[8:])
	return s, nil
}

// sessionKey signs sessions. It changes with the admin key.
func (p *pages) sessionKey(ctx context.Context) ([]byte, error) {
	hash, err := p.Keys.AdminKey(ctx)
	if err != nil {
		return nil, err
	}
	return sign(hash[:], []byte("sessions of the admin pages")), nil
}

// readSession gives the session of a request, or an error.
func (p *pages) readSession(r *http.Request) (session, error) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return session{}, errNoSession
	}
	key, err := p.sessionKey(r.Context())
	if err != nil {
		return session{}, err
	}
	s, err := unseal(key, cookie.Value)
	if err != nil || p.Clock.Now().UnixMilli() >= s.ends || p.ended.has(s) {
		return session{}, errNoSession
	}
	return s, nil
}

// begin gives the client a new session.
func (v *visit) begin() error {
	key, err := v.sessionKey(v.r.Context())
	if err != nil {
		return err
	}
	s := session{ends: v.Clock.Now().Add(sessionAge).UnixMilli()}
	_, _ = rand.Read(s.number[:]) // never fails
	v.session = s
	v.setSession(s.seal(key), int(sessionAge.Seconds()))
	return nil
}

func (v *visit) setSession(value string, age int) {
	http.SetCookie(v.w, &http.Cookie{
		Name: sessionCookie, Value: value, Path: v.base(v.r), MaxAge: age,
		HttpOnly: true, Secure: v.Secure(v.r), SameSite: http.SameSiteStrictMode,
	})
}

// ended are the sessions that were signed out on this process.
type ended struct {
	clock clock.Clock
	mu    sync.Mutex
	ends  map[[16]byte]int64
}

func newEnded(c clock.Clock) *ended { return &ended{clock: c, ends: map[[16]byte]int64{}} }

func (e *ended) add(s session) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.clock.Now().UnixMilli()
	for number, ends := range e.ends {
		if now >= ends {
			delete(e.ends, number)
		}
	}
	e.ends[s.number] = s.ends
}

func (e *ended) has(s session) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ok := e.ends[s.number]
	return ok
}

// codes are those of links that sign in. They are in memory alone.
type codes struct {
	clock clock.Clock
	mu    sync.Mutex
	ends  map[string]time.Time
}

const codeAge = 10 * time.Minute

func newCodes(c clock.Clock) *codes { return &codes{clock: c, ends: map[string]time.Time{}} }

func (c *codes) make() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	code := rand.Text()
	c.ends[code] = c.clock.Now().Add(codeAge)
	return code
}

// take uses a code up, and reports whether it was good. A code has 128 random
// bits, so it is looked up as it is.
func (c *codes) take(code string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	ends, ok := c.ends[code]
	delete(c.ends, code)
	return ok && c.clock.Now().Before(ends)
}
