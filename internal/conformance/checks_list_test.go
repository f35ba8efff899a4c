package conformance

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// listAreas are those that the fake is for.
var listAreas = []string{"SORT", "CURS", "SRCH", "ME", "LIST-007", "LIST-008", "LIST-009"}

func TestChecks_GoodLists(t *testing.T) {
	t.Parallel()
	skipped := map[string]string{
		"SORT-001": "ServiceProviderConfig does not rule sort out",
		"CURS-013": "the target gives no cursor that was not asked for",
		"CURS-018": "SCIM has no request that takes rights from a token, so the judge cannot do it between two pages",
		"ME-001":   "the target has /Me",
	}
	results := newFake(t, "").run(t, listAreas...)
	require.Len(t, results, 46)
	for id, r := range results {
		if why, ok := skipped[id]; ok {
			require.Equal(t, []string{why}, r.Reasons, id)
			require.Equal(t, Skipped, r.Verdict, id)
			continue
		}
		require.Equal(t, Pass, r.Verdict, "%s: %v", id, r.Reasons)
	}
}

// TestChecks_FlawedLists holds each check against servers that it must tell from a good one.
func TestChecks_FlawedLists(t *testing.T) {
	t.Parallel()
	for flaw, rows := range map[string][]string{
		"does not sort":                 {"SORT-002", "SORT-003", "SORT-004", "SORT-005", "SORT-006", "SORT-007", "SORT-008", "SORT-009", "CURS-012"},
		"knows no descending":           {"SORT-002", "SORT-004", "CURS-012"},
		"minds case":                    {"SORT-003"},
		"puts the missing first":        {"SORT-004"},
		"sorts by the first value":      {"SORT-006", "SORT-007"},
		"sorts by no complex attribute": {"SORT-007"},
		"knows no URN":                  {"SORT-008"},
		"sorts by anything":             {"SORT-009"},
		"breaks ties by chance":         {"SORT-010"},
		"knows no cursor":               {"CURS-001", "CURS-002", "CURS-003", "CURS-004", "CURS-005", "CURS-008", "CURS-010", "CURS-011", "CURS-015", "CURS-017", "CURS-020"},
		"has cursors without end":       {"CURS-002", "CURS-003"},
		"looks not ahead":               {"CURS-002"},
		"repeats itself":                {"CURS-003"},
		"pads cursors":                  {"CURS-004"},
		"goes back from the first":      {"CURS-005"},
		"minds no count":                {"CURS-001", "CURS-006", "SRCH-004"},
		"counts the page":               {"CURS-006", "CURS-007"},
		"begins anew with garbage":      {"CURS-008"},
		"knows no expiry":               {"CURS-009"},
		"lets count change":             {"CURS-010"},
		"binds no filter":               {"CURS-011"},
		"binds no sortBy":               {"CURS-011"},
		"binds no attributes":           {"CURS-011"},
		"binds no endpoint":             {"CURS-011"},
		"binds nothing":                 {"CURS-011"},
		"names the other method":        {"CURS-014"},
		"searches without cursor":       {"CURS-015"},
		"lets startIndex win":           {"CURS-016"},
		"asks no cursor for a token":    {"CURS-017"},
		"tells of others":               {"CURS-019"},
		"breaks under cursors":          {"CURS-020"},
		"makes what is searched":        {"SRCH-001"},
		"has users alone at the root":   {"SRCH-002", "LIST-007"},
		"wants no URN":                  {"SRCH-003"},
		"searches without attributes":   {"SRCH-004"},
		"searches without sortOrder":    {"SRCH-005"},
		"breaks on broken JSON":         {"SRCH-006"},
		"answers GET .search":           {"SRCH-007"},
		"hides /Me":                     {"ME-001"},
		"redirects /Me for now":         {"ME-002"},
		"calls /Me permanent":           {"ME-003"},
		"projects no /Me":               {"ME-004"},
		"breaks on POST /Me":            {"ME-006"},
		"wants attributes of all types": {"LIST-008"},
		"cuts in silence":               {"LIST-009"},
	} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			results := newFake(t, flaw).run(t, rows...)
			require.Len(t, results, len(rows))
			for id, r := range results {
				require.Contains(t, []Verdict{Fail, Warning}, r.Verdict, "%s: %v", id, r.Reasons)
			}
		})
	}
}

// TestChecks_OtherWays holds the checks against servers that do as the RFCs let them.
func TestChecks_OtherWays(t *testing.T) {
	t.Parallel()
	for flaw, want := range map[string]map[string]Verdict{
		"lacks /Me":                      {"ME-001": Pass, "ME-002": Skipped, "ME-003": Skipped, "ME-005": Skipped},
		"redirects /Me":                  {"ME-001": Skipped, "ME-002": Pass, "ME-003": Skipped, "ME-004": Skipped, "ME-005": Pass},
		"shows the reader another":       {"ME-005": Skipped},
		"has no sort":                    {"SORT-001": Pass, "SORT-002": Skipped, "CURS-012": Skipped},
		"has no sort and breaks on it":   {"SORT-001": Warning},
		"has cursors alone":              {"CURS-013": Pass, "CURS-014": Skipped},
		"says that it has cursors alone": {"CURS-013": Warning},
	} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			results := newFake(t, flaw).run(t, slices.Collect(maps.Keys(want))...)
			for id, verdict := range want {
				require.Equal(t, verdict, results[id].Verdict, "%s: %v", id, results[id].Reasons)
			}
		})
	}
}

func TestChecks_WithoutFilter(t *testing.T) {
	t.Parallel()
	f := newFake(t, "has no filter")
	f.parallel = 1 // for without a filter all that is made is on the pages
	for range 150 {
		f.keep("/Users", object{"schemas": list{userURN}, "userName": "other"}, "one")
	}
	results := f.run(t, listAreas...)
	for id, r := range results {
		require.Contains(t, []Verdict{Pass, Skipped}, r.Verdict, "%s: %v", id, r.Reasons)
	}
	for _, id := range []string{"SORT-002", "CURS-003", "CURS-015", "CURS-017"} {
		require.Equal(t, Pass, results[id].Verdict, "%s: %v", id, results[id].Reasons)
	}
}
