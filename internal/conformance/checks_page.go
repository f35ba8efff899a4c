package conformance

import (
	"fmt"
	"slices"
	"strings"
)

// Pages are judged on three users of our own, picked by a filter, for others may write at the same time.
var pageChecks = checks{
	"PAGE-001": func(t *trial) {
		all := t.pages()
		plain, first := all("count=2"), all("startIndex=1&count=2")
		t.equal("the ids from startIndex 1 on", first.ids(), plain.ids())
		t.check(plain.integer("startIndex") == 1 && first.integer("startIndex") == 1, "startIndex of the first page is not 1")
	},
	"PAGE-002": func(t *trial) {
		all := t.pages()
		want := all("startIndex=1&count=2").ids()
		for _, start := range []string{"0", "-5"} {
			a := all("count=2&startIndex=" + start)
			t.equal("the ids from startIndex "+start+" on", a.ids(), want)
			t.equal("startIndex", a.integer("startIndex"), 1)
		}
	},
	"PAGE-003": func(t *trial) {
		all := t.pages()
		for count := range 3 {
			n := len(all(fmt.Sprintf("count=%d", count+1)).ids())
			t.check(n <= count+1, "count=%d gives %d resources", count+1, n)
		}
	},
	"PAGE-004": func(t *trial) {
		all := t.pages()
		for _, count := range []string{"0", "-3"} {
			a := all("count=" + count)
			t.check(len(a.ids()) == 0, "count=%s gives resources", count)
			t.equal("totalResults", a.integer("totalResults"), 3)
		}
	},
	"PAGE-005": func(t *trial) {
		t.user()
		a := t.get(t.users()).is(200)
		n := len(a.resources())
		if v := a.at("itemsPerPage"); v != nil {
			t.equal("itemsPerPage", v, n)
		}
		t.check(n > 0, "the list is empty though there is a user")
		if limit, ok := at(t.d.features, "filter", "maxResults").(float64); ok && limit > 0 {
			t.check(n <= int(limit), "the page has %d resources, more than filter.maxResults", n)
		}
	},
	"PAGE-006": func(t *trial) {
		limit, ok := at(t.d.features, "filter", "maxResults").(float64)
		if !ok {
			t.skipf("filter.maxResults is not published")
		}
		a := t.get(fmt.Sprintf("%s?count=%d", t.users(), int(limit)+1000)).listed()
		t.check(len(a.resources()) <= int(limit), "the page has %d resources, more than filter.maxResults", len(a.resources()))
	},
	"PAGE-007": func(t *trial) {
		all := t.pages()
		ids := append(all("startIndex=1&count=2").ids(), all("startIndex=3&count=2").ids()...)
		slices.Sort(ids)
		t.check(len(ids) == 3 && len(slices.Compact(ids)) == 3, "two pages do not part three users: %s", strings.Join(ids, ", "))
	},
	"PAGE-008": func(t *trial) {
		a := t.pages()("startIndex=4")
		t.check(len(a.ids()) == 0, "there are resources past the end")
		t.equal("totalResults", a.integer("totalResults"), 3)
	},
	"PAGE-009": func(t *trial) {
		a := t.pages()("startIndex=3&count=2")
		t.equal("itemsPerPage", a.integer("itemsPerPage"), 1)
		t.equal("startIndex", a.integer("startIndex"), 3)
		t.check(len(a.ids()) == 1, "the last page has %d resources", len(a.ids()))
	},
	"PAGE-010": func(t *trial) {
		for _, query := range []string{"count=abc", "startIndex=1.5"} {
			t.get(t.users()+"?"+query).refused(400, "invalidValue")
		}
		a := t.pages()("startIndex=9223372036854775807")
		t.check(len(a.ids()) == 0, "there are resources past the end")
	},
	"PAGE-011": func(t *trial) {
		t.gated("sort", "filter")
		users, filter := t.three()
		a := t.get(t.users() + "?sortBy=userName&sortOrder=descending&startIndex=1&count=2&filter=" + filter)
		t.equal("the first two ids of three, descending", a.ids(), list{users[2].id, users[1].id})
	},
}

// pages makes three users and gives a function that lists them with a query.
func (t *trial) pages() func(query string) *answer {
	t.gated("filter", "index")
	_, filter := t.three()
	return func(query string) *answer { return t.get(t.users() + "?" + query + "&filter=" + filter).is(200) }
}
