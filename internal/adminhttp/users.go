package adminhttp

import (
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// personView is a user in a list.
type personView struct {
	ID          int64         `json:"id,string"`
	UserName    string        `json:"userName"`
	DisplayName string        `json:"displayName"`
	Status      cinode.Status `json:"status"`
	Modified    time.Time     `json:"modified"`
}

func viewPerson(p store.Person) personView { return personView(p) }

// userView is a user alone: with what the SCIM endpoint shows of it.
type userView struct {
	personView `json:",inline"`
	SCIM       jsontext.Value `json:"scim"`
}

func (h *Handler) sendUser(w http.ResponseWriter, r *http.Request, t cinode.Tenant, u admin.User) error {
	document, err := h.Documents(r, t)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, userView{viewPerson(u.Person), document(u.Resource)})
}

func (h *Handler) listUsers(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	q := queryOf(r)
	slice, status := q.slice(), q.choice("status", string(cinode.StatusActive), string(cinode.StatusDisconnected))
	if err := q.failed(); err != nil {
		return err
	}
	page, err := h.Admin.Users(r.Context(), t.ID, slice, cinode.Status(status))
	if err != nil {
		return err
	}
	return sendList(w, page, viewPerson)
}

func (h *Handler) getUser(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	u, err := h.Admin.User(r.Context(), t.ID, id)
	if err != nil {
		return err
	}
	return h.sendUser(w, r, t, u)
}

func (h *Handler) setActive(active bool) tenantFunc {
	return func(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
		id, err := pathID(r)
		if err != nil {
			return err
		}
		u, err := h.Admin.SetActive(r.Context(), h.by(r), t, id, active)
		if err != nil {
			return err
		}
		return h.sendUser(w, r, t, u)
	}
}

func (h *Handler) releaseEmail(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var in struct {
		UserName *string `json:"userName"`
	}
	unread, _, err := readOptionalBody(w, r, &in)
	if err != nil {
		return err
	}
	if len(unread) > 0 {
		return &admin.InvalidError{Violations: unread}
	}
	u, err := h.Admin.ReleaseEmail(r.Context(), h.by(r), t, id, in.UserName)
	if err != nil {
		return err
	}
	return h.sendUser(w, r, t, u)
}

func (h *Handler) deleteUser(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := h.Admin.DeleteUser(r.Context(), h.by(r), t.ID, id); err != nil {
		return err
	}
	return sendNothing(w)
}

// groupView is a group in a list.
type groupView struct {
	ID          int64     `json:"id,string"`
	DisplayName string    `json:"displayName"`
	ExternalID  string    `json:"externalId,omitzero"`
	Modified    time.Time `json:"modified"`
}

func viewGroup(g admin.Group) groupView {
	return groupView{ID: g.Resource.ID, DisplayName: g.DisplayName, ExternalID: g.ExternalID, Modified: g.Resource.Meta.LastModified}
}

// wholeGroup is a group alone: with its link, and what the SCIM endpoint shows.
type wholeGroup struct {
	groupView `json:",inline"`
	Link      *linkView      `json:"link,omitzero"`
	SCIM      jsontext.Value `json:"scim"`
}

func (h *Handler) listGroups(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	q := queryOf(r)
	slice := q.slice()
	if err := q.failed(); err != nil {
		return err
	}
	page, err := h.Admin.Groups(r.Context(), t, slice, false)
	if err != nil {
		return err
	}
	return sendList(w, page, viewGroup)
}

func (h *Handler) getGroup(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	g, err := h.Admin.Group(r.Context(), t.ID, id)
	if err != nil {
		return err
	}
	document, err := h.Documents(r, t)
	if err != nil {
		return err
	}
	v := wholeGroup{groupView: viewGroup(g), SCIM: document(g.Resource)}
	if g.Link != nil {
		link := viewLink(*g.Link)
		v.Link = &link
	}
	return send(w, http.StatusOK, v)
}
