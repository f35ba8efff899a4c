package idp_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// types are the names of events of one object, failures with a "!".
func types(p *idp.Provider) []string {
	var list []string
	for _, e := range p.Events() {
		if e.Object.Kind == idp.KindApplication {
			continue
		}
		name := e.Type
		if !e.Success {
			name = "!" + name
		}
		list = append(list, name)
	}
	return list
}

func lastRecord(t *testing.T, p *idp.Provider) map[string]any {
	t.Helper()
	events := p.Events()
	var record map[string]any
	require.NoError(t, json.Unmarshal(events[len(events)-1].Record, &record))
	return record
}

func TestEntra_ProvisioningLog(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.Persona("rfc"))
	p := connected(t, srv.URL, srv.Token, idp.Options{Kind: idp.Entra})
	hired(t, p, ida)
	srv.Fault(scimtest.Fault{Action: "conflict", Times: 1})
	_, err := p.Sync(t.Context())
	require.NoError(t, err)
	record := lastRecord(t, p)
	require.Equal(t, "create", record["provisioningAction"])
	status, _ := record["provisioningStatusInfo"].(map[string]any)
	require.Equal(t, "failure", status["status"])
	require.Contains(t, status["errorInformation"], "reason")

	grouped(t, p, "Ops", ida.Username)
	synced(t, p)
	edited(t, p, ida.Username, func(u *idp.User) { u.JobTitle = "Lead" })
	synced(t, p)
	record = lastRecord(t, p)
	require.Equal(t, []any{map[string]any{"displayName": "title", "oldValue": "", "newValue": "Lead"}}, record["modifiedProperties"])
	require.Equal(t, map[string]any{"id": ida.ID, "displayName": ida.Username, "identityType": "user"}, record["sourceIdentity"])
	require.NotEmpty(t, record["cycleId"])
	require.NotEmpty(t, record["activityDateTime"])
	require.NoError(t, p.RemoveMembers("Ops", ida.Username))
	require.NoError(t, p.DeleteUser(ida.Username))
	synced(t, p)
	synced(t, p)
	require.Equal(t, []string{"!create", "create", "create", "update", "update", "disable", "update", "delete"}, types(p))
}

func TestOkta_SystemLog(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t, scimtest.Persona("rfc"))
	p := connected(t, srv.URL, srv.Token, idp.Options{Kind: idp.Okta})
	hired(t, p, ann)
	srv.Fault(scimtest.Fault{Action: "status", Status: 500, Times: 1})
	_, err := p.Sync(t.Context())
	require.NoError(t, err)
	record := lastRecord(t, p)
	outcome, _ := record["outcome"].(map[string]any)
	require.Equal(t, "FAILURE", outcome["result"])
	require.NotEmpty(t, outcome["reason"])
	grouped(t, p, "Ops", ann.Username)
	synced(t, p)
	record = lastRecord(t, p)
	require.Equal(t, "application.provision.group_membership.add", record["eventType"])
	require.Equal(t, map[string]any{"result": "SUCCESS"}, record["outcome"])
	require.Equal(t, map[string]any{"id": ann.ID, "type": "AppUser", "alternateId": ann.Username, "displayName": "Ann Ode"}, record["target"].([]any)[0]) //nolint:errcheck,forcetypeassert // a panic says it as well
	edited(t, p, ann.Username, func(u *idp.User) { u.JobTitle = "Lead" })
	synced(t, p)
	edited(t, p, ann.Username, func(u *idp.User) { u.Assigned = false })
	require.NoError(t, p.RemoveMembers("Ops", ann.Username))
	synced(t, p)
	edited(t, p, ann.Username, func(u *idp.User) { u.Assigned = true })
	synced(t, p)
	require.NoError(t, p.DeleteGroup("Ops"))
	synced(t, p)
	require.Equal(t, []string{
		"!application.provision.user.verify_exists", "application.provision.user.push", "application.provision.group.add",
		"application.provision.group_membership.add", "application.provision.user.push_profile", "application.provision.user.deactivate",
		"application.provision.group_membership.remove", "application.provision.user.reactivate", "application.provision.group.remove",
	}, types(p))
}

// What a target answers in place of SCIM is told, and nothing is believed of it.
func TestEntraAndOkta_BrokenTargets(t *testing.T) {
	t.Parallel()
	answers := map[string]string{
		"numeric id in a list": `{"totalResults":1,"Resources":[{"id":7,"userName":"ann@corp.example","displayName":"Ops"}]}`,
		"numeric id":           `{"totalResults":0,"id":7}`,
		"no list":              `{"id":"7"}`,
		"text for a number":    `{"totalResults":"0","Resources":[]}`,
		"object for a list":    `{"totalResults":1,"Resources":{"id":"7"}}`,
		"elements of no kind":  `{"totalResults":1,"Resources":[7]}`,
		"somebody else":        `{"totalResults":2,"Resources":[{"id":"7","userName":"x","displayName":"x"},{"id":"8","userName":"y","displayName":"y"}]}`,
		"an array":             `[]`,
		"a page":               `<html>`,
		"nothing":              ``,
	}
	for name, answer := range answers {
		for _, kind := range []idp.Kind{idp.Entra, idp.Okta} {
			t.Run(name+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				broken, writes := false, 0
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method != http.MethodGet {
						writes++
					}
					if text := answer; broken || r.Method != http.MethodGet {
						_, _ = w.Write([]byte(text))
						return
					}
					_, _ = w.Write([]byte(`{"totalResults":0,"Resources":[]}`))
				}))
				t.Cleanup(server.Close)
				p := connected(t, server.URL, "secret", idp.Options{Kind: kind})
				broken = true
				hired(t, p, ann)
				grouped(t, p, "Ops", ann.Username)
				report, err := p.Sync(t.Context())
				require.NoError(t, err)
				require.Len(t, report.Failures, 2)
				for _, f := range report.Failures {
					require.NotEmpty(t, f.Error)
				}
				require.Equal(t, name == "numeric id", writes > 0)
				require.Equal(t, idp.StatePending, p.View().Users[0].State)
			})
		}
	}
}

// Cinode does not let anybody rename an account: the log says so, the others go on.
func TestEntra_ARenameThatCinodeRefuses(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	p := connected(t, srv.URL, srv.Token, idp.Options{Kind: idp.Entra, Dialect: "cinode"})
	hired(t, p, ida, bea)
	synced(t, p)
	edited(t, p, ida.Username, func(u *idp.User) { u.Username = "ida.vale@corp.example" })
	edited(t, p, bea.Username, func(u *idp.User) { u.JobTitle = "Lead" })
	report, err := p.Sync(t.Context())
	require.NoError(t, err)
	require.Len(t, report.Failures, 1)
	require.Contains(t, report.Failures[0].Error, "mutability")
	require.Equal(t, "Lead", srv.User(bea.Username).Get("title"))
}

func TestEntraAndOkta_Options(t *testing.T) {
	t.Parallel()
	for _, o := range []idp.Options{
		{Kind: idp.Entra, MatchBy: "mail"}, {Kind: idp.Entra, Dialect: "x"}, {Kind: idp.Okta, OktaStyle: "x"},
	} {
		_, err := idp.New(o)
		var wrong *idp.InputError
		require.ErrorAs(t, err, &wrong)
	}
	p := connected(t, record(t).URL, "secret", idp.Options{Kind: idp.Entra})
	grouped(t, p, "Ops")
	require.Error(t, p.UnlinkGroup("Ops", true), "Okta's alone")
	require.Error(t, p.RestoreUser("nobody"))
	p = connected(t, record(t).URL, "secret", idp.Options{Kind: idp.Okta})
	require.Zero(t, p.Interval())
	require.Error(t, p.UnlinkGroup("Ops", true))
}
