package scimclient

import (
	"net/http"
	"net/netip"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	for address, forbidden := range map[string]bool{
		"127.0.0.1": false, "10.0.0.1": false, "192.0.2.1": false, "::1": false, "2001:db8::1": false,
		"169.254.169.254": true, "::ffff:169.254.169.254": true, "64:ff9b::a9fe:a9fe": true, "fe80::1%eth0": true,
		"2002:a9fe:a9fe::1": true, "2002:7f00:1::1": false, "::169.254.169.254": true, "::ffff:0:a9fe:a9fe": true, "::ffff:0:7f00:1": false,
		"64:ff9b:1::a9fe:a9fe": true, "64:ff9b:1:a9fe:a9:fe00::": true, "64:ff9b:1:a9:fe:a9fe::": true, "64:ff9b:1:0:a9:fea9:fe00:0": true,
		"64:ff9b:1::7f00:1": false, "2002:6464:64c8::": true,
		"fd00:ec2::254": true, "100.100.100.200": true, "224.0.0.1": true,
	} {
		addr := netip.MustParseAddr(address)
		require.Equal(t, forbidden, Guard{}.check(addr) != nil, address)
		require.Equal(t, forbidden, Guard{}.Control("tcp", netip.AddrPortFrom(addr, 80).String(), nil) != nil, address)
	}
	require.NoError(t, Guard{Allow: []netip.Prefix{netip.MustParsePrefix("169.254.0.0/16")}}.check(netip.MustParseAddr("169.254.169.254")))
	require.Error(t, Guard{}.Control("unix", "/run/x", nil))
}

func TestGuard_BeforeAProxy(t *testing.T) {
	// not parallel: net/http reads the variables of the process once
	proxy, err := Guard{}.Proxy(&http.Request{URL: &url.URL{Scheme: "http", Host: "127.0.0.1"}})
	require.NoError(t, err)
	require.Nil(t, proxy)
}
