package conformance

// patchReplaceChecks are the rows on replace.
var patchReplaceChecks = checks{
	"PATCH-046": func(t *trial) {
		t.needs("title")
		name := t.name()
		u := t.user("displayName", name, "emails", list{mail("work", t.name()+"@example.com"), mail("home", t.name()+"@example.com")})
		fresh := t.name() + "@example.com"
		now := u.patched(op("replace", "", object{"title": "x", "emails": list{mail("other", fresh)}}))
		t.equal("title", now["title"], "x")
		t.equal("emails.value", subs(now, "emails", "value"), list{fresh})
		t.equal("displayName", now["displayName"], name)
	},
	"PATCH-047": func(t *trial) {
		t.needsMembers()
		a, b, c := t.user(), t.user(), t.user()
		g := t.group(a, b)
		t.equal("members.value", subs(g.patched(op("replace", "members", memberValues(c))), "members", "value"), list{c.id})
	},
	"PATCH-048": func(t *trial) {
		t.needs("nickName")
		t.equal("nickName", t.user().patched(op("replace", "nickName", "n"))["nickName"], "n")
	},
	"PATCH-049": func(t *trial) {
		now := t.user("name", object{"givenName": "G", "familyName": "F"}).patched(op("replace", "name", object{"givenName": "Z"}))
		t.equal("name.givenName", at(now, "name", "givenName"), "Z")
		t.equal("name.familyName", at(now, "name", "familyName"), "F")
	},
	"PATCH-050": func(t *trial) {
		t.needs("emails.display")
		first, second, third := t.name()+"@example.com", t.name()+"@example.com", t.name()+"@example.com"
		u := t.user("emails", list{mail("work", first), mail("work", second), mail("home", third)})
		now := u.patched(op("replace", `emails[type eq "work"].display`, "d"))
		for _, value := range []string{first, second} {
			t.equal("display of "+value, valueOf(now, value)["display"], "d")
		}
		t.check(valueOf(now, third) != nil && valueOf(now, third)["display"] != "d", "the value that does not match was changed")
		fresh := t.name() + "@example.com"
		now = u.patched(op("replace", `emails[type eq "home"]`, mail("other", fresh)))
		t.check(valueOf(now, third) == nil && valueOf(now, fresh)["type"] == "other", "the matching value was not replaced: %s", encode(now["emails"]))
	},
	"PATCH-051": func(t *trial) {
		u, _, _ := t.twoMails()
		u.patch(op("replace", `emails[type eq "none"].value`, t.name()+"@example.com")).refused(400, "noTarget")
		if t.has("addresses.locality") {
			u.patch(op("replace", `addresses[type eq "none"].locality`, "x")).refused(400, "noTarget")
		}
	},
	"PATCH-052": func(t *trial) {
		u := t.user("title", "x")
		t.check(u.patched(op("replace", "title", nil))["title"] == nil, "title is still there")
		u.patch(op("replace", "userName", nil)).refused(400, "invalidValue", "mutability")
		if t.has("emails.value") && !t.d.user.find("emails").required {
			v, _, _ := t.twoMails()
			t.check(isNothing(v.patched(op("replace", "emails", list{}))["emails"]), "emails are still there")
		}
	},
	"PATCH-053": func(t *trial) {
		u := t.user("title", "x")
		u.patch(op("replace", "title")).refused(400, "invalidValue", "invalidSyntax")
		t.equal("title", u.now()["title"], "x")
	},
	"PATCH-054": func(t *trial) {
		u := t.user("title", "x")
		before := u.now()
		t.unmoved(before, u.patched(op("replace", "title", "x")))
	},
	"PATCH-055": func(t *trial) {
		u, _, _ := t.twoMails()
		a := u.patch(op("replace", "emails.type", "other")).is(200, 204, 400)
		if a.Status == 400 {
			a.refused(400, "invalidPath")
			return
		}
		t.equal("emails.type", subs(u.now(), "emails", "type"), list{"other", "other"})
	},
	"PATCH-056": func(t *trial) {
		u, a, b := t.primaries()
		fresh := t.name() + "@example.com"
		now := u.patched(op("replace", `emails[TYPE eq "WORK" and primary eq true].value`, fresh))
		t.equal("emails.value", sorted(subs(now, "emails", "value")), sorted([]string{fresh, b}))
		t.check(valueOf(now, a) == nil, "the old value is still there")
		last := t.name() + "@example.com"
		now = u.patched(op("replace", `emails[not (type eq "work") or value eq "none"].value`, last))
		t.equal("emails.value", sorted(subs(now, "emails", "value")), sorted([]string{fresh, last}))
	},
}
