package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Units lists Teams or Roles by id.
func (s *Service) Units(ctx context.Context, tenant int64, kind cinode.Kind, slice Slice) (Page[cinode.Unit], error) {
	list, err := s.Store.Units(ctx, kind, slice.more(tenant))
	return cut(list, slice.Limit, func(u cinode.Unit) string { return idText(u.ID) }), err
}

// Census counts what a tenant holds.
func (s *Service) Census(ctx context.Context, tenant int64) (store.Census, error) {
	return s.Store.Census(ctx, tenant)
}

// Unit finds a Team or Role.
func (s *Service) Unit(ctx context.Context, tenant int64, kind cinode.Kind, id int64) (cinode.Unit, error) {
	u, err := s.Store.Unit(ctx, tenant, kind, id)
	return u, noUnit(err, tenant, kind, id)
}

func noUnit(err error, tenant int64, kind cinode.Kind, id int64) error {
	if errors.Is(err, store.ErrNotFound) {
		return missing("tenant %d has no %s %d", tenant, kind, id)
	}
	return err
}

// place is where the admin API has a Team or Role.
func place(kind cinode.Kind, id int64) string { return places(kind) + idText(id) }

func places(kind cinode.Kind) string { return strings.ToLower(string(kind)) + "s/" }

func action(kind cinode.Kind, done string) string { return strings.ToLower(string(kind)) + "." + done }

// CreateUnit makes a Team or Role.
func (s *Service) CreateUnit(ctx context.Context, by store.By, tenant int64, kind cinode.Kind, name string) (cinode.Unit, error) {
	var c check
	name = c.name("/name", name, true)
	if err := c.err(); err != nil {
		return cinode.Unit{}, err
	}
	return s.Store.CreateUnit(ctx, tenant, cinode.Unit{Kind: kind, Name: name, Created: s.Clock.Now()},
		s.entry(by, tenant, action(kind, "create"), places(kind), quote(name)))
}

// RenameUnit changes the name of a Team or Role; the groups linked to it keep
// theirs.
func (s *Service) RenameUnit(ctx context.Context, by store.By, tenant int64, kind cinode.Kind, id int64, name string) (cinode.Unit, error) {
	var c check
	name = c.name("/name", name, true)
	if err := c.err(); err != nil {
		return cinode.Unit{}, err
	}
	u, err := s.Unit(ctx, tenant, kind, id)
	if err != nil || u.Name == name {
		return u, err
	}
	e := s.entry(by, tenant, action(kind, "update"), place(kind, id), "name "+quote(name))
	if err := s.Store.RenameUnit(ctx, tenant, kind, id, name, e); err != nil {
		return cinode.Unit{}, noUnit(err, tenant, kind, id)
	}
	return s.Unit(ctx, tenant, kind, id)
}

// DeleteUnit removes a Team or Role with its members and the groups linked to it.
func (s *Service) DeleteUnit(ctx context.Context, by store.By, tenant int64, kind cinode.Kind, id int64) error {
	u, err := s.Unit(ctx, tenant, kind, id)
	if err != nil {
		return err
	}
	groups, err := s.countLinks(ctx, tenant, kind, id)
	if err != nil {
		return err
	}
	detail := quote(u.Name)
	switch groups {
	case 0:
	case 1:
		detail += " with 1 group"
	default:
		detail += fmt.Sprintf(" with %d groups", groups)
	}
	e := s.entry(by, tenant, action(kind, "delete"), place(kind, id), detail)
	return noUnit(s.Store.DeleteUnit(ctx, tenant, kind, id, e.At, e), tenant, kind, id)
}

// countLinks says how many groups are linked to a Team or Role.
func (s *Service) countLinks(ctx context.Context, tenant int64, kind cinode.Kind, id int64) (n int, err error) {
	const part = 1000
	for slice := (store.Slice{Tenant: tenant, Limit: part}); ; {
		list, err := s.Store.Links(ctx, slice)
		if err != nil {
			return n, err
		}
		for _, l := range list {
			if l.Kind == kind && l.UnitID == id {
				n++
			}
		}
		if len(list) < part {
			return n, nil
		}
		slice.After = list[part-1].GroupID
	}
}

// UnitMembers lists who is in a Team or has a Role.
func (s *Service) UnitMembers(ctx context.Context, tenant int64, kind cinode.Kind, id int64, slice Slice) (Page[store.Person], error) {
	if _, err := s.Unit(ctx, tenant, kind, id); err != nil {
		return Page[store.Person]{}, err
	}
	list, err := s.Store.UnitMembers(ctx, kind, id, slice.more(tenant))
	return cut(list, slice.Limit, func(p store.Person) string { return idText(p.ID) }), err
}

// Links lists the links of a tenant by the ids of their groups.
func (s *Service) Links(ctx context.Context, tenant int64, slice Slice) (Page[cinode.Link], error) {
	list, err := s.Store.Links(ctx, slice.more(tenant))
	return cut(list, slice.Limit, func(l cinode.Link) string { return idText(l.GroupID) }), err
}

// Link finds the link of a group.
func (s *Service) Link(ctx context.Context, tenant, groupID int64) (cinode.Link, error) {
	list, err := s.Store.Links(ctx, store.Slice{Tenant: tenant, After: groupID - 1, Limit: 1})
	if err == nil && (len(list) == 0 || list[0].GroupID != groupID) {
		return cinode.Link{}, missing("group %d of tenant %d has no link", groupID, tenant)
	}
	if err != nil {
		return cinode.Link{}, err
	}
	return list[0], nil
}

// LinkInput describes a link that is made before its group comes by SCIM.
type LinkInput struct {
	DisplayName string
	ObjectID    string
	Kind        cinode.Kind
	UnitID      int64
	Unread      Unread
}

// CreateLink makes a link, and its group with it, which lists at once.
func (s *Service) CreateLink(ctx context.Context, by store.By, tenant int64, in LinkInput) (cinode.Link, error) {
	c := check{in.Unread}
	c.name("/displayName", in.DisplayName, true) // kept as it is: clients are matched exactly
	c.name("/objectId", in.ObjectID, false)
	if in.Kind != cinode.KindTeam && in.Kind != cinode.KindRole {
		c.refuse("/kind", "kind must be Team or Role")
	}
	if in.UnitID < 1 {
		c.refuse("/unitId", "unitId must be the id of a Team or Role")
	}
	if err := c.err(); err != nil {
		return cinode.Link{}, err
	}
	l, err := s.Store.CreateLink(ctx, store.LinkParams{
		Tenant: tenant, DisplayName: in.DisplayName, ObjectID: in.ObjectID, Kind: in.Kind, UnitID: in.UnitID, Now: s.Clock.Now(),
		Audit: s.entry(by, tenant, "link.create", "links/", quote(in.DisplayName)+" to "+place(in.Kind, in.UnitID)),
	})
	switch {
	case errors.Is(err, store.ErrExists):
		return l, taken("a group named %q with the object id %q is linked already; delete that link first", in.DisplayName, in.ObjectID)
	case errors.Is(err, store.ErrNotFound):
		c.refuse("/unitId", "tenant %d has no %s %d", tenant, in.Kind, in.UnitID)
		return l, c.err()
	default:
		return l, err
	}
}

// DeleteLink removes a link and its group; the Team or Role and its members stay.
func (s *Service) DeleteLink(ctx context.Context, by store.By, tenant, groupID int64) error {
	l, err := s.Link(ctx, tenant, groupID)
	if err != nil {
		return err
	}
	e := s.entry(by, tenant, "link.delete", "links/"+idText(groupID), quote(l.DisplayName))
	err = s.Store.DeleteLink(ctx, tenant, groupID, e.At, e)
	if errors.Is(err, store.ErrNotFound) {
		return missing("group %d of tenant %d has no link", groupID, tenant)
	}
	return err
}
