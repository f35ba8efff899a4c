package provisioning

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

func TestReferences(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method, id, data string
		want             []string
		resolved         string
	}{
		"none":              {MethodPut, "5", `{"a":"b"}`, nil, `{"a":"b"}`},
		"in the path":       {MethodDelete, "bulkId:u", `{}`, []string{"u"}, `{}`},
		"a whole string":    {MethodPost, "", `{"members":[{"value":"bulkId:u"},{"value":"bulkId:v"},{"value":"bulkId:u"}]}`, []string{"u", "v"}, `{"members":[{"value":"1"},{"value":"2"},{"value":"1"}]}`},
		"inside extensions": {MethodPost, "", `{"urn:x:User":{"manager":{"value":"bulkId:v"}}}`, []string{"v"}, `{"urn:x:User":{"manager":{"value":"2"}}}`},
		"an address":        {MethodPost, "", `{"$ref":"../Users/bulkId:u"}`, []string{"u"}, `{"$ref":"../Users/1"}`},
		"no reference":      {MethodPost, "", `{"nickName":"see /bulkId:u","title":"x bulkId:u","bulkId:u":1}`, nil, `{"nickName":"see /bulkId:u","title":"x bulkId:u","bulkId:u":1}`},
		"a PATCH path":      {MethodPatch, "5", `{"Operations":[{"path":"members[value eq \"bulkId:u\" or value eq \"bulkId:v\"]","op":"remove"}]}`, []string{"u", "v"}, `{"Operations":[{"path":"members[value eq \"1\" or value eq \"2\"]","op":"remove"}]}`},
		"an open PATCH path": {MethodPatch, "5", `{"Operations":[{"path":"members[value eq \"bulkId:u","op":"remove"}]}`, nil,
			`{"Operations":[{"path":"members[value eq \"bulkId:u","op":"remove"}]}`},
		"another place":    {MethodPost, "", `{"displayName":"bulkId:u","password":"bulkId:u"}`, nil, `{"displayName":"bulkId:u","password":"bulkId:u"}`},
		"a path as name":   {MethodPost, "", `{"urn:x:User:manager.value":"bulkId:u","Manager":"bulkId:v"}`, []string{"u", "v"}, `{"urn:x:User:manager.value":"1","Manager":"2"}`},
		"a path of a POST": {MethodPost, "", `{"Operations":[{"path":"a eq \"bulkId:u\""}]}`, nil, `{"Operations":[{"path":"a eq \"bulkId:u\""}]}`},
	} {
		data, err := scim.DecodeObject([]byte(c.data))
		require.NoError(t, err, name)
		want, err := scim.DecodeObject([]byte(c.resolved))
		require.NoError(t, err, name)
		op := BulkOperation{Method: c.method, ID: c.id, Data: data}
		require.Equal(t, c.want, namesIn(op).bulkIDs, name)
		require.Equal(t, want, resolved(op, map[string]int64{"u": 1, "v": 2}).data, name)
	}
}

// FuzzReferences: data is left as it was, and no reference is left in what comes
// out.
func FuzzReferences(f *testing.F) {
	f.Add("bulkId:u", `{"members":[{"value":"bulkId:u"}],"$ref":"/Users/bulkId:v"}`)
	f.Add("5", `{"Operations":[{"path":"members[value eq \"bulkId:u\"]"},{"Path":"\"bulkId:"}]}`)
	f.Add("bulkId:", `{"a":[["bulkId:"],"bulkId:bulkId:u"]}`)
	f.Fuzz(func(t *testing.T, id, text string) {
		data, err := scim.DecodeObject([]byte(text))
		if err != nil {
			return
		}
		op := BulkOperation{Method: MethodPatch, ID: id, Data: data}
		before := scim.CloneObject(data)
		found := namesIn(op).bulkIDs
		ids := map[string]int64{}
		for i, id := range found {
			ids[id] = int64(i + 1)
		}
		out := resolved(op, ids)
		require.Equal(t, before, op.Data)
		require.False(t, strings.HasPrefix(out.id, refer))
		require.Empty(t, namesIn(BulkOperation{Method: MethodPatch, ID: out.id, Data: out.data}).bulkIDs)
	})
}
