package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
)

func (p *pages) provisioningRoutes(r chi.Router) {
	r.Get("/", p.tenant((*visit).listLinks))
	r.Get("/new", p.tenant((*visit).newLink))
	r.Post("/new", p.tenant((*visit).createLink))
	r.Get("/remove", p.tenant((*visit).askToRemoveLink))
	r.Post("/remove", p.tenant((*visit).removeLink))
	r.Get("/mappings", p.tenant((*visit).showMappings))
	r.Post("/mappings", p.tenant((*visit).setMappings))
	r.Get("/persona", p.tenant((*visit).showPersona))
	r.Post("/persona", p.tenant((*visit).setPersona))
	r.Get("/deviations", p.tenant((*visit).showDeviations))
	r.Post("/deviations", p.tenant((*visit).setStrict))
}

// parts are the pages of user provisioning; path is the one that is shown.
func (v *visit) parts(path string) []tab {
	list := []tab{
		{Label: "Links", URL: "provisioning"}, {Label: "Attribute mappings", URL: "provisioning/mappings"},
		{Label: "Persona", URL: "provisioning/persona"}, {Label: "Deviations", URL: "provisioning/deviations"},
	}
	for i := range list {
		list[i].Current = list[i].URL == path
		list[i].URL = v.url(list[i].URL)
	}
	return list
}

type linkView struct {
	cinode.Link
	GroupURL string
	Linked   *linkedTo
	Remove   string
}

type linksPage struct {
	frame
	Parts       []tab
	Links       []linkView
	Awaited     bool // one of them is
	Query       string
	Company     bool
	All         string
	New         string
	Persona     string
	First, Next string
}

func (v *visit) listLinks() error {
	list, err := v.Admin.Links(v.r.Context(), v.Tenant.ID, v.slice())
	if err != nil {
		return err
	}
	page := linksPage{
		frame: v.frame("User provisioning").showing(v.parts("provisioning")), Parts: v.parts("provisioning"), Query: v.query("q"), Company: v.Tenant.HasCompany(),
		All: v.url("provisioning"), New: v.url("provisioning/new"), Persona: v.url("provisioning/persona"),
	}
	for _, l := range list.Items {
		page.Awaited = page.Awaited || l.Awaited
		page.Links = append(page.Links, linkView{
			l, v.placeURL("groups", l.GroupID), v.linkedTo(&l), v.url("provisioning/remove", "group", strconv.FormatInt(l.GroupID, 10)),
		})
	}
	page.First, page.Next = v.around("provisioning", list.Next)
	return v.show("links", page)
}

// unitValue names a Team or Role in a form: "Team 5".
func unitValue(u cinode.Unit) string { return string(u.Kind) + " " + strconv.FormatInt(u.ID, 10) }

// parseUnit is the inverse of unitValue.
func parseUnit(text string) (cinode.Kind, int64) {
	kind, number, _ := strings.Cut(text, " ")
	id, err := provisioning.ParseID(number)
	if err != nil {
		return "", 0
	}
	return cinode.Kind(kind), id
}

type linkPage struct {
	frame
	Form             form
	Teams, Roles     []choice
	NewTeam, NewRole string
	More             bool // there are Teams or Roles that the list has not
	Back             string
}

// unitsOffered is how many Teams, and how many Roles, the form of a link lists. The
// page of any other has a link to the form with itself chosen.
const unitsOffered = 200

func (v *visit) showLinkForm(status int, f form) error {
	page := linkPage{
		frame: v.frame("Create a link"), Form: f, Back: v.url("provisioning"), NewTeam: v.url("teams/new"), NewRole: v.url("roles/new"),
	}
	for kind, list := range map[cinode.Kind]*[]choice{cinode.KindTeam: &page.Teams, cinode.KindRole: &page.Roles} {
		units, err := v.Admin.Units(v.r.Context(), v.Tenant.ID, kind, admin.Slice{Limit: unitsOffered})
		if err != nil {
			return err
		}
		chosen, id := parseUnit(f.Value("unit"))
		if chosen == kind && !slices.ContainsFunc(units.Items, func(u cinode.Unit) bool { return u.ID == id }) {
			if u, err := v.Admin.Unit(v.r.Context(), v.Tenant.ID, kind, id); err == nil {
				units.Items = append(units.Items, u)
			}
		}
		for _, u := range units.Items {
			*list = append(*list, choice{Value: unitValue(u), Label: u.Name})
		}
		page.More = page.More || units.Next != ""
	}
	return v.showAs(status, "link-new", page)
}

func (v *visit) newLink() error {
	return v.showLinkForm(http.StatusOK, newForm("unit", v.query("to")))
}

func (v *visit) createLink() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	// Names are kept to the last blank: the group that a client sends must have
	// exactly this one.
	in := admin.LinkInput{DisplayName: f.Values.Get("displayName"), ObjectID: f.Values.Get("objectId")}
	in.Kind, in.UnitID = parseUnit(f.Value("unit"))
	if in.DisplayName == "" {
		f.refuse("displayName", "Give the display name that the group has in the identity provider.")
	}
	if in.UnitID == 0 {
		f.refuse("unit", "Choose the Team or Role.")
	}
	if f.Errors != nil {
		return v.showLinkForm(http.StatusUnprocessableEntity, f)
	}
	l, err := v.Admin.CreateLink(v.r.Context(), v.by(), v.Tenant.ID, in)
	if err != nil {
		if f.refused(err, "displayName", "objectId", "unitId") {
			if f.Error("unitId") != "" {
				f.refuse("unit", "It is not there any more. Choose another.")
			}
			return v.showLinkForm(http.StatusUnprocessableEntity, f)
		}
		return err
	}
	return v.done(v.url("provisioning"), "Linked "+l.DisplayName+" to "+l.UnitName+".")
}

func (v *visit) askToRemoveLink() error {
	id, err := provisioning.ParseID(v.query("group"))
	if err != nil {
		return refuse(http.StatusNotFound, "There is no group %q.", v.query("group"))
	}
	l, err := v.Admin.Link(v.r.Context(), v.Tenant.ID, id)
	if err != nil {
		return err
	}
	return v.confirm("Remove a link", confirmPage{
		Question: "Remove the link of " + l.DisplayName + "?",
		Text: "The group goes. The " + string(l.Kind) + " " + l.UnitName + " and its members stay. " +
			"An identity provider that still has the group will create it anew.",
		Action: v.url("provisioning/remove"), Fields: []pair{{"group", strconv.FormatInt(id, 10)}}, Button: "Remove", Back: v.url("provisioning"),
	})
}

func (v *visit) removeLink() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	id, err := provisioning.ParseID(f.Value("group"))
	if err != nil {
		return refuse(http.StatusNotFound, "There is no group %q.", f.Value("group"))
	}
	l, err := v.Admin.Link(v.r.Context(), v.Tenant.ID, id)
	if err != nil {
		return err
	}
	if err := v.Admin.DeleteLink(v.r.Context(), v.by(), v.Tenant.ID, id); err != nil {
		return err
	}
	return v.done(v.url("provisioning"), "Removed the link of "+l.DisplayName+".")
}

// mappingHints say what each attribute mapping brings.
var mappingHints = map[cinode.Mapping]string{
	cinode.MappingEmployeeNumber:      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
	cinode.MappingEmploymentStartDate: "urn:ietf:params:scim:schemas:extension:Cinode:User:1.0:EmploymentStartDate, a dateTime",
}

type mappingsPage struct {
	frame
	Parts   []tab
	Form    form
	Choices []choice
	Whole   bool // the persona takes everything, whatever is switched on
}

func (v *visit) showMappings() error {
	f := newForm()
	for _, m := range v.Tenant.Mappings {
		f.Values.Add("mapping", string(m))
	}
	page := mappingsPage{
		frame: v.frame("User provisioning").showing(v.parts("provisioning/mappings")), Parts: v.parts("provisioning/mappings"), Form: f, Whole: v.Tenant.Persona == cinode.PersonaRFC,
	}
	for _, m := range admin.Mappings() {
		page.Choices = append(page.Choices, choice{Value: string(m), Label: string(m), Hint: mappingHints[m]})
	}
	return v.show("mappings", page)
}

func (v *visit) setMappings() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	on := map[cinode.Mapping]bool{}
	for _, m := range f.Values["mapping"] {
		on[cinode.Mapping(m)] = true
	}
	if _, err := v.Admin.SetMappings(v.r.Context(), v.by(), v.Tenant.ID, on); err != nil {
		return err
	}
	return v.done(v.url("provisioning/mappings"), "Saved the attribute mappings.")
}
