package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/journal"
)

// refusalCase is a request that access control turns away.
type refusalCase struct {
	target string // the users of tenant 1 where it is empty
	change change
	status int
	why    journal.Refusal
	reason string // a part of what the tester is told
	tenant any    // that the journal has it under
	token  any    // its name
}

const mistyped = "csc_0123456789012345678901234567890123456789012_AAAAAA"

var refusalCases = map[string]refusalCase{
	"none":           {change: header("X-None"), status: 401, why: journal.RefusalNoCredential, reason: "no credential was sent"},
	"scheme alone":   {change: header("Authorization", "Bearer"), status: 401, why: journal.RefusalEmptyToken, reason: "no token behind it"},
	"Basic":          {change: header("Authorization", "Basic c2VjcmV0LXVzZXI6c2VjcmV0LXB3"), status: 401, why: journal.RefusalWrongScheme, reason: "not Basic"},
	"bare, strict":   {change: header("Authorization", "strict-secret"), status: 401, why: journal.RefusalBareToken, reason: "Bearer TOKEN", tenant: 3.0, token: "strict"},
	"two headers":    {change: header("Authorization", "Bearer secret-one", "Bearer secret-two"), status: 400, why: journal.RefusalTwoTokens, reason: "sent twice"},
	"in the address": {target: "/scim/v2/Users?access_token=secret-in-the-address", change: bearer("secret-one"), status: 400, why: journal.RefusalTwoTokens, reason: "sent twice"},
	"mistyped":       {change: bearer(mistyped), status: 401, why: journal.RefusalMistyped, reason: "checksum"},
	"the admin key":  {change: bearer("csa_secret-admin-key"), status: 401, why: journal.RefusalAdminKey, reason: "the admin key was sent"},
	"unknown":        {change: bearer("secret-unknown"), status: 401, why: journal.RefusalUnknownToken, reason: "no token like this one"},
	"expired":        {change: bearer("expired"), status: 401, why: journal.RefusalExpired, reason: "create a new one and put it into the IdP (token ", tenant: 1.0, token: "expired"},
	"revoked":        {change: bearer("revoked"), status: 401, why: journal.RefusalRevoked, reason: "create a new one and put it into the IdP (token ", tenant: 1.0, token: "revoked"},
	"audience":       {change: bearer("for-another"), status: 401, why: journal.RefusalWrongAudience, reason: cinode.AudienceSCIM, tenant: 1.0, token: "for-another"},
	"other tenant":   {target: "/scim/tenants/2/v2/Users", change: bearer("secret-one"), status: 403, why: journal.RefusalOtherTenant, reason: "of another tenant", tenant: 1.0, token: "first"},
	"no tenant":      {target: "/scim/tenants/99/v2/Users", change: bearer("secret-one"), status: 403, why: journal.RefusalOtherTenant, reason: "of another tenant", tenant: 1.0, token: "first"},
	"no endpoint":    {target: "/scim/v2/Nothing", change: bearer("secret-unknown"), status: 401, why: journal.RefusalUnknownToken, reason: "no token like this one"},
	"scope": {change: both(bearer("reader"), with(http.MethodPost, `{"password":"secret-password"}`)), status: 403, why: journal.RefusalScope,
		reason: "(users:write)", tenant: 1.0, token: "reader"},
}

// secrets are all that must stand nowhere.
var secrets = []string{
	"c2VjcmV0LXVzZXI6c2VjcmV0LXB3", "strict-secret", "secret-one", "secret-two", "secret-in-the-address", mistyped, mistyped[4:40], "secret-admin-key",
	"secret-unknown", "secret-password", controlKey,
}

// withRefusals is a server on a file, whose tokens are good and bad in all ways.
func withRefusals(t *testing.T, args ...string) (c controlled, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "scim.db")
	c = controlled{run(t, append([]string{"--database=" + file, "--test-api=true", "--admin-key=" + controlKey, "--token=first=secret-one,2/second=secret-two,3/strict=strict-secret"}, args...)...)}
	addOddTokens(t, c.Store())
	c.admin(t, 200, "PUT", "/tenants/3/persona", `{"name":"cinode","strict":true}`)
	return c, file
}

func TestRefusals_AreExplainedInTheJournal(t *testing.T) {
	t.Parallel()
	c, file := withRefusals(t)
	for name, test := range refusalCases {
		t.Run(name, func(t *testing.T) {
			target := test.target
			if target == "" {
				target = "/scim/v2/Users"
			}
			got := c.send(t, http.MethodGet, target, "", test.change)
			require.NoError(t, got.err)
			got.requireSCIMError(t, test.status)
			if test.status != http.StatusBadRequest {
				require.NotContains(t, got.body, test.reason, "the client is told little")
			}
			e := c.admin(t, 200, "GET", "/requests/latest", "")
			require.Equal(t, got.header.Get("X-Request-Id"), e["request"])
			require.Equal(t, string(test.why), e["why"])
			require.Contains(t, e["reason"], test.reason)
			require.Equal(t, []any{test.tenant, test.token, float64(test.status)}, []any{e["tenant"], e["token"], e["status"]})
			require.Equal(t, test.why != journal.RefusalScope, e["refused"])
		})
	}
	c.send(t, "POST", "/scim/v2/Users", `{"userName":"x@example.com","password":"secret-password","passWORD":7,"name":`, bearer("secret-one"))
	c.send(t, "POST", "/scim/v2/Users", `{`+userSchemas+`"userName":"x@example.com","password":"secret-password"`+aName, bearer("secret-one"))
	c.send(t, "GET", "/scim/v2/Users?filter=password%20eq%20%22secret-password%22", "", bearer("secret-one"), header("Cookie", "secret-password"), header("X-Api-Key", "secret-unknown"))
	c.keepsNoSecret(t)
	c.stop()
	require.NoError(t, c.ended())
	requireNoSecretIn(t, file)
}

// keepsNoSecret looks for secrets in all that the API tells of the journal.
func (c controlled) keepsNoSecret(t *testing.T) {
	t.Helper()
	require.InDelta(t, len(refusalCases)+3, c.admin(t, 200, "GET", "/requests/count", "")["count"], 0)
	for _, path := range []string{"/requests?limit=1000", "/requests/export?as=curl", "/requests/export?as=har", "/requests/export?as=http", "/requests/export?as=go"} {
		got := c.send(t, "GET", "/admin/api/v1"+path, "", bearer(controlKey))
		require.Equal(t, 200, got.status)
		for _, secret := range secrets {
			require.NotContains(t, got.body, secret, path)
		}
	}
	require.NotContains(t, c.log.String(), "secret-")
}

func requireNoSecretIn(t *testing.T, file string) {
	t.Helper()
	files, err := filepath.Glob(file + "*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, secret := range secrets {
			require.Zero(t, bytes.Count(data, []byte(secret)), "%s is in %s", secret, name)
		}
	}
}

func TestRefusals_OfTheRate(t *testing.T) {
	t.Parallel()
	c := controlled{run(t, "--test-api=true", "--admin-key="+controlKey, "--token=first=secret-one", "--rate-limit=1")}
	for range 20 {
		if got := c.send(t, "GET", "/scim/v2/Users", "", bearer("secret-one")); got.status == http.StatusTooManyRequests {
			e := c.admin(t, 200, "GET", "/requests/latest", "")
			require.Equal(t, []any{"rate-limit", true, 429.0}, []any{e["why"], e["refused"], e["status"]})
			require.Contains(t, e["reason"], "over its rate")
			return
		}
	}
	require.Fail(t, "no request was refused")
}

// TestRefusals_EvictNothing: a flood from one address, of strangers and with tokens
// that are no longer good, leaves the requests of others where they are.
func TestRefusals_EvictNothing(t *testing.T) {
	t.Parallel()
	c, _ := withRefusals(t, "--journal-max=20", "--trusted-proxies=127.0.0.1")
	forwarded := func(address string) change { return header("X-Forwarded-For", address) }
	for i := range 20 {
		require.Equal(t, 404, c.send(t, "GET", fmt.Sprintf("/scim/v2/Users/%d", i+1), "", bearer("secret-one")).status)
	}
	require.Equal(t, 401, c.send(t, "GET", "/scim/v2/Groups", "", bearer("revoked"), forwarded("192.0.2.9")).status)
	require.Equal(t, 401, c.send(t, "GET", "/scim/v2/Groups", "", bearer("csc_other"), forwarded("192.0.2.9")).status)
	for range 150 {
		c.send(t, "GET", "/scim/v2/Users", "", bearer("revoked"), forwarded("192.0.2.7"))
		c.send(t, "GET", "/scim/v2/Users", "", bearer("secret-unknown"), forwarded("192.0.2.7"))
		c.send(t, "GET", "/scim/v2/Users", "", forwarded("192.0.2.7"))
	}
	require.Len(t, c.items(t, "/requests?path=/users/*"), 20, "no good request was evicted")
	require.Len(t, c.items(t, "/requests?path=/groups"), 2, "nor one of another address")
	require.InDelta(t, 100, c.admin(t, 200, "GET", "/requests/count?path=/users&tenant=1", "")["count"], 0)
	require.InDelta(t, 200, c.admin(t, 200, "GET", "/requests/count?path=/users", "")["count"], 0)
	c.send(t, "GET", "/scim/v2/Users/21", "", bearer("secret-one"))
	paths := c.items(t, "/requests?path=/users/*&order=oldest")
	require.Len(t, paths, 20)
	require.Equal(t, []any{"/Users/2", "/Users/21"}, []any{paths[0]["path"], paths[19]["path"]}, "a good one evicts the oldest good one")
}
