package conformance

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	attributeName = regexp.MustCompile(`^[A-Za-z][-$_0-9A-Za-z]*$`)
	dateTime      = regexp.MustCompile(`^-?\d{4,}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?$`)
)

// characteristicChecks are the rows on data types and on what schemas say of attributes.
var characteristicChecks = checks{
	"CHAR-001": func(t *trial) {
		t.eachAttribute(func(path string, a object) {
			name, _ := a["name"].(string)
			t.check(name == "$ref" || attributeName.MatchString(name), "%s has the name %s", path, encode(a["name"]))
		})
	},
	"CHAR-002": func(t *trial) {
		places := t.placesOf("boolean")
		for _, p := range places[:min(len(places), 3)] {
			t.eachValue(t.makeWith(p, true), p.rt, "boolean", func(path string, v any) {
				_, ok := v.(bool)
				t.check(ok, "%s is %s", path, encode(v))
			})
		}
	},
	"CHAR-003": func(t *trial) {
		integers, decimals := t.places("integer"), t.places("decimal")
		if len(integers)+len(decimals) == 0 {
			t.skipf("the schemas publish no number that clients may set")
		}
		for _, p := range integers {
			t.makeWith(p, 7)
			shown := regexp.MustCompile(`"` + regexp.QuoteMeta(p.name) + `"\s*:\s*\[?\s*7\s*[,}\]]`)
			t.check(shown.MatchString(t.exchanges[len(t.exchanges)-1].Body), "%s does not come back as 7", p.path())
			t.refuses(p, 1.5, "7", true)
			if a := t.send(http.MethodPost, p.rt.endpoint, strings.Replace(encode(t.bodyWith(p, 7919)), "7919", "1e3", 1)); a.ok() {
				t.warnf("%s takes 1e3, which has an exponent", p.path())
			}
		}
		for _, p := range decimals {
			t.equal(p.path(), p.of(t.makeWith(p, 1.25)), 1.25)
			t.refuses(p, "1.25", true)
		}
	},
	"CHAR-004": func(t *trial) {
		judge := func(path string, v any) {
			text, _ := v.(string)
			t.check(isDateTime(text), "%s is %s", path, encode(v))
		}
		meta := t.user().now()
		for _, name := range []string{"created", "lastModified"} {
			judge("meta."+name, at(meta, "meta", name))
		}
		places := t.places("dateTime")
		for _, p := range places {
			for _, good := range []string{"2024-02-29T23:59:59Z", "2024-02-29T10:00:00+02:00", "2024-02-29T10:00:00.125Z"} {
				now := t.makeWith(p, good)
				t.eachValue(now, p.rt, "dateTime", judge)
				got, _ := p.of(now).(string)
				t.check(sameInstant(got, good), "%s is %s after %s was sent", p.path(), got, good)
			}
			t.refuses(p, "2024-02-30T00:00:00Z", "2024-01-01", "yesterday", 5)
		}
		if len(places) == 0 {
			t.notef("no dateTime that clients may set is published, so that only those of meta were judged")
		}
	},
	"CHAR-005": func(t *trial) {
		places := t.placesOf("binary")
		free := slices.IndexFunc(places, func(p place) bool {
			return t.send(http.MethodPost, p.rt.endpoint, t.bodyWith(p, "QUJD")).is(201, 400).Status == 201
		})
		if free < 0 {
			t.skipf("%s takes no base64 text but one with a meaning that the judge cannot make up", places[0].path())
		}
		p := places[free]
		for _, good := range []string{"QUJD", "/+8=", "QUI"} {
			now := t.makeWith(p, good)
			t.eachValue(now, p.rt, "binary", func(path string, v any) {
				_, err := fromBase64(v)
				t.check(err == nil, "%s is %s, no base64", path, encode(v))
			})
			want, _ := fromBase64(good)
			got, _ := fromBase64(p.of(now))
			t.check(slices.Equal(got, want), "%s is %s after %s was sent", p.path(), encode(p.of(now)), good)
		}
		t.refuses(p, "%%%", "QUJDR")
	},
	"CHAR-006": func(t *trial) {
		judge := func(path string, v any) {
			text, _ := v.(string)
			_, err := url.Parse(text)
			t.check(err == nil && text != "" && !strings.ContainsAny(text, " <>\"{}|\\^`"), "%s is %s, no URI", path, encode(v))
			if strings.HasSuffix(path, ".$ref") {
				t.get(resolved(text)).is(200)
			}
		}
		u := t.user()
		if t.d.group.find("members.value") != nil {
			t.eachValue(t.group(u).now(), t.d.group, "reference", judge)
		}
		t.eachValue(u.now(), t.d.user, "reference", judge)
		free := slices.DeleteFunc(t.places("reference"), func(p place) bool { return p.name == "$ref" })
		for _, p := range free[:min(len(free), 2)] {
			good := "https://example.com/" + t.name() + "?a=b#c"
			t.equal(p.path(), p.of(t.makeWith(p, good)), good)
			t.refuses(p, "not a uri %%")
		}
	},
	"CHAR-007": func(t *trial) {
		var pairs []any
		if t.has("name.givenName") && t.has("name.familyName") {
			pairs = append(pairs, "name", object{"givenName": "A", "familyName": "B"})
		}
		if t.has("emails.type") {
			pairs = append(pairs, "emails", list{mail("work", t.name()+"@example.com")})
		}
		plain, odd := t.user(pairs...), t.userBody(pairs...)
		now := t.resource(t.users(), t.send(http.MethodPost, t.users(), backwards(odd)).is(201)).now()
		for name := range plain.asked {
			if name == "name" || name == "emails" {
				t.equal(name+" after members in an odd order", now[name], plain.now()[name])
			}
		}
		t.equal("userName after members in an odd order", now["userName"], odd["userName"])
	},
	"CHAR-008": func(t *trial) {
		value := t.name() + "-AbC"
		t.equal("externalId", t.user("externalId", value).now()["externalId"], value)
		refers := func(p place) bool { return p.parent != nil && named(p.parent.subs, "$ref") != nil }
		exact := slices.DeleteFunc(t.places("string"), func(p place) bool { return !p.exact || refers(p) })
		for _, p := range exact[:min(len(exact), 5)] {
			want := t.name() + "-AbC"
			if r := t.takes(p, want); r != nil {
				t.equal(p.path(), p.of(r.now()), want)
			}
		}
	},
	"CHAR-009": func(t *trial) {
		value := t.name() + "-AbC@example.com"
		got, _ := t.user("userName", value).now()["userName"].(string)
		if t.d.user.find("userName").exact {
			t.skipf("userName is caseExact here")
		}
		t.check(strings.EqualFold(got, value), "userName is %s after %s was sent", got, value)
		if got != value {
			t.warnf("the case of userName is changed: %s was sent, %s comes back", value, got)
		}
	},
	"CHAR-010": func(t *trial) {
		places := t.allPlaces(func(a *attribute) bool { return a.returned == "request" && a.mutability == "readWrite" })
		if len(places) == 0 {
			t.skipf("the schemas publish no attribute with returned=request that clients may set")
		}
		for _, p := range places {
			body := t.bodyWith(p, t.sample(p.attribute))
			a := t.send(http.MethodPost, p.rt.endpoint, body).is(201)
			t.check(p.of(a.body()) != nil, "the answer to the create that set %s lacks it", p.path())
			r := t.resource(p.rt.endpoint, a)
			t.check(p.of(r.now()) == nil, "a GET that does not ask for %s has it", p.path())
			asked := t.get(r.path + "?attributes=" + url.QueryEscape(p.path())).is(200)
			t.check(p.of(asked.body()) != nil, "a GET that asks for %s lacks it", p.path())
			t.check(p.of(r.put(body).is(200).body()) != nil, "the answer to the PUT that set %s lacks it", p.path())
		}
	},
	"CHAR-011": func(t *trial) {
		places := t.allPlaces(func(a *attribute) bool {
			return a.uniqueness != "none" && a.kind == "string" && a.mutability != "readOnly" && a.name != "id"
		})
		if len(places) == 0 {
			t.skipf("the schemas publish no unique attribute that clients may set")
		}
		for _, p := range places {
			value := t.sample(p.attribute)
			if t.takes(p, value) == nil {
				continue
			}
			t.send(http.MethodPost, p.rt.endpoint, t.bodyWith(p, value)).refused(409, "uniqueness")
			other := t.send(http.MethodPost, p.rt.endpoint, t.bodyWith(p, flip(value)))
			if p.exact {
				other.is(201)
			} else {
				other.refused(409, "uniqueness")
			}
			second := t.create2(p.rt.endpoint, t.bodyWith(p, t.sample(p.attribute)))
			second.put(t.bodyWith(p, value)).refused(409, "uniqueness")
		}
	},
	"CHAR-012": func(t *trial) {
		t.needs("emails.value", "emails.type")
		value := list{mail("custom", t.name()+"@example.com")}
		u := t.user()
		if t.takesEmails(u, value, "invalidValue") {
			t.equal("emails.type", subs(u.now(), "emails", "type"), list{"custom"})
			return
		}
		t.notef("types beyond the canonicalValues are refused")
	},
	"CHAR-013": func(t *trial) {
		name := t.ownOf(enterpriseURN)
		value := t.name()
		now := t.user(enterpriseURN, object{name: value}).now()
		t.equal(name+" under "+enterpriseURN, at(now, enterpriseURN, name), value)
		t.check(now[name] == nil, "%s is at the top level", name)
		body := t.userBody()
		body[name] = value
		t.ignoredOrRefused(t.users(), body, func(now object) {
			t.check(now[name] == nil, "%s is stored at the top level", name)
			t.check(at(now, enterpriseURN, name) == nil, "%s sent at the top level is stored in the extension", name)
		})
	},
	"CHAR-014": func(t *trial) {
		nested := object{"x": 1}
		tried := false
		for path, value := range map[string]any{"name.givenName": object{"givenName": nested}, "emails.value": list{object{"value": nested}}} {
			if !t.has(path) {
				continue
			}
			tried = true
			name, _, _ := strings.Cut(path, ".")
			body := t.userBody()
			body[name] = value
			t.send(http.MethodPost, t.users(), body).refused(400, "invalidValue", "invalidSyntax")
		}
		if !tried {
			t.skipf("neither name.givenName nor emails.value is published")
		}
	},
}

// placesOf is places, of which there must be one.
func (t *trial) placesOf(kind string) []place {
	places := t.places(kind)
	if len(places) == 0 {
		t.skipf("the schemas publish no attribute of type %s that clients may set and read", kind)
	}
	return places
}

// takes makes a resource with a value in a place; nil, with a note, if the target wants other values there.
func (t *trial) takes(p place, v any) *resource {
	a := t.send(http.MethodPost, p.rt.endpoint, t.bodyWith(p, v)).is(201, 400)
	if a.Status == 400 {
		t.notef("%s was not judged: the target refuses %s there", p.path(), encode(v))
		return nil
	}
	return t.resource(p.rt.endpoint, a)
}

// refuses wants each of some values of an attribute to be refused.
func (t *trial) refuses(p place, values ...any) {
	for _, v := range values {
		t.send(http.MethodPost, p.rt.endpoint, t.bodyWith(p, v)).refused(400, "invalidValue", "invalidSyntax")
	}
}

// ownOf is a string of an extension whose name the user's schema does not have.
func (t *trial) ownOf(urn string) string {
	for _, a := range t.d.user.extensions[urn] {
		if a.kind == "string" && !a.multi && a.mutability == "readWrite" && named(t.d.user.attributes, a.name) == nil {
			return a.name
		}
	}
	t.skipf("%s has no string that clients may set", urn)
	return ""
}

// isDateTime says whether a text is an xsd:dateTime of a day that exists.
func isDateTime(text string) bool {
	_, ok := instantOf(text)
	return ok && dateTime.MatchString(text)
}

func instantOf(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if v, err := time.Parse(layout, text); err == nil {
			return v, true
		}
	}
	return time.Time{}, false
}

func sameInstant(a, b string) bool {
	first, ok1 := instantOf(a)
	second, ok2 := instantOf(b)
	return ok1 && ok2 && first.Equal(second)
}

// fromBase64 reads either alphabet, with padding or without.
func fromBase64(v any) ([]byte, error) {
	text, _ := v.(string)
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	return base64.RawStdEncoding.DecodeString(text)
}

// resolved is a reference as a path from the base URL on, or as it is if it is a whole URL.
func resolved(reference string) string {
	if strings.HasPrefix(reference, "http://") || strings.HasPrefix(reference, "https://") {
		return reference
	}
	for strings.HasPrefix(reference, "../") {
		reference = strings.TrimPrefix(reference, "../")
	}
	return "/" + strings.TrimLeft(reference, "/")
}

// backwards writes JSON with the members of each object in the reverse of their order.
func backwards(v any) string {
	var parts []string
	switch v := v.(type) {
	case object:
		for _, name := range slices.Backward(slices.Sorted(maps.Keys(v))) {
			parts = append(parts, encode(name)+":"+backwards(v[name]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case list:
		for _, element := range v {
			parts = append(parts, backwards(element))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	return encode(v)
}
