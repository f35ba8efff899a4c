package journal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// personalNames are attributes that tell of a person, folded, without the
// complex attribute or URN that they are in.
var personalNames = set("userName", "displayName", "name", "givenName", "familyName", "middleName", "formatted", "honorificPrefix",
	"honorificSuffix", "nickName", "profileUrl", "title", "jobTitle", "emails", "email", "mail", "phoneNumbers", "phoneNumber", "phones",
	"phone", "mobile", "ims", "photos", "photo", "addresses", "address", "streetAddress", "locality", "region", "postalCode", "country",
	"externalId", "employeeNumber", "display", "x509Certificates", "firstName", "lastName", "fullName", "userPrincipalName",
	"EmploymentStartDate")

// impersonal are sub-attributes that tell nothing even inside of such.
var impersonal = set("type", "primary", "$ref", "schemas", "op", "path", "id")

// public are attributes whose comparands in a filter stay as they are.
var public = set("id", "type", "primary", "active", "members", "members.value", "groups", "groups.value", "schemas", "resourceType",
	"userType", "meta", "meta.resourceType", "meta.created", "meta.lastModified", "meta.version", "meta.location")

// kinds are the canonical values of type.
var kinds = set("work", "home", "other", "mobile", "fax", "pager")

func set(names ...string) map[string]bool {
	out := map[string]bool{}
	for _, name := range names {
		out[fold(name)] = true
	}
	return out
}

// personalName judges the name of a member: an attribute, or a path of Entra's
// PATCH values without one. name is folded.
func (w *walk) personalName(name string, scalar bool) bool {
	if name == "name" && scalar && w.discovery {
		return false
	}
	return personalPath(name)
}

// personalPath reports whether a path leads to something personal.
func personalPath(path string) bool {
	path = fold(path)
	if strings.HasPrefix(path, "urn:") {
		if before, _, ok := strings.Cut(path, "["); ok {
			path = path[strings.LastIndexByte(before, ':')+1:]
		} else {
			path = path[strings.LastIndexByte(path, ':')+1:]
		}
	}
	attribute, last := path, ""
	if i := strings.IndexAny(path, ".["); i >= 0 {
		attribute, last = path[:i], path[strings.LastIndexAny(path, ".]")+1:]
	}
	return !impersonal[last] && (personalNames[attribute] || personalNames[last])
}

const (
	pseudonymMark = "pii-"
	pseudonymHost = "@masked.invalid"
)

var pseudonymous = regexp.MustCompile(`^pii-[0-9a-f]{12}(@masked\.invalid)?$`)

// pseudonym stands for a value: the same for the same, of the shape of an e-mail
// address where the value is one.
func (p masking) pseudonym(s string) string {
	if s == "" || s == Masked || pseudonymous.MatchString(s) {
		return s
	}
	mac := hmac.New(sha256.New, p.key[:])
	mac.Write([]byte(s))
	out := pseudonymMark + hex.EncodeToString(mac.Sum(nil)[:6])
	if strings.IndexByte(s, '@') > 0 {
		out += pseudonymHost
	}
	return out
}

// addresses masks the words of a text that are e-mail addresses.
func (p masking) addresses(s string) string {
	if strings.IndexByte(s, '@') < 0 {
		return s
	}
	var out strings.Builder
	for len(s) > 0 {
		start := strings.IndexFunc(s, inAddress)
		if start < 0 {
			break
		}
		end := strings.IndexFunc(s[start:], func(r rune) bool { return !inAddress(r) })
		if end < 0 {
			end = len(s) - start
		}
		word := s[start : start+end]
		if bare := strings.Trim(word, "."); len(bare) > 2 && strings.IndexByte(bare, '@') >= 0 {
			word = strings.Replace(word, bare, p.pseudonym(bare), 1)
		}
		out.WriteString(s[:start] + word)
		s = s[start+end:]
	}
	return out.String() + s
}

func inAddress(r rune) bool {
	return !strings.ContainsRune(" \t\r\n\"'<>()[]{},;:=&?/\\", r)
}

// prose masks a sentence for people. With PII what it quotes is masked, unless it
// is a name of the protocol.
func (p masking) prose(s string) string {
	s = p.secrets(s, false)
	if !p.PII {
		return s
	}
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(s, `"`)
		if !ok {
			break
		}
		end := quotationEnd(rest)
		quoted := strings.TrimSuffix(rest[:end], `"`)
		out.WriteString(p.addresses(before) + `"` + p.quotation(quoted))
		if s = rest[end:]; len(quoted) < end {
			out.WriteByte('"')
		}
	}
	return out.String() + p.addresses(s)
}

// quotationEnd is behind the quote that ends what one before s has begun.
func quotationEnd(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

func (p masking) quotation(s string) string {
	name := fold(s)
	if strings.HasPrefix(name, "urn:ietf:") || personalNames[name] || impersonal[name] || public[name] || len(name) <= 2 {
		return s
	}
	if kinds[name] {
		return s
	}
	if personalNames[name[strings.LastIndexByte(name, '.')+1:]] && !strings.ContainsAny(name, " @") {
		return s
	}
	return p.pseudonym(s)
}

// comparands masks what a filter compares with, unless the attribute is known to
// tell nothing of a person.
func (p masking) comparands(s string) string {
	var out strings.Builder
	var attribute, word, outer string // the word before the operator, and the last one
	compared := false                 // what comes now belongs to a comparand, unless it joins
	for len(s) > 0 {
		end := strings.IndexAny(s, " \t\r\n()[]\"")
		switch c := s[0]; {
		case c == '"':
			end = stringEnd(s, 0)
			out.WriteString(p.literal(s[:end], nameIn(outer, attribute)))
			attribute, word, compared = "", "", true
		case end == 0: // white space or a bracket
			switch end = 1; c {
			case '[':
				outer = word
			case ']':
				outer = ""
			}
			out.WriteByte(c)
		default:
			if end < 0 {
				end = len(s)
			}
			next := s[:end]
			switch {
			case attribute != "", compared && !joins(next): // a comparand without quotes
				out.WriteString(p.literal(next, nameIn(outer, attribute)))
				attribute, word, compared = "", "", true
			case word != "" && len(next) == 2 && operatorAt(next+" ") > 0:
				out.WriteString(next)
				attribute = word
			default:
				out.WriteString(p.addresses(next))
				word, compared = next, false
			}
		}
		s = s[end:]
	}
	return out.String()
}

// joins reports whether a word goes on with a filter behind a comparison; so does
// the rest of a path, behind its bracket.
func joins(word string) bool {
	return strings.EqualFold(word, "and") || strings.EqualFold(word, "or") || word[0] == '.' || word[0] == ':' || word == Masked
}

func nameIn(outer, attribute string) string {
	if outer == "" {
		return fold(attribute)
	}
	return fold(outer + "." + attribute)
}

func (p masking) literal(raw, attribute string) string {
	attribute = attribute[strings.LastIndexByte(attribute, ':')+1:]
	last := attribute[strings.LastIndexByte(attribute, '.')+1:]
	if public[attribute] || impersonal[last] || raw == "true" || raw == "false" || raw == "null" {
		return raw
	}
	if raw[0] != '"' {
		return p.pseudonym(raw)
	}
	plain, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		plain = []byte(strings.Trim(raw, `"`))
	}
	quoted, _ := jsontext.AppendQuote(nil, p.pseudonym(string(plain)))
	return string(quoted)
}

// changes masks differences: of what tells of a person the values, of secrets
// all.
func (p masking) changes(changes []Change) []Change {
	if changes == nil {
		return nil
	}
	out := make([]Change, len(changes))
	for i, c := range changes {
		out[i] = Change{Resource: c.Resource, Path: p.filter(c.Path), Before: p.changed(c.Path, c.Before), After: p.changed(c.Path, c.After)}
	}
	return out
}

func (p masking) changed(path, value string) string {
	switch {
	case value == "" || value == "null":
		return value
	case secretName(path):
		return `"` + Masked + `"`
	}
	// As a PATCH it is masked by the same rules.
	operation, _ := jsontext.AppendQuote([]byte(`{"path":`), strings.ToValidUTF8(path, "\uFFFD"))
	head := string(operation) + `,"value":`
	body := p.body([]byte(head+value+"}"), 0)
	masked, ok := strings.CutPrefix(string(body), head)
	if !ok { // the path was masked as well
		if _, masked, ok = strings.Cut(string(body), `,"value":`); !ok {
			return `"` + Masked + `"`
		}
	}
	return strings.TrimSuffix(masked, "}")
}
