package config_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/config"
)

func TestLoad_Defaults(t *testing.T) {
	t.Parallel()
	c := source{}.mustLoad(t)
	for _, s := range c.Describe() {
		require.Equal(t, "default", s.Source, s.Name)
	}
	require.Equal(t, config.Setting{Name: "listen", Value: "127.0.0.1:8080", Source: "default"}, described(t, c, "listen"))
	require.Equal(t, "127.0.0.1:8080", c.Listen)
	require.Equal(t, "cinode-scim.db", c.Database)
	require.True(t, c.Migrate)
	require.Nil(t, c.PublicURL)
	require.Equal(t, "cinode", c.Persona)
	require.Equal(t, 10*time.Second, c.ShutdownTimeout)
	require.Equal(t, 10*time.Minute, c.CursorTimeout)
	require.Equal(t, "text", c.LogFormat)
	require.Equal(t, "info", c.LogLevel)
	require.False(t, c.Metrics)
	require.Zero(t, c.RateLimit)
	for _, empty := range []string{c.File, c.AddrFile, c.TLSCert, c.TLSKey, c.TLSSelfSigned, c.AdminKey} {
		require.Empty(t, empty)
	}
	require.Empty(t, c.Tokens)
	require.Empty(t, c.TrustedProxies)
	require.Empty(t, c.CORSOrigins)
	require.Empty(t, c.Schemas)
	require.Empty(t, c.Sensitive)
}

// every gives each option another value than its default. Values of a list are separated by commas.
var every = map[string]string{
	"listen": ":0", "addr-file": "addr", "database": "postgres://u:p@h/db", "migrate": "false",
	"public-url": "https://scim.example.com/base/", "trusted-proxies": "10.1.2.3/8, ::1",
	"tls-cert": "cert.pem", "tls-key": "key.pem", "admin-key": "key1", "token": "ci=secret1,2/ci=secret2=",
	"persona": "rfc", "cors-origin": "https://a.example.com,*", "rate-limit": "7", "metrics": "true",
	"shutdown-timeout": "1m", "cursor-timeout": "30s", "schema": "a.json, b.json", "sensitive": "emails.value,phoneNumbers",
	"max-deviations": "3", "seed": "s.yaml", "test-api": "true", "fault": "f.yaml", "tenants-on-demand": "true", "max-tenants": "9",
	"allow-target": "169.254.7.7, fe80::/64",
	"journal-max":  "5", "journal-max-age": "1h", "journal-body-limit": "100", "journal-mask-pii": "true", "log-format": "json", "log-level": "debug",
}

func requireEvery(t *testing.T, c *config.Config) {
	t.Helper()
	require.Equal(t, ":0", c.Listen)
	require.Equal(t, "addr", c.AddrFile)
	require.Equal(t, "postgres://u:p@h/db", c.Database)
	require.False(t, c.Migrate)
	require.Equal(t, []netip.Prefix{netip.MustParsePrefix("169.254.7.7/32"), netip.MustParsePrefix("fe80::/64")}, c.AllowTargets)
	require.Equal(t, &url.URL{Scheme: "https", Host: "scim.example.com", Path: "/base"}, c.PublicURL)
	require.Equal(t, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}, c.TrustedProxies)
	require.Equal(t, "cert.pem", c.TLSCert)
	require.Equal(t, "key.pem", c.TLSKey)
	require.Equal(t, "key1", c.AdminKey)
	require.Equal(t, []config.Token{{Tenant: 1, Unnamed: true, Name: "ci", Secret: "secret1"}, {Tenant: 2, Name: "ci", Secret: "secret2="}}, c.Tokens)
	require.Equal(t, "rfc", c.Persona)
	require.Equal(t, []string{"https://a.example.com", "*"}, c.CORSOrigins)
	require.Equal(t, 7, c.RateLimit)
	require.True(t, c.Metrics)
	require.Equal(t, time.Minute, c.ShutdownTimeout)
	require.Equal(t, 30*time.Second, c.CursorTimeout)
	require.Equal(t, []string{"a.json", "b.json"}, c.Schemas)
	require.Equal(t, []string{"emails.value", "phoneNumbers"}, c.Sensitive)
	require.Equal(t, config.Journal{Max: 5, MaxAge: time.Hour, BodyLimit: 100, MaskPII: true}, c.Journal)
	require.Equal(t, 3, *c.MaxDeviations)
	require.Equal(t, []string{"s.yaml"}, c.Seeds)
	require.Equal(t, []string{"f.yaml"}, c.Faults)
	require.True(t, c.TestAPI)
	require.True(t, c.TenantsOnDemand)
	require.Equal(t, 9, c.MaxTenants)
	require.Equal(t, "json", c.LogFormat)
	require.Equal(t, "debug", c.LogLevel)
}

func variable(name string) string {
	return "CINODE_SCIM_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

func TestLoad_EveryOptionFromEverySource(t *testing.T) {
	t.Parallel()
	var flags, environment source
	text := ""
	for name, value := range every {
		flags.args = append(flags.args, "--"+name+"="+value)
		environment.environment = append(environment.environment, variable(name)+"="+value)
		text += name + ": " + `"` + value + `"` + "\n"
	}
	file := source{args: []string{"--config", "DIR/c.yaml"}, files: map[string]string{"c.yaml": text}}
	for name, s := range map[string]source{"flag": flags, "environment ": environment, "file ": file} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := s.mustLoad(t)
			requireEvery(t, c)
			names := []string{"config", "tls-self-signed"} // the one names the file, the other goes with no certificate
			for _, s := range c.Describe() {
				if _, ok := every[s.Name]; ok {
					names = append(names, s.Name)
					require.True(t, strings.HasPrefix(s.Source, name), "%s is from %s", s.Name, s.Source)
				}
			}
			require.ElementsMatch(t, names, config.Names("serve"), "the table has an option that this test does not know")
		})
	}
}

func TestLoad_Precedence(t *testing.T) {
	t.Parallel()
	s := source{
		args:        []string{"--config", "DIR/c.yaml", "--listen", ":1"},
		environment: []string{"CINODE_SCIM_LISTEN=:2", "CINODE_SCIM_PERSONA=rfc", "CINODE_SCIM_CONFIG=DIR/other.yaml", "HOME=/x", "PATH"},
		files:       map[string]string{"c.yaml": "listen: :3\npersona: cinode\nlog-level: warn\n"},
	}
	c := s.mustLoad(t)
	require.Equal(t, ":1", c.Listen)
	require.Equal(t, config.Setting{Name: "listen", Value: ":1", Source: "flag"}, described(t, c, "listen"))
	require.Equal(t, config.Setting{Name: "persona", Value: "rfc", Source: "environment CINODE_SCIM_PERSONA"}, described(t, c, "persona"))
	require.Equal(t, config.Setting{Name: "log-level", Value: "warn", Source: "file " + c.File}, described(t, c, "log-level"))
	require.Equal(t, "default", described(t, c, "log-format").Source)
	require.Equal(t, "flag", described(t, c, "config").Source)
}

func TestLoad_StrongerSourceHidesAFaultInAWeaker(t *testing.T) {
	t.Parallel()
	c := source{args: []string{"--listen=:1"}, environment: []string{"CINODE_SCIM_LISTEN=wrong"}}.mustLoad(t)
	require.Equal(t, ":1", c.Listen)
}

func TestLoad_EmptyClears(t *testing.T) {
	t.Parallel()
	c := source{
		environment: []string{"CINODE_SCIM_CONFIG=DIR/c.yaml", "CINODE_SCIM_PUBLIC_URL=", "CINODE_SCIM_TRUSTED_PROXIES="},
		files:       map[string]string{"c.yaml": "public-url: https://scim.example.com\ntrusted-proxies: [10.0.0.0/8]\n"},
	}.mustLoad(t)
	require.Nil(t, c.PublicURL)
	require.Empty(t, c.TrustedProxies)
	require.Empty(t, source{environment: []string{"CINODE_SCIM_CONFIG="}}.mustLoad(t).File)
}

func TestLoad_Lists(t *testing.T) {
	t.Parallel()
	tests := map[string]source{
		"flag repeated":     {args: []string{"--token=a=1", "--token=2/b=2"}},
		"flag with commas":  {args: []string{"--token", "a=1, 2/b=2,"}},
		"variable, commas":  {environment: []string{"CINODE_SCIM_TOKEN=a=1,2/b=2"}},
		"variable, lines":   {environment: []string{"CINODE_SCIM_TOKEN=a=1\r\n2/b=2\n"}},
		"secret file":       {environment: []string{"CINODE_SCIM_TOKEN_FILE=DIR/tokens"}, files: map[string]string{"tokens": "a=1\n\n 2/b=2 \n"}},
		"file, scalar":      {args: []string{"--config=DIR/c"}, files: map[string]string{"c": "token: a=1,2/b=2\n"}},
		"file, flow list":   {args: []string{"--config=DIR/c"}, files: map[string]string{"c": "token: [a=1, 2/b=2]\n"}},
		"file, list":        {args: []string{"--config=DIR/c"}, files: map[string]string{"c": "token:\n  - a=1\n  - 2/b=2\n"}},
		"file, block":       {args: []string{"--config=DIR/c"}, files: map[string]string{"c": "token: |\n  a=1\n  2/b=2\n"}},
		"file of variable":  {environment: []string{"CINODE_SCIM_CONFIG=DIR/c"}, files: map[string]string{"c": "token: [a=1, 2/b=2]\n"}},
		"flag hides others": {args: []string{"--token=a=1,2/b=2"}, environment: []string{"CINODE_SCIM_TOKEN=c=3"}},
	}
	for name, s := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, []config.Token{{Tenant: 1, Unnamed: true, Name: "a", Secret: "1"}, {Tenant: 2, Name: "b", Secret: "2"}}, s.mustLoad(t).Tokens)
		})
	}
}

func TestLoad_SecretFile(t *testing.T) {
	t.Parallel()
	c := source{
		environment: []string{"CINODE_SCIM_ADMIN_KEY_FILE=DIR/key"}, files: map[string]string{"key": "k3y!\n"},
	}.mustLoad(t)
	require.Equal(t, "k3y!", c.AdminKey)
	require.Equal(t, config.Setting{Name: "admin-key", Value: "****", Source: "environment CINODE_SCIM_ADMIN_KEY_FILE"}, described(t, c, "admin-key"))
}

func TestLoad_EmptyFiles(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n", "# listen: :1\n", "---\n", "---\n# nothing\n", "{}\n"} {
		c := source{args: []string{"--config=DIR/c"}, files: map[string]string{"c": text}}.mustLoad(t)
		require.Equal(t, "127.0.0.1:8080", c.Listen, "%q", text)
	}
}

// A command shares variables and a file with others, and is not stopped by what it does not use.
func TestLoad_PassesOverWhatTheCommandDoesNotTake(t *testing.T) {
	t.Parallel()
	c := source{
		names:       []string{"database", "log-level"},
		environment: []string{"CINODE_SCIM_ADMIN_KEY_FILE=DIR/missing", "CINODE_SCIM_LISTEN=wrong", "CINODE_SCIM_DATABASE=:memory:"},
		args:        []string{"--config=DIR/c"}, files: map[string]string{"c": "tls-cert: lonely.pem\nlog-level: warn\n"},
	}.mustLoad(t)
	require.Equal(t, ":memory:", c.Database)
	require.Equal(t, "warn", c.LogLevel)
	require.Equal(t, "127.0.0.1:8080", c.Listen, "a default")
	require.Empty(t, c.TLSCert)
	require.Len(t, c.Describe(), 3)
}

func TestNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"config", "database"}, config.Names("migrate"))
	require.Equal(t, []string{"config", "database"}, config.Names("tenant list"))
	require.Equal(t, []string{"config", "database", "persona"}, config.Names("tenant create"))
	require.Equal(t, []string{"config", "database"}, config.Names("dump"))
	require.Equal(t, []string{"config", "database", "schema"}, config.Names("restore"))
	require.Equal(t, []string{"config", "listen", "addr-file", "tls-cert", "tls-key", "tls-self-signed"}, config.Names("healthcheck"))
	require.Equal(t, []string{"config"}, config.Names("tenants"))
	require.Equal(t, config.Names("print-config"), config.Names("serve"))
}

func TestLoad_Warnings(t *testing.T) {
	t.Parallel()
	_, warnings, fault := source{environment: []string{
		"CINODE_SCIM_LISTN=:1", "CINODE_SCIM_DATABASE_FILE=x", "CINODE_SCIM_QWERTYUIOP=1", "CINODE_SCIM_ADMIN_KEY_FIEL=x",
		"CINODE_SCIM_TEST_POSTGRES=x",                                                                          // tests
		"CINODE_SCIM_SERVICE_HOST=10.0.0.1", "CINODE_SCIM_SERVICE_PORT=80", "CINODE_SCIM_SERVICE_PORT_HTTP=80", // service links
		"CINODE_SCIM_PORT=tcp://10.0.0.1:80", "CINODE_SCIM_PORT_80_TCP_ADDR=10.0.0.1", "CINODE_SCIM_DB_SERVICE_HOST=10.0.0.2",
		"CINODE_SCIM_DB_PORT_5432_TCP=x", "cinode_scim_listn=x", "CINODE_LISTN=x",
	}}.load(t)
	require.Empty(t, fault)
	require.Equal(t, []string{
		"the environment variable CINODE_SCIM_ADMIN_KEY_FIEL names no option and is ignored; did you mean CINODE_SCIM_ADMIN_KEY_FILE?",
		"the environment variable CINODE_SCIM_DATABASE_FILE names no option and is ignored; did you mean CINODE_SCIM_DATABASE?",
		"the environment variable CINODE_SCIM_LISTN names no option and is ignored; did you mean CINODE_SCIM_LISTEN?",
		"the environment variable CINODE_SCIM_QWERTYUIOP names no option and is ignored",
	}, warnings)
}

func TestLoad_WarnsBesideFaults(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"CINODE_SCIM_CONFIG=DIR/none", "CINODE_SCIM_PERSONA=x"} {
		_, warnings, fault := source{environment: []string{wrong, "CINODE_SCIM_PERSON=rfc"}}.load(t)
		require.NotEmpty(t, fault)
		require.Len(t, warnings, 1)
	}
}
