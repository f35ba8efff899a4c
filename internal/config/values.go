package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// The parsers of this file check a value by itself. Their errors go on after "--option " and say how to mend it.

func parseText(v string) (string, error) { return v, nil }

func oneOf(allowed ...string) func(string) (string, error) {
	last := len(allowed) - 1
	choice := strings.Join(allowed[:last], ", ") + " or " + allowed[last]
	return func(v string) (string, error) {
		if !slices.Contains(allowed, v) {
			return "", fmt.Errorf("is %q; it must be %s", v, choice)
		}
		return v, nil
	}
}

func parseBool(v string) (bool, error) {
	b, err := strconv.ParseBool(v)
	if err != nil {
		return false, fmt.Errorf("is %q; it must be true or false", v)
	}
	return b, nil
}

func parseCount(v string) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("is %q; it must be a whole number, 0 or more", v)
	}
	return n, nil
}

func parseLimit(v string) (*int, error) {
	n, err := parseCount(v)
	return &n, err
}

// parseTestAPI reads auto as false: Load knows the database.
func parseTestAPI(v string) (bool, error) {
	if v == testAPIAuto {
		return false, nil
	}
	b, err := strconv.ParseBool(v)
	if err != nil {
		return false, fmt.Errorf("is %q; it must be true, false or auto", v)
	}
	return b, nil
}

// testAPIAuto is the value of --test-api that follows from the database.
const testAPIAuto = "auto"

func parseDuration(v string) (time.Duration, error) {
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("is %q; it must be a duration with a unit, such as 10s or 1m30s", v)
	}
	return d, nil
}

func parsePositive(v string) (time.Duration, error) {
	d, err := parseDuration(v)
	if err == nil && d == 0 {
		return 0, fmt.Errorf("is %q; it must be longer than nothing, such as 10m", v)
	}
	return d, err
}

func parseListen(v string) (string, error) {
	_, port, err := net.SplitHostPort(v)
	if err != nil || port == "" {
		return "", fmt.Errorf("is %q, which has no port; write HOST:PORT, such as 127.0.0.1:8080, or :8080 for all addresses", v)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("has the port %q; it must be a number from 0 to 65535", port)
	}
	return v, nil
}

// keyword finds the words of the other way to write a PostgreSQL address, which would else become the name of a file.
var keyword = regexp.MustCompile(`(^|\s)(host|hostaddr|port|dbname|user|password|sslmode)\s*=`)

// parseDatabase never repeats the value: a password may be in it.
func parseDatabase(v string) (string, error) {
	scheme, _, isURL := strings.Cut(v, "://")
	switch {
	case v == "":
		return "", errors.New("is empty; it must be a file, :memory: or a postgres:// URL")
	case !isURL && keyword.MatchString(v):
		return "", errors.New("is a list of keywords; write postgres://USER:PASSWORD@HOST/NAME instead")
	case !isURL:
		return v, nil
	case scheme != "postgres" && scheme != "postgresql":
		return "", fmt.Errorf("has the unknown scheme %q; it must be a file, :memory: or a postgres:// URL", scheme)
	}
	if u, err := url.Parse(v); err != nil || u.Fragment != "" {
		return "", errors.New("is not a valid URL; escape special characters in the password, such as %23 for # and %2F for /")
	}
	return v, nil
}

func parsePublicURL(v string) (*url.URL, error) {
	if v == "" {
		return nil, nil
	}
	u, err := url.Parse(v)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, fmt.Errorf("is %q; it must be an absolute URL, such as https://scim.example.com", v)
	case u.User != nil:
		return nil, errors.New("holds a user name; leave that out, as every client is told this URL")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("is %q; it must have no query and no fragment, as paths are put after it", v)
	}
	u.RawPath, u.Path = strings.TrimRight(u.RawPath, "/"), strings.TrimRight(u.Path, "/")
	return u, nil
}

// parseProxy reads a network or an address, IPv4 in IPv6 as IPv4: so the addresses of peers are compared.
func parseProxy(v string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(v)
	if err != nil {
		addr, err := netip.ParseAddr(v)
		if err != nil {
			return netip.Prefix{}, fmt.Errorf("has %q; it must be an address or a network, such as 10.0.0.0/8", v)
		}
		prefix = netip.PrefixFrom(addr, addr.BitLen())
	}
	if prefix.Addr().Is4In6() && prefix.Bits() >= 96 {
		prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-96)
	}
	return prefix.Masked(), nil
}

func parseOrigin(v string) (string, error) {
	if v == "*" {
		return v, nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme+"://"+u.Host != strings.ToLower(v) || u.Host == "" {
		return "", fmt.Errorf("has %q; it must be a scheme and a host without a path, such as https://app.example.com, or *", v)
	}
	return v, nil
}

// secretText is what an Authorization header can carry after "Bearer ", without commas, which separate lists.
var secretText = regexp.MustCompile(`^[!-+\--~]+$`)

func parseSecret(v string) (string, error) {
	if v != "" && !secretText.MatchString(v) {
		return "", errors.New("has a character that a bearer token cannot carry; use letters, digits and -._~+/= only")
	}
	return v, nil
}

// parseToken repeats the name of a faulty token, and no more of it.
func parseToken(v string) (Token, error) {
	name, secret, named := strings.Cut(v, "=")
	name = strings.TrimSpace(name)
	if !named || name == "" {
		return Token{}, errors.New("has a token without a name; write NAME=SECRET or TENANT/NAME=SECRET, without commas")
	}
	t := Token{Tenant: 1, Unnamed: true, Name: name}
	if tenant, rest, ok := strings.Cut(name, "/"); ok {
		id, err := strconv.ParseInt(tenant, 10, 64)
		if err != nil || id < 1 || id > cinode.MaxTenantID {
			return Token{}, fmt.Errorf("has the tenant %q; it must be a number from 1 to %d", tenant, int64(cinode.MaxTenantID))
		}
		t.Tenant, t.Unnamed, t.Name = id, false, strings.TrimSpace(rest)
	}
	if t.Name == "" {
		return Token{}, fmt.Errorf("has a token %q without a name; write TENANT/NAME=SECRET", name)
	}
	if fault := cinode.NameFault(t.Name); fault != "" {
		return Token{}, fmt.Errorf("has the token %q, whose name %s", t.Name, fault)
	}
	secret, err := parseSecret(strings.TrimSpace(secret))
	if err != nil {
		return Token{}, fmt.Errorf("has the token %q, whose secret %w", name, err)
	}
	if secret == "" {
		return Token{}, fmt.Errorf("has the token %q without a secret; write NAME=SECRET", name)
	}
	t.Secret = secret
	return t, nil
}

// conflicts are the faults of options that do not go together.
func (c *Config) conflicts() []string {
	var faults []string
	switch {
	case c.TLSSelfSigned != "" && (c.TLSCert != "" || c.TLSKey != ""):
		faults = append(faults, "--tls-self-signed makes a certificate of its own; leave it out, or leave out --tls-cert and --tls-key")
	case c.TLSCert != "" && c.TLSKey == "":
		faults = append(faults, "--tls-cert needs its private key; give --tls-key too")
	case c.TLSKey != "" && c.TLSCert == "":
		faults = append(faults, "--tls-key needs its certificate; give --tls-cert too")
	}
	switch {
	case len(c.Faults) > 0 && !c.TestAPI:
		faults = append(faults, "--fault takes --test-api; give it too")
	case c.TenantsOnDemand && !c.TestAPI:
		faults = append(faults, "--tenants-on-demand takes --test-api; give it too")
	}
	for i, t := range c.Tokens {
		for _, other := range c.Tokens[:i] {
			switch {
			case t.Tenant == other.Tenant && strings.EqualFold(t.Name, other.Name):
				faults = append(faults,
					fmt.Sprintf("--token names %q twice in tenant %d; give each token a name of its own", t.Name, t.Tenant))
			case t.Secret == other.Secret:
				faults = append(faults,
					fmt.Sprintf("--token gives %q and %q the same secret, which finds one token only; give each its own", other.Name, t.Name))
			}
		}
	}
	return faults
}
