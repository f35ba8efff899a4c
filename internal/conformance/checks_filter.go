package conformance

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// filterChecks are the rows on the language: names, literals, logic and errors. Those on operators are operatorChecks.
var filterChecks = checks{
	"FILT-001": func(t *trial) {
		if !t.d.denies("filter") {
			t.skipf("ServiceProviderConfig does not rule filter out")
		}
		t.get(t.users()+"?filter="+url.QueryEscape("userName pr")).is(400, 403, 501)
	},
	"FILT-002": func(t *trial) {
		u, other := t.user(), t.user()
		h := t.find("userName eq "+t.quoted(u, "userName"), u, other).has(u).lacks(other)
		t.check(len(h.ids) == 1, "%d resources are found instead of one", len(h.ids))
	},
	"FILT-003": func(t *trial) {
		u, other := t.user(), t.user()
		t.finds("USERNAME eq "+t.quoted(u, "userName"), these(u), these(other))
	},
	"FILT-004": func(t *trial) {
		t.needs("title")
		u, other := t.user(), t.user()
		t.finds("userName EQ "+t.quoted(u, "userName")+" AND NOT (title PR)", these(u), these(other))
	},
	"FILT-005": func(t *trial) {
		u, other := t.user(), t.user()
		for _, name := range []string{userURN + ":userName", "URN:IETF:PARAMS:scim:schemas:core:2.0:user:userName"} {
			t.finds(name+" eq "+t.quoted(u, "userName"), these(u), these(other))
		}
	},
	"FILT-006": func(t *trial) {
		value := t.name()
		boss, other := t.user(), t.user()
		u := t.user(enterpriseURN, object{"department": value})
		t.finds(enterpriseURN+":department eq "+encode(value), these(u), these(other))
		if t.has(enterpriseURN + ":manager.value") {
			led := t.user(enterpriseURN, object{"manager": object{"value": boss.id}})
			t.finds(enterpriseURN+":manager.value eq "+encode(boss.id), these(led), these(u, other))
		}
	},
	"FILT-023": func(t *trial) {
		tt, tf, ft, ff := t.user("title", "x", "nickName", "y"), t.user("title", "x"), t.user("nickName", "y"), t.user()
		a, b := "title pr", "nickName pr"
		t.finds(a+" and "+b, these(tt), these(tf, ft, ff))
		t.finds(a+" or "+b, these(tt, tf, ft), these(ff))
		t.finds("not ("+a+")", these(ft, ff), these(tt, tf))
		t.finds("not ("+a+" or "+b+")", these(ff), these(tt, tf, ft))
	},
	"FILT-024": func(t *trial) {
		a, bc, ac, none := t.user("title", "x"), t.user("nickName", "y", "displayName", "z"), t.user("title", "x", "displayName", "z"), t.user()
		b := t.user("nickName", "y")
		A, B, C := `title eq "x"`, `nickName eq "y"`, `displayName eq "z"`
		t.finds(A+" or "+B+" and "+C, these(a, bc, ac), these(none, b))
		t.finds("("+A+" or "+B+") and "+C, these(bc, ac), these(a, b, none))
		t.finds("(("+A+")) or (("+B+") and (not ("+C+")))", these(a, ac, b), these(bc, none))
		t.finds("not ("+A+") and "+C, these(bc), these(a, ac, b, none))
	},
	"FILT-025": func(t *trial) {
		with, without := t.user("title", "x"), t.user()
		for _, f := range []string{"not (title pr)", "not(title pr)"} {
			t.finds(f, these(without), these(with))
		}
		t.refusesFilter("not title pr")
	},
	"FILT-026": func(t *trial) {
		u, a, b := t.user(), t.user("title", "a"), t.user("title", "b")
		t.finds(`not (title eq "a")`, these(u, b), these(a))
	},
	"FILT-027": func(t *trial) {
		second := t.name() + "@example.com"
		u, other := t.user("emails", list{mail("work", t.name()+"@example.com"), mail("home", second)}), t.user()
		t.finds("emails.value eq "+encode(second), these(u), these(other))
	},
	"FILT-028": func(t *trial) {
		home := t.name() + "@example.com"
		u := t.user("emails", list{mail("work", t.name()+"@example.com"), mail("home", home)})
		other := t.user("emails", list{mail("other", t.name()+"@example.com")})
		t.finds(`emails.type eq "work" and emails.value eq `+encode(home), these(u), these(other))
	},
	"FILT-029": func(t *trial) {
		mark := t.name()
		u, other := t.user("emails", list{mail("work", mark+"@example.com")}), t.user()
		t.finds("emails.value co "+encode(mark), these(u), these(other))
		t.finds("emails co "+encode(mark), these(u), these(other))
	},
	"FILT-030": func(t *trial) {
		t.needs("name.givenName")
		t.refusesFilter(`name eq "x"`)
	},
	"FILT-031": func(t *trial) {
		with, without := t.user(enterpriseURN, object{"department": t.name()}), t.user()
		t.finds("schemas eq "+encode(enterpriseURN), these(with), these(without))
	},
	"FILT-032": func(t *trial) {
		value := object{"value": t.name() + "@example.com", "type": "work"}
		u := t.user("emails", list{value})
		t.needs("emails.primary")
		other := t.user("emails", list{object{"value": t.name() + "@example.com", "primary": true}})
		t.finds("emails[primary eq false]", these(u), these(other))
	},
	"FILT-033": func(t *trial) { t.refusesFilter("userName eq bjensen", "userName eq 'bjensen'") },
	"FILT-034": func(t *trial) {
		mark := t.name()
		u, other := t.user("displayName", mark+" a\"b\\c😀\t/"), t.user("displayName", mark)
		t.finds(`displayName eq "`+mark+` a\"b\\c\uD83D\uDE00\t\/"`, these(u), these(other))
	},
	"FILT-035": func(t *trial) {
		with, without := t.user("title", "x"), t.user()
		t.finds("title eq null", these(without), these(with))
		t.finds("title ne null", these(with), these(without))
	},
	"FILT-036": func(t *trial) {
		t.user() // for a filter that is ignored to find
		filters := []string{"userName eq 5", `meta.created gt "yesterday"`}
		if t.has("active") {
			filters = append(filters, `active eq "maybe"`)
		}
		for _, f := range filters {
			a := t.get(t.users()+"?filter="+url.QueryEscape(f)).is(400, 200)
			if a.Status == 400 {
				a.refused(400, "invalidFilter")
				continue
			}
			t.check(len(a.resources()) == 0, "the filter %s finds something", f)
			t.warnf("the filter %s is not refused, but finds nothing", f)
		}
	},
	"FILT-037": func(t *trial) {
		a := t.get(t.users()+"?filter="+url.QueryEscape(`userName regex "x"`)).refused(400, "invalidFilter")
		t.check(a.str("detail") != "", "the refusal has no detail")
	},
	"FILT-038": func(t *trial) {
		t.needs("title")
		t.refusesFilter("", "userName", "userName eq", "(title pr", "title pr)", "title pr and", `userName eq "x`)
	},
	"FILT-039": func(t *trial) { t.refusesFilter(`bogus` + strings.ReplaceAll(t.name(), "-", "") + ` eq "x"`) },
	"FILT-040": func(t *trial) {
		t.needs("active")
		u := t.user()
		value, ok := u.body["active"].(bool)
		if !ok {
			t.skipf("active has no default here")
		}
		t.finds(fmt.Sprintf("active eq %t", value), these(u), nil)
		t.finds(fmt.Sprintf("active eq %t", !value), nil, these(u))
	},
	"FILT-041": func(t *trial) {
		t.needs("password")
		t.get(t.users()+"?filter="+url.QueryEscape(`password sw "a"`)).is(400, 403)
	},
	"FILT-042": func(t *trial) {
		for _, path := range []string{"ims.value", "phoneNumbers.value", "emails.value", "addresses.streetAddress", "name.familyName", "externalId", "x509Certificates.value"} {
			if !t.has(path) {
				continue
			}
			filter := path + " eq " + encode(t.name())
			a := t.filtered(filter)
			if a.Status != 403 {
				continue
			}
			a.refused(403, "sensitive")
			t.send(http.MethodPost, t.users()+"/.search", object{"schemas": []any{searchURN}, "filter": filter}).is(200)
			return
		}
		t.skipf("the target takes none of the attributes that were tried for confidential, and discovery does not say which it does")
	},
	"FILT-043": func(t *trial) {
		value := t.name() + "+plus@example.com"
		u, other := t.user("userName", value), t.user()
		for _, query := range []string{url.QueryEscape("userName eq " + encode(value)), "userName%20eq%20%22" + url.QueryEscape(value) + "%22"} {
			h := &hits{t, query, t.get(t.users() + "?filter=" + query).ids()}
			h.has(u).lacks(other)
		}
	},
	"FILT-044": func(t *trial) {
		deep := strings.Repeat("(", 2000) + "userName pr" + strings.Repeat(")", 2000)
		if a := t.get(t.users()+"?filter="+url.QueryEscape(deep)).is(200, 400, 414, 431); a.Status == 200 {
			a.listed()
		}
		long := strings.Repeat("x", 1<<20)
		a := t.get(t.users() + "?filter=" + url.QueryEscape("userName eq "+encode(long)))
		if a.Status != 0 { // a server may well hang up
			a.is(200, 400, 414, 431, http.StatusRequestEntityTooLarge)
		}
		for _, e := range t.exchanges {
			t.check(e.Duration < 20*time.Second, "the target stalls for %s", e.Duration.Round(time.Second))
		}
	},
	"FILT-045": func(t *trial) {
		u := t.user("externalId", t.name())
		other := t.user()
		t.finds("id eq "+encode(u.id), these(u), these(other))
		t.finds("externalId eq "+t.quoted(u, "externalId"), these(u), these(other))
		t.finds("meta.lastModified ge "+encode(at(u.body, "meta", "lastModified")), these(u), nil)
		t.finds("meta.resourceType eq "+encode(t.d.user.name), these(u, other), nil)
		t.finds(`meta.created lt "1990-01-01T00:00:00Z"`, nil, these(u, other))
	},
	"FILT-046": func(t *trial) {
		value := t.name()
		u := t.user("title", value)
		a := t.get(t.users() + "?attributes=userName&filter=" + url.QueryEscape("title eq "+encode(value)))
		t.equal("the ids found", a.ids(), list{u.id})
	},
}

// quoted is a string of a user as a filter writes it.
func (t *trial) quoted(u *resource, name string) string { return encode(u.asked[name]) }
