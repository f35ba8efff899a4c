package scenario

import (
	"net/url"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// checkSync compares the target with all that the directory asks for: everybody is
// there once, active as they should be, and the groups that are looked after have
// their members. Others of the target are nobody's business.
func (c *checker) checkSync() {
	view := c.provider().View()
	users, err := c.all(c.ctx, "Users")
	if err != nil {
		c.wrong("%v", err)
		return
	}
	by := map[string][]resource{}
	for _, u := range users {
		name := strings.ToLower(u.text("userName"))
		by[name] = append(by[name], u)
		c.known[u.id()] = name
	}
	for _, u := range view.Users {
		c.compareUser(u, by[strings.ToLower(u.Username)])
	}
	given := map[string]bool{} // to the target
	for _, u := range view.Users {
		given[u.Username] = u.Target != ""
	}
	for _, g := range view.Groups {
		switch {
		case !view.Connection.Groups || !g.Bound:
		case g.Target != "":
			c.compareGroup(g, given)
		case slices.ContainsFunc(g.Members, func(m string) bool { return given[m] }):
			c.wrong("the group %s is not provisioned", g.Name)
		}
	}
	if view.Pending > 0 {
		c.wrong("%s still to be sent", plural(view.Pending, "change is", "changes are"))
	}
}

func (c *checker) compareUser(u idp.UserView, found []resource) {
	switch {
	case u.State == idp.StateNone:
	case len(found) != 1:
		c.wrong("the target has %s %s, not once", u.Username, plural(len(found), "time", "times"))
	case found[0].id() != u.Target:
		c.wrong("%s has the id %s on the target, and the provider remembers %s", u.Username, found[0].id(), u.Target)
	case u.State == idp.StateProvisioned && found[0].text("active") == "false":
		c.wrong("%s is inactive on the target, and should be active", u.Username)
	case u.State == idp.StateDeactivated && found[0].text("active") != "false":
		c.wrong("%s is active on the target, and should not be", u.Username)
	}
}

func (c *checker) compareGroup(g idp.GroupView, given map[string]bool) {
	var whole resource
	if err := c.read(c.ctx, "/Groups/"+url.PathEscape(g.Target), &whole); err != nil {
		c.wrong("the group %s: %v", g.Name, err)
		return
	}
	if name := whole.text("displayName"); name != g.Name {
		c.wrong("the group %s is called %s on the target", g.Name, name)
	}
	got := map[string]bool{}
	for _, id := range whole.members() {
		got[c.nameOf(id)] = true
	}
	var missing []string
	for _, member := range g.Members {
		if given[member] && !got[strings.ToLower(member)] {
			missing = append(missing, member)
		}
	}
	if len(missing) > 0 {
		c.wrong("the group %s lacks %s", g.Name, listed(missing))
	}
}
