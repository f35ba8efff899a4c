package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
)

// playWords are what an identity provider calls the things of its pages.
type playWords struct {
	Name    string
	About   string
	Log     string // its log
	App     string // the tab of the application
	People  string
	Groups  string
	Bind    string // gives a group access
	Unbind  string
	Bound   string // a group that has it
	Unbound string
	Direct  bool // people are assigned by themselves, too
	Sync    string
}

func wordsOfKind(kind idp.Kind) playWords {
	switch kind {
	case idp.Entra:
		return playWords{
			Name: "Entra ID", About: "Works in cycles, 40 minutes apart (40 seconds here), and tells of them in its provisioning logs.",
			Log: "Provisioning logs", App: "Provisioning", People: "Users", Groups: "Groups",
			Bind: "Assign", Unbind: "Remove", Bound: "assigned", Unbound: "not assigned", Direct: true, Sync: "Provision now",
		}
	case idp.Okta:
		return playWords{
			Name: "Okta", About: "Pushes people and groups as they are assigned, and tells of it in its System Log.",
			Log: "System Log", App: "Cinode", People: "People", Groups: "Groups",
			Bind: "Push", Unbind: "Unlink", Bound: "pushed", Unbound: "not pushed", Direct: true, Sync: "Sync now",
		}
	default:
		return playWords{
			Name: "JumpCloud", About: "Sends who is in a bound User Group, and tells of it in Directory Insights.",
			Log: "Directory Insights", App: "SSO Applications", People: "Users", Groups: "User Groups",
			Bind: "Bind", Unbind: "Unbind", Bound: "bound", Unbound: "not bound", Sync: "Sync now",
		}
	}
}

// playPhase is where an integration stands, as pages show it.
type playPhase struct{ Kind, Text string }

func viewPlayPhase(phase idp.Phase) playPhase {
	switch phase {
	case idp.PhaseActive:
		return playPhase{"success", "active"}
	case idp.PhaseQuarantine:
		return playPhase{"danger", "in quarantine"}
	case idp.PhaseConfigured:
		return playPhase{"info", "configured, not active"}
	case idp.PhaseAdded:
		return playPhase{"", "not configured"}
	default:
		return playPhase{"", "no application"}
	}
}

type playNewPage struct {
	frame
	Form     form
	Kinds    []choice
	Stories  []playStory
	Paces    []choice
	Dialects []choice
	Matches  []choice
	Styles   []choice
	Titles   []choice
	Back     string
	Fault    string // of no field
}

// playStory is a built-in story in the picker.
type playStory struct {
	choice
	For  string // the providers that it is for, where not all are
	Only string // their kinds
	Bulk bool
}

// bulkStory takes numbers of users and groups.
const bulkStory = "bulk-onboarding"

func playStories() []playStory {
	list := []playStory{{choice: choice{Label: "None", Hint: "An empty directory: everything is done by hand."}}}
	for _, s := range scenario.Builtin("") {
		c := playStory{choice: choice{Value: s.Name, Label: strings.ReplaceAll(s.Name, "-", " "), Hint: playAbout(s.Description)}, Bulk: s.Name == bulkStory}
		var names, kinds []string
		for _, kind := range idp.Kinds() {
			if s.For(kind) {
				names, kinds = append(names, wordsOfKind(kind).Name), append(kinds, string(kind))
			}
		}
		if len(names) < len(idp.Kinds()) {
			c.For, c.Only = strings.Join(names, " and "), strings.Join(kinds, " ")
		}
		list = append(list, c)
	}
	return list
}

func (v *visit) newSimulation() error {
	kind := v.query("kind")
	if !slices.Contains(idp.Kinds(), idp.Kind(kind)) {
		kind = string(idp.JumpCloud)
	}
	return v.showNewSimulation(http.StatusOK, newForm("kind", kind, "story", v.query("story"), "pace", "2s"))
}

func (v *visit) showNewSimulation(status int, f form) error {
	f.forget("token")
	page := playNewPage{
		frame: v.frame("Add a simulated identity provider"), Form: f, Stories: playStories(), Back: v.url("play"), Fault: f.Error("other"),
		Paces:    []choice{{Value: "0s", Label: "no pause"}, {Value: "1s", Label: "1 second a step"}, {Value: "2s", Label: "2 seconds a step"}, {Value: "5s", Label: "5 seconds a step"}, {Value: "15s", Label: "15 seconds a step"}},
		Dialects: []choice{{Label: "its own for Cinode, or its usual one"}, {Value: "cinode", Label: "cinode: the connector for Cinode"}, {Value: "custom", Label: "custom: any SCIM application"}},
		Titles:   []choice{{Label: "title"}, {Value: "jobTitle", Label: "jobTitle, as the article's table says"}},
		Matches:  []choice{{Label: "userName"}, {Value: "externalId", Label: "externalId"}},
		Styles:   []choice{{Label: "oin: of the Okta Integration Network"}, {Value: "aiw", Label: "aiw: of the App Integration Wizard"}},
	}
	for _, kind := range idp.Kinds() {
		w := wordsOfKind(kind)
		page.Kinds = append(page.Kinds, choice{string(kind), w.Name, w.About})
	}
	return v.showAs(status, "play-new", page)
}

// specFields are those of the form by the names that faults have for them.
var specFields = map[string]string{
	"kind": "kind", "token": "token", "users": "users", "groups": "groups", "pace": "pace", "story": "story", "scenario": "story",
	"base URL": "baseUrl", "dialect": "dialect", "job title": "jobTitle", "matching attribute": "matchBy", "Okta style": "oktaStyle",
}

func (v *visit) createSimulation() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	spec := simulation.Spec{
		Kind: idp.Kind(f.Value("kind")), BaseURL: f.Value("baseUrl"), Token: f.Value("token"), Dialect: f.Value("dialect"),
		JobTitle: f.Value("jobTitle"), MatchBy: f.Value("matchBy"), AADOptIn: f.Value("aad") != "", OktaStyle: f.Value("oktaStyle"), Story: f.Value("story"),
	}
	if spec.Story != "" {
		spec.Users, spec.Groups = f.playNumber("users", spec.Story == bulkStory), f.playNumber("groups", spec.Story == bulkStory)
		if spec.Pace, err = time.ParseDuration(f.Value("pace")); err != nil {
			f.refuse("pace", "Choose how long each step is shown.")
		}
	}
	if f.Errors != nil {
		return v.showNewSimulation(http.StatusUnprocessableEntity, f)
	}
	s, err := v.Simulated.Create(v.r.Context(), v.by(), v.Tenant.ID, spec)
	switch {
	case errors.Is(err, simulation.ErrFull):
		f.refuse("other", sentence(err.Error()))
		return v.showNewSimulation(http.StatusConflict, f)
	case err != nil && f.refusedInput(err, specFields, "other"):
		return v.showNewSimulation(http.StatusUnprocessableEntity, f)
	case err != nil:
		return err
	}
	return v.redirect(v.url("play/" + strconv.FormatInt(s.ID, 10)))
}

// playNumber reads a number that may be left out; where it has no meaning it is not read.
func (f *form) playNumber(field string, wanted bool) int {
	text := f.Value(field)
	if text == "" || !wanted {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		f.refuse(field, "Give a number from 1 on, or leave it out.")
	}
	return n
}
