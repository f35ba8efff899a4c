package main

import (
	"bytes"
	"strconv"
	"strings"
)

// user is a user as the load knows it: what the server called it and what it
// is looked up by.
type user struct {
	id         string
	userName   string
	externalID string
}

// newUser names the user of a number. Numbers are unique in a store.
func newUser(number int) user {
	n := strconv.Itoa(number)
	return user{userName: "first" + n + ".last" + n + "@bench.example", externalID: "ext-" + n}
}

// bodySize is what the body of a user comes to, about.
const bodySize = 800

// padding fills the title, the one attribute of free text that both personas
// keep, so that documents of either weigh the same.
var padding = strings.Repeat("principal engineer of many things, ", bodySize/30)

// appendUser appends the JSON of a user of about bodySize bytes, whose title
// tells revisions apart. Persona cinode keeps only what Cinode documents, so a
// user of persona rfc alone carries emails and telephone numbers.
func appendUser(dst []byte, u user, persona string, active bool, revision int) []byte {
	start := len(dst)
	dst = append(dst, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"`...)
	dst = append(dst, u.userName...)
	dst = append(dst, `","externalId":"`...)
	dst = append(dst, u.externalID...)
	name, _, _ := strings.Cut(u.userName, "@")
	given, family, _ := strings.Cut(name, ".")
	dst = append(dst, `","name":{"givenName":"`...)
	dst = append(dst, given...)
	dst = append(dst, `","familyName":"`...)
	dst = append(dst, family...)
	dst = append(dst, `"},"displayName":"`...)
	dst = append(dst, given...)
	dst = append(dst, ' ')
	dst = append(dst, family...)
	dst = append(dst, `","active":`...)
	dst = strconv.AppendBool(dst, active)
	dst = append(dst, `,"addresses":[{"type":"work","locality":"Stockholm"}]`...)
	if persona == personaRFC {
		dst = append(dst, `,"emails":[{"type":"work","primary":true,"value":"`...)
		dst = append(dst, u.userName...)
		dst = append(dst, `"},{"type":"home","value":"home.`...)
		dst = append(dst, u.userName...)
		dst = append(dst, `"}],"phoneNumbers":[{"type":"work","value":"tel:+46-8-555-01-00"},{"type":"mobile","value":"tel:+46-70-555-01-01"}]`...)
	}
	dst = append(dst, `,"title":"revision `...)
	dst = strconv.AppendInt(dst, int64(revision), 10)
	dst = append(dst, ", "...)
	if missing := bodySize - (len(dst) - start) - len(`"}`); missing > 0 {
		dst = append(dst, padding[:missing]...)
	}
	return append(dst, `"}`...)
}

// scanID finds the id in the JSON of a resource: the first member of that name,
// in compact JSON or in the form that PostgreSQL prints.
func scanID(body []byte) string {
	value, found := scanMember(body, `"id":`)
	if !found || len(value) == 0 || value[0] != '"' {
		return ""
	}
	id, _, found := bytes.Cut(value[1:], []byte(`"`))
	if !found {
		return ""
	}
	return string(id)
}

// scanTotal finds totalResults in the JSON of a list, -1 if there is none.
func scanTotal(body []byte) int {
	value, _ := scanMember(body, `"totalResults":`)
	total, digits := 0, 0
	for digits < len(value) && digits < 10 && value[digits] >= '0' && value[digits] <= '9' {
		total = 10*total + int(value[digits]-'0')
		digits++
	}
	if digits == 0 {
		return -1
	}
	return total
}

// scanMember returns what follows the first member of a name, without decoding
// the rest: the load must stay cheap.
func scanMember(body []byte, key string) ([]byte, bool) {
	at := bytes.Index(body, []byte(key))
	if at < 0 {
		return nil, false
	}
	return bytes.TrimLeft(body[at+len(key):], " "), true
}
