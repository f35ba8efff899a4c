package server

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// origins tells where a request came from and under which URL, believing
// X-Forwarded-* headers of trusted proxies only.
type origins struct {
	public  *url.URL // nil: as the request came
	trusted []netip.Prefix
}

// origin is scheme, host and prefix, without a slash at the end.
func (o *origins) origin(r *http.Request) string {
	if o.public != nil {
		return o.public.String()
	}
	scheme, host, prefix := "http", r.Host, ""
	if !isHost(host) { // none in HTTP/1.0; an absolute address may name anything
		host = here(r)
	}
	if r.TLS != nil {
		scheme = "https"
	}
	if len(o.trusted) > 0 && o.isTrusted(remote(r)) {
		if v := firstOf(r.Header.Get("X-Forwarded-Proto")); v == "http" || v == "https" {
			scheme = v
		}
		if v := firstOf(r.Header.Get("X-Forwarded-Host")); isHost(v) {
			host = v
		}
		if v := strings.TrimRight(firstOf(r.Header.Get("X-Forwarded-Prefix")), "/"); strings.HasPrefix(v, "/") {
			prefix = (&url.URL{Path: v}).EscapedPath()
		}
	}
	return scheme + "://" + host + prefix
}

// secure reports whether a request came over TLS, at least to a trusted proxy.
func (o *origins) secure(r *http.Request) bool {
	return r.TLS != nil || len(o.trusted) > 0 && o.isTrusted(remote(r)) && firstOf(r.Header.Get("X-Forwarded-Proto")) == "https"
}

// here is the address that the request arrived at.
func here(r *http.Request) string {
	if addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		return addr.String()
	}
	return "localhost"
}

// clientIP is the address of the client: the last one in X-Forwarded-For that
// no trusted proxy stands behind.
func (o *origins) clientIP(r *http.Request) string {
	at := remote(r)
	if len(o.trusted) == 0 || !o.isTrusted(at) {
		return at.String()
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		if at = hop; !o.isTrusted(hop) {
			break
		}
	}
	return at.String()
}

func (o *origins) isTrusted(addr netip.Addr) bool {
	for _, p := range o.trusted {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

func remote(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, _ := netip.ParseAddr(host)
	return addr.Unmap()
}

func firstOf(list string) string {
	v, _, _ := strings.Cut(list, ",")
	return strings.TrimSpace(v)
}

// isHost refuses what would make another URL of a location.
func isHost(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] > '~' || strings.IndexByte("/?#@\\\"'<>", s[i]) >= 0 {
			return false
		}
	}
	return s != ""
}
