package conformance

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/har"
)

func TestReport_WriteHAR(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	require.NoError(t, sample().WriteHAR(&text))
	require.NotContains(t, text.String(), "precious", "cookies are secrets")
	var archive har.Archive
	require.NoError(t, json.Unmarshal([]byte(text.String()), &archive, json.RejectUnknownMembers(true)))
	require.Equal(t, "1.2", archive.Log.Version)
	require.Equal(t, "cinode-scim", archive.Log.Creator.Name)
	require.NotEmpty(t, archive.Log.Creator.Version)
	var comments []string
	for _, e := range archive.Log.Entries {
		comments = append(comments, e.Comment)
	}
	require.Equal(t, []string{"PUT-001, PUT-002", "DEL-002", "PUT-002, DEL-003"}, comments, "by time, and each exchange once")

	binary, unsent, put := archive.Log.Entries[0], archive.Log.Entries[1], archive.Log.Entries[2]
	require.Equal(t, har.Content{Size: 3 + 3, MimeType: "x-unknown", Text: base64.StdEncoding.EncodeToString([]byte("\x1b[31m\xff")), Encoding: "base64",
		Comment: "the answer was longer; the rest was not read"}, binary.Response.Content)
	require.Equal(t, int64(har.UnknownSize), binary.Response.BodySize)
	require.Nil(t, binary.Request.Body)
	require.Equal(t, 0, unsent.Response.Status)
	require.Equal(t, `reset by <i>"peer"</i>`, unsent.Response.Error)
	require.Equal(t, sample().Started, unsent.Started)

	require.InDelta(t, 1.5, put.Time, 1e-9)
	require.InDelta(t, put.Time, put.Timings.Send+put.Timings.Wait+put.Timings.Receive, 1e-9)
	require.Equal(t, pairs("filter", `a eq "b"`, "bad", "%zz", "flag", ""), put.Request.Query)
	require.Equal(t, pairs("Authorization", "Bearer $TOKEN", "Content-Type", "application/scim+json"), put.Request.Headers)
	require.Equal(t, &har.Post{MimeType: "application/scim+json", Params: pairs(), Text: `{"a":1}`}, put.Request.Body)
	require.Equal(t, int64(7), put.Request.BodySize)
	require.Equal(t, pairs("Content-Type", "text/html", "Set-Cookie", "session=$COOKIE", "Set-Cookie", "$COOKIE", "X-A", "<b>", "X-A", "é"),
		put.Response.Headers)
	require.Equal(t, "Internal Server Error", put.Response.StatusText)
	for _, member := range []string{`"cache"`, `"cookies"`, `"queryString"`, `"headersSize"`, `"redirectURL"`, `"httpVersion"`, `"pages"`} {
		require.Contains(t, text.String(), member, "importers want it even where it is empty")
	}
}

func TestReport_WriteHAR_Empty(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	require.NoError(t, (&Report{}).WriteHAR(&text))
	require.Contains(t, text.String(), `"entries": []`)
}

func pairs(texts ...string) []har.Pair {
	list := []har.Pair{}
	for i := 0; i+1 < len(texts); i += 2 {
		list = append(list, har.Pair{Name: texts[i], Value: texts[i+1]})
	}
	return list
}
