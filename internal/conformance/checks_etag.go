package conformance

import (
	"net/http"
	"regexp"
	"strings"
)

var entityTag = regexp.MustCompile(`^(W/)?"[^"]*"$`)

var etagChecks = checks{
	"ETAG-001": func(t *trial) {
		body := t.userBody("displayName", t.name())
		created := t.send(http.MethodPost, t.users(), body).is(201)
		u := t.resource(t.users(), created)
		u.asked = body
		answers := []*answer{created, u.get().is(200), u.put(u.sent()).is(200)}
		if t.d.supports("patch") {
			answers = append(answers, u.patch(op("replace", "displayName", t.name())).is(200, 204))
		}
		for _, a := range answers {
			t.check(a.Header.Get("ETag") != "", "%s answers %d without ETag", a.what(), a.Status)
		}
	},
	"ETAG-002": func(t *trial) {
		a := t.user().get().is(200)
		t.equal("meta.version", a.at("meta", "version"), a.Header.Get("ETag"))
	},
	"ETAG-003": func(t *trial) {
		tag := t.user().tag()
		t.check(entityTag.MatchString(tag), "the ETag %s is no entity tag", tag)
		if !strings.HasPrefix(tag, "W/") {
			t.warnf("the ETag is strong; make sure that no two bodies of one resource share it")
		}
	},
	"ETAG-004": func(t *trial) {
		u := t.user("displayName", t.name())
		first := u.tag()
		t.equal("the ETag of a second GET", u.tag(), first)
		u.put(u.sent("displayName", t.name())).is(200)
		second := u.tag()
		t.check(second != first, "the ETag does not change with a PUT")
		if t.d.supports("patch") {
			u.patch(op("replace", "displayName", t.name())).is(200, 204)
			third := u.tag()
			t.check(third != first && third != second, "the ETag does not change with a PATCH")
		}
	},
	"ETAG-005": func(t *trial) {
		u := t.user()
		tag := u.tag()
		weak := "W/" + strings.TrimPrefix(tag, "W/")
		path := u.path
		if first := t.get(path, "If-None-Match", tag); first.Status == 200 && t.has("groups") {
			// Groups belong to other resources, so they may change without the user's tag;
			// where they are in the answer it is only right to send it whole.
			path += "?excludedAttributes=groups"
			t.notef("304 comes only without groups in the answer")
		}
		for _, condition := range []string{tag, weak, `"x", ` + weak, "*"} {
			a := t.get(path, "If-None-Match", condition).is(304)
			t.check(a.Body == "", "304 with a body")
			t.check(a.Header.Get("ETag") != "", "304 without ETag")
		}
		t.get(path, "If-None-Match", `"x"`).is(200)
	},
	"ETAG-006": func(t *trial) {
		u := t.user("displayName", t.name())
		stale := u.tag()
		u.put(u.sent("displayName", t.name()), "If-Match", stale).is(200)
		before := u.now()
		change := patchOf(op("replace", "displayName", t.name()))
		u.put(u.sent("displayName", t.name()), "If-Match", stale).refused(412)
		if t.d.supports("patch") {
			t.send(http.MethodPatch, u.path, change, "If-Match", stale).refused(412)
		}
		u.delete("If-Match", stale).refused(412)
		t.equal("the user after refused writes", u.now(), before)
		if t.d.supports("patch") {
			t.send(http.MethodPatch, u.path, change, "If-Match", u.tag()).is(200, 204)
		}
		u.delete("If-Match", u.tag()).is(204)
	},
	"ETAG-007": func(t *trial) {
		u := t.user()
		u.put(u.sent(), "If-Match", "*").is(200)
	},
	"ETAG-008": func(t *trial) {
		u := t.user()
		u.put(u.sent(), "If-Match", "W/"+strings.TrimPrefix(u.tag(), "W/")).is(200)
	},
	"ETAG-009": func(t *trial) {
		u := t.user("displayName", t.name())
		tag := u.tag()
		counts := statuses(t.atOnce(10, func(int) *answer { return u.put(u.sent("displayName", t.name()), "If-Match", tag) }))
		t.check(counts[200] == 1 && counts[412] == 9, "ten PUT at once with one tag answer %s; want one 200 and nine 412", counted(counts))
	},
	"ETAG-010": func(t *trial) {
		u := t.user()
		unknown := &resource{t: t, path: t.users() + "/" + t.name(), asked: u.asked}
		unknown.put(u.sent(), "If-Match", `W/"x"`).refused(404)
		unknown.delete("If-Match", `W/"x"`).refused(404)
	},
	"ETAG-011": func(t *trial) {
		u := t.user()
		t.equal("the ETag with attributes", t.get(u.path+"?attributes=userName").is(200).Header.Get("ETag"), u.tag())
	},
	"ETAG-012": func(t *trial) {
		u := t.user()
		u.put(u.sent(), "If-Match", `"x"`).is(200, 412, 501)
	},
	"ETAG-013": func(t *trial) {
		t.send(http.MethodPost, t.users(), t.userBody(), "If-None-Match", "*").is(201)
	},
}

// tag wants a GET to have an ETag.
func (r *resource) tag() string {
	a := r.get().is(200)
	tag := a.Header.Get("ETag")
	r.t.check(tag != "", "%s answers without ETag", a.what())
	return tag
}
