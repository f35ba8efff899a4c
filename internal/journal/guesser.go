package journal

import (
	"hash/maphash"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"
)

// remembered bounds how many senders a Guesser knows.
const remembered = 10_000

// Guesser remembers what earlier requests of a sender told, so that a plain GET
// of Entra ID is known as one. It is safe for parallel use, in bounded memory.
type Guesser struct {
	seed  maphash.Seed
	mu    sync.Mutex
	known *lru.Cache[uint64, memory]
}

type memory struct {
	client Client
	score  int
}

// NewGuesser makes a Guesser that knows nobody.
func NewGuesser() *Guesser {
	known, _ := lru.New[uint64, memory](remembered) // an error is for sizes below 1
	return &Guesser{seed: maphash.MakeSeed(), known: known}
}

// Guess is the function Guess with a memory. sender is what requests of one
// client share, such as the token's name and tenant, else the address. A
// User-Agent is part of the sender too: a script with the token of an IdP is
// not the IdP.
func (g *Guesser) Guess(sender, method, path, query string, headers []Header, body []byte) Client {
	client, score := guess(method, path, query, headers, body)
	var h maphash.Hash
	h.SetSeed(g.seed)
	_, _ = h.WriteString(sender)
	_ = h.WriteByte(0)
	_, _ = h.WriteString(userAgent(headers))
	key := h.Sum64()

	g.mu.Lock()
	defer g.mu.Unlock()
	last, ok := g.known.Get(key)
	switch {
	case client == ClientUnknown && !ok:
		return ClientUnknown
	case client == ClientUnknown:
		return last.client
	case !ok || score >= last.score || client == last.client:
		g.known.Add(key, memory{client, max(score, last.scoreOf(client))})
		return client
	}
	// It is contradicted by less than it stands on, and weakens: a token may
	// have got another owner.
	last.score--
	g.known.Add(key, last)
	return last.client
}

func (m memory) scoreOf(c Client) int {
	if m.client == c {
		return m.score
	}
	return 0
}

func userAgent(headers []Header) string {
	for _, h := range headers {
		if around(h.Name, 0, "user-agent") && len(h.Name) == len("user-agent") {
			return h.Value
		}
	}
	return ""
}
