package web

import (
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

func (p *pages) playGroupRoutes(r chi.Router) {
	r.Get("/groups", p.play((*play).listGroups))
	r.Get("/groups/new", p.play((*play).newGroup))
	r.Post("/groups/new", p.playEdit((*play).addGroup))
	r.Get("/groups/edit", p.play((*play).editGroup))
	r.Post("/groups/rename", p.playEdit((*play).renameGroup))
	r.Post("/groups/members", p.playEdit((*play).changeMembers))
	r.Post("/groups/bind", p.playEdit((*play).bindGroup))
	r.Get("/groups/unbind", p.play((*play).askToUnbind))
	r.Get("/groups/delete", p.play((*play).askToDeleteGroup))
	r.Post("/groups/delete", p.playEdit((*play).deleteGroup))
}

// playGroup is a group of the directory.
type playGroup struct {
	idp.GroupView
	Edit, Delete, Unbind string
}

// StateText is what the application knows of the group.
func (g playGroup) StateText() string {
	switch {
	case g.Pending:
		return "pending"
	case g.Target != "":
		return "provisioned"
	default:
		return "not provisioned"
	}
}

// StateKind is the kind of its badge.
func (g playGroup) StateKind() string {
	return map[string]string{"pending": "info", "provisioned": "success"}[g.StateText()]
}

func (c *play) viewGroup(g idp.GroupView) playGroup {
	return playGroup{GroupView: g, Edit: c.at("groups/edit", "name", g.Name), Delete: c.at("groups/delete", "name", g.Name), Unbind: c.at("groups/unbind", "name", g.Name)}
}

type playGroupsPage struct {
	playPage
	Groups      []playGroup
	Total       int
	Query, Find string
	New, Bind   string
	First, Next string
}

func (c *play) listGroups() error {
	w := wordsOfKind(c.sim.Kind)
	page := playGroupsPage{playPage: c.page(w.Groups, "groups"), Query: c.query("q"), Find: c.at("groups"), New: c.at("groups/new"), Bind: c.at("groups/bind")}
	from, seen := c.offset(), 0
	for _, g := range c.sim.State().Provider.Groups {
		page.Total++
		if !playFinds(page.Query, g.Name) {
			continue
		}
		if seen++; seen > from && len(page.Groups) < playShown {
			page.Groups = append(page.Groups, c.viewGroup(g))
		}
	}
	page.First, page.Next = c.turn("groups", from, seen, "q", page.Query)
	return c.show("play-groups", page)
}

type playGroupPage struct {
	playPage
	Form     form
	Group    *playGroup // nil for a new one
	Members  []string   // the first of them
	More     int
	Others   []string // who could be added
	People   []choice // of the form of a new one
	Rename   string
	Change   string
	Bind     string
	Back     string
	Unlinked bool // Okta asks what becomes of the group
}

// playMembersShown is how many members of a group are shown.
const playMembersShown = 100

func (c *play) newGroup() error { return c.showNewGroup(http.StatusOK, newForm()) }

func (c *play) showNewGroup(status int, f form) error {
	page := playGroupPage{playPage: c.page("Add a group", "groups"), Form: f, Back: c.at("groups")}
	if people := c.sim.State().Provider.Users; len(people) <= playMostChoices {
		for _, u := range people {
			page.People = append(page.People, choice{u.Username, u.Username, u.Name()})
		}
	}
	return c.showAs(status, "play-group", page)
}

func (c *play) addGroup() error {
	f, err := c.form()
	if err != nil {
		return err
	}
	g := idp.Group{Name: f.Value("name"), Members: f.Values["members"], Bound: f.Value("bound") != ""}
	if g.Name == "" {
		f.refuse("name", "Give the group a name.")
		return c.showNewGroup(http.StatusUnprocessableEntity, f)
	}
	if _, err := c.sim.Provider().AddGroup(g); err != nil {
		if f.refusedInput(err, map[string]string{"username": "members"}, "name") {
			return c.showNewGroup(http.StatusUnprocessableEntity, f)
		}
		return err
	}
	return c.told(nil, c.at("groups"), "Added "+g.Name+".")
}

func (c *play) findGroup(name string) (idp.GroupView, error) {
	for _, g := range c.sim.State().Provider.Groups {
		if g.Name == name {
			return g, nil
		}
	}
	return idp.GroupView{}, refuse(http.StatusNotFound, "The directory of this simulation has no group %q.", name)
}

func (c *play) editGroup() error {
	name := c.r.URL.Query().Get("name")
	return c.showGroup(http.StatusOK, name, newForm("to", name))
}

func (c *play) showGroup(status int, name string, f form) error {
	g, err := c.findGroup(name)
	if err != nil {
		return err
	}
	view := c.viewGroup(g)
	page := playGroupPage{
		playPage: c.page(g.Name, "groups"), Form: f, Group: &view, Rename: c.at("groups/rename"), Change: c.at("groups/members"), Bind: c.at("groups/bind"),
		Back: c.at("groups"), Members: g.Members[:min(len(g.Members), playMembersShown)], Unlinked: c.sim.Kind == idp.Okta,
	}
	page.Address = view.Edit
	page.More = len(g.Members) - len(page.Members)
	for _, u := range c.sim.State().Provider.Users {
		if len(page.Others) < playMostChoices && !slices.Contains(g.Members, u.Username) {
			page.Others = append(page.Others, u.Username)
		}
	}
	return c.showAs(status, "play-group", page)
}

func (c *play) renameGroup() error {
	f, err := c.form()
	if err != nil {
		return err
	}
	name, to := f.Values.Get("name"), f.Value("to")
	if to == "" {
		f.refuse("to", "Give the group a name.")
		return c.showGroup(http.StatusUnprocessableEntity, name, f)
	}
	err = c.sim.Provider().RenameGroup(name, to)
	if err != nil && f.refusedInput(err, nil, "to") {
		return c.showGroup(http.StatusUnprocessableEntity, name, f)
	}
	return c.told(err, c.at("groups/edit", "name", to), "Renamed "+name+" to "+to+".")
}

func (c *play) changeMembers() error {
	f, err := c.form()
	if err != nil {
		return err
	}
	name, add, remove := f.Values.Get("name"), f.Value("add"), f.Value("remove")
	back := c.at("groups/edit", "name", name)
	switch {
	case remove != "":
		return c.told(c.sim.Provider().RemoveMembers(name, remove), back, "Took "+remove+" out of "+name+".")
	case add == "":
		f.refuse("add", "Give the username of somebody in the directory.")
	default:
		err := c.sim.Provider().AddMembers(name, add)
		if err == nil || !f.refusedInput(err, nil, "add") {
			return c.told(err, back, "Added "+add+" to "+name+".")
		}
	}
	f.Values.Set("to", name)
	return c.showGroup(http.StatusUnprocessableEntity, name, f)
}

// bindGroup gives a group access to the application, or takes it away.
func (c *play) bindGroup() error {
	f, err := c.form()
	if err != nil {
		return err
	}
	name, w, provider := f.Values.Get("name"), wordsOfKind(c.sim.Kind), c.sim.Provider()
	if f.Value("bound") == "true" {
		return c.told(provider.Bind(name), c.back(), name+" is "+w.Bound+" now.")
	}
	done := name + " is " + w.Unbound + " any more."
	if c.sim.Kind == idp.Okta {
		return c.told(provider.UnlinkGroup(name, f.Value("remove") == "true"), c.back(), done)
	}
	return c.told(provider.Unbind(name), c.back(), done)
}

// askToUnbind tells what becomes of the group and its members, which differs from one
// provider to the next.
func (c *play) askToUnbind() error {
	g, err := c.findGroup(c.r.URL.Query().Get("name"))
	if err != nil {
		return err
	}
	w := wordsOfKind(c.sim.Kind)
	text := "Its members are deactivated in Cinode, unless another bound group holds them. The group there is left as it is, and not synced any more."
	button := w.Unbind
	fields := []pair{{"name", g.Name}, {"bound", "false"}, {"back", c.at("groups")}}
	switch c.sim.Kind {
	case idp.Entra:
		text = "Its members are deactivated in Cinode, unless they are assigned otherwise. The group there is deleted; its Team stays."
	case idp.Okta:
		text = "The group in Cinode is left as it is, and not pushed any more. Members who are not assigned otherwise are deactivated."
		if c.query("remove") == "true" {
			text, button = "The group in Cinode is deleted; its Team stays. Members who are not assigned otherwise are deactivated.", "Unlink and delete"
			fields = append(fields, pair{"remove", "true"})
		}
	}
	return c.confirm(w.Unbind+" a group", confirmPage{
		Question: w.Unbind + " " + g.Name + "?", Text: text, Action: c.at("groups/bind"), Fields: fields, Button: button, Back: c.at("groups"),
	})
}

func (c *play) askToDeleteGroup() error {
	g, err := c.findGroup(c.r.URL.Query().Get("name"))
	if err != nil {
		return err
	}
	text := "It leaves the directory. Cinode never had it, so nothing is sent."
	if g.Target != "" {
		text = "The group is deleted in Cinode too, and members whom nothing else holds are deactivated. Its Team stays."
	}
	return c.confirm("Delete a group", confirmPage{
		Question: "Delete " + g.Name + "?", Text: text, Action: c.at("groups/delete"), Fields: []pair{{"name", g.Name}}, Button: "Delete", Back: c.at("groups"),
	})
}

func (c *play) deleteGroup() error {
	f, err := c.form()
	if err != nil {
		return err
	}
	name := f.Values.Get("name")
	return c.told(c.sim.Provider().DeleteGroup(name), c.at("groups"), "Deleted "+name+".")
}
