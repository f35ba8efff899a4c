package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// historyView is what became of a resource.
type historyView struct {
	Events      []eventView
	Older       string
	Newest      string // set on the pages after the first
	AllRequests string // every request that is about the resource
}

// eventView is a change: by a request, or by hand.
type eventView struct {
	At      time.Time
	ByHand  string // what an administrator did; empty for a request
	Address string
	Method  string
	Path    string
	Status  int
	Client  string
	Token   string
	URL     string // of the request in the inspector
	Changes []changeView
	More    int // changes that are not shown
}

type changeView struct {
	Path          string
	Group         *placeLink // the group that it came into or left; Path names one that is gone
	Before, After string
}

const (
	eventsShown  = 20
	changesShown = 12
)

// history shows a part of the history of a resource: Users, Groups, Teams or Roles.
func (v *visit) history(kind string, id int64) (historyView, error) {
	resource := kind + "/" + strconv.FormatInt(id, 10)
	after := v.query("history")
	page, err := v.Admin.History(v.r.Context(), v.Tenant.ID, kind, id, after, eventsShown)
	if err != nil {
		return historyView{}, err
	}
	var h historyView
	here := strings.ToLower(resource)
	if after != "" {
		h.Newest = v.url(here) + "#history"
	}
	if page.Next != "" {
		h.Older = v.url(here, "history", page.Next) + "#history"
	}
	if v.has("requests") && (kind == "Users" || kind == "Groups") {
		h.AllRequests = v.url("requests", "q", "/"+resource)
	}
	for _, e := range page.Items {
		h.Events = append(h.Events, v.viewEvent(e, resource, page.Groups))
	}
	return h, nil
}

func (v *visit) viewEvent(e admin.Event, resource string, groups map[int64]string) eventView {
	if e.ByHand != nil {
		return eventView{At: e.At, ByHand: handWords(e.ByHand.Action), Address: e.ByHand.Address, Changes: detail(*e.ByHand)}
	}
	x := e.Exchange
	view := eventView{At: e.At, Method: x.Method, Path: x.Place, Status: x.Status, Client: string(x.Client), Token: x.Token}
	if view.Path == "" {
		view.Path = x.Path
	}
	if v.has("requests") {
		view.URL = v.placeURL("requests", x.ID)
	}
	for i, c := range e.Changes {
		if i == changesShown {
			view.More = len(e.Changes) - i
			break
		}
		view.Changes = append(view.Changes, v.viewChange(c, resource, groups))
	}
	return view
}

// viewChange says where the change is if that is not the resource of the page: the
// group that it came into or left.
func (v *visit) viewChange(c journal.Change, resource string, groups map[int64]string) changeView {
	view := changeView{Path: c.Path, Before: plainValue(c.Before), After: plainValue(c.After)}
	group, ok := admin.GroupOf(c)
	if c.Resource == resource || !ok {
		return view
	}
	if name, there := groups[group]; there {
		view.Path, view.Group = "", &placeLink{Name: name, URL: v.placeURL("groups", group)}
	} else {
		view.Path = "member of group " + strconv.FormatInt(group, 10)
	}
	view.Before, view.After = yesNo(c.Before != ""), yesNo(c.After != "")
	return view
}

func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// plainValue is a JSON string without its quotes, and other JSON as it is.
func plainValue(text string) string {
	if plain, err := strconv.Unquote(text); err == nil && strings.HasPrefix(text, `"`) {
		return plain
	}
	return text
}

// detail is what the audit log adds to an action, where that says more than the
// action does.
func detail(e store.AuditEntry) []changeView {
	if e.Detail == "" || e.Action == "user.disconnect" || e.Action == "user.reconnect" {
		return nil
	}
	return []changeView{{After: e.Detail}}
}

// handWords are actions of the audit log in words.
func handWords(action string) string {
	what, done, _ := strings.Cut(action, ".")
	words := map[string]string{
		"create": "Created", "update": "Changed", "delete": "Deleted", "disconnect": "Disconnected", "reconnect": "Reconnected",
		"release-email": "E-mail released",
	}
	word, ok := words[done]
	if !ok {
		return action
	}
	if what == "link" {
		return "Link " + strings.ToLower(word)
	}
	return word
}
