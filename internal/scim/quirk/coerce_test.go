package quirk_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/quirk"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

const enterprise = scim.URNEnterpriseUser

func decode(t *testing.T, text string) any {
	t.Helper()
	v, err := scim.Decode([]byte(text))
	require.NoError(t, err, text)
	return v
}

func TestCoerce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, in, want, deviation string }{
		{"active", `true`, `true`, ""},
		{"active", `null`, `null`, ""},
		{"active", `"True"`, `true`, scim.DeviationBoolAsString},
		{"active", `"FALSE"`, `false`, scim.DeviationBoolAsString},
		{"active", `"yes"`, `"yes"`, ""},
		{"active", `1`, `1`, ""},
		{"active", `["true"]`, `true`, scim.DeviationBoolAsString},
		{"active", `[false]`, `false`, scim.DeviationValueInArray},
		{"active", `[]`, `[]`, ""},
		{"title", `"x"`, `"x"`, ""},
		{"title", `1.50`, `"1.50"`, scim.DeviationNumberAsString},
		{"title", `["x"]`, `"x"`, scim.DeviationValueInArray},
		{"title", `["x","y"]`, `["x","y"]`, ""},
		{"title", `true`, `true`, ""},
		{"title", `{"value":"x"}`, `{"value":"x"}`, ""},
		{"profileUrl", `7`, `"7"`, scim.DeviationNumberAsString},
		{"emails", `[{"value":"a"}]`, `[{"value":"a"}]`, ""},
		{"emails", `{"value":"a"}`, `[{"value":"a"}]`, scim.DeviationObjectForArray},
		{"emails", `""`, `null`, scim.DeviationStringForComplex},
		{"emails", `"a"`, `"a"`, ""},
		{"schemas", `"urn:x"`, `["urn:x"]`, scim.DeviationObjectForArray},
		{"name", `{"givenName":"g"}`, `{"givenName":"g"}`, ""},
		{"name", `"x"`, `"x"`, ""},
		{"name", `""`, `""`, ""},
		{"name", `"{\"givenName\":\"g\"}"`, `{"givenName":"g"}`, scim.DeviationJSONInString},
		{"name", `"{givenName"`, `"{givenName"`, ""},
		{enterprise + ":manager", `"26"`, `{"value":"26"}`, scim.DeviationStringForComplex},
		{enterprise + ":manager", `26`, `{"value":"26"}`, scim.DeviationStringForComplex},
		{enterprise + ":manager", `""`, `null`, scim.DeviationStringForComplex},
		{enterprise + ":manager", `{"value":""}`, `null`, scim.DeviationStringForComplex},
		{enterprise + ":manager", `{"VALUE":""}`, `null`, scim.DeviationStringForComplex},
		{enterprise + ":manager", `{"value":"26"}`, `{"value":"26"}`, ""},
	} {
		target, ok := schema.RFC().Users.ResolveText(c.path)
		require.True(t, ok, c.path)
		in := decode(t, c.in)
		got, deviation := quirk.Coerce(target.Leaf(), in)
		require.Equal(t, decode(t, c.want), got, "%s %s", c.path, c.in)
		require.Equal(t, c.deviation, deviation, "%s %s", c.path, c.in)
		require.Equal(t, decode(t, c.in), in, "the input is not changed")
	}
}
