package schema_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

const whole = `{"schemas":["` + scim.URNUser + `"],"id":"1","externalId":"e","meta":{"version":"v","created":"c"},"userName":"u",
	"name":{"givenName":"g","familyName":"f"},"emails":[{"value":"a","type":"work"},{"value":"b"}],"active":true,
	"` + enterprise + `":{"department":"d","manager":{"value":"2","displayName":"m"}}}`

// always is what every projection has.
const always = `"schemas":["` + scim.URNUser + `"],"id":"1"`

func TestProjection(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                 string
		attributes, excluded []string
		want                 string
	}{
		{"default", nil, nil, whole},
		{"empty lists", []string{"", " , "}, []string{""}, whole},
		{"one", []string{"userName"}, nil, `{` + always + `,"userName":"u"}`},
		{"any case, with URN", []string{"USERNAME", scim.URNUser + ":Active"}, nil, `{` + always + `,"userName":"u","active":true}`},
		{"comma list with blanks", []string{"userName, active ,bogus"}, nil, `{` + always + `,"userName":"u","active":true}`},
		{"sub-attribute", []string{"name.givenName"}, nil, `{` + always + `,"name":{"givenName":"g"}}`},
		{"sub-attribute of each value", []string{"emails.type"}, nil, `{` + always + `,"emails":[{"type":"work"}]}`},
		{"two sub-attributes", []string{"emails.type", "emails.value"}, nil, `{` + always + `,"emails":[{"value":"a","type":"work"},{"value":"b"}]}`},
		{"whole and part", []string{"name", "name.givenName"}, nil, `{` + always + `,"name":{"givenName":"g","familyName":"f"}}`},
		{"only unknown names", []string{"bogus"}, nil, `{` + always + `}`},
		{"meta", []string{"meta.version"}, nil, `{` + always + `,"meta":{"version":"v"}}`},
		{"password", []string{"password"}, nil, `{` + always + `}`},
		{"extension attribute", []string{enterprise + ":department"}, nil, `{` + always + `,"` + enterprise + `":{"department":"d"}}`},
		{"extension sub-attribute", []string{enterprise + ":manager.value"}, nil, `{` + always + `,"` + enterprise + `":{"manager":{"value":"2"}}}`},
		{"extension", []string{enterprise}, nil, `{` + always + `,"` + enterprise + `":{"department":"d","manager":{"value":"2","displayName":"m"}}}`},

		{"excluded", nil, []string{"emails,name", enterprise},
			`{` + always + `,"externalId":"e","meta":{"version":"v","created":"c"},"userName":"u","active":true}`},
		{"excluded always", nil, []string{"id,schemas", "emails", "name", enterprise, "meta", "active"}, `{` + always + `,"externalId":"e","userName":"u"}`},
		{"excluded sub-attributes", nil, []string{"name.familyName", "emails.value", enterprise + ":manager.displayName", "meta,active,externalId"},
			`{` + always + `,"userName":"u","name":{"givenName":"g"},"emails":[{"type":"work"}],"` + enterprise + `":{"department":"d","manager":{"value":"2"}}}`},
		{"excluded extension attribute", nil, []string{enterprise + ":manager", "name", "emails", "meta", "active", "externalId"},
			`{` + always + `,"userName":"u","` + enterprise + `":{"department":"d"}}`},
		{"excluded unknown", nil, []string{"bogus"}, whole},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			users := schema.RFC().Users
			p, err := users.ParseProjection(c.attributes, c.excluded)
			require.NoError(t, err)
			o := decode(t, whole)
			require.Equal(t, decode(t, c.want), users.Apply(p, o))
			require.Equal(t, decode(t, whole), o, "the input is not changed")
		})
	}
}

func TestProjection_BothAtOnceAreRefused(t *testing.T) {
	t.Parallel()
	_, err := schema.RFC().Users.ParseProjection([]string{"userName"}, []string{"emails"})
	requireRefusal(t, err, scim.ErrorTypeInvalidValue, "exclude each other")
}

func TestProjection_Wants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		attributes, excluded string
		want                 bool
	}{
		{"", "", true},
		{"members", "", true},
		{"MEMBERS.value", "", true},
		{"displayName", "", false},
		{"", "members", false},
		{"", "members.display", true},
		{"", "displayName", true},
	} {
		p, err := schema.RFC().Groups.ParseProjection([]string{c.attributes}, []string{c.excluded})
		require.NoError(t, err)
		require.Equal(t, c.want, p.Wants("members"), "%+v", c)
		require.Equal(t, c.attributes+c.excluded == "", p.IsDefault())
	}
}
