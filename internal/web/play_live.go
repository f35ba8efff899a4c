package web

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
)

// playLive is what happened lately, on both sides.
type playLive struct {
	Log      []playEvent
	Requests []playRequest
	Own      bool // the server is this one
	Target   string
	Users    []playServerUser
	Groups   []playServerGroup
}

// playEvent is an entry of the provider's log.
type playEvent struct {
	idp.Event
	Words   string // what was done, in plain words
	Where   string // of a membership: "to" or "out of"
	Changes string
	Raw     string
}

// playDeeds are actions in plain words: done, and not done.
var playDeeds = map[idp.Action][2]string{
	idp.Activate: {"Activated the integration with", "Could not activate the integration with"}, idp.Update: {"Updated", "Could not update"},
	idp.Reauth: {"Took another token for", "Could not take another token for"}, idp.Remove: {"Deactivated the integration with", "Could not deactivate"},
	idp.Create: {"Created", "Could not create"}, idp.Adopt: {"Took over", "Could not take over"}, idp.Deactivate: {"Deactivated", "Could not deactivate"},
	idp.Reactivate: {"Reactivated", "Could not reactivate"}, idp.Delete: {"Deleted", "Could not delete"}, idp.Lookup: {"Looked up", "Could not look up"},
	idp.Rename: {"Renamed", "Could not rename"}, idp.AddMember: {"Added", "Could not add"}, idp.DropMember: {"Took", "Could not take"},
	idp.Import: {"Imported", "Could not import"}, idp.Quarantine: {"Quarantine of", "Put into quarantine"},
}

func viewPlayEvent(e idp.Event) playEvent {
	view := playEvent{Event: e, Changes: scenario.Changes(e), Words: string(e.Action), Where: "to"}
	if e.Action == idp.DropMember {
		view.Where = "out of"
	}
	if words, ok := playDeeds[e.Action]; ok {
		view.Words = words[0]
		if !e.Success {
			view.Words = words[1]
		}
	}
	return view
}

// viewPlayRecord adds the record as the provider's own log has it.
func viewPlayRecord(e idp.Event) playEvent {
	view := viewPlayEvent(e)
	raw := e.Record.Clone()
	if err := raw.Indent(jsontext.WithIndent("  ")); err != nil {
		raw = e.Record
	}
	view.Raw = string(raw)
	return view
}

// playRequest is a request that the provider sent, with what the server knows of it.
type playRequest struct {
	Method, Path string
	Status       int
	Took         string
	At           time.Time
	Fault        string // why no answer came
	Reason       string // why it was refused
	Deviations   int
	URL          string // of the page about it
}

func viewPlayRequest(e *scimclient.Exchange, base string) playRequest {
	path := scimclient.Readable(strings.TrimPrefix(e.URL, strings.TrimRight(base, "/")))
	view := playRequest{Method: e.Method, Path: path, Status: e.Status, Took: requestTook(e.Duration), At: e.Started}
	if e.Err != nil {
		view.Fault = e.Err.Error()
	}
	return view
}

// How much of what happened lately is shown beside a page.
const (
	liveLog       = 6
	liveRequests  = 10
	liveResources = 5
	liveJournal   = 100 // entries that are looked through
)

// live gathers what happened lately. What cannot be read is left out: the page is about
// something else.
func (c *play) live(state simulation.State) playLive {
	view := playLive{Own: c.isOwn(state), Target: state.Provider.Connection.BaseURL}
	events := c.sim.Events()
	for i := len(events) - 1; i >= 0 && len(view.Log) < liveLog; i-- {
		view.Log = append(view.Log, viewPlayRecord(events[i]))
	}
	exchanges := c.sim.Exchanges(0)
	base, _ := c.sim.Target()
	if view.Target != "" {
		base = view.Target
	}
	known := map[string]journal.Exchange{}
	if view.Own {
		known = c.recorded(liveJournal)
	}
	for i := len(exchanges) - 1; i >= 0 && len(view.Requests) < liveRequests; i-- {
		view.Requests = append(view.Requests, c.arrived(exchanges[i].Exchange, base, known))
	}
	if view.Own {
		view.Users, view.Groups = c.touched(events)
	}
	return view
}

// isOwn says whether the target is the tenant whose pages these are.
func (c *play) isOwn(state simulation.State) bool {
	at := state.Provider.Connection.BaseURL
	if at == "" {
		return state.Own
	}
	return strings.TrimRight(at, "/") == c.Simulated.Home(c.Tenant.ID) || strings.TrimRight(at, "/") == c.scimURL()
}

// recorded are the newest entries of the journal by the id that the answers had.
func (c *play) recorded(limit int) map[string]journal.Exchange {
	list, err := c.Admin.Journal.Exchanges(c.r.Context(), journal.Query{Tenant: c.Tenant.ID, Newest: true, Limit: limit}, "")
	if err != nil {
		c.Logger.WarnContext(c.r.Context(), "the journal could not be read for a simulation", "error", err)
	}
	known := make(map[string]journal.Exchange, len(list))
	for _, e := range list {
		known[e.Request] = e
	}
	return known
}

func (c *play) arrived(e *scimclient.Exchange, base string, known map[string]journal.Exchange) playRequest {
	view := viewPlayRequest(e, base)
	if entry, ok := known[e.Header.Get("X-Request-Id")]; ok && entry.Request != "" {
		view.Reason, view.Deviations = entry.Reason, len(entry.Deviations)
		if c.has("requests") {
			view.URL = c.url("requests/" + strconv.FormatInt(entry.ID, 10))
		}
	}
	return view
}

// playServerUser and playServerGroup are what the server has of what was touched last.
type (
	playServerUser struct {
		ID, Name, Status, Kind, URL string
		Gone                        bool
	}
	playServerGroup struct {
		ID, Name, Unit, UnitKind, URL, UnitURL string
		Gone                                   bool
		Members                                int
	}
)

// touched are the users and groups of the newest events, as they are on the server now.
func (c *play) touched(events []idp.Event) (users []playServerUser, groups []playServerGroup) {
	seen := map[string]bool{}
	for i := len(events) - 1; i >= 0 && (len(users) < liveResources || len(groups) < liveResources); i-- {
		for _, object := range []idp.Object{events[i].Object, events[i].Member} {
			id, err := provisioning.ParseID(object.Target)
			key := object.Kind + " " + object.Target
			if err != nil || seen[key] {
				continue
			}
			seen[key] = true
			switch {
			case object.Kind == idp.KindUser && len(users) < liveResources:
				users = append(users, c.serverUser(id, object.Name))
			case object.Kind == idp.KindGroup && len(groups) < liveResources:
				groups = append(groups, c.serverGroup(id, object.Name))
			}
		}
	}
	return users, groups
}

func (c *play) serverUser(id int64, name string) playServerUser {
	view := playServerUser{ID: strconv.FormatInt(id, 10), Name: name}
	u, err := c.Admin.User(c.r.Context(), c.Tenant.ID, id)
	if err != nil {
		view.Gone = true
		return view
	}
	view.Name, view.Status, view.Kind = u.DisplayName, string(u.Status), "warning"
	if u.Status == cinode.StatusActive {
		view.Kind = "success"
	}
	if c.has("users") {
		view.URL = c.url("users/" + view.ID)
	}
	return view
}

func (c *play) serverGroup(id int64, name string) playServerGroup {
	view := playServerGroup{ID: strconv.FormatInt(id, 10), Name: name}
	g, err := c.Admin.Group(c.r.Context(), c.Tenant.ID, id)
	var missing *admin.MissingError
	if errors.As(err, &missing) {
		view.Gone = true
		return c.leftTeam(view)
	}
	if err != nil {
		view.Gone = true
		return view
	}
	view.Name, view.Members = g.DisplayName, len(g.Resource.Links)
	if c.has("groups") {
		view.URL = c.url("groups/" + view.ID)
	}
	if g.Link != nil {
		view.Unit, view.UnitKind = g.Link.UnitName, string(g.Link.Kind)
		if section := strings.ToLower(view.UnitKind) + "s"; c.has(section) {
			view.UnitURL = c.url(section + "/" + strconv.FormatInt(g.Link.UnitID, 10))
		}
	}
	return view
}

// leftTeam finds the Team that stays when its group goes.
func (c *play) leftTeam(view playServerGroup) playServerGroup {
	list, err := c.Admin.Units(c.r.Context(), c.Tenant.ID, cinode.KindTeam, admin.Slice{Limit: liveResources, Name: view.Name})
	if err != nil {
		return view
	}
	for _, u := range list.Items {
		if u.Name == view.Name {
			view.Unit, view.UnitKind = u.Name, string(u.Kind)
		}
	}
	return view
}

type playLogPage struct {
	playPage
	Entries []playEvent
	Filters []tab
	Failed  bool
	First   string
	Next    string
	Total   int
}

// logShown is how long a page of the log is.
const logShown = 25

func (c *play) showLog() error {
	w := wordsOfKind(c.sim.Kind)
	page := playLogPage{playPage: c.page(w.Log, "log"), Failed: c.query("show") == "failed"}
	before := c.offset()
	events := c.sim.Events()
	skipped := 0
	for i := len(events) - 1; i >= 0; i-- {
		if page.Failed && events[i].Success {
			continue
		}
		page.Total++
		switch {
		case skipped < before:
			skipped++
		case len(page.Entries) < logShown:
			page.Entries = append(page.Entries, viewPlayRecord(events[i]))
		}
	}
	show := c.query("show")
	page.Filters = []tab{{"All", c.at("log"), !page.Failed}, {"Failures", c.at("log", "show", "failed"), page.Failed}}
	if before > 0 {
		page.First = c.at("log", "show", show)
	}
	if end := before + logShown; end < page.Total {
		page.Next = c.at("log", "show", show, "from", strconv.Itoa(end))
	}
	page.Live.Log = nil // it is the page
	return c.show("play-log", page)
}

// offset is where a page of a list begins.
func (c *play) offset() int {
	n, err := strconv.Atoi(c.query("from"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}
