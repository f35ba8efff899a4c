package scenario_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// The journal masks passwords, and a target that minds them would refuse the mask.
func TestRecord_APasswordIsMadeUp(t *testing.T) {
	t.Parallel()
	server := scimtest.New(t)
	const user = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@example.com","name":{"givenName":"Ann","familyName":"Ek"},"password":"told-to-nobody"}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/Users", strings.NewReader(user))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+server.Token)
	r.Header.Set("Content-Type", "application/scim+json")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusCreated, answer.StatusCode)

	recorded, err := scenario.Record(t.Context(), targetOf(server), scimclient.Options{}, scenario.RecordOptions{Client: "unknown"})
	require.NoError(t, err)
	require.NotContains(t, string(recorded.Text), "told-to-nobody")
	story, err := scenario.Read(bytes.NewReader(recorded.Text), "")
	require.NoError(t, err)

	var got []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil && r.Method == http.MethodPost {
			got = append(got, string(body))
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(body) // as a server that tells too much
	}))
	t.Cleanup(other.Close)
	report, err := scenario.Run(t.Context(), story, scenario.Target{BaseURL: other.URL, Token: "x"},
		scenario.Options{Provider: idp.Options{Kind: idp.Okta, Seed: 1, Shorten: 1e6}})
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Regexp(t, `"password":"pw-\w{20,}"`, got[0])
	_, secret, _ := strings.Cut(got[0], `"password":"`)
	secret, _, _ = strings.Cut(secret, `"`)
	var told bytes.Buffer
	require.NoError(t, report.WriteJSON(&told))
	require.NoError(t, report.WriteHAR(&told))
	require.Contains(t, told.String(), "status should be 201")
	require.NotContains(t, told.String(), secret)
	require.NotContains(t, told.String(), "is sent as")
}
