package conformance

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
)

// A target without .search fails the row that wants it, SRCH-001, and has the others skipped.
var searchChecks = checks{
	"SRCH-001": func(t *trial) {
		c := t.alike(3)
		a := t.send(http.MethodPost, t.users()+"/.search", c.request("count", 50)).listed()
		t.check(a.Header.Get("Location") == "", "a search has a Location, as if it made something")
		if c.filter != "" {
			t.equal("the users found", inOrder(c.letters(a.ids())), c.all())
			t.equal("totalResults of a GET after the search", c.get("count=50").listed().integer("totalResults"), 3)
		}
	},
	"SRCH-002": func(t *trial) {
		t.gated("filter")
		u, g := t.user("displayName", t.name()), t.group()
		filter := fmt.Sprintf("displayName eq %s or displayName eq %s", encode(u.asked["displayName"]), encode(g.asked["displayName"]))
		a := t.search("", searchRequest("filter", filter)).listed()
		t.equal("the ids found", sorted(a.ids()), sorted([]string{u.id, g.id}))
		t.equal("totalResults", a.integer("totalResults"), 2)
	},
	"SRCH-003": func(t *trial) {
		t.search(t.users(), searchRequest()).listed()
		t.search(t.users(), object{}).refused(400, "invalidSyntax")
		t.search(t.users(), object{"schemas": list{listURN}, "count": 1}).refused(400, "invalidSyntax", "invalidValue")
	},
	"SRCH-004": func(t *trial) {
		t.needs("displayName")
		c := t.cohort(given{"displayName", t.name()}, given{"displayName", t.name()})
		ask := func(pairs ...any) *answer { return t.search(t.users(), c.request(pairs...)) }
		for _, r := range ask("attributes", list{"userName"}, "count", 2).resources() {
			t.check(r["userName"] != nil && r["displayName"] == nil, "for attributes [userName] there is %s", encode(r))
		}
		for _, r := range ask("excludedAttributes", list{"displayName"}, "count", 2).resources() {
			t.check(r["userName"] != nil && r["displayName"] == nil, "for excludedAttributes [displayName] there is %s", encode(r))
		}
		t.equal("the number of resources for a count of 1", len(ask("count", 1).listed().ids()), 1)
		for _, pairs := range []given{{"attributes", "userName,displayName"}, {"count", "1"}, {"startIndex", "1"}, {"count", 1.5}} {
			if a := ask(pairs...).is(200, 400); a.Status == 400 {
				a.refused(400)
			} else {
				t.notef("%s is tolerated as %s", pairs[0], encode(pairs[1]))
			}
		}
	},
	"SRCH-005": func(t *trial) {
		t.gated("filter")
		c := t.named("m", "z", "b", "y")
		t.user() // for the filter to leave out
		requests := []given{{"count", 50}, {"count", 0}}
		if t.d.supports("sort") {
			requests = append(requests, given{"sortBy", "userName"}, given{"sortBy", "userName", "sortOrder", "descending"})
			if t.d.gate("index") == "" {
				requests = append(requests, given{"sortBy", "userName", "startIndex", 2, "count", 2})
			}
		}
		for _, pairs := range requests {
			query := ""
			for i := 0; i+1 < len(pairs); i += 2 {
				query += fmt.Sprintf("%s=%s&", pairs[i], url.QueryEscape(fmt.Sprint(pairs[i+1])))
			}
			byGet, byPost := c.get(query).listed(), t.search(t.users(), c.request(pairs...)).listed()
			got, want := c.letters(byPost.ids()), c.letters(byGet.ids())
			if !slices.Contains(pairs, any("sortBy")) { // the order is no promise
				got, want = inOrder(got), inOrder(want)
			}
			t.equal("the users found by "+encode(pairs), got, want)
			t.equal("totalResults for "+encode(pairs), byPost.integer("totalResults"), byGet.integer("totalResults"))
		}
	},
	"SRCH-006": func(t *trial) {
		t.search(t.users(), `{"schemas":`).refused(400, "invalidSyntax")
		if t.d.supports("filter") {
			for _, filter := range []string{"userName eq", `userName regex "x"`} {
				t.search(t.users(), searchRequest("filter", filter)).refused(400, "invalidFilter")
			}
		}
	},
	"SRCH-007": func(t *trial) { t.get(t.users()+"/.search").is(404, 405) },
}

// search sends a SearchRequest to an endpoint, "" for the base URL, and skips the check where there is no .search.
func (t *trial) search(endpoint string, body any) *answer {
	a := t.send(http.MethodPost, endpoint+"/.search", body)
	if slices.Contains([]int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented}, a.Status) {
		t.skipf("the target has no search there: %s answers %d", a.what(), a.Status)
	}
	return a
}

func searchRequest(pairs ...any) object {
	body := object{"schemas": list{searchURN}}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		body[name] = pairs[i+1]
	}
	return body
}

// request is a SearchRequest for the users of the cohort.
func (c *cohort) request(pairs ...any) object {
	if c.filter != "" {
		pairs = append(pairs[:len(pairs):len(pairs)], "filter", c.filter)
	}
	return searchRequest(pairs...)
}
