package conformance

import (
	"net/http"
	"slices"
)

// patchFormChecks are the rows on the message, on paths and on what every operation obeys.
var patchFormChecks = checks{
	"PATCH-001": func(t *trial) {
		name := t.name()
		t.equal("displayName", t.user("displayName", "x").patched(op("replace", "displayName", name))["displayName"], name)
	},
	"PATCH-002": func(t *trial) {
		u := t.user("title", "x")
		t.send(http.MethodPatch, u.path, object{"Operations": list{op("replace", "title", "y")}}).refused(400, "invalidSyntax", "invalidValue")
	},
	"PATCH-003": func(t *trial) {
		u := t.user()
		for _, operations := range []any{nil, object{}, list{}} {
			t.send(http.MethodPatch, u.path, object{"schemas": list{patchURN}, "Operations": operations}).refused(400, "invalidSyntax", "invalidValue")
		}
		t.send(http.MethodPatch, u.path, object{"schemas": list{patchURN}}).refused(400, "invalidSyntax", "invalidValue")
	},
	"PATCH-004": func(t *trial) {
		u := t.user("title", "x")
		for _, name := range []string{"move", "copy", "test", ""} {
			u.patch(op(name, "title", "y")).refused(400, "invalidSyntax", "invalidValue")
		}
		u.patch(object{"path": "title", "value": "y"}).refused(400, "invalidSyntax", "invalidValue")
	},
	"PATCH-005": func(t *trial) {
		u := t.user("title", "x")
		t.equal("title", u.patched(op("Replace", "title", "y"))["title"], "y")
		t.check(u.patched(op("REMOVE", "title"))["title"] == nil, "title is still there")
		t.equal("title", u.patched(op("Add", "title", "z"))["title"], "z")
	},
	"PATCH-006": func(t *trial) {
		u := t.user()
		t.needs("title")
		now := u.patched(op("add", "title", "a"), op("replace", "title", "b"), op("remove", "title"))
		t.check(now["title"] == nil, "title is %s", encode(now["title"]))
		t.equal("title", u.patched(op("remove", "title"), op("add", "title", "c"))["title"], "c")
	},
	"PATCH-007": func(t *trial) {
		u := t.user("displayName", t.name())
		before := u.now()
		u.patch(op("replace", "displayName", t.name()), op("replace", "id", "x")).is(400)
		t.equal("the user after a refused PATCH", u.now(), before)
	},
	"PATCH-008": func(t *trial) {
		u := t.user("title", "x")
		a := u.patch(op("replace", "title", "y")).is(200, 204)
		if a.Status == 200 {
			t.equal("the answer to PATCH", a.body(), u.now())
			return
		}
		t.check(a.Body == "", "204 with a body")
	},
	"PATCH-009": func(t *trial) {
		u := t.user("displayName", t.name(), "title", "x")
		name := t.name()
		a := t.send(http.MethodPatch, u.path+"?attributes=displayName", patchOf(op("replace", "displayName", name))).is(200)
		t.only(a, "displayName")
		t.equal("displayName", a.at("displayName"), name)
	},
	"PATCH-010": func(t *trial) {
		u := t.user("emails", list{mail("work", t.name()+"@example.com")})
		for _, path := range []string{`emails[type eq`, "/emails/0", "emails[0]", "name..givenName", "emails."} {
			u.patch(op("replace", path, "x")).refused(400, "invalidPath", "invalidFilter")
		}
	},
	"PATCH-011": func(t *trial) {
		u := t.user()
		for _, path := range []string{"bogus", userURN + ":bogus", "urn:x:y:bogus"} {
			u.patch(op("replace", path, "x")).refused(400, "invalidPath", "noTarget")
		}
	},
	"PATCH-012": func(t *trial) {
		u := t.user("name", object{"givenName": "A", "familyName": "B"})
		t.equal("name.givenName", at(u.patched(op("replace", userURN+":NAME.givenname", "C")), "name", "givenName"), "C")
		t.equal("name.givenName", at(u.patched(op("replace", "NAME.GIVENNAME", "D")), "name", "givenName"), "D")
	},
	"PATCH-013": func(t *trial) {
		t.needs(enterpriseURN + ":department")
		u := t.user()
		t.equal("department", at(u.patched(op("add", enterpriseURN+":department", "d")), enterpriseURN, "department"), "d")
		if t.has(enterpriseURN + ":manager.value") {
			boss := t.user()
			t.equal("manager.value", at(u.patched(op("add", enterpriseURN+":manager.value", boss.id)), enterpriseURN, "manager", "value"), boss.id)
		}
	},
	"PATCH-014": func(t *trial) {
		t.needs(enterpriseURN + ":employeeNumber")
		now := t.user().patched(op("add", enterpriseURN+":employeeNumber", "701"))
		t.check(slices.Contains(strs(now["schemas"]), enterpriseURN), "schemas lacks the extension")
	},
	"PATCH-015": func(t *trial) {
		t.needs(enterpriseURN + ":division")
		u := t.user(enterpriseURN, object{"department": "d"})
		now := u.patched(op("add", enterpriseURN, object{"division": "v"}))
		t.equal("the extension", now[enterpriseURN], object{"department": "d", "division": "v"})
		t.check(u.patched(op("remove", enterpriseURN))[enterpriseURN] == nil, "the extension is still there")
	},
	"PATCH-016": func(t *trial) {
		t.gated("ent")
		t.needs(enterpriseURN + ":department")
		u := t.user()
		add := op("add", "schemas", list{enterpriseURN})
		now := u.patched(add, add, op("add", enterpriseURN+":department", "d"))
		n := 0
		for _, urn := range strs(now["schemas"]) {
			if urn == enterpriseURN {
				n++
			}
		}
		t.check(n == 1, "schemas has the extension %d times", n)
		u.patch(op("remove", `schemas[value eq "`+userURN+`"]`)).refused(400)
		u.patch(op("remove", "schemas")).is(400)
		t.check(slices.Contains(strs(u.now()["schemas"]), userURN), "the base schema is gone")
	},
	"PATCH-017": func(t *trial) {
		t.gated("ent")
		u := t.user(enterpriseURN, object{"department": "d"})
		u.patch(op("add", "schemas", list{"urn:x:" + t.name()})).refused(400, "invalidValue")
		now := u.patched(op("remove", `schemas[value eq "`+enterpriseURN+`"]`))
		t.check(now[enterpriseURN] == nil, "the data of the extension is still there")
	},
	"PATCH-018": func(t *trial) {
		u := t.user()
		for path, v := range map[string]any{"id": "x", "meta.created": "1970-01-01T00:00:00Z", "groups": list{object{"value": "x"}}} {
			if path == "groups" && !t.has(path) {
				continue
			}
			u.patch(op("replace", path, v)).refused(400, "mutability")
		}
	},
	"PATCH-019": func(t *trial) {
		t.needsMembers()
		a, b := t.user(), t.user()
		g := t.group(a)
		if t.d.group.find("members.value").mutability != "immutable" {
			t.skipf("members.value is not published as immutable")
		}
		g.patch(op("replace", `members[value eq "`+a.id+`"].value`, b.id)).refused(400, "mutability")
	},
	"PATCH-020": func(t *trial) {
		u, p := t.immutable()
		fresh := t.user()
		value := t.name()
		t.equal(p.path(), p.of(fresh.patched(op("add", p.path(), value))), value)
		u.patch(op("add", p.path(), t.name())).refused(400, "mutability")
	},
	"PATCH-021": func(t *trial) {
		u := t.user()
		used := false
		for path, o := range map[string]object{"active": op("replace", "active", "zzz"), "emails": op("add", "emails", "str"),
			"name": op("replace", "name", "str"), "displayName": op("replace", "displayName", object{"a": 1})} {
			if t.has(path) {
				u.patch(o).refused(400, "invalidValue", "invalidSyntax")
				used = true
			}
		}
		if !used {
			t.skipf("none of active, emails, name and displayName is published")
		}
	},
	"PATCH-022": func(t *trial) {
		u, a, b := t.primaries()
		now := u.patched(op("replace", `emails[value eq "`+b+`"].primary`, true))
		t.equal("the primary values", primary(now), list{b})
		t.check(len(subs(now, "emails", "value")) == 2, "%s is gone", a)
	},
	"PATCH-023": func(t *trial) {
		u, _, _ := t.primaries()
		c := t.name() + "@example.com"
		now := u.patched(op("add", "emails", list{object{"type": "other", "value": c, "primary": true}}))
		t.equal("the primary values", primary(now), list{c})
	},
	"PATCH-024": func(t *trial) {
		u, other := t.user(), t.user()
		a := other.patch(op("replace", "userName", u.userName())).is(409, 400)
		a.refused(a.Status, "uniqueness")
		t.equal("userName", other.now()["userName"], other.asked["userName"])
	},
	"PATCH-025": func(t *trial) {
		t.needsMembers()
		g := t.group()
		var users []*resource
		for range 20 {
			users = append(users, t.user())
		}
		counts := statuses(t.atOnce(20, func(i int) *answer { return g.patch(op("add", "members", memberValues(users[i]))) }))
		t.check(counts[200]+counts[204] == 20, "twenty adds at once answer %s", counted(counts))
		members := subs(g.now(), "members", "value")
		for _, u := range users {
			t.check(slices.Contains(members, u.id), "a member is lost: %d of 20 are there", len(members))
		}
	},
	"PATCH-026": func(t *trial) {
		u := t.user("displayName", t.name())
		name := t.name()
		t.equal("displayName", u.patched(op("replace", "", object{"id": u.id, "displayName": name}))["displayName"], name)
		u.patch(op("replace", "", object{"id": t.name(), "displayName": t.name()})).refused(400, "mutability")
	},
}

// primaries makes a user with two emails, the first of them primary.
func (t *trial) primaries() (u *resource, a, b string) {
	a, b = t.name()+"@example.com", t.name()+"@example.com"
	u = t.user("emails", list{object{"type": "work", "value": a, "primary": true}, object{"type": "home", "value": b}})
	t.equal("the primary values at first", primary(u.now()), list{a})
	return u, a, b
}

// primary gives the emails that are.
func primary(o object) []string {
	out := []string{}
	values, _ := o["emails"].(list)
	for _, v := range objects(values) {
		if value, ok := v["value"].(string); ok && v["primary"] == true {
			out = append(out, value)
		}
	}
	return out
}
