package web

import (
	"net/http"
	"strconv"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// playCatalogueName is the application in the providers' catalogues.
const playCatalogueName = "Cinode"

// playColours are what an application can have as its image.
func playColours() []choice {
	return []choice{{Value: "blue", Label: "Blue"}, {Value: "green", Label: "Green"}, {Value: "orange", Label: "Orange"}, {Value: "purple", Label: "Purple"}, {Value: "grey", Label: "Grey"}}
}

// jumpCloudPage is the application in JumpCloud, under one of its tabs.
type jumpCloudPage struct {
	playPage
	Tab          string // list, general, identity or groups
	App          idp.Application
	Has          bool
	Active       bool
	Colours      []choice
	Form         form // of general or identity
	Edit         string
	Add          string
	List         string
	DeleteApp    string
	BookmarkOff  string
	Configuring  bool
	Configure    string // where the tab identity is asked for
	Back         string
	Managed      bool // groups are
	Activate     string
	Reconfigure  string
	Deactivate   string
	Here         string // fills the form in for this server
	Own          string // the base URL of it
	Connection   idp.Connection
	Confirmation string
	Failure      string
	Import       string
	Bound        []playGroup
	Bind         string
	NewGroup     string
	BoundCount   int
	MoreGroups   int
}

// showJumpCloud shows the application; typed is a form that was not taken, and failure
// what the connection test said.
func (c *play) showJumpCloud(status int, screen string, typed *form, failure string) error {
	state := c.sim.State().Provider
	p := jumpCloudPage{
		playPage: c.page("SSO Applications", "application"), Tab: screen, App: state.Application, Has: state.Phase != idp.PhaseNone, Failure: failure,
		Active: state.Phase == idp.PhaseActive || state.Phase == idp.PhaseQuarantine, Connection: state.Connection, Colours: playColours(),
		Edit: c.at("application/edit"), Add: c.at("application/catalogue"), List: c.at("application", "tab", "list"), DeleteApp: c.at("application/delete"),
		BookmarkOff: c.at("application/bookmark"), Configure: c.at("application"), Activate: c.at("application/activate"), Reconfigure: c.at("application/reconfigure"),
		Deactivate: c.at("application/deactivate"), Import: c.at("import"), Bind: c.at("application/groups"), NewGroup: c.at("groups/new"),
		Back: c.at("application", "tab", "identity"),
	}
	switch {
	case !p.Has:
		p.Tab = "list"
	case p.Tab != "list" && p.Tab != "general" && p.Tab != "groups":
		p.Tab = "identity"
	}
	if p.Tab != "list" {
		p.Title = p.App.DisplayLabel
		for _, t := range []tab{{Label: "General Info", URL: "general"}, {Label: "Identity Management", URL: "identity"}, {Label: "User Groups", URL: "groups"}} {
			p.Sub = append(p.Sub, tab{t.Label, c.at("application", "tab", t.URL), t.URL == p.Tab})
		}
		p.frame = p.showing(p.Sub)
	}
	p.Own, _ = c.sim.Target()
	switch p.Tab {
	case "general":
		p.Form = applicationForm(p.App)
	case "identity":
		c.identity(&p)
	case "groups":
		c.boundGroups(&p, state)
	}
	if typed != nil {
		p.Form, p.Configuring = *typed, !p.Active
		p.Managed = typed.Value("groups") != ""
	}
	return c.showAs(status, "play-jumpcloud", p)
}

// identity fills in the tab Identity Management.
func (c *play) identity(p *jumpCloudPage) {
	p.Managed = c.query("groups") != "" || c.query("configure") == "" && (p.Connection.Groups || p.Connection.BaseURL == "")
	p.Configuring = !p.Active && c.query("configure") != ""
	p.Form = newForm("baseUrl", p.Connection.BaseURL)
	groups := ""
	if p.Managed {
		groups = "on"
	}
	p.Here = c.at("application", "tab", "identity", "configure", "1", "groups", groups, "here", "1")
	if c.query("here") != "" {
		p.Form = newForm("baseUrl", p.Own)
	}
	if p.Active && c.query("activated") != "" {
		p.Confirmation = sentence(c.sim.Provider().Confirmation(idp.Activate))
	}
}

// boundGroups fills in the tab User Groups.
func (c *play) boundGroups(p *jumpCloudPage, state idp.View) {
	for _, g := range state.Groups {
		if g.Bound {
			p.BoundCount++
		}
		if len(p.Bound) < playMostChoices {
			p.Bound = append(p.Bound, c.viewGroup(g))
		}
	}
	p.MoreGroups = len(state.Groups) - len(p.Bound)
}

func applicationForm(a idp.Application) form {
	f := newForm("displayLabel", a.DisplayLabel, "description", a.Description, "image", a.Image, "bookmarkUrl", a.BookmarkURL, "idpUrl", a.IDPURL)
	if a.ShownInPortal {
		f.Values.Set("shown", "on")
	}
	return f
}

type cataloguePage struct {
	playPage
	Query, Find string
	Found       bool
	Choose      string
	Back        string
}

func (c *play) showCatalogue() error {
	query := c.query("q")
	return c.show("play-catalogue", cataloguePage{
		playPage: c.page("Create New Application Integration", "application"), Query: query, Find: c.at("application/catalogue"), Found: playFinds(query, playCatalogueName),
		Choose: c.at("application/new"), Back: c.at("application"),
	})
}

type applicationPage struct {
	playPage
	Form    form
	Colours []choice
	Back    string
	Default string // the SSO IdP URL
	Fault   string
}

func (c *play) newApplication() error {
	f := applicationForm(idp.Application{DisplayLabel: playCatalogueName, ShownInPortal: true, Image: "blue", IDPURL: idp.DefaultIDPURL(playCatalogueName)})
	return c.showNewApplication(http.StatusOK, f)
}

func (c *play) showNewApplication(status int, f form) error {
	return c.showAs(status, "play-application", applicationPage{
		playPage: c.page("Add "+playCatalogueName, "application"), Form: f, Colours: playColours(), Back: c.at("application/catalogue"),
		Default: idp.DefaultIDPURL(playCatalogueName), Fault: f.Error("other"),
	})
}

var applicationFields = map[string]string{"name": "displayLabel", "bookmark URL": "bookmarkUrl", "SSO IdP URL": "idpUrl"}

func (c *play) addApplication() error {
	f, err := c.form()
	if err != nil {
		return err
	}
	_, err = c.sim.Provider().AddApplication(idp.Application{
		Name: playCatalogueName, DisplayLabel: f.Value("displayLabel"), Description: f.Value("description"), Image: f.Value("image"),
		ShownInPortal: f.Value("shown") != "", BookmarkURL: f.Value("bookmarkUrl"), IDPURL: f.Value("idpUrl"),
	})
	if err != nil {
		if f.refusedInput(err, applicationFields, "other") {
			return c.showNewApplication(http.StatusUnprocessableEntity, f)
		}
		return err
	}
	c.sim.Edited()
	return c.redirect(c.at("application/saved"))
}

type savedPage struct {
	playPage
	App              idp.Application
	Configure, Close string
}

func (c *play) savedApplication() error {
	page := savedPage{playPage: c.page("Application saved", "application"), App: c.sim.State().Provider.Application}
	page.Configure, page.Close = c.at("application", "tab", "identity"), c.at("application", "tab", "list")
	if page.App.ID == "" {
		return c.redirect(page.Close)
	}
	return c.show("play-saved", page)
}

func (c *play) changeApplication() error {
	f, err := c.form()
	if err != nil {
		return err
	}
	_, err = c.sim.Provider().EditApplication(func(a *idp.Application) {
		a.DisplayLabel, a.Description, a.Image = f.Value("displayLabel"), f.Value("description"), f.Value("image")
		a.ShownInPortal, a.BookmarkURL = f.Value("shown") != "", f.Value("bookmarkUrl")
		if a.DisplayLabel == "" {
			a.DisplayLabel = a.Name
		}
	})
	if err != nil && f.refusedInput(err, applicationFields, "displayLabel") {
		return c.showJumpCloud(http.StatusUnprocessableEntity, "general", &f, "")
	}
	return c.told(err, c.at("application", "tab", "general"), "Saved.")
}

func (c *play) askToDeactivateBookmark() error {
	return c.confirm("Deactivate Bookmark", confirmPage{
		Question: "Deactivate Bookmark?", Text: "People do not see the application in their portal any more. Users and groups are provisioned as before.",
		Action: c.at("application/bookmark"), Button: "Confirm", Back: c.at("application", "tab", "general"),
	})
}

func (c *play) deactivateBookmark() error {
	return c.told(c.sim.Provider().DeactivateBookmark(), c.at("application", "tab", "general"), "The bookmark was deactivated.")
}

type deleteApplicationPage struct {
	playPage
	Form   form
	App    idp.Application
	Active bool
	Back   string
}

func (c *play) askToDeleteApplication() error {
	return c.showDeleteApplication(http.StatusOK, newForm())
}

func (c *play) showDeleteApplication(status int, f form) error {
	state := c.sim.State().Provider
	if state.Phase == idp.PhaseNone {
		return c.redirectWith(c.at("application"), flash{"warning", "There is no application to be deleted."})
	}
	return c.showAs(status, "play-delete", deleteApplicationPage{
		playPage: c.page("Delete "+state.Application.DisplayLabel, "application"), Form: f, App: state.Application,
		Active: state.Phase == idp.PhaseActive || state.Phase == idp.PhaseQuarantine, Back: c.at("application", "tab", "general"),
	})
}

func (c *play) deleteApplication() error {
	f, err := c.form()
	if err != nil {
		return err
	}
	label := c.sim.State().Provider.Application.DisplayLabel
	n, err := strconv.Atoi(f.Value("number"))
	if err != nil {
		f.refuse("number", "Enter how many applications are to be deleted, which is 1.")
		return c.showDeleteApplication(http.StatusUnprocessableEntity, f)
	}
	err = c.sim.Provider().DeleteApplication(c.r.Context(), n)
	if err != nil && f.refusedInput(err, nil, "number") {
		return c.showDeleteApplication(http.StatusUnprocessableEntity, f)
	}
	return c.told(err, c.at("application"), "Deleted "+label+". Its users and groups stay in Cinode.")
}
