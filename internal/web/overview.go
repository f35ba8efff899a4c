package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func (p *pages) overviewRoutes(r chi.Router) {
	r.Get("/", p.tenant((*visit).showOverview))
	r.Get("/events", p.tenant(func(v *visit) error { return v.streamNews(v.newest) }))
}

// span is how far the overview looks back, and in what steps.
type span struct {
	Key, Label string
	Ago        string // as a part of a sentence
	Step       time.Duration
	Steps      int
	Marks      []string // below the drawing, evenly
}

var lookbacks = []span{
	{"", "24 hours", "in the last 24 hours", 30 * time.Minute, 48, []string{"24 hours ago", "18", "12", "6", "now"}},
	{"7d", "7 days", "in the last 7 days", 2 * time.Hour, 84, []string{"7 days ago", "6", "5", "4", "3", "2", "1", "now"}},
}

// overviewPage is the tenant at a glance.
type overviewPage struct {
	frame
	Ranges   []tab
	Span     span
	Sum      tally
	Chart    chart
	Clients  []clientRow
	Held     store.Census
	Links    overviewLinks
	Tokens   []tokenView // that are good, but not for long any more
	Live     int         // tokens that are good
	More     bool        // there are more tokens than were looked at
	Failures []failure
	News     string
	Off      bool // nothing is recorded
}

// overviewLinks are empty where there is no such page.
type overviewLinks struct {
	Start, Users, Disconnected, Groups, Teams, Roles, Tokens, NewToken, Requests, Errors, Deviating string
}

// tally counts requests. Each is an error, deviates, or neither.
type tally struct {
	Requests, Errors, Deviating int64
}

func (t *tally) add(x journal.Traffic) {
	t.Requests += x.Requests
	t.Errors += x.Errors
	t.Deviating += x.Deviating
}

// Share is how many of the requests n are, in words.
func (t tally) Share(n int64) string {
	switch percent := float64(n) * 100 / float64(max(t.Requests, 1)); {
	case n == 0:
		return "none"
	case percent < 1:
		return "under 1% of requests"
	default:
		return strconv.FormatFloat(percent, 'f', 0, 64) + "% of requests"
	}
}

// clientRow is what one client sent.
type clientRow struct {
	Client journal.Client
	tally
	Width string // of its bar, of 100
	URL   string
}

// failure is a request that was refused or failed.
type failure struct {
	At           time.Time
	Client       journal.Client
	Method, Path string
	Status       int
	Reason       string
	URL          string
}

func (v *visit) showOverview() error {
	page := overviewPage{frame: v.frame("Overview"), Span: lookbacks[0], Off: v.Admin.Journal == nil || v.Admin.Journal.Max == 0}
	for _, s := range lookbacks {
		current := s.Key == v.query("range")
		if current {
			page.Span = s
		}
		page.Ranges = append(page.Ranges, tab{Label: s.Label, URL: v.url("overview", "range", s.Key), Current: current})
	}
	if !slices.ContainsFunc(page.Ranges, func(t tab) bool { return t.Current }) {
		page.Ranges[0].Current = true
	}
	page.Links = v.overviewLinks()
	var err error
	if page.News, err = v.newsURL("overview"); err != nil { // before the journal is read: nothing comes in between
		return err
	}
	if page.Held, err = v.Admin.Census(v.r.Context(), v.Tenant.ID); err != nil {
		return err
	}
	if err := v.expiring(&page); err != nil {
		return err
	}
	if !page.Off {
		if err := v.traffic(&page); err != nil {
			return err
		}
	}
	return v.show("overview", page)
}

func (v *visit) overviewLinks() overviewLinks {
	to := func(section string, pairs ...string) string {
		if !v.has(section) {
			return ""
		}
		return v.url(section, pairs...)
	}
	return overviewLinks{
		Start: to("start"), Users: to("users"), Disconnected: to("users", "status", string(cinode.StatusDisconnected)), Groups: to("groups"), Teams: to("teams"),
		Roles: to("roles"), Tokens: to("tokens"), NewToken: to("tokens/new"), Requests: to("requests"), Errors: to("requests", "only", "failures"),
		Deviating: to("requests", "only", "deviations"),
	}
}

// expiring finds the tokens that need to be renewed, the first to end first.
func (v *visit) expiring(page *overviewPage) error {
	const most = 1000
	list, err := v.Admin.Tokens(v.r.Context(), v.Tenant.ID, "", "active", most)
	if err != nil {
		return err
	}
	now := v.Admin.TimeOf(v.Tenant).Now
	page.More = list.Next != ""
	for _, t := range list.Items {
		if t.State(now) != "active" { // by the clock of the tenant
			continue
		}
		page.Live++
		if admin.ExpiringSoon(t, now) {
			page.Tokens = append(page.Tokens, v.viewToken(t))
		}
	}
	slices.SortStableFunc(page.Tokens, func(a, b tokenView) int { return a.Expires.Compare(b.Expires) })
	const shown = 6
	page.Tokens = page.Tokens[:min(len(page.Tokens), shown)]
	return nil
}

// traffic counts and draws what came, and finds what failed last.
func (v *visit) traffic(page *overviewPage) error {
	s := page.Span
	q := journal.TrafficQuery{Tenant: v.Tenant.ID, Step: s.Step, To: v.Admin.TimeOf(v.Tenant).Now.Truncate(s.Step).Add(s.Step)}
	q.From = q.To.Add(-time.Duration(s.Steps) * s.Step)
	list, err := v.Admin.Journal.Traffic(v.r.Context(), q)
	if err != nil {
		return err
	}
	steps := make([]tally, s.Steps)
	clients := map[journal.Client]*clientRow{}
	for _, x := range list {
		page.Sum.add(x)
		steps[int(x.At.Sub(q.From)/s.Step)].add(x)
		row := clients[x.Client]
		if row == nil {
			row = &clientRow{Client: x.Client}
			if page.Links.Requests != "" {
				row.URL = v.url("requests", "client", string(x.Client))
			}
			clients[x.Client] = row
		}
		row.add(x)
	}
	page.Chart = draw(steps, q.From, s.Step)
	for _, row := range clients {
		page.Clients = append(page.Clients, *row)
	}
	slices.SortFunc(page.Clients, func(a, b clientRow) int {
		if a.Requests != b.Requests {
			return int(b.Requests - a.Requests)
		}
		return strings.Compare(string(a.Client), string(b.Client))
	})
	for i := range page.Clients {
		page.Clients[i].Width = decimal(100 * float64(page.Clients[i].Requests) / float64(page.Clients[0].Requests))
	}
	if page.Sum.Errors == 0 { // to look for them would read all that there is
		return nil
	}
	return v.failures(page, q.From)
}

func (v *visit) failures(page *overviewPage, since time.Time) error {
	const shown = 6
	list, err := v.Admin.Journal.Exchanges(v.r.Context(), journal.Query{
		Tenant: v.Tenant.ID, Newest: true, Limit: shown, Match: journal.Match{MinStatus: 400, Since: since},
	}, "")
	for i := range list {
		e := &list[i]
		f := failure{At: e.At, Client: e.Client, Method: e.Method, Path: e.Place, Status: e.Status, Reason: sentence(strings.TrimSuffix(e.Reason, "."))}
		if f.Path == "" {
			f.Path = e.Path
		}
		if page.Links.Requests != "" {
			f.URL = v.url("requests/" + idText(e.ID))
		}
		page.Failures = append(page.Failures, f)
	}
	return err
}
