package idp

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Okta changes a user by sending the server's own representation back, edited. What
// it does not edit must return as it came, in its order and with its numbers.

// parseObject reads an object whose values stay as they were written.
func parseObject(text string) (object, error) {
	d := jsontext.NewDecoder(strings.NewReader(text))
	if kind := d.PeekKind(); kind != '{' {
		return nil, fmt.Errorf("it is no JSON object, but begins as %v", kind)
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	var o object
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		value, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		o = append(o, member{key, value.Clone()})
	}
	return o, nil
}

// with is the object with a member set at a path of names; nil takes it away.
func (o object) with(value any, path ...string) object {
	at := slices.IndexFunc(o, func(m member) bool { return strings.EqualFold(m.key, path[0]) })
	if len(path) > 1 {
		var inner object
		if at >= 0 {
			inner = innerObject(o[at].value)
		}
		if inner = inner.with(value, path[1:]...); len(inner) == 0 {
			value = nil
		} else {
			value = inner
		}
	}
	switch {
	case value == nil && at < 0:
		return o
	case value == nil:
		return slices.Delete(slices.Clone(o), at, at+1)
	case at < 0:
		return append(o, member{path[0], value})
	}
	o = slices.Clone(o)
	o[at].value = value
	return o
}

// innerObject is a value of an object as an object, empty if it is none.
func innerObject(value any) object {
	switch value := value.(type) {
	case object:
		return value
	case jsontext.Value:
		if inner, err := parseObject(string(value)); err == nil {
			return inner
		}
	}
	return nil
}

// withEmail changes the address that is primary or for work, the first if none is.
func (o object) withEmail(address string) object {
	var list []jsontext.Value
	at := slices.IndexFunc(o, func(m member) bool { return strings.EqualFold(m.key, "emails") })
	if at >= 0 {
		if raw, ok := o[at].value.(jsontext.Value); ok && json.Unmarshal(raw, &list) != nil {
			list = nil
		}
	}
	if len(list) == 0 {
		return o.with([]object{oktaAddress(address)}, "emails")
	}
	chosen := 0
	for i, raw := range slices.Backward(list) {
		var e struct {
			Primary bool   `json:"primary"`
			Type    string `json:"type"`
		}
		if json.Unmarshal(raw, &e) == nil && (e.Primary || strings.EqualFold(e.Type, "work")) {
			chosen = i
		}
	}
	elements := make([]any, len(list))
	for i, raw := range list {
		elements[i] = raw
	}
	elements[chosen] = innerObject(list[chosen]).with(address, "value")
	return o.with(elements, "emails")
}

func oktaAddress(address string) object {
	return object{{"primary", true}, {"value", address}, {"type", "work"}}
}

// edited is the server's representation with the changes of a profile.
func edited(o object, list []Change) object {
	for _, c := range list {
		var value any
		if c.To != "" {
			value = c.To
		}
		rest, extension := strings.CutPrefix(c.Field, enterpriseURN+":")
		switch {
		case c.Field == "email" && c.To != "":
			o = o.withEmail(c.To)
		case c.Field == "email":
			o = o.with(nil, "emails")
		case extension:
			o = o.with(value, enterpriseURN, rest)
		default:
			o = o.with(value, strings.Split(c.Field, ".")...)
		}
	}
	return o
}

// newOktaUser is the body of a POST, with a password that nobody knows and groups
// that are always empty.
func newOktaUser(u User) object {
	body := object{{"schemas", []string{userURN}}, {"userName", u.Username}}
	extension := some(map[string]string{"employeeNumber": u.EmployeeID, "department": u.Department}, "", "employeeNumber", "department")
	if len(extension) > 0 {
		body[0].value = []string{userURN, enterpriseURN}
	}
	if name := some(map[string]string{"givenName": u.FirstName, "familyName": u.LastName}, "", "givenName", "familyName"); len(name) > 0 {
		body = append(body, member{"name", name})
	}
	emails := []object{}
	if address := oktaEmail(u); address != "" {
		emails = append(emails, oktaAddress(address))
	}
	body = append(body, member{"emails", emails}, member{"displayName", u.Name()})
	if u.JobTitle != "" {
		body = append(body, member{"title", u.JobTitle})
	}
	body = append(body, member{"locale", oktaLocale(u)}, member{"externalId", u.ID}, member{"groups", []string{}},
		member{"password", randomPassword()}, member{"active", true})
	if len(extension) > 0 {
		body = append(body, member{enterpriseURN, extension})
	}
	return body
}

// randomPassword is 8 lower-case letters and digits. The user never learns it.
func randomPassword() string { return strings.ToLower(rand.Text()[:8]) }
