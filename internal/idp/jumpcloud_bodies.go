package idp

// Bodies in the order of keys that idp-profiles.md 1.2 and 1.3 record. The `cinode`
// dialect keeps that order for the attributes it has.

// attributes gives what is sent of a user, under the names that it has in the application.
func (j *jumpCloud) attributes(u User) []attribute {
	list := []attribute{
		{"userName", u.Username}, {"externalId", u.EmployeeID},
		{"name.givenName", u.FirstName}, {"name.familyName", u.LastName},
		{j.jobTitle, u.JobTitle}, {"addresses.locality", u.WorkCity},
	}
	if j.dialect == DialectCinode {
		return list
	}
	return []attribute{
		{"userName", u.Username}, {"externalId", u.ID}, {"displayName", u.Name()},
		{"name.givenName", u.FirstName}, {"name.familyName", u.LastName},
		{"emails.value", u.Email}, {"phoneNumbers.value", u.WorkPhone},
		{"addresses.streetAddress", u.WorkStreet}, {"addresses.locality", u.WorkCity}, {"addresses.region", u.WorkRegion},
		{"addresses.postalCode", u.WorkPostal}, {"addresses.country", u.WorkCountry},
		{"photos.value", u.Photo}, {"title", u.JobTitle}, {"department", u.Department}, {"locale", u.Locale},
	}
}

// created is the body of a POST.
func (j *jumpCloud) created(u User) object {
	if j.dialect == DialectCinode {
		return j.sevenAttributes(u, "", true)
	}
	// The extension is named whether or not there is an object of it, as recorded.
	o := object{{"schemas", []string{userURN, enterpriseURN}}}
	return jumpCloudUser{u}.details(jumpCloudUser{u}.identity(o, true).
		andList("emails", jumpCloudUser{u}.emails(), false).
		andList("phoneNumbers", jumpCloudUser{u}.phones(), false).
		andList("addresses", jumpCloudUser{u}.addresses(), false).
		andList("photos", jumpCloudUser{u}.photos(), false))
}

// replaced is the body of a PUT: the whole user, with empty lists for what was
// cleared, since a list that is left out might be kept.
func (j *jumpCloud) replaced(u User, target string, active bool) object {
	if j.dialect == DialectCinode {
		return j.sevenAttributes(u, target, active)
	}
	o := object{{"schemas", []string{enterpriseURN, userURN}}, {"id", target}}
	return jumpCloudUser{u}.details(jumpCloudUser{u}.identity(o, active).
		andList("emails", jumpCloudUser{u}.emails(), true).
		andList("addresses", jumpCloudUser{u}.addresses(), true).
		andList("phoneNumbers", jumpCloudUser{u}.phones(), true).
		andList("photos", jumpCloudUser{u}.photos(), true))
}

// sevenAttributes is a user of the `cinode` dialect; target is "" in a POST.
//
// Of the work address only the locality is sent. The article's column of what is
// sent says addresses.locality; addresses.formatted stands in the column of the
// application's own names, and is what Cinode makes of it.
func (j *jumpCloud) sevenAttributes(u User, target string, active bool) object {
	var work []object
	if u.WorkCity != "" {
		work = []object{{{"type", "work"}, {"locality", u.WorkCity}}}
	}
	o := object{{"schemas", []string{userURN}}}.
		andText("id", target).andText("userName", u.Username).andText("externalId", u.EmployeeID)
	o = append(o, member{"active", active})
	return jumpCloudUser{u}.name(o).andList("addresses", work, target != "").andText(j.jobTitle, u.JobTitle)
}

// andText adds a member, unless it is empty.
func (o object) andText(key, value string) object {
	if value == "" {
		return o
	}
	return append(o, member{key, value})
}

// andList adds a list, unless it is empty and need not be kept.
func (o object) andList(key string, elements []object, kept bool) object {
	switch {
	case len(elements) > 0:
		return append(o, member{key, elements})
	case kept:
		return append(o, member{key, []object{}})
	default:
		return o
	}
}

// jumpCloudUser gives the parts of a user of the `custom` dialect.
type jumpCloudUser struct{ User }

func (u jumpCloudUser) name(o object) object {
	parts := object{}.andText("givenName", u.FirstName).andText("familyName", u.LastName)
	if len(parts) == 0 {
		return o
	}
	return append(o, member{"name", parts})
}

func (u jumpCloudUser) identity(o object, active bool) object {
	o = append(o, member{"userName", u.Username}, member{"externalId", u.ID}, member{"active", active})
	return u.name(o.andText("displayName", u.Name()))
}

// details are what follows the lists.
func (u jumpCloudUser) details(o object) object {
	if o = o.andText("title", u.JobTitle); u.Department != "" {
		o = append(o, member{enterpriseURN, object{{"department", u.Department}}})
	}
	return o.andText("locale", u.Locale).andText("preferredLanguage", u.Locale)
}

// work is the one element of a list, primary and of type work.
func (u jumpCloudUser) work(values object) []object {
	if len(values) == 0 {
		return nil
	}
	return []object{append(object{{"type", "work"}, {"primary", true}}, values...)}
}

func (u jumpCloudUser) emails() []object { return u.work(object{}.andText("value", u.Email)) }
func (u jumpCloudUser) phones() []object { return u.work(object{}.andText("value", u.WorkPhone)) }

func (u jumpCloudUser) addresses() []object {
	return u.work(object{}.andText("streetAddress", u.WorkStreet).andText("locality", u.WorkCity).
		andText("region", u.WorkRegion).andText("postalCode", u.WorkPostal).andText("country", u.WorkCountry))
}

// photos have no type, as recorded.
func (u jumpCloudUser) photos() []object {
	if u.Photo == "" {
		return nil
	}
	return []object{{{"value", u.Photo}}}
}

// groupNamed is the body of a POST of a group: without members, who come one by one.
func groupNamed(name string) object {
	return object{{"schemas", []string{groupURN}}, {"displayName", name}}
}

// pathlessRename names the group in a value without a path, as recorded.
func pathlessRename(name string) object {
	return patch(operation("replace", "", object{{"displayName", name}}))
}

// oneMember adds one member, or removes one by listing its value.
func oneMember(op, target string) object {
	return patch(operation(op, "members", []object{reference(target)}))
}
