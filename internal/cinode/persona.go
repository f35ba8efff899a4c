// Package cinode owns Cinode's side of the domain: tenants, tokens, personas
// and the rules of Cinode's documents, each with the letter of its document: J
// for JumpCloud's article, D for Cinode's docs-scim, M for Microsoft's tutorial.
// It is pure rules and no I/O; what the SCIM engine does by itself is package
// scim's, when each rule is asked is provisioning's.
package cinode

import (
	"fmt"

	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// Persona is how a tenant behaves, as one value of switches. Handlers ask the
// switch they need and never the name. Switches describes each.
type Persona struct {
	Name string
	// Registry are the schemas it reads, writes and publishes. What an earlier
	// persona stored beyond them is hidden, not destroyed.
	Registry *schema.Registry
	// Full are the schemas of everything that the store may hold.
	Full *schema.Registry

	Strict             bool // nothing is tolerated; a switch of the tenant
	SkipUnknownMembers bool // unknown member ids are skipped, not refused; a switch of the tenant

	OpenDiscovery  bool
	RequireSchemas bool
	CheckFormats   bool

	PatchUserBody      bool
	PatchGroupBody     bool
	ReplaceCreates     bool
	RemoveAllMembers   bool
	EmptyOperations    bool
	IgnoreUnknownPaths bool

	PutGroups         bool
	PutKeepExternalID bool
	PutKeepMembers    bool

	Filter     FilterRules
	MaxResults int // the largest page
	Sort       bool
	Cursors    bool
	Search     bool
	Bulk       bool
	Me         bool

	SetOnce               bool
	SetOncePutRefused     bool
	SetOncePatchRefused   bool
	EmptyExternalIDAbsent bool
	EmailUserNames        bool
	RequireNames          bool
	JobTitle              bool
	WorkAddress           bool
	DeleteDisconnects     bool
	KeepActive            bool
	NameDisconnected      bool
	GroupIDAsExternalID   bool
	Company               bool
}

// FilterRules are the parts of the filter language a persona has.
type FilterRules struct {
	Whole       bool
	And         bool
	Unquoted    bool
	DecodeTwice bool
	Lacks       string // who lacks the rest, for messages
}

// Operators are those of a filter: what Cinode documents (D), or nil for the
// whole language.
func (r FilterRules) Operators() map[filter.Op]bool {
	if r.Whole {
		return nil
	}
	return map[filter.Op]bool{
		filter.OpEqual: true, filter.OpNotEqual: true, filter.OpContains: true, filter.OpLess: true,
		filter.OpLessOrEqual: true, filter.OpGreater: true, filter.OpGreaterOrEqual: true,
	}
}

// KeepsOnPut reports whether an attribute stays when a PUT does not name it: a
// disabled user must not wake, and nobody can repeat a password. All others are
// cleared.
func (p Persona) KeepsOnPut(attribute string) bool {
	switch attribute {
	case "active", "password":
		return true
	case "externalId":
		return p.PutKeepExternalID
	case "members":
		return p.PutKeepMembers
	default:
		return false
	}
}

// Names of the personas.
const (
	PersonaCinode = "cinode"
	PersonaRFC    = "rfc"
)

// maxResults is the largest page, on both personas (D).
const maxResults = 1000

// nature is what a persona has besides switches.
type nature struct {
	lacks    string
	preset   func(Switch) bool
	registry func(server *schema.Registry, mappings []Mapping) (*schema.Registry, error)
}

var natures = map[string]nature{
	PersonaCinode: {
		lacks:    "Cinode",
		preset:   func(s Switch) bool { return s.Cinode },
		registry: func(_ *schema.Registry, mappings []Mapping) (*schema.Registry, error) { return mapped(mappings) },
	},
	PersonaRFC: {
		preset:   func(s Switch) bool { return s.RFC },
		registry: func(server *schema.Registry, _ []Mapping) (*schema.Registry, error) { return server, nil },
	},
}

// LookupPersona finds a persona by name, for a server with these schemas:
// schema.RFC() or an extension of it. The error names the two there are.
func LookupPersona(name string, server *schema.Registry) (Persona, error) {
	return Tenant{Persona: name}.behaviour(server)
}

func newPersona(name string, server *schema.Registry, mappings []Mapping) (Persona, error) {
	n, ok := natures[name]
	if !ok {
		return Persona{}, fmt.Errorf("there is no persona %q; use cinode or rfc", name)
	}
	p := Persona{Name: name, Full: server.Storage(), MaxResults: maxResults, Filter: FilterRules{Lacks: n.lacks}}
	for _, s := range Switches {
		*s.field(&p) = n.preset(s)
	}
	var err error
	p.Registry, err = n.registry(server, mappings)
	return p, err
}

// published is the registry with what the switches make of it, so that Schemas
// tells the truth. Immutable is the word of RFC 7643 section 7 for what can be
// set once: readOnly would say that clients can never set it.
func (p Persona) published() (*schema.Registry, error) {
	var marks []schema.Mark
	if p.SetOnce {
		marks = append(marks, schema.Mark{Path: "userName", Mutability: schema.MutabilityImmutable})
	}
	if p.RequireNames {
		for _, path := range []string{"name", "name.givenName", "name.familyName"} {
			marks = append(marks, schema.Mark{Path: path, Required: true})
		}
	}
	return p.Registry.Marked(marks)
}
