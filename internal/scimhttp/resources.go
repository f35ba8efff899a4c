package scimhttp

import (
	"net/http"

	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// resources serves one resource type.
type resources struct {
	h    *Handler
	name string
}

// call prepares a use case: the scope is checked, the projection read. shown
// says whether the answer has a body unless the projection asks for one.
func (t resources) call(r *http.Request, x *exchange, shown bool) (*provisioning.Call, schema.Projection, error) {
	if err := x.need(t.name, r.Method); err != nil {
		return nil, schema.Projection{}, err
	}
	c := &provisioning.Call{
		Tenant: x.Tenant, Persona: x.Persona, Type: x.Persona.Registry.Type(t.name), Deviations: x.deviations,
	}
	q, err := query(r)
	if err != nil {
		return nil, schema.Projection{}, err
	}
	projection, err := c.Type.ParseProjection(q["attributes"], q["excludedAttributes"])
	if err != nil {
		return nil, projection, err
	}
	links := provisioning.LinksAttribute(c.Type)
	c.Links = c.Type.Attribute(links) != nil && projection.Wants(links) && (shown || !projection.IsDefault())
	return c, projection, nil
}

func (t resources) create(w http.ResponseWriter, r *http.Request, x *exchange) error {
	c, projection, err := t.call(r, x, true)
	if err != nil {
		return err
	}
	body, err := readObject(w, r)
	if err != nil {
		return err
	}
	created, err := t.h.Service.Create(r.Context(), c, body)
	if err != nil {
		return err
	}
	w.Header().Set("Location", location(x.base, c.Type, created.ID))
	sendResource(w, x, http.StatusCreated, view{c.Type, projection, x.base, c.Links}, created)
	return nil
}

func (t resources) get(w http.ResponseWriter, r *http.Request, x *exchange) error {
	c, projection, err := t.call(r, x, true)
	if err != nil {
		return err
	}
	id, err := provisioning.ParseID(pathID(r))
	if err != nil {
		return err
	}
	found, err := t.h.Service.Get(r.Context(), c, id)
	if err != nil {
		return err
	}
	// The groups of a user change without its version.
	if groups := c.Links && t.name == "User"; !groups && noneMatch(r, found.Meta.Version) {
		w.Header().Set("ETag", etag(found.Meta.Version))
		sendEmpty(w, x, http.StatusNotModified)
		return nil
	}
	sendResource(w, x, http.StatusOK, view{c.Type, projection, x.base, c.Links}, found)
	return nil
}

func (t resources) replace(w http.ResponseWriter, r *http.Request, x *exchange) error {
	c, projection, err := t.call(r, x, true)
	if err != nil {
		return err
	}
	id, err := provisioning.ParseID(pathID(r))
	if err != nil {
		return err
	}
	body, err := readObject(w, r)
	if err != nil {
		return t.h.Service.Refuse(r.Context(), c, id, err)
	}
	replaced, err := t.h.Service.Replace(r.Context(), c, id, body, ifMatch(r))
	if err != nil {
		return err
	}
	sendResource(w, x, http.StatusOK, view{c.Type, projection, x.base, c.Links}, replaced)
	return nil
}

func (t resources) patch(w http.ResponseWriter, r *http.Request, x *exchange) error {
	shown := x.Persona.PatchUserBody
	if t.name == "Group" {
		shown = x.Persona.PatchGroupBody
	}
	c, projection, err := t.call(r, x, shown)
	if err != nil {
		return err
	}
	id, err := provisioning.ParseID(pathID(r))
	if err != nil {
		return err
	}
	operations, err := readPatch(w, r, x)
	if err != nil {
		return t.h.Service.Refuse(r.Context(), c, id, err)
	}
	patched, err := t.h.Service.Patch(r.Context(), c, id, operations, ifMatch(r))
	if err != nil {
		return err
	}
	if shown || !projection.IsDefault() {
		sendResource(w, x, http.StatusOK, view{c.Type, projection, x.base, c.Links}, patched)
		return nil
	}
	resourceHeaders(w, x.base, c.Type, patched)
	sendEmpty(w, x, http.StatusNoContent)
	return nil
}

func (t resources) delete(w http.ResponseWriter, r *http.Request, x *exchange) error {
	c, _, err := t.call(r, x, false)
	if err != nil {
		return err
	}
	id, err := provisioning.ParseID(pathID(r))
	if err != nil {
		return err
	}
	if err := t.h.Service.Delete(r.Context(), c, id, ifMatch(r)); err != nil {
		return err
	}
	sendEmpty(w, x, http.StatusNoContent)
	return nil
}

func (t resources) list(w http.ResponseWriter, r *http.Request, x *exchange) error {
	c, projection, err := t.call(r, x, true)
	if err != nil {
		return err
	}
	q, err := listQuery(r, x)
	if err != nil {
		return err
	}
	page, err := t.h.Service.List(r.Context(), c, q)
	if err != nil {
		return err
	}
	sendList(w, x, view{c.Type, projection, x.base, c.Links}, page, q.Start)
	return nil
}

func resourceHeaders(w http.ResponseWriter, base string, t *schema.ResourceType, res store.Resource) {
	w.Header().Set("Content-Location", location(base, t, res.ID))
	w.Header().Set("ETag", etag(res.Meta.Version))
}
