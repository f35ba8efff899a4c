package main

import (
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// wireFile holds requests and answers of Entra ID and Okta as another project recorded them. It stands beside the
// repository and is no part of it.
const wireFile = "../../../shared/vectors/wire-elimity-idp.json"

type wireVector struct {
	ID    string
	Input struct {
		Method, Path string
		Body         map[string]any
	}
	Expected struct {
		Status int
		Body   map[string]any
	}
}

// wireBefore is what differs from the answer in the resource that a request changes.
var wireBefore = map[string]map[string]any{
	"wire-azuread-update_group": {"displayName": "before"},
	"wire-azuread-update_user": {"userName": "before@corp.example", "active": true,
		"emails": []any{map[string]any{"type": "work", "primary": true, "value": "before@corp.example"}}},
	"wire-okta-update_group_membership": {"displayName": "Test SCIMv2"},
	"wire-okta-update_group_name":       {"displayName": "before"},
	"wire-okta-update_user":             {"name": map[string]any{"givenName": "Test", "familyName": "User"}},
	"wire-okta-update_user_patch":       {"active": true},
}

// wireExceptions are answers that differ from the recorded ones, on purpose.
var wireExceptions = map[string]struct {
	reason string
	status int
	body   map[string]any
}{
	"wire-azuread-update_group":         {reason: "a PATCH of a group answers 204, which Entra ID prefers", status: http.StatusNoContent},
	"wire-okta-update_group_membership": {reason: "a PATCH of a group answers 204", status: http.StatusNoContent},
	"wire-okta-update_group_name": {reason: "a PATCH of a group answers 204; and the recorded answer has another name than the request",
		status: http.StatusNoContent, body: map[string]any{"displayName": "Test SCIMv2"}},
}

// TestTraces_Wire replays the recorded exchanges with the ids of this server, on the persona rfc.
func TestTraces_Wire(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(wireFile)
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true" {
		t.Logf("%s is not there, so only the traces of this repository are played", wireFile)
		return
	}
	require.NoError(t, err)
	var file struct{ Vectors []wireVector }
	require.NoError(t, json.Unmarshal(text, &file, json.MatchCaseInsensitiveNames(true)))
	require.Len(t, file.Vectors, 18)
	tenants := make([]int, len(file.Vectors))
	for i := range tenants {
		tenants[i] = firstTraceTenant + i
	}
	for database, open := range traceDatabases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			server := startTraceServer(t, open(t), "rfc", tenants)
			for i, v := range file.Vectors {
				t.Run(v.ID, func(t *testing.T) {
					t.Parallel()
					p := newPlayer(&trace{}, server, "rfc", tenants[i], true)
					p.replay(t, p.prepare(t, v))
				})
			}
		})
	}
}

// prepare makes the resources that a vector speaks of, and puts their ids in place of the recorded ones.
func (p *player) prepare(t *testing.T, v wireVector) wireVector {
	t.Helper()
	for id, display := range memberIDs(v) {
		v = v.rename(t, id, p.create(t, "/Users", map[string]any{"userName": "member-" + id, "displayName": display}))
	}
	endpoint, id := path.Split(strings.SplitN(v.Input.Path, "?", 2)[0])
	resource := v.Expected.Body
	switch list, _ := resource["Resources"].([]any); {
	case len(list) == 1:
		endpoint = "/" + id
		resource, _ = list[0].(map[string]any)
		id, _ = resource["id"].(string)
	case endpoint == "/" && resource["id"] != nil: // a create: its id is whatever comes
		id, _ = resource["id"].(string)
		return v.rename(t, id, "${created}")
	case endpoint == "/":
		return v
	}
	before := maps.Clone(resource)
	if before == nil {
		before = map[string]any{}
	}
	maps.Copy(before, wireBefore[v.ID])
	return v.rename(t, id, p.create(t, strings.TrimSuffix(endpoint, "/"), before))
}

// memberIDs finds the ids of members, with what they are displayed as.
func memberIDs(v wireVector) map[string]string {
	ids := map[string]string{}
	note := func(list any) {
		members, _ := list.([]any)
		for _, e := range members {
			member, _ := e.(map[string]any)
			if id, ok := member["value"].(string); ok {
				ids[id], _ = member["display"].(string)
			}
		}
	}
	note(v.Expected.Body["members"])
	operations, _ := v.Input.Body["Operations"].([]any)
	for _, e := range operations {
		operation, _ := e.(map[string]any)
		target, _ := operation["path"].(string)
		if target == "members" {
			note(operation["value"])
		}
	}
	return ids
}

func (p *player) create(t *testing.T, endpoint string, resource map[string]any) (id string) {
	t.Helper()
	body := maps.Clone(resource)
	maps.DeleteFunc(body, func(name string, value any) bool { return name == "id" || name == "meta" || value == nil })
	body["schemas"] = []any{map[string]string{
		"/Users": "urn:ietf:params:scim:schemas:core:2.0:User", "/Groups": "urn:ietf:params:scim:schemas:core:2.0:Group",
	}[endpoint]}
	created := p.exchange(t, http.MethodPost, endpoint, body, http.StatusCreated)
	id, _ = created["id"].(string)
	require.NotEmpty(t, id)
	return id
}

// rename puts one id in place of another, everywhere in a vector.
func (v wireVector) rename(t *testing.T, from, to string) wireVector {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	var renamed wireVector
	require.NoError(t, json.Unmarshal([]byte(strings.ReplaceAll(string(text), from, to)), &renamed))
	renamed.ID = v.ID
	return renamed
}

// exchange sends a request and decodes the answer; one without a body is nil.
func (p *player) exchange(t *testing.T, method, target string, body map[string]any, status int) map[string]any {
	t.Helper()
	m := traceMessage{method: method, target: p.path + target, headers: []traceHeader{{"Authorization", p.names.expand("Bearer ${token}")}}}
	if body != nil {
		text, err := json.Marshal(body)
		require.NoError(t, err)
		m.body = string(text)
	}
	answer, err := p.server.send(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, status, answer.status, answer.body)
	if answer.body == "" {
		return nil
	}
	var decoded map[string]any
	require.NoError(t, json.Unmarshal([]byte(answer.body), &decoded))
	return decoded
}

func (p *player) replay(t *testing.T, v wireVector) {
	t.Helper()
	exception := wireExceptions[v.ID]
	if exception.reason != "" {
		t.Log(exception.reason)
		v.Expected.Status = exception.status
		maps.Copy(v.Expected.Body, exception.body)
	}
	got := p.exchange(t, v.Input.Method, v.Input.Path, v.Input.Body, v.Expected.Status)
	if got == nil {
		got = p.exchange(t, http.MethodGet, v.Input.Path, nil, http.StatusOK)
	}
	require.NoError(t, p.names.match(p.comparable(v.Expected.Body), got, "the answer"), "got %v", got)
}

// comparable takes out of a recorded answer what another server may have different: times, what is null (unassigned is
// absent or, of a list, empty), the size of a page (ours is what the page holds, RFC 7644 section 3.4.2), and extensions
// that schemas names without there being values of them.
func (p *player) comparable(body map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range body {
		switch value := value.(type) {
		case nil:
			if out[name] = "(absent)"; name == "Resources" {
				out[name] = []any{}
			}
		case map[string]any:
			out[name] = value
			if location, ok := value["location"].(string); ok {
				out[name] = map[string]any{"resourceType": value["resourceType"], "location": "${base}/" + location}
			}
		case []any:
			out[name] = p.comparableList(name, value, body)
		default:
			if name != "itemsPerPage" {
				out[name] = value
			}
		}
	}
	return out
}

func (p *player) comparableList(name string, list []any, body map[string]any) []any {
	out := make([]any, 0, len(list))
	for _, e := range list {
		if object, ok := e.(map[string]any); ok && name == "Resources" {
			e = p.comparable(object)
		}
		urn, isText := e.(string)
		if name == "schemas" && isText && strings.Contains(urn, ":extension:") && body[urn] == nil {
			continue
		}
		out = append(out, e)
	}
	return out
}
