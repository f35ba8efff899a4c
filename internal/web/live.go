package web

import (
	"strconv"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

// newsURL is where a page of a section hears that requests came which it does not
// show yet.
func (v *visit) newsURL(section string) (string, error) {
	id, err := v.lastID(journal.Query{})
	return v.url(section+"/events", "after", idText(id)), err
}

// lastID is the id of the last exchange of a query, 0 where there is none.
func (v *visit) lastID(q journal.Query) (int64, error) {
	if v.Admin.Journal == nil {
		return 0, nil
	}
	q.Newest, q.Limit = true, 1
	list, err := v.Admin.Journal.Exchanges(v.r.Context(), q, "")
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0].ID, nil
}

// newest is the id of the tenant's last exchange after another, 0 for none.
func (v *visit) newest(after int64) (int64, error) {
	return v.lastID(journal.Query{Tenant: v.Tenant.ID, After: after})
}

// streamNews tells that the journal has more than what the page was made of: a page
// then asks for itself, so that what is shown is made in one place. newest looks for
// something after an id.
func (v *visit) streamNews(newest func(after int64) (int64, error)) error {
	after, _ := strconv.ParseInt(v.query("after"), 10, 64) // 0 for anything else
	return v.stream(func(last string) ([]event, error) {
		if id, err := strconv.ParseInt(last, 10, 64); err == nil {
			after = id
		}
		var found []event
		_, err := v.Admin.Journal.Await(v.r.Context(), v.Tenant.ID, heartbeat, func() (bool, error) {
			id, err := newest(after)
			if id > after {
				found = []event{{ID: idText(id), Name: "news", Data: idText(id)}}
			}
			return len(found) > 0 || v.stopping(), err
		})
		return found, err
	})
}
