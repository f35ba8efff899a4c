package cinode_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

func object(t *testing.T, text string) scim.Object {
	t.Helper()
	o, err := scim.DecodeObject([]byte(text))
	require.NoError(t, err, text)
	return o
}

// TestHoldSetOnce [D]: userName and externalId are read only once they are set.
func TestHoldSetOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, next, want string
		changed            []string
	}{
		"unchanged":                     {`{"userName":"a@b.c","externalId":"1"}`, `{"userName":"a@b.c","externalId":"1"}`, `{"userName":"a@b.c","externalId":"1"}`, nil},
		"other letters of an ei":        {`{"externalId":"e"}`, `{"externalId":"E"}`, `{"externalId":"e"}`, []string{"externalId"}},
		"other letters of a name":       {`{"userName":"Ann@b.c"}`, `{"userName":"ann@B.C"}`, `{"userName":"Ann@b.c"}`, nil},
		"another":                       {`{"userName":"a","externalId":"1"}`, `{"userName":"b","externalId":"2"}`, `{"userName":"a","externalId":"1"}`, []string{"userName", "externalId"}},
		"set when there was none":       {`{"userName":"a"}`, `{"userName":"a","externalId":"1"}`, `{"userName":"a","externalId":"1"}`, nil},
		"set when it was empty":         {`{"externalId":""}`, `{"externalId":"1"}`, `{"externalId":"1"}`, nil},
		"removed":                       {`{"externalId":"1"}`, `{}`, `{"externalId":"1"}`, []string{"externalId"}},
		"empty, which counts as absent": {`{"externalId":"1"}`, `{"externalId":""}`, `{"externalId":"1"}`, nil},
	} {
		next := object(t, c.next)
		require.Equal(t, c.changed, cinode.HoldSetOnce(schema.Cinode().Users, next, object(t, c.before)), name)
		require.Equal(t, object(t, c.want), next, name)
	}
}

func TestKeepSetOnce(t *testing.T) {
	t.Parallel()
	next := object(t, `{"title":"x"}`)
	cinode.KeepSetOnce(next, object(t, `{"externalId":"1","userName":"","title":"y"}`))
	require.Equal(t, object(t, `{"externalId":"1","title":"x"}`), next)
}

// TestIsEmail [D J]: Cinode's Email is the userName.
func TestIsEmail(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"ann@example.com": true, "ann.ode+x@sub.example.com": true, "ann@localhost": true, "ännå@exämple.se": true,
		"": false, "ann": false, "ann@": false, "@example.com": false, "a nn@example.com": false, "Ann <ann@example.com>": false,
		"ann@example.com.": false, "ann@.com": false, "ann@a..b": false, "a@b,c@d": false,
	} {
		require.Equal(t, want, cinode.IsEmail(text), text)
	}
}

// TestCheckNames [D]: in Cinode's words.
func TestCheckNames(t *testing.T) {
	t.Parallel()
	const first, last = `"name.givenName":["Value is missing"]`, `"name.familyName":["Value is missing"]`
	for text, want := range map[string]string{
		`{"name":{"givenName":"A","familyName":"B"}}`: "",
		`{"name":{"givenName":"","familyName":"B"}}`:  first,
		`{"name":{"givenName":"A"}}`:                  last,
		`{"name":{"formatted":"A B"}}`:                first + ", " + last,
		`{}`:                                          first + ", " + last,
	} {
		err := cinode.CheckNames(object(t, text))
		if want == "" {
			require.NoError(t, err, text)
			continue
		}
		require.EqualError(t, err, "400 invalidValue: "+want, text)
	}
	for name, c := range map[string]struct{ before, next, want string }{
		"a name is taken away":   {`{"name":{"givenName":"A","familyName":"B"}}`, `{"name":{"givenName":"A"}}`, last},
		"both are":               {`{"name":{"givenName":"A","familyName":"B"}}`, `{}`, first + ", " + last},
		"there was none":         {`{}`, `{"active":false}`, ""},
		"one of two is given":    {`{}`, `{"name":{"givenName":"A"}}`, ""},
		"one goes, one was none": {`{"name":{"givenName":"A"}}`, `{}`, first},
	} {
		err := cinode.CheckNamesStay(object(t, c.next), object(t, c.before))
		if c.want == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, c.want, name)
	}
}
