package idp

import (
	"fmt"
	"slices"
	"strings"
)

// User is a person in the directory, with the properties that JumpCloud has for
// one. Those that a dialect does not map are not sent.
type User struct {
	ID          string `json:"id" yaml:"id"` // the provider's own; made when left out
	Username    string `json:"username" yaml:"username"`
	Email       string `json:"email,omitzero" yaml:"email"`
	FirstName   string `json:"firstName,omitzero" yaml:"firstName"`
	LastName    string `json:"lastName,omitzero" yaml:"lastName"`
	DisplayName string `json:"displayName,omitzero" yaml:"displayName"`
	EmployeeID  string `json:"employeeId,omitzero" yaml:"employeeId"`
	JobTitle    string `json:"jobTitle,omitzero" yaml:"jobTitle"`
	Department  string `json:"department,omitzero" yaml:"department"`
	Manager     string `json:"manager,omitzero" yaml:"manager"` // a username
	WorkStreet  string `json:"workStreet,omitzero" yaml:"workStreet"`
	WorkCity    string `json:"workCity,omitzero" yaml:"workCity"`
	WorkRegion  string `json:"workRegion,omitzero" yaml:"workRegion"`
	WorkPostal  string `json:"workPostalCode,omitzero" yaml:"workPostalCode"`
	WorkCountry string `json:"workCountry,omitzero" yaml:"workCountry"`
	WorkPhone   string `json:"workPhone,omitzero" yaml:"workPhone"`
	Photo       string `json:"photo,omitzero" yaml:"photo"`
	Locale      string `json:"locale,omitzero" yaml:"locale"`

	Suspended bool `json:"suspended,omitzero" yaml:"suspended"` // keeps the account, without access
	Assigned  bool `json:"assigned,omitzero" yaml:"assigned"`   // to the application itself; JumpCloud knows groups alone
	Imported  bool `json:"imported,omitzero" yaml:"-"`          // came from the application
	Deleted   bool `json:"deleted,omitzero" yaml:"-"`           // until the application has been told
}

// Name is what people call the user.
func (u User) Name() string {
	if u.DisplayName != "" {
		return u.DisplayName
	}
	return strings.TrimSpace(u.FirstName + " " + u.LastName)
}

// Group is a group of the directory.
type Group struct {
	ID      string   `json:"id" yaml:"id"`
	Name    string   `json:"name" yaml:"name"`
	Members []string `json:"members" yaml:"members"`      // ids of users; usernames in a file
	Bound   bool     `json:"bound,omitzero" yaml:"bound"` // to the application
	Deleted bool     `json:"deleted,omitzero" yaml:"-"`   // until the application has been told
}

// InputError says which input of a person cannot be taken, and why.
type InputError struct{ Field, Message string }

func (e *InputError) Error() string { return e.Field + " " + e.Message }

func invalid(field, format string, values ...any) error {
	return &InputError{Field: field, Message: fmt.Sprintf(format, values...)}
}

// Directory holds people and groups in the order in which they came. It is not
// safe for parallel use: [Provider] guards it.
type Directory struct {
	Users  []*User  `json:"users"`
	Groups []*Group `json:"groups"`

	byID   map[string]*User
	byName map[string]*User // folded username, of users that are not deleted
}

// index makes the maps anew.
func (d *Directory) index() {
	d.byID, d.byName = make(map[string]*User, len(d.Users)), make(map[string]*User, len(d.Users))
	for _, u := range d.Users {
		d.note(u)
	}
}

func (d *Directory) note(u *User) {
	d.byID[u.ID] = u
	if !u.Deleted {
		d.byName[strings.ToLower(u.Username)] = u
	}
}

// user finds somebody by username, whose case does not count.
func (d *Directory) user(username string) (*User, error) {
	if u := d.byName[strings.ToLower(username)]; u != nil {
		return u, nil
	}
	return nil, invalid("username", "%q is nobody in the directory", username)
}

// group finds a group by its name.
func (d *Directory) group(name string) (*Group, error) {
	for _, g := range d.Groups {
		if g.Name == name && !g.Deleted {
			return g, nil
		}
	}
	return nil, invalid("name", "%q is no group of the directory", name)
}

// addUser takes a user whose id is set.
func (d *Directory) addUser(u User) error {
	if err := d.checkUser(u); err != nil {
		return err
	}
	d.Users = append(d.Users, &u)
	d.note(&u)
	return nil
}

func (d *Directory) checkUser(u User) error {
	if strings.TrimSpace(u.Username) == "" {
		return invalid("username", "is missing")
	}
	if other := d.byName[strings.ToLower(u.Username)]; other != nil && other.ID != u.ID {
		return invalid("username", "%q is taken in the directory", u.Username)
	}
	return nil
}

// replaceUser changes a user, whose id stays.
func (d *Directory) replaceUser(old *User, u User) error {
	u.ID = old.ID
	if err := d.checkUser(u); err != nil {
		return err
	}
	delete(d.byName, strings.ToLower(old.Username))
	*old = u
	d.note(old)
	return nil
}

// dropUser forgets a user for good.
func (d *Directory) dropUser(id string) {
	u := d.byID[id]
	if u == nil {
		return
	}
	delete(d.byID, id)
	if d.byName[strings.ToLower(u.Username)] == u {
		delete(d.byName, strings.ToLower(u.Username))
	}
	d.Users = slices.DeleteFunc(d.Users, func(u *User) bool { return u.ID == id })
}

func (d *Directory) dropGroup(id string) {
	d.Groups = slices.DeleteFunc(d.Groups, func(g *Group) bool { return g.ID == id })
}

// bound gives the groups that are bound to the application.
func (d *Directory) bound() []*Group {
	var list []*Group
	for _, g := range d.Groups {
		if g.Bound && !g.Deleted {
			list = append(list, g)
		}
	}
	return list
}

// scope is who reaches the application: the members of its groups and, where
// the provider knows them, those assigned by themselves. Deleted people are in
// no scope; suspended ones are, without being active.
func (d *Directory) scope(direct bool) map[string]bool {
	in := map[string]bool{}
	for _, g := range d.bound() {
		for _, id := range g.Members {
			if u := d.byID[id]; u != nil && !u.Deleted {
				in[id] = true
			}
		}
	}
	if direct {
		for _, u := range d.Users {
			if u.Assigned && !u.Deleted {
				in[u.ID] = true
			}
		}
	}
	return in
}
