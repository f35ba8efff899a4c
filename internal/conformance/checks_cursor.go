package conformance

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
)

var unreserved = regexp.MustCompile(`^[A-Za-z0-9._~-]+$`)

// cursorChecks are the rows on walking with cursors. Those on errors and rights are cursorErrorChecks.
var cursorChecks = checks{
	"CURS-001": func(t *trial) {
		c := t.alike(3)
		for _, query := range []string{"cursor&count=1", "cursor=&count=1"} {
			a := c.get(query).listed()
			t.check(len(a.ids()) <= 1, "%s gives %d resources", query, len(a.ids()))
			t.check(a.next() != "", "%s gives no nextCursor though there are three users", query)
		}
	},
	"CURS-002": func(t *trial) {
		c := t.alike(4)
		pages := c.walk("")
		t.equal("the users seen when nextCursor ends", inOrder(c.letters(idsOf(pages))), c.all())
		if c.filter == "" {
			return
		}
		empty := slices.DeleteFunc(pages, func(a *answer) bool { return len(a.ids()) > 0 })
		t.check(len(empty) < 2, "nextCursor goes on for %d empty pages", len(empty))
		if len(empty) == 1 {
			t.warnf("there is an empty page, for the last one with users has a nextCursor")
		}
		whole := c.get("cursor=&count=50").listed()
		t.check(whole.next() == "", "a page that holds the whole result has a nextCursor")
	},
	"CURS-003": func(t *trial) {
		c := t.alike(5)
		pages := c.walk("")
		t.check(c.filter == "" || len(pages) >= 3, "five users are on %d pages of two", len(pages))
		t.equal("the users of all pages", inOrder(c.letters(idsOf(pages))), c.all())
	},
	"CURS-004": func(t *trial) {
		t.needs("displayName")
		c := t.cohort(given{"displayName", t.name() + " é/?&=+\""}, given{"displayName", t.name() + " é/?&=+\""}, nil)
		queries, cursors := []string{""}, 0
		if t.d.supports("sort") {
			queries = append(queries, "sortBy=displayName")
		}
		for _, query := range queries {
			for _, a := range c.walk(query) {
				for _, name := range []string{"nextCursor", "previousCursor"} {
					if v, ok := a.at(name).(string); ok {
						cursors++
						t.check(unreserved.MatchString(v), "%s %q has characters that are not unreserved", name, v)
					}
				}
			}
		}
		t.check(cursors > 0 || c.filter == "", "there is no cursor though there is more than a page")
	},
	"CURS-005": func(t *trial) {
		t.gated("filter")
		c := t.alike(5)
		first := c.page("", "")
		t.check(first.at("previousCursor") == nil, "the first page has a previousCursor")
		t.check(first.next() != "", "the first page of two users of five has no nextCursor")
		previous := c.page(first.next(), "").cursor("previousCursor")
		if previous == "" {
			t.notef("the target sends no previousCursor")
			return
		}
		back := c.page(previous, "")
		t.equal("the ids of the page that previousCursor leads to", back.ids(), first.ids())
		t.check(back.at("previousCursor") == nil, "the first page has a previousCursor when it is come back to")
	},
	"CURS-006": func(t *trial) {
		c := t.alike(3)
		for _, count := range []string{"0", "-3"} {
			a := c.get("cursor=&count=" + count).listed()
			t.check(len(a.ids()) == 0, "count=%s gives %d resources", count, len(a.ids()))
			if c.filter != "" && a.at("totalResults") != nil {
				t.equal("totalResults for count="+count, a.integer("totalResults"), 3)
			}
		}
		for _, a := range c.walk("") {
			t.check(len(a.ids()) <= c.size(), "a page has %d resources, more than count", len(a.ids()))
		}
	},
	"CURS-007": func(t *trial) {
		t.gated("filter")
		c := t.alike(5)
		for i, a := range c.walk("") {
			if a.at("totalResults") == nil {
				t.notef("page %d has no totalResults", i+1)
				continue
			}
			t.equal(fmt.Sprintf("totalResults of page %d", i+1), a.integer("totalResults"), 5)
		}
	},
	"CURS-012": func(t *trial) {
		c := t.named("m", "z", "b", "y", "c")
		t.equal("the order over all pages", c.letters(idsOf(c.walk("sortBy=userName"))), "ceadb")
		t.equal("the descending order over all pages", c.letters(idsOf(c.walk("sortBy=userName&sortOrder=descending"))), "bdaec")
	},
	"CURS-013": func(t *trial) {
		c := t.alike(3)
		a := c.get("count=1").listed()
		if a.next() == "" {
			pagination, _ := t.d.features["pagination"].(object)
			t.check(pagination["cursor"] != true || pagination["index"] != false, "the target has cursors alone, and gives none though there is more")
			t.skipf("the target gives no cursor that was not asked for")
		}
		b := c.get("count=1&cursor=" + url.QueryEscape(a.next())).listed()
		t.check(!same(b.ids(), a.ids()), "nextCursor leads to the same page")
	},
	"CURS-014": func(t *trial) {
		pagination, _ := t.d.features["pagination"].(object)
		if pagination["index"] == false {
			t.skipf("the target has cursors alone")
		}
		c := t.alike(3)
		style := func(query string) string {
			a := c.get(query).listed()
			if a.next() != "" {
				return "cursor"
			}
			a.integer("startIndex")
			return "index"
		}
		want, named := pagination["defaultPaginationMethod"].(string)
		if !named {
			want = style("count=1")
		}
		for _, query := range []string{"count=1", "count=2", "count=1&attributes=userName", "count=1"} {
			t.equal("the method of paging for "+query, style(query), want)
		}
		if want == "cursor" {
			t.notef("cursors are the default; a server that had index paging first should keep that")
		}
	},
	"CURS-015": func(t *trial) {
		c := t.alike(3)
		ask := func(cursor string) *answer {
			return t.search(t.users(), c.request("cursor", cursor, "count", c.size())).listed()
		}
		pages := c.along(ask)
		t.check(c.filter == "" || len(pages) > 1, "there is no nextCursor though there are three users")
		t.equal("the users of all pages", inOrder(c.letters(idsOf(pages))), c.all())
	},
}

// cursor is a cursor of a page, "" if there is none.
func (a *answer) cursor(name string) string {
	v := a.at(name)
	cursor, _ := v.(string)
	a.t.check(v == nil || cursor != "", "%s has the %s %s, which is no cursor", a.what(), name, encode(v))
	return cursor
}

func (a *answer) next() string { return a.cursor("nextCursor") }

// page is one of a walk; that of "" is the first.
func (c *cohort) page(cursor, query string) *answer {
	return c.get(fmt.Sprintf("%s&count=%d&cursor=%s", query, c.size(), url.QueryEscape(cursor))).listed()
}

// walk gives all pages from the first on.
func (c *cohort) walk(query string) []*answer {
	return c.along(func(cursor string) *answer { return c.page(cursor, query) })
}

func (c *cohort) along(page func(cursor string) *answer) []*answer {
	pages := []*answer{page("")}
	for cursor := pages[0].next(); cursor != ""; {
		c.limit(len(pages))
		a := page(cursor)
		pages, cursor = append(pages, a), a.next()
	}
	return pages
}

// limit ends a walk that is too long.
func (c *cohort) limit(pages int) {
	c.t.check(c.filter == "" || pages < len(c.users)+5, "nextCursor leads to %d pages, and on", pages)
	if pages >= 100 {
		c.t.skipf("the target has no filter, and too many users to walk through")
	}
}

func idsOf(pages []*answer) []string {
	var ids []string
	for _, a := range pages {
		ids = append(ids, a.ids()...)
	}
	return ids
}
