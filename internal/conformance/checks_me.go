package conformance

import (
	"net/http"
	"slices"
	"strings"
)

// /Me may be a person's own resource, so no check changes it.
var meChecks = checks{
	"ME-001": func(t *trial) {
		a := t.get("/Me")
		if a.ok() || a.Status == http.StatusPermanentRedirect {
			t.skipf("the target has /Me")
		}
		if a.Status == http.StatusForbidden {
			t.skipf("/Me is forbidden to this token, which tells nothing of it; give a token of a user")
		}
		a.refused(501)
	},
	"ME-002": func(t *trial) {
		a := t.get("/Me").is(200, http.StatusPermanentRedirect)
		if a.Status == 200 {
			t.check(a.str("id") != "", "/Me answers 200 with a body that is no resource")
			t.notef("/Me is answered in place")
			return
		}
		location := a.Header.Get("Location")
		t.check(location != "" && !isMe(location), "308 points to %q", location)
		t.check(t.get(absolute(t, location)).is(200).str("id") != "", "308 points to what is no resource")
	},
	"ME-003": func(t *trial) {
		a := t.me()
		location := a.Header.Get("Location")
		t.check(location != "" && !isMe(location), "the Location is %q; want the permanent URL", location)
		t.equal("meta.location", a.at("meta", "location"), location)
		if header := a.Header.Get("Content-Location"); header != "" {
			t.equal("Content-Location", header, location)
		}
		t.equal("id at that URL", t.get(absolute(t, location)).is(200).at("id"), a.at("id"))
	},
	"ME-004": func(t *trial) {
		me := t.me()
		part := t.get("/Me?attributes=id").is(200)
		t.equal("id for attributes=id", part.at("id"), me.at("id"))
		for _, name := range []string{"userName", "displayName", "name", "emails"} {
			a := t.d.user.find(name)
			t.check(a == nil || a.returned == "always" || part.at(name) == nil, "/Me?attributes=id answers %s", name)
		}
		t.patchesMe(me)
	},
	"ME-005": func(t *trial) {
		t.anonymous("/Me").is(401, 403, 404, 501)
		a := t.reader().get("/Me").is(200, http.StatusPermanentRedirect, 403, 404, 501)
		if a.Status < 400 {
			t.skipf("the token that may only read has a resource of its own; give one that has none with --read-token")
		}
		a.refused(a.Status)
	},
	"ME-006": func(t *trial) {
		for _, anonymous := range []bool{false, true} {
			r := t.request(http.MethodPost, "/Me", t.userBody(), nil)
			r.Anonymous = anonymous
			a := t.exchange(r)
			switch {
			case a.ok():
				t.unsure()
				a.is(201)
				t.check(!isMe(a.str("meta", "location")), "what POST /Me made has %s for its location", a.str("meta", "location"))
				if anonymous {
					t.warnf("callers without a credential may create by POST /Me, which must be protected")
				}
			case a.Status == http.StatusPermanentRedirect:
				t.notef("POST /Me is redirected")
			case anonymous:
				a.is(401, 403, 404, 405, 501)
			default:
				a.is(403, 405, 409, 501)
				a.refused(a.Status)
			}
		}
	},
}

// me is the answer to GET /Me, where it is no redirect.
func (t *trial) me() *answer {
	a := t.get("/Me").is(200, http.StatusPermanentRedirect)
	if a.Status != 200 {
		t.skipf("the target redirects /Me")
	}
	return a
}

// patchesMe gives an attribute the value that it has.
func (t *trial) patchesMe(me *answer) {
	if !t.d.supports("patch") {
		return
	}
	for _, name := range []string{"displayName", "nickName", "title", "preferredLanguage", "locale", "timezone"} {
		a, value := t.d.user.find(name), me.str(name)
		if a == nil || a.mutability != "readWrite" || value == "" {
			continue
		}
		var header []string
		if tag := me.Header.Get("ETag"); tag != "" { // nobody's change may be undone
			header = []string{"If-Match", tag}
		}
		patched := t.send(http.MethodPatch, "/Me", patchOf(op("replace", name, value)), header...)
		if slices.Contains([]int{403, 405, 412, 501}, patched.Status) {
			t.notef("PATCH /Me answers %d", patched.Status)
			return
		}
		patched.is(200, 204)
		t.equal("id after a PATCH that changes nothing", t.get("/Me").is(200).at("id"), me.at("id"))
		return
	}
}

// unsure notes that something may have been made whose path is not known.
func (t *trial) unsure() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.uncertain = append(t.uncertain, t.side)
}

// isMe says whether a URL is that of the alias.
func isMe(location string) bool {
	path, _, _ := strings.Cut(location, "?")
	return strings.HasSuffix(strings.ToLower(strings.TrimRight(path, "/")), "/me")
}
