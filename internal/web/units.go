package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

func (p *pages) teamRoutes(r chi.Router) { p.unitRoutes(r, teams) }
func (p *pages) roleRoutes(r chi.Router) { p.unitRoutes(r, roles) }

// unitWords are what the pages about Teams, and those about Roles, say.
type unitWords struct {
	Kind          cinode.Kind
	Path          string
	Plural        string
	Icon          string
	Member        string // who is in it: "member", "holder"
	Members       string
	Lead, Nothing string
}

var (
	teams = unitWords{
		cinode.KindTeam, "teams", "Teams", "team", "member", "members",
		"Members of a linked group are members of its Team.", "A group that SCIM makes brings one of its name.",
	}
	roles = unitWords{
		cinode.KindRole, "roles", "Roles", "role", "holder", "holders",
		"Members of a linked group have its Role, and lose it on leaving.", "Create one, and link a group to it under User provisioning.",
	}
)

func wordsOf(kind cinode.Kind) unitWords {
	if kind == cinode.KindRole {
		return roles
	}
	return teams
}

func (v *visit) unitURL(kind cinode.Kind, id int64, below ...string) string {
	return v.placeURL(wordsOf(kind).Path, id, below...)
}

func (p *pages) unitRoutes(r chi.Router, words unitWords) {
	with := func(handle func(*visit, unitWords) error) http.HandlerFunc {
		return p.tenant(func(v *visit) error { return handle(v, words) })
	}
	r.Get("/", with((*visit).listUnits))
	r.Get("/new", with((*visit).newUnit))
	r.Post("/new", with((*visit).createUnit))
	r.Get("/{unit}", with((*visit).showUnit))
	r.Get("/{unit}/rename", with((*visit).showRename))
	r.Post("/{unit}/rename", with((*visit).renameUnit))
	r.Get("/{unit}/delete", with((*visit).askToDeleteUnit))
	r.Post("/{unit}/delete", with((*visit).deleteUnit))
}

// unitView is a Team or Role in a list.
type unitView struct {
	admin.SizedUnit
	URL, Rename, Delete string
	Count               string
	Feeding             []placeLink
	MoreFeeding         int
}

// feedingShown is how many groups a row of the list names.
const feedingShown = 3

func (v *visit) viewUnit(u admin.SizedUnit, groups int) unitView {
	view := unitView{
		SizedUnit: u, URL: v.unitURL(u.Kind, u.ID), Rename: v.unitURL(u.Kind, u.ID, "rename"), Delete: v.unitURL(u.Kind, u.ID, "delete"),
		Count: atMost(u.Members),
	}
	for i, l := range u.Groups {
		if i == groups {
			view.MoreFeeding = len(u.Groups) - i
			break
		}
		view.Feeding = append(view.Feeding, placeLink{Name: l.DisplayName, URL: v.placeURL("groups", l.GroupID)})
	}
	return view
}

type unitsPage struct {
	frame
	Words       unitWords
	Units       []unitView
	Query       string
	All, New    string
	Company     bool
	First, Next string
}

func (v *visit) listUnits(words unitWords) error {
	list, err := v.Admin.SizedUnits(v.r.Context(), v.Tenant.ID, words.Kind, v.slice())
	if err != nil {
		return err
	}
	page := unitsPage{
		frame: v.frame(words.Plural), Words: words, Query: v.query("q"), All: v.url(words.Path), New: v.url(words.Path + "/new"), Company: v.Tenant.HasCompany(),
	}
	for _, u := range list.Items {
		page.Units = append(page.Units, v.viewUnit(u, feedingShown))
	}
	page.First, page.Next = v.around(words.Path, list.Next)
	return v.show("units", page)
}

// unit is the one in the path.
func (v *visit) unit(words unitWords) (admin.SizedUnit, error) {
	id, err := v.id("unit")
	if err != nil {
		return admin.SizedUnit{}, err
	}
	return v.Admin.SizedUnit(v.r.Context(), v.Tenant.ID, words.Kind, id)
}

type unitPage struct {
	frame
	Words       unitWords
	Unit        unitView
	Count       string
	People      []personView
	Query       string
	Address     string
	Link        string
	History     historyView
	Back        string
	First, Next string
}

func (v *visit) showUnit(words unitWords) error {
	u, err := v.unit(words)
	if err != nil {
		return err
	}
	people, err := v.Admin.UnitMembers(v.r.Context(), v.Tenant.ID, words.Kind, u.ID, v.slice())
	if err != nil {
		return err
	}
	page := unitPage{
		frame: v.frame(u.Name), Words: words, Unit: v.viewUnit(u, groupsShown), Count: thousands(int64(u.Members)), People: v.viewPeople(people.Items),
		Query: v.query("q"), Address: v.unitURL(u.Kind, u.ID), Back: v.url(words.Path),
	}
	if v.Tenant.HasCompany() {
		page.Link = v.url("provisioning/new", "to", unitValue(u.Unit))
	}
	page.First, page.Next = v.around(words.Path+"/"+strconv.FormatInt(u.ID, 10), people.Next)
	if page.History, err = v.history(words.Plural, u.ID); err != nil {
		return err
	}
	return v.show("unit", page)
}

type unitFormPage struct {
	frame
	Words  unitWords
	Form   form
	Button string
	Note   string
	Back   string
}

func (v *visit) showUnitForm(status int, page unitFormPage) error {
	return v.showAs(status, "unit-form", page)
}

func (v *visit) newUnitPage(words unitWords, f form) unitFormPage {
	return unitFormPage{frame: v.frame("Create a " + string(words.Kind)), Words: words, Form: f, Button: "Create", Back: v.url(words.Path)}
}

func (v *visit) newUnit(words unitWords) error {
	return v.showUnitForm(http.StatusOK, v.newUnitPage(words, newForm()))
}

// name reads the name in a form, and notes at its field that there is none.
func (words unitWords) name(f *form) string {
	name := f.Value("name")
	if name == "" {
		f.refuse("name", "Give the "+string(words.Kind)+" a name.")
	}
	return name
}

func (v *visit) createUnit(words unitWords) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	name := words.name(&f)
	if f.Errors != nil {
		return v.showUnitForm(http.StatusUnprocessableEntity, v.newUnitPage(words, f))
	}
	u, err := v.Admin.CreateUnit(v.r.Context(), v.by(), v.Tenant.ID, words.Kind, name)
	if err != nil {
		if f.refused(err, "name") {
			return v.showUnitForm(http.StatusUnprocessableEntity, v.newUnitPage(words, f))
		}
		return err
	}
	return v.done(v.unitURL(words.Kind, u.ID), "Created "+u.Name+".")
}

func (v *visit) renamePage(u admin.SizedUnit, f form) unitFormPage {
	words := wordsOf(u.Kind)
	page := unitFormPage{frame: v.frame("Rename a " + string(u.Kind)), Words: words, Form: f, Button: "Rename", Back: v.unitURL(u.Kind, u.ID)}
	if len(u.Groups) > 0 {
		page.Note = "The groups that are linked to it keep their names."
	}
	return page
}

func (v *visit) showRename(words unitWords) error {
	u, err := v.unit(words)
	if err != nil {
		return err
	}
	return v.showUnitForm(http.StatusOK, v.renamePage(u, newForm("name", u.Name)))
}

func (v *visit) renameUnit(words unitWords) error {
	u, err := v.unit(words)
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	name := words.name(&f)
	if f.Errors != nil {
		return v.showUnitForm(http.StatusUnprocessableEntity, v.renamePage(u, f))
	}
	renamed, err := v.Admin.RenameUnit(v.r.Context(), v.by(), v.Tenant.ID, words.Kind, u.ID, name)
	if err != nil {
		if f.refused(err, "name") {
			return v.showUnitForm(http.StatusUnprocessableEntity, v.renamePage(u, f))
		}
		return err
	}
	return v.done(v.unitURL(words.Kind, u.ID), "It is called "+renamed.Name+" now.")
}

func (v *visit) askToDeleteUnit(words unitWords) error {
	u, err := v.unit(words)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("The %s goes, and its %s %s are no longer in it; the users stay.", words.Kind, thousands(int64(u.Members)), words.Members)
	if u.Members == 1 {
		text = fmt.Sprintf("The %s goes, and its %s is no longer in it; the user stays.", words.Kind, words.Member)
	}
	if u.Members == 0 {
		text = fmt.Sprintf("The %s goes. Nobody is in it.", words.Kind)
	}
	if n := len(u.Groups); n > 0 {
		names := []string{}
		for i, l := range u.Groups {
			if i == feedingShown {
				names = append(names, fmt.Sprintf("%d more", n-i))
				break
			}
			names = append(names, l.DisplayName)
		}
		text += " What is linked to it goes too: " + strings.Join(names, ", ") + ". An identity provider that still has such a group will create it anew."
	}
	return v.confirm("Delete a "+string(words.Kind), confirmPage{
		Question: "Delete " + u.Name + "?", Text: text + " This cannot be undone.", Action: v.unitURL(words.Kind, u.ID, "delete"),
		Button: "Delete", Back: v.unitURL(words.Kind, u.ID),
	})
}

func (v *visit) deleteUnit(words unitWords) error {
	u, err := v.unit(words)
	if err != nil {
		return err
	}
	if err := v.Admin.DeleteUnit(v.r.Context(), v.by(), v.Tenant.ID, words.Kind, u.ID); err != nil {
		return err
	}
	return v.done(v.url(words.Path), "Deleted "+u.Name+".")
}
