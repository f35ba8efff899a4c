package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// units are the statements about Teams and about Roles, links those about links.
var (
	units = dialect.Kinds()
	links = dialect.LinkSQL()
)

// collect reads all rows of a query.
func collect[T any](ctx context.Context, s *Store, scan func(sqlfilter.Scan) (T, error), text string, args ...any) ([]T, error) {
	var list []T
	err := s.with(ctx, s.read, func(c *conn) error {
		list = nil
		return c.query(ctx, text, args, func(rows *sql.Rows) error {
			one, err := scan(rows.Scan)
			list = append(list, one)
			return err
		})
	})
	return list, err
}

// Units lists Teams or Roles.
func (s *Store) Units(ctx context.Context, kind cinode.Kind, p store.Slice) ([]cinode.Unit, error) {
	u, err := units.Of(kind)
	if err != nil {
		return nil, err
	}
	return collect(ctx, s, sqlfilter.ScanUnit(kind), u.List, p.Tenant, p.After, scim.Fold(p.Name), p.Limit)
}

// Unit reads a Team or Role.
func (s *Store) Unit(ctx context.Context, tenant int64, kind cinode.Kind, id int64) (unit cinode.Unit, err error) {
	err = s.with(ctx, s.read, func(c *conn) (err error) {
		unit, err = getUnit(ctx, c, tenant, kind, id)
		return err
	})
	return unit, err
}

func getUnit(ctx context.Context, c *conn, tenant int64, kind cinode.Kind, id int64) (cinode.Unit, error) {
	u, err := units.Of(kind)
	if err != nil {
		return cinode.Unit{}, err
	}
	unit := cinode.Unit{Kind: kind}
	var created int64
	err = c.queryRow(ctx, u.Get, []any{tenant, id}, &unit.ID, &unit.Name, &created)
	unit.Created = sqlfilter.FromMillis(created)
	return unit, err
}

// CreateUnit makes a Team or Role.
func (s *Store) CreateUnit(ctx context.Context, tenant int64, unit cinode.Unit, e store.AuditEntry) (cinode.Unit, error) {
	unit.Created = unit.Created.UTC().Truncate(time.Millisecond)
	err := s.transact(ctx, func(c *conn) error {
		if err := createUnit(ctx, c, tenant, &unit); err != nil {
			return err
		}
		return audit(ctx, c, e.Of(unit.ID))
	})
	return unit, err
}

func createUnit(ctx context.Context, c *conn, tenant int64, unit *cinode.Unit) error {
	u, err := units.Of(unit.Kind)
	if err != nil {
		return err
	}
	if err := hasTenant(ctx, c, tenant); err != nil {
		return err
	}
	ids, err := reserve(ctx, c, 1)
	if err != nil {
		return err
	}
	unit.ID = ids[0]
	_, err = c.exec(ctx, u.Insert, tenant, unit.ID, unit.Name, scim.Fold(unit.Name), unit.Created.UnixMilli())
	return err
}

// reconcile makes the company what it would be had it followed the groups all the
// time: groups without a link get a Team, and what is linked has the members of its
// groups.
func reconcile(ctx context.Context, c *conn, tenant int64) error {
	type group struct {
		id, created int64
		name, key   string
	}
	var groups []group
	if err := c.query(ctx, links.Unlinked, []any{tenant}, func(rows *sql.Rows) error {
		var g group
		err := rows.Scan(&g.id, &g.name, &g.key, &g.created)
		groups = append(groups, g)
		return err
	}); err != nil {
		return err
	}
	for _, g := range groups {
		team := cinode.Unit{Kind: cinode.KindTeam, Name: g.name, Created: sqlfilter.FromMillis(g.created)}
		if err := createUnit(ctx, c, tenant, &team); err != nil {
			return err
		}
		if _, err := c.exec(ctx, links.Insert, tenant, g.id, cinode.KindTeam, team.ID, "", g.created); err != nil {
			return err
		}
	}
	for _, kind := range []cinode.Kind{cinode.KindTeam, cinode.KindRole} {
		for _, text := range []string{units[kind].Gather, units[kind].Shed} {
			if _, err := c.exec(ctx, text, tenant); err != nil {
				return err
			}
		}
	}
	return nil
}

// RenameUnit gives a Team or Role another name.
func (s *Store) RenameUnit(ctx context.Context, tenant int64, kind cinode.Kind, id int64, name string, e store.AuditEntry) error {
	u, err := units.Of(kind)
	if err != nil {
		return err
	}
	return s.transact(ctx, func(c *conn) error {
		n, err := c.exec(ctx, u.Rename, tenant, id, name, scim.Fold(name))
		if err == nil && n == 0 {
			return store.ErrNotFound
		}
		if err != nil {
			return err
		}
		return audit(ctx, c, e)
	})
}

// DeleteUnit removes a Team or Role with its members, links and linked groups.
func (s *Store) DeleteUnit(ctx context.Context, tenant int64, kind cinode.Kind, id int64, now time.Time, e store.AuditEntry) error {
	u, err := units.Of(kind)
	if err != nil {
		return err
	}
	return s.transact(ctx, func(c *conn) error {
		n, err := c.exec(ctx, u.Delete, tenant, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return store.ErrNotFound
		}
		var groups []int64
		if err := c.query(ctx, links.Of, []any{tenant, kind, id}, func(rows *sql.Rows) error {
			var group int64
			err := rows.Scan(&group)
			groups = append(groups, group)
			return err
		}); err != nil {
			return err
		}
		if err := leftBy(ctx, c, tenant, groups, now); err != nil {
			return err
		}
		for _, group := range groups {
			if err := remove(ctx, c, store.Ref{Tenant: tenant, Type: "Group", ID: group}); err != nil {
				return err
			}
		}
		if _, err = c.exec(ctx, u.Empty, tenant, id); err != nil {
			return err
		}
		return audit(ctx, c, e)
	})
}

// UnitMembers lists the users in a Team or with a Role.
func (s *Store) UnitMembers(ctx context.Context, kind cinode.Kind, id int64, p store.Slice) ([]store.Person, error) {
	u, err := units.Of(kind)
	if err != nil {
		return nil, err
	}
	return collect(ctx, s, sqlfilter.ScanPerson, u.Members, p.Tenant, p.After, scim.Fold(p.Name), scim.FoldUserName(p.Name), p.Limit, id)
}

// People lists users.
func (s *Store) People(ctx context.Context, p store.Slice, status cinode.Status) ([]store.Person, error) {
	return collect(ctx, s, sqlfilter.ScanPerson, dialect.People(), p.Tenant, p.After, scim.Fold(p.Name), scim.FoldUserName(p.Name), p.Limit, status)
}

// Census counts what a tenant holds.
func (s *Store) Census(ctx context.Context, tenant int64) (n store.Census, err error) {
	var users int64
	err = s.with(ctx, s.read, func(c *conn) error {
		return c.queryRow(ctx, dialect.Census(), []any{tenant}, &users, &n.Disconnected, &n.Groups, &n.Teams, &n.Roles)
	})
	n.Active = users - n.Disconnected
	return n, err
}
