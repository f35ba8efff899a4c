package conformance

import (
	"net/http"
	"slices"
	"strings"
)

var commonChecks = checks{
	"COMM-001": func(t *trial) {
		body := t.userBody("displayName", t.name())
		body["id"] = t.name()
		u := t.create(t.users(), body)
		t.check(u.id != body["id"], "the id of the client was taken over")
		t.check(!strings.Contains(strings.ToLower(u.id), "bulkid"), "the id %q has the word bulkId in it", u.id)
		u.put(u.sent("displayName", t.name())).is(200)
		t.equal("id after PUT", u.now()["id"], u.id)
		if t.d.group != nil {
			t.check(t.group().id != u.id, "a user and a group share the id %s", u.id)
		}
		t.check(t.user().id != u.id, "two users share the id %s", u.id)
	},
	"COMM-002": func(t *trial) {
		value := t.name() + "-AbC"
		t.equal("externalId", t.user("externalId", value).now()["externalId"], value)
		t.check(t.user().now()["externalId"] == nil, "the server made an externalId up")
	},
	"COMM-003": func(t *trial) {
		value := t.name() + "-AbC"
		t.user("externalId", value)
		if a := t.send(http.MethodPost, t.users(), t.userBody("externalId", value)).is(201, 409); a.Status == 409 {
			t.warnf("the target enforces that externalId is unique, which is tighter than the RFC")
		}
		u := t.user("externalId", t.name())
		u.put(u.sent("externalId", value+"x")).is(200)
		t.equal("externalId", u.now()["externalId"], value+"x")
	},
	"COMM-004": func(t *trial) {
		meta := object{"created": "1970-01-01T00:00:00Z", "lastModified": "1970-01-01T00:00:00Z", "location": "https://example.com/", "version": `W/"x"`}
		body := t.userBody()
		body["meta"] = meta
		u := t.create2(t.users(), body)
		judge := func(now object) {
			for name, sent := range meta {
				t.check(at(now, "meta", name) != sent, "meta.%s of the client was taken over", name)
			}
		}
		judge(u.now())
		u.put(u.sent()).is(200)
		judge(u.now())
	},
	"COMM-005": func(t *trial) {
		t.equal("meta.resourceType of a user", at(t.user().now(), "meta", "resourceType"), t.d.user.name)
		if t.d.group != nil {
			t.equal("meta.resourceType of a group", at(t.group().now(), "meta", "resourceType"), t.d.group.name)
		}
	},
	"COMM-006": func(t *trial) {
		u := t.user("displayName", t.name())
		before := u.now()
		t.check(!t.instant(before, "lastModified").Before(t.instant(before, "created")), "lastModified is before created")
		u.put(u.sent("displayName", t.name())).is(200)
		now := u.now()
		t.equal("meta.created", at(now, "meta", "created"), at(before, "meta", "created"))
		t.check(!t.instant(now, "lastModified").Before(t.instant(before, "lastModified")), "lastModified goes back")
	},
	"COMM-007": func(t *trial) {
		u := t.user()
		a := u.get().is(200)
		location := a.str("meta", "location")
		t.check(location != "", "meta.location is missing")
		if header := a.Header.Get("Content-Location"); header != "" {
			t.equal("Content-Location", header, location)
		}
		t.equal("id at meta.location", t.get(absolute(t, location)).is(200).at("id"), u.id)
	},
	"COMM-008": func(t *trial) {
		t.check(t.get(t.user().path+"?attributes=userName").is(200).at("meta") == nil, "meta is there though attributes does not name it")
	},
	"COMM-009": func(t *trial) {
		body := t.userBody()
		if t.has(enterpriseURN + ":department") {
			body = t.userBody(enterpriseURN, object{"department": "d"})
		}
		given, _ := body["schemas"].(list)
		want := strs(given)
		slices.Reverse(given)
		body["schemas"] = append(slices.Clone(given), given...)
		a := t.send(http.MethodPost, t.users(), body).is(201, 400)
		if a.Status == 400 {
			t.warnf("schemas with a duplicate is refused")
			body["schemas"] = given
			a = t.send(http.MethodPost, t.users(), body).is(201)
		}
		now := t.resource(t.users(), a).now()
		t.equal("schemas", sorted(strs(now["schemas"])), sorted(want))
	},
	"COMM-010": func(t *trial) {
		u := t.user("displayName", t.name())
		before := u.now()
		for _, name := range []string{"created", "lastModified"} {
			text, _ := at(before, "meta", name).(string)
			t.check(strings.HasSuffix(text, "Z"), "meta.%s is %q, not in UTC with Z", name, text)
		}
		u.put(u.sent("displayName", t.name())).is(200)
		first := u.now()
		u.put(u.sent("displayName", t.name())).is(200)
		t.check(at(u.now(), "meta", "lastModified") != at(first, "meta", "lastModified"), "two quick changes have one lastModified")
	},
}
