package conformance

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// counted writes counts of statuses.
func counted(counts map[int]int) string {
	var parts []string
	for _, status := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d times %d", counts[status], status))
	}
	return strings.Join(parts, ", ")
}

var readChecks = checks{
	"READ-001": func(t *trial) {
		u := t.user()
		a := u.get().is(200)
		t.equal("id", a.at("id"), u.id)
		t.equal("userName", a.at("userName"), u.asked["userName"])
	},
	"READ-002": func(t *trial) { t.get(t.users() + "/" + t.name()).refused(404) },
	"READ-003": func(t *trial) {
		u := t.user()
		if t.has("displayName") {
			u = t.user("displayName", t.name())
		}
		now := u.now()
		for name := range now {
			if a := named(t.d.user.attributes, name); a != nil {
				t.check(a.returned != "never" && a.returned != "request", "%s, returned %s, is in the answer", name, a.returned)
			}
		}
		for name, sent := range u.asked {
			if a := named(t.d.user.attributes, name); a != nil && !isNothing(sent) && (a.returned == "default" || a.returned == "always") {
				t.check(now[name] != nil, "%s was set, and is not in the answer", name)
			}
		}
	},
	"READ-004": func(t *trial) {
		secret := "Xy9!" + strings.ReplaceAll(t.name(), "-", "_")
		u := t.user("password", secret)
		query := t.users() + "?count=100"
		if t.d.supports("filter") {
			query += "&filter=" + url.QueryEscape("id eq "+encode(u.id))
		}
		u.get().is(200)
		t.get(query).is(200)
		u.put(u.sent("password", secret+"1")).is(200)
		if t.d.supports("patch") {
			u.patch(op("replace", "password", secret+"2")).is(200, 204)
		}
		for _, e := range t.exchanges {
			body, _ := parse(e.Body).(object)
			values, _ := body["Resources"].(list) // of the list
			t.check(!strings.Contains(e.Body, secret), "the password is in the answer to %s", e.Method)
			for _, o := range append(objects(values), body) {
				t.check(o["password"] == nil, "the answer to %s has a password", e.Method)
			}
		}
	},
	"READ-005": func(t *trial) {
		u := t.user()
		other := flip(u.id)
		if other == u.id {
			t.skipf("ids have no letters here")
		}
		t.get(t.users() + "/" + url.PathEscape(other)).refused(404)
	},
	"READ-006": func(t *trial) {
		u := t.user()
		t.get(t.groups() + "/" + url.PathEscape(u.id)).refused(404)
	},
	"READ-007": func(t *trial) {
		u := t.user()
		a := t.get(u.path + "?filter=" + url.QueryEscape("userName pr")).is(200)
		t.check(a.at("id") == u.id || a.at("totalResults") != nil, "the answer is neither the user nor a list")
	},

	"LIST-001": func(t *trial) {
		t.equal("schemas", t.get(t.users()+"?count=1").is(200).at("schemas"), list{listURN})
	},
	"LIST-002": func(t *trial) {
		t.user()
		a := t.get(t.users() + "?count=5").is(200)
		if total := a.integer("totalResults"); total != 0 {
			_, ok := a.at("Resources").(list)
			t.check(ok, "totalResults is %d, and Resources is no array", total)
		}
	},
	"LIST-003": func(t *trial) {
		t.gated("filter")
		a := t.get(t.users() + "?filter=" + url.QueryEscape("userName eq "+encode(t.name()))).is(200)
		t.check(a.integer("totalResults") == 0 && isNothing(a.at("Resources")), "there are results")
	},
	"LIST-004": func(t *trial) {
		t.user()
		t.user()
		a := t.get(t.users() + "?count=1").is(200)
		t.check(a.integer("startIndex") == 1, "startIndex is not 1")
		a.integer("itemsPerPage")
	},
	"LIST-005": func(t *trial) {
		t.gated("filter")
		_, filter := t.three()
		t.equal("totalResults", t.get(t.users()+"?count=1&filter="+filter).is(200).integer("totalResults"), 3)
	},
	"LIST-006": func(t *trial) {
		t.user()
		for i, r := range t.get(t.users() + "?count=50").resources() {
			id, _ := r["id"].(string)
			t.check(id != "" && len(strs(r["schemas"])) > 0, "the resource number %d has no id or no schemas", i+1)
		}
	},
	"LIST-007": func(t *trial) {
		u, g := t.user(), t.group()
		filter := fmt.Sprintf("id eq %s or id eq %s", encode(u.id), encode(g.id))
		want := sorted([]string{u.id, g.id})
		t.equal("the ids found", sorted(t.rootQuery(filter).ids()), want)
		if bare := t.get("?filter=" + url.QueryEscape(filter)); !bare.ok() {
			t.warnf("the base URL without a slash answers %d to a query", bare.Status)
		} else {
			t.equal("the ids found without a slash", sorted(bare.ids()), want)
		}
	},
	"LIST-008": func(t *trial) {
		u, g := t.user(), t.group()
		a := t.rootQuery(fmt.Sprintf("userName pr and (id eq %s or id eq %s)", encode(u.id), encode(g.id)))
		t.equal("the ids found", a.ids(), list{u.id})
	},
	"LIST-009": func(t *trial) {
		t.gated("filter")
		t.user()
		t.user()
		a := t.get(t.users()+"?filter="+url.QueryEscape("userName pr")).is(200, 400)
		if a.Status == 400 {
			if a.str("scimType") == "invalidFilter" {
				t.skipf("the target does not know the operator pr")
			}
			a.refused(400, "tooMany")
			return
		}
		t.check(len(a.ids()) == a.integer("itemsPerPage") && a.integer("totalResults") >= max(len(a.ids()), 2),
			"the page does not say how much of the whole it is, with two users at least")
	},
	"LIST-010": func(t *trial) {
		t.gated("filter")
		r := t.reader()
		u, hidden := t.user(), 0
		seen, filter := r.get(u.path).is(200, 403, 404), "userName eq "+encode(u.userName())
		if seen.Status != http.StatusOK || seen.at("userName") == nil {
			r.unseen(t.users(), filter)
			hidden++
		}
		if t.d.group != nil {
			g := t.group()
			if r.get(g.path).is(200, 403, 404).Status != http.StatusOK {
				r.unseen(t.groups(), "displayName eq "+encode(g.asked["displayName"]))
				r.unseen("/", "id eq "+encode(g.id))
				hidden++
			}
		}
		if hidden == 0 {
			t.skipf("the token that may only read sees users, their names and groups; give one that sees less with --read-token")
		}
	},
}

// unseen wants a filter to find and to count nothing.
func (t *trial) unseen(endpoint, filter string) {
	a := t.get(endpoint+"?filter="+url.QueryEscape(filter)).is(200, 400, 403, 404, 405, 501)
	if a.Status == http.StatusOK {
		t.check(a.integer("totalResults") == 0 && len(a.ids()) == 0, "the filter %s finds what the token may not see", filter)
	}
}

// rootQuery asks the base URL, where the target serves it.
func (t *trial) rootQuery(filter string) *answer {
	t.gated("filter")
	a := t.get("/?filter=" + url.QueryEscape(filter))
	if a.Status == http.StatusNotImplemented || a.Status == http.StatusNotFound || a.Status == http.StatusMethodNotAllowed {
		t.skipf("the base URL cannot be queried: it answers %d", a.Status)
	}
	return a.is(200)
}

// three makes three users and an escaped filter for just them.
func (t *trial) three() ([]*resource, string) {
	c := t.alike(3)
	return c.users, url.QueryEscape(c.filter)
}
