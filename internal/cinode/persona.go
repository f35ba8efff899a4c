// Package cinode owns Cinode's side of the domain: tenants, tokens and
// personas, as documented. It is pure rules and no I/O; what the SCIM engine
// does by itself is package scim's, when each rule is asked is
// provisioning's.
package cinode

import (
	"fmt"

	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// DeleteRule says what DELETE on a user does.
type DeleteRule int

// The two rules.
const (
	DeleteRemoves     DeleteRule = iota // the user is gone (RFC 7644 section 3.6)
	DeleteDisconnects                   // the user stays, readable, with active false (Cinode's docs-scim)
)

// Persona is how a tenant behaves, as one value of switches. Handlers ask the
// switch they need and never the name.
type Persona struct {
	Name string
	// Registry are the schemas it reads, writes and publishes. What an earlier
	// persona stored beyond them is hidden, not destroyed.
	Registry *schema.Registry
	// Full are the schemas of everything that the store may hold.
	Full *schema.Registry

	OpenDiscovery      bool // discovery needs no token
	RequireSchemas     bool // a message without schemas is 400
	Strict             bool // nothing is tolerated; a switch of the tenant
	SkipUnknownMembers bool // unknown member ids are skipped, not refused; a switch of the tenant

	PatchUserBody  bool // PATCH of a user answers 200 with the resource, else 204
	PatchGroupBody bool // the same for groups

	ReplaceCreates     bool // a replace whose brackets match nothing creates the value
	RemoveAllMembers   bool // one remove may empty a group
	EmptyOperations    bool // a PATCH of no operations is a no-op
	IgnoreUnknownPaths bool // PATCH paths that name nothing are skipped
	CheckFormats       bool // user names (RFC 8265 allows no blanks), countries and certificates have the RFCs' form

	// KeepOnPut are attributes that stay when a PUT does not name them. All
	// others are cleared.
	KeepOnPut map[string]bool
	PutGroups bool // PUT on groups works, else 501

	Filter FilterRules

	Sort       bool
	Cursors    bool // lists can be paged by cursor (RFC 9865)
	Search     bool // POST .search, and queries at the base over all types
	Bulk       bool
	Me         bool // /Me is the user that the token is bound to
	MaxResults int  // the largest page
	Delete     DeleteRule
}

// FilterRules are the parts of the filter language a persona has.
type FilterRules struct {
	Operators   map[filter.Op]bool // nil: the whole language
	And         bool
	Unquoted    bool   // words without quotes are strings
	DecodeTwice bool   // a filter that finds nothing is tried once more, percent-decoded
	Lacks       string // who lacks the rest, for messages
}

// Names of the personas.
const (
	PersonaCinode = "cinode"
	PersonaRFC    = "rfc"
)

var personas = map[string]func(full *schema.Registry) Persona{PersonaCinode: cinodePersona, PersonaRFC: rfcPersona}

// LookupPersona finds a persona by name, for a server with the schemas of full:
// schema.RFC() or an extension of it. The error names the two there are.
func LookupPersona(name string, full *schema.Registry) (Persona, error) {
	build, ok := personas[name]
	if !ok {
		return Persona{}, fmt.Errorf("there is no persona %q; use cinode or rfc", name)
	}
	return build(full), nil
}

func cinodePersona(full *schema.Registry) Persona {
	return Persona{
		Name:               PersonaCinode,
		Registry:           schema.Cinode(),
		Full:               full,
		PatchUserBody:      true,
		ReplaceCreates:     true,
		EmptyOperations:    true,
		IgnoreUnknownPaths: true,
		KeepOnPut:          map[string]bool{"active": true, "externalId": true, "members": true},
		Filter: FilterRules{
			Operators: map[filter.Op]bool{
				filter.OpEqual: true, filter.OpNotEqual: true, filter.OpContains: true, filter.OpLess: true,
				filter.OpLessOrEqual: true, filter.OpGreater: true, filter.OpGreaterOrEqual: true,
			},
			And: true, Unquoted: true, DecodeTwice: true, Lacks: "Cinode",
		},
		MaxResults: 1000,
		Delete:     DeleteDisconnects,
	}
}

func rfcPersona(full *schema.Registry) Persona {
	return Persona{
		Name:             PersonaRFC,
		Registry:         full,
		Full:             full,
		CheckFormats:     true,
		OpenDiscovery:    true,
		RequireSchemas:   true,
		PatchUserBody:    true,
		RemoveAllMembers: true,
		KeepOnPut:        map[string]bool{"active": true, "password": true},
		PutGroups:        true,
		Sort:             true,
		Cursors:          true,
		Search:           true,
		Bulk:             true,
		Me:               true,
		MaxResults:       1000,
		Delete:           DeleteRemoves,
	}
}
