package web

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// filterLabels are the filters of requests by the name that they have in the
// address, with their label.
var filterLabels = map[string]string{
	"view": "View", "only": "Only", "q": "Text", "client": "Client", "method": "Method", "status": "Status", "who": "User", "token": "Token",
	"deviation": "Deviation", "from": "From request", "to": "To request",
}

// longestFilter bounds a value of a filter, which every link of the page repeats.
const longestFilter = 120

// requestFilter is which requests are shown, and how. It is all in the address, so
// that a page can be sent to somebody.
type requestFilter struct {
	values url.Values // those of filterLabels that are not empty
}

// requestFilter reads the filter of the address; the form has it with what is wrong.
func (v *visit) requestFilter() (requestFilter, form) {
	f := requestFilter{values: url.Values{}}
	shown := newForm()
	for name := range filterLabels {
		value := strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(v.query(name), ""))
		if short := []rune(value); len(short) > longestFilter {
			value = string(short[:longestFilter])
		}
		if value != "" {
			f.values.Set(name, value)
		}
		shown.Values.Set(name, value)
	}
	if _, _, err := journal.StatusRange(f.values.Get("status")); err != nil {
		shown.refuse("status", sentence(err.Error()))
	}
	return f, shown
}

// Only is "failures", "deviations" for those that were answered well in spite of them,
// "unknown" for requests of no tenant, or empty.
func (f requestFilter) Only() string { return f.values.Get("only") }

// Stories reports whether requests are grouped.
func (f requestFilter) Stories() bool { return f.values.Get("view") == "stories" }

// Any reports whether less than everything is shown.
func (f requestFilter) Any() bool {
	for name := range f.values {
		if name != "view" {
			return true
		}
	}
	return false
}

// Hidden is how many filters are in force that the panel of filters holds.
func (f requestFilter) Hidden() int {
	n := 0
	for _, name := range []string{"client", "method", "status", "who", "token", "deviation"} {
		if f.values.Get(name) != "" {
			n++
		}
	}
	return n
}

// with gives the filter as pairs of an address, with some changed; an empty value
// takes one out.
func (f requestFilter) with(changes ...string) []string {
	var pairs []string
	for name, values := range f.values {
		if !slices.Contains(changes, name) {
			pairs = append(pairs, name, values[0])
		}
	}
	return append(pairs, changes...)
}

// requestQuery is what the store looks for, and what has to fit besides, nil for
// nothing.
func (v *visit) requestQuery(f requestFilter) (journal.Query, func(*journal.Exchange) bool, error) {
	get := f.values.Get
	q := journal.Query{Tenant: v.Tenant.ID, NoTenant: f.Only() == "unknown", Match: journal.Match{
		Method: get("method"), Deviation: get("deviation"), Client: journal.Client(get("client")), Token: get("token"), Failed: f.Only() == "failures",
		Deviating: f.Only() == "deviations",
	}}
	var err error
	if q.Match.MinStatus, q.Match.MaxStatus, err = journal.StatusRange(get("status")); err != nil {
		return q, nil, refuse(400, "%s", sentence(err.Error()))
	}
	if from, err := provisioning.ParseID(get("from")); err == nil {
		q.After = from - 1
	}
	if to, err := provisioning.ParseID(get("to")); err == nil {
		q.Before = to + 1
	}
	text := get("q")
	q.Match.Text = text
	resource, names, err := v.whoIs(get("who"))
	if err != nil {
		return q, nil, err
	}
	switch {
	case text == "" && get("who") == "":
		return q, nil, nil
	case get("who") == "":
		return q, func(e *journal.Exchange) bool { return e.Mentions(text) }, nil
	}
	return q, func(e *journal.Exchange) bool {
		return e.Concerns(resource, names...) && (text == "" || e.Mentions(text))
	}, nil
}

// whoIs finds a user by id or userName. One that is not there, or not yet, is
// looked for by what was typed.
func (v *visit) whoIs(who string) (resource string, names []string, err error) {
	if who == "" {
		return "", nil, nil
	}
	if id, err := provisioning.ParseID(who); err == nil {
		u, err := v.Admin.User(v.r.Context(), v.Tenant.ID, id)
		var missing *admin.MissingError
		if err != nil && !errors.As(err, &missing) {
			return "", nil, err
		}
		if u.UserName != "" {
			names = []string{u.UserName}
		}
		return "Users/" + strconv.FormatInt(id, 10), names, nil
	}
	people, err := v.Admin.Users(v.r.Context(), v.Tenant.ID, admin.Slice{Name: who, Limit: 50}, "")
	for _, p := range people.Items {
		if scim.Fold(p.UserName) == scim.Fold(who) {
			resource = "Users/" + strconv.FormatInt(p.ID, 10)
		}
	}
	return resource, []string{who}, err
}
