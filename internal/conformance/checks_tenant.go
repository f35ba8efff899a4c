package conformance

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var tenantChecks = checks{
	"TEN-001": func(t *trial) {
		o := t.other()
		u, v := t.user(), o.user()
		t.equal("userName in this tenant", u.now()["userName"], u.userName())
		t.equal("userName in the other tenant", v.now()["userName"], v.userName())
	},
	"TEN-002": func(t *trial) {
		o := t.other()
		t.gated("filter")
		o.gated("filter")
		u, v := t.user(), o.user()
		for _, side := range []struct {
			t          *trial
			name       string
			own, alien *resource
		}{{t, "this tenant", u, v}, {o, "the other tenant", v, u}} {
			t.equal("the users of "+side.name+" with the name of its own", side.t.filtered("userName eq "+encode(side.own.userName())).ids(), list{side.own.id})
			t.check(len(side.t.filtered("userName eq "+encode(side.alien.userName())).ids()) == 0, "%s has a user that was made in another", side.name)
		}
		if t.client.Base() == o.client.Base() {
			t.notef("the credential tells the tenant")
			return
		}
		t.notef("the base URL tells the tenant")
	},
	"TEN-003": func(t *trial) {
		o := t.other()
		if t.client.Base() == o.client.Base() {
			t.skipf("the tenants have one base URL, which names none of them; give that of the other with --other-base-url")
		}
		if origin(t.client.Base()) != origin(o.client.Base()) {
			t.skipf("the other tenant is on another host, where the token of this one is not sent")
		}
		if t.token() == o.token() {
			t.skipf("one token opens both tenants")
		}
		u, v := t.user(), o.user()
		for _, a := range []*answer{
			t.get(o.client.Base() + o.users()), t.get(o.client.Base() + v.path),
			o.get(t.client.Base() + t.users()), o.get(t.client.Base() + u.path),
		} {
			a.is(401, 403, 404)
		}
	},
	"TEN-004": func(t *trial) {
		o := t.other()
		value := t.name()
		u, v := t.create2(t.users(), t.userBody("externalId", value)), o.create2(o.users(), o.userBody("externalId", value))
		for _, made := range these(u, v) {
			t.equal("externalId", made.now()["externalId"], value)
		}
	},
	"TEN-005": func(t *trial) {
		o := t.other()
		u := t.user()
		o.create2(o.users(), o.userBody("userName", u.userName()))
		secret := t.user()
		before := secret.now()
		alien := o.users() + "/" + url.PathEscape(secret.id)
		seen := o.get(alien).is(200, 404)
		if seen.Status == http.StatusOK { // an id of its own there, which is to be left alone
			t.check(seen.at("userName") != secret.asked["userName"], "the other tenant reads a user of this one")
			t.notef("the tenants share an id")
		} else {
			t.equal("scimType for a user of another tenant", seen.at("scimType"), o.get(o.users()+"/"+t.name()).is(404).at("scimType"))
			o.hands(secret, alien)
		}
		o.looksFor(secret)
		o.pagesWith(t)
		t.equal("the user after the other tenant's requests", secret.now(), before)
	},
}

// hands tries to change and to link to a user of another tenant.
func (t *trial) hands(secret *resource, alien string) {
	t.send(http.MethodPut, alien, t.userBody()).is(404)
	if t.d.supports("patch") {
		t.send(http.MethodPatch, alien, patchOf(op("replace", "userName", t.name()+"@example.com"))).is(404)
	}
	t.send(http.MethodDelete, alien, nil).is(404)
	if t.d.supports("bulk") {
		body := object{"schemas": list{"urn:ietf:params:scim:api:messages:2.0:BulkRequest"}, "Operations": list{object{"method": "DELETE", "path": alien}}}
		values, _ := t.send(http.MethodPost, "/Bulk", body).is(200).at("Operations").(list)
		for _, operation := range objects(values) {
			t.check(strings.Contains(encode(operation["status"]), "404"), "a bulk DELETE of a user of another tenant has status %s; want 404", encode(operation["status"]))
		}
	}
	if t.d.group == nil || t.d.group.find("members.value") == nil {
		return
	}
	body := t.groupBody()
	body["members"] = memberValues(secret)
	if a := t.send(http.MethodPost, t.groups(), body).is(201, 400, 404); a.Status == http.StatusCreated {
		members := subs(t.resource(t.groups(), a).now(), "members", "value")
		t.check(!slices.Contains(members, secret.id), "a group of another tenant takes the user as a member")
	}
}

// looksFor asks for a user of another tenant by filters.
func (t *trial) looksFor(secret *resource) {
	if !t.d.supports("filter") {
		return
	}
	filter := "userName eq " + encode(secret.userName())
	for _, f := range []string{filter, filter + " and id eq " + encode(secret.id)} {
		a := t.filtered(f).is(200)
		t.check(a.integer("totalResults") == 0 && len(a.ids()) == 0, "the filter %s counts a user of another tenant", f)
	}
}

// pagesWith goes on with a cursor of another tenant.
func (t *trial) pagesWith(other *trial) {
	if other.d.gate("cursor") != "" {
		return
	}
	cursor := other.get(other.users() + "?cursor&count=1").is(200).str("nextCursor")
	if cursor == "" {
		return
	}
	a := t.get(t.users()+"?count=1&cursor="+url.QueryEscape(cursor)).is(200, 400)
	if a.Status != http.StatusOK {
		return
	}
	for _, r := range a.resources() { // what it shows must be its own
		id, _ := r["id"].(string)
		own := t.get(t.users() + "/" + url.PathEscape(id))
		t.check(own.Status == http.StatusOK && own.at("userName") == r["userName"], "a cursor of one tenant shows its users in another")
	}
}

// origin is the scheme and the host of a base URL.
func origin(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
