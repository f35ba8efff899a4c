// Package self owns the way from this process to its own server, for what runs in it and
// judges it or provisions to it: under the origin that the answers name, which may be that
// of a proxy that cannot be reached from here, and straight to the listener.
package self

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// Way is that way, once the server listens. It is safe for concurrent use.
type Way struct {
	mu       sync.Mutex
	origin   string
	listener *listener
}

// Open says where the server listens, and under which URL it is public, nil for the same.
func (w *Way) Open(scheme, address string, public *url.URL) {
	to := &listener{scheme: scheme, address: address, transport: &http.Transport{
		DisableCompression: true, MaxIdleConnsPerHost: 32,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}, //nolint:gosec // it is this process
	}}
	origin := scheme + "://" + address
	if public != nil {
		origin, to.prefix = public.String(), public.EscapedPath()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.origin, w.listener = origin, to
}

func (w *Way) get() (origin string, to *listener) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.origin, w.listener
}

// Origin is the one that the answers name, empty until the server listens.
func (w *Way) Origin() string {
	origin, _ := w.get()
	return origin
}

// Base is the SCIM base URL of a tenant.
func (w *Way) Base(tenant int64) string {
	return w.Origin() + "/scim/tenants/" + strconv.FormatInt(tenant, 10) + "/v2"
}

// Wrap keeps the requests to this server inside; it is for scimclient.Options.
func (w *Way) Wrap(outside http.RoundTripper) http.RoundTripper {
	origin, to := w.get()
	if to == nil {
		return outside
	}
	return fork{origin + "/", to, outside}
}

// CloseIdleConnections lets go of what is not in use.
func (w *Way) CloseIdleConnections() {
	if _, to := w.get(); to != nil {
		to.transport.CloseIdleConnections()
	}
}

type fork struct {
	home            string
	inside, outside http.RoundTripper
}

// RoundTrip sends a request on its way.
func (f fork) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.String(), f.home) {
		return f.inside.RoundTrip(r)
	}
	return f.outside.RoundTrip(r)
}

type listener struct {
	scheme, address string
	prefix          string // which a proxy takes away
	transport       *http.Transport
}

// RoundTrip sends a request to the listener.
func (l *listener) RoundTrip(r *http.Request) (*http.Response, error) {
	u := *r.URL
	u.Scheme, u.Host = l.scheme, l.address
	if l.prefix != "" {
		u.RawPath = strings.TrimPrefix(u.EscapedPath(), l.prefix)
		if path, err := url.PathUnescape(u.RawPath); err == nil {
			u.Path = path
		}
	}
	inner := r.Clone(r.Context())
	inner.URL = &u
	if r.Host == "" {
		inner.Host = r.URL.Host
	}
	return l.transport.RoundTrip(inner)
}
