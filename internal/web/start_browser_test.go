package web_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// caller sends requests as an identity provider does.
type caller struct {
	t            *testing.T
	base, secret string
	agent        string
}

// call sends a request and gives the id in its answer, if it has one.
func (c caller) call(method, path, body string) (int, string) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(body))
	require.NoError(c.t, err)
	r.Header.Set("Authorization", "Bearer "+c.secret)
	r.Header.Set("Content-Type", "application/scim+json")
	r.Header.Set("User-Agent", c.agent)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(c.t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(c.t, err)
	require.NoError(c.t, answer.Body.Close())
	_, id, _ := strings.Cut(string(text), `"id":"`)
	id, _, _ = strings.Cut(id, `"`)
	return answer.StatusCode, id
}

const (
	jumpCloudUser = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
		"userName":"probe@example.com","externalId":"66e0aa11bb22cc33dd44ee55","active":true,"displayName":"displayname",
		"name":{"givenName":"firstname","familyName":"lastname"},"emails":[{"type":"work","primary":true,"value":"probe@example.com"}]}`
	patchGroup = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`
)

// activate is what JumpCloud sends when its connection is activated, but for the
// first calls, which a test may want to look at by themselves.
func (c caller) activate() {
	c.t.Helper()
	status, user := c.call("POST", "/Users", jumpCloudUser)
	require.Equal(c.t, http.StatusCreated, status)
	c.call("PUT", "/Users/"+user, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"`+user+
		`","userName":"probe@example.com","name":{"givenName":"firstname","familyName":"lastname"},"active":true,"emails":null}`)
	status, group := c.call("POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"jc-test-group"}`)
	require.Equal(c.t, http.StatusCreated, status)
	c.call("PATCH", "/Groups/"+group, patchGroup+`{"op":"replace","value":{"displayName":"jc-test-group-2"}}]}`)
	c.call("PATCH", "/Groups/"+group, patchGroup+`{"op":"add","path":"members","value":[{"value":"`+user+`"}]}]}`)
	c.call("DELETE", "/Groups/"+group, "")
	c.call("DELETE", "/Users/"+user, "")
}

const startPath = "/admin/tenants/1/start"

func TestStart_ConnectsJumpCloud(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		p := open(t, s, startPath+"?idp=jumpcloud")
		require.Contains(t, p.text(".start-urls"), s.url+"/scim/tenants/1/v2")
		require.Contains(t, p.text(".start-urls"), s.url+"/scim/v2")
		p.fill("#name", "first")
		p.click("#start-token button")
		p.wait("#name-error")
		require.Contains(t, p.text("#name-error"), "already; choose another name")
		require.Equal(t, "first", eval[string](p, `document.getElementById("name").value`))
		p.fill("#name", "JumpCloud")
		p.click("#start-token button")
		p.wait(".start-made")
		secret := p.text(".start-made .copyable code")
		require.Equal(t, secret, eval[string](p, `[...document.querySelectorAll(".start-fields tr")].find(r => r.innerText.includes("Token Key")).querySelector("code").textContent`))
		require.Contains(t, eval[string](p, `document.querySelector("[data-copy^=curl]").dataset.copy`), secret)
		require.Contains(t, p.path(), startPath+"?idp=jumpcloud&since=", "a reload does not send the form again")
		require.NotContains(t, p.path(), secret)
		p.shoot("start-secret")
		require.Contains(t, p.text("#start-progress"), "0 of 7")

		jumpCloud := caller{t, s.url + "/scim/tenants/1/v2", secret, ""}
		wrong := jumpCloud
		wrong.secret = "csc_wrong"
		status, _ := wrong.call("GET", "/Users", "")
		require.Equal(t, http.StatusUnauthorized, status)
		p.wait(".start-refusal")
		require.Contains(t, p.text(".start-refusal"), "check that it is of this server")
		p.shoot("start-refused")

		jumpCloud.call("GET", "/Users", "")
		jumpCloud.activate()
		p.await(`document.querySelector("#start-progress").innerText.startsWith("7 of 7")`)
		require.Equal(t, 8, eval[int](p, `document.querySelectorAll(".start-probes > .done").length`), "the first call was recognised by its token")
		require.Equal(t, secret, p.text(".start-made .copyable code"), "the secret is still there")
		p.shoot("start-done")
		p.axe("the finished checklist")

		// Again, with what is left of the test user in the way.
		p.click("#start-progress a")
		p.await(`document.querySelector("#start-progress").innerText.startsWith("0 of 7")`)
		status, _ = jumpCloud.call("POST", "/Users", jumpCloudUser)
		require.Equal(t, http.StatusConflict, status)
		p.wait(".start-probes > .refused")
		require.Contains(t, p.text(".start-probes > .refused"), "give another Test User Email")
		require.Contains(t, p.text(".start-probes > .refused"), "409")
		p.shoot("start-conflict")
	})
}

func TestStart_Review(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	c.get(tokensPath+"/new").submit("form.card", "name", strings.Repeat("a-very-long-name-", 9), "expires", "30")
	c.get(tokensPath+"/new").submit("form.card", "name", "مزود الهوية للشركة", "expires", "30")
	for _, key := range []string{"jumpcloud", "entra", "okta", "onelogin", "google", "other"} {
		c.get(startPath + "?idp=" + key).requireSound()
	}
	reviewAll(t, s, view{"start-jumpcloud", startPath + "?idp=jumpcloud"}, view{"start-onelogin", startPath + "?idp=onelogin"})
}

func TestStart_EachOfTheOthers(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	base := s.url + "/scim/tenants/1/v2"
	const guid = "5f0f7a3e-1f9c-4b1e-9d1a-0c5b5a3e2f11"
	for key, x := range map[string]struct {
		agent string
		calls []string
		of    string
		first string // the title of what is ticked first
	}{
		"entra":    {"", []string{"/Users?filter=userName+eq+%22" + guid + "%22"}, "1 of 3", "Tests the connection"},
		"okta":     {"Okta SCIM Client 1.0.0", []string{"/Users?startIndex=1&count=2", "/Groups?startIndex=1&count=100"}, "1 of 3", "Tests the credentials"},
		"onelogin": {"OneLogin", []string{"/Users?filter=userName+eq+%22nobody%22&", "/Groups?count=100&startIndex=1"}, "2 of 3", "Tests the connection"},
		"google":   {"Google-Auto-Provisioning", []string{"/Schemas", "/Users?filter=userName%20eq%20%22a%40example.com%22&startIndex=1"}, "2 of 3", "Reads the schemas"},
		"other":    {"curl/8.0", []string{"/Users?count=1"}, "2 of 3", "Anything arrives"},
	} {
		for _, path := range x.calls {
			status, _ := caller{t, base, "one", x.agent}.call("GET", path, "")
			require.Equal(t, http.StatusOK, status, path)
		}
		d := c.get(startPath + "?idp=" + key)
		require.Contains(t, d.text("#start-watch"), x.of+" expected calls", key)
		require.Contains(t, d.text(".start-probes"), x.first, key)
	}
}

func TestStart_IsTheFirstPageOfAnEmptyTenant(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	require.Equal(t, startPath, c.get("/admin/").at.Path)
	require.Equal(t, http.StatusOK, s.scim(t, "one"))
	require.Equal(t, "/admin/tenants/1/overview", c.get("/admin/").at.Path)
}

func TestStart_WithoutScripts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	d := c.get(startPath+"?idp=okta").submit("#start-token", "name", " ", "expires", "date", "date", "2001-01-01")
	require.Equal(t, http.StatusUnprocessableEntity, d.status)
	require.Contains(t, d.text("#name-error"), "Give the token a name")
	require.Contains(t, d.text("#date-error"), "This day is over")
	d = d.submit("#start-token", "name", "Okta", "date", "2999-01-01")
	d.requireSound()
	require.Contains(t, d.text(".start-made"), "Okta")
	require.Contains(t, d.text(".start-fields"), "SCIM connector base URL")
	d = c.get(startPath + "?idp=okta&since=now")
	require.Regexp(t, `^idp=okta&since=\d{4}-`, d.at.RawQuery)
	require.Contains(t, c.get(startPath+"?idp=nobody&since=x").text(".start-fields"), "Token Key", "the first one")
}

func TestStart_NothingRecorded(t *testing.T) {
	t.Parallel()
	s := serve(t, "--journal-max=0", "--public-url=https://scim.example.com")
	d := signedIn(t, s).get(startPath)
	require.Contains(t, d.text("#start-watch"), "The journal is switched off")
	require.Contains(t, d.text(".start-urls"), "https://scim.example.com/scim/tenants/1/v2")
	require.NotContains(t, d.text("main"), "calls from the internet")
}
