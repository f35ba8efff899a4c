package adminhttp_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/fault"
)

func TestFaults_PlayOnTheirTenantAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	f.want(t, 201, "POST", "/tenants", `{}`)
	token := f.token(t, "t")
	other, ok := f.want(t, 201, "POST", "/tenants/2/tokens", `{"name":"t","expires":"2027-01-31T12:00:00Z"}`).object(t)["secret"].(string)
	require.True(t, ok)
	status := func(token string) int { return f.scim(t, token, "GET", "/scim/v2/Users", "").status }
	f.want(t, 201, "POST", "/faults", `{"id":"mine","tenant":1,"action":"status","status":418,"times":1}`)
	require.Equal(t, []int{200, 418, 200, 200}, []int{status(other), status(token), status(token), status(other)})
	f.want(t, 201, "POST", "/faults", `{"id":"everybody","action":"status","status":503,"nth":2}`)
	require.Equal(t, []int{200, 503, 200}, []int{status(other), status(other), status(token)})
	require.Equal(t, 503, status(token), "each tenant is counted for itself")
	require.Equal(t, "everybody", f.want(t, 200, "GET", "/requests/latest", "").object(t)["fault"])
	list := f.want(t, 200, "GET", "/faults", "")
	require.Equal(t, []any{"mine", "everybody"}, list.items(t, "id"))
	require.Equal(t, []any{1.0, 2.0}, list.items(t, "played"))
	require.Equal(t, []any{4.0, 4.0}, list.items(t, "matched"), "a rule that is spent counts on")
	list = f.want(t, 200, "GET", "/faults?tenant=2", "")
	require.Equal(t, []any{"everybody"}, list.items(t, "id"))
	require.Equal(t, []any{1.0}, list.items(t, "played"))
	f.want(t, 204, "DELETE", "/faults?tenant=1", "")
	require.Equal(t, []any{"everybody"}, f.want(t, 200, "GET", "/faults", "").items(t, "id"))
	f.want(t, 204, "POST", "/reset?tenant=1", "")
	require.Equal(t, []int{200, 503, 200}, []int{status(token), status(token), status(other)}, "a reset forgets what was counted")
	f.want(t, 204, "DELETE", "/faults", "")
	require.Empty(t, f.want(t, 200, "GET", "/faults", "").items(t, "id"))
}

func TestFaults_AreChanged(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	token := f.token(t, "t")
	status := func() int { return f.scim(t, token, "GET", "/scim/v2/Users", "").status }
	made := f.want(t, 201, "POST", "/faults", `[{"action":"throttle","every":2},{"preset":"maintenance","tenant":9},{"id":"f3","action":"reset","methods":["DELETE"]}]`)
	require.Equal(t, []any{"f1", "f2", "f3"}, made.items(t, "id"))
	require.Equal(t, []any{"throttle", "unavailable", "reset"}, made.items(t, "action"))
	require.Equal(t, []any{nil, 120.0, nil}, made.items(t, "retryAfter"))
	require.Equal(t, []any{"f4"}, f.want(t, 201, "POST", "/faults", `{"action":"html","methods":["HEAD"]}`).items(t, "id"))
	require.Equal(t, []int{200, 429, 200}, []int{status(), status(), status()})
	require.InDelta(t, 3, f.want(t, 200, "GET", "/faults/f1", "").object(t)["matched"], 0)
	put := f.want(t, 200, "PUT", "/faults/f1", `{"id":"ignored","action":"status","status":500}`).object(t)
	require.Equal(t, []any{"f1", 0.0, 500.0}, []any{put["id"], put["matched"], put["status"]})
	require.Equal(t, 500, status())
	require.Equal(t, "f1", f.want(t, 200, "GET", "/faults", "").items(t, "id")[0], "in its place")
	f.want(t, 204, "DELETE", "/faults/f1", "")
	require.Equal(t, 200, status())
	for _, method := range []string{"GET", "DELETE"} {
		require.Equal(t, "there is no such fault rule", f.want(t, 404, method, "/faults/f1", "").object(t)["detail"])
	}
	require.Contains(t, f.want(t, 409, "POST", "/faults", `[{"action":"reset"},{"id":"f2","action":"reset"}]`).object(t)["detail"], `"f2"`)
	require.Equal(t, []any{"f2", "f3", "f4"}, f.want(t, 200, "GET", "/faults", "").items(t, "id"), "all or none")
}

func TestFaults_AreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	for body, want := range map[string][2]string{
		`{"action":"explode"}`:                       {"#/action", "explode"},
		`{"action":"reset","status":500}`:            {"#/status", "is no parameter of reset"},
		`{"action":"delay"}`:                         {"#/delay", "is missing"},
		`{"action":"status","status":200}`:           {"#/status", "must be from 400 to 599"},
		`{"action":"reset","path":"/scim/v2/Users"}`: {"#/path", "is relative to the SCIM base"},
		`{"action":"reset","nth":1,"every":2}`:       {"#", "exclude each other"},
		`{"action":"reset","wen":1}`:                 {"#/wen", "is no key of a rule"},
		`{}`:                                         {"#/action", "is missing"},
		`7`:                                          {"#", "a rule must hold"},
		`{"action":`:                                 {"#", ""},
		`[{"action":"reset"},{"action":"reset","nth":0}]`: {"#/1/nth", "must be a whole number of at least 1"},
		`[{"action":"reset"},7]`:                          {"#/1", "a rule must hold"},
	} {
		a := f.want(t, 400, "POST", "/faults", body, lenient)
		require.Equal(t, want[0], a.violation(t, "pointer"), body)
		require.Contains(t, a.violation(t, "detail"), want[1])
	}
	a := f.want(t, 400, "POST", "/faults", `{"action":"status","status":99,"nth":0,"retryAfter":-1}`, misformed)
	list, ok := a.object(t)["errors"].([]any)
	require.True(t, ok)
	require.Len(t, list, 3, "everything that is wrong is said")
	f.want(t, 415, "POST", "/faults", `- action: reset`, lenient, header("Content-Type", "application/yaml"))
	require.Empty(t, f.want(t, 200, "GET", "/faults", "").items(t, "id"))
}

func TestFaults_AreDescribed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	o := f.want(t, 200, "GET", "/faults/catalogue", "").object(t)
	actions, ok := o["actions"].([]any)
	require.True(t, ok)
	require.Len(t, actions, len(fault.Catalogue()))
	presets, ok := o["presets"].([]any)
	require.True(t, ok)
	require.Len(t, presets, len(fault.Presets()))
	for _, p := range presets {
		preset, ok := p.(map[string]any)
		require.True(t, ok)
		f.want(t, 201, "POST", "/faults", fmt.Sprintf(`{"preset":%q,"tenant":9}`, preset["name"]))
	}
	require.Len(t, f.doc.Components.Schemas["FaultAction"].Value.Enum, len(fault.Catalogue()), "the description has every action")
	for _, k := range fault.Keys() {
		require.Contains(t, f.doc.Components.Schemas["FaultFields"].Value.Properties, k.Name)
	}
}

// TestFaults_ByHeader: the header needs a good token, and says what is wrong with
// it.
func TestFaults_ByHeader(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	token := f.token(t, "t")
	send := func(credential, faults string) answer {
		r := f.request(t, "GET", "/scim/v2/Users", "")
		r.Header.Set("Authorization", "Bearer "+credential)
		r.Header.Set(fault.HeaderName, faults)
		return f.serve(r)
	}
	require.Equal(t, 418, send(token, "status=418").status)
	require.Equal(t, "header", f.want(t, 200, "GET", "/requests/latest", "").object(t)["fault"])
	require.Equal(t, 401, send("csc_wrong", "status=418").status)
	require.NotContains(t, f.want(t, 200, "GET", "/requests/latest", "").object(t), "fault")
	bad := send(token, "explode")
	require.Equal(t, 400, bad.status)
	require.Contains(t, bad.object(t)["detail"], fault.HeaderName)
	require.Equal(t, "invalidValue", bad.object(t)["scimType"])
}
