package scenario_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
)

// A story that is stopped anywhere is resumed to its end: no action that was done is
// done again, and what the run before has sent is missed by nobody.
func TestRun_StoppedAndResumed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ scenario, at string }{
		"once it is activated":          {"joiner-mover-leaver", "activate"},
		"in the midst of a cycle":       {"joiner-mover-leaver", "create"},
		"in the midst of an update":     {"joiner-mover-leaver", "update"},
		"while it is deactivated":       {"token-rotation", "remove"},
		"while the token is being made": {"token-rotation", "reauth"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := scimtest.New(t)
			story, err := scenario.Find(test.scenario, "")
			require.NoError(t, err)
			ctx, stop := context.WithCancel(t.Context())
			t.Cleanup(stop)
			o := scenario.Options{Provider: idp.Options{Kind: idp.JumpCloud, Shorten: 1e6, Seed: 1, StateFile: filepath.Join(t.TempDir(), "state")}}
			o.Provider.OnEvent = func(e idp.Event) {
				if string(e.Action) == test.at {
					stop()
				}
			}
			report, err := scenario.Run(ctx, story, targetOf(server), o)
			require.ErrorIs(t, err, context.Canceled)
			require.Less(t, len(report.Steps), report.Total)
			o.Provider.OnEvent = nil
			report = play(t, story, targetOf(server), o)
			require.Zero(t, report.Count(scenario.Failed))
		})
	}
}

func TestRun_SuffixesOfRuns(t *testing.T) {
	t.Parallel()
	server := scimtest.New(t)
	for _, run := range []string{"", "-2"} { // everybody is new to the target each time
		story, err := scenario.Find("bulk-onboarding", run)
		require.NoError(t, err)
		report := play(t, story, targetOf(server), scenario.Options{Users: 12, Groups: 2, Provider: idp.Options{Kind: idp.JumpCloud}})
		require.Equal(t, 12, report.Steps[2].Counts["user_create_provision"].Success)
	}
	for _, run := range []string{`a"b: {x`, "a b", "a@b", "a\nb"} {
		_, err := scenario.Find("rename", run)
		require.ErrorContains(t, err, "cannot be part of a name")
		_, err = scenario.Read(strings.NewReader("name: x\nsteps: [{sync: }]"), run)
		require.ErrorContains(t, err, "cannot be part of a name")
	}
}

// A list without an end is not read for ever.
func TestRun_AListThatRepeats(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"totalResults":1000000000,"Resources":[{"id":"1","userName":"a"}]}`))
	}))
	t.Cleanup(server.Close)
	story, err := scenario.Read(strings.NewReader("name: x\nsteps: [{expect: {inSync: true}}]"), "")
	require.NoError(t, err)
	report, err := scenario.Run(t.Context(), story, scenario.Target{BaseURL: server.URL, Token: "secret"}, scenario.Options{Provider: idp.Options{Kind: idp.JumpCloud}})
	require.NoError(t, err)
	require.Equal(t, []string{"the pages of the list of Users repeat; it does not follow startIndex"}, report.Steps[0].Faults)
}

// A run can leave groups aside; what the story expects of them is left out then.
func TestRun_WithoutGroups(t *testing.T) {
	t.Parallel()
	server := scimtest.New(t)
	for _, s := range scenario.Builtin("") {
		if s.Name != "joiner-mover-leaver" && s.Name != "overlap-on-unbind" {
			continue
		}
		report := play(t, s, targetOf(server), scenario.Options{NoGroups: true, Provider: idp.Options{Kind: idp.JumpCloud}})
		require.Equal(t, report.Total, report.Count(scenario.Passed))
	}
	require.Empty(t, server.Groups())
}

func TestRun_WhatCannotBePlayed(t *testing.T) {
	t.Parallel()
	_, err := scenario.Read(strings.NewReader("name: x\nsteps: [{generate: {users: 2000000000}}]"), "")
	require.ErrorContains(t, err, "users and groups are 1000000 at most")
	server := scimtest.New(t)
	story, err := scenario.Read(strings.NewReader("name: x\nsteps: [{kill: 3}]"), "")
	require.NoError(t, err)
	report, err := scenario.Run(t.Context(), story, targetOf(server), scenario.Options{Provider: idp.Options{Kind: idp.JumpCloud}})
	require.NoError(t, err)
	require.Equal(t, []string{idp.ErrNotActive.Error()}, report.Steps[0].Faults)
}
