package conformance

import (
	"maps"
	"slices"
	"strings"
)

// profile says what counts as a failure: the MUST rows that are not spared, and
// what is needed beside them. A row that is not met and does not count is a warning.
//
//   - rfc: the MUST rows.
//   - cinode: the MUST rows but for what Cinode does not document (bulk, /Me,
//     .search, sorting, sw, ew, pr, or, not and value paths in filters) or
//     documents to be otherwise (a deleted user stays, disconnected).
//   - entra, okta: what these clients send, with the rows of client tolerance
//     that they stop without; the MUST rows of what they never send are spared.
type profile struct {
	short  string // for the help
	client string // rows whose section names it are needed
	needs  []rule
	spares []rule // a need wins over these
}

// rule names a row or an area, and why the profile treats it so.
type rule struct{ word, why string }

var profiles = map[string]profile{
	"rfc": {short: "every MUST of the RFCs"},
	"cinode": {
		short:  "what Cinode documents: no bulk, /Me, .search or sorting, a part of the filters",
		needs:  cinodeNeeds,
		spares: cinodeSpares,
	},
	"entra": {short: "what Microsoft Entra ID sends and relies on", client: "Entra", needs: entraNeeds, spares: entraSpares},
	"okta":  {short: "what Okta sends and relies on", client: "Okta", needs: oktaNeeds, spares: oktaSpares},
}

// Profiles are the names that Options.Profile takes.
func Profiles() []string { return slices.Sorted(maps.Keys(profiles)) }

// DescribeProfile says in a few words what fails a target under a profile.
func DescribeProfile(name string) string { return profiles[name].short }

func (p profile) unmet(r Row) Verdict {
	_, needed := p.need(r)
	if _, spared := find(p.spares, r); needed || r.Level == Must && !spared {
		return Fail
	}
	return Warning
}

// why tells of a row that the profile treats unlike its level, and of no other.
func (p profile) why(r Row) string {
	if why, ok := p.need(r); ok {
		if r.Level == Must {
			return ""
		}
		return "a failure in this profile: " + why
	}
	if why, ok := find(p.spares, r); ok && r.Level == Must {
		return "only a warning in this profile: " + why
	}
	return ""
}

func (p profile) need(r Row) (string, bool) {
	if why, ok := find(p.needs, r); ok {
		return why, true
	}
	if p.client == "" || !strings.Contains(r.Section, p.client) {
		return "", false
	}
	return "the row is there for " + p.client, true
}

func find(rules []rule, r Row) (string, bool) {
	for _, rule := range rules {
		if r.named([]string{rule.word}) {
			return rule.why, true
		}
	}
	return "", false
}
