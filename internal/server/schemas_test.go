package server_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/server"
)

const (
	badge       = "urn:example:params:scim:schemas:extension:2.0:Badge"
	badgeSchema = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"` + badge + `","name":"Badge","attributes":[
		{"name":"number","type":"integer","required":true},{"name":"weight","type":"decimal"},{"name":"since","type":"dateTime"},
		{"name":"picture","type":"binary"},{"name":"page","type":"reference","referenceTypes":["external"]},{"name":"color"},
		{"name":"valid","type":"boolean"},{"name":"tags","multiValued":true,"caseExact":true},{"name":"note","returned":"request"},
		{"name":"pin","mutability":"writeOnly","returned":"never"},{"name":"serial","mutability":"immutable"},
		{"name":"doors","type":"complex","multiValued":true,"subAttributes":[{"name":"value","required":true},{"name":"floor","type":"integer"},
			{"name":"primary","type":"boolean"}]}]}`
	badgeType = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"User",
		"schemaExtensions":[{"schema":"` + badge + `","required":false}]}`
	coreUser = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]`
)

// schemaFile writes a file for --schema.
func schemaFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "schemas.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// send is a request of the token `one` with a body; the answer must have the
// status.
func (f fixture) send(t *testing.T, method, target, body string, status int) map[string]any {
	t.Helper()
	a := f.do(t, target, bearer("one"), header("Content-Type", "application/scim+json"), with(method, body))
	require.Equal(t, status, a.status, a.body)
	var o map[string]any
	if a.body != "" {
		require.NoError(t, json.Unmarshal([]byte(a.body), &o), a.body)
	}
	return o
}

// found are the user names that a filter finds, in order.
func (f fixture) found(t *testing.T, filter, sortBy string) []string {
	t.Helper()
	q := url.Values{"filter": {filter}, "sortBy": {sortBy}}
	list, _ := f.send(t, http.MethodGet, "/scim/v2/Users?"+q.Encode(), "", http.StatusOK)["Resources"].([]any)
	names := []string{}
	for _, e := range list {
		o, _ := e.(map[string]any)
		name, _ := o["userName"].(string)
		names = append(names, name)
	}
	return names
}

func patchOp(operations string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + operations + `]}`
}

func TestSchemas_AreServed(t *testing.T) {
	t.Parallel()
	for name, database := range databases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, database, tokens, "--persona=rfc", "--schema="+schemaFile(t, "["+badgeSchema+","+badgeType+"]"))
			s := f.send(t, http.MethodGet, "/scim/v2/Schemas/"+badge, "", http.StatusOK)
			require.Equal(t, badge, s["id"])
			require.Equal(t, []any{"urn:ietf:params:scim:schemas:core:2.0:Schema"}, s["schemas"])
			typ := f.send(t, http.MethodGet, "/scim/v2/ResourceTypes/User", "", http.StatusOK)
			require.Contains(t, typ["schemaExtensions"], map[string]any{"schema": badge, "required": false})
			require.NotContains(t, f.send(t, http.MethodGet, "/scim/v2/ResourceTypes/Group", "", http.StatusOK), "schemaExtensions")
			testCustomValues(t, f)
		})
	}
}

// testCustomValues writes, finds and changes values of each type.
func testCustomValues(t *testing.T, f fixture) {
	t.Helper()
	ada := f.send(t, http.MethodPost, "/scim/v2/Users", `{`+coreUser+`,"userName":"ada","`+badge+`":{"number":9007199254740993,"weight":1.50,
		"since":"2026-01-31T12:00:00+01:00","picture":"QUI=","page":"https://example.com/a","color":"Red","valid":true,"tags":["x","Y"],
		"note":"n","pin":"1234","serial":"s1","doors":[{"value":"A","floor":1},{"value":"B","floor":10,"primary":true}]}}`, http.StatusCreated)
	require.Equal(t, []any{"urn:ietf:params:scim:schemas:core:2.0:User", badge}, ada["schemas"])
	written, _ := ada[badge].(map[string]any)
	require.Equal(t, "n", written["note"], "the request has written it")
	require.NotContains(t, written, "pin")
	f.send(t, http.MethodPost, "/scim/v2/Users", `{`+coreUser+`,"userName":"bob","`+badge+`":{"number":10,"weight":-2,"color":"blue","doors":[{"value":"A","floor":9}]}}`,
		http.StatusCreated)
	f.send(t, http.MethodPost, "/scim/v2/Users", `{`+coreUser+`,"userName":"cy"}`, http.StatusCreated)
	for filter, want := range map[string][]string{
		badge + `:number eq 9007199254740993`:                {"ada"},
		badge + `:number eq 9007199254740992`:                {},
		badge + `:number gt 9`:                               {"ada", "bob"},
		badge + `:weight le 1.5`:                             {"ada", "bob"},
		badge + `:weight lt 0`:                               {"bob"},
		badge + `:since eq "2026-01-31T11:00:00Z"`:           {"ada"},
		badge + `:picture eq "QUI="`:                         {"ada"},
		badge + `:page sw "https://example.com"`:             {"ada"},
		badge + `:color eq "RED"`:                            {"ada"},
		badge + `:valid eq true`:                             {"ada"},
		badge + `:tags eq "Y"`:                               {"ada"},
		badge + `:tags eq "y"`:                               {},
		badge + `:doors[value eq "a" and floor gt 8]`:        {"bob"},
		badge + `:doors.floor ge 10`:                         {"ada"},
		badge + `:doors eq "b"`:                              {"ada"},
		`not (` + badge + `:number pr)`:                      {"cy"},
		strings.ToUpper(badge) + `:COLOR sw "b"`:             {"bob"},
		`schemas eq "` + badge + `"`:                         {"ada", "bob"},
		`userName eq "cy" or ` + badge + `:doors.floor eq 9`: {"bob", "cy"},
	} {
		require.Equal(t, want, f.found(t, filter, "id"), filter)
	}
	require.Equal(t, []string{"bob", "ada", "cy"}, f.found(t, "userName pr", badge+":number"))
	require.Equal(t, []string{"bob", "ada", "cy"}, f.found(t, "userName pr", badge+":doors.floor"), "9 before 10, the primary one")
	f.send(t, http.MethodGet, "/scim/v2/Users?filter="+url.QueryEscape(badge+`:pin eq "1234"`), "", http.StatusBadRequest)
	f.send(t, http.MethodGet, "/scim/v2/Users?sortBy="+badge+":pin", "", http.StatusBadRequest)

	id, _ := ada["id"].(string)
	user := "/scim/v2/Users/" + id
	shown, _ := f.send(t, http.MethodGet, user, "", http.StatusOK)[badge].(map[string]any)
	require.NotContains(t, shown, "note", "it is returned on request")
	require.NotContains(t, shown, "pin", "it is never returned")
	require.Equal(t, "Red", shown["color"])
	part := f.send(t, http.MethodGet, user+"?attributes="+badge+":note,"+badge+":pin", "", http.StatusOK)
	require.Equal(t, map[string]any{"note": "n"}, part[badge])

	patched := f.send(t, http.MethodPatch, user, patchOp(`{"op":"replace","path":"`+badge+`:doors[value eq \"A\"].floor","value":2},
		{"op":"remove","path":"`+badge+`:color"}`), http.StatusOK)
	shown, _ = patched[badge].(map[string]any)
	require.NotContains(t, shown, "color")
	require.NotContains(t, shown, "note")
	require.Equal(t, []string{"ada"}, f.found(t, badge+`:doors[value eq "A" and floor eq 2]`, ""))
	for _, operation := range []string{
		`{"op":"replace","path":"` + badge + `:note","value":"m"}`, `{"op":"replace","value":{"` + badge + `":{"note":"m"}}}`,
		`{"op":"replace","path":"` + badge + `","value":{"note":"m"}}`,
	} {
		shown, _ = f.send(t, http.MethodPatch, user, patchOp(operation), http.StatusOK)[badge].(map[string]any)
		require.Equal(t, "m", shown["note"], operation)
	}
	for body, detail := range map[string]string{
		`{"number":1.5}`: "number must be a whole number", `{"color":"x"}`: "number is required", `{"number":1,"weight":"1"}`: "weight must be a number",
		`{"number":1,"since":"2026-02-30T00:00:00Z"}`: "since must be a date", `{"number":1,"doors":[{"floor":1}]}`: "doors.value is required",
	} {
		refused := f.send(t, http.MethodPost, "/scim/v2/Users", `{`+coreUser+`,"userName":"dee","`+badge+`":`+body+`}`, http.StatusBadRequest)
		require.Equal(t, "invalidValue", refused["scimType"], body)
		require.Contains(t, refused["detail"], detail)
	}
	refused := f.send(t, http.MethodPut, user, `{`+coreUser+`,"userName":"ada","`+badge+`":{"number":1,"serial":"s2"}}`, http.StatusBadRequest)
	require.Equal(t, "mutability", refused["scimType"])
}

// TestSchemas_AreForTheRFCPersona: Cinode's own schemas are all that its persona
// has.
func TestSchemas_AreForTheRFCPersona(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tokens, "--schema="+schemaFile(t, "["+badgeSchema+","+strings.ReplaceAll(badgeType, "false", "true")+"]"))
	f.do(t, "/scim/v2/Schemas/"+badge, bearer("one")).requireSCIMError(t, http.StatusNotFound)
	a := f.do(t, "/scim/v2/Users", bearer("one"), header("Content-Type", "application/scim+json"),
		with(http.MethodPost, `{`+coreUser+`,"userName":"a b","name":{"givenName":"A","familyName":"B"},"`+badge+`":{"number":1}}`))
	require.Equal(t, http.StatusCreated, a.status, a.body)
	require.NotContains(t, a.body, "number")
	require.Equal(t, "attribute-not-used, username-not-email", a.header.Get("X-Scim-Deviations"))
}

func TestSchemas_RequiredExtension(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tokens, "--persona=rfc", "--schema="+schemaFile(t, "["+badgeSchema+","+strings.ReplaceAll(badgeType, "false", "true")+"]"))
	refused := f.send(t, http.MethodPost, "/scim/v2/Users", `{`+coreUser+`,"userName":"a"}`, http.StatusBadRequest)
	require.Equal(t, "invalidValue", refused["scimType"])
	require.Contains(t, refused["detail"], badge)
	f.send(t, http.MethodPost, "/scim/v2/Users", `{`+coreUser+`,"userName":"a","`+badge+`":{"number":1}}`, http.StatusCreated)
}

// TestSchemas_TakenAway: values of a schema that the server is started without
// are hidden, and there again with it.
func TestSchemas_TakenAway(t *testing.T) {
	t.Parallel()
	database, with := "--database="+filepath.Join(t.TempDir(), "scim.db"), "--schema="+schemaFile(t, "["+badgeSchema+","+badgeType+"]")
	start := func(args ...string) fixture {
		s, err := server.New(t.Context(), options(t, append(args, database, tokens, "--persona=rfc")...), slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		return fixture{Server: s}
	}
	f := start(with)
	created := f.send(t, http.MethodPost, "/scim/v2/Users",
		`{`+coreUser+`,"userName":"ada","title":"T","`+badge+`":{"number":7,"doors":[{"value":"A"}]}}`, http.StatusCreated)
	id, _ := created["id"].(string)
	user := "/scim/v2/Users/" + id
	f.Close()

	f = start()
	shown := f.send(t, http.MethodGet, user, "", http.StatusOK)
	require.NotContains(t, shown, badge)
	require.Equal(t, []any{"urn:ietf:params:scim:schemas:core:2.0:User"}, shown["schemas"])
	f.send(t, http.MethodGet, "/scim/v2/Users?filter="+url.QueryEscape(badge+":number eq 7"), "", http.StatusBadRequest)
	same := f.send(t, http.MethodPatch, user, patchOp(`{"op":"replace","path":"title","value":"T"}`), http.StatusOK)
	require.Equal(t, shown["meta"], same["meta"], "nothing has changed")
	f.send(t, http.MethodPatch, user, patchOp(`{"op":"replace","path":"title","value":"U"}`), http.StatusOK)
	f.send(t, http.MethodPut, user, `{`+coreUser+`,"userName":"ada","displayName":"Ada"}`, http.StatusOK)
	f.Close()

	f = start(with)
	shown = f.send(t, http.MethodGet, user, "", http.StatusOK)
	require.Equal(t, []any{"urn:ietf:params:scim:schemas:core:2.0:User", badge}, shown["schemas"])
	require.Equal(t, map[string]any{"number": 7.0, "doors": []any{map[string]any{"value": "A"}}}, shown[badge])
	require.Equal(t, "Ada", shown["displayName"])
	f.Close()
}

func TestNew_RefusesBadSchemas(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "this is not the JSON of a schema", "[" + badgeSchema + "]": " at /0: no resource type uses the schema " + badge,
		"[" + strings.Replace(badgeSchema, `"decimal"`, `"float"`, 1) + "," + badgeType + "]": ` at /0/attributes/1/type: "float" is no type; use one of string, `,
	} {
		path := schemaFile(t, text)
		_, err := server.New(t.Context(), options(t, "--schema="+path), slog.New(slog.DiscardHandler))
		var wrong *config.Error
		require.ErrorAs(t, err, &wrong)
		require.Contains(t, wrong.Message, "--schema: "+path)
		require.Contains(t, wrong.Message, want)
	}
	_, err := server.New(t.Context(), options(t, "--schema=none.json"), slog.New(slog.DiscardHandler))
	var wrong *config.Error
	require.ErrorAs(t, err, &wrong)
	require.Contains(t, wrong.Message, "--schema names a file that cannot be read: open none.json: no such file")
}

func TestSensitive(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tokens, "--persona=rfc", "--schema="+schemaFile(t, "["+badgeSchema+","+badgeType+"]"),
		"--sensitive=URN:ietf:params:scim:schemas:core:2.0:User:EMAILS.value,"+badge)
	for filter, status := range map[string]int{
		`emails.value eq "a"`: 403, `emails[value eq "a"]`: 403, `emails.type eq "work"`: 200, badge + `:number eq 1`: 403, badge + `:doors.floor eq 1`: 403,
		`userName eq "a"`: 200, `userName eq "a" and emails.value pr`: 403,
	} {
		f.send(t, http.MethodGet, "/scim/v2/Users?filter="+url.QueryEscape(filter), "", status)
		body, err := json.Marshal(map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:SearchRequest"}, "filter": filter})
		require.NoError(t, err)
		f.send(t, http.MethodPost, "/scim/v2/Users/.search", string(body), http.StatusOK)
	}
	_, err := server.New(t.Context(), options(t, "--sensitive=bogus"), slog.New(slog.DiscardHandler))
	var wrong *config.Error
	require.ErrorAs(t, err, &wrong)
	require.Contains(t, wrong.Message, `--sensitive has "bogus", which no schema has; name an attribute such as emails.value`)
}
