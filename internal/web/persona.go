package web

import (
	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// switchView is a switch of the persona in the form.
type switchView struct {
	admin.SwitchState
	Field    string
	Setting  string // "", "on" or "off"
	Defaults []personaDefault
}

// personaDefault is what a persona has a switch at.
type personaDefault struct {
	Persona string
	On      bool
}

// Why says what decides about the switch.
func (s switchView) Why() string {
	switch s.From {
	case "tenant":
		return "set here"
	case "strict":
		return "by strict"
	default:
		return ""
	}
}

type personaPage struct {
	frame
	Parts    []tab
	Form     form
	Personas []choice
	Switches []switchView
	Own      int // switches that are set here
}

const switchPrefix = "switch-"

func (v *visit) showPersona() error {
	b, err := v.Admin.Behaviour(v.Tenant)
	if err != nil {
		return err
	}
	f := newForm("persona", v.Tenant.Persona)
	if v.Tenant.Strict {
		f.Values.Set("strict", "on")
	}
	if v.Tenant.SkipUnknownMembers {
		f.Values.Set("skip", "on")
	}
	page := personaPage{
		frame: v.frame("User provisioning").showing(v.parts("provisioning/persona")), Parts: v.parts("provisioning/persona"), Form: f, Own: len(v.Tenant.Switches),
		Personas: []choice{
			{cinode.PersonaCinode, "cinode", "As Cinode behaves: what it documents, and nothing it does not have."},
			{cinode.PersonaRFC, "rfc", "The whole of RFC 7643 and RFC 7644."},
		},
	}
	for _, s := range b.Switches {
		view := switchView{SwitchState: s, Field: switchPrefix + s.Name, Defaults: []personaDefault{{cinode.PersonaCinode, s.Cinode}, {cinode.PersonaRFC, s.RFC}}}
		if on, own := v.Tenant.Switches[s.Name]; own {
			view.Setting = onOff(on)
		}
		page.Switches = append(page.Switches, view)
	}
	return v.show("persona", page)
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func (v *visit) setPersona() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	in := admin.PersonaInput{Name: f.Value("persona"), Strict: f.Value("strict") == "on", SkipUnknownMembers: f.Value("skip") == "on", Switches: map[string]bool{}}
	for _, s := range cinode.Switches {
		if setting := f.Value(switchPrefix + s.Name); setting == "on" || setting == "off" {
			in.Switches[s.Name] = setting == "on"
		}
	}
	if f.Value("reset") != "" {
		in.Switches = map[string]bool{}
	}
	if _, err := v.Admin.SetPersona(v.r.Context(), v.by(), v.Tenant.ID, in); err != nil {
		return err
	}
	return v.done(v.url("provisioning/persona"), "Saved. It applies from the next request on.")
}
