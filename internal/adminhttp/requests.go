package adminhttp

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// selectors are the parameters of those who select requests.
var selectors = []string{
	"tenant", "limit", "order", "after", "method", "path", "status", "since", "deviation", "client", "token", "text", "as",
}

// selection reads which requests of the journal are asked for; text is looked for
// in the whole of each.
func (q *query) selection() (out journal.Query, text string) {
	for name := range q.values { // a typo would count everything
		if !slices.Contains(selectors, name) {
			q.refuse(name, "there is no parameter "+strconv.Quote(name)+" here")
		}
	}
	out = journal.Query{
		Tenant: q.number("tenant", 0, 1, maxID), Limit: q.limit(), Newest: q.choice("order", "newest", "oldest") != "oldest",
		Match: journal.Match{
			Method: q.text("method"), Path: q.text("path"), Deviation: q.text("deviation"), Client: journal.Client(q.text("client")), Token: q.text("token"),
			Since: q.time("since"),
		},
	}
	if after := q.number("after", 0, 0, maxID); out.Newest {
		out.Before = after
	} else {
		out.After = after
	}
	var err error
	if out.Match.MinStatus, out.Match.MaxStatus, err = journal.StatusRange(q.text("status")); err != nil {
		q.refuse("status", err.Error())
	}
	return out, q.text("text")
}

// time is a parameter that is a date and time.
func (q *query) time(name string) time.Time {
	text := q.values.Get(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		q.refuse(name, name+" must be a date and time such as 2027-01-31T12:00:00Z")
	}
	return t
}

func (h *Handler) listRequests(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	selected, text := q.selection()
	if err := q.failed(); err != nil {
		return err
	}
	limit := selected.Limit
	selected.Limit++
	list, err := h.Admin.Journal.Exchanges(r.Context(), selected, text)
	if err != nil {
		return err
	}
	page := admin.Page[journal.Exchange]{Items: list}
	if len(list) > limit {
		page = admin.Page[journal.Exchange]{Items: list[:limit], Next: idText(list[limit-1].ID)}
	}
	return sendList(w, page, viewExchange)
}

type countView struct {
	Count int64 `json:"count"`
}

func (h *Handler) countRequests(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	selected, text := q.selection()
	if err := q.failed(); err != nil {
		return err
	}
	n, err := h.Admin.Journal.Count(r.Context(), selected, text)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, countView{n})
}

// exchange finds the request of the path; "latest" is the newest.
func (h *Handler) exchange(r *http.Request) (journal.Exchange, error) {
	q := queryOf(r)
	selected := journal.Query{Tenant: q.number("tenant", 0, 1, maxID), Newest: true, Limit: 1}
	if err := q.failed(); err != nil {
		return journal.Exchange{}, err
	}
	if name := pathValue(r, "id"); name != "latest" {
		id, err := pathID(r)
		if err != nil {
			return journal.Exchange{}, err
		}
		selected.After, selected.Before = id-1, id+1
	}
	list, err := h.Admin.Journal.Exchanges(r.Context(), selected, "")
	if err == nil && len(list) == 0 {
		err = &admin.MissingError{Detail: "the journal has no such request, or has it no more"}
	}
	if err != nil {
		return journal.Exchange{}, err
	}
	return list[0], nil
}

func (h *Handler) getRequest(w http.ResponseWriter, r *http.Request) error {
	e, err := h.exchange(r)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, viewExchange(e))
}

// formats are what requests can be exported as.
var formats = []string{"curl", "har", "http", "go", "scenario"}

func (q *query) format() string {
	as := q.choice("as", formats...)
	if as == "" && q.err == nil {
		q.refuse("as", "as must be one of curl, har, http, go, scenario")
	}
	return as
}

func (h *Handler) exportRequest(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	as := q.format()
	if err := q.failed(); err != nil {
		return err
	}
	e, err := h.exchange(r)
	if err != nil {
		return err
	}
	return sendExport(w, as, []journal.Exchange{e})
}

// exportRequests exports a selection, the oldest first.
func (h *Handler) exportRequests(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	as := q.format()
	selected, text := q.selection()
	if err := q.failed(); err != nil {
		return err
	}
	list, err := h.Admin.Journal.Exchanges(r.Context(), selected, text)
	if err != nil {
		return err
	}
	if selected.Newest {
		slices.Reverse(list)
	}
	return sendExport(w, as, list)
}

func sendExport(w http.ResponseWriter, as string, list []journal.Exchange) error {
	data, kind, err := journal.Export(as, list)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(data) // a client that has gone is not told
	return nil
}

func (h *Handler) clearRequests(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	if err := h.Admin.Journal.Clear(r.Context(), t.ID); err != nil {
		return err
	}
	return sendNothing(w)
}

// deviationCountView is how often something was tolerated.
type deviationCountView struct {
	Tenant int64 `json:"tenant"`
	deviationView
	Count int64     `json:"count"`
	Last  time.Time `json:"last"`
}

type deviationsView struct {
	Total int64                `json:"total"`
	Items []deviationCountView `json:"items"`
}

func (h *Handler) listDeviations(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	tenant := q.number("tenant", 0, 1, maxID)
	if err := q.failed(); err != nil {
		return err
	}
	counts, err := h.Admin.Journal.Deviations(r.Context(), tenant)
	if err != nil {
		return err
	}
	v := deviationsView{Items: []deviationCountView{}}
	for _, c := range counts {
		v.Total += c.N
		v.Items = append(v.Items, deviationCountView{Tenant: c.Tenant, deviationView: viewDeviation(c.ID, ""), Count: c.N, Last: c.Last})
	}
	return send(w, http.StatusOK, v)
}

// theTenant finds the tenant that a request is about: the one it names, or the
// only one there is.
func (h *Handler) theTenant(r *http.Request, id int64) (cinode.Tenant, error) {
	if id != 0 {
		return h.Admin.Tenant(r.Context(), id)
	}
	page, err := h.Admin.Tenants(r.Context(), admin.Slice{Limit: 1})
	switch {
	case err != nil:
		return cinode.Tenant{}, err
	case len(page.Items) == 0:
		return cinode.Tenant{}, store.ErrNotFound
	case page.Next != "":
		return cinode.Tenant{}, invalid(violation{Detail: "there are several tenants; name one with tenant=ID", Parameter: "tenant"})
	default:
		return page.Items[0], nil
	}
}

// ofTenant makes an endpoint whose tenant stands in the parameter tenant.
func (h *Handler) ofTenant(handle tenantFunc) http.HandlerFunc {
	return h.endpoint(func(w http.ResponseWriter, r *http.Request) error {
		q := queryOf(r)
		id := q.number("tenant", 0, 1, maxID)
		if err := q.failed(); err != nil {
			return err
		}
		t, err := h.theTenant(r, id)
		if err != nil {
			return err
		}
		return handle(w, r, t)
	})
}
