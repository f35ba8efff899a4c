package web

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/checks"
	"github.com/cinode-scim/cinode-scim/internal/conformance"
	"github.com/cinode-scim/cinode-scim/internal/report"
)

// rowView is a row of the checklist with its verdict.
type rowView struct {
	conformance.Result
	Kind string // of the badge
	URL  string
}

func (v *visit) viewRow(run *checks.Run, r conformance.Result) rowView {
	return rowView{r, verdictKind(r.Verdict), v.url("check/runs/" + run.ID + "/rows/" + r.Row.ID)}
}

// Why is the first reason.
func (r rowView) Why() string {
	if len(r.Reasons) == 0 {
		return ""
	}
	return r.Reasons[0]
}

// areaView is an area of the report.
type areaView struct {
	conformance.Area
	URL     string
	Current bool
	N       int
	Tallies []verdictCount
}

type checkPage struct {
	frame
	Run         runView
	Back        string
	Events      string // while it is going on
	Stop        string
	Again       string
	Latest      []rowView // that ended last, while it is going on
	Took        string
	Verdicts    []tab
	Areas       []areaView
	Area        *areaView // the chosen one
	AllAreas    string
	Rows        []rowView
	First, Next string
	Downloads   []navLink
}

// Sizes of lists.
const (
	rowsShown   = 60
	latestShown = 12
)

func (v *visit) showCheck() error {
	run, err := v.Checks.Run(v.Tenant.ID, v.param("run"))
	if err != nil {
		return err
	}
	base := "check/runs/" + run.ID
	page := checkPage{frame: v.frame("Check of " + v.viewRun(run).TargetLabel()), Run: v.viewRun(run), Back: v.url("check")}
	if !page.Run.Ended() {
		page.Events, page.Stop = v.url(base+"/events"), v.url(base+"/stop")
		for _, r := range slices.Backward(page.Run.Results) {
			if len(page.Latest) == latestShown {
				break
			}
			page.Latest = append(page.Latest, v.viewRow(run, r))
		}
		return v.show("check-run", page)
	}
	if page.Run.Report == nil {
		return v.show("check-run", page)
	}
	page.Took = longWords(page.Run.Report.Duration)
	if page.Took == "" {
		page.Took = "under a second"
	}
	for _, f := range reportFormats {
		page.Downloads = append(page.Downloads, navLink{section: section{Label: f.label}, URL: v.url(base + "/report/" + f.name)})
	}
	v.browse(&page, base)
	return v.show("check-run", page)
}

// browse fills in the part of the report that the address asks for: an area, a
// verdict, from a row on.
func (v *visit) browse(page *checkPage, base string) {
	area, verdict, after := v.query("area"), v.query("verdict"), v.query("after")
	all := page.Run.Results
	inArea := slices.DeleteFunc(slices.Clone(all), func(r conformance.Result) bool { return area != "" && r.Row.Area != area })
	page.Verdicts = []tab{{Label: "All " + strconv.Itoa(len(inArea)), URL: v.url(base, "area", area), Current: verdict == ""}}
	for _, t := range tallies(inArea) {
		if t.N > 0 || string(t.Verdict) == verdict {
			page.Verdicts = append(page.Verdicts, tab{
				Label: t.Label + " " + strconv.Itoa(t.N), URL: v.url(base, "area", area, "verdict", string(t.Verdict)), Current: string(t.Verdict) == verdict,
			})
		}
	}
	page.AllAreas = v.url(base, "verdict", verdict)
	for _, a := range conformance.Areas() {
		of := slices.DeleteFunc(slices.Clone(all), func(r conformance.Result) bool { return r.Row.Area != a.Name })
		if len(of) == 0 {
			continue
		}
		view := areaView{Area: a, URL: v.url(base, "area", a.Name, "verdict", verdict), Current: a.Name == area, N: len(of), Tallies: tallies(of)}
		page.Areas = append(page.Areas, view)
		if view.Current {
			page.Area = &view
		}
	}
	slices.SortStableFunc(inArea, func(a, b conformance.Result) int { return verdictRank(a.Verdict) - verdictRank(b.Verdict) })
	begun := after == ""
	for _, r := range inArea {
		if !begun {
			begun = r.Row.ID == after
			continue
		}
		if verdict != "" && string(r.Verdict) != verdict {
			continue
		}
		if len(page.Rows) == rowsShown {
			page.Next = v.url(base, "area", area, "verdict", verdict, "after", page.Rows[rowsShown-1].Row.ID)
			break
		}
		page.Rows = append(page.Rows, v.viewRow(page.Run.Run, r))
	}
	if after != "" {
		page.First = v.url(base, "area", area, "verdict", verdict)
	}
}

// liveRow is a row as the stream sends it.
type liveRow struct {
	ID      string              `json:"id"`
	Verdict conformance.Verdict `json:"verdict"`
	Kind    string              `json:"kind"`
	Level   conformance.Level   `json:"level"`
	Text    string              `json:"text"`
	Why     string              `json:"why"`
	URL     string              `json:"url"`
	Done    int                 `json:"done"`
	Total   int                 `json:"total"`
}

// errStreamOver ends a stream that has nothing more to say.
var errStreamOver = errors.New("the run has ended")

const eventEnd = "end"

// streamCheck sends each row as it ends, and then that the run has ended.
func (v *visit) streamCheck() error {
	run, err := v.Checks.Run(v.Tenant.ID, v.param("run"))
	if err != nil {
		return err
	}
	return v.stream(func(last string) ([]event, error) {
		if last == eventEnd {
			return nil, errStreamOver
		}
		seen, err := strconv.Atoi(last)
		if err != nil || seen < 0 {
			seen = 0
		}
		view := run.Await(v.r.Context(), seen, heartbeat)
		if view.Ended() {
			return []event{{eventEnd, eventEnd, string(view.State)}}, nil
		}
		var list []event
		for i := min(seen, len(view.Results)); i < len(view.Results); i++ {
			row := v.viewRow(run, view.Results[i])
			data, err := json.Marshal(liveRow{row.Row.ID, row.Verdict, row.Kind, row.Row.Level, row.Row.Text, row.Why(), row.URL, i + 1, view.Total})
			if err != nil {
				return nil, err
			}
			list = append(list, event{strconv.Itoa(i + 1), "row", string(data)})
		}
		return list, nil
	})
}

var reportFormats = []struct {
	name, label, file, kind string
	write                   func(*conformance.Report, io.Writer) error
}{
	{"html", "HTML", "report.html", "text/html; charset=utf-8", (*conformance.Report).WriteHTML},
	{"json", "JSON", "report.json", "application/json", (*conformance.Report).WriteJSON},
	{"junit", "JUnit", "junit.xml", "application/xml", (*conformance.Report).WriteJUnit},
	{"har", "HAR", "requests.har", "application/json", (*conformance.Report).WriteHAR},
}

func (v *visit) downloadCheck() error {
	run, report, err := v.endedRun(v.param("run"))
	if err != nil {
		return err
	}
	for _, f := range reportFormats {
		if f.name == v.param("format") {
			v.w.Header().Set("Content-Type", f.kind)
			v.w.Header().Set("Content-Disposition", `attachment; filename="scim-check-`+run.ID+"-"+f.file+`"`)
			return f.write(report, v.w)
		}
	}
	return errNoPage
}

// endedRun finds a run that has a report.
func (v *visit) endedRun(id string) (*checks.Run, *conformance.Report, error) {
	run, err := v.Checks.Run(v.Tenant.ID, id)
	if err != nil {
		return nil, nil, err
	}
	report := run.View().Report
	if report == nil {
		return nil, nil, &admin.ConflictError{Detail: "the run has no report: it is going on, or could not judge its target"}
	}
	return run, report, nil
}

// exchangeView is a request of a check with its answer.
type exchangeView struct {
	N              int
	Method, Path   string
	Status         int
	Took           string
	Curl           string
	Sent, Received string
	Open           bool // the last one, which tells why
}

type checkRowPage struct {
	frame
	Row       rowView
	Run       runView
	AreaTitle string
	SpecURL   string
	Took      string
	Exchanges []exchangeView
	Back      string
	Curious   []navLink // the rows before and after
}

func (v *visit) showCheckRow() error {
	run, err := v.Checks.Run(v.Tenant.ID, v.param("run"))
	if err != nil {
		return err
	}
	view := v.viewRun(run)
	i := slices.IndexFunc(view.Results, func(r conformance.Result) bool { return r.Row.ID == v.param("row") })
	if i < 0 {
		return &admin.MissingError{Detail: "the run has no row " + strconv.Quote(v.param("row")) + " so far"}
	}
	result := view.Results[i]
	page := checkRowPage{
		frame: v.frame(result.Row.ID), Row: v.viewRow(run, result), Run: view, SpecURL: specURL(result.Row.Section), Took: report.Short(result.Duration),
		Back: v.url("check/runs/"+run.ID, "area", result.Row.Area),
	}
	for _, a := range conformance.Areas() {
		if a.Name == result.Row.Area {
			page.AreaTitle = a.Title
		}
	}
	if i > 0 {
		page.Curious = append(page.Curious, navLink{section: section{Label: "Previous: " + view.Results[i-1].Row.ID}, URL: v.viewRow(run, view.Results[i-1]).URL})
	}
	if i+1 < len(view.Results) {
		page.Curious = append(page.Curious, navLink{section: section{Label: "Next: " + view.Results[i+1].Row.ID}, URL: v.viewRow(run, view.Results[i+1]).URL})
	}
	page.Exchanges = exchangesOf(result, strings.TrimRight(run.Target, "/"))
	return v.show("check-row", page)
}
