package server

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"strings"
)

// ownWay is how the process calls itself: the origin that its answers name, and what
// carries requests for that to the listener at an address. What is public may be a
// proxy that cannot be reached from here.
func (s *Server) ownWay(scheme, address string) (origin string, way http.RoundTripper) {
	to := &ownWay{scheme: scheme, address: address, transport: &http.Transport{
		DisableCompression: true, MaxIdleConnsPerHost: 32,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}, //nolint:gosec // it is this process
	}}
	if s.config.PublicURL == nil {
		return scheme + "://" + address, to
	}
	to.prefix = s.config.PublicURL.EscapedPath()
	return s.config.PublicURL.String(), to
}

type ownWay struct {
	scheme, address string
	prefix          string // which a proxy takes away
	transport       *http.Transport
}

// RoundTrip sends a request to the listener.
func (o *ownWay) RoundTrip(r *http.Request) (*http.Response, error) {
	u := *r.URL
	u.Scheme, u.Host = o.scheme, o.address
	if o.prefix != "" {
		u.RawPath = strings.TrimPrefix(u.EscapedPath(), o.prefix)
		if path, err := url.PathUnescape(u.RawPath); err == nil {
			u.Path = path
		}
	}
	inner := r.Clone(r.Context())
	inner.URL = &u
	if r.Host == "" {
		inner.Host = r.URL.Host
	}
	return o.transport.RoundTrip(inner)
}

// CloseIdleConnections lets go of what is not in use.
func (o *ownWay) CloseIdleConnections() { o.transport.CloseIdleConnections() }
