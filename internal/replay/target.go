package replay

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// ErrUnreachable is of a target that nothing can be sent to.
var ErrUnreachable = errors.New("the target cannot be reached")

// errUnsent is of a request that never left this process.
var errUnsent = errors.New("it cannot be sent")

// TargetOptions say how to reach a target.
type TargetOptions struct {
	Secrets  []string // never told, in whatever answers repeat them
	Timeout  time.Duration
	Insecure bool           // accepts any TLS certificate
	Allow    []netip.Prefix // addresses that are reached although they are forbidden
}

// Target is the server that requests are sent to. It follows no redirect, and reads no
// more of an answer than bodyLimit.
type Target struct {
	base    *url.URL
	secrets []string
	http    *http.Client
}

const (
	bodyLimit   = 16 << 20
	headerLimit = 64 << 10
	// shortestSecret keeps a secret such as "a" from being masked wherever the letter
	// stands.
	shortestSecret = 6
)

// NewTarget makes a target of a base URL.
func NewTarget(base string, o TargetOptions) (*Target, error) {
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil {
		return nil, fmt.Errorf("the base URL cannot be read: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("%q is no base URL; write http:// or https://, a host and a path, without a user, ? and #", u.Redacted())
	}
	guard := scimclient.Guard{Allow: o.Allow}
	return &Target{base: u, secrets: forms(o.Secrets), http: &http.Client{
		Transport: &http.Transport{
			Proxy:                  guard.Proxy,
			DialContext:            (&net.Dialer{Timeout: o.Timeout, Control: guard.Control}).DialContext,
			DisableCompression:     true,
			MaxResponseHeaderBytes: headerLimit,
			ForceAttemptHTTP2:      true,
			TLSClientConfig:        &tls.Config{InsecureSkipVerify: o.Insecure, MinVersion: tls.VersionTLS12},
		},
		Timeout:       o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Base is the base URL, without a slash at its end.
func (t *Target) Base() string { return t.base.String() }

// IsLocal reports whether a base URL is of this machine.
func IsLocal(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && addr.IsLoopback()
}

// Close lets go of idle connections.
func (t *Target) Close() { t.http.CloseIdleConnections() }

// forms are secrets as they are, and as an address has them.
func forms(secrets []string) []string {
	var list []string
	for _, s := range secrets {
		if len(s) >= shortestSecret {
			list = append(list, s, queryValue(s), url.PathEscape(s))
		}
	}
	return list
}

// mask takes secrets out of a text.
func (t *Target) mask(text string) string {
	for _, s := range t.secrets {
		text = strings.ReplaceAll(text, s, masked)
	}
	return text
}

// progress is how far a request came. Its hooks may be called by other goroutines.
type progress struct{ begun, connected atomic.Bool }

func (p *progress) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { p.begun.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { p.connected.Store(true) },
	})
}

// send sends a request whose variables have been filled in. The error is of a target
// that gets none, or errUnsent; one that gives no answer is an Answer without a status.
func (t *Target) send(ctx context.Context, s *Step) (*Answer, error) {
	var came progress
	request, err := http.NewRequestWithContext(came.trace(ctx), s.Method, t.base.String()+s.Path, bytes.NewReader(s.Body))
	if err != nil {
		return nil, fmt.Errorf("%w: %s", errUnsent, t.mask(err.Error()))
	}
	if len(s.Body) == 0 {
		request.Body, request.ContentLength = http.NoBody, 0
	}
	request.Header = http.Header{"User-Agent": {""}} // none, rather than Go's
	for _, h := range s.Headers {
		if request.Header.Get(h.Name) == "" {
			request.Header.Set(h.Name, h.Value)
		} else {
			request.Header.Add(h.Name, h.Value)
		}
	}
	response, err := t.http.Do(request)
	if err != nil {
		return t.unanswered(ctx, &came, err)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, bodyLimit+1))
	_ = response.Body.Close() // all that is wanted of it has been read
	answer := &Answer{Status: response.StatusCode, Header: response.Header, Cut: err != nil || len(body) > bodyLimit}
	answer.Body = []byte(t.mask(string(body[:min(len(body), bodyLimit)])))
	for _, values := range answer.Header {
		for i := range values {
			values[i] = t.mask(values[i])
		}
	}
	return answer, ctx.Err()
}

// unanswered tells a target that cannot be reached, and a request that cannot be sent,
// from a target that gives no answer.
func (t *Target) unanswered(ctx context.Context, came *progress, err error) (*Answer, error) {
	var dial *net.OpError
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, scimclient.ErrForbidden):
		return nil, err
	case !came.begun.Load():
		return nil, fmt.Errorf("%w: %s", errUnsent, t.mask(err.Error()))
	case !came.connected.Load(), errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect"):
		return nil, fmt.Errorf("%w: %s", ErrUnreachable, t.mask(err.Error()))
	default:
		return &Answer{Header: http.Header{}}, nil
	}
}
