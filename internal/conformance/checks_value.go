package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// valueChecks are the rows on unassigned, multi-valued and unknown values.
var valueChecks = checks{
	"NULL-001": func(t *trial) {
		t.needs("title", "emails.value")
		if t.d.user.find("emails").required {
			t.skipf("emails are required here")
		}
		left, null, empty := t.user(), t.user("title", nil, "emails", nil), t.user("title", nil, "emails", list{})
		for _, u := range these(left, null, empty) {
			now := u.now()
			t.check(isNothing(now["title"]) && isNothing(now["emails"]), "title is %s, emails is %s", encode(now["title"]), encode(now["emails"]))
		}
		if t.d.supports("filter") {
			t.finds("title pr or emails pr", nil, these(left, null, empty))
		}
	},
	"NULL-002": func(t *trial) {
		given := []any{"emails", list{mail("work", t.name()+"@example.com")}, "name", object{"givenName": "A"}}
		if !t.has("emails.type") || !t.has("name.givenName") {
			given = nil
		}
		name := nullIn("", t.user(given...).now())
		t.check(name == "", "%s is null", name)
	},
	"NULL-003": func(t *trial) {
		t.needs("name.givenName")
		if t.d.user.find("name").required {
			t.skipf("name is required here")
		}
		u := t.user("name", object{"givenName": "A"})
		u.put(u.sent("name", object{"givenName": nil})).is(200)
		t.check(isNothing(u.now()["name"]), "name is %s", encode(u.now()["name"]))
	},
	"NULL-004": func(t *trial) {
		t.needs("emails.value")
		body := t.userBody()
		body["emails"] = list{nil, object{}}
		a := t.send(http.MethodPost, t.users(), body).is(201, 400)
		if a.Status == 400 {
			a.refused(400, "invalidValue", "invalidSyntax")
			return
		}
		t.check(isNothing(t.resource(t.users(), a).now()["emails"]), "empty values are stored")
	},

	"MVAL-001": func(t *trial) {
		t.needs("emails.primary")
		two := func() list {
			return list{object{"type": "work", "value": t.name() + "@example.com", "primary": true}, object{"type": "home", "value": t.name() + "@example.com", "primary": true}}
		}
		judge := func(u *resource, a *answer) {
			if a.is(200, 201, 204, 400).Status == 400 {
				a.refused(400, "invalidValue")
				return
			}
			t.check(len(primary(u.now())) <= 1, "two values are primary after %s", a.Method)
		}
		u := t.user()
		if a := t.send(http.MethodPost, t.users(), t.userBody("emails", two())); a.Status == 201 {
			judge(t.resource(t.users(), a), a)
		} else {
			a.refused(400, "invalidValue")
		}
		judge(u, u.put(u.sent("emails", two())))
		if t.d.supports("patch") {
			judge(u, u.patch(op("add", "emails", two())))
		}
	},
	"MVAL-002": func(t *trial) {
		u, _, _ := t.twoMails()
		t.check(len(primary(u.now())) == 0, "the target picks a primary value by itself")
	},
	"MVAL-003": func(t *trial) {
		value := t.name() + "@example.com"
		u := t.user("emails", list{mail("work", value), mail("work", value)})
		t.equal("emails.value of a value sent twice", subs(u.now(), "emails", "value"), list{value})
		both := t.user("emails", list{mail("work", value), mail("home", value)})
		t.equal("emails.type of a value with two types", sorted(subs(both.now(), "emails", "type")), list{"home", "work"})
	},
	"MVAL-004": func(t *trial) {
		kinds := map[string][]string{"type": {"string"}, "primary": {"boolean"}, "display": {"string"}, "$ref": {"reference"}}
		for _, rt := range t.d.all {
			for _, a := range rt.attributes {
				for _, sub := range a.subs {
					if want := kinds[sub.name]; a.multi && want != nil {
						t.check(slices.Contains(want, sub.kind) && !sub.multi, "%s.%s of %s is %s", a.name, sub.name, rt.name, sub.kind)
					}
				}
			}
		}
	},
	"MVAL-005": func(t *trial) {
		t.needsMembers()
		t.needsOf(t.d.group, "members.$ref")
		u := t.user()
		body := t.groupBody()
		body["members"] = list{object{"value": u.id, "$ref": "../" + t.d.user.endpoint[1:] + "/" + u.id}}
		g := t.create2(t.groups(), body)
		t.equal("members.value", subs(g.now(), "members", "value"), list{u.id})
	},
	"MVAL-006": func(t *trial) {
		t.needs("emails.value")
		one := mail("work", t.name()+"@example.com")
		t.takesEmails(t.user(), one, "invalidValue", "invalidSyntax")
	},
	"MVAL-007": func(t *trial) {
		var values []string
		var all list
		for _, kind := range []string{"other", "home", "work"} {
			value := t.name() + "@example.com"
			values, all = append(values, value), append(all, mail(kind, value))
		}
		t.equal("emails.value", subs(t.user("emails", all).now(), "emails", "value"), values)
	},

	"UNK-001": func(t *trial) {
		body := t.userBody()
		body["bogusAttribute"] = 1
		t.ignoredOrRefused(t.users(), body, func(now object) {
			t.check(now["bogusAttribute"] == nil, "an undefined attribute is stored")
		})
		u := t.user()
		if a := u.put(u.sent("bogusAttribute", 1)).is(200, 400); a.Status == http.StatusBadRequest {
			a.refused(400, "invalidSyntax", "invalidValue")
			return
		}
		t.check(u.now()["bogusAttribute"] == nil, "PUT stores an undefined attribute")
	},
	"UNK-002": func(t *trial) {
		const foreign = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
		body := t.groupBody()
		given, _ := body["schemas"].(list)
		body["schemas"] = append(given, foreign)
		t.ignoredOrRefused(t.groups(), body, func(now object) {
			t.check(!slices.Contains(strs(now["schemas"]), foreign), "an unknown schema is echoed")
		})
	},
	"UNK-003": func(t *trial) {
		t.gated("ent")
		body := t.userBody(enterpriseURN, object{"department": "d"})
		body["schemas"] = list{userURN}
		t.ignoredOrRefused(t.users(), body, func(now object) {
			t.check(slices.Contains(strs(now["schemas"]), enterpriseURN), "the URN of the extension is not in schemas")
			t.equal("department", at(now, enterpriseURN, "department"), "d")
		})
		named := t.userBody()
		named["schemas"] = list{userURN, enterpriseURN}
		t.send(http.MethodPost, t.users(), named).is(201)
	},
	"UNK-004": func(t *trial) {
		t.groups()
		if t.d.group.extensions[enterpriseURN] != nil {
			t.skipf("groups have the enterprise extension here")
		}
		body := t.groupBody()
		body[enterpriseURN] = object{"department": "d"}
		t.ignoredOrRefused(t.groups(), body, func(now object) {
			t.check(now[enterpriseURN] == nil, "a group has the enterprise extension")
		})
	},
	"UNK-005": func(t *trial) {
		body := t.userBody()
		body["USERNAME"] = t.name() + "@example.com"
		a := t.send(http.MethodPost, t.users(), body).is(400, 201)
		if a.Status == 400 {
			a.refused(400, "invalidSyntax", "invalidValue")
			return
		}
		t.warnf("two spellings of one name are accepted; the user is %s", encode(a.at("userName")))
	},
}

// nullIn gives the path of a null in a value, "" if there is none.
func nullIn(path string, v any) string {
	switch v := v.(type) {
	case nil:
		return path
	case list:
		for i, element := range v {
			if found := nullIn(fmt.Sprintf("%s[%d]", path, i), element); found != "" {
				return found
			}
		}
	case object:
		for name, member := range v {
			if found := nullIn(strings.TrimPrefix(path+"."+name, "."), member); found != "" {
				return found
			}
		}
	}
	return ""
}

// ignoredOrRefused wants a create to be refused, or to make something that passes a look.
func (t *trial) ignoredOrRefused(endpoint string, body object, look func(now object)) {
	a := t.send(http.MethodPost, endpoint, body).is(201, 400)
	if a.Status == 400 {
		a.refused(400, "invalidSyntax", "invalidValue")
		return
	}
	look(t.resource(endpoint, a).now())
}

// takesEmails says whether emails can have a value, which POST, PUT and PATCH must
// agree on; who refuses it may do so with any of the types.
func (t *trial) takesEmails(u *resource, value any, types ...string) bool {
	body := t.userBody()
	body["emails"] = value
	answers := []*answer{t.send(http.MethodPost, t.users(), body), u.put(u.sent("emails", value))}
	if t.d.supports("patch") {
		answers = append(answers, u.patch(op("replace", "emails", value)))
	}
	for _, a := range answers {
		t.check(a.ok() == answers[0].ok(), "%s answers %d where %s answers %d", a.what(), a.Status, answers[0].what(), answers[0].Status)
		if !a.ok() {
			a.refused(400, types...)
		}
	}
	return answers[0].ok()
}
