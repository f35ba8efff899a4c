package admin

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Event is a change of a resource: by a request that the journal has, or by hand.
// One of the two is nil.
type Event struct {
	At       time.Time
	Exchange *journal.Exchange
	// Changes are those of the exchange that are about the resource, its membership in
	// groups included.
	Changes []journal.Change
	ByHand  *store.AuditEntry
}

// History is a part of what became of a resource.
type History struct {
	Page[Event]
	// Groups are the displayNames, by id, of those groups that it came into or left
	// which are still there.
	Groups map[int64]string
}

// History lists what became of a resource, the newest first. kind is "Users",
// "Groups", "Teams" or "Roles". after is the Next of the page before, empty at
// first. The journal forgets, as it is told to; what was done by hand stays.
func (s *Service) History(ctx context.Context, tenant int64, kind string, id int64, after string, limit int) (History, error) {
	resource := kind + "/" + idText(id)
	exchange, entry := historyPlace(after)
	var exchanges []journal.Exchange
	if s.Journal != nil {
		var err error
		exchanges, err = s.Journal.Exchanges(ctx, journal.Query{
			Tenant: tenant, Before: exchange, Newest: true, Limit: limit + 1, Match: journal.Match{Resource: id},
		}, "")
		if err != nil {
			return History{}, err
		}
	}
	entries, err := s.Store.AuditLog(ctx, store.AuditParams{Tenant: tenant, Before: entry, Limit: limit + 1, Actor: "admin", Targets: targets(resource)})
	if err != nil {
		return History{}, err
	}
	var page History
	for len(exchanges)+len(entries) > 0 {
		if len(page.Items) == limit {
			page.Next = idText(exchange) + "-" + idText(entry)
			break
		}
		if len(entries) == 0 || len(exchanges) > 0 && !exchanges[0].At.Before(entries[0].At) {
			e := exchanges[0]
			exchange, exchanges = e.ID, exchanges[1:]
			page.Items = append(page.Items, Event{At: e.At, Exchange: &e, Changes: about(e.Changes, resource)})
		} else {
			e := entries[0]
			entry, entries = e.ID, entries[1:]
			page.Items = append(page.Items, Event{At: e.At, ByHand: &e})
		}
	}
	if groups := groupsOf(page.Items, resource); len(groups) > 0 {
		page.Groups, err = s.Store.GroupNames(ctx, tenant, groups)
	}
	return page, err
}

// groupsOf are the ids of the groups that a resource came into or left.
func groupsOf(events []Event, resource string) []int64 {
	var ids []int64
	for _, e := range events {
		for _, c := range e.Changes {
			if id, ok := GroupOf(c); ok && c.Resource != resource {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// GroupOf is the id of the group that a change is in, if it is in one.
func GroupOf(c journal.Change) (id int64, ok bool) {
	text, ok := strings.CutPrefix(c.Resource, "Groups/")
	id, err := strconv.ParseInt(text, 10, 64)
	return id, ok && err == nil
}

// historyPlace reads where a page of a history begins; what is no place is the
// beginning.
func historyPlace(text string) (exchange, entry int64) {
	first, second, _ := strings.Cut(text, "-")
	exchange, _ = strconv.ParseInt(first, 10, 64)
	entry, _ = strconv.ParseInt(second, 10, 64)
	return max(exchange, 0), max(entry, 0)
}

// targets are what the audit log calls a resource. A link has the id of its group.
func targets(resource string) []string {
	resource = strings.ToLower(resource)
	if id, ok := strings.CutPrefix(resource, "groups/"); ok {
		return []string{resource, "links/" + id}
	}
	return []string{resource}
}

// about are the changes of a resource, and those of members that it is.
func about(changes []journal.Change, resource string) []journal.Change {
	_, id, _ := strings.Cut(resource, "/")
	member := `"` + id + `"`
	var list []journal.Change
	for _, c := range changes {
		if c.Resource == resource || c.Path == "members" && (c.Before == member || c.After == member) {
			list = append(list, c)
		}
	}
	return list
}
