package adminhttp

import (
	"net/http"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func (h *Handler) reset(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	if err := h.Admin.Reset(r.Context(), h.by(r), t.ID); err != nil {
		return err
	}
	return sendNothing(w)
}

type snapshotView struct {
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Users   int64     `json:"users"`
	Groups  int64     `json:"groups"`
}

func viewSnapshot(s store.Snapshot) snapshotView { return snapshotView(s) }

func (h *Handler) listSnapshots(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	list, err := h.Admin.Store.Snapshots(r.Context(), t.ID)
	if err != nil {
		return err
	}
	return sendList(w, admin.Page[store.Snapshot]{Items: list}, viewSnapshot)
}

func (h *Handler) createSnapshot(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	var in struct {
		Name string `json:"name"`
	}
	if err := readDocument(w, r, &in); err != nil {
		return err
	}
	s, err := h.Admin.SaveSnapshot(r.Context(), h.by(r), t.ID, in.Name)
	if err != nil {
		return err
	}
	return send(w, http.StatusCreated, viewSnapshot(s))
}

func (h *Handler) restoreSnapshot(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	if _, err := h.Admin.LoadSnapshot(r.Context(), h.by(r), t.ID, pathValue(r, "name")); err != nil {
		return err
	}
	return sendNothing(w)
}

func (h *Handler) deleteSnapshot(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	if err := h.Admin.DeleteSnapshot(r.Context(), h.by(r), t.ID, pathValue(r, "name")); err != nil {
		return err
	}
	return sendNothing(w)
}

// clockView is what a tenant's clock shows.
type clockView struct {
	Now    time.Time `json:"now"`
	Frozen bool      `json:"frozen"`
	Offset string    `json:"offset"` // from the machine's clock
}

func viewClock(t admin.Time) clockView {
	return clockView{Now: t.Now, Frozen: t.Frozen, Offset: t.Offset.String()}
}

func (h *Handler) getClock(w http.ResponseWriter, _ *http.Request, t cinode.Tenant) error {
	return send(w, http.StatusOK, viewClock(h.Admin.TimeOf(t)))
}

func (h *Handler) setClock(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	var in struct {
		Reset   bool       `json:"reset"`
		Set     *time.Time `json:"set"`
		Advance *string    `json:"advance"`
		Frozen  *bool      `json:"frozen"`
	}
	if err := readDocument(w, r, &in); err != nil {
		return err
	}
	change := admin.ClockChange{Reset: in.Reset, Set: in.Set, Freeze: in.Frozen}
	if in.Advance != nil {
		var err error
		if change.Advance, err = time.ParseDuration(*in.Advance); err != nil {
			return invalid(violation{Detail: "advance must be a duration with a unit, such as 90s or -1h", Pointer: "#/advance"})
		}
	}
	changed, err := h.Admin.SetClock(r.Context(), h.by(r), t.ID, change)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, viewClock(h.Admin.TimeOf(changed)))
}
