package web

import (
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

func (p *pages) requestRoutes(r chi.Router) {
	r.Get("/", p.tenant((*visit).listRequests))
	r.Get("/events", p.tenant((*visit).streamRequests))
	r.Get("/export", p.tenant((*visit).exportRequests))
	r.Get("/clear", p.tenant((*visit).askToClearRequests))
	r.Post("/clear", p.tenant((*visit).clearRequests))
	r.Get("/{request}", p.tenant((*visit).showRequest))
	r.Get("/{request}/export", p.tenant((*visit).exportRequest))
	r.Get("/{request}/body", p.tenant((*visit).sendRequestBody))
}

const (
	// requestsShown is the length of a page of the list.
	requestsShown = 60
	// storiesFrom is how many requests a page of stories is made from.
	storiesFrom = 400
)

type requestsPage struct {
	frame
	Form       form
	Filter     requestFilter
	Only       []tab
	Views      []tab
	Chips      []requestChip
	Keep       []pair // what the form of the filters does not show
	Methods    []choice
	Clients    []choice
	Deviations []choice
	Tokens     []string
	List       string // the address that the filters are sent to
	Clear      string
	Exports    []requestExport
	Off        bool // the journal keeps nothing
	SCIM       string
	CreateNew  string // a token
	Rows       []requestRow
	Stories    []requestStory
	Events     string // of live rows: those after the newest that is shown
	Open       string // the request that the pane shows
	First      string
	Older      string
}

func (v *visit) listRequests() error {
	f, form := v.requestFilter()
	page := requestsPage{
		frame: v.frame("Inspector"), Form: form, Filter: f, List: v.url("requests"), Clear: v.url("requests/clear"), Off: v.Admin.Journal.Max == 0,
		SCIM: v.scimURL(), CreateNew: v.url("tokens/new"),
	}
	page.Only, page.Views, page.Chips = v.requestTabs(f), v.requestViews(f), v.requestChips(f)
	page.frame = page.showing(page.Views)
	if err := v.fillChoices(&page); err != nil {
		return err
	}
	status := 200
	if form.Errors == nil {
		if err := v.fillRequests(&page); err != nil {
			return err
		}
	} else {
		status = 400
	}
	for _, as := range requestExports {
		page.Exports = append(page.Exports, requestExport{as.Label, as.Hint, v.url("requests/export", f.with("as", as.URL, "view", "")...)})
	}
	return v.showAs(status, "requests", page)
}

// fillRequests reads the rows or the stories.
func (v *visit) fillRequests(page *requestsPage) error {
	before, _ := strconv.ParseInt(v.query("before"), 10, 64) // what is no id begins with the newest
	f, limit := page.Filter, requestsShown
	if f.Stories() {
		limit = storiesFrom
	}
	list, err := v.readRequests(f, before, limit+1)
	if err != nil {
		return err
	}
	more := len(list) > limit
	list = list[:min(limit, len(list))]
	next := int64(0)
	if more {
		next = list[len(list)-1].ID
	}
	if f.Stories() {
		page.Stories, next = v.tellStories(f, list, next)
	} else {
		for i := range list {
			page.Rows = append(page.Rows, v.requestRow(f, &list[i]))
		}
	}
	if next != 0 {
		page.Older = v.url("requests", f.with("before", requestID(next))...)
	}
	if before > 0 {
		page.First = v.url("requests", f.with()...)
		return nil // older pages do not move
	}
	newest := int64(0)
	if len(list) > 0 {
		newest = list[0].ID
	}
	page.Events = v.url("requests/events", f.with("after", requestID(newest))...)
	if id, err := strconv.ParseInt(v.query("open"), 10, 64); err == nil && !f.Stories() {
		page.Open = v.url("requests/"+requestID(id), f.with()...)
	}
	return nil
}

// readRequests reads what a filter finds, the newest first.
func (v *visit) readRequests(f requestFilter, before int64, limit int) ([]journal.Exchange, error) {
	q, fits, err := v.requestQuery(f)
	if err != nil {
		return nil, err
	}
	if before > 0 && (q.Before == 0 || before < q.Before) {
		q.Before = before
	}
	q.Newest, q.Limit = true, limit
	return v.Admin.Journal.Select(v.r.Context(), q, fits)
}

func (v *visit) requestTabs(f requestFilter) []tab {
	var tabs []tab
	for _, t := range []struct{ label, only string }{{"All", ""}, {"Failures", "failures"}, {"Deviations", "deviations"}, {"Unknown tokens", "unknown"}} {
		tabs = append(tabs, tab{Label: t.label, URL: v.url("requests", f.with("only", t.only)...), Current: f.Only() == t.only})
	}
	return tabs
}

func (v *visit) requestViews(f requestFilter) []tab {
	return []tab{
		{Label: "List", URL: v.url("requests", f.with("view", "")...), Current: !f.Stories()},
		{Label: "Stories", URL: v.url("requests", f.with("view", "stories")...), Current: f.Stories()},
	}
}

// requestChip is a filter in force, with the address of the page without it.
type requestChip struct {
	Label, Value, Without string
}

func (v *visit) requestChips(f requestFilter) []requestChip {
	var chips []requestChip
	for _, name := range []string{"q", "client", "method", "status", "who", "token", "deviation", "from", "to"} {
		if value := f.values.Get(name); value != "" {
			chips = append(chips, requestChip{filterLabels[name], value, v.url("requests", f.with(name, "")...)})
		}
	}
	return chips
}

// fillChoices offers what there is to filter by.
func (v *visit) fillChoices(page *requestsPage) error {
	page.Methods, page.Clients, page.Deviations = []choice{{Label: "any"}}, []choice{{Label: "any"}}, []choice{{Label: "any"}}
	for _, m := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		page.Methods = append(page.Methods, choice{Value: m, Label: m})
	}
	for _, c := range []journal.Client{journal.ClientJumpCloud, journal.ClientEntra, journal.ClientOkta, journal.ClientOneLogin, journal.ClientGoogle, journal.ClientOurs, journal.ClientUnknown} {
		label := string(c)
		if c == journal.ClientOurs {
			label = "cinode-scim"
		}
		page.Clients = append(page.Clients, choice{Value: string(c), Label: label})
	}
	counts, err := v.Admin.Journal.Deviations(v.r.Context(), v.Tenant.ID)
	if err != nil {
		return err
	}
	for _, c := range counts {
		page.Deviations = append(page.Deviations, choice{Value: c.ID, Label: c.ID})
	}
	tokens, err := v.Admin.Tokens(v.r.Context(), v.Tenant.ID, "", "", 50)
	for _, t := range tokens.Items {
		page.Tokens = append(page.Tokens, t.Name)
	}
	for _, name := range []string{"view", "only", "from", "to"} {
		if value := page.Filter.values.Get(name); value != "" {
			page.Keep = append(page.Keep, pair{name, value})
		}
	}
	return err
}

func requestID(id int64) string { return strconv.FormatInt(id, 10) }
