package conformance

import (
	"net/http"
	"strings"
)

// i18nChecks are the rows on Unicode. The texts are written as escapes where
// an eye could not tell them apart.
var i18nChecks = checks{
	"I18N-001": func(t *trial) {
		name := t.name()
		u := t.international(name + "@example.com")
		t.send(http.MethodPost, t.users(), t.userBody("userName", wide(name)+"@example.com")).refused(409, "uniqueness")
		composed, decomposed := t.name()+"-\u00e9@example.com", ""
		decomposed = strings.ReplaceAll(composed, "\u00e9", "e\u0301")
		v := t.international(composed)
		t.send(http.MethodPost, t.users(), t.userBody("userName", decomposed)).refused(409, "uniqueness")
		if t.d.supports("filter") {
			t.finds("userName eq "+encode(decomposed), these(v), these(u))
			t.finds("userName eq "+encode(wide(name)+"@example.com"), these(u), these(v))
		}
	},
	"I18N-002": func(t *trial) {
		if a := t.d.user.find("userName"); a != nil && a.exact {
			t.skipf("userName is published as one that does not ignore case")
		}
		for _, pair := range [][2]string{{"\u00e9", "E\u0301"}, {"STRASSE", "strasse"}, {"\u0416", "\u0436"}, {"\uff21", "a"}} {
			name := t.name()
			t.international(name + pair[0] + "@example.com")
			t.send(http.MethodPost, t.users(), t.userBody("userName", name+pair[1]+"@example.com")).refused(409, "uniqueness")
		}
		name := t.name()
		t.international(name + "-\u00df@example.com")
		a := t.send(http.MethodPost, t.users(), t.userBody("userName", name+"-ss@example.com")).is(201, 409)
		t.notef("sharp s and ss are %s", map[bool]string{true: "two names", false: "one name"}[a.ok()])
		if t.send(http.MethodPost, t.users(), t.userBody("userName", "\u05d01"+t.name())).is(201, 400).ok() {
			t.warnf("a userName that mixes directions, which the bidi rule forbids, is accepted")
		}
	},
	"I18N-003": func(t *trial) {
		t.user("password", "Xy9!P\u00e4\u00a0s"+t.name())
		a := t.send(http.MethodPost, t.users(), t.userBody("password", "Xy9!\u0007"+t.name())).is(201, 400)
		t.check(!a.ok(), "a password with U+0007 is accepted, which OpaqueString forbids")
		a.refused(400, "invalidValue", "invalidSyntax")
		t.skipf("no answer shows a password; how it is compared cannot be seen over HTTP")
	},
	"I18N-004": func(t *trial) {
		for _, forbidden := range []string{"\u0000", "\u0007", "\u007f", "\u2028", "\u265a", "\U000e0001"} {
			t.send(http.MethodPost, t.users(), t.userBody("userName", t.name()+forbidden+"@example.com")).refused(400, "invalidValue", "invalidSyntax")
		}
		if t.send(http.MethodPost, t.users(), t.userBody("userName", t.name()+" b@example.com")).is(201, 400).ok() {
			t.warnf("a userName with a blank is accepted, which many identity providers count on")
		}
	},
	"I18N-005": func(t *trial) {
		name := t.plainString()
		if name == "" {
			t.skipf("users have no plain string here")
		}
		for _, text := range []string{
			"\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627", "e\u0301 \u00e9", "\U0001f469\u200d\U0001f4bb \U0001f1f3\U0001f1f4", "a\u2028b\u2029c",
			"\uff21\u212b\ufb01", "\u4f60\u597d", "\u200fx\u202ey\u202c", "line\nbreak\ttab \"quote\" \\",
		} {
			u := t.user(name, text)
			t.equal(name, u.now()[name], text)
			u.put(u.sent(name, text+"!")).is(200, 204)
			t.equal(name, u.now()[name], text+"!")
			if t.d.supports("patch") {
				t.equal(name, u.patched(op("replace", name, text))[name], text)
			}
		}
	},
}

// international makes a user; the check is skipped when the target wants userNames in ASCII.
func (t *trial) international(userName string) *resource {
	body := t.userBody("userName", userName)
	a := t.send(http.MethodPost, t.users(), body).is(201, 400)
	if a.Status == http.StatusBadRequest {
		t.skipf("the target refuses %s as a userName%s", encode(userName), a.detail())
	}
	u := t.resource(t.users(), a)
	u.asked = body
	return u
}

// wide writes ASCII letters and digits in their full width.
func wide(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r + 0xfee0
		}
		return r
	}, text)
}
