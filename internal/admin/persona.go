package admin

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Behaviour is how a tenant behaves, and why.
type Behaviour struct {
	Tenant   cinode.Tenant
	Switches []SwitchState
}

// SwitchState is a switch as a tenant has it.
type SwitchState struct {
	cinode.Switch
	On bool
	// From says what decides: "persona" for the default of the tenant's persona,
	// "strict" for the tenant's strictness, "tenant" for a switch of its own.
	From string
}

// Behaviour explains the persona of a tenant switch by switch.
func (s *Service) Behaviour(t cinode.Tenant) (Behaviour, error) {
	persona, err := t.Behaviour(s.Registry)
	if err != nil {
		return Behaviour{}, err
	}
	plain, err := cinode.LookupPersona(t.Persona, s.Registry)
	if err != nil {
		return Behaviour{}, err
	}
	b := Behaviour{Tenant: t}
	for _, w := range cinode.Switches {
		state := SwitchState{Switch: w, On: w.On(persona), From: "persona"}
		if _, own := t.Switches[w.Name]; own {
			state.From = "tenant"
		} else if state.On != w.On(plain) {
			state.From = "strict"
		}
		b.Switches = append(b.Switches, state)
	}
	return b, nil
}

// PersonaInput is all that decides how a tenant behaves. Switches are those that
// the tenant has otherwise than its persona.
type PersonaInput struct {
	Name               string
	Strict             bool
	SkipUnknownMembers bool
	Switches           map[string]bool
	Unread             Unread
}

// SetPersona changes how a tenant behaves, from the next request on.
func (s *Service) SetPersona(ctx context.Context, by store.By, id int64, in PersonaInput) (Behaviour, error) {
	c := check{in.Unread}
	if _, err := cinode.LookupPersona(in.Name, s.Registry); err != nil {
		c.refuse("/name", "%s", err)
	}
	for _, name := range slices.Sorted(maps.Keys(in.Switches)) {
		if !slices.ContainsFunc(cinode.Switches, func(w cinode.Switch) bool { return w.Name == name }) {
			c.refuse("/switches/"+escape(name), "there is no switch %q", name)
		}
	}
	if err := c.err(); err != nil {
		return Behaviour{}, err
	}
	e := s.entry(by, id, "persona.update", "persona", describe(in))
	t, err := s.change(ctx, id, e, func(t *cinode.Tenant) {
		t.Persona, t.Strict, t.SkipUnknownMembers, t.Switches = in.Name, in.Strict, in.SkipUnknownMembers, maps.Clone(in.Switches)
	})
	if err != nil {
		return Behaviour{}, err
	}
	return s.Behaviour(t)
}

// escape writes a name as a part of a JSON pointer (RFC 6901 section 3).
func escape(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

func describe(in PersonaInput) string {
	b := fmt.Sprintf("name %s, strict %t, skipUnknownMembers %t", in.Name, in.Strict, in.SkipUnknownMembers)
	for _, name := range slices.Sorted(maps.Keys(in.Switches)) {
		b += fmt.Sprintf(", %s %t", name, in.Switches[name])
	}
	return b
}

// Mappings are the attribute mappings there are.
func Mappings() []cinode.Mapping {
	return []cinode.Mapping{cinode.MappingEmployeeNumber, cinode.MappingEmploymentStartDate}
}

// SetMappings switches attribute mappings on and off; those left out are off.
func (s *Service) SetMappings(ctx context.Context, by store.By, id int64, on map[cinode.Mapping]bool) (cinode.Tenant, error) {
	var c check
	for _, m := range slices.Sorted(maps.Keys(on)) {
		if !slices.Contains(Mappings(), m) {
			c.refuse("/"+escape(string(m)), "there is no attribute mapping %q", m)
		}
	}
	if err := c.err(); err != nil {
		return cinode.Tenant{}, err
	}
	var list []cinode.Mapping
	var words []string
	for _, m := range Mappings() {
		if on[m] {
			list, words = append(list, m), append(words, string(m))
		}
	}
	e := s.entry(by, id, "mappings.update", "attribute-mappings", "on: "+strings.Join(words, ", "))
	return s.change(ctx, id, e, func(t *cinode.Tenant) { t.Mappings = list })
}
