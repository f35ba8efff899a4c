package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

func insertInto(table string) string {
	return "INSERT INTO " + table + ` (tenant_id, id, last_modified, active, wide, user_name, external_id, display, display_key, doc, search,
		manager_id, password, version, created)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULLIF(?7, ''), ?8, ?9, ?10, ?11, NULLIF(?12, 0), NULLIF(?13, ''), 1, ?3)`
}

func update(table string) string {
	return "UPDATE " + table + ` SET last_modified = ?3, active = ?4, wide = ?5, user_name = ?6, external_id = NULLIF(?7, ''), display = ?8,
		display_key = ?9, doc = ?10, search = ?11, manager_id = NULLIF(?12, 0), password = NULLIF(COALESCE(?13, password), ''),
		version = version + 1 WHERE tenant_id = ?1 AND id = ?2`
}

func touch(table string) string {
	return "UPDATE " + table + " SET last_modified = ?3, password = NULLIF(COALESCE(?4, password), ''), version = version + 1 WHERE tenant_id = ?1 AND id = ?2"
}

// rowArgs are the parameters of a row. A password of nil stays as it is.
func rowArgs(tenant, id int64, now time.Time, row sqlfilter.Row, password *string) []any {
	return []any{tenant, id, now.UnixMilli(), row.Active, row.Wide, row.UserName, row.ExternalID, row.Display, row.DisplayKey,
		string(row.Text), string(row.Search), row.ManagerID, password}
}

var errUserName = &store.UniqueError{Attribute: "userName"}

// creation is a resource on its way into the database.
type creation struct {
	store.CreateParams
	row sqlfilter.Row
	out *store.Created
}

func newCreation(p store.CreateParams, out *store.Created) (creation, error) {
	p.Now = p.Now.UTC().Truncate(time.Millisecond)
	row, err := sqlfilter.NewSQLiteRow(p.Type, p.Tenant, p.Attributes)
	out.Resource = store.Resource{
		Type: p.Type.Name, Text: row.Text, Wide: row.Wide,
		Meta: scim.Meta{Created: p.Now, LastModified: p.Now, Version: 1},
	}
	return creation{CreateParams: p, row: row, out: out}, err
}

// insert adds the row, its keys and its place in the count, with the Team of a
// group.
func (n *creation) insert(ctx context.Context, c *conn) error {
	if err := hasTenant(ctx, c, n.Tenant); err != nil {
		return err
	}
	if n.out.ID = n.ID; n.ID == 0 {
		ids, err := reserve(ctx, c, 1)
		if err != nil {
			return err
		}
		n.out.ID = ids[0]
	}
	if _, err := c.exec(ctx, insertInto(tables[n.Type.Name]), rowArgs(n.Tenant, n.out.ID, n.Now, n.row, &n.Password)...); err != nil {
		return taken(err, errUserName, err)
	}
	if err := putKeys(ctx, c, n.Tenant, n.out.ID, n.row.Keys); err != nil {
		return err
	}
	if err := count(ctx, c, n.Tenant, n.Type.Name, 1); err != nil || !n.inCompany() {
		return err
	}
	return n.makeTeam(ctx, c)
}

// addMembers adds members, to the Team or Role of a group too.
func (n *creation) addMembers(ctx context.Context, c *conn, members []int64, known map[int64]string) error {
	if err := addMembers(ctx, c, n.Tenant, n.out.ID, members, known); err != nil || !n.inCompany() {
		return err
	}
	return join(ctx, c, n.Tenant, n.out.ID, members)
}

// findManager reads the manager of a row that has been written.
func (n *creation) findManager(ctx context.Context, c *conn) error {
	n.out.Manager = nil
	if n.row.ManagerID == 0 {
		return nil
	}
	link := store.Link{ID: n.row.ManagerID, Type: "User"}
	err := c.queryRow(ctx, "SELECT display FROM users WHERE tenant_id = ?1 AND id = ?2", []any{n.Tenant, link.ID}, &link.Display)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err == nil:
		n.out.Manager = &link
	}
	return err
}

// hasTenant fails where a tenant is gone; the write lock keeps one that is there.
func hasTenant(ctx context.Context, c *conn, tenant int64) error {
	var one int
	return c.queryRow(ctx, "SELECT 1 FROM tenants WHERE id = ?1", []any{tenant}, &one)
}

// Create stores a new resource.
func (s *Store) Create(ctx context.Context, p store.CreateParams) (store.Created, error) {
	var out store.Created
	n, err := newCreation(p, &out)
	if err != nil {
		return store.Created{}, err
	}
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
		if err := n.adoptOrInsert(ctx, c); err != nil {
			return err
		}
		if err := n.addMembers(ctx, c, members, known); err != nil {
			return err
		}
		if err := audit(ctx, c, n.Audit.Of(out.ID)); err != nil {
			return err
		}
		return n.findManager(ctx, c)
	})
	return out, err
}

// CreateAll stores new resources that may be members of each other, all or none.
func (s *Store) CreateAll(ctx context.Context, all []store.CreateParams) ([]store.Created, error) {
	out := make([]store.Created, len(all))
	list := make([]creation, len(all))
	for i, p := range all {
		var err error
		if list[i], err = newCreation(p, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, s.transact(ctx, func(c *conn) error { return createAll(ctx, c, list) })
}

func createAll(ctx context.Context, c *conn, list []creation) error {
	var members []int64
	for i := range list {
		if err := list[i].insert(ctx, c); err != nil {
			return err
		}
		members = append(members, list[i].Members...)
	}
	if len(members) > 0 {
		known, err := lookUp(ctx, c, list[0].Tenant, members)
		if err != nil {
			return err
		}
		if _, unknown := split(members, known); len(unknown) > 0 {
			return &store.UnknownMembersError{IDs: unknown}
		}
		for _, n := range list {
			if err := n.addMembers(ctx, c, n.Members, known); err != nil {
				return err
			}
		}
	}
	for i := range list {
		if err := list[i].findManager(ctx, c); err != nil {
			return err
		}
		if err := audit(ctx, c, list[i].Audit.Of(list[i].out.ID)); err != nil {
			return err
		}
	}
	return nil
}

// ReserveIDs takes ids off the sequence.
func (s *Store) ReserveIDs(ctx context.Context, n int) (ids []int64, err error) {
	err = s.transact(ctx, func(c *conn) (err error) {
		ids, err = reserve(ctx, c, n)
		return err
	})
	return ids, err
}

func reserve(ctx context.Context, c *conn, n int) ([]int64, error) {
	var last int64
	if err := c.queryRow(ctx, "UPDATE resource_ids SET last = last + ?1 RETURNING last", []any{n}, &last); err != nil {
		return nil, err
	}
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = last - int64(n-1-i)
	}
	return ids, nil
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
