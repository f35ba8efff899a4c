package adminhttp

import (
	"net/http"
	"strconv"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// list is a page of a list. Next is the value of the parameter after for the
// page that follows; the last page has none.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitzero"`
}

// sendList answers with a page, each item as its view.
func sendList[T, V any](w http.ResponseWriter, page admin.Page[T], view func(T) V) error {
	out := list[V]{Items: make([]V, len(page.Items)), Next: page.Next}
	for i, item := range page.Items {
		out.Items[i] = view(item)
	}
	return send(w, http.StatusOK, out)
}

// tenantView is a tenant on the wire.
type tenantView struct {
	ID      int64     `json:"id"`
	Name    string    `json:"name"`
	Persona string    `json:"persona"`
	Created time.Time `json:"created"`
}

func viewTenant(t cinode.Tenant) tenantView {
	return tenantView{ID: t.ID, Name: t.Name, Persona: t.Persona, Created: t.Created}
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }

func tenantPath(id int64) string { return "/tenants/" + idText(id) }

func (h *Handler) listTenants(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	slice := q.slice()
	if err := q.failed(); err != nil {
		return err
	}
	page, err := h.Admin.Tenants(r.Context(), slice)
	if err != nil {
		return err
	}
	return sendList(w, page, viewTenant)
}

func (h *Handler) createTenant(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		ID                 *int64  `json:"id"`
		Name               string  `json:"name"`
		Persona            *string `json:"persona"`
		Strict             bool    `json:"strict"`
		SkipUnknownMembers bool    `json:"skipUnknownMembers"`
	}
	unread, err := readInput(w, r, &in)
	if err != nil {
		return err
	}
	input := admin.TenantInput{
		Name: in.Name, Persona: h.DefaultPersona, Strict: in.Strict, SkipUnknownMembers: in.SkipUnknownMembers, Unread: unread,
	}
	if in.Persona != nil {
		input.Persona = *in.Persona
	}
	if in.ID != nil {
		if input.ID = *in.ID; input.ID == 0 {
			input.ID = -1 // refused, with all else that is wrong
		}
	}
	t, err := h.Admin.CreateTenant(r.Context(), h.by(r), input)
	if err != nil {
		return err
	}
	return h.sendCreated(w, r, tenantPath(t.ID), viewTenant(t))
}

func (h *Handler) getTenant(w http.ResponseWriter, _ *http.Request, t cinode.Tenant) error {
	return send(w, http.StatusOK, viewTenant(t))
}

func (h *Handler) renameTenant(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	var in nameInput
	if err := readBody(w, r, &in); err != nil {
		return err
	}
	if in.Name != nil {
		var err error
		if t, err = h.Admin.RenameTenant(r.Context(), h.by(r), t.ID, *in.Name); err != nil {
			return err
		}
	}
	return send(w, http.StatusOK, viewTenant(t))
}

// nameInput is a merge patch (RFC 7396) of what has nothing but a name to
// change: without one it changes nothing.
type nameInput struct {
	Name *string `json:"name"`
}

func (h *Handler) deleteTenant(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	if err := h.Admin.DeleteTenant(r.Context(), h.by(r), t.ID); err != nil {
		return err
	}
	return sendNothing(w)
}

// auditView is a line of the audit log on the wire.
type auditView struct {
	ID      int64     `json:"id,string"`
	Tenant  int64     `json:"tenant"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Address string    `json:"address,omitzero"`
	Request string    `json:"request,omitzero"`
	Action  string    `json:"action"`
	Target  string    `json:"target,omitzero"`
	Detail  string    `json:"detail,omitzero"`
}

func (h *Handler) listAudit(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	return h.sendAudit(w, r, q, q.number("tenant", 0, 1, maxID))
}

func (h *Handler) listTenantAudit(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	return h.sendAudit(w, r, queryOf(r), t.ID)
}

func (h *Handler) sendAudit(w http.ResponseWriter, r *http.Request, q *query, tenant int64) error {
	p := store.AuditParams{
		Tenant: tenant, Before: q.number("after", 0, 1, maxID), Limit: q.limit(), Action: q.text("action"), Actor: q.text("actor"),
	}
	if err := q.failed(); err != nil {
		return err
	}
	page, err := h.Admin.AuditLog(r.Context(), p)
	if err != nil {
		return err
	}
	return sendList(w, page, func(e store.AuditEntry) auditView {
		return auditView{
			ID: e.ID, Tenant: e.Tenant, At: e.At, Actor: e.Actor, Address: e.Address, Request: e.Request,
			Action: e.Action, Target: e.Target, Detail: e.Detail,
		}
	})
}
