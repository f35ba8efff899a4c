package server_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

const (
	noError      = `Bearer realm="cinode-scim"`
	invalidToken = noError + `, error="invalid_token"`
)

// addToken stores a token of tenant 1 whose secret is its name.
func addToken(t *testing.T, db store.Store, token cinode.Token) {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Millisecond)
	token.Tenant, token.Created = 1, now.Add(-time.Hour)
	if token.Expires.IsZero() {
		token.Expires = now.Add(time.Hour)
	}
	if token.Audience == "" {
		token.Audience = cinode.AudienceSCIM
	}
	if token.Scopes == nil {
		token.Scopes = cinode.AllScopes
	}
	require.NoError(t, db.CreateToken(t.Context(), token, cinode.HashSecret(token.Name), store.AuditEntry{}))
}

func addOddTokens(t *testing.T, db store.Store) {
	t.Helper()
	addToken(t, db, cinode.Token{Name: "expired", Expires: time.Now().Add(-time.Second).UTC().Truncate(time.Millisecond)})
	addToken(t, db, cinode.Token{Name: "for-another", Audience: "https://api.cinode.app/"})
	addToken(t, db, cinode.Token{Name: "revoked"})
	require.NoError(t, db.RevokeToken(t.Context(), 1, "revoked", time.Now().UTC(), store.AuditEntry{}))
	addToken(t, db, cinode.Token{Name: "reader", Scopes: []cinode.Scope{cinode.ScopeUsersRead}})
	addToken(t, db, cinode.Token{Name: "group-writer", Scopes: []cinode.Scope{cinode.ScopeGroupsWrite}})
}

func TestAccess_Matrix(t *testing.T) {
	t.Parallel()
	const own, foreign = "/scim/tenants/1/v2/Users", "/scim/tenants/2/v2/Users"
	tests := map[string]struct {
		target    string
		change    change
		status    int
		challenge string
	}{
		"none":                    {"/scim/v2/Users", header("X-None"), 401, noError},
		"none, tenant path":       {own, header("X-None"), 401, noError},
		"none, unknown tenant":    {"/scim/tenants/99/v2/Users", header("X-None"), 401, noError},
		"empty":                   {"/scim/v2/Users", header("Authorization", " "), 401, noError},
		"in the query only":       {"/scim/v2/Users?access_token=one", header("X-None"), 401, noError},
		"unknown":                 {"/scim/v2/Users", bearer("other"), 401, invalidToken},
		"scheme alone":            {"/scim/v2/Users", header("Authorization", "Bearer"), 401, invalidToken},
		"another scheme":          {"/scim/v2/Users", header("Authorization", "Basic b25lOg=="), 401, invalidToken},
		"another scheme, token":   {"/scim/v2/Users", header("Authorization", "Basic one"), 401, invalidToken},
		"two words":               {"/scim/v2/Users", bearer("one one"), 401, invalidToken},
		"bare, unknown":           {"/scim/v2/Users", header("Authorization", "other"), 401, invalidToken},
		"expired":                 {"/scim/v2/Users", bearer("expired"), 401, invalidToken},
		"revoked":                 {"/scim/v2/Users", bearer("revoked"), 401, invalidToken},
		"wrong audience":          {"/scim/v2/Users", bearer("for-another"), 401, invalidToken},
		"expired, foreign tenant": {foreign, bearer("expired"), 401, invalidToken},
		"foreign tenant":          {foreign, bearer("one"), 403, ""},
		"unknown tenant":          {"/scim/tenants/99/v2/Users", bearer("one"), 403, ""},
		"tenant is no number":     {"/scim/tenants/acme/v2/Users", bearer("one"), 403, ""},
		"tenant, padded":          {"/scim/tenants/01/v2/Users", bearer("one"), 403, ""},
		"no endpoint, none":       {"/scim/v2/Nothing", header("X-None"), 401, noError},
		"no endpoint, foreign":    {"/scim/tenants/2/v2/Nothing", bearer("one"), 403, ""},
		"no endpoint":             {"/scim/v2/Nothing", bearer("one"), 404, ""},
		"twice": {
			"/scim/v2/Users?count=1&access_token=one", bearer("one"), 400, noError + `, error="invalid_request"`,
		},
		"twice, in headers": {
			"/scim/v2/Users", header("Authorization", "Bearer one", "Bearer two"), 400, noError + `, error="invalid_request"`,
		},
		"lacks users:write": {
			"/scim/v2/Users", both(bearer("reader"), with(http.MethodPost, "{}")), 403,
			noError + `, error="insufficient_scope", scope="users:write"`,
		},
		"lacks groups:read": {"/scim/v2/Groups", bearer("reader"), 403, noError + `, error="insufficient_scope", scope="groups:read"`},
		"lacks users:read":  {"/scim/v2/Users/1", bearer("group-writer"), 403, noError + `, error="insufficient_scope", scope="users:read"`},
	}
	for kind, database := range databases(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, database, tokens)
			addOddTokens(t, f.Store())
			for name, test := range tests {
				t.Run(name, func(t *testing.T) {
					a := f.do(t, test.target, test.change)
					a.requireSCIMError(t, test.status)
					require.Equal(t, test.challenge, a.header.Get("WWW-Authenticate"))
					require.Len(t, a.header["X-Request-Id"], 1)
				})
			}
		})
	}
}

func both(changes ...change) change {
	return func(r *http.Request) {
		for _, c := range changes {
			c(r)
		}
	}
}

func TestAccess_GoodTokens(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		target, authorization, deviations string
	}{
		"token's tenant":       {"/scim/v2/Users", "Bearer one", ""},
		"tenant path":          {"/scim/tenants/1/v2/Users", "Bearer one", ""},
		"another tenant's":     {"/scim/tenants/2/v2/Users", "Bearer two", ""},
		"lower-case scheme":    {"/scim/v2/Users", "bearer one", ""},
		"spaces":               {"/scim/v2/Users", "Bearer   one ", ""},
		"without a scheme":     {"/scim/v2/Users", "one", "raw-token-without-bearer"},
		"a like parameter":     {"/scim/v2/Users?my_access_token=one", "Bearer one", ""},
		"the word in a filter": {"/scim/v2/Users?filter=title+eq+%22access_token=%22", "Bearer one", ""},
		"scope":                {"/scim/v2/Users", "Bearer reader", ""},
	}
	f := newFixture(t, tokens)
	addOddTokens(t, f.Store())
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := f.do(t, test.target, header("Authorization", test.authorization))
			require.Equal(t, http.StatusOK, a.status, a.body)
			require.Empty(t, a.header.Get("WWW-Authenticate"))
			require.Contains(t, a.header.Get("X-Scim-Deviations"), test.deviations)
			require.Equal(t, test.deviations == "", a.header.Get("X-Scim-Deviations") == "")
		})
	}
}

func TestAccess_StrictTenantRefusesABareToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tokens)
	tenant, err := f.Store().CreateTenant(t.Context(), cinode.Tenant{Persona: "rfc", Strict: true, Created: time.Now().UTC()}, store.AuditEntry{})
	require.NoError(t, err)
	require.NoError(t, f.Store().CreateToken(t.Context(), cinode.Token{
		Tenant: tenant.ID, Name: "strict", Audience: cinode.AudienceSCIM, Scopes: cinode.AllScopes, Expires: time.Now().Add(time.Hour).UTC(),
	}, cinode.HashSecret("strict"), store.AuditEntry{}))
	require.Equal(t, http.StatusOK, f.do(t, "/scim/v2/Users", bearer("strict")).status)
	a := f.do(t, "/scim/v2/Users", header("Authorization", "strict"))
	a.requireSCIMError(t, http.StatusUnauthorized)
	require.Equal(t, invalidToken, a.header.Get("WWW-Authenticate"))
}

// A refusal says nothing about why: the reason is for the journal.
func TestAccess_RefusalsOfTokensLookAlike(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tokens)
	addOddTokens(t, f.Store())
	want := f.do(t, "/scim/v2/Users", bearer("unknown")).body
	for _, token := range []string{"expired", "revoked", "for-another"} {
		require.Equal(t, want, f.do(t, "/scim/v2/Users", bearer(token)).body)
	}
}

func TestAccess_Discovery(t *testing.T) {
	t.Parallel()
	for persona, status := range map[string]int{"cinode": http.StatusUnauthorized, "rfc": http.StatusOK} {
		t.Run(persona, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, tokens, "--persona="+persona)
			other := map[string]string{"cinode": "rfc", "rfc": "cinode"}[persona]
			_, err := f.Store().CreateTenant(t.Context(), cinode.Tenant{ID: 7, Persona: other, Created: time.Now().UTC()}, store.AuditEntry{})
			require.NoError(t, err)
			for _, endpoint := range []string{"ServiceProviderConfig", "ServiceProviderConfigs", "Schemas", "ResourceTypes", "ResourceTypes/User"} {
				for _, base := range []string{"/scim/v2/", "/scim/tenants/1/v2/", "/scim/tenants/99/v2/", "/scim/tenants/acme/v2/"} {
					a := f.do(t, base+endpoint)
					require.Equal(t, status, a.status, base+endpoint)
					require.Equal(t, "application/scim+json", a.header.Get("Content-Type"))
					require.Equal(t, http.StatusOK, f.do(t, "/scim/v2/"+endpoint, bearer("one")).status)
				}
				require.NotEqual(t, status, f.do(t, "/scim/tenants/7/v2/"+endpoint).status, "a tenant's own persona decides on its path")
				f.do(t, "/scim/v2/"+endpoint, bearer("unknown")).requireSCIMError(t, http.StatusUnauthorized)
			}
			f.do(t, "/scim/v2/Users").requireSCIMError(t, http.StatusUnauthorized)
		})
	}
}

func TestAccess_LastUseIsRemembered(t *testing.T) {
	t.Parallel()
	s := run(t, tokens, "--trusted-proxies=127.0.0.1")
	a := s.call(t, "/scim/v2/Users", bearer("one"), header("User-Agent", "agent/1"), header("X-Forwarded-For", "192.0.2.7"))
	require.Equal(t, http.StatusOK, a.status)
	require.Eventually(t, func() bool {
		found, err := s.Store().Tokens(t.Context(), 1, "", 1000)
		return err == nil && len(found) == 1 && found[0].LastUsed.Client == "agent/1" && found[0].LastUsed.Address == "192.0.2.7"
	}, 5*time.Second, 5*time.Millisecond, "it is written beside the request")
	unused, err := s.Store().Tokens(t.Context(), 2, "", 1000)
	require.NoError(t, err)
	require.Zero(t, unused[0].LastUsed)
}

func TestAccess_RevokedElsewhereIsRefusedWithinASecond(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tokens)
	require.Equal(t, http.StatusOK, f.do(t, "/scim/v2/Users", bearer("one")).status)
	require.NoError(t, f.Store().RevokeToken(t.Context(), 1, "first", time.Now().UTC(), store.AuditEntry{}))
	require.Eventually(t, func() bool {
		return f.do(t, "/scim/v2/Users", bearer("one")).status == http.StatusUnauthorized
	}, time.Second, 10*time.Millisecond)
}
