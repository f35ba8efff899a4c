package conformance

import (
	"maps"
	"slices"
	"strings"
)

// profile says what counts as a failure. A row that is not met and does not
// count is a warning.
type profile struct {
	rows func(Row) bool // beside the MUST rows
}

// The identity providers' rows are those whose section names them.
func namedBy(client string) func(Row) bool {
	return func(r Row) bool { return strings.Contains(r.Section, client) }
}

func nothingMore(Row) bool { return false }

var profiles = map[string]profile{
	"rfc":    {nothingMore},
	"cinode": {nothingMore},
	"entra":  {namedBy("Entra")},
	"okta":   {namedBy("Okta")},
}

// Profiles are the names that Options.Profile takes.
func Profiles() []string { return slices.Sorted(maps.Keys(profiles)) }

func (p profile) unmet(r Row) Verdict {
	if r.Level == Must || p.rows(r) {
		return Fail
	}
	return Warning
}
