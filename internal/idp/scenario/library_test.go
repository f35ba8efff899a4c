package scenario_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
)

func TestBuiltin_EachForEachProviderThatItNames(t *testing.T) {
	t.Parallel()
	for _, s := range scenario.Builtin("-1") {
		for _, kind := range idp.Kinds() {
			if !s.For(kind) {
				continue
			}
			t.Run(s.Name+"/"+string(kind), func(t *testing.T) {
				t.Parallel()
				server := scimtest.New(t)
				report := play(t, s, targetOf(server), scenario.Options{Provider: idp.Options{Kind: kind}})
				require.Equal(t, report.Total, report.Count(scenario.Passed))
			})
		}
	}
}

func targetOf(server *scimtest.Server) scenario.Target {
	return scenario.Target{BaseURL: server.URL, Token: server.Token, AdminURL: server.AdminURL, AdminKey: server.AdminKey}
}

// play plays a story of which no step may fail.
func play(t *testing.T, s *scenario.Scenario, target scenario.Target, o scenario.Options) *scenario.Report {
	t.Helper()
	o.Provider.Seed, o.Provider.Shorten = 1, 1e6
	report, err := scenario.Run(t.Context(), s, target, o)
	require.NoError(t, err)
	for _, step := range report.Steps {
		require.Empty(t, step.Faults, "%d %s %v", step.Number, step.Title, step.Counts)
	}
	return report
}
