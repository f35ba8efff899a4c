package quirk_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/quirk"
)

// TestJobTitle [J]: a top-level jobTitle is title, which wins when both come.
func TestJobTitle(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"jobTitle":"x","active":true}`:            `{"title":"x","active":true}`,
		`{"JOBTITLE":null}`:                         `{"title":null}`,
		`{"` + scim.URNUser + `:jobTitle":"x"}`:     `{"title":"x"}`,
		`{"jobTitle":"x","Title":"y"}`:              `{"jobTitle":"x","Title":"y"}`,
		`{"title":"y"}`:                             `{"title":"y"}`,
		`{"` + enterprise + `":{"jobTitle":"x"}}`:   `{"` + enterprise + `":{"jobTitle":"x"}}`,
		`{"` + enterprise + `:jobTitle":"x","a":1}`: `{"` + enterprise + `:jobTitle":"x","a":1}`,
	} {
		noted := &scim.Deviations{}
		body, _ := decode(t, in).(scim.Object)
		require.Equal(t, decode(t, want), any(quirk.JobTitle(body, noted)), in)
		require.Equal(t, in != want, noted.IDs() == scim.DeviationJobTitle, in)
		require.Equal(t, decode(t, in), any(body), "the input is not changed")
	}
}

func TestJobTitleOperations(t *testing.T) {
	t.Parallel()
	type ops = []scim.Operation
	for name, c := range map[string]struct {
		in, want ops
	}{
		"path":            {ops{op(t, 1, "replace", "jobTitle", `"x"`)}, ops{op(t, 1, "replace", "title", `"x"`)}},
		"path with a URN": {ops{op(t, 0, "remove", scim.URNUser+":jobtitle", "")}, ops{op(t, 0, "remove", "title", "")}},
		"no path":         {ops{op(t, 0, "add", "", `{"jobTitle":"x","active":true}`)}, ops{op(t, 0, "add", "", `{"title":"x","active":true}`)}},
		"title wins in one operation": {ops{op(t, 0, "add", "", `{"jobTitle":"x","title":"y"}`)},
			ops{op(t, 0, "add", "", `{"jobTitle":"x","title":"y"}`)}},
		"title wins in another operation": {ops{op(t, 0, "replace", "jobTitle", `"x"`), op(t, 1, "replace", "Title", `"y"`)},
			ops{op(t, 0, "replace", "jobTitle", `"x"`), op(t, 1, "replace", "Title", `"y"`)}},
		"neither": {ops{op(t, 0, "replace", "active", `true`)}, ops{op(t, 0, "replace", "active", `true`)}},
	} {
		noted := &scim.Deviations{}
		before := append(ops{}, c.in...)
		got := quirk.JobTitleOperations(c.in, noted)
		require.Equal(t, c.want, got, name)
		require.Equal(t, before, c.in, "the input is not changed")
		changed := got[0].Path != before[0].Path || !scim.Equal(got[0].Value, before[0].Value)
		require.Equal(t, changed, noted.IDs() == scim.DeviationJobTitle, name)
	}
}
