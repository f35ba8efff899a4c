package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// fuzzSeeds are filters over the types of random resources, one for each thing
// that SQL and the evaluator could see differently.
var fuzzSeeds = []string{
	`plain eq "a"`, `plain ne "Åsa" and not (exact co "%")`, `tags sw "_" or codes ew "\\"`, `flag eq false`, `not (flag eq true)`,
	`amount gt -1.5 and amount le 9007199254740993`, `levels ge 10`, `amounts eq 1e0`, `moment lt "2026-01-31T13:00:00+01:00"`, `moments ne "2026-01-31T12:00:00"`,
	`raw eq "YQ=="`, `site sw "http"`, `single[exact eq "A" or primary eq false]`, `emails[type eq "work" and not (value pr)]`, `emails co "a"`,
	`things[amount lt 2 and (flag eq true or $ref pr)]`, `groups[display co "a" and type eq "direct"]`, `members[type eq "Group"] or members.value eq "1"`, `members.$ref co "Users"`,
	`urn:example:extra:2.0:Extra:plain eq "straße"`, `urn:example:extra:2.0:Extra:emails[primary eq true].value pr`, `meta.lastModified ge "2026-01-31T12:00:00.123Z"`, `meta.location ew "/1"`,
	`id gt "1" and id ne "2"`, `schemas eq "urn:example:extra:2.0:Extra"`, `plain eq null or plain gt null`, `userName co "" and externalId sw "A"`, `plain eq "\"'\u00e9\ud83d\ude00"`,
	`not (emails.primary ne true) and emails.primary eq false`, `tags eq "" or tags pr`,
}

// Fuzz asks what Agree asks of filters that no generator draws: a store finds
// what filter.Match does, or the filter cannot be bound. The store is empty and
// migrated.
func Fuzz(f *testing.F, s store.Store) {
	f.Helper()
	fuzzed := &fixture{store: s}
	fuzzed.users, fuzzed.groups = randomTypes()
	tenant, err := s.CreateTenant(f.Context(), cinode.Tenant{Name: "F", Persona: cinode.PersonaRFC, Created: now}, store.AuditEntry{})
	require.NoError(f, err)
	fuzzed.tenant = tenant.ID
	fuzzed.settle(f)
	for _, seed := range fuzzSeeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		expr, err := filter.Parse(text)
		if err != nil {
			return
		}
		for _, rt := range []*schema.ResourceType{fuzzed.users, fuzzed.groups} {
			if _, err := (&filter.Binder{Type: rt}).Bind(expr); err == nil {
				fuzzed.agreeOnFilter(t, rt, fuzzed.everything(t, rt), text, 2)
			}
		}
	})
}

// settle makes users and groups that have a value, an empty one or none of each
// attribute.
func (f *fixture) settle(t require.TestingT) {
	values := func(text, number, moment string, flag bool) scim.Object {
		return scim.Object{
			"plain": text, "exact": text, "flag": flag, "amount": scim.Number(number), "level": scim.Number("10"), "moment": moment, "raw": "YQ==", "site": "http://x/" + text,
			"tags": []any{text, "b"}, "codes": []any{text}, "flags": []any{flag}, "amounts": []any{scim.Number(number), scim.Number("1")}, "levels": []any{scim.Number("-9")}, "moments": []any{moment},
		}
	}
	withComplex := func(o scim.Object, text, number string, primary any) scim.Object {
		email := scim.Object{"value": text, "type": "work"}
		if primary != nil {
			email["primary"] = primary
		}
		o["emails"] = []any{email, scim.Object{"type": "home"}}
		o["single"] = scim.Object{"value": text, "exact": text}
		o["things"] = []any{scim.Object{"amount": scim.Number(number), "flag": true}, scim.Object{"exact": text, "$ref": "x"}}
		return o
	}
	extended := withComplex(values("Åsa", "1.5", "2026-01-31T12:00:00Z", true), "a%", "-1", true)
	extended[urnExtra] = withComplex(values("straße", "1e300", "2026-01-31T12:00:00.5Z", false), "STRASSE", "2", nil)
	one := f.user(t, "a", extended)
	two := f.user(t, "B", withComplex(values(`a_"\'`, "9007199254740993", "2026-01-31T14:00:00.000000001+02:00", false), "", "0.10", false))
	f.user(t, "c")
	f.user(t, "%", scim.Object{"plain": "", "tags": []any{""}, "emails": []any{scim.Object{"value": ""}}, "externalId": "A"})
	inner := f.group(t, "Åsa", one.ID, two.ID)
	f.group(t, "b", inner.ID)
	f.create(t, f.groups, merge(scim.Object{"displayName": "_"}, []scim.Object{values("a", "-0", "2026-01-31T12:00:00Z", true)}))
}
