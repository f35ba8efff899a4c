package web

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func (p *pages) userRoutes(r chi.Router) {
	r.Get("/", p.tenant((*visit).listUsers))
	r.Get("/{user}", p.tenant((*visit).showUser))
	r.Get("/{user}/json", p.tenant((*visit).sendUser))
	r.Get("/{user}/disconnect", p.tenant((*visit).askToDisconnect))
	r.Post("/{user}/disconnect", p.tenant((*visit).disconnectUser))
	r.Post("/{user}/reconnect", p.tenant((*visit).reconnectUser))
	r.Get("/{user}/release", p.tenant((*visit).showRelease))
	r.Post("/{user}/release", p.tenant((*visit).releaseEmail))
	r.Get("/{user}/delete", p.tenant((*visit).askToDeleteUser))
	r.Post("/{user}/delete", p.tenant((*visit).deleteUser))
}

// personView is a user in a list.
type personView struct {
	store.Person
	URL string
}

// Active tells how the badge looks.
func (p personView) Active() bool { return p.Status == cinode.StatusActive }

func (v *visit) viewPeople(list []store.Person) []personView {
	views := make([]personView, len(list))
	for i, p := range list {
		views[i] = personView{p, v.userURL(p.ID)}
	}
	return views
}

func (v *visit) userURL(id int64, below ...string) string { return v.placeURL("users", id, below...) }

// placeURL is the address of the page about one of a section.
func (v *visit) placeURL(section string, id int64, below ...string) string {
	path := section + "/" + strconv.FormatInt(id, 10)
	for _, b := range below {
		path += "/" + b
	}
	return v.url(path)
}

// id reads the id in the path.
func (v *visit) id(name string) (int64, error) {
	id, err := provisioning.ParseID(v.param(name))
	if err != nil {
		return 0, refuse(http.StatusNotFound, "There is no %s %s.", name, strconv.Quote(v.param(name)))
	}
	return id, nil
}

type usersPage struct {
	frame
	Users                 []personView
	Statuses              []tab
	Query                 string
	Keep                  []pair
	Narrowed              bool
	Live                  bool // the first page refreshes itself
	All                   string
	Tokens                string
	First, Previous, Next string
}

// usersShown is the length of a page of users.
const usersShown = 50

func (v *visit) listUsers() error {
	q, status := v.query("q"), v.query("status")
	if status != string(cinode.StatusActive) && status != string(cinode.StatusDisconnected) {
		status = ""
	}
	search := admin.UserSearch{Text: q, Status: cinode.Status(status), After: v.query("after"), Before: v.query("before"), Limit: usersShown}
	if search.Before != "" {
		search.After = ""
	}
	found, err := v.Admin.FindUsers(v.r.Context(), v.Tenant.ID, search)
	if err != nil {
		return err
	}
	n, err := v.Admin.Census(v.r.Context(), v.Tenant.ID)
	if err != nil {
		return err
	}
	page := usersPage{
		frame: v.frame("Users"), Users: v.viewPeople(found.Users), Query: q, Keep: []pair{{"status", status}},
		Narrowed: q != "" || status != "", All: v.url("users"), Live: search.After == "" && search.Before == "",
	}
	if v.has("tokens") {
		page.Tokens = v.url("tokens/new")
	}
	for _, t := range []struct {
		label  string
		status cinode.Status
		n      int64
	}{{"All", "", n.Active + n.Disconnected}, {"Active", cinode.StatusActive, n.Active}, {"Disconnected", cinode.StatusDisconnected, n.Disconnected}} {
		page.Statuses = append(page.Statuses, tab{
			Label: t.label + " " + thousands(t.n), URL: v.url("users", "q", q, "status", string(t.status)), Current: status == string(t.status),
		})
	}
	if !page.Live {
		page.First = v.url("users", "q", q, "status", status)
	}
	if found.Previous != "" {
		page.Previous = v.url("users", "q", q, "status", status, "before", found.Previous)
	}
	if found.Next != "" {
		page.Next = v.url("users", "q", q, "status", status, "after", found.Next)
	}
	return v.show("users", page)
}

// atMost is a number of members up to admin.MostCounted.
func atMost(n int) string {
	if n > admin.MostCounted {
		return thousands(admin.MostCounted) + "+"
	}
	return thousands(int64(n))
}
