package web

import (
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func (p *pages) groupRoutes(r chi.Router) {
	r.Get("/", p.tenant((*visit).listGroups))
	r.Get("/{group}", p.tenant((*visit).showGroup))
	r.Get("/{group}/json", p.tenant((*visit).sendGroup))
}

// linkedTo is the Team or Role that a group is linked to.
type linkedTo struct {
	Name, URL string
	Kind      cinode.Kind
	Awaited   bool // no client has made the group yet
}

func (v *visit) linkedTo(l *cinode.Link) *linkedTo {
	if l == nil {
		return nil
	}
	return &linkedTo{Name: l.UnitName, URL: v.unitURL(l.Kind, l.UnitID), Kind: l.Kind, Awaited: l.Awaited}
}

type groupView struct {
	admin.SizedGroup
	URL    string
	Linked *linkedTo
	Count  string
}

type groupsPage struct {
	frame
	Groups      []groupView
	Query       string
	Company     bool
	All         string
	Links       string
	First, Next string
}

// listShown is the length of a page of groups, Teams, Roles or links.
const listShown = 50

// slice reads the place in a list and what is looked for.
func (v *visit) slice() admin.Slice {
	after, err := provisioning.ParseID(v.query("after"))
	if err != nil {
		after = 0
	}
	return admin.Slice{After: after, Limit: listShown, Name: v.query("q")}
}

// around gives the addresses of the first page, where this is another, and of the
// next.
func (v *visit) around(path, next string) (first, following string) {
	q := v.query("q")
	if v.query("after") != "" {
		first = v.url(path, "q", q)
	}
	if next != "" {
		following = v.url(path, "q", q, "after", next)
	}
	return first, following
}

func (v *visit) listGroups() error {
	list, err := v.Admin.SizedGroups(v.r.Context(), v.Tenant, v.slice())
	if err != nil {
		return err
	}
	page := groupsPage{frame: v.frame("Groups"), Query: v.query("q"), Company: v.Tenant.HasCompany(), All: v.url("groups"), Links: v.url("provisioning/new")}
	for _, g := range list.Items {
		page.Groups = append(page.Groups, groupView{g, v.placeURL("groups", g.Resource.ID), v.linkedTo(g.Link), atMost(g.Members)})
	}
	page.First, page.Next = v.around("groups", list.Next)
	return v.show("groups", page)
}

type memberView struct {
	store.Member
	URL    string
	Active bool
}

type groupPage struct {
	frame
	Group       admin.Group
	Linked      *linkedTo
	Company     bool
	Members     []memberView
	Count       string
	Document    documentView
	History     historyView
	Back        string
	Unlink      string
	First, Next string
}

func (v *visit) showGroup() error {
	id, err := v.id("group")
	if err != nil {
		return err
	}
	g, err := v.Admin.GroupHead(v.r.Context(), v.Tenant.ID, id)
	if err != nil {
		return err
	}
	members, n, err := v.Admin.Members(v.r.Context(), v.Tenant.ID, id, v.slice())
	if err != nil {
		return err
	}
	page := groupPage{
		frame: v.frame(g.DisplayName), Group: g, Linked: v.linkedTo(g.Link), Company: v.Tenant.HasCompany(), Count: thousands(int64(n)),
		Back: v.url("groups"),
	}
	if g.Link != nil {
		page.Unlink = v.url("provisioning/remove", "group", strconv.FormatInt(id, 10))
	}
	for _, m := range members.Items {
		view := memberView{Member: m, URL: v.userURL(m.ID), Active: m.Status == cinode.StatusActive}
		if m.Type == "Group" {
			view.URL = v.placeURL("groups", m.ID)
		}
		page.Members = append(page.Members, view)
		g.Resource.Links = append(g.Resource.Links, m.Link)
	}
	note := ""
	if len(members.Items) < n {
		note = "It shows the members of this page; a client gets all " + page.Count + "."
	}
	document, err := v.Documents(v.r, v.Tenant)
	if err != nil {
		return err
	}
	page.Document = viewDocument(document(g.Resource), note, v.placeURL("groups", id, "json"))
	page.First, page.Next = v.around("groups/"+strconv.FormatInt(id, 10), members.Next)
	if page.History, err = v.history("Groups", id); err != nil {
		return err
	}
	return v.show("group", page)
}

// sendGroup answers with a group and all its members.
func (v *visit) sendGroup() error {
	id, err := v.id("group")
	if err != nil {
		return err
	}
	g, err := v.Admin.Group(v.r.Context(), v.Tenant.ID, id)
	if err != nil {
		return err
	}
	return v.sendDocument(g.Resource)
}
