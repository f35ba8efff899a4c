package conformance

import (
	"fmt"
	"net/http"
)

// interopChecks are the rows on what clients in the field send.
var interopChecks = checks{
	"INTOP-001": func(t *trial) {
		t.needs("active")
		body := t.userBody()
		body["active"] = "False"
		u := t.create2(t.users(), body)
		t.equal(`active of a user made with "False"`, u.now()["active"], false)
		if !t.d.supports("patch") {
			return
		}
		for word, value := range map[string]bool{"True": true, "False": false} {
			t.equal("active set to "+encode(word), u.patched(op("replace", "active", word))["active"], value)
			t.equal("active set to "+encode(word)+" without a path", u.patched(op("replace", "", object{"active": word}))["active"], value)
		}
	},
	"INTOP-002": func(t *trial) {
		t.gated("patch")
		name := "roles"
		if !t.has("roles.primary") || !t.has("roles.value") {
			name = "emails"
		}
		t.needs(name+".primary", name+".value")
		first, second, third := t.name()+"@example.com", t.name()+"@example.com", t.name()+"@example.com"
		u := t.user(name, list{object{"value": first, "primary": true}, object{"value": second}})
		now := u.patched(op("replace", name+`[primary eq "True"].value`, third))
		t.equal(name+".value", sorted(subs(now, name, "value")), sorted([]string{second, third}))
	},
	"INTOP-003": func(t *trial) {
		t.gated("patch")
		t.needsMembers()
		u, g := t.user(), t.group()
		now := g.patched(op("add", "members", list{object{"$ref": nil, "value": u.id}}))
		t.equal("members.value", subs(now, "members", "value"), list{u.id})
	},
	"INTOP-004": func(t *trial) {
		pairs := []any{"userName", "Foo." + t.name() + "@EXAMPLE.com"}
		if t.has("emails.value") {
			pairs = append(pairs, "emails", list{object{"value": "Foo." + t.name() + "@EXAMPLE.com"}})
		}
		if t.has("phoneNumbers.value") {
			pairs = append(pairs, "phoneNumbers", list{object{"value": "(555) 123-4567"}})
		}
		if name := t.plainString(); name != "" {
			pairs = append(pairs, name, "A  b, C")
		}
		t.keeps(pairs...)
	},
	"INTOP-005": func(t *trial) {
		t.gated("patch")
		judge := func(what string, a *answer) {
			if a.is(200, 204).Status == http.StatusOK {
				t.check(a.str("id") != "", "PATCH of a %s answers 200 without the resource", what)
			} else {
				t.check(a.Body == "", "PATCH of a %s answers 204 with a body", what)
			}
			t.notef("PATCH of a %s answers %d", what, a.Status)
		}
		judge("user", t.user().patch(op("replace", "userName", t.name()+"@example.com")))
		if t.d.group != nil {
			judge("group", t.group().patch(op("replace", "displayName", t.name())))
		}
	},
	"INTOP-006": func(t *trial) {
		u := t.user("active", true)
		for _, active := range []bool{false, true} {
			u.put(u.sent("active", active)).is(200)
			now := u.now()
			t.check(now["active"] == active && now["id"] == u.id, "after PUT with active=%t the user is %s", active, encode(now))
		}
		if !t.d.supports("patch") {
			return
		}
		for _, active := range []bool{false, true} {
			now := u.patched(op("replace", "active", active))
			t.check(now["active"] == active && now["id"] == u.id, "after PATCH with active=%t the user is %s", active, encode(now))
		}
	},
	"INTOP-007": func(t *trial) {
		u := t.user()
		if t.d.group != nil && t.d.group.find("members.value") != nil {
			t.group(u)
		}
		body := u.now()
		name := t.plainString()
		if name != "" {
			body[name] = t.name()
		}
		body["bogusMember"] = object{"a": list{1}}
		a := u.put(body).is(200, 400)
		if a.Status == http.StatusBadRequest {
			a.refused(400, "invalidSyntax", "invalidValue")
			delete(body, "bogusMember")
			u.put(body).is(200)
			t.warnf("an unknown member in the body of PUT is refused")
		}
		now := u.now()
		t.equal("id", now["id"], u.id)
		t.equal("userName", now["userName"], body["userName"])
		t.check(name == "" || now[name] == body[name], "%s is %s; want %s", name, encode(now[name]), encode(body[name]))
		t.check(now["bogusMember"] == nil, "an undefined attribute is stored")
	},
	"INTOP-008": func(t *trial) {
		t.notef("/ServiceProviderConfigs answers %d", t.get("/ServiceProviderConfigs").is(200, 404).Status)
	},
	"INTOP-009": func(t *trial) {
		u := t.user()
		t.get(u.path + "/").reaches(u)
		t.get("/" + u.path).reaches(u)
		for _, path := range []string{t.users() + "/?count=1", "/" + t.users() + "?count=1"} {
			a := t.get(path)
			if a.Redirect() == "" {
				a.listed()
			}
		}
	},
}

// reaches wants a resource, or the way to it.
func (a *answer) reaches(r *resource) {
	if to := a.Redirect(); to != "" {
		a.t.notef("%s is redirected to %s", a.what(), to)
		return
	}
	a.t.equal(fmt.Sprintf("id in the answer to %s", a.what()), a.is(200).at("id"), r.id)
}
