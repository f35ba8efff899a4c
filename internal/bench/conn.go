package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// conn is one keep-alive HTTP/1.1 connection that sends requests rendered
// beforehand and reads answers into a buffer it reuses. net/http's client costs
// several times as much CPU, on the cores that the measured server needs.
type conn struct {
	raw  net.Conn
	in   *bufio.Reader
	body []byte
}

func dial(ctx context.Context, addr string) (*conn, error) {
	raw, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &conn{raw: raw, in: bufio.NewReaderSize(raw, 64<<10)}, nil
}

func (c *conn) close() { _ = c.raw.Close() }

// roundTrip sends a request and returns the answer's status and body. The body
// is valid until the next call. An answer that ends the connection is an error:
// the benchmark measures keep-alive connections.
func (c *conn) roundTrip(request []byte) (status int, body []byte, err error) {
	if _, err := c.raw.Write(request); err != nil {
		return 0, nil, err
	}
	status, head, err := c.readHead()
	if err != nil {
		return 0, nil, err
	}
	c.body = c.body[:0]
	switch {
	case status == 204 || status == 304:
	case head.chunked:
		err = c.readChunks()
	case head.length >= 0:
		err = c.readBody(head.length)
	default:
		err = errors.New("the answer has neither a length nor chunks")
	}
	if err == nil && head.closing {
		err = fmt.Errorf("the server ends the connection with an answer of status %d: %.200s", status, c.body)
	}
	return status, c.body, err
}

// answerHead is what of an answer's header decides how its body is read.
type answerHead struct {
	length  int
	chunked bool
	closing bool
}

var (
	headerContentLength    = []byte("Content-Length")
	headerTransferEncoding = []byte("Transfer-Encoding")
	headerConnection       = []byte("Connection")
)

func (c *conn) readHead() (int, answerHead, error) {
	head := answerHead{length: -1}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, head, err
	}
	if len(line) < len("HTTP/1.1 200") || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, head, fmt.Errorf("not an HTTP/1.1 answer: %.60q", line)
	}
	status, err := strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, head, fmt.Errorf("not an HTTP/1.1 answer: %.60q", line)
	}
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, head, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return status, head, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, headerContentLength):
			if head.length, err = strconv.Atoi(string(value)); err != nil {
				return 0, head, fmt.Errorf("content length %q is no number", value)
			}
		case bytes.EqualFold(name, headerTransferEncoding):
			head.chunked = bytes.EqualFold(value, []byte("chunked"))
		case bytes.EqualFold(name, headerConnection):
			head.closing = bytes.EqualFold(value, []byte("close"))
		}
	}
}

// readBody appends n bytes to the body.
func (c *conn) readBody(n int) error {
	start := len(c.body)
	if need := start + n; need > cap(c.body) {
		grown := make([]byte, start, 2*need)
		copy(grown, c.body)
		c.body = grown
	}
	c.body = c.body[:start+n]
	_, err := io.ReadFull(c.in, c.body[start:])
	return err
}

func (c *conn) readChunks() error {
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, _, _ := bytes.Cut(bytes.TrimSpace(line), []byte(";"))
		n, err := strconv.ParseUint(string(size), 16, 31)
		if err != nil {
			return fmt.Errorf("chunk size %q is no number", size)
		}
		if err := c.readBody(int(n)); err != nil {
			return err
		}
		// The line end after a chunk; after the last one, the end of the
		// trailer, which none of the measured servers sends.
		if _, err := c.in.Discard(len("\r\n")); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
	}
}
