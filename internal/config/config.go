// Package config owns the options of the command line. They stand in one table (options.go), from which come the
// flags, the environment twins, the keys of the configuration file, what print-config shows and every check. It knows
// nothing of what it configures and opens no file but those that hold values; what the values lead to is up to their
// readers.
//
// The order is flag, environment, configuration file, default. A value given is a value: an empty one clears an option
// that may be empty, and is a fault for one that may not.
package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"time"
)

// Config are the effective values of the options that a command takes. The others have their defaults.
type Config struct {
	File string // the configuration file, empty for none

	Listen          string
	AddrFile        string
	Database        string
	Migrate         bool
	PublicURL       *url.URL // without a trailing slash; nil for the address that a request came in on
	TrustedProxies  []netip.Prefix
	TLSCert, TLSKey string
	TLSSelfSigned   string // a folder
	AdminKey        string
	Tokens          []Token
	Persona         string
	CORSOrigins     []string
	RateLimit       int // requests a second and token, 0 for no limit
	Metrics         bool
	ShutdownTimeout time.Duration
	CursorTimeout   time.Duration
	Schemas         []string // files
	Sensitive       []string // attribute paths
	Journal         Journal
	MaxDeviations   *int     // that a test may meet; nil for any number
	Seeds           []string // files
	Faults          []string // files
	TestAPI         bool     // --test-api, or :memory: where that says auto
	TenantsOnDemand bool
	MaxTenants      int
	AllowTargets    []netip.Prefix
	LogFormat       string
	LogLevel        string

	// Variable looks up a variable of the environment, for files that name some.
	Variable func(name string) (string, bool)

	settings []Setting
}

// Journal says what is kept of requests, for each tenant.
type Journal struct {
	Max       int           // exchanges
	MaxAge    time.Duration // 0 for no limit
	BodyLimit int           // bytes of each body
	MaskPII   bool
}

// Token is a fixed SCIM token, for tests.
type Token struct {
	Tenant       int64
	Unnamed      bool // the tenant was not named: it is 1, and every tenant on demand
	Name, Secret string
}

// Setting is an effective value and where it came from, for people: no secret is in it.
type Setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source"` // "flag", "environment CINODE_SCIM_...", "file PATH" or "default"
}

// Describe lists the options that the command takes, in the order of the table.
func (c *Config) Describe() []Setting { return c.settings }

// Error is wrong usage, exit code 2. Message has a line for each fault.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

func usage(format string, args ...any) *Error { return &Error{Message: fmt.Sprintf(format, args...)} }
