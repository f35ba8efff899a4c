package web

import (
	"time"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// provisioningWords are what the screens of Entra ID and Okta call their parts.
type provisioningWords struct {
	First, Credentials        string // the tab of the credentials, and their heading
	URL, Token, Groups        string
	Test, Save, Start, Stop   string
	StartHint, Assigned       string
	AssignPeople, AssignGroup string
}

func provisioningWordsOf(kind idp.Kind) provisioningWords {
	if kind == idp.Okta {
		return provisioningWords{
			First: "Integration", Credentials: "Enable API integration", URL: "Base URL", Token: "API Token", Groups: "Import and push groups",
			Test: "Test API Credentials", Save: "Save", Start: "Enable provisioning", Stop: "Disable provisioning",
			StartHint: "Okta then pushes whoever is assigned. What it does is listed under To App.", Assigned: "Assignments",
			AssignPeople: "Assign to People", AssignGroup: "Push Groups",
		}
	}
	return provisioningWords{
		First: "Provisioning", Credentials: "Admin Credentials", URL: "Tenant URL", Token: "Secret Token", Groups: "Provision groups and memberships, too",
		Test: "Test Connection", Save: "Save", Start: "Start provisioning", Stop: "Stop provisioning",
		StartHint: "The initial cycle begins at once; later ones follow by themselves.", Assigned: "Users and groups",
		AssignPeople: "Users", AssignGroup: "Groups",
	}
}

// provisioningPage is the application of Entra ID or Okta, under one of its tabs.
type provisioningPage struct {
	playPage
	P             provisioningWords
	Tab           string
	Form          form
	Failure       string
	Has           bool // credentials were saved
	Active        bool
	Quarantine    bool
	Managed       bool
	Interval      time.Duration
	Connection    idp.Connection
	Cycles        int
	LastAt        time.Time
	LastSent      int64
	LastFailed    int
	Saved         string // where the forms go
	Test, Start   string
	Stop, Here    string
	People        []playUser // who are assigned
	Groups        []playGroup
	OtherPeople   []string
	OtherGroups   []string
	Assign, Bind  string
	ShowPeople    bool
	ShowGroups    bool
	PeopleURL     string
	MorePeople    int
	ChangedURL    string
	Provisionable []string // what To App has switched on
}

// showProvisioning shows the application; typed is a form that was not taken, and
// failure what the test said.
func (c *play) showProvisioning(status int, screen string, typed *form, failure string) error {
	sim := c.sim.State()
	state := sim.Provider
	w := provisioningWordsOf(c.sim.Kind)
	p := provisioningPage{
		playPage: c.page(wordsOfKind(c.sim.Kind).App, "application"), P: w, Tab: screen, Failure: failure, Connection: state.Connection, Cycles: state.Cycles,
		Has: state.Phase != idp.PhaseNone && state.Phase != idp.PhaseAdded, Active: state.Phase == idp.PhaseActive || state.Phase == idp.PhaseQuarantine,
		Quarantine: state.Phase == idp.PhaseQuarantine, Interval: c.sim.Provider().Interval().Round(time.Second),
		Managed: state.Connection.Groups || state.Connection.BaseURL == "",
		Saved:   c.at("application/credentials"), Test: c.at("application/test"), Start: c.at("application/activate"), Stop: c.at("application/deactivate"),
		Here: c.at("application", "here", "1"), Assign: c.at("users/assign"), Bind: c.at("groups/bind"), PeopleURL: c.at("users"),
	}
	c.provisioningTabs(&p)
	if sim.Last != nil {
		p.LastAt, p.LastSent, p.LastFailed = sim.Last.Started, sim.Last.Requests, len(sim.Last.Failures)
	}
	p.Form = newForm("baseUrl", state.Connection.BaseURL)
	if own, _ := c.sim.Target(); c.query("here") != "" {
		p.Form = newForm("baseUrl", own)
	}
	if typed != nil {
		p.Form, p.Managed = *typed, typed.Value("groups") != ""
	}
	if p.ShowPeople || p.ShowGroups {
		c.assigned(&p, state)
	}
	return c.showAs(status, "play-provisioning", p)
}

// provisioningTabs makes the tabs, which are those of the provider.
func (c *play) provisioningTabs(p *provisioningPage) {
	tabs := []tab{{Label: p.P.First, URL: "provisioning"}, {Label: p.P.Assigned, URL: "assigned"}}
	if c.sim.Kind == idp.Okta {
		tabs = []tab{{Label: p.P.First, URL: "provisioning"}, {Label: "To App", URL: "app"}, {Label: p.P.Assigned, URL: "assigned"}, {Label: "Push Groups", URL: "push"}}
		p.Provisionable = []string{"Create Users", "Update User Attributes", "Deactivate Users"}
	}
	current := "provisioning"
	for _, t := range tabs {
		if t.URL == p.Tab {
			current = p.Tab
		}
	}
	p.Tab = current
	for _, t := range tabs {
		p.Sub = append(p.Sub, tab{t.Label, c.at("application", "tab", t.URL), t.URL == current})
	}
	p.frame = p.showing(p.Sub)
	p.ShowPeople = current == "assigned"
	p.ShowGroups = current == "push" || current == "assigned" && c.sim.Kind == idp.Entra
	p.ChangedURL = c.at("application", "tab", current)
}

// assigned fills in who and what is assigned, and who and what else could be.
func (c *play) assigned(p *provisioningPage, state idp.View) {
	for _, u := range state.Users {
		switch {
		case !u.Assigned:
			if len(p.OtherPeople) < playMostChoices {
				p.OtherPeople = append(p.OtherPeople, u.Username)
			}
		case len(p.People) < playMembersShown:
			p.People = append(p.People, c.viewUser(u))
		default:
			p.MorePeople++
		}
	}
	for _, g := range state.Groups {
		if g.Bound {
			p.Groups = append(p.Groups, c.viewGroup(g))
		} else {
			p.OtherGroups = append(p.OtherGroups, g.Name)
		}
	}
}
