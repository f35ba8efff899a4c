package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// scim calls the SCIM base of tenant 1 with a token.
func (s *site) scim(t *testing.T, token string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/scim/tenants/1/v2/Users", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("User-Agent", "Okta SCIM Client 1.0.0")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return answer.StatusCode
}

const tokensPath = "/admin/tenants/1/tokens"

func TestTokens_CreateRotateRevoke(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		p := open(t, s, tokensPath)
		p.click(".actions .primary")
		p.wait("#name")
		p.fill("#name", "entra")
		p.click("form.card button.primary")
		p.wait(".secret")
		secret := p.text(".secret .copyable code")
		require.True(t, strings.HasPrefix(secret, "csc_"), secret)
		require.Contains(t, p.text(".secret"), s.url+"/scim/tenants/1/v2")
		require.Equal(t, tokensPath, p.path(), "a reload does not send the form again")
		require.Equal(t, http.StatusOK, s.scim(t, secret))
		p.shoot("token-secret")

		p.visit(tokensPath)
		require.NotContains(t, p.text("main"), secret)
		p.click(`a[aria-label="Rotate entra"]`)
		p.wait("#name")
		require.Equal(t, "entra 2", eval[string](p, `document.getElementById("name").value`))
		p.click("form.card button.primary")
		p.wait("#rotation")
		next := p.text(".secret .copyable code")
		require.NotEqual(t, secret, next)
		require.Equal(t, http.StatusOK, s.scim(t, secret), "both are live")
		require.Equal(t, http.StatusOK, s.scim(t, next))
		p.await(`document.querySelector("#rotation .steps").innerText.includes("is in use")`)
		p.shoot("token-rotation")
		p.click("#rotation .buttons a")
		p.wait("#dialog[open] form.confirm")
		p.shoot("token-revoke")
		p.axe("the question")
		p.click("#dialog button.danger")
		p.wait(".alert.success")
		require.Contains(t, p.text(".alert"), "Revoked entra.")
		require.Equal(t, http.StatusUnauthorized, s.scim(t, secret))
		require.Equal(t, http.StatusOK, s.scim(t, next))

		p.click(`.tabs a[href$="state=revoked"]`)
		p.await(`document.querySelectorAll("tbody tr").length === 1`)
		require.Contains(t, p.text("tbody"), "entra")
	})
}

func TestTokens_TakenNameIsToldAtItsField(t *testing.T) {
	t.Parallel()
	p := open(t, serve(t), tokensPath+"/new")
	p.fill("#name", "FIRST")
	p.fill("#userId", "99")
	p.click(`input[value="90"]`)
	p.click("form.card button.primary")
	p.wait("#userId-error")
	require.Contains(t, p.text("#userId-error"), "no user")
	p.fill("#userId", "")
	p.click("form.card button.primary")
	p.wait("#name-error")
	require.Contains(t, p.text("#name-error"), "already; choose another name")
	require.Equal(t, "FIRST", eval[string](p, `document.getElementById("name").value`))
	require.True(t, eval[bool](p, `document.querySelector("input[value='90']").checked`))
	p.review("token-new-error")
}

func TestPages_Review(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	for _, name := range []string{"Entra ID, production", strings.Repeat("a-very-long-name-", 10), "مزود الهوية للشركة"} {
		c.get(tokensPath+"/new").submit("form.card", "name", name, "expires", "30")
	}
	c.get(tokensPath + "/revoke?name=Entra+ID%2C+production").submit("form.confirm")
	require.Equal(t, http.StatusOK, s.scim(t, "one"))
	c.get("/admin/tenants/new").submit("form.card", "name", strings.Repeat("Långt namn ", 15), "persona", "rfc")
	reviewAll(t, s, view{"tokens", tokensPath}, view{"token-new", tokensPath + "/new"}, view{"token-rotate", tokensPath + "/rotate?name=first"},
		view{"token-none", tokensPath + "?state=expired"}, view{"token-confirm", tokensPath + "/revoke?name=first"},
		view{"tenants", "/admin/tenants"}, view{"tenants-none", "/admin/tenants?q=nobody"}, view{"long-tenant", "/admin/tenants/2/tokens"},
		view{"not-found", tokensPath + "/rotate?name=none"}, view{"no-page", "/admin/nothing"})
	p := newPage(t, s)
	p.visit("/admin/")
	p.wait("#key")
	p.review("sign-in")
}
