package conformance

import (
	"net/http"
	"regexp"
	"strings"
)

var httpChecks = checks{
	"HTTP-001": func(t *trial) { t.isSCIM(t.get(t.users()+"?count=1", "Accept", "application/scim+json").is(200)) },
	"HTTP-002": func(t *trial) {
		a := t.get(t.users()+"?count=1", "Accept", "application/json").is(200)
		a.body()
		t.check(strings.Contains(a.Header.Get("Content-Type"), "json"), "the answer is %q", a.Header.Get("Content-Type"))
	},
	"HTTP-003": func(t *trial) {
		for _, accept := range []string{"", "*/*"} {
			t.isSCIM(t.get(t.users()+"?count=1", "Accept", accept).is(200))
		}
	},
	"HTTP-004": func(t *trial) {
		text := t.name() + " Zoë 山田 😀"
		u := t.user("displayName", text)
		t.equal("displayName", u.now()["displayName"], text)
	},
	"HTTP-005": func(t *trial) {
		for _, kind := range []string{"application/scim+json", "application/json", "application/scim+json; charset=utf-8", "application/json;charset=UTF-8"} {
			t.send(http.MethodPost, t.users(), t.userBody(), "Content-Type", kind).is(201)
		}
	},
	"HTTP-006": func(t *trial) {
		body := t.userBody()
		t.send(http.MethodPost, t.users(), body, "Content-Type", "text/xml").refused(415)
		t.send(http.MethodPost, t.users(), body).is(201) // it was not made before
	},
	"HTTP-007": func(t *trial) {
		a := t.get(t.users()+"?count=1", "Accept", "text/html").is(406, 200)
		if a.Status == 200 {
			t.isSCIM(a)
		}
	},
	"HTTP-008": func(t *trial) { t.get("/NoSuchThing" + t.name()).refused(404) },
	"HTTP-009": func(t *trial) {
		u := t.user()
		for _, a := range []*answer{t.send("PUT", t.users(), object{}), t.send("DELETE", t.users(), nil), t.send("POST", u.path, u.sent())} {
			a.is(405)
			t.check(a.Header.Get("Allow") != "", "%s answers 405 without Allow", a.what())
		}
	},
	"HTTP-010": func(t *trial) {
		used := false
		for feature, use := range featureUses {
			if t.d.denies(feature) {
				use(t).refused(501)
				used = true
			}
		}
		if !used {
			t.skipf("patch and bulk are supported")
		}
	},
	"HTTP-011": func(t *trial) { t.get(t.users() + "?foo=bar&count=1").listed() },
	"HTTP-012": func(t *trial) {
		base := t.client.Base()
		version := regexp.MustCompile(`/v[0-9]+$`).FindString(base)
		if version == "" {
			t.skipf("the base URL does not end with a version")
		}
		a := t.get(strings.TrimSuffix(base, version)+"/v99"+t.users()).is(404, 400)
		if a.Status == 400 {
			a.refused(400, "invalidVers")
		}
	},
	"HTTP-013": func(t *trial) {
		u := t.user()
		t.get(u.path+".scim").is(200, 404)
	},
	"HTTP-014": func(t *trial) {
		u := t.user()
		get, head := u.get().is(200), t.send(http.MethodHead, u.path, nil).is(200)
		t.check(head.Body == "", "HEAD has a body")
		for _, name := range []string{"Content-Type", "ETag", "Content-Location"} {
			t.equal(name+" of HEAD", head.Header.Get(name), get.Header.Get(name))
		}
	},
	"HTTP-015": func(t *trial) {
		for _, body := range []string{"{", "[]", `"x"`, "nul", `{"schemas":["` + userURN + `"],"userName":"a","userName":"b"}`} {
			t.send(http.MethodPost, t.users(), body).refused(400, "invalidSyntax", "invalidValue")
		}
		for _, body := range []string{strings.Repeat("[", 10000) + strings.Repeat("]", 10000), `{"userName":` + strings.Repeat("[", 10000)} {
			t.send(http.MethodPost, t.users(), body).is(400, 413)
		}
	},
	"HTTP-016": func(t *trial) {
		u := t.user()
		location, _ := at(u.body, "meta", "location").(string)
		t.check(location != "" && !strings.Contains(location, "?"), "meta.location is %q", location)
		t.equal("id at meta.location", t.get(absolute(t, location)).is(200).at("id"), u.id)
	},
}

// absolute gives a location a form that the client takes: a whole URL, or a path from the base URL on.
func absolute(t *trial, location string) string {
	if strings.HasPrefix(location, "http://") || strings.HasPrefix(location, "https://") {
		return location
	}
	t.warnf("the location %q is not absolute", location)
	return "/" + strings.TrimLeft(location, "/")
}
