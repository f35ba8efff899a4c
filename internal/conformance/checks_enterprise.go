package conformance

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var employment = []string{"employeeNumber", "costCenter", "organization", "division", "department"}

var enterpriseChecks = checks{
	"ENT-001": func(t *trial) {
		t.gated("ent")
		name := t.ownOf(enterpriseURN)
		u := t.user(enterpriseURN, object{name: "d"})
		for _, o := range []object{u.body, u.now()} {
			t.equal(name+" under "+enterpriseURN, at(o, enterpriseURN, name), "d")
			t.check(slices.Contains(strs(o["schemas"]), enterpriseURN), "schemas is %s", encode(o["schemas"]))
		}
	},
	"ENT-002": func(t *trial) {
		t.gated("ent")
		tried := 0
		for _, name := range employment {
			a := t.d.user.find(enterpriseURN + ":" + name)
			if a == nil {
				continue
			}
			tried++
			t.check(a.kind == "string" && !a.multi && !a.required, "%s is published as %s, multiValued %t, required %t", name, a.kind, a.multi, a.required)
			t.employmentRoundTrip(name)
		}
		if tried == 0 {
			t.skipf("none of %s is published", strings.Join(employment, ", "))
		}
		plain := t.user().now()
		for _, name := range employment {
			t.check(at(plain, enterpriseURN, name) == nil, "a user made without %s has it", name)
		}
	},
	"ENT-003": func(t *trial) {
		t.needsManager()
		a := t.d.user.find(enterpriseURN + ":manager")
		t.check(a.kind == "complex" && !a.multi, "manager is published as %s, multiValued %t", a.kind, a.multi)
		boss := t.user()
		u := t.user(enterpriseURN, object{"manager": object{"value": boss.id}})
		for _, o := range []object{u.body, u.now()} {
			t.equal("manager.value", at(o, enterpriseURN, "manager", "value"), boss.id)
		}
		reference, ok := at(u.now(), enterpriseURN, "manager", "$ref").(string)
		if !ok {
			t.warnf("manager has no $ref, which the RFC recommends")
			return
		}
		t.equal("the id of what manager.$ref names", t.get(resolved(reference)).is(200).at("id"), boss.id)
	},
	"ENT-004": func(t *trial) {
		t.needsManager()
		boss, lie := t.user(), t.name()
		body := t.userBody(enterpriseURN, object{"manager": object{"value": boss.id}})
		body[enterpriseURN] = object{"manager": object{"value": boss.id, "displayName": lie}}
		a := t.send(http.MethodPost, t.users(), body).is(201, 400)
		if a.Status == 400 {
			a.refused(400, "mutability", "invalidValue")
			body = t.userBody(enterpriseURN, object{"manager": object{"value": boss.id}})
			a = t.send(http.MethodPost, t.users(), body).is(201)
		}
		u := t.resource(t.users(), a)
		t.check(at(u.now(), enterpriseURN, "manager", "displayName") != lie, "manager.displayName of the client was taken over")
		if t.d.supports("patch") {
			if a := u.patch(op("replace", enterpriseURN+":manager.displayName", lie)); !a.ok() {
				a.refused(400, "mutability", "invalidPath")
			} else {
				t.warnf("a PATCH of manager.displayName answers %d; want 400 mutability", a.Status)
			}
			t.check(at(u.now(), enterpriseURN, "manager", "displayName") != lie, "PATCH sets manager.displayName")
		}
	},
	"ENT-005": func(t *trial) {
		t.gated("patch")
		t.needsManager()
		boss, u := t.user(), t.user()
		a := u.patch(op("replace", enterpriseURN+":manager", boss.id)).is(200, 204, 400)
		if a.Status == 400 {
			a.refused(400, "invalidValue", "invalidSyntax")
			t.check(isNothing(at(u.now(), enterpriseURN, "manager")), "the refused manager is stored")
			return
		}
		t.equal("manager.value", at(u.now(), enterpriseURN, "manager", "value"), boss.id)
	},
	"ENT-006": func(t *trial) {
		t.gated("ent")
		if slices.Contains(t.d.user.required, enterpriseURN) {
			t.skipf("each user has the enterprise extension here")
		}
		judge := func(o object, when string, want bool) {
			t.check((o[enterpriseURN] != nil) == want, "%s the container is %s", when, encode(o[enterpriseURN]))
			t.check(slices.Contains(strs(o["schemas"]), enterpriseURN) == want, "%s schemas is %s", when, encode(o["schemas"]))
		}
		name := t.ownOf(enterpriseURN)
		plain, u := t.user(), t.user(enterpriseURN, object{name: "d"})
		judge(plain.now(), "without enterprise attributes", false)
		judge(u.now(), "with "+name, true)
		u.put(plain.sent("userName", u.asked["userName"])).is(200)
		judge(u.now(), "after a PUT without the extension", false)
		if t.d.supports("patch") {
			judge(u.patched(op("add", enterpriseURN+":"+name, "d")), "after a PATCH that adds "+name, true)
			judge(u.patched(op("remove", enterpriseURN+":"+name)), "after a PATCH that removes "+name, false)
		}
	},
}

func (t *trial) needsManager() {
	t.gated("ent")
	t.needs(enterpriseURN + ":manager")
	if named(t.d.user.find(enterpriseURN+":manager").subs, "value") == nil {
		t.skipf("the enterprise extension does not publish manager.value")
	}
}

// employmentRoundTrip wants an attribute to be kept, found, changed and removed.
func (t *trial) employmentRoundTrip(name string) {
	path, value := enterpriseURN+":"+name, t.name()
	u := t.user(enterpriseURN, object{name: value})
	t.equal(name, at(u.now(), enterpriseURN, name), value)
	if t.d.supports("filter") {
		ids := t.get(t.users() + "?filter=" + url.QueryEscape(path+" eq "+encode(value))).ids()
		t.check(slices.Equal(ids, []string{u.id}), "the filter %s eq %s finds %s; want only %s", path, encode(value), encode(ids), u.id)
	}
	if t.d.supports("patch") {
		t.equal(name, at(u.patched(op("replace", path, "other")), enterpriseURN, name), "other")
		t.check(at(u.patched(op("remove", path)), enterpriseURN, name) == nil, "%s is still there after a remove", name)
	}
}
