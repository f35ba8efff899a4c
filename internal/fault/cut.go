package fault

import (
	"maps"
	"net"
	"net/http"
	"strconv"
)

// reset ends a connection with RST and not FIN: a connection that is closed while
// it lingers zero seconds throws away what it would still send. TLS is left
// behind, since its goodbye would tell the client that all was well.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		mustAbort()
	}
	plain := conn
	for {
		wrapper, ok := plain.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		plain = wrapper.NetConn()
	}
	if tcp, ok := plain.(interface{ SetLinger(sec int) error }); ok {
		_ = tcp.SetLinger(0) // else it is closed in the usual way, which is a fault as well
	}
	_ = plain.Close() // there is nobody to tell
}

// truncate sends less of the body than its Content-Length says, and ends the
// connection.
func truncate(w http.ResponseWriter, answer *recording, keep *int) {
	n := len(answer.body) / 2
	if keep != nil {
		n = min(*keep, len(answer.body)-1)
	}
	if n >= 0 && len(answer.body) > 0 && !bodiless(answer.status) {
		maps.Copy(w.Header(), answer.header.Clone())
		w.Header().Set("Content-Length", strconv.Itoa(len(answer.body)))
		w.WriteHeader(answer.status)
		_, _ = w.Write(answer.body[:n])
		_ = http.NewResponseController(w).Flush()
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		mustAbort()
	}
	_ = conn.Close()
}

// mustAbort makes net/http cut the answer off, on HTTP/2 by a reset of the stream.
// There is no other way to ask for it than this panic.
func mustAbort() { panic(http.ErrAbortHandler) }
