package provisioning

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Cursors makes and reads the cursors of RFC 9865. Nothing is kept: a cursor is
// the position of the last resource of a page, encrypted, so that a client can
// neither read nor make one, and bound to tenant, types and parameters, so that
// it opens nothing else. It grants no rights: each page is authorised by itself.
type Cursors struct {
	aead    cipher.AEAD
	clock   clock.Clock
	timeout time.Duration
}

// NewCursors takes a key of 32 bytes that all processes of a database share.
func NewCursors(key []byte, c clock.Clock, timeout time.Duration) (*Cursors, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("key of cursors: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	return &Cursors{aead: aead, clock: c, timeout: timeout}, err
}

// errCursor is the one answer to all that is wrong with a cursor, a foreign one
// included (RFC 9865 section 5.2).
var errCursor = scim.InvalidCursor("the cursor is not valid for this request; begin again with an empty one")

// cursorEncoding writes unreserved characters of RFC 3986 alone, each cursor in
// one way alone.
var cursorEncoding = base64.RawURLEncoding.Strict()

// cursorFixed is the length of what every cursor holds: when it was made in
// milliseconds, count, id, and whether a key follows.
const cursorFixed = 8 + 8 + 8 + 1

func (c *Cursors) seal(q Query, calls []*Call, p store.Position) string {
	text := make([]byte, cursorFixed, 64)
	binary.BigEndian.PutUint64(text, uint64(calls[0].Clock.Now(c.clock.Now()).UnixMilli())) //nolint:gosec // read back as it was
	binary.BigEndian.PutUint64(text[8:], uint64(q.Count))                                   //nolint:gosec // likewise
	binary.BigEndian.PutUint64(text[16:], uint64(p.ID))                                     //nolint:gosec // likewise
	if p.Key != nil {
		text[24] = 1
		text = append(text, *p.Key...)
	}
	nonce := make([]byte, c.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the process instead
	return cursorEncoding.EncodeToString(c.aead.Seal(nonce, nonce, text, binding(q, calls)))
}

func (c *Cursors) open(q Query, calls []*Call) (*store.Position, error) {
	sealed, err := cursorEncoding.DecodeString(q.Cursor)
	// base64 passes line breaks over.
	if err != nil || len(sealed) < c.aead.NonceSize() || strings.ContainsAny(q.Cursor, "\r\n") {
		return nil, errCursor
	}
	nonce := sealed[:c.aead.NonceSize()]
	text, err := c.aead.Open(nil, nonce, sealed[len(nonce):], binding(q, calls))
	if err != nil || len(text) < cursorFixed {
		return nil, errCursor
	}
	number := func(at int) int64 { return int64(binary.BigEndian.Uint64(text[at:])) } //nolint:gosec // as it was written
	if calls[0].Clock.Now(c.clock.Now()).After(time.UnixMilli(number(0)).Add(c.timeout)) {
		return nil, scim.ExpiredCursor("the cursor has expired; one is good for %s. Begin again with an empty one", c.timeout)
	}
	if number(8) != int64(q.Count) {
		return nil, scim.InvalidCount("count must stay as it was when the cursor was made: %d", number(8))
	}
	position := &store.Position{ID: number(16)}
	if text[24] == 1 {
		key := string(text[cursorFixed:])
		position.Key = &key
	}
	return position, nil
}

// binding is what a cursor is good for.
func binding(q Query, calls []*Call) []byte {
	h := sha256.New()
	part := func(s string) { _, _ = fmt.Fprintf(h, "%d:%s", len(s), s) }
	_, _ = fmt.Fprintf(h, "%d %t %t ", calls[0].Tenant, q.HasFilter, q.Descending)
	for _, c := range calls {
		part(c.Type.Name)
	}
	for _, s := range []string{q.Filter, q.SortBy, q.BoundTo, calls[0].Persona.Name} {
		part(s)
	}
	return h.Sum(nil)
}
