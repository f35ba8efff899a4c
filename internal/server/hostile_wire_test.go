package server_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// request is a request as it goes over the wire. No client library would send
// most of them.
type request struct {
	method, target string
	headers        []string // whole lines
	token          string   // empty: no Authorization
	body           []byte
	bodied         bool // it has a body, be it empty
	chunked        bool
	missing        int    // bytes of the body that never come
	raw            []byte // instead of all of the above
	mayBreak       bool   // the connection may end without an answer
	want           []int  // the statuses that may come; nil: any that is not our fault
	lodging        lodging
}

// cutOff says that the connection's sending half ends after the request, which
// net/http takes for a client that has gone.
func (r request) cutOff() bool { return r.missing > 0 || r.raw != nil }

func (r request) bytes() []byte {
	if r.raw != nil {
		return r.raw
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: scim.example.com\r\n", r.method, r.target)
	if r.token != "" {
		fmt.Fprintf(&b, "Authorization: Bearer %s\r\n", r.token)
	}
	for _, line := range r.headers {
		b.WriteString(line + "\r\n")
	}
	switch {
	case !r.bodied:
		b.WriteString("\r\n")
	case r.chunked:
		b.WriteString("Transfer-Encoding: chunked\r\n\r\n")
		half := len(r.body) / 2
		for _, part := range [][]byte{r.body[:half], r.body[half:]} {
			if len(part) > 0 {
				fmt.Fprintf(&b, "%x\r\n%s\r\n", len(part), part)
			}
		}
		b.WriteString("0\r\n\r\n")
	default:
		b.WriteString("Content-Length: " + strconv.Itoa(len(r.body)) + "\r\n\r\n")
		b.Write(r.body[:len(r.body)-r.missing])
	}
	return b.Bytes()
}

// reply is an answer read to its end.
type reply struct {
	status  int
	header  http.Header
	body    []byte
	handled bool // by this program, not by net/http before it
}

// wireClient writes requests byte by byte over one connection that it keeps.
type wireClient struct {
	address string
	conn    net.Conn
	reader  *bufio.Reader
}

func (c *wireClient) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

func (c *wireClient) send(ctx context.Context, r request) (reply, error) {
	if c.conn == nil {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", c.address)
		if err != nil {
			return reply{}, err
		}
		c.conn, c.reader = conn, bufio.NewReader(conn)
	}
	const patience = time.Minute
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return reply{}, err
	}
	// A server that has answered need not read the rest.
	_, writeErr := c.conn.Write(r.bytes())
	if tcp, ok := c.conn.(*net.TCPConn); ok && r.cutOff() {
		_ = tcp.CloseWrite()
	}
	a, last, err := c.read(r.method)
	if err != nil || last || writeErr != nil || r.cutOff() {
		c.close()
	}
	return a, err
}

// read reads one answer, whatever is announced before it.
func (c *wireClient) read(method string) (a reply, last bool, err error) {
	for {
		response, err := http.ReadResponse(c.reader, &http.Request{Method: method})
		if err != nil {
			return reply{}, true, err
		}
		body, err := io.ReadAll(response.Body)
		if err := response.Body.Close(); err != nil {
			return reply{}, true, err
		}
		if err != nil {
			return reply{}, true, err
		}
		if response.StatusCode < http.StatusOK {
			continue
		}
		a := reply{status: response.StatusCode, header: response.Header, body: body}
		a.handled = len(a.header["X-Request-Id"]) > 0
		return a, response.Close, nil
	}
}

// scimPath reports whether a target is under a SCIM base, and whether that
// takes decoding to see.
func scimPath(target string) (plainly, decoded bool) {
	if _, rest, ok := strings.Cut(target, "://"); ok && !strings.HasPrefix(target, "/") {
		target = rest[max(0, strings.IndexByte(rest, '/')):]
	}
	path, _, _ := strings.Cut(target, "?")
	under := func(path string) bool {
		for strings.Contains(path, "//") {
			path = strings.ReplaceAll(path, "//", "/")
		}
		return path == "/scim" || strings.HasPrefix(path, "/scim/")
	}
	return under(path), under(unescape(path))
}

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
