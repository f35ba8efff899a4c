package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// inCompany reports whether a new resource gets a Team or takes a link over.
func (n *creation) inCompany() bool { return n.Company && n.Type.Name == "Group" }

// makeTeam makes the Team of a new group, and their link.
func (n *creation) makeTeam(ctx context.Context, c *conn) error {
	team := cinode.Unit{Kind: cinode.KindTeam, Name: n.row.Display, Created: n.Now}
	if err := createUnit(ctx, c, n.Tenant, &team); err != nil {
		return err
	}
	_, err := c.exec(ctx, links.Insert, n.Tenant, n.out.ID, cinode.KindTeam, team.ID, "", n.Now.UnixMilli())
	return err
}

func (n *creation) adoptOrInsert(ctx context.Context, c *conn) error {
	if n.inCompany() && n.ID == 0 {
		if err := n.adopt(ctx, c); err != nil || n.out.Adopted {
			return err
		}
	}
	return n.insert(ctx, c)
}

// adopt makes the group of a link made beforehand what is described, if there is
// one.
func (n *creation) adopt(ctx context.Context, c *conn) error {
	n.out.Adopted = false
	n.out.Meta.Created, n.out.Meta.Version = n.Now, 1 // an attempt before may have adopted
	var kind cinode.Kind
	var unit int64
	err := c.queryRow(ctx, links.Take, []any{n.Tenant, sqlfilter.AwaitedKey(n.row.Display, n.row.ExternalID)}, &n.out.ID, &kind, &unit)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := c.exec(ctx, update("groups"), rowArgs(n.Tenant, n.out.ID, n.Now, n.row, &n.Password)...); err != nil {
		return err
	}
	if err := dropKeys(ctx, c, n.Tenant, n.out.ID); err != nil {
		return err
	}
	if err := putKeys(ctx, c, n.Tenant, n.out.ID, n.row.Keys); err != nil {
		return err
	}
	var created int64
	err = c.queryRow(ctx, "SELECT version, created FROM groups WHERE tenant_id = ?1 AND id = ?2", []any{n.Tenant, n.out.ID}, &n.out.Meta.Version, &created)
	n.out.Adopted, n.out.Meta.Created = true, time.UnixMilli(created).UTC()
	return err
}

// leave takes out of a Team or Role who is about to leave a group.
func leave(ctx context.Context, c *conn, tenant, group int64, users []int64) error {
	return follow(ctx, c, tenant, group, users, func(u sqlfilter.Units) string { return u.Leave })
}

// join brings into a Team or Role who has become a member of a group.
func join(ctx context.Context, c *conn, tenant, group int64, users []int64) error {
	return follow(ctx, c, tenant, group, users, func(u sqlfilter.Units) string { return u.Join })
}

// follow runs a statement about users on what a group is linked to, if anything.
func follow(ctx context.Context, c *conn, tenant, group int64, users []int64, statement func(sqlfilter.Units) string) error {
	if len(users) == 0 {
		return nil
	}
	var kind cinode.Kind
	var id int64
	err := c.queryRow(ctx, "SELECT kind, unit_id FROM links WHERE tenant_id = ?1 AND group_id = ?2", []any{tenant, group}, &kind, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		_, err = c.exec(ctx, statement(units[kind]), tenant, id, jsonList(users), group)
	}
	return err
}

// Links lists links by the ids of their groups.
func (s *Store) Links(ctx context.Context, p store.Slice) ([]cinode.Link, error) {
	return collect(ctx, s, sqlfilter.ScanLink, links.List, p.Tenant, p.After, scim.Fold(p.Name), p.Limit)
}

// CreateLink makes a link and the group that it waits for.
func (s *Store) CreateLink(ctx context.Context, p store.LinkParams) (cinode.Link, error) {
	var out store.Created
	n, err := newCreation(sqlfilter.AwaitedGroup(p), &out)
	if err != nil {
		return cinode.Link{}, err
	}
	l := cinode.Link{DisplayName: p.DisplayName, ObjectID: p.ObjectID, Kind: p.Kind, UnitID: p.UnitID, Awaited: true, Created: n.Now}
	err = s.transact(ctx, func(c *conn) error {
		unit, err := getUnit(ctx, c, p.Tenant, p.Kind, p.UnitID)
		if err != nil {
			return err
		}
		var same int
		if err := c.queryRow(ctx, links.Exists, []any{p.Tenant, n.row.DisplayKey, n.row.Display, n.row.ExternalID}, &same); err != nil {
			return err
		}
		if same > 0 {
			return store.ErrExists
		}
		if err := n.insert(ctx, c); err != nil {
			return err
		}
		l.GroupID, l.UnitName = out.ID, unit.Name
		_, err = c.exec(ctx, links.Insert, p.Tenant, out.ID, p.Kind, p.UnitID,
			sqlfilter.AwaitedKey(n.row.Display, n.row.ExternalID), n.Now.UnixMilli())
		if err != nil {
			return taken(err, store.ErrExists, err)
		}
		return audit(ctx, c, p.Audit.Of(out.ID))
	})
	return l, err
}

// DeleteLink removes a group that has a link.
func (s *Store) DeleteLink(ctx context.Context, tenant, groupID int64, now time.Time, e store.AuditEntry) error {
	return s.transact(ctx, func(c *conn) error {
		var one int
		if err := c.queryRow(ctx, "SELECT 1 FROM links WHERE tenant_id = ?1 AND group_id = ?2", []any{tenant, groupID}, &one); err != nil {
			return err
		}
		if err := leftBy(ctx, c, tenant, []int64{groupID}, now); err != nil {
			return err
		}
		if err := remove(ctx, c, store.Ref{Tenant: tenant, Type: "Group", ID: groupID}); err != nil {
			return err
		}
		return audit(ctx, c, e)
	})
}
