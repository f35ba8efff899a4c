package cinode_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

func persona(t *testing.T, name string, strict bool) cinode.Persona {
	t.Helper()
	p, err := cinode.Tenant{ID: 1, Persona: name, Strict: strict}.Behaviour(schema.RFC())
	require.NoError(t, err)
	return p
}

// TestPersonas is the design's table of decisions, section 9, as far as they
// are no switch by name (those are in TestSwitches_Table) or change on a strict
// tenant.
func TestPersonas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		decision             string
		get                  func(cinode.Persona) any
		cinode, rfc, refused any // refused: on a strict tenant of cinode
	}{
		{"a request needs schemas", func(p cinode.Persona) any { return p.RequireSchemas }, false, true, true},
		{"nothing is tolerated", func(p cinode.Persona) any { return p.Strict }, false, false, true},
		{"replace without a match creates", func(p cinode.Persona) any { return p.ReplaceCreates }, true, false, false},
		{"a PATCH of nothing is taken", func(p cinode.Persona) any { return p.EmptyOperations }, true, false, false},
		{"unknown PATCH paths are ignored", func(p cinode.Persona) any { return p.IgnoreUnknownPaths }, true, false, false},
		{"a PUT of another userName is refused", func(p cinode.Persona) any { return p.SetOncePutRefused }, false, true, true},
		{"jobTitle is title", func(p cinode.Persona) any { return p.JobTitle }, true, false, false},
		{"a group's id is its externalId", func(p cinode.Persona) any { return p.GroupIDAsExternalID }, true, false, false},
		{"PUT keeps active", func(p cinode.Persona) any { return p.KeepsOnPut("active") }, true, true, true},
		{"PUT keeps password", func(p cinode.Persona) any { return p.KeepsOnPut("password") }, true, true, true},
		{"PUT keeps externalId", func(p cinode.Persona) any { return p.KeepsOnPut("externalId") }, true, false, true},
		{"PUT keeps members", func(p cinode.Persona) any { return p.KeepsOnPut("members") }, true, false, true},
		{"PUT keeps title", func(p cinode.Persona) any { return p.KeepsOnPut("title") }, false, false, false},
		{"largest page", func(p cinode.Persona) any { return p.MaxResults }, 1000, 1000, 1000},
		{"schemas", func(p cinode.Persona) any { return p.Registry == schema.RFC() }, false, true, false},
		{"everything that may be stored", func(p cinode.Persona) any { return p.Full == schema.RFC().Storage() }, true, true, true},
		{"user names follow RFC 8265", func(p cinode.Persona) any { return p.CheckFormats }, false, true, true},
		{"words without quotes", func(p cinode.Persona) any { return p.Filter.Unquoted }, true, false, false},
		{"filters decoded twice", func(p cinode.Persona) any { return p.Filter.DecodeTwice }, true, false, false},
		{"whole filter language", func(p cinode.Persona) any { return p.Filter.Operators() == nil }, false, true, false},
		{"unknown members are skipped", func(p cinode.Persona) any { return p.SkipUnknownMembers }, false, false, false},
	} {
		require.Equal(t, c.cinode, c.get(persona(t, cinode.PersonaCinode, false)), "cinode: %s", c.decision)
		require.Equal(t, c.rfc, c.get(persona(t, cinode.PersonaRFC, false)), "rfc: %s", c.decision)
		require.Equal(t, c.refused, c.get(persona(t, cinode.PersonaCinode, true)), "strict: %s", c.decision)
	}
}

// TestCinode_FilterLanguage: what Cinode's documents have, and no more.
func TestCinode_FilterLanguage(t *testing.T) {
	t.Parallel()
	p := persona(t, cinode.PersonaCinode, false)
	for text, want := range map[string]string{
		`userName eq "a"`:                                "",
		`userName eq a@b.c`:                              "",
		`userName ne "a" and title co "b"`:               "",
		`meta.created gt "2026-01-31T12:00:00Z"`:         "",
		`active eq "True"`:                               "",
		`title lt "a" and title le "a" and title ge "a"`: "",
		`userName sw "a"`:                                `Cinode has no "sw" in filters`,
		`userName ew "a"`:                                `Cinode has no "ew" in filters`,
		`userName pr`:                                    `Cinode has no "pr" in filters`,
		`userName eq "a" or userName eq "b"`:             `Cinode has no "or" in filters`,
		`not (userName eq "a")`:                          `Cinode has no "not" in filters`,
		`addresses[type eq "work"]`:                      `Cinode has no "addresses[...]" in filters`,
		`emails.value eq "a"`:                            `Cinode has no attribute "emails.value"`,
		`bogus eq "a"`:                                   `User has no attribute "bogus"`,
	} {
		expr, err := filter.Parse(text)
		require.NoError(t, err, text)
		_, err = (&filter.Binder{
			Type: p.Registry.Users, Operators: p.Filter.Operators(), And: p.Filter.And, Unquoted: p.Filter.Unquoted, Lacks: p.Filter.Lacks,
		}).Bind(expr)
		if want == "" {
			require.NoError(t, err, text)
		} else {
			require.ErrorContains(t, err, want, text)
		}
	}
}

func TestTenant_Behaviour(t *testing.T) {
	t.Parallel()
	p, err := cinode.Tenant{Persona: cinode.PersonaRFC, SkipUnknownMembers: true}.Behaviour(schema.RFC())
	require.NoError(t, err)
	require.True(t, p.SkipUnknownMembers)
	for want, tenant := range map[string]cinode.Tenant{
		`tenant 7: there is no persona "Cinode"; use cinode or rfc`: {ID: 7, Persona: "Cinode"},
		`tenant 7: there is no attribute mapping "Birthday"; there are EmployeeNumber and EmploymentStartDate`: {
			ID: 7, Persona: cinode.PersonaCinode, Mappings: []cinode.Mapping{"Birthday"},
		},
	} {
		_, err = tenant.Behaviour(schema.RFC())
		require.EqualError(t, err, want)
	}
	_, err = cinode.Tenant{ID: 7, Persona: cinode.PersonaCinode, Switches: map[string]bool{"sorts": true}}.Behaviour(schema.RFC())
	require.ErrorContains(t, err, `tenant 7: there is no switch "sorts"; there are bulk, check-formats, company,`)
}

// TestBehaviour_WithSchemasOfItsOwn: only rfc shows what a server was given.
func TestBehaviour_WithSchemasOfItsOwn(t *testing.T) {
	t.Parallel()
	server := &schema.Registry{Users: schema.RFC().Users, Groups: schema.RFC().Groups}
	for name, users := range map[string]*schema.ResourceType{cinode.PersonaCinode: schema.Cinode().Users, cinode.PersonaRFC: server.Users} {
		p, err := cinode.Tenant{ID: 1, Persona: name}.Behaviour(server)
		require.NoError(t, err)
		require.Same(t, users, p.Registry.Users)
		require.Same(t, server.Storage(), p.Full)
	}
}

// TestLookupPersona_GivesAValueOfItsOwn: what one caller changes, another does
// not see.
func TestLookupPersona_GivesAValueOfItsOwn(t *testing.T) {
	t.Parallel()
	one := persona(t, cinode.PersonaCinode, false)
	one.Sort = true
	one.Filter.Operators()[filter.OpStartsWith] = true
	other := persona(t, cinode.PersonaCinode, false)
	require.False(t, other.Sort)
	require.False(t, other.Filter.Operators()[filter.OpStartsWith])
}
