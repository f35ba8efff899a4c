package config

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

const prefix = "CINODE_SCIM_"

// A kind is how an option is written. The names are those that help texts show as placeholders.
type kind string

const (
	text     kind = "string"
	boolean  kind = "bool"
	integer  kind = "int"
	duration kind = "duration"
	list     kind = "list" // repeatable, and separated by commas or line ends
)

// option is a row of the table. apply checks one value and keeps it; its errors go on after the name of the option.
type option struct {
	name     string
	kind     kind
	preset   string
	secret   bool     // masked, never empty, and can be read from the file that the _FILE twin names
	commands []string // by their paths, a parent for all its children; nil is every command
	help     string   // the `PLACEHOLDER` is in back quotes
	apply    func(c *Config, value string) error
}

// Which commands take an option. print-config takes all.
var (
	serving = []string{"serve", "print-config"}
	probing = []string{"serve", "print-config", "healthcheck"}
	storing = []string{"serve", "print-config", "migrate", "tenant", "token", "admin-key", "dump", "restore"}
	making  = []string{"serve", "print-config", "tenant create"}
	reading = []string{"serve", "print-config", "restore"}
)

var options = []option{
	{"config", text, "", false, nil,
		"read options from a YAML `FILE`, by their names here",
		set(func(c *Config) *string { return &c.File }, parseText)},
	{"listen", text, "127.0.0.1:8080", false, probing,
		"`HOST:PORT` to listen on; port 0 takes a free one",
		set(func(c *Config) *string { return &c.Listen }, parseListen)},
	{"addr-file", text, "", false, probing,
		"write the real address to `FILE` when ready",
		set(func(c *Config) *string { return &c.AddrFile }, parseText)},
	{"database", text, "cinode-scim.db", false, storing,
		"`DATABASE`: a file (SQLite), :memory: (thrown away at the end) or postgres://...",
		set(func(c *Config) *string { return &c.Database }, parseDatabase)},
	{"migrate", boolean, "true", false, serving,
		"bring the database's schema up to date at start",
		set(func(c *Config) *bool { return &c.Migrate }, parseBool)},
	{"public-url", text, "", false, serving,
		"`URL` under which clients reach the server, for the locations in answers",
		set(func(c *Config) **url.URL { return &c.PublicURL }, parsePublicURL)},
	{"trusted-proxies", list, "", false, serving,
		"`NETWORKS` or addresses whose X-Forwarded headers are believed",
		add(func(c *Config) *[]netip.Prefix { return &c.TrustedProxies }, parseProxy)},
	{"tls-cert", text, "", false, probing,
		"certificate `FILE` (PEM), with --tls-key",
		set(func(c *Config) *string { return &c.TLSCert }, parseText)},
	{"tls-key", text, "", false, probing,
		"private key `FILE` (PEM), with --tls-cert",
		set(func(c *Config) *string { return &c.TLSKey }, parseText)},
	{"tls-self-signed", text, "", false, probing,
		"serve TLS with a certificate made at start, whose CA is written to `DIR`/ca.pem",
		set(func(c *Config) *string { return &c.TLSSelfSigned }, parseText)},
	{"admin-key", text, "", true, serving,
		"`KEY` of the administrator; without it one is made at the first start",
		set(func(c *Config) *string { return &c.AdminKey }, parseSecret)},
	{"token", list, "", true, serving,
		"fixed SCIM token, `[TENANT/]NAME=SECRET`, for tests; tenant 1 if unnamed",
		add(func(c *Config) *[]Token { return &c.Tokens }, parseToken)},
	{"persona", text, "cinode", false, making,
		"`PERSONA` of tenants created without one: cinode or rfc",
		set(func(c *Config) *string { return &c.Persona }, oneOf("cinode", "rfc"))},
	{"schema", list, "", false, reading,
		"JSON `FILE` of schemas and resource types that extend User and Group for rfc tenants",
		add(func(c *Config) *[]string { return &c.Schemas }, parseText)},
	{"sensitive", list, "", false, serving,
		"`ATTRIBUTE` that a filter in an address may not name; POST to .search takes it",
		add(func(c *Config) *[]string { return &c.Sensitive }, parseText)},
	{"cors-origin", list, "", false, serving,
		"`ORIGIN` of web pages that may call the SCIM endpoints, or * for all",
		add(func(c *Config) *[]string { return &c.CORSOrigins }, parseOrigin)},
	{"rate-limit", integer, "0", false, serving,
		"requests a second that each token may send, 0 for no limit",
		set(func(c *Config) *int { return &c.RateLimit }, parseCount)},
	{"metrics", boolean, "false", false, serving,
		"serve Prometheus metrics at /metrics",
		set(func(c *Config) *bool { return &c.Metrics }, parseBool)},
	{"shutdown-timeout", duration, "10s", false, serving,
		"how long open requests may take to end after SIGTERM",
		set(func(c *Config) *time.Duration { return &c.ShutdownTimeout }, parseDuration)},
	{"cursor-timeout", duration, "10m", false, serving,
		"how long a cursor to the next page is good",
		set(func(c *Config) *time.Duration { return &c.CursorTimeout }, parsePositive)},
	{"journal-max", integer, "10000", false, serving,
		"how many requests of each tenant the journal keeps, the newest; 0 switches it off",
		set(func(c *Config) *int { return &c.Journal.Max }, parseCount)},
	{"journal-max-age", duration, "168h", false, serving,
		"how long the journal keeps a request, 0 for as long as there is room",
		set(func(c *Config) *time.Duration { return &c.Journal.MaxAge }, parseDuration)},
	{"journal-body-limit", integer, "65536", false, serving,
		"how many bytes of a body the journal keeps",
		set(func(c *Config) *int { return &c.Journal.BodyLimit }, parseCount)},
	{"journal-mask-pii", boolean, "false", false, serving,
		"mask names, addresses and the like in the journal, not only tokens and passwords",
		set(func(c *Config) *bool { return &c.Journal.MaskPII }, parseBool)},
	{"max-deviations", integer, "", false, serving,
		"how many deviations a test may meet: more make verify fail, and the exit code 1",
		set(func(c *Config) **int { return &c.MaxDeviations }, parseLimit)},
	{"seed", list, "", false, serving,
		"YAML or JSON `FILE` of tenants with all that they have; one that exists is left alone",
		add(func(c *Config) *[]string { return &c.Seeds }, parseText)},
	{"test-api", text, "auto", false, serving,
		"serve test control (reset, snapshots, faults, clock): true, false, or auto, which is with :memory: only",
		set(func(c *Config) *bool { return &c.TestAPI }, parseTestAPI)},
	{"fault", list, "", false, serving,
		"YAML `FILE` of fault rules that are in force from the start; it takes --test-api",
		add(func(c *Config) *[]string { return &c.Faults }, parseText)},
	{"tenants-on-demand", boolean, "false", false, serving,
		"make a tenant that a request names, as the seed has it or its first tenant; tokens without TENANT/ open it; it takes --test-api",
		set(func(c *Config) *bool { return &c.TenantsOnDemand }, parseBool)},
	{"allow-target", list, "", false, serving,
		"`NETWORKS` or addresses that pages may have the server call although they are link-local or of metadata services",
		add(func(c *Config) *[]netip.Prefix { return &c.AllowTargets }, parseProxy)},
	{"max-tenants", integer, "1000", false, serving,
		"how many tenants are made on demand at most",
		set(func(c *Config) *int { return &c.MaxTenants }, parseCount)},
	{"log-format", text, "text", false, serving,
		"`FORMAT` of the log: text or json",
		set(func(c *Config) *string { return &c.LogFormat }, oneOf("text", "json"))},
	{"log-level", text, "info", false, serving,
		"least `LEVEL` to log: debug, info, warn or error",
		set(func(c *Config) *string { return &c.LogLevel }, oneOf("debug", "info", "warn", "error"))},
}

// Names are the options that a command takes, for Register. The command is given by its path, such as "tenant create".
func Names(command string) []string {
	takes := func(c string) bool { return command == c || strings.HasPrefix(command, c+" ") }
	var names []string
	for _, o := range options {
		if o.commands == nil || slices.ContainsFunc(o.commands, takes) {
			names = append(names, o.name)
		}
	}
	return names
}

// find is the option of a name, nil if there is none.
func find(name string) *option {
	i := slices.IndexFunc(options, func(o option) bool { return o.name == name })
	if i < 0 {
		return nil
	}
	return &options[i]
}

// variable is the name of the environment twin.
func (o *option) variable() string {
	return prefix + strings.ToUpper(strings.ReplaceAll(o.name, "-", "_"))
}

// fileVariable is the name of the twin that names a file with the value.
func (o *option) fileVariable() string { return o.variable() + "_FILE" }

// set makes an apply for one value.
func set[T any](at func(*Config) *T, parse func(string) (T, error)) func(*Config, string) error {
	return func(c *Config, value string) (err error) {
		*at(c), err = parse(value)
		return err
	}
}

// add makes an apply for a list, called once for each value.
func add[T any](at func(*Config) *[]T, parse func(string) (T, error)) func(*Config, string) error {
	return func(c *Config, value string) error {
		parsed, err := parse(value)
		if err != nil {
			return err
		}
		*at(c) = append(*at(c), parsed)
		return nil
	}
}
