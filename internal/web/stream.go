package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/clock"
)

// heartbeat is how long a stream is silent at most: proxies end what says nothing.
const heartbeat = 15 * time.Second

// writeLimit is how long a client may take to read an event.
const writeLimit = 30 * time.Second

// event is one of a stream of server-sent events. A client that comes back tells
// the ID that it had last.
type event struct {
	ID, Name, Data string
}

// stream sends events until the client or the server goes. next is asked again and
// again with the ID of the last event, empty at first; it waits for events for a
// heartbeat at most, and may give none.
func (v *visit) stream(next func(last string) ([]event, error)) error {
	h := v.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a proxy must pass each event on at once
	if v.r.Method == http.MethodHead {
		return nil
	}
	control := http.NewResponseController(v.w)
	write := func(text string) error {
		_ = control.SetWriteDeadline(clock.System{}.Now().Add(writeLimit)) // connections know the machine's time only
		if _, err := v.w.Write([]byte(text)); err != nil {
			return err
		}
		return control.Flush()
	}
	last := v.r.Header.Get("Last-Event-ID")
	err := write(": from now on\n\n")
	for err == nil && !v.stopping() {
		var events []event
		if events, err = next(last); err != nil {
			break
		}
		if _, err = v.readSession(v.r); err != nil { // it was signed out, or its time is over
			break
		}
		text := ": still here\n\n"
		if len(events) > 0 {
			text = ""
			last = events[len(events)-1].ID
		}
		for _, e := range events {
			text += e.String()
		}
		err = write(text)
	}
	if err != nil { // the answer has begun, so nobody can be told
		v.Logger.DebugContext(v.r.Context(), "a stream of events ended", "error", err)
	}
	return nil
}

// newLines begin the line of data again after all that ends one there.
var newLines = strings.NewReplacer("\r\n", "\ndata: ", "\r", "\ndata: ", "\n", "\ndata: ")

// String is the event as it is sent.
func (e event) String() string {
	return "id: " + e.ID + "\nevent: " + e.Name + "\ndata: " + newLines.Replace(e.Data) + "\n\n"
}

func (v *visit) stopping() bool {
	select {
	case <-v.Stopping:
		return true
	case <-v.r.Context().Done():
		return true
	default:
		return false
	}
}
