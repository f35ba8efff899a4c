package conformance

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const boundedTime = 5 * time.Second // more than a server needs, less than one that hangs takes

var groupChecks = checks{
	"GROUP-001": func(t *trial) {
		body := t.groupBody()
		without := t.groupBody()
		delete(without, "displayName")
		t.send(http.MethodPost, t.groups(), without).refused(400, "invalidValue")
		t.create2(t.groups(), body)
		if a := t.send(http.MethodPost, t.groups(), body).is(201, 409); a.Status == 409 {
			a.refused(409, "uniqueness")
			t.warnf("the target enforces that displayName is unique, which is tighter than the RFC")
		}
	},
	"GROUP-002": func(t *trial) {
		t.needsMembers()
		t.needsOf(t.d.group, "members.$ref")
		u := t.user()
		now := t.group(u).now()
		t.equal("members.value", subs(now, "members", "value"), list{u.id})
		reference := subs(now, "members", "$ref")[0]
		t.check(strings.HasSuffix(reference, u.path), "members.$ref is %q, not the URI of %s", reference, u.path)
		t.equal("the id of what members.$ref names", t.get(resolved(reference)).is(200).at("id"), u.id)
	},
	"GROUP-003": func(t *trial) {
		t.needsMembers()
		body := t.groupBody()
		body["members"] = list{object{"value": t.name()}}
		answers := []*answer{t.send(http.MethodPost, t.groups(), body)}
		if t.d.supports("patch") {
			answers = append(answers, t.group().patch(op("add", "members", body["members"])))
		}
		for _, a := range answers {
			if a.ok() {
				t.warnf("%s takes the id of no resource as a member, which the RFC allows", a.what())
				continue
			}
			a.refused(400, "invalidValue")
		}
	},
	"GROUP-004": func(t *trial) {
		u, inner, outer := t.user(), t.group(), (*resource)(nil)
		if outer = t.nested(inner); outer == nil {
			t.notef("groups do not take groups as members")
			return
		}
		mixed := t.group(u, inner)
		for _, r := range these(outer, mixed) {
			t.check(slices.Contains(subs(r.now(), "members", "value"), inner.id), "the group is no member")
		}
		t.needsOf(t.d.group, "members.type")
		members, _ := mixed.now()["members"].(list)
		for _, m := range objects(members) {
			want := t.d.user.name
			if m["value"] == inner.id {
				want = t.d.group.name
			}
			t.equal("members.type of a "+want, m["type"], want)
		}
	},
	"GROUP-005": func(t *trial) {
		t.gated("patch")
		u, inner := t.user(), t.group()
		outer := t.nested(inner)
		if outer == nil {
			t.skipf("groups do not take groups as members")
		}
		inner.patch(op("add", "members", memberValues(u))).is(200, 204)
		refused := 0
		for _, a := range []*answer{inner.patch(op("add", "members", memberValues(outer))), inner.patch(op("add", "members", memberValues(inner)))} {
			if !a.ok() {
				a.refused(400, "invalidValue")
				refused++
			}
		}
		if refused > 0 {
			t.notef("%d of two circles of groups are refused", refused)
		}
		t.bounded(u.get().is(200), inner.get().is(200), outer.get().is(200))
		if t.d.supports("filter") {
			t.findIn(t.groups(), `members.value eq "`+u.id+`"`, inner).has(inner)
		}
		if named(t.d.user.attributes, "groups") != nil {
			t.check(slices.Contains(subs(u.now(), "groups", "value"), inner.id), "groups of the user lacks its group")
		}
		u.delete().is(204)
		outer.delete().is(204)
		t.bounded(inner.get().is(200))
	},
	"GROUP-006": func(t *trial) {
		t.needsMembers()
		u := t.user()
		body, sent := t.groupBody(), t.name()
		body["members"] = list{object{"value": u.id, "display": sent}}
		g := t.create2(t.groups(), body)
		display := subs(g.now(), "members", "display")
		t.check(len(display) == 1 && display[0] != "", "members.display is not given back")
		if display[0] != sent {
			t.notef("the target computes members.display itself: %s", display[0])
		}
	},
	"GROUP-007": func(t *trial) {
		t.needsMembers()
		u, v := t.user(), t.user()
		g := t.group(u, u)
		t.equal("members.value of a group made with one member twice", subs(g.now(), "members", "value"), list{u.id})
		if a := g.put(g.sent("members", memberValues(u, u))).is(200, 405, 501); a.ok() {
			t.equal("members.value after a PUT with one member twice", subs(g.now(), "members", "value"), list{u.id})
		}
		if t.d.supports("patch") {
			now := g.patched(op("add", "members", memberValues(u)), op("add", "members", memberValues(v, v)))
			t.equal("members.value after members are added again", sorted(subs(now, "members", "value")), sorted([]string{u.id, v.id}))
		}
	},
	"GROUP-008": func(t *trial) {
		t.needsMembers()
		u := t.user()
		t.equal("members.value", subs(t.group(u).now(), "members", "value"), list{u.id})
	},
	"GROUP-009": func(t *trial) {
		t.gated("patch")
		t.needsMembers()
		many := t.manyUsers()
		defer t.removeMany(many)
		t.notef("the group has %d members, as many as can be made and removed in a few seconds", len(many))
		g, late := t.group(), t.user()
		for part := range slices.Chunk(many, 500) {
			t.bounded(g.patchQuietly(op("add", "members", memberValues(part...))))
		}
		t.bounded(g.patchQuietly(op("add", "members", memberValues(late))), t.get(g.path+"?excludedAttributes=members").is(200))
		t.check(g.holds(late), "the member added last is not in the group")
		t.bounded(g.patchQuietly(op("remove", `members[value eq "`+late.id+`"]`)))
		t.check(!g.holds(late), "the removed member is still in the group")
		t.check(g.holds(many[0]) && g.holds(many[len(many)-1]), "a member is lost")
		if a := g.get().is(200); !a.Truncated {
			t.check(len(subs(a.body(), "members", "value")) == len(many), "the group has %d members; want %d", len(subs(a.body(), "members", "value")), len(many))
		}
		t.bounded(g.delete().is(204))
	},
}

// nested makes a group with a group as its member; nil if the target refuses that.
func (t *trial) nested(inner *resource) *resource {
	body := t.groupBody(inner)
	a := t.send(http.MethodPost, t.groups(), body).is(201, 400)
	if a.Status == 400 {
		a.refused(400, "invalidValue")
		return nil
	}
	outer := t.resource(t.groups(), a)
	outer.asked = body
	return outer
}

// bounded wants answers not to have taken long.
func (t *trial) bounded(answers ...*answer) {
	for _, a := range answers {
		t.check(a.Duration < boundedTime, "%s takes %s", a.what(), a.Duration.Round(time.Millisecond))
	}
}

// patchQuietly asks for no members in the answer, so that it does not grow with the group.
func (r *resource) patchQuietly(operations ...object) *answer {
	return r.t.send(http.MethodPatch, r.path+"?excludedAttributes=members", patchOf(operations...)).is(200, 204)
}

// holds says whether a group has a member, by a filter if there is one.
func (r *resource) holds(member *resource) bool {
	if !r.t.d.supports("filter") {
		return slices.Contains(subs(r.now(), "members", "value"), member.id)
	}
	found := r.t.send(http.MethodGet, r.t.groups()+"?excludedAttributes=members&filter="+url.QueryEscape("members.value eq "+encode(member.id)), nil).ids()
	return slices.Contains(found, r.id)
}

const (
	mostMembers = 10_000
	membersTime = 1500 * time.Millisecond // for making them; removing them takes as long
	membersJob  = 250                     // in one job, so that its answer can be read whole
)

// manyUsers makes as many users as membersTime allows: by bulk, else side by side.
func (t *trial) manyUsers() []*resource {
	var many []*resource
	started := time.Now()
	for len(many) < mostMembers && (len(many) == 0 || time.Since(started) < membersTime) {
		if t.d.supports("bulk") {
			many = append(many, t.usersByBulk(min(membersJob, t.limit("maxOperations"), mostMembers-len(many)))...)
			continue
		}
		for _, a := range t.atOnce(10, func(int) *answer { return t.send(http.MethodPost, t.users(), t.userBody()) }) {
			if a.Status != http.StatusCreated {
				t.errorf("set-up fails: %s answers %d%s", a.what(), a.Status, a.detail())
			}
			many = append(many, t.resource(t.users(), a))
		}
		if len(many) >= 300 {
			break
		}
	}
	return many
}

// removeMany removes users ahead of the clean-up, which goes one by one and makes good what fails here.
func (t *trial) removeMany(many []*resource) {
	if !t.d.supports("bulk") {
		return
	}
	for part := range slices.Chunk(many, max(1, min(membersJob, t.limit("maxOperations")))) {
		var operations []object
		for _, r := range part {
			operations = append(operations, operation(http.MethodDelete, r.path))
		}
		t.send(http.MethodPost, bulkPath, jobOf(operations...))
	}
}

// usersByBulk makes users with one job.
func (t *trial) usersByBulk(n int) []*resource {
	var operations []object
	for range n {
		operations = append(operations, t.postUser())
	}
	j := t.bulk(operations...)
	var users []*resource
	for i := range operations {
		j.is(i, "201")
		path := t.pathOf(j.location(i))
		_, id, _ := cutLast(path)
		t.check(id != "", "operation %d has the location %q", i+1, j.location(i))
		users = append(users, &resource{t: t, id: id, path: path})
	}
	return users
}
