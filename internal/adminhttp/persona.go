package adminhttp

import (
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// personaView is how a tenant behaves. What PUT takes comes first; effective
// shows every switch, what it does and why it has its value.
type personaView struct {
	Name               string          `json:"name"`
	Strict             bool            `json:"strict"`
	SkipUnknownMembers bool            `json:"skipUnknownMembers"`
	Switches           map[string]bool `json:"switches"`
	Effective          []switchView    `json:"effective"`
}

type switchView struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Source      string          `json:"source"` // of the rule, in documents
	Value       bool            `json:"value"`
	From        string          `json:"from"` // what decides: persona, strict or tenant
	Defaults    map[string]bool `json:"defaults"`
}

func viewPersona(b admin.Behaviour) personaView {
	t := b.Tenant
	v := personaView{Name: t.Persona, Strict: t.Strict, SkipUnknownMembers: t.SkipUnknownMembers, Switches: t.Switches}
	if v.Switches == nil {
		v.Switches = map[string]bool{}
	}
	for _, s := range b.Switches {
		v.Effective = append(v.Effective, switchView{
			Name: s.Name, Description: s.Sentence, Source: s.Source, Value: s.On, From: s.From,
			Defaults: map[string]bool{cinode.PersonaCinode: s.Cinode, cinode.PersonaRFC: s.RFC},
		})
	}
	return v
}

func (h *Handler) getPersona(w http.ResponseWriter, _ *http.Request, t cinode.Tenant) error {
	b, err := h.Admin.Behaviour(t)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, viewPersona(b))
}

func (h *Handler) putPersona(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	var in struct {
		Name               string          `json:"name"`
		Strict             bool            `json:"strict"`
		SkipUnknownMembers bool            `json:"skipUnknownMembers"`
		Switches           map[string]bool `json:"switches"`
		Effective          jsontext.Value  `json:"effective"` // taken, so that what GET gives can be sent back, and ignored
	}
	unread, err := readInput(w, r, &in)
	if err != nil {
		return err
	}
	b, err := h.Admin.SetPersona(r.Context(), h.by(r), t.ID, admin.PersonaInput{
		Name: in.Name, Strict: in.Strict, SkipUnknownMembers: in.SkipUnknownMembers, Switches: in.Switches, Unread: unread,
	})
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, viewPersona(b))
}

// viewMappings has every mapping there is, true where it is on.
func viewMappings(t cinode.Tenant) map[cinode.Mapping]bool {
	v := map[cinode.Mapping]bool{}
	for _, m := range admin.Mappings() {
		v[m] = slices.Contains(t.Mappings, m)
	}
	return v
}

func (h *Handler) getMappings(w http.ResponseWriter, _ *http.Request, t cinode.Tenant) error {
	return send(w, http.StatusOK, viewMappings(t))
}

func (h *Handler) putMappings(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	var in map[cinode.Mapping]bool
	if err := readBody(w, r, &in); err != nil {
		return err
	}
	t, err := h.Admin.SetMappings(r.Context(), h.by(r), t.ID, in)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, viewMappings(t))
}
