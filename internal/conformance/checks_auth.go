package conformance

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

var (
	bearerChallenge = regexp.MustCompile(`(?i)(?:^|,\s*)bearer(\s|$)`)
	challengeParam  = regexp.MustCompile(`([A-Za-z_]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]+)`)
)

var authChecks = checks{
	"AUTH-001": func(t *trial) {
		t.check(t.challenge() != "", "401 without WWW-Authenticate")
	},
	"AUTH-002": func(t *trial) {
		challenge := t.bearer()
		seen := map[string]int{}
		for _, m := range challengeParam.FindAllStringSubmatch(challenge, -1) {
			seen[strings.ToLower(m[1])]++
		}
		t.check(len(seen) > 0, "the challenge %q has no parameter", challenge)
		for _, name := range []string{"realm", "scope", "error", "error_description", "error_uri"} {
			t.check(seen[name] <= 1, "the challenge has %s %d times", name, seen[name])
		}
	},
	"AUTH-003": func(t *trial) {
		t.check(!strings.Contains(t.bearer(), "error="), "without a credential the challenge has an error")
	},
	"AUTH-004": func(t *trial) {
		t.bearer()
		a := t.get(t.users(), "Authorization", "Bearer "+t.name()).is(401)
		t.check(strings.Contains(a.Header.Get("WWW-Authenticate"), `error="invalid_token"`), "the challenge is %q", a.Header.Get("WWW-Authenticate"))
	},
	"AUTH-005": func(t *trial) {
		r := t.reader()
		challenge := strings.Join(r.send(http.MethodPost, t.users(), t.userBody()).is(403).Header.Values("WWW-Authenticate"), ", ")
		t.check(strings.Contains(challenge, "insufficient_scope"), "the challenge to a token that may only read is %q", challenge)
	},
	"AUTH-006": func(t *trial) {
		t.token()
		for _, scheme := range []string{"Bearer ", "bearer ", "BEARER "} {
			t.get(t.users()+"?count=1", "Authorization", scheme+t.token()).listed()
		}
	},
	"AUTH-007": func(t *trial) {
		query := "?count=1&access_token=" + t.token()
		t.anonymous(t.users() + query).is(401)
		if a := t.get(t.users() + query); a.Status != 400 {
			t.warnf("a token in header and query at once answers %d; RFC 6750 wants 400", a.Status)
		}
	},
	"AUTH-008": func(t *trial) {
		a := t.anonymous(t.users()).refused(401)
		t.isSCIM(a)
	},
	"AUTH-009": func(t *trial) {
		r := t.reader()
		u := t.user()
		before := u.now()
		r.send(http.MethodPost, t.users(), t.userBody()).is(403, 404)
		r.send(http.MethodPut, u.path, u.sent()).is(403, 404)
		if t.d.supports("patch") {
			r.send(http.MethodPatch, u.path, patchOf(op("replace", "userName", t.name()+"@example.com"))).is(403, 404)
		}
		r.send(http.MethodDelete, u.path, nil).is(403, 404)
		t.equal("the user after the requests of a token that may only read", u.now(), before)
	},
	"AUTH-011": func(t *trial) {
		u := t.user()
		known, unknown := t.anonymous(u.path).is(401), t.anonymous(t.users()+"/"+t.name()).is(401)
		for _, name := range []string{"scimType", "detail", "status"} {
			t.equal(name+" of the refusal for a real id", known.at(name), unknown.at(name))
		}
		t.anonymous("/NoSuchThing").is(401, 404)
	},
	"AUTH-012": func(t *trial) {
		for _, s := range t.schemes() {
			kind, _ := s["type"].(string)
			if slices.Contains([]string{"oauth2", "oauthbearertoken"}, kind) && t.client.Token() != "" {
				t.get(t.users() + "?count=1").listed()
				return
			}
		}
		t.check(t.client.Token() == "", "a bearer token is accepted, and no scheme says so")
		t.skipf("no scheme that the judge has a credential for is advertised")
	},
}

// challenge is that of a 401.
func (t *trial) challenge() string {
	return strings.Join(t.anonymous(t.users()).is(401).Header.Values("WWW-Authenticate"), ", ")
}

// bearer is the challenge of a target that takes bearer tokens.
func (t *trial) bearer() string {
	challenge := t.challenge()
	t.token()
	t.check(bearerChallenge.MatchString(challenge), "the challenge %q has no Bearer", challenge)
	return challenge
}

// token skips the check when the judge has none.
func (t *trial) token() string {
	token := t.client.Token()
	if token == "" {
		t.skipf("the judge was given no bearer token")
	}
	return token
}
