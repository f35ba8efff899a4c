package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/checks"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/conformance"
)

func (p *pages) checkRoutes(r chi.Router) {
	r.Get("/", p.tenant((*visit).showChecks))
	r.Post("/", p.tenant((*visit).startCheck))
	r.Get("/compare", p.tenant((*visit).compareChecks))
	p.below(r, "/runs/{run}", func(r chi.Router) {
		r.Get("/", p.tenant((*visit).showCheck))
		r.Get("/events", p.tenant((*visit).streamCheck))
		r.Get("/stop", p.tenant((*visit).askToStopCheck))
		r.Post("/stop", p.tenant((*visit).stopCheck))
		r.Get("/report/{format}", p.tenant((*visit).downloadCheck))
		r.Get("/rows/{row}", p.tenant((*visit).showCheckRow))
	})
}

// verdictKinds are the verdicts in the order of reports, each with the kind of its
// badge.
var verdictKinds = []struct {
	verdict conformance.Verdict
	label   string
	kind    string
}{
	{conformance.Fail, "Fail", "danger"}, {conformance.Error, "Error", "danger"}, {conformance.Warning, "Warning", "warning"},
	{conformance.Pass, "Pass", "success"}, {conformance.Skipped, "Skipped", ""},
}

func verdictKind(v conformance.Verdict) string {
	for _, k := range verdictKinds {
		if k.verdict == v {
			return k.kind
		}
	}
	return ""
}

// verdictRank is the place of a verdict in reports: what asks for work comes first.
func verdictRank(v conformance.Verdict) int {
	for i, k := range verdictKinds {
		if k.verdict == v {
			return i
		}
	}
	return len(verdictKinds)
}

// verdictCount is how many rows have a verdict.
type verdictCount struct {
	Verdict conformance.Verdict
	Label   string
	Kind    string
	N       int
	Start   float64 // of its part of a bar, in percent
	Share   float64
}

// tallies counts all verdicts, with those that nothing has.
func tallies(results []conformance.Result) []verdictCount {
	list := make([]verdictCount, len(verdictKinds))
	at := map[conformance.Verdict]int{}
	for i, k := range verdictKinds {
		list[i], at[k.verdict] = verdictCount{Verdict: k.verdict, Label: k.label, Kind: k.kind}, i
	}
	for _, r := range results {
		list[at[r.Verdict]].N++
	}
	start := 0.0
	for i := range list {
		if len(results) > 0 {
			list[i].Start, list[i].Share = start, 100*float64(list[i].N)/float64(len(results))
			start += list[i].Share
		}
	}
	return list
}

// runView is a run as a list shows it.
type runView struct {
	*checks.Run
	checks.View
	URL     string
	Tallies []verdictCount
}

func (v *visit) viewRun(r *checks.Run) runView {
	view := r.View()
	return runView{Run: r, View: view, URL: v.url("check/runs/" + r.ID), Tallies: tallies(view.Results)}
}

// StateKind is the kind of the badge of the state.
func (r runView) StateKind() string {
	switch r.State {
	case checks.Done:
		return "success"
	case checks.Failed:
		return "danger"
	case checks.Stopped, checks.Stopping:
		return "warning"
	default:
		return "info"
	}
}

// Scope is what is judged, in words.
func (r runView) Scope() string {
	if len(r.Only) == 0 {
		return "the whole checklist"
	}
	return strings.Join(r.Only, ", ")
}

// TargetLabel names the target in few words.
func (r runView) TargetLabel() string {
	if r.Own {
		return "this server"
	}
	return r.Target
}

type checksPage struct {
	frame
	Form     form
	Targets  []choice
	Profiles []choice
	Areas    []choice
	Rows     int
	Faults   bool // rules are in force, which a run meets
	Runs     []runView
	Active   *runView // what is going on
	Compare  string
	Choices  []choice // of runs to compare
}

func (v *visit) showChecks() error {
	profile := "rfc"
	if v.Tenant.Persona == cinode.PersonaCinode {
		profile = "cinode"
	}
	return v.showChecksWith(http.StatusOK, newForm("target", "this", "profile", profile))
}

func (v *visit) showChecksWith(status int, f form) error {
	page := checksPage{
		frame: v.frame("Check"), Form: f, Rows: len(conformance.Rows()), Compare: v.url("check/compare"),
		Targets: []choice{{"this", "This server", "tenant " + strconv.FormatInt(v.Tenant.ID, 10) + ", with a token made for the run"}, {"other", "Another server", "any SCIM server"}},
		Faults:  v.Admin.Faults != nil && v.Admin.Faults.Any(v.Tenant.ID),
	}
	for _, name := range conformance.Profiles() {
		page.Profiles = append(page.Profiles, choice{name, name, conformance.DescribeProfile(name)})
	}
	for _, a := range conformance.Areas() {
		page.Areas = append(page.Areas, choice{a.Name, a.Title, a.Name})
	}
	for _, r := range v.Checks.Runs(v.Tenant.ID) {
		view := v.viewRun(r)
		if !view.Ended() {
			page.Active = &view
		} else if view.Report != nil {
			page.Choices = append(page.Choices, choice{Value: r.ID, Label: r.Started.Format("2 Jan 15:04:05") + ", " + r.Profile + ", " + view.TargetLabel()})
		}
		page.Runs = append(page.Runs, view)
	}
	if len(page.Choices) > 1 && f.Value("a") == "" { // the newest two, the older one first
		f.Values.Set("a", page.Choices[1].Value)
		f.Values.Set("b", page.Choices[0].Value)
	}
	return v.showAs(status, "check", page)
}

func (v *visit) startCheck() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	spec := checks.Spec{Tenant: v.Tenant.ID, By: v.by(), Admin: v.Admin, Profile: f.Value("profile"), Only: f.Values["areas"]}
	spec.Only = append(spec.Only, strings.FieldsFunc(f.Value("only"), func(c rune) bool { return c == ',' || c == ' ' || c == ';' || c == '\n' })...)
	for i, word := range spec.Only {
		spec.Only[i] = strings.ToUpper(word)
	}
	if f.Value("target") == "other" {
		spec.BaseURL, spec.Token, spec.Insecure = f.Value("baseUrl"), f.Value("token"), f.Has("insecure", "true")
		if spec.BaseURL == "" {
			f.refuse("baseUrl", "Give the base URL of the server, such as https://example.com/scim/v2.")
		}
	}
	if f.Errors != nil {
		return v.refuseCheck(f)
	}
	r, err := v.Checks.Start(v.r.Context(), spec)
	if err != nil {
		if f.refused(err, "", "profile", "only", "baseUrl") {
			return v.refuseCheck(f)
		}
		var conflict *admin.ConflictError
		if errors.As(err, &conflict) {
			f.refuse("target", sentence(conflict.Detail))
			return v.refuseCheck(f)
		}
		return err
	}
	return v.redirect(v.url("check/runs/" + r.ID))
}

// refuseCheck shows the form again, without the token: a page must not repeat it.
func (v *visit) refuseCheck(f form) error {
	f.forget("token")
	return v.showChecksWith(http.StatusUnprocessableEntity, f)
}

func (v *visit) askToStopCheck() error {
	r, err := v.Checks.Run(v.Tenant.ID, v.param("run"))
	if err != nil {
		return err
	}
	return v.confirm("Stop the run", confirmPage{
		Question: "Stop the run?", Text: "The checks that are going on end and remove what they made. The rows so far can be read.",
		Action: v.url("check/runs/" + r.ID + "/stop"), Button: "Stop", Back: v.url("check/runs/" + r.ID),
	})
}

func (v *visit) stopCheck() error {
	r, err := v.Checks.Run(v.Tenant.ID, v.param("run"))
	if err != nil {
		return err
	}
	r.Stop()
	return v.redirect(v.url("check/runs/" + r.ID))
}
