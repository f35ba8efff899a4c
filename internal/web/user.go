package web

import (
	"net/http"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// placeLink is a link to the page about a group, a Team, a Role or a user.
type placeLink struct {
	Name     string
	URL      string
	Indirect bool // by a group that is in it
}

type userPage struct {
	frame
	User       admin.User
	Active     bool
	IsReleased bool
	Attributes []attributeRow
	Document   documentView
	Manager    *placeLink
	Groups     []placeLink
	MoreGroups int
	Teams      []placeLink
	Roles      []placeLink
	Company    bool
	History    historyView
	Back       string

	Disconnect, Reconnect, Release, Delete string
}

// groupsShown is how many groups of a user are shown.
const groupsShown = 100

// user is the one in the path.
func (v *visit) user() (admin.User, error) {
	id, err := v.id("user")
	if err != nil {
		return admin.User{}, err
	}
	return v.Admin.User(v.r.Context(), v.Tenant.ID, id)
}

func (v *visit) showUser() error {
	u, err := v.user()
	if err != nil {
		return err
	}
	document, err := v.Documents(v.r, v.Tenant)
	if err != nil {
		return err
	}
	groups, more := v.groupLinks(u.Resource.Links)
	note := ""
	if more > 0 {
		note = "It shows the groups of this page."
		u.Resource.Links = u.Resource.Links[:groupsShown]
	}
	text := document(u.Resource)
	page := userPage{
		frame: v.frame(u.DisplayName), User: u, Active: u.Status == cinode.StatusActive, Attributes: attributesOf(text), Document: viewDocument(text, note, v.userURL(u.ID, "json")),
		Company: v.Tenant.HasCompany(), Back: v.url("users"), IsReleased: strings.HasPrefix(u.UserName, "released-"),
		Disconnect: v.userURL(u.ID, "disconnect"), Reconnect: v.userURL(u.ID, "reconnect"),
		Release: v.userURL(u.ID, "release"), Delete: v.userURL(u.ID, "delete"),
	}
	if m := u.Resource.Manager; m != nil {
		page.Manager = &placeLink{Name: m.Display, URL: v.userURL(m.ID)}
	}
	page.Groups, page.MoreGroups = groups, more
	company, err := v.Admin.CompanyOf(v.r.Context(), v.Tenant.ID, u.ID)
	if err != nil {
		return err
	}
	page.Teams, page.Roles = v.unitLinks(company.Teams), v.unitLinks(company.Roles)
	if page.History, err = v.history("Users", u.ID); err != nil {
		return err
	}
	return v.show("user", page)
}

func (v *visit) sendUser() error {
	u, err := v.user()
	if err != nil {
		return err
	}
	return v.sendDocument(u.Resource)
}

func (v *visit) groupLinks(links []store.Link) (list []placeLink, more int) {
	for i, l := range links {
		if i == groupsShown {
			return list, len(links) - i
		}
		list = append(list, placeLink{Name: l.Display, URL: v.placeURL("groups", l.ID), Indirect: l.Indirect})
	}
	return list, 0
}

func (v *visit) unitLinks(units []cinode.Unit) []placeLink {
	var list []placeLink
	for _, u := range units {
		list = append(list, placeLink{Name: u.Name, URL: v.unitURL(u.Kind, u.ID)})
	}
	return list
}

func (v *visit) askToDisconnect() error {
	u, err := v.user()
	if err != nil {
		return err
	}
	return v.confirm("Disconnect a user", confirmPage{
		Question: "Disconnect " + u.DisplayName + "?",
		Text:     "The user can no longer sign in to Cinode, and stays here with active false. An identity provider that still has the user may reconnect it at its next run.",
		Action:   v.userURL(u.ID, "disconnect"), Button: "Disconnect", Back: v.userURL(u.ID),
	})
}

func (v *visit) disconnectUser() error { return v.setActive(false, "Disconnected ") }

func (v *visit) reconnectUser() error { return v.setActive(true, "Reconnected ") }

func (v *visit) setActive(active bool, done string) error {
	id, err := v.id("user")
	if err != nil {
		return err
	}
	u, err := v.Admin.SetActive(v.r.Context(), v.by(), v.Tenant, id, active)
	if err != nil {
		return err
	}
	return v.done(v.userURL(id), done+u.DisplayName+".")
}

type releasePage struct {
	frame
	User admin.User
	Form form
	Back string
}

func (v *visit) showRelease() error {
	u, err := v.user()
	if err != nil {
		return err
	}
	if u.Status == cinode.StatusActive {
		return refuse(http.StatusConflict, "%s is active. Disconnect the user first: only then its e-mail can be given to another.", u.DisplayName)
	}
	return v.showReleaseForm(http.StatusOK, u, newForm())
}

func (v *visit) showReleaseForm(status int, u admin.User, f form) error {
	return v.showAs(status, "user-release", releasePage{frame: v.frame("Release an e-mail"), User: u, Form: f, Back: v.userURL(u.ID)})
}

func (v *visit) releaseEmail() error {
	u, err := v.user()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	var replacement *string
	if typed := f.Value("userName"); typed != "" {
		replacement = &typed
	}
	after, err := v.Admin.ReleaseEmail(v.r.Context(), v.by(), v.Tenant, u.ID, replacement)
	if err != nil {
		if f.refused(err, "userName") {
			return v.showReleaseForm(http.StatusUnprocessableEntity, u, f)
		}
		return err
	}
	return v.done(v.userURL(u.ID), "Released "+u.UserName+". The user is now called "+after.UserName+".")
}

func (v *visit) askToDeleteUser() error {
	u, err := v.user()
	if err != nil {
		return err
	}
	return v.confirm("Delete a user", confirmPage{
		Question: "Delete " + u.DisplayName + " for good?",
		Text: "Removes " + u.UserName + " with its memberships of groups, Teams and Roles. This cannot be undone. " +
			"An identity provider that still has the user will create it anew, under another id.",
		Action: v.userURL(u.ID, "delete"), Button: "Delete for good", Back: v.userURL(u.ID),
	})
}

func (v *visit) deleteUser() error {
	u, err := v.user()
	if err != nil {
		return err
	}
	if err := v.Admin.DeleteUser(v.r.Context(), v.by(), v.Tenant.ID, u.ID); err != nil {
		return err
	}
	return v.done(v.url("users"), "Deleted "+u.DisplayName+".")
}
