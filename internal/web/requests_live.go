package web

import (
	"strconv"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

// liveBurst is how many requests are sent at once.
const liveBurst = 200

// streamRequests sends rows as requests come, those that the filter of the address
// finds, as markup of the list.
func (v *visit) streamRequests() error {
	f, _ := v.requestFilter()
	q, fits, err := v.requestQuery(f)
	if err != nil {
		return err
	}
	q.Newest, q.Limit = false, liveBurst
	seen, _ := strconv.ParseInt(v.query("after"), 10, 64) // what is no id begins with the oldest
	if id, err := strconv.ParseInt(v.r.Header.Get("Last-Event-ID"), 10, 64); err == nil {
		seen = id
	}
	q.After = max(q.After, seen)
	tenant := q.Tenant
	if q.NoTenant {
		tenant = 0
	}
	return v.stream(func(string) ([]event, error) {
		var found []event
		_, err := v.Admin.Journal.Await(v.r.Context(), tenant, heartbeat, func() (bool, error) {
			list, err := v.Admin.Journal.Exchanges(v.r.Context(), q, "")
			for i := range list {
				q.After = list[i].ID // what does not fit is looked at once
				if fits != nil && !fits(&list[i]) {
					continue
				}
				row, err := v.requestMarkup(f, &list[i])
				if err != nil {
					return false, err
				}
				found = append(found, event{ID: requestID(list[i].ID), Name: "request", Data: row})
			}
			return len(found) > 0 || len(list) == liveBurst || v.stopping(), err // after a burst there may be more
		})
		return found, err
	})
}

func (v *visit) requestMarkup(f requestFilter, e *journal.Exchange) (string, error) {
	row, err := v.templates.render("requests", "request-row", v.requestRow(f, e))
	return string(row), err
}
