package conformance

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"net/http"
	"slices"
	"strings"
)

// userStrings are the single strings of a user, with values of the form that each should have.
var userStrings = []struct{ name, value string }{
	{"displayName", "Barbara Jensen"}, {"nickName", "Babs"}, {"title", "Tour Guide"}, {"userType", "Employee"},
	{"preferredLanguage", "en-US"}, {"locale", "en-US"}, {"timezone", "America/Los_Angeles"},
}

// userValues are the multi-valued attributes of a user that share four sub-attributes, with a type of each.
var userValues = []struct{ name, kind string }{
	{"emails", "work"}, {"phoneNumbers", "mobile"}, {"ims", "xmpp"}, {"photos", "photo"}, {"entitlements", "x"}, {"roles", "x"},
	{"x509Certificates", "x"},
}

var userChecks = checks{
	"USER-001": func(t *trial) {
		t.check(slices.Contains(strs(t.user().now()["schemas"]), userURN), "schemas lacks %s", userURN)
		for _, base := range []string{groupURN, "urn:example:params:scim:schemas:" + t.name()} {
			body := t.userBody()
			body["schemas"] = list{base}
			t.send(http.MethodPost, t.users(), body).refused(400)
		}
	},
	"USER-002": func(t *trial) {
		t.needs("name")
		whole, required := object{}, false
		for _, sub := range t.d.user.find("name").subs {
			if sub.mutability == "readWrite" && sub.kind == "string" {
				whole[sub.name] = "A " + sub.name
				required = required || sub.required
			}
		}
		t.keeps("name", whole)
		for name, value := range whole {
			if !required {
				t.keeps("name", object{name: value})
			}
		}
	},
	"USER-003": func(t *trial) {
		pairs := t.stringsOf()
		u := t.keeps(pairs...)
		for i := 0; i < len(pairs); i += 2 {
			name, _ := pairs[i].(string)
			if t.d.user.find(name).required {
				continue
			}
			var now object
			if t.d.supports("patch") {
				now = u.patched(op("remove", name))
			} else {
				body := u.sent()
				delete(body, name)
				u.put(body).is(200, 204)
				now = u.now()
			}
			t.check(now[name] != pairs[i+1], "%s cannot be emptied", name)
			if !isNothing(now[name]) {
				t.warnf("%s without a value is %s", name, encode(now[name]))
			}
		}
	},
	"USER-004": func(t *trial) {
		forms := map[string][]string{"preferredLanguage": {"en-US", "da, en-gb;q=0.8, en;q=0.7"}, "locale": {"en-US", "en_US", "zh-Hant-TW"}, "timezone": {"America/Los_Angeles", "Europe/Oslo"}}
		wrong := map[string]string{"preferredLanguage": "not a tag!!", "locale": "not a tag!!", "timezone": "Mars/Phobos"}
		used := false
		for name, values := range forms {
			if !t.has(name) {
				continue
			}
			used = true
			for _, value := range values {
				t.keeps(name, value)
			}
			if t.refusedOrKept(name, wrong[name]) {
				t.notef("the target takes %q for %s", wrong[name], name)
			}
		}
		if !used {
			t.skipf("none of preferredLanguage, locale and timezone is published")
		}
	},
	"USER-005": func(t *trial) {
		t.needs("profileUrl")
		t.equal("type of profileUrl", t.d.user.find("profileUrl").kind, "reference")
		t.keeps("profileUrl", "https://login.example.com/"+t.name()+"?a=b#c")
	},
	"USER-006": func(t *trial) {
		u := t.user("active", true)
		if t.d.supports("patch") {
			u.patch(op("replace", "active", false)).is(200, 204)
		} else {
			u.put(u.sent("active", false)).is(200, 204)
		}
		t.equal("active", u.now()["active"], false)
		if t.d.supports("filter") {
			found := t.filtered("userName eq " + encode(u.userName())).resources()
			t.check(len(found) == 1 && found[0]["active"] == false, "an inactive user is listed as %s", encode(found))
		}
		u.put(u.sent("active", true)).is(200, 204)
		t.equal("active", u.now()["active"], true)
	},
	"USER-007": func(t *trial) {
		u := t.user("password", "Xy9!"+t.name())
		u.put(u.sent("password", "Zw8?"+t.name())).is(200, 204)
		word := "accepted"
		if a := t.send(http.MethodPost, t.users(), t.userBody("password", "a")).is(201, 400); !a.ok() {
			a.refused(400, "invalidValue")
			word = "refused"
		}
		t.skipf("no answer shows a password, and how it is kept cannot be seen over HTTP; a password of one letter is %s", word)
	},
	"USER-008": func(t *trial) {
		used := false
		for _, v := range userValues {
			if value := t.fullValue(v.name, v.kind); value != nil {
				t.keeps(v.name, list{value})
				used = true
			}
		}
		if !used {
			t.skipf("users have no such multi-valued attribute here")
		}
	},
	"USER-009": func(t *trial) {
		if t.has("emails.value") {
			t.keeps("emails", list{object{"value": t.name() + "@b.example"}})
		}
		t.needs("phoneNumbers.value")
		for _, number := range []string{"tel:+1-201-555-0123", "tel:555-1234;phone-context=example.com", "555-1234", "+1 (201) 555 0123 x9"} {
			t.keeps("phoneNumbers", list{object{"value": number}})
		}
	},
	"USER-010": func(t *trial) {
		t.needs("photos.value", "photos.type")
		for _, kind := range []string{"photo", "thumbnail"} {
			t.keeps("photos", list{object{"type": kind, "value": "https://photos.example.com/" + t.name() + "/F.jpg"}})
		}
	},
	"USER-011": func(t *trial) {
		t.needs("addresses")
		values := object{"formatted": "1 Main\nApt 2\nHollywood, CA 91608 USA", "streetAddress": "1 Main\nApt 2", "locality": "Hollywood", "region": "CA",
			"postalCode": "91608", "country": "US", "type": "home", "primary": true}
		address := object{}
		for _, sub := range t.d.user.find("addresses").subs {
			if value := values[sub.name]; value != nil && sub.mutability == "readWrite" {
				address[sub.name] = value
			}
		}
		t.check(len(address) > 0, "addresses is published without any of the sub-attributes of the RFC")
		t.keeps("addresses", list{address})
	},
	"USER-012": func(t *trial) {
		t.needs("addresses.country")
		t.keeps("addresses", list{object{"country": "US"}})
		body := t.userBody("addresses", list{object{"country": "USA"}})
		a := t.send(http.MethodPost, t.users(), body).is(201, 400)
		t.check(!a.ok(), `"USA" is taken for a country`)
		a.refused(400, "invalidValue")
	},
	"USER-013": func(t *trial) {
		t.needs("groups.value")
		g := t.group()
		body := t.userBody()
		body["groups"] = list{object{"value": g.id}}
		u := t.create2(t.users(), body)
		u.put(u.sent()).is(200, 400)
		if t.d.supports("patch") {
			u.patch(op("add", "groups", list{object{"value": g.id}})).refused(400, "mutability")
		}
		t.check(isNothing(u.now()["groups"]), "a client writes groups: %s", encode(u.now()["groups"]))
		t.check(isNothing(g.now()["members"]), "a group gets a member by the groups of a user")
	},
	"USER-014": func(t *trial) {
		t.needs("groups.value")
		t.needsMembers()
		u := t.user()
		g := t.group(u)
		t.isIn(u, g, "direct")
		outer := t.groupBody()
		outer["members"] = memberValues(g)
		if a := t.send(http.MethodPost, t.groups(), outer).is(201, 400); a.ok() {
			h := t.resource(t.groups(), a)
			if slices.Contains(subs(u.now(), "groups", "value"), h.id) {
				t.isIn(u, h, "indirect")
			}
		}
		g.put(t.groupBody()).is(200, 204)
		t.check(!slices.Contains(subs(u.now(), "groups", "value"), g.id), "the user has a group that it was taken out of")
	},
	"USER-015": func(t *trial) {
		t.needs("x509Certificates.value")
		der := t.certificate()
		t.keeps("x509Certificates", list{object{"value": base64.StdEncoding.EncodeToString(der)}})
		for what, wrong := range map[string][]byte{"two certificates in a row": slices.Concat(der, der), "no certificate": bytes.Repeat([]byte("A"), 64)} {
			a := t.send(http.MethodPost, t.users(), t.userBody("x509Certificates", list{object{"value": base64.StdEncoding.EncodeToString(wrong)}})).is(201, 400)
			if a.ok() {
				t.warnf("a value with %s is accepted", what)
				continue
			}
			a.refused(400, "invalidValue")
		}
	},
}

// keeps makes a user that must have all that was sent.
func (t *trial) keeps(pairs ...any) *resource {
	u := t.create2(t.users(), t.userBody(pairs...))
	now := u.now()
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		t.check(covers(now[name], pairs[i+1]), "%s is %s; want %s", name, encode(now[name]), encode(pairs[i+1]))
	}
	return u
}

// covers says whether a value has all that was sent, and perhaps more.
func covers(got, sent any) bool {
	switch sent := sent.(type) {
	case object:
		inner, _ := got.(object)
		for name, value := range sent {
			if !covers(inner[name], value) {
				return false
			}
		}
		return true
	case list:
		values, _ := got.(list)
		for _, value := range sent {
			if !slices.ContainsFunc(values, func(v any) bool { return covers(v, value) }) {
				return false
			}
		}
		return true
	}
	return same(got, sent)
}

// refusedOrKept says whether a value was kept; if not, it must be an invalid one.
func (t *trial) refusedOrKept(name, value string) bool {
	a := t.send(http.MethodPost, t.users(), t.userBody(name, value)).is(201, 400)
	if !a.ok() {
		a.refused(400, "invalidValue")
	}
	return a.ok()
}

// stringsOf are the names and values of the single strings that users may set here.
func (t *trial) stringsOf() []any {
	t.users()
	var pairs []any
	for _, s := range userStrings {
		a := t.d.user.find(s.name)
		if a == nil || a.mutability != "readWrite" {
			continue
		}
		value := s.value
		if canonical := strs(a.raw["canonicalValues"]); len(canonical) > 0 {
			value = canonical[0]
		}
		pairs = append(pairs, s.name, value)
	}
	if pairs == nil {
		t.skipf("users have none of the single strings here")
	}
	return pairs
}

// fullValue is a value of a multi-valued attribute with all that is published of it, nil if nothing is.
func (t *trial) fullValue(name, kind string) object {
	t.users()
	a := t.d.user.find(name)
	if a == nil || a.mutability != "readWrite" || named(a.subs, "value") == nil {
		return nil
	}
	content := map[string]string{
		"emails": t.name() + "@example.com", "phoneNumbers": "tel:+1-201-555-0123", "photos": "https://photos.example.com/" + t.name() + ".jpg",
		"x509Certificates": base64.StdEncoding.EncodeToString(t.certificate()),
	}[name]
	if content == "" {
		content = t.name()
	}
	if sub := named(a.subs, "type"); sub != nil && len(strs(sub.raw["canonicalValues"])) > 0 {
		kind = strs(sub.raw["canonicalValues"])[0]
	}
	value := object{}
	for sub, v := range map[string]any{"value": content, "display": "Shown " + t.name(), "type": kind, "primary": true} {
		if s := named(a.subs, sub); s != nil && s.mutability == "readWrite" {
			value[sub] = v
		}
	}
	return value
}

// isIn wants a user to have a group in its groups.
func (t *trial) isIn(u, g *resource, kind string) {
	now := u.now()
	values, _ := now["groups"].(list)
	for _, value := range objects(values) {
		if value["value"] != g.id {
			continue
		}
		t.check(value["type"] == nil || value["type"] == kind, "the type of the group is %s; want %s", encode(value["type"]), kind)
		if ref, ok := value["$ref"].(string); ok || t.has("groups.$ref") {
			t.check(strings.HasSuffix(ref, strings.TrimPrefix(g.path, "/")), "$ref of the group is %q; want the URI of %s", ref, g.path)
		}
		return
	}
	t.failf("groups is %s; want %s among it", encode(now["groups"]), g.id)
}

// certificate is a new one, in DER.
func (t *trial) certificate() []byte {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.errorf("set-up fails: no key: %v", err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.errorf("set-up fails: no certificate: %v", err)
	}
	return der
}
