package idp

import "strings"

// operations writes changes in the dialect that is spoken. active is nil where it
// stays. Attributes that became empty are left out: Entra ID skips what is null.
//
// Without the flag each attribute is an operation of its own. With it, attributes
// that are replaced share one operation without a path, whose keys are the paths, and
// a path that selects an element stays one.
func (e *entra) operations(changes []Change, active *bool) []object {
	var list []object
	var together object
	for _, c := range changes {
		switch {
		case c.To == "" || c.Field == entraManager:
		case !e.options.AADOptIn:
			list = append(list, operation(e.op(c.From), c.Field, c.To))
		case c.From == "" || strings.Contains(c.Field, "["):
			list = append(list, operation(e.op(c.From), c.Field, c.To))
		default:
			together = append(together, member{c.Field, c.To})
		}
	}
	switch {
	case active == nil:
	case e.options.AADOptIn:
		together = append(together, member{"active", *active})
	case *active:
		list = append(list, operation("Replace", "active", "True"))
	default:
		list = append(list, operation("Replace", "active", "False"))
	}
	if len(together) > 0 {
		list = append(list, operation("replace", "", together))
	}
	return list
}

// op adds what was not there and replaces what was.
func (e *entra) op(from string) string {
	if from == "" {
		return e.word("Add")
	}
	return e.word("Replace")
}

// word is the name of an operation.
func (e *entra) word(op string) string {
	if e.options.AADOptIn {
		return strings.ToLower(op)
	}
	return op
}

// managerOperation sets the manager as a plain text, and takes it away with an empty one.
func (e *entra) managerOperation(c Change) object {
	if c.To == "" {
		return operation(e.word("Replace"), entraManager, "")
	}
	return operation(e.op(c.From), entraManager, c.To)
}

// linked is an element of members as Entra ID writes it.
func linked(target string) []object { return []object{{{"$ref", nil}, {"value", target}}} }

func (e *entra) addMember(target string) object {
	return operation(e.word("Add"), "members", linked(target))
}

func (e *entra) removeMember(target string) object {
	if e.options.AADOptIn {
		return operation("remove", "members[value eq "+quoteValue(target)+"]", nil)
	}
	return operation("Remove", "members", linked(target))
}

// newUser is the body of a POST: the mapped attributes that have a value, with the
// meta and the empty roles that Entra ID always sends.
func (e *entra) newUser(u User) object {
	has := map[string]string{}
	for _, a := range e.mapped(u) {
		has[a.name] = a.value
	}
	schemas := []string{userURN, enterpriseURN}
	if e.mapping == entraCinode {
		schemas = schemas[:1]
	}
	body := object{{"schemas", schemas}, {"externalId", has["externalId"]}, {"userName", u.Username}, {"active", true}}
	add := func(key string, value object) {
		if len(value) > 0 {
			body = append(body, member{key, value})
		}
	}
	list := func(key string, first object, value object) {
		if len(value) > 0 {
			body = append(body, member{key, []object{append(first, value...)}})
		}
	}
	text := func(key string) {
		if has[key] != "" {
			body = append(body, member{key, has[key]})
		}
	}
	list("addresses", object{{"type", "work"}}, some(has, `addresses[type eq "work"].`, "streetAddress", "locality", "region", "postalCode", "country"))
	text("displayName")
	list("emails", object{{"primary", true}, {"type", "work"}}, some(has, `emails[type eq "work"].`, "value"))
	body = append(body, member{"meta", object{{"resourceType", "User"}}})
	add("name", some(has, "name.", "formatted", "familyName", "givenName"))
	list("phoneNumbers", object{{"primary", true}, {"type", "work"}}, some(has, `phoneNumbers[type eq "work"].`, "value"))
	text("preferredLanguage")
	body = append(body, member{"roles", []string{}})
	text("title")
	add(enterpriseURN, some(has, enterpriseURN+":", "employeeNumber", "department"))
	return body
}

// some are those of the sub-attributes that have a value.
func some(has map[string]string, prefix string, names ...string) object {
	var o object
	for _, name := range names {
		if value := has[prefix+name]; value != "" {
			o = append(o, member{name, value})
		}
	}
	return o
}
