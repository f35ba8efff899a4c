package conformance

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

const (
	longestLife = 5   // seconds of cursorTimeout that are waited for
	openCursors = 200 // enough for a limit to show, few enough to be borne
)

var cursorErrorChecks = checks{
	"CURS-008": func(t *trial) {
		c := t.alike(3)
		cursor := c.live()
		middle := len(cursor) / 2
		other := "A"
		if cursor[middle:middle+1] == other {
			other = "B"
		}
		for _, forged := range []string{"garbage", t.name(), cursor[:middle] + other + cursor[middle+1:], cursor[:middle] + "~", cursor + cursor} {
			c.use(t, forged).refused(400, "invalidCursor")
		}
	},
	"CURS-009": func(t *trial) {
		life, ok := at(t.d.features, "pagination", "cursorTimeout").(float64)
		if !ok || life > longestLife {
			t.skipf("a cursor would have to be waited for too long; have pagination.cursorTimeout be at most %d seconds", longestLife)
		}
		c := t.alike(3)
		cursor := c.live()
		select {
		case <-t.ctx.Done():
		case <-time.After(time.Duration(life+1) * time.Second):
		}
		a := c.use(t, cursor).is(200, 400)
		if a.Status == 200 {
			t.skipf("the cursor still works after pagination.cursorTimeout, which is only the least time that it lives")
		}
		a.refused(400, "expiredCursor")
	},
	"CURS-010": func(t *trial) {
		c := t.alike(5)
		if most, ok := at(t.d.features, "pagination", "maxPageSize").(float64); ok {
			a := c.get(fmt.Sprintf("cursor=&count=%d", int(most)+1)).is(200, 400)
			if a.Status == 400 {
				a.refused(400, "invalidCount")
			} else {
				t.notef("a first count beyond maxPageSize is cut down to it")
			}
			t.check(a.Status == 400 || len(a.ids()) <= int(most), "a page has %d resources, more than maxPageSize", len(a.ids()))
		}
		cursor := c.live()
		for _, count := range []int{2, 3} {
			c.get(fmt.Sprintf("count=%d&cursor=%s", count, url.QueryEscape(cursor))).refused(400, "invalidCount")
		}
	},
	"CURS-011": func(t *trial) {
		c := t.alike(3)
		cursor := "count=1&cursor=" + url.QueryEscape(c.live())
		c.get(cursor+"&attributes=userName").refused(400, "invalidCursor")
		if t.d.supports("sort") {
			c.get(cursor+"&sortBy=userName").refused(400, "invalidCursor")
		}
		if c.filter != "" {
			t.get(t.users()+"?"+cursor).refused(400, "invalidCursor")
			other := url.QueryEscape("(" + c.filter + ") and userName pr")
			t.get(t.users()+"?"+cursor+"&filter="+other).refused(400, "invalidCursor")
		}
		if t.d.group != nil { // without a filter, for that would be another too
			ours := t.get(t.users() + "?count=1&cursor=").listed().next()
			t.get(t.groups()+"?count=1&cursor="+url.QueryEscape(ours)).refused(400, "invalidCursor")
		}
	},
	"CURS-016": func(t *trial) {
		t.gated("filter")
		c := t.alike(4)
		want := c.page("", "").ids()
		a := c.get("cursor=&startIndex=2&count=2").is(200, 400)
		if a.Status == 400 {
			a.refused(400, "invalidValue")
			return
		}
		t.notef("cursor wins over startIndex")
		t.equal("the ids for cursor with startIndex", a.ids(), want)
		t.check(a.next() != "", "startIndex wins over cursor")
	},
	"CURS-017": func(t *trial) {
		c := t.alike(3)
		cursor := c.live()
		t.anonymous(c.at("count=1&cursor="+url.QueryEscape(cursor))).is(401, 403)
		a := c.use(t.other(), cursor)
		t.check(a.Status >= 200 && a.Status < 500, "a cursor of another tenant is answered with %d", a.Status)
		if a.ok() {
			t.check(c.letters(a.ids()) == "", "a cursor shows another tenant a user of ours")
		}
	},
	"CURS-018": func(t *trial) {
		t.skipf("SCIM has no request that takes rights from a token, so the judge cannot do it between two pages")
	},
	"CURS-019": func(t *trial) {
		c, other := t.alike(3), t.other()
		cursor, madeUp := c.live(), t.name()
		a := c.use(other, cursor)
		if a.ok() {
			t.check(c.letters(a.ids()) == "", "a cursor shows another tenant a user of ours")
			t.notef("a cursor of another tenant is not refused, but is a place in the caller's own list")
			return
		}
		want := c.use(other, madeUp).is(a.Status)
		t.equal("scimType of the refusal of another tenant's cursor", a.at("scimType"), want.at("scimType"))
		t.equal("its detail", unsaid(a, cursor), unsaid(want, madeUp))
	},
	"CURS-020": func(t *trial) {
		c := t.alike(2)
		first := c.live()
		answers := t.atOnce(10, func(int) *answer {
			a := c.get("count=1&cursor=")
			for range openCursors/10 - 1 {
				if a.Status != 200 {
					break
				}
				a = c.get("count=1&cursor=")
			}
			return a
		})
		for _, a := range answers {
			if a.is(200, 429); a.Status == 429 {
				t.notef("the target limits how many cursors may be opened")
			}
		}
		if a := c.use(t, first).is(200, 400, 429); a.Status == 400 {
			a.refused(400, "invalidCursor", "expiredCursor")
		}
	},
}

// live opens a walk by one and gives the cursor of its second page.
func (c *cohort) live() string {
	next := c.get("count=1&cursor=").listed().next()
	c.t.check(next != "", "the first page of one has no nextCursor though there are %d users", len(c.users))
	return next
}

// use goes on with a cursor, by whatever credential.
func (c *cohort) use(by *trial, cursor string) *answer {
	return by.get(c.at("count=1&cursor=" + url.QueryEscape(cursor)))
}

// unsaid is the detail of a refusal without the cursor that it may repeat.
func unsaid(a *answer, cursor string) string { return strings.ReplaceAll(a.str("detail"), cursor, "") }
