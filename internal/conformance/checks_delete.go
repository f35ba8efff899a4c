package conformance

import (
	"net/http"
	"slices"
)

var deleteChecks = checks{
	"DEL-001": func(t *trial) {
		a := t.user().delete().is(204)
		t.check(a.Body == "", "204 with a body")
	},
	"DEL-002": func(t *trial) {
		u := t.user("displayName", t.name())
		u.delete().is(204)
		unknown := &resource{t: t, path: t.users() + "/" + t.name(), asked: u.asked}
		for _, r := range these(u, unknown) {
			r.get().refused(404)
			r.put(r.sent()).refused(404)
			if t.d.supports("patch") {
				r.patch(op("replace", "displayName", "x")).refused(404)
			}
			r.delete().refused(404)
		}
	},
	"DEL-003": func(t *trial) {
		t.gated("filter")
		u, left := t.user(), t.user()
		u.delete().is(204)
		t.finds("userName eq "+t.quoted(u, "userName"), nil, these(u))
		t.finds("userName eq "+t.quoted(left, "userName"), these(left), these(u))
	},
	"DEL-004": func(t *trial) {
		u := t.user()
		u.delete().is(204)
		t.send(http.MethodPost, t.users(), u.sent()).is(201)
	},
	"DEL-005": func(t *trial) {
		u := t.user()
		u.delete().is(204)
		for range 3 {
			t.check(t.user().id != u.id, "the id %s is given again", u.id)
		}
	},
	"DEL-006": func(t *trial) {
		u := t.user("displayName", t.name())
		stale := u.get().is(200).Header.Get("ETag")
		u.put(u.sent("displayName", t.name())).is(200)
		u.delete("If-Match", stale).refused(412)
		u.get().is(200)
		u.delete("If-Match", u.get().Header.Get("ETag")).is(204)
	},
	"DEL-007": func(t *trial) {
		t.needsMembers()
		gone, left := t.user(), t.user()
		g := t.group(gone, left)
		gone.delete().is(204)
		members := subs(g.now(), "members", "value")
		t.check(!slices.Contains(members, gone.id), "the deleted user is still a member")
		t.check(slices.Contains(members, left.id), "the other member is gone")
	},
	"DEL-008": func(t *trial) {
		u := t.user("active", true)
		if t.d.supports("patch") {
			u.patch(op("replace", "active", false)).is(200, 204)
		} else {
			u.put(u.sent("active", false)).is(200)
		}
		t.equal("active", u.now()["active"], false)
		if t.d.supports("filter") {
			t.finds("userName eq "+t.quoted(u, "userName"), these(u), nil)
		}
	},
}
