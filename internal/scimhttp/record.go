package scimhttp

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

// Journal is where requests are recorded.
type Journal interface {
	// Record takes an exchange and must not wait.
	Record(e *journal.Exchange)
	// Answering tells that a client may have the answer before Record.
	Answering(e *journal.Exchange)
	// Client guesses who sends the request of an exchange that is not over.
	Client(e *journal.Exchange) journal.Client
}

type recordKey struct{}

// recordOf is the record of a request, to which those who handle it add what they
// know. A request that is not recorded has one that nobody reads.
func recordOf(ctx context.Context) *journal.Exchange {
	if e, ok := ctx.Value(recordKey{}).(*journal.Exchange); ok {
		return e
	}
	return &journal.Exchange{}
}

// Record keeps what goes in and out in the journal, whatever becomes of it.
func (h *Handler) Record(next http.Handler) http.Handler {
	if h.Journal == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watch := telemetry.StartStopwatch()
		e := &journal.Exchange{
			At: h.Clock.Now(), Request: telemetry.RequestID(r.Context()), Address: h.Access.clientIP(r), Method: r.Method,
		}
		e.Path, e.Query = sentTarget(r)
		e.Scheme, e.Host = cutOrigin(h.Origin(r))
		e.Place = place(r.URL.Path)
		body := &sentBody{ReadCloser: r.Body, limit: h.JournalBodyLimit}
		answer := &answer{ResponseWriter: w, limit: h.JournalBodyLimit, begun: func() { h.Journal.Answering(e) }}
		r = r.WithContext(context.WithValue(r.Context(), recordKey{}, e))
		r.Body = body
		defer func() {
			e.Duration = watch.Elapsed()
			e.Route = place(chi.RouteContext(r.Context()).RoutePattern())
			body.rest(r)
			e.Sent = journal.Message{Headers: headers(r.Header), Body: body.kept, Size: max(body.size, r.ContentLength)}
			e.Status = answer.status
			e.Answer = journal.Message{Headers: headers(w.Header()), Body: answer.kept, Size: answer.size}
			h.Journal.Record(e)
		}()
		next.ServeHTTP(answer, r)
		if answer.status == 0 && !answer.hijacked {
			answer.status = http.StatusOK
		}
	})
}

// sentTarget is the address of a request as it was sent.
func sentTarget(r *http.Request) (path, query string) {
	if strings.HasPrefix(r.RequestURI, "/") {
		path, query, _ = strings.Cut(r.RequestURI, "?")
		return path, query
	}
	return r.URL.EscapedPath(), r.URL.RawQuery
}

func cutOrigin(origin string) (scheme, host string) {
	scheme, rest, _ := strings.Cut(origin, "://")
	host, _, _ = strings.Cut(rest, "/")
	return scheme, host
}

// place is the part of a path, or of a pattern, below its SCIM base.
func place(path string) string {
	if rest, ok := strings.CutPrefix(path, "/scim/v2"); ok {
		return orRoot(rest)
	}
	rest, ok := strings.CutPrefix(path, "/scim/tenants/")
	if !ok {
		return ""
	}
	_, rest, _ = strings.Cut(rest, "/")
	rest, ok = strings.CutPrefix(rest, "v2")
	if !ok {
		return ""
	}
	return orRoot(rest)
}

func orRoot(rest string) string {
	if rest == "" {
		return "/"
	}
	return rest
}

// headers lists header fields; the journal orders them.
func headers(from http.Header) []journal.Header {
	list := make([]journal.Header, 0, len(from))
	for name, values := range from {
		for _, v := range values {
			list = append(list, journal.Header{Name: name, Value: v})
		}
	}
	return list
}

// sentBody keeps the beginning of a body that is read.
type sentBody struct {
	io.ReadCloser
	limit int
	kept  []byte
	size  int64
	ended bool
}

func (b *sentBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.size += int64(n)
	b.ended = b.ended || err != nil
	if room := b.limit - len(b.kept); room > 0 {
		b.kept = append(b.kept, p[:min(n, room)]...)
	}
	return n, err
}

// mostUnread is how much of a body that no handler has read net/http waits for
// before it answers in HTTP/1; of a larger one it reads nothing.
const mostUnread = 256 << 10

// rest reads what nobody has read, where net/http would do so before it answers:
// an answer never waits for the journal. A client that waits to be asked for its
// body is not asked.
func (b *sentBody) rest(r *http.Request) {
	if b.ended || b.ReadCloser == http.NoBody || r.Header.Get("Expect") != "" || r.ProtoMajor != 1 ||
		r.ContentLength < 0 || r.ContentLength > mostUnread {
		return
	}
	_, _ = io.CopyN(io.Discard, b, int64(b.limit)) // what cannot be read is not kept
}

// held is less than what net/http holds back of an answer.
const held = 2000

// answer keeps status and beginning of an answer.
type answer struct {
	http.ResponseWriter
	limit  int
	status int
	kept   []byte
	size   int64
	// begun is called when the answer outgrows the buffers that hold it back until its
	// handler ends.
	begun func()
	// hijacked says that a fault took the connection to break it.
	hijacked bool
}

// Hijack gives the connection away.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(a.ResponseWriter).Hijack()
	a.hijacked = err == nil
	return conn, rw, err
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 || a.status < http.StatusOK { // others are superfluous
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if before := a.size; before <= held && before+int64(len(p)) > held {
		a.begun()
	}
	n, err := a.ResponseWriter.Write(p)
	a.size += int64(n)
	if room := a.limit - len(a.kept); room > 0 {
		a.kept = append(a.kept, p[:min(n, room)]...)
	}
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
