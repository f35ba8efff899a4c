package adminhttp

import (
	"bytes"
	"crypto/sha256"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/clock"
)

const (
	// keptFor is how long a create can be tried again.
	keptFor = 24 * time.Hour
	// mostKept bounds the answers that are kept; the oldest go first.
	mostKept = 10_000
	// maxKey is the longest Idempotency-Key, in bytes.
	maxKey = 255
)

// retries keeps the answers of creates by the header Idempotency-Key, so that a
// client that did not see its answer gets it by sending the request again.
//
// They are kept in memory, not in the database: the answer of a new token holds
// its secret, of which nothing but the hash may be stored. A retry that reaches
// another process is carried out; what has a unique name or number is then 409.
type retries struct {
	clock clock.Clock
	mu    sync.Mutex
	known map[string]*kept
	order []string // keys as they came
}

// kept is an answer, or the mark of a request that is still running.
type kept struct {
	request [sha256.Size]byte
	since   time.Time
	done    bool
	status  int
	header  http.Header
	body    []byte
}

func newRetries(c clock.Clock) *retries { return &retries{clock: c, known: map[string]*kept{}} }

// begin gives the answer kept for a key, or nil where the request is to be
// carried out.
func (m *retries) begin(key string, request [sha256.Size]byte) (*kept, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	oldest := m.clock.Now().Add(-keptFor)
	m.evict(oldest)
	k := m.known[key]
	if k != nil && !k.since.After(oldest) { // behind one that the clock, set back, has made younger
		m.drop(key)
		k = nil
	}
	switch {
	case k == nil:
		m.known[key] = &kept{request: request, since: m.clock.Now()}
		m.order = append(m.order, key)
		return nil, nil //nolint:nilnil // no answer and no error: go on
	case k.request != request:
		return nil, &refusal{status: http.StatusUnprocessableEntity, kind: typeKeyReused,
			detail: "the Idempotency-Key was sent with another request within 24 hours; use a new one for each create"}
	case !k.done:
		return nil, &refusal{status: http.StatusConflict, kind: typeKeyInFlight,
			detail: "the first request with this Idempotency-Key is still running; try again when it has ended"}
	default:
		return k, nil
	}
}

// evict drops what is too old or too much.
func (m *retries) evict(oldest time.Time) {
	for len(m.order) > 0 {
		k := m.known[m.order[0]]
		if k.since.After(oldest) && len(m.order) < mostKept {
			return
		}
		delete(m.known, m.order[0])
		m.order = m.order[1:]
	}
}

// drop forgets a key.
func (m *retries) drop(key string) {
	delete(m.known, key)
	if i := slices.Index(m.order, key); i >= 0 {
		m.order = slices.Delete(m.order, i, i+1)
	}
}

// end keeps the answer of a create that was made, and forgets one that was not:
// nothing has happened, so it can be mended and sent again.
func (m *retries) end(key string, seen *recorded) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.known[key]
	if k == nil {
		return
	}
	if seen.status != http.StatusCreated {
		m.drop(key)
		return
	}
	k.done, k.status, k.header, k.body = true, seen.status, seen.Header().Clone(), seen.body.Bytes()
	k.header.Del("X-Request-Id")
}

// recorded passes an answer on and remembers it.
type recorded struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (r *recorded) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorded) Write(p []byte) (int, error) {
	r.body.Write(p)
	return r.ResponseWriter.Write(p)
}

// middleware makes a create safe to send again.
func (m *retries) middleware(h *Handler) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return h.endpoint(func(w http.ResponseWriter, r *http.Request) error {
			key := r.Header.Get("Idempotency-Key")
			if key == "" {
				next.ServeHTTP(w, r)
				return nil
			}
			if len(key) > maxKey {
				return invalid(violation{Detail: "the Idempotency-Key is longer than 255 bytes", Parameter: "Idempotency-Key"})
			}
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
			if err != nil {
				return err
			}
			k, err := m.begin(key, fingerprint(r, body))
			if err != nil {
				return err
			}
			if k != nil {
				replay(w, k)
				return nil
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			seen := &recorded{ResponseWriter: w}
			defer m.end(key, seen) // a panic too ends the request
			next.ServeHTTP(seen, r)
			return nil
		})
	}
}

// fingerprint tells requests apart.
func fingerprint(r *http.Request, body []byte) [sha256.Size]byte {
	return sha256.Sum256(append([]byte(r.Method+" "+r.URL.EscapedPath()+"\n"), body...))
}

func replay(w http.ResponseWriter, k *kept) {
	maps.Copy(w.Header(), k.header)
	w.Header().Set("Idempotency-Replayed", "true")
	w.WriteHeader(k.status)
	_, _ = w.Write(k.body)
}
