package journal_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

const (
	core       = "urn:ietf:params:scim:schemas:core:2.0:"
	enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	patchOp    = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":`
)

func agent(name string) []journal.Header { return []journal.Header{{Name: "User-Agent", Value: name}} }

func TestGuess(t *testing.T) {
	t.Parallel()
	other := agent("curl/8")
	for _, c := range []struct {
		want                journal.Client
		method, path, query string
		headers             []journal.Header
		body                string
	}{
		{journal.ClientOkta, "GET", "/Users", "", agent("Okta SCIM Client 1.0.0"), ""},
		{journal.ClientGoogle, "GET", "/Users", "", agent("Google-Auto-Provisioning"), ""},
		{journal.ClientOurs, "GET", "/Users", "", agent("cinode-scim-conform/v1.2.3"), ""},
		{journal.ClientUnknown, "GET", "/Users", "", other, ""},
		{journal.ClientUnknown, "GET", "/Users/1", "", nil, ""},
		{journal.ClientUnknown, "GET", "/Users", "filter=userName+eq+%22a%22&count=5", other, ""},

		// Entra ID, with and without its flag.
		{journal.ClientEntra, "GET", "/Users", "filter=userName%20eq%20%22ida%40corp.example%22", nil, ""},
		{journal.ClientEntra, "GET", "/Users", "filter=userName+eq+%22d2b3fb13-9a9c-4c5b-8f11-1f2e3d4c5b6a%22", other, ""},
		{journal.ClientEntra, "GET", "/Groups", "excludedAttributes=members&filter=displayName+eq+%22Ops%22", other, ""},
		{journal.ClientEntra, "GET", "/Groups/3", "excludedAttributes=members", nil, ""},
		{journal.ClientEntra, "GET", "/Users", "filter=userName+eq+%22a%22&aadOptscim062020", other, ""},
		{journal.ClientEntra, "PATCH", "/Users/1", "", other, patchOp + `[{"op":"Replace","path":"active","value":"False"}]}`},
		{journal.ClientEntra, "PATCH", "/Groups/1", "", nil, patchOp + `[{"op":"Add","path":"members","value":[{"$ref":null,"value":"1"}]}]}`},
		{journal.ClientEntra, "POST", "/Groups", "", other, `{"schemas":["` + core + `Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],"displayName":"Ops"}`},
		{journal.ClientEntra, "POST", "/Users", "", nil, `{"schemas":["` + core + `User","` + enterprise + `"],"externalId":"ida","meta":{"resourceType":"User"},"roles":[],"active":true}`},
		{journal.ClientEntra, "POST", "/Users", "", other, "{\n  \"userName\": \"a\",\n  \"active\": \"True\"\n}"},

		// Okta behind a proxy that hides its name.
		{journal.ClientOkta, "GET", "/Users", "filter=userName%20eq%20%22ann%22&startIndex=1&count=100", other, ""},
		{journal.ClientOkta, "GET", "/Users", "startIndex=1&count=2", other, ""},
		{journal.ClientOkta, "POST", "/Users", "", other, `{"schemas":["` + core + `User"],"userName":"ann","externalId":"00uabcdEFGHijk1l20h7","groups":[],"password":"x9k2m1pq"}`},
		{journal.ClientOkta, "PATCH", "/Groups/1", "", other, patchOp + `[{"op":"replace","value":{"id":"1","displayName":"Ops"}}]}`},

		// JumpCloud.
		{journal.ClientJumpCloud, "POST", "/Users", "", other, `{"schemas":["` + core + `User","` + enterprise + `"],"userName":"p","externalId":"66e0aa11bb22cc33dd44ee55"}`},
		{journal.ClientJumpCloud, "PUT", "/Users/1", "", other, `{"schemas":["` + core + `User"],"id":"1","userName":"p","emails":null}`},
		{journal.ClientJumpCloud, "PUT", "/Users/1", "", other, `{"schemas":["` + enterprise + `","` + core + `User"],"id":"1","userName":"p"}`},
		{journal.ClientJumpCloud, "PATCH", "/Groups/1", "", nil, patchOp + `[{"op":"replace","value":{"displayName":"jc-test-group-2"}}]}`},

		// OneLogin.
		{journal.ClientOneLogin, "GET", "/Groups", "count=100&startIndex=1", other, ""},
		{journal.ClientOneLogin, "GET", "/Users", "filter=userName+eq+%22ann%22&", other, ""},
		{journal.ClientOneLogin, "PATCH", "/Groups/1", "", other, patchOp + `[{"value":[{"value":"1"}],"op":"add","path":"members"}]}`},
		{journal.ClientOneLogin, "POST", "/Users", "", other, `{"schemas":["urn:scim:schemas:core:2.0"],"id":null,"emails":{"value":"a@b"}}`},

		{journal.ClientGoogle, "GET", "/Users", "filter=userName%20eq%20%22a%40corp.example%22&startIndex=1", other, ""},
	} {
		require.Equal(t, c.want, journal.Guess(c.method, "/scim/v2"+c.path, c.query, c.headers, []byte(c.body)), "%s %s?%s %s", c.method, c.path, c.query, c.body)
	}
}

func TestGuesser_RemembersBySenderAndUserAgent(t *testing.T) {
	t.Parallel()
	g := journal.NewGuesser()
	get := func(sender string, headers []journal.Header) journal.Client {
		return g.Guess(sender, "GET", "/scim/v2/Users/1", "", headers, nil)
	}
	require.Equal(t, journal.ClientUnknown, get("a", nil))
	entra := []byte(patchOp + `[{"op":"Add","path":"members","value":[{"$ref":null,"value":"1"}]}]}`)
	require.Equal(t, journal.ClientEntra, g.Guess("a", "PATCH", "/scim/v2/Groups/1", "", nil, entra))
	require.Equal(t, journal.ClientEntra, get("a", nil), "an indistinct request inherits")
	require.Equal(t, journal.ClientUnknown, get("b", nil), "not another sender's")
	require.Equal(t, journal.ClientUnknown, get("a", agent("curl/8")), "a script with the same token is not the IdP")

	weak := []byte(patchOp + `[{"op":"replace","value":{"displayName":"x"}}]}`)
	require.Equal(t, journal.ClientEntra, g.Guess("a", "PATCH", "/scim/v2/Groups/1", "", nil, weak), "less does not overthrow more")
	last := journal.ClientEntra
	for range 20 {
		last = g.Guess("a", "PATCH", "/scim/v2/Groups/1", "", nil, weak)
	}
	require.Equal(t, journal.ClientJumpCloud, last, "but it does in the end")
}

func TestGuesser_IsBounded(t *testing.T) {
	t.Parallel()
	g := journal.NewGuesser()
	for i := range 20_001 {
		g.Guess(fmt.Sprint(i), "GET", "/Users", "aadOptscim062020", nil, nil)
	}
	require.Equal(t, journal.ClientUnknown, g.Guess("0", "GET", "/Users", "", nil, nil))
	require.Equal(t, journal.ClientEntra, g.Guess("20000", "GET", "/Users", "", nil, nil))
}

func TestGuess_HostileBodies(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`"`, `{"`, `{"a":"\`, "\x00\xff", `[[[[[[[`, `""""""`} {
		require.Equal(t, journal.ClientUnknown, journal.Guess("POST", "/Users", "&&=&filter&filter=%", agent("x"), []byte(body)))
	}
}
