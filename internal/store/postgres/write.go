package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// insertInto adds a row; parameter 13 is the id, or NULL for the next one.
func insertInto(table string) string {
	return "INSERT INTO " + table + ` (tenant_id, version, created, last_modified, active, wide, user_name, external_id,
		display, display_key, doc, search, keys, id)
		VALUES ($1, 1, $2, $2, $3, $4, $5, NULLIF($6::text, ''), $7, $8, $9, $10, $11, COALESCE($12::bigint, nextval('resource_ids')))
		RETURNING id`
}

func rowArgs(tenant int64, now time.Time, row sqlfilter.Row) []any {
	return []any{tenant, now.UnixMilli(), row.Active, row.Wide, row.UserName, row.ExternalID,
		row.Display, row.DisplayKey, string(row.Text), row.Search, row.Keys}
}

const addMembers = `INSERT INTO memberships (tenant_id, group_id, member_id, member_type)
	SELECT $1, $2, unnest($3::bigint[]), unnest($4::text[]) ON CONFLICT DO NOTHING`

const count = "UPDATE resource_counts SET n = n + $4 WHERE tenant_id = $1 AND type = $2 AND slot = $3"

// queueCount moves a counter. The slot follows from the connection, so that two
// connections seldom wait for each other; it comes last in a transaction.
func queueCount(c *pgx.Conn, b *pgx.Batch, tenant int64, resourceType string, by int) {
	b.Queue(count, tenant, resourceType, int16(c.PgConn().PID()%slots), by) //nolint:gosec // below 16
}

// Create stores a new resource.
func (s *Store) Create(ctx context.Context, p store.CreateParams) (store.Created, error) {
	p.Now = p.Now.UTC().Truncate(time.Millisecond)
	row, err := sqlfilter.NewRow(p.Type, p.Tenant, p.Attributes)
	if err != nil {
		return store.Created{}, err
	}
	out := store.Created{Resource: store.Resource{
		Meta: scim.Meta{Created: p.Now, LastModified: p.Now, Version: 1}, Text: row.Text, Wide: row.Wide,
	}}
	err = s.write(ctx, func(c *pgx.Conn) error {
		if len(p.Members) == 0 {
			b := &pgx.Batch{}
			b.Queue(insertInto(tables[p.Type.Name]), append(rowArgs(p.Tenant, p.Now, row), nil)...).
				QueryRow(func(r pgx.Row) error { return r.Scan(&out.ID) })
			queueCount(c, b, p.Tenant, p.Type.Name, 1)
			return run(ctx, c, b)
		}
		return createWithMembers(ctx, c, p, row, &out)
	})
	return out, err
}

func createWithMembers(ctx context.Context, c *pgx.Conn, p store.CreateParams, row sqlfilter.Row, out *store.Created) error {
	ids := sortedUnique(p.Members)
	known := map[int64]string{}
	b := &pgx.Batch{}
	b.Queue("begin")
	b.Queue("SELECT nextval('resource_ids')").QueryRow(func(r pgx.Row) error { return r.Scan(&out.ID) })
	queueKnown(b, p.Tenant, ids, known)
	if err := run(ctx, c, b); err != nil {
		return err
	}
	var types []string
	var members []int64
	out.Skipped = nil
	for _, id := range ids {
		if t, ok := known[id]; ok {
			members, types = append(members, id), append(types, t)
		} else {
			out.Skipped = append(out.Skipped, id)
		}
	}
	if len(out.Skipped) > 0 && !p.SkipUnknown {
		return &store.UnknownMembersError{IDs: out.Skipped}
	}
	b = &pgx.Batch{}
	b.Queue(insertInto(tables[p.Type.Name]), append(rowArgs(p.Tenant, p.Now, row), out.ID)...)
	b.Queue(addMembers, p.Tenant, out.ID, members, types)
	queueCount(c, b, p.Tenant, p.Type.Name, 1)
	b.Queue("commit")
	return run(ctx, c, b)
}

func sortedUnique(ids []int64) []int64 {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// queueKnown finds which ids exist and keeps them from being deleted until the
// transaction ends.
func queueKnown(b *pgx.Batch, tenant int64, ids []int64, known map[int64]string) {
	for _, resourceType := range []string{"Group", "User"} {
		b.Queue("SELECT id FROM "+tables[resourceType]+" WHERE tenant_id = $1 AND id = ANY($2) ORDER BY id FOR KEY SHARE", tenant, ids).
			Query(func(rows pgx.Rows) error {
				found, err := pgx.CollectRows(rows, pgx.RowTo[int64])
				for _, id := range found {
					known[id] = resourceType
				}
				return err
			})
	}
}

// Update changes a resource. Most are changed by one client at a time, so it is
// tried without a lock first: what was read is written if it is still of that
// version. Only what touches members, or was overtaken, takes the lock.
func (s *Store) Update(ctx context.Context, p store.UpdateParams) (store.Resource, error) {
	p.Now = p.Now.UTC().Truncate(time.Millisecond)
	if len(p.MemberIDs) == 0 {
		out, done, err := s.updateUnlocked(ctx, p)
		if done || err != nil {
			return out, err
		}
	}
	var out store.Resource
	err := s.write(ctx, func(c *pgx.Conn) error {
		current, err := lockForUpdate(ctx, c, p)
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
		return applyChange(ctx, c, p, current, change, &out)
	})
	return out, err
}

// updateUnlocked is not done when the change is of members, or another came in
// between.
func (s *Store) updateUnlocked(ctx context.Context, p store.UpdateParams) (out store.Resource, done bool, err error) {
	if out, err = s.Get(ctx, store.GetParams{Ref: p.Ref, Links: p.Links}); err != nil {
		return out, false, err
	}
	change, err := p.Change(store.Current{Resource: out, Known: map[int64]string{}, IsMember: map[int64]bool{}})
	if err != nil || change.IsZero() {
		return out, err == nil, err
	}
	if change.Attributes == nil || len(change.AddMembers) > 0 || len(change.RemoveMembers) > 0 {
		return out, false, nil
	}
	row, err := sqlfilter.NewRow(p.Type, p.Tenant, change.Attributes)
	if err != nil {
		return out, false, err
	}
	version := out.Meta.Version
	out.Text, out.Wide = row.Text, row.Wide
	out.Meta.Version, out.Meta.LastModified = version+1, p.Now
	tag, err := s.pool.Exec(ctx, updateRow(tables[p.Ref.Type])+" AND version = $13", append(rowArgs(p.Tenant, p.Now, row), p.ID, version)...)
	if isConflict(err) {
		return out, false, nil
	}
	return out, tag.RowsAffected() == 1, translate(err)
}

// updateRow writes attributes and moves the version; parameter 12 is the id.
func updateRow(table string) string {
	return "UPDATE " + table + ` SET version = version + 1, last_modified = $2, active = $3, wide = $4, user_name = $5,
		external_id = NULLIF($6::text, ''), display = $7, display_key = $8, doc = $9, search = $10, keys = $11
		WHERE tenant_id = $1 AND id = $12`
}

func lockForUpdate(ctx context.Context, c *pgx.Conn, p store.UpdateParams) (store.Current, error) {
	current := store.Current{Known: map[int64]string{}, IsMember: map[int64]bool{}}
	b := &pgx.Batch{}
	b.Queue("begin")
	b.Queue("SELECT "+selected(p.Ref.Type, p.Links)+" FROM "+tables[p.Ref.Type]+" r WHERE r.tenant_id = $1 AND r.id = $2 FOR NO KEY UPDATE OF r",
		p.Tenant, p.ID).QueryRow(func(row pgx.Row) (err error) {
		current.Resource, err = scanResource(row)
		return err
	})
	if len(p.MemberIDs) > 0 {
		ids := sortedUnique(p.MemberIDs)
		queueKnown(b, p.Tenant, ids, current.Known)
		b.Queue("SELECT member_id FROM memberships WHERE tenant_id = $1 AND group_id = $2 AND member_id = ANY($3)", p.Tenant, p.ID, ids).
			Query(func(rows pgx.Rows) error {
				found, err := pgx.CollectRows(rows, pgx.RowTo[int64])
				for _, id := range found {
					current.IsMember[id] = true
				}
				return err
			})
	}
	return current, run(ctx, c, b)
}

func applyChange(ctx context.Context, c *pgx.Conn, p store.UpdateParams, current store.Current, change store.Change, out *store.Resource) error {
	table := tables[p.Ref.Type]
	b := &pgx.Batch{}
	if change.Attributes == nil {
		b.Queue("UPDATE "+table+" SET version = version + 1, last_modified = $3 WHERE tenant_id = $1 AND id = $2", p.Tenant, p.ID, p.Now.UnixMilli())
	} else {
		row, err := sqlfilter.NewRow(p.Type, p.Tenant, change.Attributes)
		if err != nil {
			return err
		}
		b.Queue(updateRow(table), append(rowArgs(p.Tenant, p.Now, row), p.ID)...)
		out.Text, out.Wide = row.Text, row.Wide
	}
	if len(change.RemoveMembers) > 0 {
		b.Queue("DELETE FROM memberships WHERE tenant_id = $1 AND group_id = $2 AND member_id = ANY($3)", p.Tenant, p.ID, change.RemoveMembers)
	}
	if len(change.AddMembers) > 0 {
		types := make([]string, len(change.AddMembers))
		for i, id := range change.AddMembers {
			types[i] = current.Known[id]
		}
		b.Queue(addMembers, p.Tenant, p.ID, change.AddMembers, types)
	}
	if p.Links && (len(change.AddMembers) > 0 || len(change.RemoveMembers) > 0) {
		b.Queue("SELECT "+links[p.Ref.Type]+" FROM "+table+" r WHERE r.tenant_id = $1 AND r.id = $2", p.Tenant, p.ID).
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
	out.Meta.Version++
	out.Meta.LastModified = p.Now
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
		}
		b.Queue("DELETE FROM "+tables[p.Type]+" WHERE tenant_id = $1 AND id = $2", p.Tenant, p.ID)
		queueCount(c, b, p.Tenant, p.Type, -1)
		b.Queue("commit")
		return run(ctx, c, b)
	})
}
