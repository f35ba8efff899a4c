package conformance

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProfile_Tables(t *testing.T) {
	t.Parallel()
	for name, p := range profiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, DescribeProfile(name))
			seen := map[string]bool{}
			for _, rule := range slices.Concat(p.needs, p.spares) {
				require.NotEmpty(t, rule.why, rule.word)
				require.False(t, seen[rule.word], "%s is there twice", rule.word)
				seen[rule.word] = true
			}
			for _, rule := range p.needs {
				require.True(t, slices.ContainsFunc(Rows(), func(r Row) bool { return r.ID == rule.word }), "%s is no row", rule.word)
			}
			for _, rule := range p.spares { // or the rule does nothing
				require.True(t, slices.ContainsFunc(Rows(), func(r Row) bool { return r.named([]string{rule.word}) && r.Level == Must }),
					"%s names no MUST row", rule.word)
			}
		})
	}
}

func TestProfile_Rows(t *testing.T) {
	t.Parallel()
	rows := map[string]Row{}
	for _, r := range Rows() {
		rows[r.ID] = r
	}
	for id, want := range map[string]map[string]Verdict{
		"PATCH-004": {"rfc": Fail, "cinode": Fail, "entra": Fail, "okta": Fail},
		"BULK-003":  {"rfc": Fail, "cinode": Warning, "entra": Warning, "okta": Warning},
		"FILT-013":  {"rfc": Fail, "cinode": Warning, "entra": Warning, "okta": Warning},
		"FILT-010":  {"rfc": Fail, "cinode": Fail, "entra": Warning, "okta": Warning},
		"FILT-002":  {"rfc": Fail, "cinode": Fail, "entra": Fail, "okta": Fail},
		"PUT-002":   {"rfc": Fail, "cinode": Fail, "entra": Warning, "okta": Fail},
		"PUT-011":   {"rfc": Warning, "cinode": Warning, "entra": Warning, "okta": Fail},
		"PATCH-001": {"rfc": Warning, "cinode": Warning, "entra": Fail, "okta": Fail},
		"PATCH-005": {"rfc": Warning, "cinode": Fail, "entra": Fail, "okta": Warning},
		"PATCH-051": {"rfc": Fail, "cinode": Fail, "entra": Warning, "okta": Fail},
		"GROUP-008": {"rfc": Warning, "cinode": Warning, "entra": Warning, "okta": Fail},
		"DEL-002":   {"rfc": Fail, "cinode": Warning, "entra": Fail, "okta": Warning},
		"ATTR-005":  {"rfc": Fail, "cinode": Fail, "entra": Fail, "okta": Fail}, // of an area that Okta is spared
	} {
		for profile, verdict := range want {
			p, row := profiles[profile], rows[id]
			require.Equal(t, verdict, p.unmet(row), "%s under %s", id, profile)
			unusual := (verdict == Fail) != (row.Level == Must)
			require.Equal(t, unusual, p.why(row) != "", "why %s is treated so under %s: %q", id, profile, p.why(row))
		}
	}
}
