package scimhttp

import (
	"net/http"
	"strconv"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Documents gives a function that writes resources with their links as a client
// of their tenant would get them, for answers that are not SCIM's.
func (h *Handler) Documents(r *http.Request, t cinode.Tenant) (func(store.Resource) []byte, error) {
	persona, err := t.Behaviour(h.Registry)
	if err != nil {
		return nil, err
	}
	base := h.Origin(r) + "/scim/tenants/" + strconv.FormatInt(t.ID, 10) + "/v2"
	views := map[string]view{}
	for _, typ := range []*schema.ResourceType{persona.Registry.Users, persona.Registry.Groups} {
		projection, err := typ.ParseProjection(nil, nil)
		if err != nil {
			return nil, err
		}
		views[typ.Name] = view{typ: typ, projection: projection, base: base, links: typ.Attribute(provisioning.LinksAttribute(typ)) != nil}
	}
	return func(res store.Resource) []byte { return views[res.Type].append(nil, res) }, nil
}
