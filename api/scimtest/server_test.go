package scimtest_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
)

func TestNew_SeededAndEmpty(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "company.yaml")
	require.NoError(t, os.WriteFile(path, []byte(company), 0o600))
	for name, test := range map[string]struct {
		options []scimtest.Option
		tenant  int64
		users   int
	}{
		"empty":    {nil, 1, 0},
		"file":     {[]scimtest.Option{scimtest.Seed(path)}, 1, 2},
		"text":     {[]scimtest.Option{scimtest.SeedText(company)}, 1, 2},
		"tenant":   {[]scimtest.Option{scimtest.SeedText(company), scimtest.Tenant(7)}, 7, 1},
		"unseeded": {[]scimtest.Option{scimtest.SeedText(company), scimtest.Tenant(8)}, 8, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := scimtest.New(t, test.options...)
			require.Equal(t, test.tenant, srv.TenantID)
			require.Len(t, srv.Users(), test.users)
			for _, base := range []string{srv.URL, srv.TenantURL} {
				status, body := sendTo(t, srv.Client(), "GET", base+"/Users", "", "")
				require.Equal(t, 200, status, body)
				require.Contains(t, body, fmt.Sprintf(`"totalResults":%d`, test.users))
			}
		})
	}
}

func TestNew_ParallelServersShareNothing(t *testing.T) {
	t.Parallel()
	const servers = 6
	ended := make(chan error)
	all := make([]*scimtest.Server, servers)
	for i := range all {
		all[i] = scimtest.New(t, scimtest.Token("same", "same-secret-for-all"))
	}
	for i, srv := range all {
		go func() {
			var failed error
			for n := range i {
				user := fmt.Sprintf(`{"schemas":["%s"],"userName":"u%d@example.com","name":{"givenName":"U","familyName":"V"}}`, userURN, n)
				_, _, err := try(t.Context(), srv.Client(), "POST", srv.URL+"/Users", user, "")
				failed = errors.Join(failed, err)
			}
			ended <- failed
		}()
	}
	for range all {
		require.NoError(t, <-ended)
	}
	for i, srv := range all {
		require.Len(t, srv.Users(), i)
		require.Len(t, srv.Requests(), i)
	}
}

func TestNew_Options(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.Persona("rfc"), scimtest.Token("ci", "a-secret-of-mine"), scimtest.MaxDeviations(0))
	require.Equal(t, "a-secret-of-mine", srv.Token)
	_, body := send(t, srv, "GET", "/ServiceProviderConfig", "")
	require.Contains(t, body, `"bulk":{"supported":true`)
	require.Equal(t, "ci", srv.Requests()[0].Token)
	status, _ := sendTo(t, http.DefaultClient, "GET", srv.AdminURL+"/tenants", "", srv.AdminKey)
	require.Equal(t, 200, status)
	http.DefaultClient.CloseIdleConnections()

	other := scimtest.New(t)
	require.NotEqual(t, other.AdminKey, srv.AdminKey)
	require.NotEqual(t, other.Token, scimtest.New(t).Token)
}

func TestNew_WrongUseEndsTheTest(t *testing.T) {
	t.Parallel()
	for want, options := range map[string][]scimtest.Option{
		"no such file":          {scimtest.Seed("testdata/none.yaml")},
		"userNaem":              {scimtest.SeedText("tenants: [{id: 1, users: [{userNaem: x}]}]")},
		`no persona "okta"`:     {scimtest.Persona("okta")},
		"there is no tenant 0":  {scimtest.Tenant(0)},
		"a name and a secret":   {scimtest.Token("", "x")},
		"a patience of 2h":      {scimtest.Patience(2 * time.Hour)},
		"testdata/schemas.json": {scimtest.Schema("testdata/schemas.json")},
	} {
		o := observe(t, func(tb *observed) {
			scimtest.New(tb, options...)
			tb.Log("it went on")
		})
		require.True(t, o.failed, want)
		require.Contains(t, o.text(), want)
		require.NotContains(t, o.text(), "it went on")
	}
}

func TestClient_SendsTheTokenToThisServerOnly(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	_, body := sendTo(t, srv.Client(), "GET", elsewhere.URL, "", "")
	require.Empty(t, body)
	status, _ := sendTo(t, srv.Client(), "GET", srv.URL+"/Users", "", "another")
	require.Equal(t, 401, status, "what the test sends stays")
	require.Empty(t, srv.Requests())
	refused := srv.Refused()
	require.Len(t, refused, 1)
	require.True(t, refused[0].Refused)
	require.NotEmpty(t, refused[0].Reason)
}

func TestEnd_TellsWhatWasSentIfTheTestFailed(t *testing.T) {
	t.Parallel()
	test := func(fail bool) *observed {
		return observe(t, func(tb *observed) {
			srv := scimtest.New(tb)
			send(t, srv, "POST", "/Users", newUser)
			send(t, srv, "PATCH", "/Users/1", fmt.Sprintf(patch, "Replace", `"False"`))
			sendTo(t, srv.Client(), "GET", srv.URL+"/Users/1", "", "a-wrong-token-of-mine")
			if fail {
				tb.Errorf("this is wrong")
			}
		})
	}
	require.Empty(t, test(false).text())
	text := test(true).text()
	require.Contains(t, text, "POST /Users: 201")
	require.Contains(t, text, `> {"schemas":["`+userURN+`"],"userName":"dag@example.com"`)
	require.Contains(t, text, "deviation: ")
	require.Contains(t, text, "GET /Users/1: 401")
	require.Contains(t, text, "reason: ")
	require.NotContains(t, text, "a-wrong-token-of-mine")
}

func TestEnd_TooManyDeviations(t *testing.T) {
	t.Parallel()
	for allowed, fails := range map[int]bool{0: true, 100: false} {
		o := observe(t, func(tb *observed) {
			srv := scimtest.New(tb, scimtest.MaxDeviations(allowed))
			send(t, srv, "POST", "/Users", newUser)
			send(t, srv, "PATCH", "/Users/1", fmt.Sprintf(patch, "Replace", `"False"`))
		})
		require.Equal(t, fails, o.failed, o.text())
	}
}

func TestEnd_RequestsOnTheirWayAreCutOff(t *testing.T) {
	t.Parallel()
	var srv *scimtest.Server
	o := observe(t, func(tb *observed) {
		srv = scimtest.New(tb, scimtest.SeedText(company))
		srv.Fault(scimtest.Fault{Action: "html"})
		status, _ := send(t, srv, "GET", "/Users", "")
		require.Equal(t, 502, status)
	})
	require.False(t, o.failed, o.text())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, nil)
	require.NoError(t, err)
	_, err = srv.Client().Do(request) //nolint:bodyclose // there is none
	require.Error(t, err, "the server has ended")
}
