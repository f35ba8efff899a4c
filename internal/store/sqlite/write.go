package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

const nextID = "UPDATE resource_ids SET last = last + 1 RETURNING last"

func insertInto(table string) string {
	return "INSERT INTO " + table + ` (tenant_id, id, last_modified, active, wide, user_name, external_id, display, display_key, doc, search,
		version, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULLIF(?7, ''), ?8, ?9, ?10, ?11, 1, ?3)`
}

func update(table string) string {
	return "UPDATE " + table + ` SET last_modified = ?3, active = ?4, wide = ?5, user_name = ?6, external_id = NULLIF(?7, ''), display = ?8,
		display_key = ?9, doc = ?10, search = ?11, version = version + 1 WHERE tenant_id = ?1 AND id = ?2`
}

func touch(table string) string {
	return "UPDATE " + table + " SET last_modified = ?3, version = version + 1 WHERE tenant_id = ?1 AND id = ?2"
}

func rowArgs(tenant, id int64, now time.Time, row sqlfilter.Row) []any {
	return []any{tenant, id, now.UnixMilli(), row.Active, row.Wide, row.UserName, row.ExternalID, row.Display, row.DisplayKey,
		string(row.Text), string(row.Search)}
}

var errUserName = &store.UniqueError{Attribute: "userName"}

// Create stores a new resource.
func (s *Store) Create(ctx context.Context, p store.CreateParams) (store.Created, error) {
	row, err := sqlfilter.NewSQLiteRow(p.Type, p.Tenant, p.Attributes)
	if err != nil {
		return store.Created{}, err
	}
	now := p.Now.UTC().Truncate(time.Millisecond)
	out := store.Created{Resource: store.Resource{
		Meta: scim.Meta{Created: now, LastModified: now, Version: 1}, Text: row.Text, Wide: row.Wide,
	}}
	err = s.transact(ctx, func(c *conn) error {
		known, err := lookUp(ctx, c, p.Tenant, p.Members)
		if err != nil {
			return err
		}
		members, unknown := split(p.Members, known)
		if len(unknown) > 0 && !p.SkipUnknown {
			return &store.UnknownMembersError{IDs: unknown}
		}
		out.Skipped = unknown
		if err := c.queryRow(ctx, nextID, nil, &out.ID); err != nil {
			return err
		}
		if _, err := c.exec(ctx, insertInto(tables[p.Type.Name]), rowArgs(p.Tenant, out.ID, now, row)...); err != nil {
			return taken(err, errUserName, err)
		}
		if err := putKeys(ctx, c, p.Tenant, out.ID, row.Keys); err != nil {
			return err
		}
		if err := addMembers(ctx, c, p.Tenant, out.ID, members, known); err != nil {
			return err
		}
		return count(ctx, c, p.Tenant, p.Type.Name, 1)
	})
	return out, err
}

// split gives the known ids and the others, each once and in order.
func split(ids []int64, known map[int64]string) (found, unknown []int64) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if _, ok := known[id]; ok {
			found = append(found, id)
		} else {
			unknown = append(unknown, id)
		}
	}
	return found, unknown
}

func count(ctx context.Context, c *conn, tenant int64, resourceType string, by int) error {
	_, err := c.exec(ctx, `INSERT INTO resource_counts (tenant_id, type, slot, n) VALUES (?1, ?2, 0, ?3)
		ON CONFLICT (tenant_id, type, slot) DO UPDATE SET n = n + excluded.n`, tenant, resourceType, by)
	return err
}

func putKeys(ctx context.Context, c *conn, tenant, id int64, keys []int64) error {
	for _, key := range keys {
		if _, err := c.exec(ctx, "INSERT INTO resource_keys (tenant_id, key, id) VALUES (?1, ?2, ?3)", tenant, key, id); err != nil {
			return err
		}
	}
	return nil
}

func dropKeys(ctx context.Context, c *conn, tenant, id int64) error {
	_, err := c.exec(ctx, "DELETE FROM resource_keys WHERE tenant_id = ?1 AND id = ?2", tenant, id)
	return err
}

// jsonList writes ids as a parameter for json_each.
func jsonList(ids []int64) string {
	b := []byte{'['}
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return string(append(b, ']'))
}

// lookUp finds which ids exist, with their types.
func lookUp(ctx context.Context, c *conn, tenant int64, ids []int64) (map[int64]string, error) {
	known := make(map[int64]string, len(ids))
	if len(ids) == 0 {
		return known, nil
	}
	err := c.query(ctx, `SELECT id, 'User' FROM users WHERE tenant_id = ?1 AND id IN (SELECT value FROM json_each(?2))
		UNION ALL SELECT id, 'Group' FROM groups WHERE tenant_id = ?1 AND id IN (SELECT value FROM json_each(?2))`,
		[]any{tenant, jsonList(ids)}, func(rows *sql.Rows) error {
			var id int64
			var resourceType string
			err := rows.Scan(&id, &resourceType)
			known[id] = resourceType
			return err
		})
	return known, err
}

func addMembers(ctx context.Context, c *conn, tenant, group int64, ids []int64, known map[int64]string) error {
	byType := map[string][]int64{}
	for _, id := range ids {
		byType[known[id]] = append(byType[known[id]], id)
	}
	for resourceType, ids := range byType {
		if _, err := c.exec(ctx, `INSERT INTO memberships (tenant_id, group_id, member_id, member_type)
			SELECT ?1, ?2, value, ?3 FROM json_each(?4) WHERE true ON CONFLICT DO NOTHING`, tenant, group, resourceType, jsonList(ids)); err != nil {
			return err
		}
	}
	return nil
}

func removeMembers(ctx context.Context, c *conn, tenant, group int64, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := c.exec(ctx, "DELETE FROM memberships WHERE tenant_id = ?1 AND group_id = ?2 AND member_id IN (SELECT value FROM json_each(?3))",
		tenant, group, jsonList(ids))
	return err
}

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
		out, err = get(ctx, c, p.Ref, p.Links)
		return err
	})
	return out, err
}

func current(ctx context.Context, c *conn, p store.UpdateParams) (store.Current, error) {
	current := store.Current{IsMember: map[int64]bool{}}
	var err error
	if current.Resource, err = get(ctx, c, p.Ref, p.Links); err != nil {
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
		if _, err := c.exec(ctx, touch(table), p.Tenant, p.ID, p.Now.UnixMilli()); err != nil {
			return err
		}
	} else {
		row, err := sqlfilter.NewSQLiteRow(p.Type, p.Tenant, change.Attributes)
		if err != nil {
			return err
		}
		if _, err := c.exec(ctx, update(table), rowArgs(p.Tenant, p.ID, p.Now, row)...); err != nil {
			return taken(err, errUserName, err)
		}
		if err := dropKeys(ctx, c, p.Tenant, p.ID); err != nil {
			return err
		}
		if err := putKeys(ctx, c, p.Tenant, p.ID, row.Keys); err != nil {
			return err
		}
	}
	if err := removeMembers(ctx, c, p.Tenant, p.ID, change.RemoveMembers); err != nil {
		return err
	}
	return addMembers(ctx, c, p.Tenant, p.ID, change.AddMembers, known)
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
		if _, err := c.exec(ctx, `UPDATE groups SET version = version + 1, last_modified = ?3 WHERE tenant_id = ?1
			AND id IN (SELECT group_id FROM memberships WHERE tenant_id = ?1 AND member_id = ?2)`, p.Tenant, p.ID, p.Now.UnixMilli()); err != nil {
			return err
		}
		for _, sql := range []string{
			"DELETE FROM memberships WHERE tenant_id = ?1 AND member_id = ?2",
			"DELETE FROM memberships WHERE tenant_id = ?1 AND group_id = ?2",
			"DELETE FROM resource_keys WHERE tenant_id = ?1 AND id = ?2",
			"DELETE FROM " + tables[p.Type] + " WHERE tenant_id = ?1 AND id = ?2",
		} {
			if _, err := c.exec(ctx, sql, p.Tenant, p.ID); err != nil {
				return err
			}
		}
		return count(ctx, c, p.Tenant, p.Type, -1)
	})
}
