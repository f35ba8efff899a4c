package conformance

import (
	"net/http"
	"strings"
	"time"
)

var createChecks = checks{
	"CREATE-001": func(t *trial) { t.send(http.MethodPost, t.users(), t.userBody()).is(201) },
	"CREATE-002": func(t *trial) {
		a := t.send(http.MethodPost, t.users(), t.userBody()).is(201)
		location := a.Header.Get("Location")
		t.check(location != "", "201 without Location")
		t.equal("meta.location", a.at("meta", "location"), location)
		t.equal("id at Location", t.get(absolute(t, location)).is(200).at("id"), a.at("id"))
	},
	"CREATE-003": func(t *trial) {
		body := t.userBody()
		if t.has("displayName") {
			body["displayName"] = t.name()
		}
		a := t.send(http.MethodPost, t.users(), body).is(201)
		for _, name := range []string{"id", "meta", "schemas"} {
			t.check(!isNothing(a.at(name)), "the answer has no %s", name)
		}
		for _, name := range []string{"userName", "displayName"} {
			t.equal(name, a.at(name), body[name])
		}
		t.equal("the answer to the create", a.body(), t.resource(t.users(), a).now())
	},
	"CREATE-004": func(t *trial) {
		body := t.userBody()
		body["id"] = t.name()
		body["meta"] = object{"resourceType": "Nonsense", "created": "1970-01-01T00:00:00Z", "location": "https://example.com/x"}
		body["groups"] = list{object{"value": t.name()}}
		now := t.create2(t.users(), body).now()
		t.check(now["id"] != body["id"], "the id of the client was taken over")
		t.check(isNothing(now["groups"]), "groups of the client were taken over")
		t.check(at(now, "meta", "created") != "1970-01-01T00:00:00Z", "meta.created of the client was taken over")
		t.equal("meta.resourceType", at(now, "meta", "resourceType"), t.d.user.name)
	},
	"CREATE-005": func(t *trial) {
		judge := func(r *resource, name string) {
			for _, sub := range []string{"created", "lastModified", "location"} {
				word, _ := at(r.body, "meta", sub).(string)
				t.check(word != "", "meta.%s of the new %s is missing", sub, name)
			}
			t.equal("meta.resourceType", at(r.body, "meta", "resourceType"), name)
		}
		judge(t.create2(t.users(), t.userBody()), "User")
		if t.d.group != nil {
			judge(t.create2(t.groups(), t.groupBody()), "Group")
		}
	},
	"CREATE-006": func(t *trial) {
		u := t.user()
		t.check(t.instant(u.body, "created").Equal(t.instant(u.body, "lastModified")), "created and lastModified of a new user differ")
	},
	"CREATE-007": func(t *trial) {
		u := t.user()
		t.send(http.MethodPost, t.users(), u.sent()).refused(409, "uniqueness")
	},
	"CREATE-008": func(t *trial) {
		u := t.user("userName", t.name()+"-Abc@example.com")
		t.send(http.MethodPost, t.users(), t.userBody("userName", flip(u.asked["userName"]))).refused(409, "uniqueness")
	},
	"CREATE-009": func(t *trial) {
		for _, name := range []any{nil, "", "leave out"} {
			body := t.userBody("userName", name)
			if name == "leave out" {
				delete(body, "userName")
			}
			t.send(http.MethodPost, t.users(), body).refused(400, "invalidValue")
		}
		if t.d.group != nil {
			body := t.groupBody()
			delete(body, "displayName")
			t.send(http.MethodPost, t.groups(), body).refused(400, "invalidValue")
		}
	},
	"CREATE-010": func(t *trial) {
		body := t.userBody()
		delete(body, "schemas")
		t.send(http.MethodPost, t.users(), body).refused(400, "invalidSyntax", "invalidValue")
		body["schemas"] = list{enterpriseURN}
		t.send(http.MethodPost, t.users(), body).refused(400, "invalidSyntax", "invalidValue")
	},
	"CREATE-011": func(t *trial) {
		used := false
		for name, wrong := range map[string]any{"active": "yes", "emails": "x", "name": list{"x"}} {
			if t.has(name) {
				body := t.userBody()
				body[name] = wrong
				t.send(http.MethodPost, t.users(), body).refused(400, "invalidValue", "invalidSyntax")
				used = true
			}
		}
		if !used {
			t.skipf("none of active, emails and name is published")
		}
	},
	"CREATE-012": func(t *trial) {
		t.send(http.MethodPost, t.users(), `{"schemas":["`+userURN+`"],"userName":`).refused(400, "invalidSyntax")
	},
	"CREATE-013": func(t *trial) {
		t.needs("active")
		left, null := t.create2(t.users(), t.userBody()), t.create2(t.users(), t.userBody("active", nil))
		for _, u := range these(left, null) {
			_, ok := u.body["active"].(bool)
			t.check(ok || u.body["active"] == nil, "active is %s", encode(u.body["active"]))
		}
		t.notef("without active the user gets %s, with null %s", encode(left.body["active"]), encode(null.body["active"]))
	},
	"CREATE-014": func(t *trial) {
		t.needs("displayName")
		body := t.userBody()
		body["USERNAME"], body["DisplayNAME"] = body["userName"], t.name()
		delete(body, "userName")
		now := t.create2(t.users(), body).now()
		t.equal("userName", now["userName"], body["USERNAME"])
		t.equal("displayName", now["displayName"], body["DisplayNAME"])
	},
	"CREATE-015": func(t *trial) {
		a := t.send(http.MethodPost, t.users()+"?attributes=userName", t.userBody("displayName", t.name())).is(201)
		t.check(a.str("id") != "" && a.str("userName") != "", "id or userName is missing")
		t.check(a.at("displayName") == nil, "displayName is there")
	},
	"CREATE-016": func(t *trial) {
		body := t.userBody()
		counts := statuses(t.atOnce(10, func(int) *answer { return t.send(http.MethodPost, "/"+strings.TrimLeft(t.d.user.endpoint, "/"), body) }))
		t.check(counts[201] == 1 && counts[409] == 9, "ten creates at once of one userName answer %s; want one 201 and nine 409", counted(counts))
	},
}

// create2 is create where the create itself is judged.
func (t *trial) create2(endpoint string, body object) *resource {
	r := t.resource(endpoint, t.send(http.MethodPost, endpoint, body).is(201))
	r.asked = body
	return r
}

// instant wants a dateTime in meta.
func (t *trial) instant(o object, name string) time.Time {
	text, _ := at(o, "meta", name).(string)
	v, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		v, err = time.Parse("2006-01-02T15:04:05.999999999", text) // xsd:dateTime may lack the zone
	}
	t.check(err == nil, "meta.%s is %q, no dateTime", name, text)
	return v
}

// flip changes the case of each letter.
func flip(v any) string {
	text, _ := v.(string)
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 32
		}
		if r >= 'A' && r <= 'Z' {
			return r + 32
		}
		return r
	}, text)
}
