package conformance

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

func TestReadBaseline(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		ids        []string
		faults     []string
	}{
		{"empty", "", nil, nil},
		{"comments and blank lines", "\n# why\n  PATCH-001  # a reason, SORT-001\r\n\nsort-002", []string{"PATCH-001", "SORT-002"}, nil},
		{"byte order mark", "\ufeffPUT-001\n", []string{"PUT-001"}, nil},
		{"unknown", "PUT-001\n\nPUT-999 # x\n", nil, []string{`line 3: the checklist has no row "PUT-999"`}},
		{"an area", "PATCH\n", nil, []string{`line 1: the checklist has no row "PATCH"`}},
		{"two on a line", "PUT-001 PUT-002\n", nil, []string{"line 1: "}},
		{"twice", "# x\nPUT-001\nput-001 # again\nSORT-999", nil, []string{"line 3: PUT-001 is on line 2 already", "line 4: "}},
		{"endless line", strings.Repeat("x", 1<<17), nil, []string{"the baseline cannot be read"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b, err := ReadBaseline(strings.NewReader(test.text))
			if test.faults == nil {
				require.NoError(t, err)
				require.Equal(t, test.ids, b.ids)
				return
			}
			require.Error(t, err)
			lines := strings.Split(err.Error(), "\n")
			require.Len(t, lines, len(test.faults))
			for i, fault := range test.faults {
				require.Contains(t, lines[i], fault)
			}
		})
	}
}

// sample is a report with every kind of result, from a target that means harm.
func sample() *Report {
	row := func(id string, level Level) Row {
		area, _, _ := strings.Cut(id, "-")
		return Row{ID: id, Area: area, Level: level, Section: "7644 §3.5", Text: "A sentence of " + id + "."}
	}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	hostile := &scimclient.Exchange{
		Method: "PUT", URL: "http://x/v2/Users/1?filter=a+eq+%22b%22&bad=%zz&flag",
		RequestHeader: map[string][]string{"Authorization": {"Bearer $TOKEN"}, "Content-Type": {"application/scim+json"}}, RequestBody: `{"a":1}`,
		Status: 500, Header: map[string][]string{"Content-Type": {"text/html"}, "Set-Cookie": {"session=precious; Path=/", "precious"}, "X-A": {"<b>", "é"}},
		Body: `{"x":"</pre><script>alert(1)</script>","big":12345678901234567890.10,"x":2}`, Started: at.Add(time.Second), Duration: 1500 * time.Microsecond,
	}
	binary := &scimclient.Exchange{Method: "GET", URL: "http://x/v2/Users", Status: 200, Body: "\x1b[31m\xff", Truncated: true, Started: at}
	unsent := &scimclient.Exchange{Method: "GET", URL: "http://elsewhere/", Err: errors.New(`reset by <i>"peer"</i>`)}
	return &Report{
		Target: "http://x/v2", Profile: "rfc", Started: at, Duration: 2 * time.Second, Left: []string{"/Users/<u>"},
		Results: []Result{
			{Row: row("PUT-001", Must), Verdict: Pass, Exchanges: []*scimclient.Exchange{binary}},
			{Row: row("PUT-002", Must), Verdict: Fail, Reasons: []string{"because <img src=x onerror=alert(1)>\nPUT-009"}, Exchanges: []*scimclient.Exchange{binary, hostile}},
			{Row: row("PUT-003", Should), Verdict: Warning, Reasons: []string{"hm"}},
			{Row: row("DEL-001", May), Verdict: Skipped, Reasons: []string{"no need"}},
			{Row: row("DEL-002", Must), Verdict: Error, Reasons: []string{"no answer"}, Exchanges: []*scimclient.Exchange{unsent}},
			{Row: row("DEL-003", Must), Verdict: Fail, Reasons: []string{"order"}, Exchanges: []*scimclient.Exchange{hostile}},
		},
	}
}

func TestBaseline_Apply(t *testing.T) {
	t.Parallel()
	r := sample()
	b, err := ReadBaseline(strings.NewReader("PUT-001\nPUT-002\nPUT-003\nDEL-001\nDEL-002\nETAG-001\n"))
	require.NoError(t, err)
	require.Equal(t, []string{"PUT-001", "PUT-003"}, b.Apply(r), "skipped, broken and absent rows tell nothing")
	require.Equal(t, 1, r.Known())
	require.Equal(t, 2, r.Count(Fail), "a known failure is one all the same")
	require.True(t, r.Results[1].Known)
	require.True(t, r.Failed(), "a new failure and an error are left")

	r.Results = r.Results[:4]
	require.False(t, r.Failed(), "only the known failure is left")
	r.Results = append(r.Results, Result{Verdict: Error})
	require.True(t, r.Failed(), "an error is never known")
}

func TestReport_WriteBaseline(t *testing.T) {
	t.Parallel()
	r := sample()
	var text strings.Builder
	require.NoError(t, r.WriteBaseline(&text))
	require.Contains(t, text.String(), "\n# A sentence of PUT-002.\n#   > because <img src=x onerror=alert(1)> PUT-009\nPUT-002\n")
	b, err := ReadBaseline(strings.NewReader(text.String()))
	require.NoError(t, err)
	require.Equal(t, []string{"PUT-002", "DEL-003"}, b.ids, "a target cannot write lines of its own")
	require.Empty(t, b.Apply(r))
	require.Equal(t, r.Count(Fail), r.Known())
}
