package cinode_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// TestSwitches_Table: each switch has a name, a sentence, a source and the
// defaults of both personas, and a tenant can have it otherwise, it alone.
func TestSwitches_Table(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, s := range cinode.Switches {
		require.Regexp(t, `^[a-z]+(-[a-z]+)*$`, s.Name)
		require.False(t, names[s.Name], "%s is there twice", s.Name)
		names[s.Name] = true
		require.Regexp(t, `^[A-Za-z].*[^.]$`, s.Sentence, s.Name)
		require.Regexp(t, `^([DJM]( [DJM])*|RFC \d+ section [\d.]+)$`, s.Source, s.Name)
		for name, preset := range map[string]bool{cinode.PersonaCinode: s.Cinode, cinode.PersonaRFC: s.RFC} {
			before := persona(t, name, false)
			require.Equal(t, preset, s.On(before), "%s of %s", s.Name, name)
			after, err := cinode.Tenant{Persona: name, Switches: map[string]bool{s.Name: !preset}}.Behaviour(schema.RFC())
			require.NoError(t, err)
			require.Equal(t, !preset, s.On(after), "%s of %s", s.Name, name)
			for _, other := range cinode.Switches {
				require.True(t, other.Name == s.Name || other.On(before) == other.On(after), "%s changes %s", s.Name, other.Name)
			}
		}
	}
}

// TestSwitches_AreAll: whatever is a yes or no of a persona is a switch, but for
// the two that tenants have as fields.
func TestSwitches_AreAll(t *testing.T) {
	t.Parallel()
	count := 0
	for _, typ := range []reflect.Type{reflect.TypeFor[cinode.Persona](), reflect.TypeFor[cinode.FilterRules]()} {
		for i := range typ.NumField() {
			if typ.Field(i).Type.Kind() == reflect.Bool {
				count++
			}
		}
	}
	require.Len(t, cinode.Switches, count-2)
}

// TestSwitches_WinOverStrict: the one that is named says more than the one that
// stands for many.
func TestSwitches_WinOverStrict(t *testing.T) {
	t.Parallel()
	p, err := cinode.Tenant{Persona: cinode.PersonaCinode, Strict: true, Switches: map[string]bool{"empty-operations": true}}.Behaviour(schema.RFC())
	require.NoError(t, err)
	require.True(t, p.EmptyOperations)
	require.False(t, p.ReplaceCreates)
}

// TestSwitches_Published: Schemas tells of the switches that it has words for.
func TestSwitches_Published(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		tenant    cinode.Tenant
		immutable bool
		required  bool
	}{
		"cinode":          {cinode.Tenant{Persona: cinode.PersonaCinode}, true, true},
		"cinode, changed": {cinode.Tenant{Persona: cinode.PersonaCinode, Switches: map[string]bool{"set-once": false, "require-names": false}}, false, false},
		"rfc":             {cinode.Tenant{Persona: cinode.PersonaRFC}, false, false},
		"rfc, changed":    {cinode.Tenant{Persona: cinode.PersonaRFC, Switches: map[string]bool{"set-once": true, "require-names": true}}, true, true},
	} {
		p, err := test.tenant.Behaviour(schema.RFC())
		require.NoError(t, err)
		published, err := schema.Parse(p.Registry.Lookup("urn:ietf:params:scim:schemas:core:2.0:User").JSON)
		require.NoError(t, err)
		require.Equal(t, test.immutable, published.Attribute("userName").Mutability == schema.MutabilityImmutable, name)
		require.True(t, published.Attribute("userName").Required, name)
		full := published.Attribute("name")
		require.Equal(t, []bool{test.required, test.required, test.required, false},
			[]bool{full.Required, full.Sub("givenName").Required, full.Sub("familyName").Required, full.Sub("formatted").Required}, name)
	}
}

// TestMappings_Published: what a mapping switches on is there, and nothing else.
func TestMappings_Published(t *testing.T) {
	t.Parallel()
	const number, date = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
		"urn:ietf:params:scim:schemas:extension:Cinode:User:1.0:EmploymentStartDate"
	for name, test := range map[string]struct {
		mappings     []cinode.Mapping
		number, date bool
	}{
		"none":   {nil, false, false},
		"number": {[]cinode.Mapping{cinode.MappingEmployeeNumber}, true, false},
		"date":   {[]cinode.Mapping{cinode.MappingEmploymentStartDate}, false, true},
		"both":   {[]cinode.Mapping{cinode.MappingEmploymentStartDate, cinode.MappingEmployeeNumber}, true, true},
	} {
		p, err := cinode.Tenant{Persona: cinode.PersonaCinode, Mappings: test.mappings}.Behaviour(schema.RFC())
		require.NoError(t, err)
		_, hasNumber := p.Registry.Users.ResolveText(number)
		_, hasDate := p.Registry.Users.ResolveText(date)
		_, hasDepartment := p.Registry.Users.ResolveText("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department")
		require.Equal(t, []bool{test.number, test.date, false}, []bool{hasNumber, hasDate, hasDepartment}, name)
		require.Len(t, p.Registry.Schemas, 5+len(test.mappings), name)
	}
	p := persona(t, cinode.PersonaRFC, false)
	_, published := p.Registry.Resolve(date)
	_, stored := p.Full.Resolve(date)
	require.Equal(t, []bool{false, true}, []bool{published, stored}, "on rfc it is stored, and not published")
}
