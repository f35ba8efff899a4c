package schema_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

func TestCinodeWith(t *testing.T) {
	t.Parallel()
	require.Same(t, schema.Cinode(), schema.CinodeWith())
	both := schema.CinodeWith(scim.URNCinodeUser, scim.URNEnterpriseUser)
	require.Same(t, both, schema.CinodeWith(scim.URNEnterpriseUser, scim.URNCinodeUser))
	require.Len(t, both.Users.Extensions, 2)
	require.Empty(t, both.Groups.Extensions)
	require.Len(t, both.Users.Extension(scim.URNEnterpriseUser).Attributes, 1, "the one that Cinode documents")
	for _, a := range both.Users.Extension(scim.URNEnterpriseUser).Attributes {
		wide := schema.RFC().Users.Extension(scim.URNEnterpriseUser).Attribute(a.Name)
		require.Equal(t, []any{wide.Type, wide.CaseExact, wide.MultiValued}, []any{a.Type, a.CaseExact, a.MultiValued}, "it is searched as it is stored")
	}
}

// TestStorage: what is stored is more than what is published.
func TestStorage(t *testing.T) {
	t.Parallel()
	full := schema.RFC().Storage()
	require.Same(t, full, schema.RFC().Storage())
	require.Same(t, full, full.Storage())
	require.Nil(t, schema.RFC().Users.Extension(scim.URNCinodeUser))
	require.NotNil(t, full.Users.Extension(scim.URNCinodeUser))
	stored := full.Users.AppendJSON(nil, scim.Object{"userName": "a", scim.URNCinodeUser: scim.Object{"EmploymentStartDate": "2026-01-31T00:00:00Z"}})
	require.False(t, schema.RFC().Users.SendsAsStored(stored), "rfc does not show it")
}

func TestMarked(t *testing.T) {
	t.Parallel()
	for _, r := range []*schema.Registry{schema.RFC(), schema.Cinode()} {
		same, err := r.Marked(nil)
		require.NoError(t, err)
		require.Same(t, r, same)
		marked, err := r.Marked([]schema.Mark{{Path: "userName", Mutability: schema.MutabilityImmutable}, {Path: "name.givenName", Required: true}})
		require.NoError(t, err)
		require.Same(t, r.Users, marked.Users, "what is read and written stays the same")
		require.Len(t, marked.Schemas, len(r.Schemas))
		before, err := schema.Parse(r.Lookup(scim.URNUser).JSON)
		require.NoError(t, err)
		after, err := schema.Parse(marked.Lookup(scim.URNUser).JSON)
		require.NoError(t, err)
		for _, a := range after.Attributes {
			was := *before.Attribute(a.Name)
			switch a.Name {
			case "userName":
				was.Mutability = schema.MutabilityImmutable
				require.Equal(t, &was, a)
			case "name":
				require.True(t, a.Sub("givenName").Required)
				require.False(t, a.Required || a.Sub("familyName").Required)
			default:
				require.Equal(t, &was, a)
			}
		}
	}
}

func TestExtend_CinodeIsTaken(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		scim.URNCinodeUser:                          "is a schema that the server has already",
		scim.URNCinodeUser + ":EmploymentStartDate": "is also the path of an attribute",
	} {
		_, err := schema.RFC().Extend(schema.File{Name: "x.json", Text: []byte(`[
			{"schemas":["` + scim.URNSchema + `"],"id":"` + id + `","name":"X","attributes":[{"name":"a"}]},
			{"schemas":["` + scim.URNResourceType + `"],"name":"User","schemaExtensions":[{"schema":"` + id + `"}]}]`)})
		require.ErrorContains(t, err, want)
	}
}
