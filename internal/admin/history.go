package admin

import (
	"context"
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

// History lists what became of a resource, the newest first. kind is "Users",
// "Groups", "Teams" or "Roles". after is the Next of the page before, empty at
// first. The journal forgets, as it is told to; what was done by hand stays.
func (s *Service) History(ctx context.Context, tenant int64, kind string, id int64, after string, limit int) (Page[Event], error) {
	resource := kind + "/" + idText(id)
	exchange, entry := historyPlace(after)
	var exchanges []journal.Exchange
	if s.Journal != nil {
		var err error
		exchanges, err = s.Journal.Exchanges(ctx, journal.Query{
			Tenant: tenant, Before: exchange, Newest: true, Limit: limit + 1, Match: journal.Match{Resource: id},
		}, "")
		if err != nil {
			return Page[Event]{}, err
		}
	}
	entries, err := s.Store.AuditLog(ctx, store.AuditParams{Tenant: tenant, Before: entry, Limit: limit + 1, Actor: "admin", Targets: targets(resource)})
	if err != nil {
		return Page[Event]{}, err
	}
	var page Page[Event]
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
	return page, nil
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
