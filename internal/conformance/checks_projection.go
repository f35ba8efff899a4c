package conformance

import (
	"net/url"
)

var projectionChecks = checks{
	"ATTR-001": func(t *trial) {
		u := t.user("displayName", t.name())
		t.only(t.get(u.path+"?attributes=userName"), "userName")
		t.without(t.get(u.path+"?excludedAttributes=displayName"), "displayName")
	},
	"ATTR-002": func(t *trial) {
		u := t.user("displayName", t.name())
		a := t.get(u.path + "?attributes=userName")
		t.only(a, "userName")
		t.equal("id", a.at("id"), u.id)
		t.equal("userName", a.at("userName"), u.asked["userName"])
	},
	"ATTR-003": func(t *trial) {
		u := t.user("displayName", t.name(), "title", "x", "nickName", "y")
		a := t.get(u.path + "?excludedAttributes=title,nickName")
		t.without(a, "title", "nickName")
		for _, name := range []string{"userName", "displayName"} {
			t.equal(name, a.at(name), u.asked[name])
		}
	},
	"ATTR-004": func(t *trial) {
		u := t.user()
		t.equal("id", t.get(u.path+"?excludedAttributes=id").is(200).at("id"), u.id)
		for _, a := range t.d.user.attributes {
			if a.returned == "always" && u.body[a.name] != nil {
				t.check(t.get(u.path+"?excludedAttributes="+a.name).is(200).at(a.name) != nil, "%s, returned always, was left out", a.name)
			}
		}
	},
	"ATTR-005": func(t *trial) {
		u := t.user("password", "Xy9!"+t.name())
		t.without(t.get(u.path+"?attributes=password"), "password")
		t.without(t.get(u.path+"?attributes=userName,password"), "password")
	},
	"ATTR-006": func(t *trial) {
		p := t.text("returned on request", func(a *attribute) bool { return a.returned == "request" && a.mutability == "readWrite" })
		value := t.name()
		u := t.user(p.pair(value)...)
		t.check(p.of(u.now()) == nil, "GET shows %s without being asked to", p.path())
		asked, _ := parse(t.get(u.path + "?attributes=" + url.QueryEscape(p.path())).is(200).Body).(object)
		t.equal(p.path(), p.of(asked), value)
	},
	"ATTR-007": func(t *trial) {
		u := t.user("emails", list{mail("work", t.name()+"@example.com")})
		for _, value := range objects(resourceList(t.get(u.path + "?attributes=emails.value").is(200).at("emails"))) {
			t.check(value["value"] != nil && value["type"] == nil, "attributes=emails.value gives %s", encode(value))
		}
		named := t.user("name", object{"givenName": "A", "familyName": "B"})
		a := t.get(named.path + "?excludedAttributes=name.familyName").is(200)
		t.equal("name.givenName", a.at("name", "givenName"), "A")
		t.check(a.at("name", "familyName") == nil, "name.familyName was not left out")
	},
	"ATTR-008": func(t *trial) {
		u := t.user("displayName", t.name())
		for _, name := range []string{userURN + ":userName", userURN + ":USERNAME", "USERname"} {
			a := t.get(u.path + "?attributes=" + url.QueryEscape(name))
			t.only(a, "userName")
			t.equal("userName for attributes="+name, a.at("userName"), u.asked["userName"])
		}
	},
	"ATTR-009": func(t *trial) {
		t.needs(enterpriseURN+":department", enterpriseURN+":division")
		u := t.user(enterpriseURN, object{"department": "d", "division": "v"})
		a := t.get(u.path + "?attributes=" + url.QueryEscape(enterpriseURN+":department"))
		t.only(a, enterpriseURN)
		t.equal("the extension", a.at(enterpriseURN), object{"department": "d"})
	},
	"ATTR-010": func(t *trial) {
		t.needs(enterpriseURN+":department", enterpriseURN+":division")
		u := t.user(enterpriseURN, object{"department": "d", "division": "v"})
		a := t.get(u.path + "?attributes=" + url.QueryEscape(enterpriseURN))
		t.only(a, enterpriseURN)
		t.equal("the extension", a.at(enterpriseURN), object{"department": "d", "division": "v"})
		t.without(t.get(u.path+"?excludedAttributes="+url.QueryEscape(enterpriseURN)), enterpriseURN)
	},
	"ATTR-011": func(t *trial) {
		body := t.userBody("displayName", t.name())
		created := t.send("POST", t.users()+"?attributes=userName", body).is(201)
		t.only(created, "userName")
		u := t.resource(t.users(), created)
		t.only(t.send("PUT", u.path+"?attributes=userName", body), "userName")
		t.only(t.get(u.path+"?attributes=userName"), "userName")
		if t.d.supports("patch") {
			t.only(t.send("PATCH", u.path+"?attributes=userName", patchOf(op("replace", "displayName", t.name()))), "userName")
		}
		for _, r := range t.get(t.users() + "?count=5&attributes=userName").resources() {
			t.check(r["displayName"] == nil && r["userName"] != nil, "a resource of the list is not projected: %s", encode(r))
		}
		t.without(t.send("PUT", u.path+"?excludedAttributes=displayName", body), "displayName")
		for _, r := range t.get(t.users() + "?count=5&excludedAttributes=displayName").resources() {
			t.check(r["displayName"] == nil && r["userName"] != nil, "a resource of the list has what was excluded: %s", encode(r))
		}
	},
	"ATTR-012": func(t *trial) {
		u := t.user("displayName", t.name())
		a := t.get(u.path+"?attributes=userName&excludedAttributes=displayName").is(400, 200)
		if a.Status == 400 {
			a.refused(400, "invalidValue")
			return
		}
		t.only(a, "userName")
	},
	"ATTR-013": func(t *trial) {
		t.check(!isNothing(t.get(t.user().path+"?attributes=userName").is(200).at("schemas")), "schemas is missing")
	},
	"ATTR-014": func(t *trial) {
		u := t.user("displayName", t.name())
		a := t.get(u.path + "?attributes=" + url.QueryEscape("userName, bogus"))
		t.only(a, "userName")
		t.equal("displayName with empty attributes", t.get(u.path+"?attributes=").is(200).at("displayName"), u.asked["displayName"])
		spaced := t.get(u.path + "?attributes=" + url.QueryEscape("userName, displayName")).is(200)
		t.equal("displayName after a blank", spaced.at("displayName"), u.asked["displayName"])
	},
	"ATTR-015": func(t *trial) {
		t.needsMembers()
		g := t.group(t.user())
		t.without(t.get(g.path+"?excludedAttributes=members"), "members")
		for _, r := range t.get(t.groups() + "?count=20&excludedAttributes=members").resources() {
			t.check(r["members"] == nil, "a group of the list has members")
		}
	},
}

// only wants an attribute and nothing else but what is always returned.
func (t *trial) only(a *answer, name string) {
	a.is(200, 201)
	for key := range a.body() {
		if key == name || key == "id" || key == "schemas" {
			continue
		}
		if key == "meta" { // COMM-008 judges it
			continue
		}
		if published := named(t.d.user.attributes, key); published == nil || published.returned != "always" {
			t.failf("%s answers %s, which was not asked for", a.what(), key)
		}
	}
}

// without wants some attributes to be left out.
func (t *trial) without(a *answer, names ...string) {
	a.is(200)
	for _, name := range names {
		t.check(a.at(name) == nil, "%s answers %s", a.what(), name)
	}
}

func resourceList(v any) list {
	values, _ := v.(list)
	return values
}
