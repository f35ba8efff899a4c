package conformance

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Orders are words of a cohort, and no user is made in the place where the order wants it.
var sortChecks = checks{
	"SORT-001": func(t *trial) {
		a := t.get(t.users()+"?count=5&sortBy=userName").is(200, 400, 501)
		if a.Status != 200 {
			a.refused(a.Status)
			return
		}
		a.listed()
		t.notef("sortBy is ignored")
	},
	"SORT-002": func(t *trial) {
		t.named("m", "z", "b").sorts("userName", "cab")
	},
	"SORT-003": func(t *trial) {
		t.sortsStrings("displayName", "a", "B", "c")
		t.sortsStrings("displayName", "éa", "Éb", "éc")
		t.sortsNumbers()
		t.sortsDates()
		t.sortsStrings("externalId", "A", "b", "C")
	},
	"SORT-004": func(t *trial) {
		t.needs("title")
		mark := t.name()
		t.cohort(given{"title", mark + "b"}, nil, given{"title", mark + "a"}).sorts("title", "cab")
	},
	"SORT-005": func(t *trial) {
		t.needs("name.familyName")
		c := t.cohort(given{"name", object{"familyName": "M"}}, given{"name", object{"familyName": "Z"}}, given{"name", object{"familyName": "B"}})
		c.sorts("name.familyName", "cab")
		if a := c.get("sortBy=name").is(200, 400); a.Status == 400 {
			a.refused(400, "invalidValue", "invalidPath")
		}
	},
	"SORT-006": func(t *trial) {
		c, want := t.withEmails()
		c.sorts("emails.value", want)
	},
	"SORT-007": func(t *trial) {
		c, want := t.withEmails()
		c.sorts("emails", want)
	},
	"SORT-008": func(t *trial) {
		mark, c := t.name(), t.named("m", "z", "b")
		for _, name := range []string{"USERNAME", userURN + ":userName", userURN + ":username", strings.ToUpper(userURN) + ":userName"} {
			c.sorts(name, "cab")
		}
		for _, name := range []string{"employeeNumber", "department"} {
			if !t.has(enterpriseURN + ":" + name) {
				continue
			}
			ext := func(v string) given { return given{enterpriseURN, object{name: mark + v}} }
			c := t.cohort(ext("m"), ext("z"), ext("b"))
			c.sorts(enterpriseURN+":"+name, "cab")
			c.sorts(strings.ToUpper(enterpriseURN)+":"+strings.ToUpper(name), "cab")
			return
		}
	},
	"SORT-009": func(t *trial) {
		c := t.alike(3)
		c.get("sortBy=userName&sortOrder=up").refused(400, "invalidValue")
		c.get("sortBy=bogus"+strings.ReplaceAll(t.name(), "-", "")).refused(400, "invalidValue")
		t.equal("the order for sortOrder alone", c.order("sortOrder=descending"), c.order(""))
		if a := t.d.user.find("password"); a != nil && a.returned == "never" {
			c.get("sortBy=password").refused(400, "invalidValue")
		}
	},
	"SORT-010": func(t *trial) {
		t.gated("filter", "index")
		shared := t.sharable(nil)
		c := t.alike(5)
		queries := []string{"", "sortBy=userName"}
		if shared != "" {
			queries = append(queries, "sortBy="+shared, "sortOrder=descending&sortBy="+shared)
		}
		for _, query := range queries {
			whole, paged := c.order(query), ""
			for i := range c.users {
				paged += c.letters(c.get(fmt.Sprintf("%s&count=1&startIndex=%d", query, i+1)).ids())
			}
			t.equal("the order of pages of one for "+query, paged, whole)
		}
	},
}

// named makes users whose names end so.
func (t *trial) named(ends ...string) *cohort {
	mark := t.name()
	var users []given
	for _, end := range ends {
		users = append(users, given{"userName", mark + "-" + end + "@example.com"})
	}
	return t.cohort(users...)
}

// sorts wants an order, without sortOrder too, and its reverse.
func (c *cohort) sorts(by, want string) {
	query := "sortBy=" + url.QueryEscape(by)
	c.t.equal("the order for "+query, c.order(query), want)
	c.t.equal("the order for "+query+", ascending", c.order(query+"&sortOrder=ascending"), want)
	c.t.equal("the order for "+query+", descending", c.order(query+"&sortOrder=descending"), reversed(want))
}

// sortsStrings takes values that are in order when case does not count.
func (t *trial) sortsStrings(name string, values ...string) {
	a := t.d.user.find(name)
	if a == nil || a.multi || a.kind != "string" {
		t.skipf("the schemas of %s publish no string %s", t.d.user.name, name)
	}
	mark := t.name()
	making := append(values[1:len(values):len(values)], values[0])
	var users []given
	for _, v := range making {
		users = append(users, given{name, mark + v})
	}
	if a.exact {
		slices.Sort(values)
	}
	want := ""
	for _, v := range values {
		want += string(rune('a' + slices.Index(making, v)))
	}
	t.cohort(users...).sorts(name, want)
}

// sortsNumbers uses the first numeric attribute of users, if they have one.
func (t *trial) sortsNumbers() {
	for _, a := range t.d.user.attributes {
		if (a.kind == "integer" || a.kind == "decimal") && !a.multi && a.mutability == "readWrite" && a.uniqueness == "none" && a.raw["canonicalValues"] == nil {
			t.cohort(given{a.name, 10}, given{a.name, 100}, given{a.name, 9}).sorts(a.name, "cab")
			return
		}
	}
}

func (t *trial) sortsDates() {
	c, instants := t.alike(3), map[int64]bool{}
	for _, u := range c.users {
		instants[t.instant(u.body, "created").UnixNano()] = true
	}
	if len(instants) < len(c.users) { // of one instant they may be in any order
		t.notef("meta.created is too coarse to be sorted by")
		return
	}
	c.sorts("meta.created", c.all())
}

// withEmails makes users whose order differs by their primary, their first, their least and their greatest email.
func (t *trial) withEmails() (c *cohort, want string) {
	t.needs("emails.value", "emails.type", "emails.primary")
	mark := t.name()
	email := func(kind, value string, primary bool) object {
		o := mail(kind, mark+value+"@example.com")
		if primary {
			o["primary"] = true
		}
		return o
	}
	c = t.cohort(
		given{"emails", list{email("work", "x", false), email("home", "b", true)}},
		given{"emails", list{email("work", "a", false), email("home", "d", true)}},
		given{"emails", list{email("work", "c", false), email("home", "aa", false)}},
	)
	letters := map[string]string{}
	for i, u := range c.users {
		letters[sortingEmail(u.now())] = c.all()[i : i+1]
	}
	t.check(len(letters) == len(c.users), "the emails of three users are not kept")
	for _, value := range slices.Sorted(maps.Keys(letters)) {
		want += letters[value]
	}
	return c, want
}

// sortingEmail is the primary email, or the first if none is.
func sortingEmail(o object) string {
	values, _ := o["emails"].(list)
	emails := objects(values)
	i := max(slices.IndexFunc(emails, func(e object) bool { return e["primary"] == true }), 0)
	if len(emails) == 0 {
		return ""
	}
	value, _ := emails[i]["value"].(string)
	return value
}
