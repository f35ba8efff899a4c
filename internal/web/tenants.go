package web

import (
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
)

func (p *pages) tenantsRoutes(r chi.Router) {
	r.Get("/tenants", p.signedIn((*visit).listTenants))
	r.Get("/tenants/new", p.signedIn((*visit).newTenant))
	r.Post("/tenants/new", p.signedIn((*visit).createTenant))
	r.Get("/tenants/{tenant}/delete", p.tenant((*visit).askToDeleteTenant))
	r.Post("/tenants/{tenant}/delete", p.tenant((*visit).deleteTenant))
}

type tenantRow struct {
	cinode.Tenant
	URL, Delete string
}

type tenantsPage struct {
	frame
	Tenants     []tenantRow
	Query       string
	First, Next string
}

// tenantsShown is the length of a page of the list.
const tenantsShown = 50

func (v *visit) tenantsURL(pairs ...string) string { return v.base(v.r) + "/tenants" + query(pairs) }

func (v *visit) listTenants() error {
	after, err := strconv.ParseInt(v.query("after"), 10, 64)
	if err != nil {
		after = 0
	}
	page := tenantsPage{frame: v.frame("Tenants"), Query: v.query("q")}
	list, err := v.tenantsFound(page.Query, after)
	if err != nil {
		return err
	}
	for _, t := range list.Items {
		at := v.tenantsURL() + "/" + strconv.FormatInt(t.ID, 10)
		page.Tenants = append(page.Tenants, tenantRow{Tenant: t, URL: at, Delete: at + "/delete"})
	}
	if after > 0 {
		page.First = v.tenantsURL("q", page.Query)
	}
	if list.Next != "" {
		page.Next = v.tenantsURL("q", page.Query, "after", list.Next)
	}
	return v.show("tenants", page)
}

// tenantsFound are those with a part of the name. A number finds the tenant with
// that id before all.
func (v *visit) tenantsFound(words string, after int64) (admin.Page[cinode.Tenant], error) {
	list, err := v.Admin.Tenants(v.r.Context(), admin.Slice{After: after, Limit: tenantsShown, Name: words})
	if err != nil || after > 0 {
		return list, err
	}
	id, err := provisioning.ParseID(words)
	if err != nil {
		return list, nil //nolint:nilerr // the words are no id
	}
	t, err := v.Admin.Tenant(v.r.Context(), id)
	if err != nil {
		return list, nil //nolint:nilerr // names alone
	}
	items := []cinode.Tenant{t}
	for _, other := range list.Items {
		if other.ID != id {
			items = append(items, other)
		}
	}
	list.Items = items
	return list, nil
}

type newTenantPage struct {
	frame
	Form     form
	Personas []choice
	Back     string
}

func (v *visit) showNewTenant(status int, f form) error {
	return v.showAs(status, "tenant-new", newTenantPage{
		frame: v.frame("Create a tenant"), Form: f, Back: v.tenantsURL(), Personas: []choice{
			{cinode.PersonaCinode, "Cinode", "what Cinode's documents say, and no more"},
			{cinode.PersonaRFC, "RFC", "all of RFC 7643 and 7644"},
		},
	})
}

func (v *visit) newTenant() error { return v.showNewTenant(200, newForm("persona", v.DefaultPersona)) }

func (v *visit) createTenant() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	if f.Value("name") == "" {
		f.refuse("name", "Give the tenant a name.")
		return v.showNewTenant(422, f)
	}
	t, err := v.Admin.CreateTenant(v.r.Context(), v.by(), admin.TenantInput{Name: f.Value("name"), Persona: f.Value("persona")})
	if err != nil {
		if f.refused(err, "name", "persona") {
			return v.showNewTenant(422, f)
		}
		return err
	}
	return v.done(v.tenantsURL()+"/"+strconv.FormatInt(t.ID, 10), "Created tenant "+t.Name+".")
}

func (v *visit) askToDeleteTenant() error {
	return v.confirm("Delete a tenant", confirmPage{
		Question: "Delete tenant " + v.Tenant.Name + "?",
		Text:     "Its users, groups, tokens and recorded requests go with it. This cannot be undone.",
		Action:   v.url("delete"), Button: "Delete for good", Back: v.tenantsURL(),
	})
}

func (v *visit) deleteTenant() error {
	if err := v.Admin.DeleteTenant(v.r.Context(), v.by(), v.Tenant.ID); err != nil {
		return err
	}
	return v.done(v.tenantsURL(), "Deleted tenant "+v.Tenant.Name+".")
}
