package conformance

import (
	"net/http"
	"slices"
	"strings"
)

var putChecks = checks{
	"PUT-001": func(t *trial) {
		u := t.user()
		u.put(u.sent()).is(200)
	},
	"PUT-002": func(t *trial) {
		u := t.user("displayName", t.name())
		a := u.put(u.sent("displayName", t.name())).is(200)
		t.equal("the answer to PUT", a.body(), u.now())
	},
	"PUT-003": func(t *trial) {
		body, path := t.userBody(), t.users()+"/"+t.name()
		t.send(http.MethodPut, path, body).refused(404)
		t.get(path).refused(404)
		t.send(http.MethodPost, t.users(), body).is(201)
	},
	"PUT-004": func(t *trial) {
		old, fresh := t.name()+"@example.com", t.name()+"@example.com"
		u := t.user("displayName", t.name(), "emails", list{mail("work", old), mail("home", old)})
		name := t.name()
		u.put(u.sent("displayName", name, "emails", list{mail("work", fresh)})).is(200)
		now := u.now()
		t.equal("displayName", now["displayName"], name)
		t.equal("emails.value", subs(now, "emails", "value"), list{fresh})
	},
	"PUT-005": func(t *trial) {
		u := t.user("title", "x")
		body := u.sent()
		delete(body, "title")
		u.put(body).is(200)
		t.check(u.now()["title"] == nil, "title is still %s", encode(u.now()["title"]))
	},
	"PUT-006": func(t *trial) {
		t.needs("title", "emails.value")
		if t.d.user.find("emails").required {
			t.skipf("emails are required here")
		}
		u := t.user("title", "x", "emails", list{mail("work", t.name()+"@example.com")})
		u.put(u.sent("title", nil, "emails", list{})).is(200)
		now := u.now()
		t.check(isNothing(now["title"]) && isNothing(now["emails"]), "title is %s, emails is %s", encode(now["title"]), encode(now["emails"]))
	},
	"PUT-007": func(t *trial) {
		u := t.user()
		before := u.now()
		u.put(u.sent("id", t.name(), "groups", list{object{"value": t.name()}}, "meta", object{"created": "1970-01-01T00:00:00Z", "resourceType": "X"})).is(200)
		now := u.now()
		t.equal("id", now["id"], before["id"])
		t.equal("meta.created", at(now, "meta", "created"), at(before, "meta", "created"))
		t.check(isNothing(now["groups"]), "groups of the client were taken over")
	},
	"PUT-008": func(t *trial) {
		u, p := t.immutable()
		u.put(u.sent(p.pair(t.name())...)).refused(400, "mutability")
	},
	"PUT-009": func(t *trial) {
		u, p := t.immutable()
		u.put(u.sent()).is(200)
		unset := t.user()
		value := t.name()
		body := unset.sent(p.pair(value)...)
		body["schemas"] = u.asked["schemas"]
		unset.put(body).is(200)
		t.equal(p.path(), p.of(unset.now()), value)
	},
	"PUT-010": func(t *trial) {
		u := t.user()
		body := u.sent()
		delete(body, "userName")
		u.put(body).refused(400, "invalidValue")
	},
	"PUT-011": func(t *trial) { t.skipf("whether a password still works cannot be seen over SCIM") },
	"PUT-012": func(t *trial) {
		u, other := t.user(), t.user()
		a := other.put(other.sent("userName", u.userName())).is(409, 400)
		a.refused(a.Status, "uniqueness")
		u.put(u.sent("userName", flip(u.asked["userName"]))).is(200)
	},
	"PUT-013": func(t *trial) {
		u := t.user("displayName", t.name())
		before := u.now()
		u.put(u.sent("displayName", t.name())).is(200)
		now := u.now()
		t.equal("id", now["id"], before["id"])
		for _, name := range []string{"created", "location"} {
			t.equal("meta."+name, at(now, "meta", name), at(before, "meta", name))
		}
		t.check(!t.instant(now, "lastModified").Before(t.instant(before, "lastModified")), "meta.lastModified goes back")
		moved := at(now, "meta", "lastModified") != at(before, "meta", "lastModified")
		if !moved {
			t.warnf("meta.lastModified does not move; it may be too coarse")
		}
		if version(before) != "" {
			t.check(version(now) != version(before), "meta.version does not move")
		}
	},
	"PUT-014": func(t *trial) {
		u := t.user("displayName", t.name())
		before := u.now()
		u.put(before).is(200)
		t.unmoved(before, u.now())
	},
	"PUT-015": func(t *trial) {
		u := t.user(enterpriseURN, object{"department": "d"})
		if slices.Contains(t.d.user.required, enterpriseURN) {
			t.skipf("the enterprise extension is required here")
		}
		body := u.sent("schemas", list{userURN})
		delete(body, enterpriseURN)
		u.put(body).is(200)
		now := u.now()
		t.check(now[enterpriseURN] == nil, "the extension is still there")
		t.check(!slices.Contains(strs(now["schemas"]), enterpriseURN), "schemas still has the extension")
	},
	"PUT-016": func(t *trial) {
		u := t.user()
		if t.has("active") {
			u.put(u.sent("active", "x")).refused(400, "invalidValue", "invalidSyntax")
		}
		body := u.sent()
		delete(body, "schemas")
		u.put(body).refused(400)
		u.put(object{}).refused(400)
		t.send(http.MethodPut, u.path, `{"userName":`).refused(400, "invalidSyntax")
	},
	"PUT-017": func(t *trial) {
		t.needs("active")
		u := t.user("displayName", t.name())
		before := u.now()
		u.put(u.sent("displayName", t.name(), "active", strings.Repeat("x", 3))).is(400)
		t.equal("the user after a refused PUT", u.now(), before)
	},
}

// immutable makes a user with an immutable string set.
func (t *trial) immutable() (*resource, place) {
	p := t.text("immutable", func(a *attribute) bool { return a.mutability == "immutable" })
	return t.user(p.pair(t.name())...), p
}

// unmoved wants lastModified and version to be what they were.
func (t *trial) unmoved(before, now object) {
	for _, name := range []string{"lastModified", "version"} {
		t.equal("meta."+name, at(now, "meta", name), at(before, "meta", name))
	}
}
