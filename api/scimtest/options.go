package scimtest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/config"
)

// Option changes the server that New makes.
type Option func(*setup)

// setup is what options change.
type setup struct {
	tb     testing.TB
	config *config.Config
	tenant int64
	name   string // of the token
	secret string
	wait   time.Duration
}

// Seed fills the server from a seed file, YAML or JSON; a test runs in the folder of
// its package. It can be given several times.
func Seed(path string) Option {
	return func(s *setup) { s.config.Seeds = append(s.config.Seeds, path) }
}

// SeedText fills the server from the text of a seed file.
func SeedText(yaml string) Option {
	return func(s *setup) {
		s.tb.Helper()
		path := filepath.Join(s.tb.TempDir(), "seed.yaml")
		if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
			s.tb.Fatalf("scimtest: the seed cannot be written: %v", err)
		}
		s.config.Seeds = append(s.config.Seeds, path)
	}
}

// Persona says how tenants behave for which the seed does not say it: "cinode", which
// is what they do without this option, or "rfc".
func Persona(name string) Option {
	return func(s *setup) {
		if s.tb.Helper(); name != "cinode" && name != "rfc" {
			s.tb.Fatalf("scimtest: there is no persona %q; use cinode or rfc", name)
		}
		s.config.Persona = name
	}
}

// Tenant says which tenant the server's URL, token and methods are about, for seeds
// that have others than 1. It is made if the seed lacks it.
func Tenant(id int64) Option {
	return func(s *setup) {
		if s.tb.Helper(); id < 1 {
			s.tb.Fatalf("scimtest: there is no tenant %d; their ids begin at 1", id)
		}
		s.tenant = id
	}
}

// Token names the token of the server and says its secret, for clients that have it
// built in. Without it the token is called scimtest and is a new one each time.
func Token(name, secret string) Option {
	return func(s *setup) {
		if s.tb.Helper(); name == "" || secret == "" {
			s.tb.Fatalf("scimtest: a token needs a name and a secret")
		}
		s.name, s.secret = name, secret
	}
}

// MaxDeviations fails the test if clients depart from the RFCs more often than this.
func MaxDeviations(n int) Option { return func(s *setup) { s.config.MaxDeviations = &n } }

// Schema adds the schemas and resource types of a JSON file, as --schema does.
func Schema(path string) Option {
	return func(s *setup) { s.config.Schemas = append(s.config.Schemas, path) }
}

// Patience says how long the methods that wait do so, up to 90 seconds. Without it
// they wait for ten.
func Patience(d time.Duration) Option {
	return func(s *setup) {
		if s.tb.Helper(); d <= 0 || d > longestWait {
			s.tb.Fatalf("scimtest: a patience of %s is not possible; use up to %s", d, longestWait)
		}
		s.wait = d
	}
}
