package admin

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// readDump reads what the store would get.
func readDump(text []byte) ([]store.Record, Counts, error) {
	d := &dumpReader{in: bufio.NewReader(bytes.NewReader(text)), registry: schema.RFC(), types: schema.RFC().Storage()}
	first, err := d.open()
	if err != nil {
		return nil, d.counts, err
	}
	var list []store.Record
	for r, err := range d.records(first, false) {
		if err != nil {
			return nil, d.counts, err
		}
		list = append(list, r)
	}
	return list, d.counts, nil
}

// writeDump writes them as Dump does, with the text that a store would have.
func writeDump(t *testing.T, list []store.Record, counts Counts) []byte {
	t.Helper()
	var out bytes.Buffer
	w := newDumpWriter(&out)
	require.NoError(t, w.line(headerLine{Format: dumpFormat, Version: dumpVersion}))
	for _, r := range list {
		for typ, resource := range map[*schema.ResourceType]*store.ResourceRecord{schema.RFC().Storage().Users: r.User, schema.RFC().Groups: r.Group} {
			if resource != nil {
				attributes, err := resource.Attributes(typ)
				require.NoError(t, err)
				resource.Text = typ.AppendJSON(nil, attributes)
			}
		}
		require.NoError(t, w.record(r))
	}
	require.Equal(t, counts, w.counts)
	require.NoError(t, w.line(recordLine{End: &w.counts}))
	require.NoError(t, w.out.Flush())
	return out.Bytes()
}

// FuzzReadDump: no input panics, a refusal names a line, and what is taken is
// written so that it reads and writes the same.
func FuzzReadDump(f *testing.F) {
	const (
		header = `{"format":"cinode-scim dump","version":1}` + "\n"
		tenant = `{"tenant":{"id":3,"name":"Acme","persona":"cinode","switches":{"bulk":true},"mappings":["EmployeeNumber"],"created":"2026-01-31T12:00:00.000Z"}}` + "\n"
		times  = `"version":1,"created":"2026-01-31T12:00:00.000Z","lastModified":"2026-01-31T12:00:00.000Z",`
		user   = `{"user":{"id":4,` + times + `"attributes":{"name":{"givenName":"\ud83d\ude00"},"userName":"Ann","active":true}}}` + "\n"
		group  = `{"group":{"id":5,` + times + `"attributes":{"displayName":"G"}}}` + "\n"
		end    = `{"end":{"tokens":0,"users":1,"groups":1,"members":2,"teams":1,"roles":0,"teamMembers":1,"roleMembers":0,"links":1}}` + "\n"
	)
	token := `{"token":{"name":"a","hash":"` + strings.Repeat("0f", 32) + `","audience":"https://api.cinode.app","scopes":["users:read"],"user":99,"expires":"2026-01-31T12:00:00.000Z"}}` + "\n"
	for _, seed := range []string{
		"", header, header + tenant + `{"end":{}}`, header + tenant + token + `{"end":{"tokens":1}}`,
		header + tenant + user + group + `{"members":{"group":5,"users":[4]}}` + "\n" + `{"members":{"group":5,"groups":[5]}}` + "\n" +
			`{"team":{"id":6,"name":"T"}}` + "\n" + `{"teamMembers":{"team":6,"users":[4]}}` + "\n" + `{"link":{"group":5,"team":6}}` + "\n" + end,
		header + tenant + user + user, header + tenant + "null\n", header + tenant + `{"user":{"id":1e3}}` + "\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		list, counts, err := readDump(text)
		if err != nil {
			var wrong *DumpError
			require.ErrorAs(t, err, &wrong)
			require.Positive(t, wrong.Line)
			require.LessOrEqual(t, wrong.Line, bytes.Count(text, []byte("\n"))+2, "or the one that is missing")
			return
		}
		first := writeDump(t, list, counts)
		list, counts, err = readDump(first)
		require.NoError(t, err)
		require.Equal(t, string(first), string(writeDump(t, list, counts)))
	})
}
