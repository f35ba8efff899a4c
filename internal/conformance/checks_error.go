package conformance

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

var scimTypes = []string{"invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue",
	"invalidVers", "sensitive", "invalidCursor", "expiredCursor", "invalidCount"}

// leaks are words that only the inside of a server says.
var leaks = regexp.MustCompile(`(?i)goroutine \d|stack ?trace|\bat [\w.$]+\([\w.]+:\d+\)|Traceback \(most|SQLSTATE|syntax error at or near|\bSELECT .+ FROM\b`)

var errorChecks = checks{
	"ERR-001": func(t *trial) {
		for _, a := range t.provoke() {
			t.equal("schemas of the error of "+a.what(), a.at("schemas"), list{errorURN})
		}
	},
	"ERR-002": func(t *trial) {
		for _, a := range t.provoke() {
			t.equal("status of the error of "+a.what(), a.at("status"), encode(a.Status))
		}
	},
	"ERR-003": func(t *trial) {
		body := t.userBody()
		body["active"], body["emails"], body["name"] = "x", "y", "z"
		several := t.send(http.MethodPost, t.users(), body)
		for _, a := range append(t.provoke(), several) {
			if a.ok() {
				continue
			}
			_, ok := a.at("detail").(string)
			t.check(ok || a.at("detail") == nil, "detail of the error of %s is %s", a.what(), encode(a.at("detail")))
		}
	},
	"ERR-004": func(t *trial) {
		for _, a := range t.provoke() {
			word, ok := a.at("scimType").(string)
			t.check(a.at("scimType") == nil || ok && slices.Contains(scimTypes, word), "the scimType of %s is %s", a.what(), encode(a.at("scimType")))
		}
	},
	"ERR-005": func(t *trial) {
		t.provoke()
		for _, e := range t.exchanges {
			body, _ := parse(e.Body).(object)
			t.check(e.Status >= 400 || !slices.Contains(strs(body["schemas"]), errorURN), "%s %s answers %d with an error", e.Method, e.URL, e.Status)
		}
	},
	"ERR-006": func(t *trial) {
		for _, a := range t.provoke() {
			t.isSCIM(a)
		}
	},
	"ERR-007": func(t *trial) {
		u := t.user()
		t.send(http.MethodPost, t.users(), "{").is(400)
		t.anonymous(t.users()).is(401)
		t.get(t.users() + "/" + t.name()).is(404)
		t.get("/NoSuchThing").is(404)
		t.send(http.MethodPost, t.users(), u.sent()).is(409)
		if t.d.supports("etag") {
			u.put(u.sent(), "If-Match", `W/"`+t.name()+`"`).is(412)
		}
	},
	"ERR-008": func(t *trial) {
		r := t.reader()
		t.isSCIM(r.send(http.MethodPost, t.users(), t.userBody()).refused(403))
		t.isSCIM(r.send(http.MethodDelete, t.user().path, nil).refused(403))
	},
	"ERR-009": func(t *trial) {
		sent := []string{"{", `{"schemas":5}`, `{"schemas":["` + userURN + `"],"userName":{"$gt":""}}`, "\x00\xff", `{"userName":"\ud800"}`}
		for _, body := range sent {
			t.send(http.MethodPost, t.users(), body)
		}
		for _, query := range []string{"?filter=%00", "?filter=%ff", "?filter='", "?sortBy=%27%3B--", "?count=-99999999999999999999"} {
			t.get(t.users() + query)
		}
		t.get(t.users() + "/%00")
		for _, e := range t.exchanges {
			t.check(e.Status < 500 || e.Status == http.StatusNotImplemented, "%s %s answers %d", e.Method, e.URL, e.Status)
			t.check(e.Status < 400 || !leaks.MatchString(e.Body), "%s %s answers with its insides: %s", e.Method, e.URL, leaks.FindString(e.Body))
		}
	},
	"ERR-010": func(t *trial) {
		u := t.user()
		for _, path := range []string{"/", "/Me", t.users(), u.path, "/Schemas"} {
			t.get(path)
		}
		used := false
		for _, e := range t.exchanges {
			if e.Status == http.StatusTemporaryRedirect || e.Status == http.StatusPermanentRedirect {
				used = true
				t.check(e.Redirect() != "", "%s answers %d without Location", e.URL, e.Status)
			}
		}
		if !used {
			t.skipf("the target redirects nothing that was asked for")
		}
	},
	"ERR-011": func(t *trial) {
		for _, a := range t.atOnce(40, func(int) *answer { return t.get("/ServiceProviderConfig") }) {
			if a.is(200, http.StatusTooManyRequests).Status != 200 {
				a.refused(http.StatusTooManyRequests)
				t.check(a.Header.Get("Retry-After") != "", "429 without Retry-After")
			}
		}
	},
	"ERR-012": func(t *trial) {
		answers := []*answer{t.get("/no/such/route"), t.send(http.MethodPut, "/", object{}), t.send("FROB", t.users(), nil),
			t.get(t.users(), "X-Filler", strings.Repeat("x", 20<<10))}
		answers = slices.DeleteFunc(answers, func(a *answer) bool { return a.Status < 400 })
		t.check(len(answers) > 0, "the target refuses neither an unknown route nor an unknown method")
		for _, a := range answers {
			t.isSCIM(a)
			t.check(slices.Contains(strs(a.at("schemas")), errorURN), "the error of %s is no SCIM error", a.what())
		}
	},
	"ERR-013": func(t *trial) {
		path := t.users() + "/" + t.name()
		t.send(http.MethodPut, path, object{"active": "x"}).refused(404)
		t.send(http.MethodPut, path, object{}, "If-Match", `W/"x"`).refused(404)
		t.anonymous(path).is(401)
	},
}

// provoke gives errors of several kinds.
func (t *trial) provoke() []*answer {
	u := t.user()
	missing := t.userBody()
	delete(missing, "userName")
	answers := []*answer{
		t.get(t.users() + "/" + t.name()), t.get("/NoSuchThing"), t.send(http.MethodPost, t.users(), "{"),
		t.send(http.MethodPost, t.users(), missing), t.send(http.MethodPost, t.users(), u.sent()),
	}
	if t.d.supports("filter") {
		answers = append(answers, t.filtered("userName regex"))
	}
	if t.d.supports("patch") {
		answers = append(answers, u.patch(op("remove", "")), u.patch(op("replace", "id", "x")), u.patch(op("replace", "bogus", "x")))
	}
	// What a target lets pass is for other rows to judge.
	answers = slices.DeleteFunc(answers, func(a *answer) bool { return a.Status < 400 || a.Status > 499 })
	t.check(len(answers) >= 3, "only %d of the requests that were to be refused are", len(answers))
	return answers
}
