package provisioning

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// The cost of argon2id: OWASP's second choice, 19 MiB and two passes.
const (
	argonMemory = 19 << 10 // KiB
	argonPasses = 2
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

// passwords hashes passwords, one on each core at a time: a hash takes 19 MiB.
// Few may wait, all others are told to come again.
type passwords struct {
	working, waiting chan struct{}
}

func newPasswords() *passwords {
	cores := runtime.GOMAXPROCS(0)
	return &passwords{working: make(chan struct{}, cores), waiting: make(chan struct{}, 32*cores)}
}

// enter waits for a core; leave gives it back.
func (p *passwords) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case p.waiting <- struct{}{}:
		defer func() { <-p.waiting }()
	default:
		return store.ErrBusy
	}
	select {
	case p.working <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *passwords) leave() { <-p.working }

// HashPassword hashes a prepared password as the service does.
func HashPassword(ctx context.Context, prepared string) (string, error) {
	return newPasswords().hash(ctx, prepared)
}

// hash gives $argon2id$v=19$m=19456,t=2,p=1$SALT$KEY.
func (p *passwords) hash(ctx context.Context, plain string) (string, error) {
	if err := p.enter(ctx); err != nil {
		return "", err
	}
	defer p.leave()
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the process instead
	key := argon2.IDKey([]byte(plain), salt, argonPasses, argonMemory, argonLanes, argonKey)
	return argonPrefix + base64.RawStdEncoding.EncodeToString(salt) + "$" + base64.RawStdEncoding.EncodeToString(key), nil
}

var argonPrefix = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, argonMemory, argonPasses, argonLanes)

// matches says whether a password has a hash. One made at another cost never
// does, so that it is made anew.
func (p *passwords) matches(ctx context.Context, plain, hash string) (bool, error) {
	rest, ours := strings.CutPrefix(hash, argonPrefix)
	saltText, keyText, _ := strings.Cut(rest, "$")
	salt, saltErr := base64.RawStdEncoding.DecodeString(saltText)
	key, keyErr := base64.RawStdEncoding.DecodeString(keyText)
	if !ours || saltErr != nil || keyErr != nil || len(key) != argonKey {
		return false, nil
	}
	if err := p.enter(ctx); err != nil {
		return false, err
	}
	defer p.leave()
	return subtle.ConstantTimeCompare(key, argon2.IDKey([]byte(plain), salt, argonPasses, argonMemory, argonLanes, argonKey)) == 1, nil
}

// takePassword takes the password out of the attributes of a new resource and
// hashes it.
func (s *Service) takePassword(ctx context.Context, attributes scim.Object) (string, error) {
	plain, ok := attributes["password"].(string)
	delete(attributes, "password")
	if !ok {
		return "", nil
	}
	prepared, err := scim.PreparePassword(plain)
	if err != nil {
		return "", err
	}
	return s.passwords.hash(ctx, prepared)
}

// passwordStays stands for the password that a resource has while an edit is
// applied to it. No client can send it: NUL is refused.
const passwordStays = "\x00"

// passwordChange is a new password of a resource. What it becomes depends on the
// hash there is, which is compared outside the transaction: it takes long.
type passwordChange struct {
	plain, current string  // what it was worked out for
	result         *string // as store.Change.Password has it
}

// unhashedError asks for a passwordChange to be worked out.
type unhashedError struct{ passwordChange }

func (*unhashedError) Error() string { return "the new password is not hashed yet" }

// workOut finds out what a change does: the same password is no change. Where
// another change came in after it was worked out before, it is not compared once
// more, so that of many changes at once each is hashed once.
func (s *Service) workOut(ctx context.Context, c passwordChange, before *passwordChange) (*passwordChange, error) {
	if before != nil && before.plain == c.plain && before.result != nil {
		c.result = before.result
		return &c, nil
	}
	prepared, err := scim.PreparePassword(c.plain)
	if err != nil {
		return nil, err
	}
	if before == nil {
		same, err := s.passwords.matches(ctx, prepared, c.current)
		if same || err != nil {
			return &c, err
		}
	}
	hash, err := s.passwords.hash(ctx, prepared)
	c.result = &hash
	return &c, err
}

// take takes the password out of the next state of a resource. c is what was
// worked out so far, nil for nothing.
func (c *passwordChange) take(next scim.Object, current string) (*string, error) {
	plain, ok := next["password"].(string)
	delete(next, "password")
	switch {
	case plain == passwordStays, !ok && current == "":
		return nil, nil //nolint:nilnil // as it is
	case !ok:
		none := ""
		return &none, nil
	case c != nil && plain == c.plain && current == c.current:
		return c.result, nil
	default:
		return nil, &unhashedError{passwordChange{plain: plain, current: current}}
	}
}
