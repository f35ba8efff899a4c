package conformance

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/report"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// memory is as much of a SCIM server as the runner needs: it makes users and
// groups, and counts them.
type memory struct {
	mu   sync.Mutex
	live map[string]bool // by path
	made int
}

func newMemory() *memory { return &memory{live: map[string]bool{}} }

func (m *memory) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w.Header().Set("Content-Type", "application/scim+json")
	switch {
	case r.Method == http.MethodPost && (r.URL.Path == "/Users" || r.URL.Path == "/Groups"):
		m.made++
		id := fmt.Sprintf("id%d", m.made)
		m.live[r.URL.Path+"/"+id] = true
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"id":%q,"schemas":[%q]}`, id, userURN)
	case r.Method == http.MethodDelete && m.live[r.URL.Path]:
		delete(m.live, r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, `{"schemas":[%q],"status":"404"}`, errorURN)
	}
}

func TestRun_CleansUp(t *testing.T) {
	t.Parallel()
	m := newMemory()
	client := target(t, m.ServeHTTP)
	report, err := Run(t.Context(), client, Options{})
	require.NoError(t, err)
	require.Empty(t, report.Left)
	m.mu.Lock()
	defer m.mu.Unlock()
	require.Greater(t, m.made, 100)
	require.Empty(t, m.live)
}

func TestRun_CleansUpWhenInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	m := newMemory()
	client := target(t, m.ServeHTTP)
	report, err := Run(ctx, client, Options{Progress: func(done, _ int) {
		if done == 80 {
			interrupt()
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, report.Results, len(Rows()))
	require.Equal(t, []string{"the run was interrupted"}, report.Results[len(report.Results)-1].Reasons)
	m.mu.Lock()
	defer m.mu.Unlock()
	require.Positive(t, m.made)
	require.Empty(t, m.live)
}

func TestRun_SweepsWhatWasNotAnswered(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	name, deleted := "", []string{}
	client := target(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch r.Method {
		case http.MethodPost:
			var body struct {
				UserName string `json:"userName"`
			}
			if json.UnmarshalRead(r.Body, &body) == nil {
				name = body.UserName
			}
			panic(http.ErrAbortHandler)
		case http.MethodDelete:
			deleted = append(deleted, r.URL.Path)
		default: // it ignores the filter
			fmt.Fprintf(w, `{"schemas":[%q],"Resources":[{"id":"ours","userName":%q},{"id":"theirs","userName":"alice"}]}`, listURN, name)
		}
	})
	report, err := Run(t.Context(), client, Options{Only: []string{"CREATE-001"}})
	require.NoError(t, err)
	require.Equal(t, Error, report.Results[0].Verdict)
	require.Equal(t, []string{"/Users/ours"}, deleted)
}

func TestRun_TellsWhatCouldNotBeRemoved(t *testing.T) {
	t.Parallel()
	report, err := Run(t.Context(), target(t, answers(http.StatusCreated, `{"id":"a b"}`)), Options{Only: []string{"CREATE-001"}})
	require.NoError(t, err)
	require.Empty(t, report.Left) // 201 to DELETE is as good as 204 here
	client := target(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(map[string]int{http.MethodPost: 201}[r.Method] + map[string]int{http.MethodDelete: 500}[r.Method])
		fmt.Fprint(w, `{"id":"a b"}`)
	})
	report, err = Run(t.Context(), client, Options{Only: []string{"CREATE-001"}})
	require.NoError(t, err)
	require.Equal(t, []string{"/Users/a%20b"}, report.Left)
}

// discoveryOnly are the areas that hostile servers may pass, for their discovery is a good one.
var discoveryOnly = []string{"DISC", "SPC", "RT", "SCH", "MVAL-004", "ERR-009", "ERR-011"}

func TestRun_HostileServers(t *testing.T) {
	t.Parallel()
	for name, handler := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := target(t, handler)
			report, err := Run(t.Context(), client, Options{Skip: discoveryOnly})
			require.NoError(t, err)
			require.True(t, report.Failed())
			passed := 0
			for _, r := range report.Results {
				require.NotContains(t, strings.Join(r.Reasons, " "), "itself broke", r.Row.ID)
				if r.Verdict == Pass {
					passed++
				}
			}
			require.LessOrEqual(t, passed, 7, "a server that answers nonsense passes checks")
		})
	}
}

func TestRun_NothingToJudge(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"refuses the token": answers(http.StatusUnauthorized, "{}"),
		"points elsewhere":  hostile["redirect"],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := target(t, handler).Base()
			client, err := scimclient.New(base+"/elsewhere", scimclient.Options{})
			require.NoError(t, err)
			defer client.Close()
			_, err = Run(t.Context(), client, Options{})
			require.ErrorIs(t, err, ErrUnreachable)
		})
	}
}

func TestOptions_Rows(t *testing.T) {
	t.Parallel()
	ids := func(o Options) []string {
		var out []string
		for _, r := range o.Rows() {
			out = append(out, r.ID)
		}
		return out
	}
	require.Len(t, ids(Options{}), 500)
	require.Equal(t, []string{"READ-001", "READ-002"}, ids(Options{Only: []string{"read-001", "READ-002"}}))
	require.Equal(t, []string{"READ-006", "READ-007"}, ids(Options{Only: []string{"READ"}, Levels: []Level{May, Interop}}))
	require.Len(t, ids(Options{Skip: []string{"PATCH"}}), 444)
	for _, o := range []Options{{Profile: "x"}, {Profile: "rfc", Only: []string{"x"}}, {Profile: "rfc", Levels: []Level{"x"}}} {
		require.Error(t, o.Check())
	}
}

// TestChecklist holds the rows and the checks together.
func TestChecklist(t *testing.T) {
	t.Parallel()
	open := []string{"EVT", "SETD", "DEV", "DRAFT"}
	seen := map[string]bool{}
	levels := map[Level]int{}
	for _, r := range Rows() {
		require.False(t, seen[r.ID], r.ID)
		seen[r.ID] = true
		levels[r.Level]++
		require.True(t, slices.ContainsFunc(areaTitles, func(a struct{ area, title string }) bool { return a.area == r.Area }), r.Area)
		require.NotEmpty(t, r.Section)
		require.NotEmpty(t, r.Text)
		if !slices.Contains(open, r.Area) && !slices.Contains(r.Gates, "manual") {
			require.NotNil(t, allChecks()[r.ID], "%s has no check", r.ID)
		}
	}
	require.Equal(t, map[Level]int{Must: 292, Should: 53, May: 34, Interop: 121}, levels)
	for id := range allChecks() {
		require.True(t, seen[id], "%s is not in the checklist", id)
	}
}

func TestProfile_Unmet(t *testing.T) {
	t.Parallel()
	must, should, entra := Row{Level: Must}, Row{Level: Should}, Row{Level: Interop, Section: "Entra, Okta"}
	require.Equal(t, []Verdict{Fail, Warning, Warning}, []Verdict{profiles["rfc"].unmet(must), profiles["rfc"].unmet(should), profiles["rfc"].unmet(entra)})
	require.Equal(t, []Verdict{Fail, Warning, Fail}, []Verdict{profiles["okta"].unmet(must), profiles["okta"].unmet(should), profiles["okta"].unmet(entra)})
}

func TestReport_Writers(t *testing.T) {
	t.Parallel()
	row := func(id string) Row {
		return Row{ID: id, Area: "PUT", Level: Must, Section: "7644 §3.5", Text: "A sentence."}
	}
	exchange := &scimclient.Exchange{Method: "PUT", URL: "http://x/Users/1", RequestBody: "{}", Status: 500, Body: "\x1b[31m]]>" + "\xff"}
	r := &Report{Target: "http://x", Profile: "rfc", Left: []string{"/Users/1"}, Results: []Result{
		{Row: row("PUT-001"), Verdict: Pass}, {Row: row("PUT-002"), Verdict: Fail, Reasons: []string{"because"}, Exchanges: []*scimclient.Exchange{exchange}},
		{Row: row("PUT-003"), Verdict: Error, Reasons: []string{"no answer"}, Exchanges: []*scimclient.Exchange{{Err: errors.New("reset")}}},
		{Row: row("PUT-004"), Verdict: Skipped, Reasons: []string{"no need"}}, {Row: row("PUT-005"), Verdict: Warning, Reasons: []string{"hm"}},
	}}
	var text, machine, junit strings.Builder
	require.NoError(t, r.WriteText(&text))
	for _, part := range []string{"Replace (PUT): 1 fail, 1 error, 1 warning, 1 pass, 1 skipped", "> because", "$ curl -i -X PUT", "Could not be removed: /Users/1"} {
		require.Contains(t, text.String(), part)
	}
	require.NotContains(t, text.String(), "\x1b")
	require.NoError(t, r.WriteJSON(&machine))
	var back jsonReport
	require.NoError(t, json.Unmarshal([]byte(machine.String()), &back))
	require.True(t, back.Failed)
	require.Equal(t, 1, back.Counts[Warning])
	require.Len(t, back.Verdicts[1].Exchanges, 1)
	require.NoError(t, r.WriteJUnit(&junit))
	var suites report.Suites
	require.NoError(t, xml.Unmarshal([]byte(junit.String()), &suites))
	require.Equal(t, []int{5, 1, 1, 1}, []int{suites.Suites[0].Tests, suites.Suites[0].Failures, *suites.Suites[0].Errors, suites.Suites[0].Skipped})
}
