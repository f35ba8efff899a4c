package conformance

import (
	"slices"
)

// patchAddChecks are the rows on add and remove.
var patchAddChecks = checks{
	"PATCH-027": func(t *trial) {
		t.user("title", "x").patch(op("add", "title")).refused(400, "invalidValue", "invalidSyntax")
	},
	"PATCH-028": func(t *trial) {
		t.needs("nickName", "displayName")
		first, second, name := t.name()+"@example.com", t.name()+"@example.com", t.name()
		u := t.user("displayName", name, "emails", list{mail("work", first)})
		value := object{"nickName": "B", "emails": list{mail("home", second)}}
		extended := t.has(enterpriseURN+":department") && t.has(enterpriseURN+":division")
		if extended {
			u = t.user("displayName", name, "emails", list{mail("work", first)}, enterpriseURN, object{"division": "v"})
			value[enterpriseURN] = object{"department": "d"}
		}
		now := u.patched(op("add", "", value))
		t.equal("nickName", now["nickName"], "B")
		t.equal("displayName", now["displayName"], name)
		t.equal("emails.value", sorted(subs(now, "emails", "value")), sorted([]string{first, second}))
		if extended {
			t.equal("the extension", now[enterpriseURN], object{"department": "d", "division": "v"})
		}
	},
	"PATCH-029": func(t *trial) {
		t.needs("name.givenName", "name.familyName")
		u := t.user("name", object{"givenName": "A", "familyName": "B"})
		value := object{"name.givenName": "C"}
		if t.has(enterpriseURN + ":employeeNumber") {
			value[enterpriseURN+":employeeNumber"] = "1"
		}
		now := u.patched(op("replace", "", value))
		t.equal("name.givenName", at(now, "name", "givenName"), "C")
		t.equal("name.familyName", at(now, "name", "familyName"), "B")
		if len(value) > 1 {
			t.equal("employeeNumber", at(now, enterpriseURN, "employeeNumber"), "1")
		}
	},
	"PATCH-030": func(t *trial) {
		t.needs("name.givenName")
		if t.d.user.find("name").required {
			t.skipf("name is required here")
		}
		t.equal("name.givenName", at(t.user().patched(op("add", "name.givenName", "A")), "name", "givenName"), "A")
	},
	"PATCH-031": func(t *trial) {
		t.needs("name.middleName")
		now := t.user("name", object{"givenName": "G", "familyName": "F"}).patched(op("add", "name", object{"middleName": "M"}))
		for sub, want := range map[string]string{"givenName": "G", "familyName": "F", "middleName": "M"} {
			t.equal("name."+sub, at(now, "name", sub), want)
		}
	},
	"PATCH-032": func(t *trial) {
		u, work, home := t.twoMails()
		third := t.name() + "@example.com"
		now := u.patched(op("add", "emails", list{mail("other", third)}))
		t.equal("emails.value", sorted(subs(now, "emails", "value")), sorted([]string{work, home, third}))
	},
	"PATCH-033": func(t *trial) {
		t.equal("title", t.user("title", "a").patched(op("add", "title", "b"))["title"], "b")
	},
	"PATCH-034": func(t *trial) {
		u, work, home := t.twoMails()
		now := u.patched(op("add", "emails", list{mail("work", work)}))
		t.equal("emails.value", sorted(subs(now, "emails", "value")), sorted([]string{work, home}))
		if t.d.group.find("members.value") != nil {
			g := t.group(u)
			t.equal("members.value", subs(g.patched(op("add", "members", memberValues(u))), "members", "value"), list{u.id})
		}
	},
	"PATCH-035": func(t *trial) {
		u, work, _ := t.twoMails()
		before := u.now()
		t.unmoved(before, u.patched(op("add", "emails", list{mail("work", work)})))
		t.unmoved(before, u.patched(op("add", "userName", u.asked["userName"])))
	},
	"PATCH-036": func(t *trial) {
		t.needs("emails.display")
		u, work, _ := t.twoMails()
		now := u.patched(op("add", `emails[type eq "work"].display`, "x"))
		t.equal("display of "+work, valueOf(now, work)["display"], "x")
		t.check(len(subs(now, "emails", "display")) == 2, "there are %d emails", len(subs(now, "emails", "value")))
		t.check(slices.Contains(subs(now, "emails", "display"), ""), "both emails have the display")
	},
	"PATCH-037": func(t *trial) {
		u, _, _ := t.twoMails()
		third := t.name() + "@example.com"
		a := u.patch(op("add", `emails[type eq "other"].value`, third)).is(200, 204, 400)
		if a.Status == 400 {
			a.refused(400, "noTarget")
			return
		}
		t.equal("type of the new value", valueOf(u.now(), third)["type"], "other")
	},
	"PATCH-038": func(t *trial) { t.user().patch(op("remove", "")).refused(400, "noTarget") },
	"PATCH-039": func(t *trial) {
		t.needs("title", "name.middleName")
		u := t.user("title", "x", "name", object{"givenName": "G", "familyName": "F", "middleName": "M"})
		t.check(u.patched(op("remove", "title"))["title"] == nil, "title is still there")
		now := u.patched(op("remove", "name.middleName"))
		t.check(at(now, "name", "middleName") == nil, "name.middleName is still there")
		t.equal("name.givenName", at(now, "name", "givenName"), "G")
		if t.d.group.find("members.value") != nil {
			g := t.group(u)
			t.check(isNothing(g.patched(op("remove", "members"))["members"]), "members are still there")
		}
	},
	"PATCH-040": func(t *trial) {
		u, _, home := t.twoMails()
		now := u.patched(op("remove", `emails[type eq "work" and value ew "@home.example.com"]`), op("remove", `emails[type eq "work" and value ew "@work.example.com"]`))
		t.equal("emails.value", subs(now, "emails", "value"), list{home})
		if !t.d.user.find("emails").required {
			t.check(isNothing(u.patched(op("remove", `emails[type eq "home"]`))["emails"]), "emails is not unassigned with its last value")
		}
	},
	"PATCH-041": func(t *trial) {
		value := t.name() + "@example.com"
		u := t.user("emails", list{object{"type": "work", "value": value, "display": "x"}, mail("home", t.name()+"@example.com")})
		now := valueOf(u.patched(op("remove", `emails[type eq "work"].display`)), value)
		t.check(now["display"] == nil, "display is still there")
		t.equal("type", now["type"], "work")
	},
	"PATCH-042": func(t *trial) {
		u := t.user()
		for _, path := range []string{"userName", "id"} {
			u.patch(op("remove", path)).refused(400, "mutability")
		}
		if t.d.group != nil {
			t.group().patch(op("remove", "displayName")).refused(400, "mutability")
		}
	},
	"PATCH-043": func(t *trial) {
		t.needsMembers()
		u, other := t.user(), t.user()
		g := t.group(u)
		a := g.patch(op("remove", `members[value eq "`+other.id+`"]`)).is(200, 204, 400)
		if a.Status == 400 {
			a.refused(400, "noTarget")
		}
		t.equal("members.value", subs(g.now(), "members", "value"), list{u.id})
	},
	"PATCH-044": func(t *trial) {
		t.needs("nickName")
		u := t.user()
		before := u.now()
		t.unmoved(before, u.patched(op("remove", "nickName")))
	},
	"PATCH-045": func(t *trial) {
		t.needsMembers()
		a, b := t.user(), t.user()
		g := t.group(a, b)
		now := g.patched(op("Remove", "members", memberValues(a)))
		t.equal("members.value", subs(now, "members", "value"), list{b.id})
	},
}

func sorted(values []string) []string {
	slices.Sort(values)
	return values
}

// valueOf is the email with a value.
func valueOf(o object, value string) object {
	values, _ := o["emails"].(list)
	for _, v := range objects(values) {
		if v["value"] == value {
			return v
		}
	}
	return nil
}
