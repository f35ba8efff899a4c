package schema_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

func TestParsePath(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]schema.Path{
		"userName":          {Name: "userName"},
		"name.familyName":   {Name: "name", Sub: "familyName"},
		"members.$ref":      {Name: "members", Sub: "$ref"},
		"$ref":              {Name: "$ref"},
		"a-b_c$d9":          {Name: "a-b_c$d9"},
		enterprise + ":a.b": {URN: enterprise, Name: "a", Sub: "b"},
		"URN:x:y":           {URN: "URN:x", Name: "y"},
		"urn:x_y:2.0:z":     {URN: "urn:x_y:2.0", Name: "z"},
	} {
		got, ok := schema.ParsePath(text)
		require.True(t, ok, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{
		"", ".", "a.", ".a", "a..b", "a.b.c", "1a", "a b", " a", "a ", "a[b]", "/a", "a/b", "é", "-a", "$a", "x:y", "urn:", "urn:x:", "urn:x:.a", "urn:x y:a",
		"urn:x[:a", ":a", `a"b`, "a,b", "a.1b", "a.$x",
	} {
		_, ok := schema.ParsePath(text)
		require.False(t, ok, text)
	}
}

func TestResolveText(t *testing.T) {
	t.Parallel()
	users := schema.RFC().Users
	for text, want := range map[string]string{
		"USERNAME":                               "userName",
		"name.FAMILYname":                        "name.familyName",
		scim.URNUser + ":emails.value":           "emails.value",
		strings.ToUpper(scim.URNUser) + ":id":    "id",
		"meta.lastmodified":                      "meta.lastModified",
		"schemas":                                "schemas",
		"externalid":                             "externalId",
		strings.ToUpper(enterprise):              enterprise,
		enterprise + ":DEPARTMENT":               enterprise + ":department",
		enterprise + ":manager.VALUE":            enterprise + ":manager.value",
		strings.ToLower(enterprise + ":Manager"): enterprise + ":manager",
	} {
		target, ok := users.ResolveText(text)
		require.True(t, ok, text)
		require.Equal(t, want, target.String())
		require.Equal(t, want == enterprise, target.Leaf() == nil)
	}
	for _, text := range []string{
		"bogus", "name.bogus", "userName.x", "department", scim.URNUser, scim.URNUser + ":department", scim.URNGroup + ":displayName",
		enterprise + ":userName", enterprise + ".department", "urn:x:userName", "members", "",
	} {
		_, ok := users.ResolveText(text)
		require.False(t, ok, text)
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`{"userName":"a","id":"1","meta":{"created":"x"},"schemas":[]}`: true,
		`{"name":{"givenName":"a"},"addresses":[{"locality":"x"}]}`:     true,
		`{"emails":[]}`:                         false,
		`{"name":{"middleName":"a"}}`:           false,
		`{"addresses":[{"country":"SE"}]}`:      false,
		`{"` + enterprise + `":{"manager":{}}}`: false,
	} {
		require.Equal(t, want, schema.Cinode().Users.Covers(decode(t, text)), text)
		require.True(t, schema.RFC().Users.Covers(decode(t, text)), text)
	}
	for _, text := range []string{`{"bogus":1}`, `{"` + enterprise + `":{"bogus":1}}`, `{"` + enterprise + `":{"manager":{"bogus":1}}}`} {
		require.False(t, schema.RFC().Users.Covers(decode(t, text)), text)
	}
}

func TestRegistries(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*schema.Registry{"rfc": schema.RFC(), "cinode": schema.Cinode()} {
		require.Equal(t, []*schema.ResourceType{r.Users, r.Groups}, r.Types(), name)
		require.Same(t, r.Users, r.Type("User"))
		require.Same(t, r.Groups, r.Type("Group"))
		require.Nil(t, r.Type("user"))
		require.Nil(t, r.Lookup("urn:x"))
		seen := map[string]bool{}
		for _, s := range r.Schemas {
			require.False(t, seen[s.ID], "%s twice", s.ID)
			seen[s.ID] = true
			require.Same(t, s, r.Lookup(s.ID))
			requireSound(t, s.ID, s.Attributes)
		}
		for _, urn := range []string{scim.URNUser, scim.URNGroup, scim.URNSchema, scim.URNResourceType, scim.URNServiceProviderConfig} {
			require.True(t, seen[urn], "%s has no %s", name, urn)
		}
		require.Equal(t, name == "rfc", seen[enterprise])
	}
}

// requireSound holds attributes against RFC 7643 sections 2.1 and 7.
func requireSound(t *testing.T, where string, list []*schema.Attribute) {
	t.Helper()
	name := regexp.MustCompile(`^([A-Za-z][A-Za-z0-9$_-]*|\$ref)$`)
	for _, a := range list {
		at := where + ":" + a.Name
		require.Regexp(t, name, a.Name, where)
		require.Contains(t, []schema.Type{
			schema.TypeString, schema.TypeBoolean, schema.TypeDecimal, schema.TypeInteger, schema.TypeDateTime, schema.TypeBinary,
			schema.TypeReference, schema.TypeComplex,
		}, a.Type, at)
		require.Contains(t, []schema.Mutability{
			schema.MutabilityReadWrite, schema.MutabilityReadOnly, schema.MutabilityImmutable, schema.MutabilityWriteOnly,
		}, a.Mutability, at)
		require.Contains(t, []schema.Returned{schema.ReturnedAlways, schema.ReturnedDefault, schema.ReturnedNever, schema.ReturnedRequest}, a.Returned, at)
		require.Equal(t, a.Type == schema.TypeComplex, len(a.SubAttributes) > 0, at)
		require.Equal(t, a.Type == schema.TypeReference, len(a.ReferenceTypes) > 0, at)
		require.True(t, a.Mutability != schema.MutabilityWriteOnly || a.Returned == schema.ReturnedNever, at)
		for _, sub := range a.SubAttributes {
			require.Same(t, sub, a.Sub(strings.ToUpper(sub.Name)), at)
		}
		requireSound(t, at, a.SubAttributes)
	}
}

// TestCinode_IsPartOfRFC: a persona can be switched because what Cinode has is
// there in the RFC's schemas, with the same type.
func TestCinode_IsPartOfRFC(t *testing.T) {
	t.Parallel()
	for _, typ := range schema.Cinode().Types() {
		wider := schema.RFC().Type(typ.Name)
		for _, a := range typ.Schema.Attributes {
			require.NotNil(t, wider.Attribute(a.Name), a.Name)
			require.Equal(t, wider.Attribute(a.Name).Type, a.Type, a.Name)
			require.Equal(t, wider.Attribute(a.Name).MultiValued, a.MultiValued, a.Name)
			require.Equal(t, wider.Attribute(a.Name).CaseExact, a.CaseExact, a.Name)
			for _, sub := range a.SubAttributes {
				other := wider.Attribute(a.Name).Sub(sub.Name)
				require.NotNil(t, other, sub.Name)
				require.Equal(t, other.Type, sub.Type, sub.Name)
				require.Equal(t, other.CaseExact, sub.CaseExact, sub.Name)
			}
		}
	}
}

func TestParse_RefusesWhatIsNoSchema(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "[]", `{"attributes":{}}`, `{"attributes":[{"name":1}]}`, `{"id":"a","id":"b"}`} {
		_, err := schema.Parse([]byte(text))
		require.ErrorContains(t, err, "read schema: ", text)
	}
}
