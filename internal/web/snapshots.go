package web

import (
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func (p *pages) snapshotRoutes(r chi.Router) {
	r.Post("/snapshots", p.control((*visit).saveSnapshot))
	r.Get("/snapshots/load", p.control((*visit).askToLoad))
	r.Post("/snapshots/load", p.control((*visit).loadSnapshot))
	r.Get("/snapshots/delete", p.control((*visit).askToDeleteSnapshot))
	r.Post("/snapshots/delete", p.control((*visit).deleteSnapshot))
	r.Get("/reset", p.control((*visit).askToReset))
	r.Post("/reset", p.control((*visit).reset))
}

// Snapshots are those of the tenant, with the form for one more.
type Snapshots struct {
	Form     form
	Save     string
	List     []snapshotView
	ResetURL string
	Seed     *store.Snapshot // what a reset goes back to; nil where it empties the tenant
}

type snapshotView struct {
	store.Snapshot
	Load, Delete string // Delete is empty for the seed's
}

func (v *visit) snapshots(f form) (Snapshots, error) {
	list, err := v.Admin.Store.Snapshots(v.r.Context(), v.Tenant.ID)
	if err != nil {
		return Snapshots{}, err
	}
	all := Snapshots{Form: f, Save: v.url("faults/snapshots"), ResetURL: v.url("faults/reset")}
	for _, s := range list {
		view := snapshotView{Snapshot: s, Load: v.url("faults/snapshots/load", "name", s.Name)}
		if s.Name == admin.SeedSnapshot {
			all.Seed = &s
		} else {
			view.Delete = v.url("faults/snapshots/delete", "name", s.Name)
		}
		all.List = append(all.List, view)
	}
	return all, nil
}

func (v *visit) saveSnapshot() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	s, err := v.Admin.SaveSnapshot(v.r.Context(), v.by(), v.Tenant.ID, f.Value("name"))
	if err != nil {
		if f.refused(err, "name") {
			return v.showFaultsWith(http.StatusUnprocessableEntity, f)
		}
		return err
	}
	return v.done(v.url("faults"), "Saved "+s.Name+" with "+content(s)+".")
}

// content is what a snapshot holds, in words.
func content(s store.Snapshot) string {
	return counting(s.Users, "user") + " and " + counting(s.Groups, "group")
}

func counting(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// snapshot finds the snapshot of a name.
func (v *visit) snapshot(name string) (store.Snapshot, error) {
	list, err := v.Admin.Store.Snapshots(v.r.Context(), v.Tenant.ID)
	if err != nil {
		return store.Snapshot{}, err
	}
	for _, s := range list {
		if s.Name == name {
			return s, nil
		}
	}
	return store.Snapshot{}, &admin.MissingError{Detail: fmt.Sprintf("this tenant has no snapshot %q", name)}
}

func (v *visit) askToLoad() error {
	s, err := v.snapshot(v.query("name"))
	if err != nil {
		return err
	}
	return v.confirm("Load a snapshot", confirmPage{
		Question: "Go back to " + s.Name + "?",
		Text: "The tenant becomes what it was " + ago(v.Clock.Now(), s.Created) + ": " + content(s) +
			", with the links, tokens, persona and clock of then. What came later is lost. Journal and faults stay.",
		Action: v.url("faults/snapshots/load"), Fields: []pair{{"name", s.Name}}, Button: "Go back", Back: v.url("faults"),
	})
}

func (v *visit) loadSnapshot() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	name := f.Values.Get("name")
	if _, err := v.Admin.LoadSnapshot(v.r.Context(), v.by(), v.Tenant.ID, name); err != nil {
		return err
	}
	return v.done(v.url("faults"), "The tenant is what it was in "+name+".")
}

func (v *visit) askToDeleteSnapshot() error {
	s, err := v.snapshot(v.query("name"))
	if err != nil {
		return err
	}
	return v.confirm("Delete a snapshot", confirmPage{
		Question: "Delete the snapshot " + s.Name + "?", Text: "The tenant stays as it is. The snapshot cannot be had back.",
		Action: v.url("faults/snapshots/delete"), Fields: []pair{{"name", s.Name}}, Button: "Delete", Back: v.url("faults"),
	})
}

func (v *visit) deleteSnapshot() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	name := f.Values.Get("name")
	if err := v.Admin.DeleteSnapshot(v.r.Context(), v.by(), v.Tenant.ID, name); err != nil {
		return err
	}
	return v.done(v.url("faults"), "Deleted the snapshot "+name+".")
}

func (v *visit) askToReset() error {
	all, err := v.snapshots(form{})
	if err != nil {
		return err
	}
	text := "The tenant becomes empty: all users, groups, Teams, Roles and links are lost; persona and tokens stay."
	if all.Seed != nil {
		text = "The tenant becomes what it was when it was seeded: " + content(*all.Seed) +
			". Every user, group, Team, Role, link and token made or changed since is lost; fixed tokens of the command line stay."
	}
	return v.confirm("Reset to the seed", confirmPage{
		Question: "Reset this tenant?", Text: text + " Its journal is forgotten, its faults end and its clock is right again. Snapshots and the audit log stay. This cannot be undone.",
		Action: v.url("faults/reset"), Button: "Reset", Back: v.url("faults"),
	})
}

func (v *visit) reset() error {
	if err := v.Admin.Reset(v.r.Context(), v.by(), v.Tenant.ID); err != nil {
		return err
	}
	return v.done(v.url("faults"), "The tenant is what it was when it was seeded.")
}
