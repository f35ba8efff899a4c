package idp

import "strings"

// candidateOf reads a user of the application. The username is the userName as it
// is: the connector finds accounts by userName, so a name that was cut, as to the
// local part of an address, would find nobody when the user is bound, and a second
// account would be made. (JumpCloud's custom import cuts, and breaks on a "+".)
func candidateOf(resource map[string]any) Candidate {
	r := scimUser(resource)
	u := User{
		Username: r.text("userName"), Email: r.primary("emails").text("value"),
		FirstName: r.object("name").text("givenName"), LastName: r.object("name").text("familyName"),
		DisplayName: r.text("displayName"), EmployeeID: r.text("externalId"), JobTitle: r.text("title"),
		Department: r.object(enterpriseURN).text("department"), WorkPhone: r.primary("phoneNumbers").text("value"),
		Photo: r.primary("photos").text("value"), Locale: r.text("locale"), Imported: true,
	}
	address := r.primary("addresses")
	u.WorkStreet, u.WorkCity, u.WorkRegion = address.text("streetAddress"), address.text("locality"), address.text("region")
	u.WorkPostal, u.WorkCountry = address.text("postalCode"), address.text("country")
	active, said := resource["active"].(bool)
	return Candidate{
		ID: r.text("id"), Username: u.Username, Name: u.Name(), Active: active || !said, State: CandidateNew, user: u,
	}
}

// scimUser reads a resource of which nothing is certain.
type scimUser map[string]any

func (r scimUser) text(key string) string {
	value, _ := r[key].(string) // what is no text is none
	return strings.TrimSpace(value)
}

func (r scimUser) object(key string) scimUser {
	value, _ := r[key].(map[string]any)
	return value
}

// primary gives the element of a list that is primary, else that of type work, else
// the first.
func (r scimUser) primary(key string) scimUser {
	elements, _ := r[key].([]any)
	var best scimUser
	rank := -1
	for _, element := range elements {
		e, ok := element.(map[string]any)
		if !ok {
			continue
		}
		is := 0
		if kind, _ := e["type"].(string); strings.EqualFold(kind, "work") {
			is = 1
		}
		if primary, _ := e["primary"].(bool); primary {
			is = 2
		}
		if is > rank {
			best, rank = e, is
		}
	}
	return best
}
