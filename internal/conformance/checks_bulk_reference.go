package conformance

import (
	"net/http"
	"strings"
)

// bulkReferenceChecks are the rows on bulkId in the place of an id that is not known yet.
var bulkReferenceChecks = checks{
	"BULK-015": func(t *trial) {
		t.references(func(user, referrer object) []object { return []object{user, referrer} })
	},
	"BULK-016": func(t *trial) {
		t.references(func(user, referrer object) []object { return []object{referrer, user} })
	},
	"BULK-017": func(t *trial) {
		first, second, read := t.circle()
		j := t.bulk(first, second)
		j.is(0, "201", "409")
		j.is(1, "201", "409")
		if statusOf(j.result(0)) == "201" && statusOf(j.result(1)) == "201" {
			a, b := j.made(0), j.made(1)
			t.equal("the reference of the first", read(a.now()), b.id)
			t.equal("the reference of the second", read(b.now()), a.id)
			return
		}
		t.notef("the circle is answered with 409")
		for i := range j.operations {
			if statusOf(j.result(i)) == "201" {
				t.nothingLiteral(j.made(i).now())
			}
		}
	},
	"BULK-018": func(t *trial) {
		name := t.name()
		user := t.postUser("displayName", t.name())
		path := t.users() + "/" + referenceTo(user)
		body, _ := user["data"].(object)
		j := t.bulk(user, operation(http.MethodPut, path, "data", with(body, "displayName", name)))
		j.is(1, "200")
		t.equal("displayName after PUT of "+path, j.made(0).now()["displayName"], name)
		if t.d.supports("patch") {
			t.referencesInPatch()
		}
		gone := t.postUser()
		j = t.bulk(gone, operation(http.MethodDelete, t.users()+"/"+referenceTo(gone)))
		j.is(0, "201")
		j.is(1, "204", "200")
		t.check(t.get(resolved(j.location(0))).Status == 404, "the user is there after DELETE of %s/bulkId:", t.users())
	},
	"BULK-019": func(t *trial) {
		u := t.user()
		none, failing := "bulkId:"+t.name(), t.post(t.users(), u.sent())
		j := t.bulk(operation(http.MethodPut, t.users()+"/"+none, "data", u.sent("userName", t.name()+"@example.com")),
			failing, operation(http.MethodDelete, t.users()+"/"+referenceTo(failing)))
		j.is(0, "409", "400", "404")
		j.is(2, "409", "400", "404")
		if t.d.group.find("members.value") == nil {
			return
		}
		failing = t.post(t.users(), u.sent())
		j = t.bulk(t.postGroup(none), failing, t.postGroup(referenceTo(failing)))
		for _, i := range []int{0, 2} {
			if statusOf(j.result(i)) == "201" {
				t.nothingLiteral(j.made(i).now())
			}
			j.is(i, "409", "400")
		}
		if t.d.supports("patch") {
			g := t.group(u)
			change := patchOf(op("add", "members", list{object{"value": none}}))
			t.bulk(operation(http.MethodPatch, g.path, "data", change)).is(0, "409", "400")
			t.equal("members.value after a refused PATCH", subs(g.now(), "members", "value"), list{u.id})
		}
	},
}

// references runs jobs of a user and of what refers to it, in an order, and wants the real id in the reference.
func (t *trial) references(inOrder func(user, referrer object) []object) {
	run := func(referrer func(reference string) object, read func(object) any) {
		user := t.postUser()
		operations := inOrder(user, referrer(referenceTo(user)))
		j := t.bulk(operations...)
		first, second := j.made(0), j.made(1)
		if operations[0]["bulkId"] != user["bulkId"] {
			first, second = second, first
		}
		now := second.now()
		t.nothingLiteral(now)
		t.equal("the reference to a user of the same job", read(now), first.id)
	}
	groups, managers := t.canRefer()
	if groups {
		run(func(reference string) object { return t.postGroup(reference) }, firstMember)
	}
	if managers {
		run(t.postReport, managerOf)
	}
}

// canRefer says by what one resource can name another here.
func (t *trial) canRefer() (groups, managers bool) {
	members := t.d.group.find("members")
	groups = t.d.group.find("members.value") != nil && members.mutability == "readWrite"
	managers = t.d.gate("ent") == "" && t.has(enterpriseURN+":manager") && named(t.d.user.find(enterpriseURN+":manager").subs, "value") != nil
	if !groups && !managers {
		t.skipf("the schemas publish neither members of groups nor managers of users")
	}
	return groups, managers
}

// postReport is a user with a manager.
func (t *trial) postReport(manager string) object {
	return t.postUser(enterpriseURN, object{"manager": object{"value": manager}})
}

func firstMember(o object) any {
	values := subs(o, "members", "value")
	if len(values) != 1 {
		return values
	}
	return values[0]
}

func managerOf(o object) any { return at(o, enterpriseURN, "manager", "value") }

// circle is two operations that refer to each other: groups where groups take groups, else users and managers.
func (t *trial) circle() (first, second object, read func(object) any) {
	groups, managers := t.canRefer()
	if groups && t.nested(t.group()) != nil {
		first = t.postGroup()
		second = t.postGroup(referenceTo(first))
		return withData(first, "members", list{object{"value": referenceTo(second)}}), second, firstMember
	}
	if !managers {
		t.skipf("groups do not take groups as members, and managers are not published")
	}
	first = t.postReport("x")
	second = t.postReport(referenceTo(first))
	return withData(first, enterpriseURN, object{"manager": object{"value": referenceTo(second)}}), second, managerOf
}

func withData(o object, name string, value any) object {
	data, _ := o["data"].(object)
	return with(o, "data", with(data, name, value))
}

// referencesInPatch wants bulkId resolved in the path, the values and the $ref of a PATCH.
func (t *trial) referencesInPatch() {
	name, user := t.name(), t.postUser()
	operations := []object{
		user,
		operation(http.MethodPatch, t.users()+"/"+referenceTo(user), "data", patchOf(op("replace", "displayName", name))),
	}
	groups := t.d.group.find("members.$ref") != nil && t.d.group.find("members").mutability == "readWrite"
	var g *resource
	if groups {
		g = t.group()
		member := object{"value": referenceTo(user), "$ref": t.users() + "/" + referenceTo(user)}
		operations = append(operations, operation(http.MethodPatch, g.path, "data", patchOf(op("add", "members", list{member}))))
	}
	j := t.bulk(operations...)
	for i := range operations[1:] {
		j.is(i+1, "200", "204")
	}
	u := j.made(0)
	t.equal("displayName after PATCH of a bulkId", u.now()["displayName"], name)
	if groups {
		t.nothingLiteral(g.now())
		t.equal("members.value after PATCH with a bulkId", firstMember(g.now()), u.id)
	}
}

// nothingLiteral wants no reference to be stored as it was sent.
func (t *trial) nothingLiteral(o object) {
	t.check(!strings.Contains(encode(o), "bulkId:"), "a reference is stored as it was sent: %s", encode(o))
}
