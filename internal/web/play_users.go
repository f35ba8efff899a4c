package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// playDirectoryRoutes are those of people and groups, which every provider has.
func (p *pages) playDirectoryRoutes(r chi.Router) {
	r.Get("/users", p.play((*play).listUsers))
	r.Get("/users/new", p.play((*play).newUser))
	r.Post("/users/new", p.playEdit((*play).addUser))
	r.Get("/users/edit", p.play((*play).editUser))
	r.Post("/users/edit", p.playEdit((*play).changeUser))
	r.Post("/users/suspend", p.playEdit((*play).suspendUser))
	r.Post("/users/assign", p.playEdit((*play).assignUser))
	r.Get("/users/delete", p.play((*play).askToDeleteUser))
	r.Post("/users/delete", p.playEdit((*play).deleteUser))
	p.playGroupRoutes(r)
}

// playUser is somebody in the directory.
type playUser struct {
	idp.UserView
	StateKind    string
	Edit, Delete string
	Shown        []string // of the groups
	More         int
}

var playUserKinds = map[idp.UserState]string{idp.StatePending: "info", idp.StateProvisioned: "success", idp.StateDeactivated: "warning"}

func (c *play) viewUser(u idp.UserView) playUser {
	view := playUser{
		UserView: u, StateKind: playUserKinds[u.State], Shown: u.Groups[:min(len(u.Groups), 3)],
		Edit: c.at("users/edit", "username", u.Username), Delete: c.at("users/delete", "username", u.Username),
	}
	view.More = len(u.Groups) - len(view.Shown)
	return view
}

type playUsersPage struct {
	playPage
	Users       []playUser
	Total       int
	Query       string
	Find        string
	New, Import string
	Suspend     string
	Assign      string
	Unmanaged   int
	First, Next string
}

// playShown is how long a page of a directory is.
const playShown = 25

func (c *play) listUsers() error {
	w := wordsOfKind(c.sim.Kind)
	page := playUsersPage{
		playPage: c.page(w.People, "users"), Query: c.query("q"), Find: c.at("users"), New: c.at("users/new"), Suspend: c.at("users/suspend"),
	}
	if w.Direct {
		page.Assign = c.at("users/assign")
	}
	state := c.sim.State()
	if c.sim.Kind != idp.Entra {
		page.Import = c.at("import")
	}
	from, seen := c.offset(), 0
	for _, u := range state.Provider.Users {
		page.Total++
		if u.Unmanaged {
			page.Unmanaged++
		}
		if !playFinds(page.Query, u.Username, u.Name(), u.FirstName+" "+u.LastName) {
			continue
		}
		if seen++; seen > from && len(page.Users) < playShown {
			page.Users = append(page.Users, c.viewUser(u))
		}
	}
	page.First, page.Next = c.turn("users", from, seen, "q", page.Query)
	return c.show("play-users", page)
}

// playFinds says whether words are a part of one of some texts, in any case.
func playFinds(words string, texts ...string) bool {
	words = strings.ToLower(words)
	return words == "" || slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(strings.ToLower(text), words) })
}

// turn gives the addresses of the first and the next page of a list.
func (c *play) turn(path string, from, total int, pairs ...string) (first, next string) {
	if from > 0 {
		first = c.at(path, pairs...)
	}
	if from+playShown < total {
		next = c.at(path, append(pairs, "from", strconv.Itoa(from+playShown))...)
	}
	return first, next
}

type playUserPage struct {
	playPage
	Form     form
	Username string // of who is changed; empty for somebody new
	Groups   []choice
	Action   string
	Back     string
	Managers []string
}

// playMostChoices is how many people and groups a form offers to choose from.
const playMostChoices = 60

func (c *play) showUser(status int, f form, username string) error {
	title := "Add a person"
	page := playUserPage{Form: f, Username: username, Action: c.at("users/new"), Back: c.at("users")}
	if username != "" {
		title, page.Action = "Edit "+username, c.at("users/edit")
	}
	page.playPage = c.page(title, "users")
	view := c.sim.State().Provider
	if len(view.Groups) <= playMostChoices {
		for _, g := range view.Groups {
			hint := ""
			if g.Bound {
				hint = page.Words.Bound
			}
			page.Groups = append(page.Groups, choice{g.Name, g.Name, hint})
		}
	}
	for i, u := range view.Users {
		if i < playMostChoices && u.Username != username {
			page.Managers = append(page.Managers, u.Username)
		}
	}
	return c.showAs(status, "play-user", page)
}

func (c *play) newUser() error { return c.showUser(http.StatusOK, newForm(), "") }

// findUser finds somebody by username.
func (c *play) findUser(username string) (idp.UserView, error) {
	for _, u := range c.sim.State().Provider.Users {
		if strings.EqualFold(u.Username, username) {
			return u, nil
		}
	}
	return idp.UserView{}, refuse(http.StatusNotFound, "The directory of this simulation has nobody called %q.", username)
}

func (c *play) editUser() error {
	u, err := c.findUser(c.query("username"))
	if err != nil {
		return err
	}
	f := newForm("username", u.Username, "firstName", u.FirstName, "lastName", u.LastName, "email", u.Email, "employeeId", u.EmployeeID,
		"jobTitle", u.JobTitle, "workCity", u.WorkCity, "department", u.Department, "manager", u.Manager)
	f.Values["groups"] = u.Groups
	return c.showUser(http.StatusOK, f, u.Username)
}

// fill puts what was typed into a user.
func (f form) fill(u *idp.User) {
	u.Username, u.FirstName, u.LastName, u.Email = f.Value("username"), f.Value("firstName"), f.Value("lastName"), f.Value("email")
	u.EmployeeID, u.JobTitle, u.WorkCity = f.Value("employeeId"), f.Value("jobTitle"), f.Value("workCity")
	u.Department, u.Manager = f.Value("department"), f.Value("manager")
}

// personForm reads the form of a person. What real providers ask for is asked for here.
func (c *play) personForm() (form, error) {
	f, err := c.form()
	if err != nil {
		return f, err
	}
	for field, name := range map[string]string{"username": "a username, such as ann@example.com", "firstName": "a first name", "lastName": "a last name"} {
		if f.Value(field) == "" {
			f.refuse(field, "Give "+name+".")
		}
	}
	return f, nil
}

var playUserFields = map[string]string{"username": "username", "manager": "manager"}

func (c *play) addUser() error {
	f, err := c.personForm()
	if err != nil {
		return err
	}
	if f.Errors != nil {
		return c.showUser(http.StatusUnprocessableEntity, f, "")
	}
	var u idp.User
	f.fill(&u)
	provider := c.sim.Provider()
	if u, err = provider.AddUser(u); err != nil {
		if f.refusedInput(err, playUserFields, "username") {
			return c.showUser(http.StatusUnprocessableEntity, f, "")
		}
		return err
	}
	for _, name := range f.Values["groups"] {
		if err := provider.AddMembers(name, u.Username); err != nil {
			return c.told(err, c.at("users"), "")
		}
	}
	return c.told(nil, c.at("users"), "Added "+u.Username+"."+c.reach(u.Username))
}

// reach says what somebody lacks to reach the application.
func (c *play) reach(username string) string {
	u, err := c.findUser(username)
	if err != nil || u.State != idp.StateNone || u.Suspended {
		return ""
	}
	switch c.sim.Kind {
	case idp.JumpCloud:
		return " Nothing is sent until a bound user group has this person."
	default:
		return " Nothing is sent until this person is assigned, or a group that is."
	}
}

func (c *play) changeUser() error {
	f, err := c.personForm()
	if err != nil {
		return err
	}
	was := f.Value("of")
	old, err := c.findUser(was)
	if err != nil {
		return err
	}
	if f.Errors != nil {
		return c.showUser(http.StatusUnprocessableEntity, f, was)
	}
	provider := c.sim.Provider()
	now, err := provider.EditUser(was, func(u *idp.User) { f.fill(u) })
	if err != nil {
		if f.refusedInput(err, playUserFields, "username") {
			return c.showUser(http.StatusUnprocessableEntity, f, was)
		}
		return err
	}
	if len(c.sim.State().Provider.Groups) <= playMostChoices { // else the form has none
		if err := c.moveTo(old.Groups, f.Values["groups"], now.Username); err != nil {
			return c.told(err, c.at("users"), "")
		}
	}
	return c.told(nil, c.at("users"), "Saved "+now.Username+".")
}

// moveTo makes the groups of somebody those that were chosen.
func (c *play) moveTo(old, chosen []string, username string) error {
	provider := c.sim.Provider()
	for _, name := range old {
		if !slices.Contains(chosen, name) {
			if err := provider.RemoveMembers(name, username); err != nil {
				return err
			}
		}
	}
	for _, name := range chosen {
		if !slices.Contains(old, name) {
			if err := provider.AddMembers(name, username); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *play) suspendUser() error {
	f, err := c.form()
	if err != nil {
		return err
	}
	name, suspended := f.Value("username"), f.Value("suspended") == "true"
	_, err = c.sim.Provider().EditUser(name, func(u *idp.User) { u.Suspended = suspended })
	done := "Activated " + name + "."
	if suspended {
		done = "Suspended " + name + "."
	}
	return c.told(err, c.back(), done)
}

func (c *play) assignUser() error {
	f, err := c.form()
	if err != nil {
		return err
	}
	name, assigned := f.Value("username"), f.Value("assigned") == "true"
	_, err = c.sim.Provider().EditUser(name, func(u *idp.User) { u.Assigned = assigned })
	done := "The assignment of " + name + " was removed."
	if assigned {
		done = "Assigned " + name + "."
	}
	return c.told(err, c.back(), done)
}

func (c *play) askToDeleteUser() error {
	u, err := c.findUser(c.query("username"))
	if err != nil {
		return err
	}
	text := "The person leaves the directory and its groups. Nothing was provisioned, so nothing is sent."
	if u.Target != "" {
		text = "The person leaves the directory and its groups. The account in Cinode is deactivated, and not deleted."
	}
	return c.confirm("Delete a person", confirmPage{
		Question: "Delete " + u.Username + "?", Text: text, Action: c.at("users/delete"), Fields: []pair{{"username", u.Username}}, Button: "Delete", Back: c.at("users"),
	})
}

func (c *play) deleteUser() error {
	f, err := c.form()
	if err != nil {
		return err
	}
	name := f.Value("username")
	return c.told(c.sim.Provider().DeleteUser(name), c.at("users"), "Deleted "+name+".")
}
