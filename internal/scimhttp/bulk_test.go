package scimhttp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// answer sends a request and gives status and decoded body.
func (w *wire) answer(t require.TestingT, method, path string, body scim.Object) (int, scim.Object) {
	var text string
	if body != nil {
		text = encode(body)
	}
	r := httptest.NewRequest(method, "/scim/v2"+path, strings.NewReader(text)) //nolint:noctx // a rapid.T has no context
	r.Header.Set("Authorization", "Bearer secret")
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	decoded, err := scim.DecodeObject(recorder.Body.Bytes())
	require.NoError(t, err, recorder.Body.String())
	return recorder.Code, decoded
}

// encode writes what the tests below send.
func encode(v any) string {
	switch v := v.(type) {
	case scim.Object:
		parts := make([]string, 0, len(v))
		for name, inner := range v {
			parts = append(parts, strconv.Quote(name)+":"+encode(inner))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		parts := make([]string, len(v))
		for i, inner := range v {
			parts[i] = encode(inner)
		}
		return "[" + strings.Join(parts, ",") + "]"
	case string:
		return strconv.Quote(v)
	default:
		return fmt.Sprint(v)
	}
}

// TestBulk_AnyOrder makes users and groups that refer to each other in any way,
// circles among them, in any order: each group has the members that it was given.
func TestBulk_AnyOrder(t *testing.T) {
	t.Parallel()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			w := newWire(t, s, "rfc", "secret")
			round := 0
			rapid.Check(t, func(t *rapid.T) {
				round++
				w.bulkRound(t, round)
			})
		})
	}
}

func (w *wire) bulkRound(t *rapid.T, round int) {
	users, groups := rapid.IntRange(0, 4).Draw(t, "users"), rapid.IntRange(1, 5).Draw(t, "groups")
	all := make([]string, 0, users+groups)
	for i := range users {
		all = append(all, fmt.Sprintf("u%d-%d", round, i))
	}
	for i := range groups {
		all = append(all, fmt.Sprintf("g%d-%d", round, i))
	}
	want := map[string][]string{}
	var operations []any
	for _, name := range all {
		data, path := scim.Object{"schemas": []any{scim.URNUser}, "userName": name}, "/Users"
		if name[0] == 'g' {
			path = "/Groups"
			want[name] = rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, 4, rapid.ID).Draw(t, "members of "+name)
			slices.Sort(want[name])
			members := make([]any, len(want[name]))
			for i, m := range want[name] {
				members[i] = scim.Object{"value": "bulkId:" + m}
			}
			data = scim.Object{"schemas": []any{scim.URNGroup}, "displayName": name, "members": members}
		}
		operations = append(operations, scim.Object{"method": "POST", "path": path, "bulkId": name, "data": data})
	}
	operations = rapid.Permutation(operations).Draw(t, "order")
	status, body := w.answer(t, http.MethodPost, "/Bulk", scim.Object{"schemas": []any{scim.URNBulkRequest}, "Operations": operations})
	require.Equal(t, http.StatusOK, status)
	results, _ := body["Operations"].([]any)
	require.Len(t, results, len(operations))
	for i, r := range results {
		sent, _ := operations[i].(scim.Object)
		got, _ := r.(scim.Object)
		require.Equal(t, sent["bulkId"], got["bulkId"])
		require.Equal(t, "201", got["status"], body)
	}
	status, body = w.answer(t, http.MethodGet, fmt.Sprintf("/Groups?filter=displayName+sw+%%22g%d-%%22", round), nil)
	require.Equal(t, http.StatusOK, status)
	found, _ := body["Resources"].([]any)
	require.Len(t, found, groups)
	for _, g := range found {
		group, _ := g.(scim.Object)
		name, _ := group["displayName"].(string)
		got := []string{}
		members, _ := group["members"].([]any)
		for _, m := range members {
			member, _ := m.(scim.Object)
			display, _ := member["display"].(string)
			got = append(got, display)
		}
		slices.Sort(got)
		require.Equal(t, want[name], got, name)
	}
}
