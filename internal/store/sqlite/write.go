package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// Update changes a resource inside a transaction.
func (s *Store) Update(ctx context.Context, p store.UpdateParams) (store.Resource, error) {
	var out store.Resource
	err := s.transact(ctx, func(c *conn) error {
		current, err := current(ctx, c, p)
		if err != nil {
			return err
		}
		change, err := p.Change(current)
		if err != nil {
			return err
		}
		if out = current.Resource; change.IsZero() {
			return nil
		}
		if err := apply(ctx, c, p, change, current.Known); err != nil {
			return err
		}
		out, err = get(ctx, c, p.Reading())
		return err
	})
	return out, err
}

func current(ctx context.Context, c *conn, p store.UpdateParams) (store.Current, error) {
	current := store.Current{IsMember: map[int64]bool{}}
	var err error
	if current.Resource, err = get(ctx, c, p.Reading()); err != nil {
		return current, err
	}
	if current.Password, err = password(ctx, c, p.Ref); err != nil {
		return current, err
	}
	if current.Known, err = lookUp(ctx, c, p.Tenant, p.MemberIDs); err != nil || len(p.MemberIDs) == 0 {
		return current, err
	}
	err = c.query(ctx, "SELECT member_id FROM memberships WHERE tenant_id = ?1 AND group_id = ?2 AND member_id IN (SELECT value FROM json_each(?3))",
		[]any{p.Tenant, p.ID, jsonList(p.MemberIDs)}, func(rows *sql.Rows) error {
			var id int64
			err := rows.Scan(&id)
			current.IsMember[id] = true
			return err
		})
	return current, err
}

func apply(ctx context.Context, c *conn, p store.UpdateParams, change store.Change, known map[int64]string) error {
	table := tables[p.Ref.Type]
	if change.Attributes == nil {
		if _, err := c.exec(ctx, touch(table), p.Tenant, p.ID, p.Now.UnixMilli(), change.Password); err != nil {
			return err
		}
	} else {
		row, err := sqlfilter.NewSQLiteRow(p.Type, p.Tenant, change.Attributes)
		if err != nil {
			return err
		}
		if _, err := c.exec(ctx, update(table), rowArgs(p.Tenant, p.ID, p.Now, row, change.Password)...); err != nil {
			return taken(err, errUserName, err)
		}
		if err := dropKeys(ctx, c, p.Tenant, p.ID); err != nil {
			return err
		}
		if err := putKeys(ctx, c, p.Tenant, p.ID, row.Keys); err != nil {
			return err
		}
	}
	if err := audit(ctx, c, change.Audit); err != nil {
		return err
	}
	if p.Company && p.Ref.Type == "Group" {
		return applyInCompany(ctx, c, p, change, known)
	}
	return applyMembers(ctx, c, p, change, known)
}

func applyMembers(ctx context.Context, c *conn, p store.UpdateParams, change store.Change, known map[int64]string) error {
	if err := removeMembers(ctx, c, p.Tenant, p.ID, change.RemoveMembers); err != nil {
		return err
	}
	return addMembers(ctx, c, p.Tenant, p.ID, change.AddMembers, known)
}

// applyInCompany is applyMembers with what follows from it for the Team or Role
// that the group is linked to. The change ends the wait of its link.
func applyInCompany(ctx context.Context, c *conn, p store.UpdateParams, change store.Change, known map[int64]string) error {
	if _, err := c.exec(ctx, links.Settle, p.Tenant, p.ID); err != nil {
		return err
	}
	if err := leave(ctx, c, p.Tenant, p.ID, change.RemoveMembers); err != nil {
		return err
	}
	if err := applyMembers(ctx, c, p, change, known); err != nil {
		return err
	}
	return join(ctx, c, p.Tenant, p.ID, change.AddMembers)
}

// Delete removes a resource, its memberships, and moves the version of each
// group that it leaves.
func (s *Store) Delete(ctx context.Context, p store.DeleteParams) error {
	return s.transact(ctx, func(c *conn) error {
		var version int64
		if err := c.queryRow(ctx, "SELECT version FROM "+tables[p.Type]+" WHERE tenant_id = ?1 AND id = ?2",
			[]any{p.Tenant, p.ID}, &version); err != nil {
			return err
		}
		if p.Check != nil {
			if err := p.Check(version); err != nil {
				return err
			}
		}
		if err := leftBy(ctx, c, p.Tenant, []int64{p.ID}, p.Now); err != nil {
			return err
		}
		if err := remove(ctx, c, p.Ref); err != nil {
			return err
		}
		return audit(ctx, c, p.Audit)
	})
}

// leftBy moves the version of each group that resources are members of.
func leftBy(ctx context.Context, c *conn, tenant int64, ids []int64, now time.Time) error {
	_, err := c.exec(ctx, `UPDATE groups SET version = version + 1, last_modified = ?3 WHERE tenant_id = ?1 AND id IN (
		SELECT m.group_id FROM json_each(?2) j JOIN memberships m ON m.tenant_id = ?1 AND m.member_id = j.value)`, tenant, jsonList(ids), now.UnixMilli())
	return err
}

// remove takes a resource away with all that hangs on it.
func remove(ctx context.Context, c *conn, ref store.Ref) error {
	for _, sql := range []string{
		"DELETE FROM memberships WHERE tenant_id = ?1 AND member_id = ?2",
		"DELETE FROM memberships WHERE tenant_id = ?1 AND group_id = ?2",
		"DELETE FROM resource_keys WHERE tenant_id = ?1 AND id = ?2",
		links.Delete,
		units[cinode.KindTeam].Forget,
		units[cinode.KindRole].Forget,
		"DELETE FROM " + tables[ref.Type] + " WHERE tenant_id = ?1 AND id = ?2",
	} {
		if _, err := c.exec(ctx, sql, ref.Tenant, ref.ID); err != nil {
			return err
		}
	}
	return count(ctx, c, ref.Tenant, ref.Type, -1)
}
