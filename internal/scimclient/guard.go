package scimclient

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
)

// ErrForbidden is of an address that is never called unless it is allowed: a file can
// name it, and what answers there gives out credentials of the machine.
var ErrForbidden = errors.New("is link-local, or where clouds keep the credentials of machines")

// metadata are the addresses of metadata services that are not link-local.
var metadata = []netip.Prefix{
	netip.MustParsePrefix("fd00:ec2::254/128"),
	netip.MustParsePrefix("fd20:ce::254/128"),
	netip.MustParsePrefix("100.100.100.200/32"),
	netip.MustParsePrefix("168.63.129.16/32"),
	netip.MustParsePrefix("192.0.0.192/32"),
}

// embeddings are the ways to write an IPv4 address as one of IPv6, and where in it the
// IPv4 address begins.
var embeddings = []struct {
	network netip.Prefix
	at      int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12},    // NAT64, RFC 6052
	{netip.MustParsePrefix("64:ff9b:1::/48"), 12},  // NAT64 of a network, RFC 8215
	{netip.MustParsePrefix("2002::/16"), 2},        // 6to4, RFC 3056
	{netip.MustParsePrefix("::/96"), 12},           // compatible, RFC 4291 section 2.5.5.1
	{netip.MustParsePrefix("::ffff:0:0:0/96"), 12}, // translated, RFC 2765
}

// embedded are the IPv4 addresses that an address may stand for.
func embedded(addr netip.Addr) []netip.Addr {
	var list []netip.Addr
	if !addr.Is6() {
		return nil
	}
	b := addr.As16()
	for _, e := range embeddings {
		if e.network.Contains(addr) {
			list = append(list, netip.AddrFrom4([4]byte(b[e.at:])))
		}
	}
	if embeddings[1].network.Contains(addr) { // prefixes of /48, /56 and /64 step over the byte 8
		list = append(list, netip.AddrFrom4([4]byte{b[6], b[7], b[9], b[10]}),
			netip.AddrFrom4([4]byte{b[7], b[9], b[10], b[11]}), netip.AddrFrom4([4]byte{b[9], b[10], b[11], b[12]}))
	}
	return list
}

// Guard keeps a client from some addresses: the link-local ones, and those of services
// that tell machines their credentials.
type Guard struct{ Allow []netip.Prefix } // what is called all the same

func (g Guard) check(addr netip.Addr) error {
	addr = addr.Unmap().WithZone("")
	for _, a := range append(embedded(addr), addr) {
		within := func(p netip.Prefix) bool { return p.Contains(a) }
		bad := a.IsLinkLocalUnicast() || a.IsMulticast() || slices.ContainsFunc(metadata, within)
		if bad && !slices.ContainsFunc(g.Allow, within) {
			return fmt.Errorf("%s %w; allow it with --allow-target if you mean it", a, ErrForbidden)
		}
	}
	return nil
}

// Control checks an address after it was looked up, just before it is called, so that
// no name can stand for another address by then. It is for net.Dialer.
func (g Guard) Control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("the address %q cannot be read: %w", address, err)
	}
	return g.check(at.Addr())
}

// Proxy finds the proxy of the environment. What one is asked for it looks up itself,
// so names are looked up here as well.
func (g Guard) Proxy(r *http.Request) (*url.URL, error) {
	proxy, err := http.ProxyFromEnvironment(r)
	if proxy == nil || err != nil {
		return nil, err
	}
	addresses, err := net.DefaultResolver.LookupNetIP(r.Context(), "ip", r.URL.Hostname())
	if err != nil {
		return proxy, nil //nolint:nilerr // a name that only the proxy knows
	}
	for _, a := range addresses {
		if err := g.check(a); err != nil {
			return nil, err
		}
	}
	return proxy, nil
}
