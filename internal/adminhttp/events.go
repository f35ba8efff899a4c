package adminhttp

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/journal"
)

const (
	// heartbeat keeps proxies from closing a stream where nothing happens.
	heartbeat = 15 * time.Second
	// writeLimit ends a stream whose client does not read.
	writeLimit = 10 * time.Second
	// burst is how many events are sent at once.
	burst = 200
)

// events streams requests as they come (server-sent events), those that the
// parameters choose. A client that comes back with Last-Event-ID misses none that
// the journal still has.
func (h *Handler) events(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	selected, text := q.selection()
	if err := q.failed(); err != nil {
		return err
	}
	selected.Newest, selected.Before, selected.Limit = false, 0, burst
	last, err := h.firstEvent(r, selected)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	s := stream{w: w, control: http.NewResponseController(w)}
	s.write(": the requests that come from now on\n\n")
	for s.err == nil {
		more, err := h.Admin.Journal.Await(r.Context(), selected.Tenant, heartbeat, func() (bool, error) {
			selected.After = last
			list, err := h.Admin.Journal.Exchanges(r.Context(), selected, text)
			for _, e := range list {
				s.event(e)
				last = e.ID
			}
			return len(list) > 0 || s.err != nil || h.stopping(), err
		})
		if err != nil { // the client has gone, or the stream ends here and is asked for again
			h.Logger.DebugContext(r.Context(), "a stream of events ended", "error", err)
			break
		}
		if h.stopping() {
			break
		}
		if !more {
			s.write(": still here\n\n")
		}
	}
	return nil
}

// firstEvent is the id after which events begin: the one the client had last, or
// the newest there is.
func (h *Handler) firstEvent(r *http.Request, q journal.Query) (int64, error) {
	if id, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64); err == nil {
		return id, nil
	}
	list, err := h.Admin.Journal.Exchanges(r.Context(), journal.Query{Tenant: q.Tenant, Newest: true, Limit: 1}, "")
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0].ID, nil
}

func (h *Handler) stopping() bool {
	select {
	case <-h.Stopping:
		return true
	default:
		return false
	}
}

// stream writes events. Its first error ends it.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	err     error
}

func (s *stream) write(text string) {
	if s.err != nil {
		return
	}
	_ = s.control.SetWriteDeadline(clock.System{}.Now().Add(writeLimit)) // connections know the machine's time only
	if _, s.err = s.w.Write([]byte(text)); s.err == nil {
		s.err = s.control.Flush()
	}
}

func (s *stream) event(e journal.Exchange) {
	data, err := json.Marshal(viewExchange(e))
	if err != nil {
		s.err = err
		return
	}
	s.write(fmt.Sprintf("id: %d\nevent: request\ndata: %s\n\n", e.ID, data))
}
