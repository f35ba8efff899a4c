package config_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/config"
)

func TestDescribe_MasksSecrets(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ option, value, want string }{
		"admin key":            {"admin-key", "hidden", "****"},
		"token":                {"token", "ci=hidden", "ci=****"},
		"tokens":               {"token", "ci=hidden=,2/a=hidden2", "ci=****,2/a=****"},
		"password":             {"database", "postgres://u:hidden@h:5432/db?sslmode=require", "postgres://u:****@h:5432/db?sslmode=require"},
		"password with an @":   {"database", "postgresql://u:hid@hidden@h/db", "postgresql://u:****@h/db"},
		"password with a mark": {"database", "postgres://u:hid%2Fhidden@h/db", "postgres://u:****@h/db"},
		"empty user":           {"database", "postgres://:hidden@h/db", "postgres://:****@h/db"},
		"empty password":       {"database", "postgres://u:@h/db", "postgres://u:****@h/db"},
		"parameter":            {"database", "postgres://h/db?user=u&password=hidden&x=1", "postgres://h/db?user=u&password=****&x=1"},
		"key's password":       {"database", "postgres://u:hidden@h?sslpassword=hidden", "postgres://u:****@h?sslpassword=****"},
		"no password":          {"database", "postgres://u@h1,h2/db?target_session_attrs=any", "postgres://u@h1,h2/db?target_session_attrs=any"},
		"file":                 {"database", "data/x.db", "data/x.db"},
		"memory":               {"database", ":memory:", ":memory:"},
		"origins":              {"cors-origin", "https://a.example.com, http://localhost:3000", "https://a.example.com,http://localhost:3000"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := source{args: []string{"--" + test.option, test.value}}.mustLoad(t)
			require.Equal(t, config.Setting{Name: test.option, Value: test.want, Source: "flag"}, described(t, c, test.option))
		})
	}
}

func TestDescribe_NothingForUnsetSecrets(t *testing.T) {
	t.Parallel()
	c := source{}.mustLoad(t)
	require.Empty(t, described(t, c, "admin-key").Value)
	require.Empty(t, described(t, c, "token").Value)
}

func TestLoad_TrustedProxies(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"10.0.0.1":            "10.0.0.1/32",
		"10.9.8.7/8":          "10.0.0.0/8",
		"fd00::1":             "fd00::1/128",
		"fd00::1/8":           "fd00::/8",
		"::ffff:10.0.0.1":     "10.0.0.1/32",
		"::ffff:10.9.8.7/104": "10.0.0.0/8",
	}
	for given, want := range tests {
		c := source{args: []string{"--trusted-proxies", given}}.mustLoad(t)
		require.Equal(t, []netip.Prefix{netip.MustParsePrefix(want)}, c.TrustedProxies, given)
	}
}
