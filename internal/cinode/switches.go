package cinode

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Switch is a yes or no of a persona. A tenant can have it otherwise: its
// Switches hold the name with true or false.
type Switch struct {
	Name     string
	Sentence string // what is so where it is on, without its full stop
	// Source is where the default of the persona cinode comes from: the letters of
	// Cinode's documents (D, J, M), or the RFC where they are silent.
	Source      string
	Cinode, RFC bool // the defaults of the personas

	field func(*Persona) *bool
}

// On reads the switch of a persona.
func (s Switch) On(p Persona) bool { return *s.field(&p) }

// Switches lists every switch there is.
var Switches = []Switch{
	{"open-discovery", "discovery needs no token", "D", false, true, func(p *Persona) *bool { return &p.OpenDiscovery }},
	{"require-schemas", "a message without schemas is refused", "D M", false, true, func(p *Persona) *bool { return &p.RequireSchemas }},
	{"check-formats", "user names, countries and certificates must have the form that the RFCs give them", "J", false, true,
		func(p *Persona) *bool { return &p.CheckFormats }},

	{"patch-user-body", "PATCH of a user is answered with the user, else with 204", "RFC 7644 section 3.5.2", true, true,
		func(p *Persona) *bool { return &p.PatchUserBody }},
	{"patch-group-body", "PATCH of a group is answered with the group, else with 204", "RFC 7644 section 3.5.2", false, false,
		func(p *Persona) *bool { return &p.PatchGroupBody }},
	{"replace-creates", "a replace whose brackets match nothing creates the value", "M", true, false, func(p *Persona) *bool { return &p.ReplaceCreates }},
	{"remove-all-members", "one remove without a value may empty a group", "RFC 7644 section 3.5.2.2", false, true,
		func(p *Persona) *bool { return &p.RemoveAllMembers }},
	{"empty-operations", "a PATCH without operations changes nothing and is no error", "M", true, false,
		func(p *Persona) *bool { return &p.EmptyOperations }},
	{"ignore-unknown-paths", "PATCH paths that name no attribute are skipped", "M", true, false,
		func(p *Persona) *bool { return &p.IgnoreUnknownPaths }},

	{"put-groups", "PUT works on groups, else it is 501", "D", false, true, func(p *Persona) *bool { return &p.PutGroups }},
	{"put-keeps-external-id", "an externalId stays that a PUT does not name", "D", true, false,
		func(p *Persona) *bool { return &p.PutKeepExternalID }},
	{"put-keeps-members", "members stay that a PUT does not name", "RFC 7644 section 3.5.1", true, false,
		func(p *Persona) *bool { return &p.PutKeepMembers }},

	{"filter-whole", "filters have every operator of the RFC, or, not and value paths", "D", false, true,
		func(p *Persona) *bool { return &p.Filter.Whole }},
	{"filter-and", "filters have and, also where they are not whole", "M", true, true, func(p *Persona) *bool { return &p.Filter.And }},
	{"filter-unquoted", "words without quotes are strings in filters", "D", true, false, func(p *Persona) *bool { return &p.Filter.Unquoted }},
	{"filter-decode-twice", "a filter that finds nothing is tried once more, percent-decoded", "M", true, false,
		func(p *Persona) *bool { return &p.Filter.DecodeTwice }},
	{"sort", "lists can be sorted", "D", false, true, func(p *Persona) *bool { return &p.Sort }},
	{"cursors", "lists can be paged by cursor", "D", false, true, func(p *Persona) *bool { return &p.Cursors }},
	{"search", "POST .search works, and so do queries at the base over all types", "D", false, true, func(p *Persona) *bool { return &p.Search }},
	{"bulk", "Bulk works", "D", false, true, func(p *Persona) *bool { return &p.Bulk }},
	{"me", "Me is the user that the token is bound to", "D", false, true, func(p *Persona) *bool { return &p.Me }},

	{"set-once", "userName and externalId can be set once, when they are empty", "D", true, false, func(p *Persona) *bool { return &p.SetOnce }},
	{"set-once-put-refused", "a PUT of another userName or externalId is refused, else they are left out of it; it takes set-once", "D", false, true,
		func(p *Persona) *bool { return &p.SetOncePutRefused }},
	{"set-once-patch-refused", "a PATCH of another userName or externalId is refused, else they are left out of it; it takes set-once", "D", true, true,
		func(p *Persona) *bool { return &p.SetOncePatchRefused }},
	{"empty-external-id-absent", "an externalId that is empty counts as absent", "J", true, false,
		func(p *Persona) *bool { return &p.EmptyExternalIDAbsent }},
	{"email-user-names", "a userName that is no e-mail address is reported", "D J", true, false, func(p *Persona) *bool { return &p.EmailUserNames }},
	{"require-names", "a user needs name.givenName and name.familyName", "D", true, false, func(p *Persona) *bool { return &p.RequireNames }},
	{"job-title", "jobTitle is taken as title", "J", true, false, func(p *Persona) *bool { return &p.JobTitle }},
	{"work-address", "an address without type counts as work, and formatted follows the locality of work addresses", "J M", true, false,
		func(p *Persona) *bool { return &p.WorkAddress }},
	{"delete-disconnects", "a deleted user stays, readable, with active false", "D", true, false,
		func(p *Persona) *bool { return &p.DeleteDisconnects }},
	{"keep-active", "a PATCH that takes active away leaves it, so that a disconnected user does not wake", "D", true, false,
		func(p *Persona) *bool { return &p.KeepActive }},
	{"name-disconnected", "a conflict with a disconnected user names the user and what helps", "D", true, false,
		func(p *Persona) *bool { return &p.NameDisconnected }},
	{"group-id-as-external-id", "the id in a POST of a group is kept as externalId where that is missing", "D", true, false,
		func(p *Persona) *bool { return &p.GroupIDAsExternalID }},
	{"company", "groups are linked to Teams and Roles, whose members follow theirs", "D", true, false, func(p *Persona) *bool { return &p.Company }},
}

// HasCompany reports whether groups of the tenant are linked to Teams and Roles.
func (t Tenant) HasCompany() bool {
	const company = "company"
	if on, own := t.Switches[company]; own {
		return on
	}
	n, ok := natures[t.Persona]
	i := slices.IndexFunc(Switches, func(s Switch) bool { return s.Name == company })
	return ok && n.preset(Switches[i])
}

// override sets switches by name.
func (p *Persona) override(switches map[string]bool) error {
	for _, name := range slices.Sorted(maps.Keys(switches)) {
		i := slices.IndexFunc(Switches, func(s Switch) bool { return s.Name == name })
		if i < 0 {
			return fmt.Errorf("there is no switch %q; there are %s", name, switchNames())
		}
		*Switches[i].field(p) = switches[name]
	}
	return nil
}

func switchNames() string {
	names := make([]string, len(Switches))
	for i, s := range Switches {
		names[i] = s.Name
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
