package scimhttp

import (
	"net/http"
	"net/url"

	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// resources serves one resource type.
type resources struct {
	h    *Handler
	name string
}

// request is a request for the type: what the use case needs, and how the
// answer is shown. id is 0 where the path has none.
type request struct {
	call  *provisioning.Call
	view  view
	id    int64
	match provisioning.Preconditions
}

// prepare checks the scope and reads projection, id and preconditions. shown
// says whether the answer has a body unless the projection asks for one.
func (t resources) prepare(r *http.Request, x *exchange, shown bool) (*request, error) {
	if err := x.need(t.name, r.Method); err != nil {
		return nil, err
	}
	q, err := query(r)
	if err != nil {
		return nil, err
	}
	out, err := t.request(x, q, shown)
	if err != nil {
		return nil, err
	}
	out.match = ifMatch(r.Header.Values("If-Match"))
	if id := pathID(r); id != "" {
		out.id, err = provisioning.ParseID(id)
	}
	return out, err
}

// request reads the projection out of the parameters.
func (t resources) request(x *exchange, q url.Values, shown bool) (*request, error) {
	typ := x.Persona.Registry.Type(t.name)
	projection, err := typ.ParseProjection(q["attributes"], q["excludedAttributes"])
	if err != nil {
		return nil, err
	}
	name := provisioning.LinksAttribute(typ)
	links := typ.Attribute(name) != nil && projection.Wants(name) && (shown || !projection.IsDefault())
	call := x.call(typ)
	call.Links = links
	return &request{call: call, view: view{typ: typ, projection: projection, base: x.base, links: links}}, nil
}

func (t resources) create(w http.ResponseWriter, r *http.Request, x *exchange) error {
	q, err := t.prepare(r, x, true)
	if err != nil {
		return err
	}
	body, err := readObject(w, r)
	if err != nil {
		return err
	}
	created, err := t.h.Service.Create(r.Context(), q.call, body)
	if err != nil {
		return err
	}
	w.Header().Set("Location", q.view.location(created.ID))
	q.view.written(body)
	sendResource(w, x, http.StatusCreated, q.view, created)
	return nil
}

func (t resources) get(w http.ResponseWriter, r *http.Request, x *exchange) error {
	q, err := t.prepare(r, x, true)
	if err != nil {
		return err
	}
	found, err := t.h.Service.Get(r.Context(), q.call, q.id)
	if err != nil {
		return err
	}
	// The groups of a user change without its version.
	if groups := q.view.links && t.name == "User"; !groups && noneMatch(r, found.Meta.Version) {
		w.Header().Set("ETag", etag(found.Meta.Version))
		sendEmpty(w, x, http.StatusNotModified)
		return nil
	}
	sendResource(w, x, http.StatusOK, q.view, found)
	return nil
}

func (t resources) replace(w http.ResponseWriter, r *http.Request, x *exchange) error {
	if t.name == "Group" && !x.Persona.PutGroups { // whatever is sent, and to whichever
		return provisioning.ErrNoPutOfGroups
	}
	q, err := t.prepare(r, x, true)
	if err != nil {
		return err
	}
	body, err := readObject(w, r)
	if err != nil {
		return t.h.Service.Refuse(r.Context(), q.call, q.id, err)
	}
	replaced, err := t.h.Service.Replace(r.Context(), q.call, q.id, body, q.match)
	if err != nil {
		return err
	}
	q.view.written(body)
	sendResource(w, x, http.StatusOK, q.view, replaced)
	return nil
}

func (t resources) patch(w http.ResponseWriter, r *http.Request, x *exchange) error {
	shown := answersPatch(x, t.name)
	q, err := t.prepare(r, x, shown)
	if err != nil {
		return err
	}
	body, err := readObject(w, r)
	if err != nil {
		return t.h.Service.Refuse(r.Context(), q.call, q.id, err)
	}
	patched, err := t.h.Service.Patch(r.Context(), q.call, q.id, body, q.match)
	if err != nil {
		return err
	}
	if shown || !q.view.projection.IsDefault() {
		q.view.written(body)
		sendResource(w, x, http.StatusOK, q.view, patched)
		return nil
	}
	resourceHeaders(w, q.view, patched)
	sendEmpty(w, x, http.StatusNoContent)
	return nil
}

// answersPatch says whether a PATCH is answered with the resource.
func answersPatch(x *exchange, resourceType string) bool {
	if resourceType == "Group" {
		return x.Persona.PatchGroupBody
	}
	return x.Persona.PatchUserBody
}

func (t resources) delete(w http.ResponseWriter, r *http.Request, x *exchange) error {
	q, err := t.prepare(r, x, false)
	if err != nil {
		return err
	}
	if err := t.h.Service.Delete(r.Context(), q.call, q.id, q.match); err != nil {
		return err
	}
	sendEmpty(w, x, http.StatusNoContent)
	return nil
}

func (t resources) list(w http.ResponseWriter, r *http.Request, x *exchange) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	return t.h.list(w, r, x, q, t.name)
}

func resourceHeaders(w http.ResponseWriter, v view, res store.Resource) {
	w.Header().Set("Content-Location", v.location(res.ID))
	w.Header().Set("ETag", etag(res.Meta.Version))
}

// location is the address of a resource of the view's type.
func (v view) location(id int64) string { return location(v.base, v.typ, id) }
