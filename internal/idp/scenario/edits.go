package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// hire adds a person.
type hire struct {
	User   idp.User
	Groups []string
}

// read reads the properties of the person beside the groups.
func (a *hire) read(r *reader, n *yaml.Node, what string) {
	var in struct {
		person
		Groups []string `yaml:"groups"`
	}
	r.into(n, &in, what)
	a.User, a.Groups = idp.User(in.person), in.Groups
}

// person has the keys of a user, and none of its methods.
type person idp.User

func (a *hire) about() string { return a.User.Username + into(a.Groups) }

func into(groups []string) string {
	if len(groups) == 0 {
		return ""
	}
	return " into " + strings.Join(groups, ", ")
}

func (a *hire) run(_ context.Context, p *player) error {
	if _, err := p.provider().AddUser(a.User); err != nil {
		return err
	}
	return p.join(a.User.Username, a.Groups)
}

// join puts a person into groups.
func (p *player) join(username string, groups []string) error {
	for _, g := range groups {
		if err := p.provider().AddMembers(g, username); err != nil {
			return err
		}
	}
	return nil
}

// change sets properties of a person; those that are not named stay.
type change struct {
	User string `yaml:"user"`
	set  []func(*idp.User)
	keys []string
}

func (a *change) read(r *reader, n *yaml.Node, what string) {
	r.members(n, what, []string{"user", "set"}, func(name string, value *yaml.Node) {
		if name == "user" {
			a.User = r.text(value, what+".user")
			return
		}
		if value.Kind != yaml.MappingNode {
			r.refuse(value, "%s.set must be properties with their values", what)
			return
		}
		for i := 0; i+1 < len(value.Content); i += 2 {
			one := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: value.Content[i].Line, Content: value.Content[i : i+2]}
			var check person
			r.into(one, &check, what+".set")
			a.keys = append(a.keys, value.Content[i].Value)
			a.set = append(a.set, func(u *idp.User) {
				kept := person(*u)
				(&reader{}).into(one, &kept, what)
				*u = idp.User(kept)
			})
		}
	})
}

func (a *change) check() string {
	if a.User == "" || len(a.set) == 0 {
		return "name a user, and under set what changes"
	}
	return ""
}

func (a *change) about() string { return a.User + ": " + strings.Join(a.keys, ", ") }

func (a *change) run(_ context.Context, p *player) error {
	_, err := p.provider().EditUser(a.User, func(u *idp.User) {
		for _, set := range a.set {
			set(u)
		}
	})
	return err
}

// move is from one group to another.
type move struct {
	User string `yaml:"user"`
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

func (a *move) about() string { return fmt.Sprintf("%s from %s to %s", a.User, a.From, a.To) }

func (a *move) run(_ context.Context, p *player) error {
	if err := p.provider().AddMembers(a.To, a.User); err != nil {
		return err
	}
	return p.provider().RemoveMembers(a.From, a.User)
}

// leave takes a person's access away.
type leave struct {
	User string `yaml:"user"`
	How  string `yaml:"how"`
}

// How somebody leaves: without access, out of all bound groups, or out of the directory.
const (
	howSuspend  = "suspend"
	howUnassign = "unassign"
	howDelete   = "delete"
)

func (a *leave) about() string {
	if a.How == "" {
		return a.User
	}
	return a.User + " (" + a.How + ")"
}

func (a *leave) check() string {
	if !slices.Contains([]string{"", howSuspend, howUnassign, howDelete}, a.How) {
		return fmt.Sprintf("how is %q, and must be %s, %s or %s", a.How, howSuspend, howUnassign, howDelete)
	}
	return ""
}

func (a *leave) run(_ context.Context, p *player) error {
	switch a.How {
	case howDelete:
		return p.provider().DeleteUser(a.User)
	case howUnassign:
		for _, g := range p.provider().View().Groups {
			if g.Bound && slices.ContainsFunc(g.Members, func(m string) bool { return strings.EqualFold(m, a.User) }) {
				if err := p.provider().RemoveMembers(g.Name, a.User); err != nil {
					return err
				}
			}
		}
		return p.edit(a.User, func(u *idp.User) { u.Assigned = false })
	default:
		return p.edit(a.User, func(u *idp.User) { u.Suspended = true })
	}
}

func (p *player) edit(username string, f func(*idp.User)) error {
	_, err := p.provider().EditUser(username, f)
	return err
}

// rehire gives access back.
type rehire struct {
	User   string   `yaml:"user"`
	Groups []string `yaml:"groups"`
}

func (a *rehire) about() string { return a.User + into(a.Groups) }

func (a *rehire) run(_ context.Context, p *player) error {
	if err := p.edit(a.User, func(u *idp.User) { u.Suspended = false }); err != nil {
		return err
	}
	return p.join(a.User, a.Groups)
}

type createGroup struct{ idp.Group }

func (a *createGroup) about() string { return a.Name }
func (a *createGroup) run(_ context.Context, p *player) error {
	_, err := p.provider().AddGroup(a.Group)
	return err
}

type renameGroup struct {
	Group string `yaml:"group"`
	To    string `yaml:"to"`
}

func (a *renameGroup) about() string { return a.Group + " to " + a.To }
func (a *renameGroup) run(_ context.Context, p *player) error {
	return p.provider().RenameGroup(a.Group, a.To)
}

type deleteGroup struct {
	Group string `yaml:"group"`
}

func (a *deleteGroup) about() string { return a.Group }
func (a *deleteGroup) run(_ context.Context, p *player) error {
	return p.provider().DeleteGroup(a.Group)
}

type bind struct {
	Group string `yaml:"group"`
}

func (a *bind) about() string                          { return a.Group }
func (a *bind) run(_ context.Context, p *player) error { return p.provider().Bind(a.Group) }

// unbind may say that the group is to be deleted in the application, which Okta asks.
type unbind struct {
	Group  string `yaml:"group"`
	Delete bool   `yaml:"delete"`
}

func (a *unbind) about() string { return a.Group }
func (a *unbind) run(_ context.Context, p *player) error {
	if p.provider().Kind() == idp.Okta {
		return p.provider().UnlinkGroup(a.Group, a.Delete)
	}
	return p.provider().Unbind(a.Group)
}

type addMembers struct {
	Group string   `yaml:"group"`
	Users []string `yaml:"users"`
}

func (a *addMembers) about() string {
	return fmt.Sprintf("%s: %s", a.Group, strings.Join(a.Users, ", "))
}
func (a *addMembers) run(_ context.Context, p *player) error {
	return p.provider().AddMembers(a.Group, a.Users...)
}

type removeMembers addMembers

func (a *removeMembers) about() string { return (*addMembers)(a).about() }
func (a *removeMembers) run(_ context.Context, p *player) error {
	return p.provider().RemoveMembers(a.Group, a.Users...)
}
