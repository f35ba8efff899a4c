package sqlite

import (
	"context"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// directory are the statements of store.Directory.
var directory = dialect.DirectorySQL()

// LookUp finds users by one way.
func (s *Store) LookUp(ctx context.Context, l store.Lookup) ([]store.Found, error) {
	text, args, err := dialect.LookUp(l)
	if err != nil {
		return nil, err
	}
	return collect(ctx, s, sqlfilter.ScanFound, text, args...)
}

// Members lists the members of a group.
func (s *Store) Members(ctx context.Context, group int64, p store.Slice) ([]store.Member, error) {
	return collect(ctx, s, sqlfilter.ScanMember, directory.Members, p.Tenant, p.After, p.Limit, group)
}

// UnitsOf lists the Teams or Roles of a user.
func (s *Store) UnitsOf(ctx context.Context, tenant int64, kind cinode.Kind, user int64) ([]cinode.Unit, error) {
	u, err := units.Of(kind)
	if err != nil {
		return nil, err
	}
	return collect(ctx, s, sqlfilter.ScanUnit(kind), u.OfUser, tenant, user)
}

// LinksTo lists the links to some Teams or Roles.
func (s *Store) LinksTo(ctx context.Context, tenant int64, kind cinode.Kind, ids []int64) ([]cinode.Link, error) {
	return collect(ctx, s, sqlfilter.ScanLink, links.To, tenant, kind, jsonList(ids))
}

// LinksOf lists the links of some groups.
func (s *Store) LinksOf(ctx context.Context, tenant int64, ids []int64) ([]cinode.Link, error) {
	return collect(ctx, s, sqlfilter.ScanLink, links.OfGroups, tenant, jsonList(ids))
}

// GroupNames finds groups that are there.
func (s *Store) GroupNames(ctx context.Context, tenant int64, ids []int64) (map[int64]string, error) {
	names := make(map[int64]string, len(ids))
	_, err := collect(ctx, s, func(scan sqlfilter.Scan) (id int64, err error) {
		var name string
		err = scan(&id, &name)
		names[id] = name
		return id, err
	}, directory.GroupNames, tenant, jsonList(ids))
	return names, err
}

// Sizes counts members.
func (s *Store) Sizes(ctx context.Context, tenant int64, of string, ids []int64, most int) (map[int64]int, error) {
	text, err := dialect.Sizes(of)
	if err != nil {
		return nil, err
	}
	type size struct {
		id int64
		n  int
	}
	list, err := collect(ctx, s, func(scan sqlfilter.Scan) (n size, err error) {
		err = scan(&n.id, &n.n)
		return n, err
	}, text, tenant, jsonList(ids), most)
	sizes := make(map[int64]int, len(list))
	for _, one := range list {
		sizes[one.id] = one.n
	}
	return sizes, err
}
