package adminhttp

import (
	"net/http"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// units serves Teams or Roles.
type units struct {
	h    *Handler
	kind cinode.Kind
	path string
}

type unitView struct {
	ID      int64     `json:"id,string"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
}

func viewUnit(u cinode.Unit) unitView { return unitView{ID: u.ID, Name: u.Name, Created: u.Created} }

func (u units) list(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	q := queryOf(r)
	slice := q.slice()
	if err := q.failed(); err != nil {
		return err
	}
	page, err := u.h.Admin.Units(r.Context(), t.ID, u.kind, slice)
	if err != nil {
		return err
	}
	return sendList(w, page, viewUnit)
}

func (u units) create(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	var in struct {
		Name string `json:"name"`
	}
	if err := readBody(w, r, &in); err != nil {
		return err
	}
	made, err := u.h.Admin.CreateUnit(r.Context(), u.h.by(r), t.ID, u.kind, in.Name)
	if err != nil {
		return err
	}
	return u.h.sendCreated(w, r, tenantPath(t.ID)+u.path+"/"+idText(made.ID), viewUnit(made))
}

func (u units) get(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	found, err := u.h.Admin.Unit(r.Context(), t.ID, u.kind, id)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, viewUnit(found))
}

func (u units) rename(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var in nameInput
	if err := readBody(w, r, &in); err != nil {
		return err
	}
	if in.Name == nil {
		return u.get(w, r, t)
	}
	renamed, err := u.h.Admin.RenameUnit(r.Context(), u.h.by(r), t.ID, u.kind, id, *in.Name)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, viewUnit(renamed))
}

func (u units) delete(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := u.h.Admin.DeleteUnit(r.Context(), u.h.by(r), t.ID, u.kind, id); err != nil {
		return err
	}
	return sendNothing(w)
}

func (u units) members(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	q := queryOf(r)
	slice := q.slice()
	if err := q.failed(); err != nil {
		return err
	}
	page, err := u.h.Admin.UnitMembers(r.Context(), t.ID, u.kind, id, slice)
	if err != nil {
		return err
	}
	return sendList(w, page, viewPerson)
}

type linkView struct {
	GroupID     int64       `json:"groupId,string"`
	DisplayName string      `json:"displayName"`
	ObjectID    string      `json:"objectId,omitzero"`
	Kind        cinode.Kind `json:"kind"`
	UnitID      int64       `json:"unitId,string"`
	UnitName    string      `json:"unitName"`
	Awaited     bool        `json:"awaited"`
	Created     time.Time   `json:"created"`
}

func viewLink(l cinode.Link) linkView { return linkView(l) }

func (h *Handler) listLinks(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	q := queryOf(r)
	slice := q.slice()
	if err := q.failed(); err != nil {
		return err
	}
	page, err := h.Admin.Links(r.Context(), t.ID, slice)
	if err != nil {
		return err
	}
	return sendList(w, page, viewLink)
}

func (h *Handler) createLink(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	var in struct {
		DisplayName string      `json:"displayName"`
		ObjectID    string      `json:"objectId"`
		Kind        cinode.Kind `json:"kind"`
		UnitID      givenID     `json:"unitId"`
	}
	unread, err := readInput(w, r, &in)
	if err != nil {
		return err
	}
	l, err := h.Admin.CreateLink(r.Context(), h.by(r), t.ID, admin.LinkInput{
		DisplayName: in.DisplayName, ObjectID: in.ObjectID, Kind: in.Kind, UnitID: int64(in.UnitID), Unread: unread,
	})
	if err != nil {
		return err
	}
	return h.sendCreated(w, r, tenantPath(t.ID)+"/links/"+idText(l.GroupID), viewLink(l))
}

func (h *Handler) getLink(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	l, err := h.Admin.Link(r.Context(), t.ID, id)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, viewLink(l))
}

func (h *Handler) deleteLink(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := h.Admin.DeleteLink(r.Context(), h.by(r), t.ID, id); err != nil {
		return err
	}
	return sendNothing(w)
}
