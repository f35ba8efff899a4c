package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// Update changes a resource. Most are changed by one client at a time, so it is
// tried without a lock first: what was read is written if it is still of that
// version. Only what touches members, or was overtaken, takes the lock.
func (s *Store) Update(ctx context.Context, p store.UpdateParams) (store.Resource, error) {
	p.Now = p.Now.UTC().Truncate(time.Millisecond)
	p.Company = p.Company && p.Ref.Type == "Group"
	if len(p.MemberIDs) == 0 && !p.Company {
		out, done, err := s.updateUnlocked(ctx, p)
		if done || err != nil {
			return out, err
		}
	}
	var out store.Resource
	err := s.write(ctx, func(c *pgx.Conn) error {
		var linked unit
		current, err := lockForUpdate(ctx, c, p, &linked)
		if err != nil {
			return err
		}
		change, err := p.Change(current)
		if err != nil {
			return err
		}
		out = current.Resource
		if change.IsZero() {
			_, err := c.Exec(ctx, "commit")
			return err
		}
		return applyChange(ctx, c, p, current, change, linked, &out)
	})
	return out, err
}

// updateUnlocked is not done when the change is of members, or another came in
// between.
func (s *Store) updateUnlocked(ctx context.Context, p store.UpdateParams) (out store.Resource, done bool, err error) {
	var current store.Current
	err = s.deepen(p.Tenant, func(shallow bool) (nested bool, err error) {
		current, nested, err = readForUpdate(s.pool.QueryRow(ctx, selectOne(p, shallow), p.Tenant, p.ID), p)
		return nested, err
	})
	if err != nil {
		return out, false, translate(err)
	}
	out = current.Resource
	change, err := p.Change(current)
	if err != nil || change.IsZero() {
		return out, err == nil, err
	}
	if len(change.AddMembers) > 0 || len(change.RemoveMembers) > 0 {
		return out, false, nil
	}
	b := &pgx.Batch{}
	var written int64
	if err := queueChange(b, p, change, &out, &written); err != nil {
		return out, false, err
	}
	err = s.pool.SendBatch(ctx, b).Close()
	if isConflict(err) {
		return out, false, nil
	}
	return out, written == 1, translate(err)
}

// readForUpdate reads a resource with its password.
func readForUpdate(row pgx.Row, p store.UpdateParams) (current store.Current, nested bool, err error) {
	current = store.Current{Known: map[int64]string{}, IsMember: map[int64]bool{}}
	r := resourceRow{resourceType: p.Ref.Type}
	if err = row.Scan(append(r.targets(), &current.Password)...); err == nil {
		current.Resource, err = r.resource()
	}
	return current, r.nested, err
}

// setRow writes attributes and moves the version; parameter 14 is the id.
const setRow = `SET version = version + 1, last_modified = $2, active = $3, wide = $4, user_name = $5,
	external_id = NULLIF($6::text, ''), display = $7, display_key = $8, doc = $9, search = $10, keys = $11,
	manager_id = NULLIF($12::bigint, 0), password = NULLIF(COALESCE($13::text, password), '')
	WHERE tenant_id = $1 AND id = $14`

// updateRow is setRow while the version is still parameter 15, which was read.
func updateRow(table string) string { return "UPDATE " + table + " " + setRow + " AND version = $15" }

// touchRow is updateRow without attributes.
func touchRow(table string) string {
	return "UPDATE " + table + ` SET version = version + 1, last_modified = $2, password = NULLIF(COALESCE($3::text, password), '')
		WHERE tenant_id = $1 AND id = $4 AND version = $5`
}

// queueChange writes all of a change but members, if the resource is still of
// the version in out, and makes out what it becomes.
func queueChange(b *pgx.Batch, p store.UpdateParams, change store.Change, out *store.Resource, written *int64) error {
	table, version := tables[p.Ref.Type], out.Meta.Version
	out.Meta.Version, out.Meta.LastModified = version+1, p.Now
	affected := func(tag pgconn.CommandTag) error {
		*written = tag.RowsAffected()
		return nil
	}
	if change.Attributes == nil {
		sql, args := audited(touchRow(table), []any{p.Tenant, p.Now.UnixMilli(), change.Password, p.ID, version}, change.Audit)
		b.Queue(sql, args...).Exec(affected)
		return nil
	}
	row, err := sqlfilter.NewRow(p.Type, p.Tenant, change.Attributes)
	if err != nil {
		return err
	}
	sql, args := audited(updateRow(table), append(rowArgs(p.Tenant, p.Now, row, change.Password), p.ID, version), change.Audit)
	b.Queue(sql, args...).Exec(affected)
	out.Text, out.Wide = row.Text, row.Wide
	queueManager(b, p.Tenant, row, out)
	return nil
}

// lockForUpdate locks and reads a resource and its members, then what it is linked
// to in the company.
func lockForUpdate(ctx context.Context, c *pgx.Conn, p store.UpdateParams, linked *unit) (store.Current, error) {
	var current store.Current
	exist := known{}
	b := &pgx.Batch{}
	b.Queue("begin")
	b.Queue(selectOne(p, false)+" FOR NO KEY UPDATE OF r", p.Tenant, p.ID).QueryRow(func(row pgx.Row) (err error) {
		current, _, err = readForUpdate(row, p)
		current.Known = exist
		return err
	})
	if len(p.MemberIDs) > 0 {
		ids := sortedUnique(p.MemberIDs)
		exist.queue(b, p.Tenant, ids)
		b.Queue("SELECT member_id FROM memberships WHERE tenant_id = $1 AND group_id = $2 AND member_id = ANY($3)", p.Tenant, p.ID, ids).
			Query(func(rows pgx.Rows) error {
				found, err := pgx.CollectRows(rows, pgx.RowTo[int64])
				for _, id := range found {
					current.IsMember[id] = true
				}
				return err
			})
	}
	if p.Company {
		queueUnit(b, p.Tenant, p.ID, linked)
	}
	return current, run(ctx, c, b)
}

func applyChange(ctx context.Context, c *pgx.Conn, p store.UpdateParams, current store.Current, change store.Change, linked unit, out *store.Resource) error {
	b := &pgx.Batch{}
	var written int64 // 1, under the lock
	if err := queueChange(b, p, change, out, &written); err != nil {
		return err
	}
	if p.Company {
		b.Queue(links.Settle, p.Tenant, p.ID)
	}
	if len(change.RemoveMembers) > 0 {
		linked.queueLeave(b, p.Tenant, p.ID, change.RemoveMembers)
		b.Queue("DELETE FROM memberships WHERE tenant_id = $1 AND group_id = $2 AND member_id = ANY($3)", p.Tenant, p.ID, change.RemoveMembers)
	}
	if len(change.AddMembers) > 0 {
		known(current.Known).queueMembers(b, p.Tenant, p.ID, change.AddMembers)
		linked.queueJoin(b, p.Tenant, p.ID, change.AddMembers)
	}
	if p.Links && (len(change.AddMembers) > 0 || len(change.RemoveMembers) > 0) {
		b.Queue("SELECT "+dialect.Links(p.Ref.Type)+" FROM "+tables[p.Ref.Type]+" r WHERE r.tenant_id = $1 AND r.id = $2", p.Tenant, p.ID).
			QueryRow(func(row pgx.Row) error {
				var text []byte
				err := row.Scan(&text)
				if err == nil {
					out.Links, err = sqlfilter.ParseLinks(text)
				}
				return err
			})
	}
	b.Queue("commit")
	return run(ctx, c, b)
}

// lockGroupsOf locks the groups that a resource is a member of.
const lockGroupsOf = `SELECT g.id FROM groups g JOIN memberships m ON m.tenant_id = g.tenant_id AND m.group_id = g.id
	WHERE m.tenant_id = $1 AND m.member_id = $2 ORDER BY g.id FOR NO KEY UPDATE OF g`

// Delete removes a resource, its memberships, and moves the version of each
// group that it leaves. Groups are locked before the resource itself.
func (s *Store) Delete(ctx context.Context, p store.DeleteParams) error {
	return s.write(ctx, func(c *pgx.Conn) error {
		var version int64
		b := &pgx.Batch{}
		b.Queue("begin")
		b.Queue(lockGroupsOf, p.Tenant, p.ID)
		b.Queue("SELECT version FROM "+tables[p.Type]+" WHERE tenant_id = $1 AND id = $2 FOR UPDATE", p.Tenant, p.ID).
			QueryRow(func(r pgx.Row) error { return r.Scan(&version) })
		if err := run(ctx, c, b); err != nil {
			return err
		}
		if p.Check != nil {
			if err := p.Check(version); err != nil {
				return err
			}
		}
		b = &pgx.Batch{}
		// A group that it joined while the lock on itself was waited for must not be
		// waited for now, by whom others wait to join: that would be a deadlock.
		b.Queue(lockGroupsOf+" NOWAIT", p.Tenant, p.ID)
		b.Queue(`UPDATE groups SET version = version + 1, last_modified = $3 WHERE tenant_id = $1
			AND id IN (SELECT group_id FROM memberships WHERE tenant_id = $1 AND member_id = $2)`, p.Tenant, p.ID, p.Now.UnixMilli())
		b.Queue("DELETE FROM memberships WHERE tenant_id = $1 AND member_id = $2", p.Tenant, p.ID)
		if p.Type == "Group" {
			b.Queue("DELETE FROM memberships WHERE tenant_id = $1 AND group_id = $2", p.Tenant, p.ID)
			b.Queue(links.Delete, p.Tenant, p.ID)
		} else {
			b.Queue(units[cinode.KindTeam].Forget, p.Tenant, p.ID)
			b.Queue(units[cinode.KindRole].Forget, p.Tenant, p.ID)
		}
		b.Queue("DELETE FROM "+tables[p.Type]+" WHERE tenant_id = $1 AND id = $2", p.Tenant, p.ID)
		queueAudit(b, p.Audit)
		queueCount(c, b, p.Tenant, p.Type, -1)
		b.Queue("commit")
		return run(ctx, c, b)
	})
}
