// Package scimclient is a small SCIM client that can be let loose on any
// server, a hostile one included: it reads no more of an answer than it was
// told to, waits no longer, follows no redirect, sends the token nowhere but to
// its base URL, and keeps each exchange for whoever wants to see it.
//
// What an answer means is left to the caller: to the judge
// (internal/conformance) and to the identity provider's side (internal/idp).
package scimclient

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/clock"
)

// The limits of a client that was given none.
const (
	DefaultTimeout   = 30 * time.Second
	DefaultBodyLimit = 1 << 20
)

const (
	headerLimit  = 64 << 10
	longestDelay = 30 * time.Second // a Retry-After beyond it is not waited for
	mediaType    = "application/scim+json"
)

// ErrOrigin is of a request to where the token must not go.
var ErrOrigin = errors.New("is of another origin than the base URL, and is not called")

// Options say how to reach a server. The zero value is a client without a
// credential.
type Options struct {
	Token     string      // sent as a bearer token
	TokenName string      // of the shell variable shown in the token's place, TOKEN if empty
	Header    http.Header // sent with every request; its values are secrets, and never shown
	Timeout   time.Duration
	BodyLimit int64
	Insecure  bool    // accepts any TLS certificate
	Rate      float64 // requests per second, 0 for as many as can be
	Retries   int     // how often a 429 with a Retry-After is tried again
	UserAgent string
	Allow     []netip.Prefix // addresses that are called although a Guard forbids them
	// Wrap stands between the client and the network, to break requests on purpose.
	Wrap func(http.RoundTripper) http.RoundTripper
}

// Client sends requests to one base URL. It is safe for parallel use.
type Client struct {
	base    *url.URL
	options Options
	http    *http.Client
	idle    *http.Transport // below what options.Wrap has put there
	pace    pace
}

// New makes a client of the server at a base URL.
func New(base string, options Options) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil {
		return nil, fmt.Errorf("the base URL cannot be read: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%q is no base URL; write http:// or https://, a host and a path, without ? and #", base)
	}
	if u.User != nil {
		return nil, errors.New("the base URL has a user in it; give the credential as a token or a header")
	}
	if options.Timeout <= 0 {
		options.Timeout = DefaultTimeout
	}
	if options.TokenName == "" {
		options.TokenName = "TOKEN"
	}
	if options.BodyLimit <= 0 {
		options.BodyLimit = DefaultBodyLimit
	}
	guard := Guard{Allow: options.Allow}
	transport := &http.Transport{
		Proxy:                  guard.Proxy,
		DialContext:            (&net.Dialer{Timeout: options.Timeout, Control: guard.Control}).DialContext,
		DisableCompression:     true, // an answer is kept as it came
		MaxIdleConnsPerHost:    32,
		MaxResponseHeaderBytes: headerLimit,
		ForceAttemptHTTP2:      true,
		TLSClientConfig:        &tls.Config{InsecureSkipVerify: options.Insecure, MinVersion: tls.VersionTLS12},
	}
	var way http.RoundTripper = transport
	if options.Wrap != nil {
		way = options.Wrap(transport)
	}
	return &Client{
		base:    u,
		options: options,
		idle:    transport,
		http: &http.Client{
			Transport:     way,
			Timeout:       options.Timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		pace: pace{rate: options.Rate},
	}, nil
}

// Base is the base URL, without a slash at its end.
func (c *Client) Base() string { return c.base.String() }

// Token is the bearer token, "" if there is none.
func (c *Client) Token() string { return c.options.Token }

// Close lets go of idle connections.
func (c *Client) Close() { c.idle.CloseIdleConnections() }

// Request is what to send.
type Request struct {
	Method    string
	Path      string // with its query: from the base URL on, or a whole URL of the same origin
	Header    http.Header
	Body      string
	Anonymous bool // leaves out the token
}

// Do sends a request and gives the exchange, which holds the error of one that got no answer.
func (c *Client) Do(ctx context.Context, r Request) *Exchange {
	for try := 0; ; try++ {
		e := c.once(ctx, r)
		delay, ok := retryAfter(e)
		if !ok || try >= c.options.Retries {
			return e
		}
		if clock.Wait(ctx, delay) != nil {
			return e
		}
	}
}

func retryAfter(e *Exchange) (time.Duration, bool) {
	if e.Status != http.StatusTooManyRequests {
		return 0, false
	}
	seconds, err := strconv.ParseUint(e.Header.Get("Retry-After"), 10, 32) // a Duration holds as many
	delay := time.Duration(seconds) * time.Second                          //nolint:gosec // 32 bits
	return delay, err == nil && delay <= longestDelay
}

func (c *Client) once(ctx context.Context, r Request) *Exchange {
	e := &Exchange{Method: r.Method, RequestBody: r.Body}
	target, err := c.target(r.Path)
	e.URL = c.mask(target)
	if err != nil {
		e.Err = err
		return e
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, target, strings.NewReader(r.Body))
	if err != nil {
		e.Err = fmt.Errorf("the request cannot be made: %w", err)
		return e
	}
	if r.Body == "" {
		request.Body, request.ContentLength = http.NoBody, 0
	}
	request.Header, e.RequestHeader = c.header(r)
	if err := c.pace.wait(ctx); err != nil {
		e.Err = err
		return e
	}
	e.Started = time.Now()
	defer func() { e.Duration = time.Since(e.Started) }()
	response, err := c.http.Do(request)
	if err != nil {
		e.Err = c.maskError(err)
		return e
	}
	defer func() { _ = response.Body.Close() }()
	e.Status, e.Header = response.StatusCode, c.maskHeader(response.Header)
	body, err := io.ReadAll(io.LimitReader(response.Body, c.options.BodyLimit+1))
	if int64(len(body)) > c.options.BodyLimit {
		body, e.Truncated = body[:c.options.BodyLimit], true
	}
	e.Body = c.mask(string(body)) // a server may repeat what it was sent
	if err != nil {
		e.Err = fmt.Errorf("the answer breaks off: %w", err)
	}
	return e
}

// target is the URL of a path. The token must not follow a server that points elsewhere.
func (c *Client) target(path string) (string, error) {
	if !strings.HasPrefix(path, "http://") && !strings.HasPrefix(path, "https://") {
		return c.base.String() + path, nil
	}
	u, err := url.Parse(path)
	if err != nil {
		return path, fmt.Errorf("the URL cannot be read: %w", err)
	}
	if u.Scheme != c.base.Scheme || !strings.EqualFold(u.Host, c.base.Host) {
		return path, fmt.Errorf("%s %w", path, ErrOrigin)
	}
	return path, nil
}

// header gives the headers to send, and the same with the secrets masked.
func (c *Client) header(r Request) (sent, shown http.Header) {
	sent = http.Header{"Accept": {mediaType}, "User-Agent": {c.options.UserAgent}}
	if r.Body != "" {
		sent.Set("Content-Type", mediaType)
	}
	shown = sent.Clone()
	for name, values := range c.options.Header {
		sent[name] = values
		shown[name] = []string{"$" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))}
	}
	if c.options.Token != "" && !r.Anonymous {
		sent.Set("Authorization", "Bearer "+c.options.Token)
		shown.Set("Authorization", "Bearer $"+c.options.TokenName)
	}
	for name, values := range r.Header {
		masked := slices.Clone(values)
		for i, v := range masked {
			masked[i] = c.mask(v)
		}
		sent[name], shown[name] = values, masked
	}
	maps.DeleteFunc(sent, func(_ string, values []string) bool { return values == nil })
	maps.DeleteFunc(shown, func(_ string, values []string) bool { return len(values) == 0 || values[0] == "" })
	return sent, shown
}

// mask takes the token out of a text.
func (c *Client) mask(text string) string {
	if c.options.Token == "" {
		return text
	}
	return strings.ReplaceAll(text, c.options.Token, "$"+c.options.TokenName)
}

// maskError does so with an error, which repeats the URL. Of what it wraps only the
// address that is forbidden is kept: others may tell more.
func (c *Client) maskError(err error) error {
	text := errors.New(c.mask(err.Error()))
	if errors.Is(err, ErrForbidden) {
		return &forbidden{text}
	}
	return text
}

type forbidden struct{ error }

func (*forbidden) Is(target error) bool { return target == ErrForbidden }

// maskHeader takes the token out of header lines.
func (c *Client) maskHeader(header http.Header) http.Header {
	for _, values := range header {
		for i, v := range values {
			values[i] = c.mask(v)
		}
	}
	return header
}

// pace spreads requests over time.
type pace struct {
	rate float64
	mu   sync.Mutex
	next time.Time
}

func (p *pace) wait(ctx context.Context) error {
	if p.rate <= 0 {
		return ctx.Err()
	}
	p.mu.Lock()
	at := p.next
	if now := time.Now(); at.Before(now) {
		at = now
	}
	p.next = at.Add(time.Duration(float64(time.Second) / p.rate))
	p.mu.Unlock()
	return clock.Wait(ctx, time.Until(at))
}
