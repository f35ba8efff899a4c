package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

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
func collect[T any](ctx context.Context, s *Store, scan func(sqlfilter.Scan) (T, error), sql string, args ...any) ([]T, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, translate(err)
	}
	list, err := pgx.CollectRows(rows, rowTo(scan))
	return list, translate(err)
}

// rowTo makes what pgx scans with.
func rowTo[T any](scan func(sqlfilter.Scan) (T, error)) pgx.RowToFunc[T] {
	return func(row pgx.CollectableRow) (T, error) { return scan(row.Scan) }
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
func (s *Store) Unit(ctx context.Context, tenant int64, kind cinode.Kind, id int64) (cinode.Unit, error) {
	u, err := units.Of(kind)
	if err != nil {
		return cinode.Unit{}, err
	}
	rows, err := s.pool.Query(ctx, u.Get, tenant, id)
	if err != nil {
		return cinode.Unit{}, translate(err)
	}
	found, err := pgx.CollectExactlyOneRow(rows, rowTo(sqlfilter.ScanUnit(kind)))
	return found, translate(err)
}

// CreateUnit makes a Team or Role.
func (s *Store) CreateUnit(ctx context.Context, tenant int64, unit cinode.Unit, e store.AuditEntry) (cinode.Unit, error) {
	u, err := units.Of(unit.Kind)
	if err != nil {
		return unit, err
	}
	ids, err := s.ReserveIDs(ctx, 1)
	if err != nil {
		return unit, err
	}
	unit.ID, unit.Created = ids[0], unit.Created.UTC().Truncate(time.Millisecond)
	return unit, s.inTenant(ctx, tenant, func(tx pgx.Tx) error {
		sql, args := audited(u.Insert, []any{tenant, unit.ID, unit.Name, scim.Fold(unit.Name), unit.Created.UnixMilli()}, e.Of(unit.ID))
		_, err := tx.Exec(ctx, sql, args...)
		return err
	})
}

// reconcile makes the company what it would be had it followed the groups all the
// time: groups without a link get a Team, and what is linked has the members of its
// groups.
func reconcile(ctx context.Context, tx pgx.Tx, tenant int64) error {
	rows, err := tx.Query(ctx, links.Unlinked+" FOR NO KEY UPDATE OF g", tenant)
	if err != nil {
		return err
	}
	type group struct {
		ID        int64
		Name, Key string
		Created   int64
	}
	groups, err := pgx.CollectRows(rows, pgx.RowToStructByPos[group])
	if err != nil {
		return err
	}
	if rows, err = tx.Query(ctx, reserve, len(groups)); err != nil {
		return err
	}
	teams, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	for i, g := range groups {
		b.Queue(units[cinode.KindTeam].Insert, tenant, teams[i], g.Name, g.Key, g.Created)
		b.Queue(links.Insert, tenant, g.ID, cinode.KindTeam, teams[i], "", g.Created)
	}
	for _, kind := range []cinode.Kind{cinode.KindTeam, cinode.KindRole} {
		b.Queue(units[kind].Gather, tenant)
		b.Queue(units[kind].Shed, tenant)
	}
	return tx.SendBatch(ctx, b).Close()
}

// RenameUnit gives a Team or Role another name.
func (s *Store) RenameUnit(ctx context.Context, tenant int64, kind cinode.Kind, id int64, name string, e store.AuditEntry) error {
	u, err := units.Of(kind)
	if err != nil {
		return err
	}
	sql, args := audited(u.Rename, []any{tenant, id, name, scim.Fold(name)}, e)
	tag, err := s.pool.Exec(ctx, sql, args...)
	if err == nil && tag.RowsAffected() == 0 {
		return store.ErrNotFound
	}
	return translate(err)
}

// lockLinked locks the groups that are linked to a Team or Role, and those that
// they are members of, as Delete does for one.
const lockLinked = `SELECT g.id FROM groups g WHERE g.tenant_id = $1 AND g.id IN (
		SELECT l.group_id FROM links l WHERE l.tenant_id = $1 AND l.kind = $2 AND l.unit_id = $3
		UNION ALL SELECT m.group_id FROM links l JOIN memberships m ON m.tenant_id = l.tenant_id AND m.member_id = l.group_id
		WHERE l.tenant_id = $1 AND l.kind = $2 AND l.unit_id = $3)
	ORDER BY g.id FOR UPDATE OF g`

// DeleteUnit removes a Team or Role with its members, links and linked groups.
func (s *Store) DeleteUnit(ctx context.Context, tenant int64, kind cinode.Kind, id int64, now time.Time, e store.AuditEntry) error {
	u, err := units.Of(kind)
	if err != nil {
		return err
	}
	return s.write(ctx, func(c *pgx.Conn) error {
		var groups []int64
		b := &pgx.Batch{}
		b.Queue("begin")
		b.Queue(lockLinked, tenant, kind, id)
		b.Queue(u.Get+" FOR UPDATE", tenant, id).QueryRow(func(r pgx.Row) error { return r.Scan(nil, nil, nil) })
		// From here on nothing more can be linked to it; what was meanwhile, or has
		// become a member, must not be waited for.
		b.Queue(lockLinked+" NOWAIT", tenant, kind, id)
		b.Queue(links.Of, tenant, kind, id).Query(func(rows pgx.Rows) (err error) {
			groups, err = pgx.CollectRows(rows, pgx.RowTo[int64])
			return err
		})
		if err := run(ctx, c, b); err != nil {
			return err
		}
		b = &pgx.Batch{}
		b.Queue(`UPDATE groups SET version = version + 1, last_modified = $3 WHERE tenant_id = $1 AND id IN (
			SELECT group_id FROM memberships WHERE tenant_id = $1 AND member_id = ANY($2))`, tenant, groups, now.UnixMilli())
		b.Queue("DELETE FROM memberships WHERE tenant_id = $1 AND member_id = ANY($2)", tenant, groups)
		b.Queue("DELETE FROM memberships WHERE tenant_id = $1 AND group_id = ANY($2)", tenant, groups)
		b.Queue("DELETE FROM groups WHERE tenant_id = $1 AND id = ANY($2)", tenant, groups)
		b.Queue("DELETE FROM links WHERE tenant_id = $1 AND group_id = ANY($2)", tenant, groups)
		b.Queue(u.Empty, tenant, id)
		b.Queue(u.Delete, tenant, id)
		queueAudit(b, e)
		queueCount(c, b, tenant, "Group", -len(groups))
		b.Queue("commit")
		return run(ctx, c, b)
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
	err = s.pool.QueryRow(ctx, dialect.Census(), tenant).Scan(&users, &n.Disconnected, &n.Groups, &n.Teams, &n.Roles)
	n.Active = users - n.Disconnected
	return n, translate(err)
}
