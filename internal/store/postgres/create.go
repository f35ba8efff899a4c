package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// insertInto adds a row; parameter 14 is the id, or 0 for the next one.
func insertInto(table string) string {
	return "INSERT INTO " + table + ` (tenant_id, version, created, last_modified, active, wide, user_name, external_id,
		display, display_key, doc, search, keys, manager_id, password, id)
		VALUES ($1, 1, $2, $2, $3, $4, $5, NULLIF($6::text, ''), $7, $8, $9, $10, $11, NULLIF($12::bigint, 0), NULLIF($13::text, ''),
		CASE $14::bigint WHEN 0 THEN nextval('resource_ids') ELSE $14::bigint END) RETURNING id`
}

// rowArgs are the parameters of a row. A password of nil stays as it is.
func rowArgs(tenant int64, now time.Time, row sqlfilter.Row, password *string) []any {
	return []any{tenant, now.UnixMilli(), row.Active, row.Wide, row.UserName, row.ExternalID,
		row.Display, row.DisplayKey, string(row.Text), row.Search, row.Keys, row.ManagerID, password}
}

const addMembers = `INSERT INTO memberships (tenant_id, group_id, member_id, member_type)
	SELECT $1, $2, unnest($3::bigint[]), unnest($4::text[]) ON CONFLICT DO NOTHING`

// known are the types of ids that exist.
type known map[int64]string

// queueMembers adds members that are known.
func (k known) queueMembers(b *pgx.Batch, tenant, group int64, ids []int64) {
	types := make([]string, len(ids))
	for i, id := range ids {
		types[i] = k[id]
	}
	b.Queue(addMembers, tenant, group, ids, types)
}

// split gives the ids that are known and the others.
func (k known) split(ids []int64) (found, unknown []int64) {
	for _, id := range ids {
		if _, ok := k[id]; ok {
			found = append(found, id)
		} else {
			unknown = append(unknown, id)
		}
	}
	return found, unknown
}

// queue finds which ids exist and keeps them from being deleted until the
// transaction ends.
func (k known) queue(b *pgx.Batch, tenant int64, ids []int64) {
	for _, resourceType := range []string{"Group", "User"} {
		b.Queue("SELECT id FROM "+tables[resourceType]+" WHERE tenant_id = $1 AND id = ANY($2) ORDER BY id FOR KEY SHARE", tenant, ids).
			Query(func(rows pgx.Rows) error {
				found, err := pgx.CollectRows(rows, pgx.RowTo[int64])
				for _, id := range found {
					k[id] = resourceType
				}
				return err
			})
	}
}

// count fails, by a division by zero, where there is no counter to move: the
// tenant is gone, and the transaction must leave nothing behind.
const count = `WITH moved AS (UPDATE resource_counts SET n = n + $4 WHERE tenant_id = $1 AND type = $2 AND slot = $3 RETURNING 1)
	SELECT 1 / count(*) FROM moved`

// queueCount moves a counter. The slot follows from the connection, so that two
// connections seldom wait for each other; it comes last in a transaction. Whoever
// deletes a tenant waits for those who have moved its counters.
func queueCount(c *pgx.Conn, b *pgx.Batch, tenant int64, resourceType string, by int) {
	b.Queue(count, tenant, resourceType, int16(c.PgConn().PID()%slots), by) //nolint:gosec // below 16
}

// creation is a resource on its way into the database.
type creation struct {
	store.CreateParams
	row  sqlfilter.Row
	out  *store.Created
	team int64 // the id that a Team for it has, where CreateAll makes one
}

func newCreation(p store.CreateParams, out *store.Created) (creation, error) {
	p.Now = p.Now.UTC().Truncate(time.Millisecond)
	row, err := sqlfilter.NewRow(p.Type, p.Tenant, p.Attributes)
	out.Resource = store.Resource{
		Type: p.Type.Name, ID: p.ID, Text: row.Text, Wide: row.Wide,
		Meta: scim.Meta{Created: p.Now, LastModified: p.Now, Version: 1},
	}
	return creation{CreateParams: p, row: row, out: out}, err
}

func (n *creation) queueRow(b *pgx.Batch) {
	b.Queue(insertInto(tables[n.Type.Name]), append(rowArgs(n.Tenant, n.Now, n.row, &n.Password), n.out.ID)...).
		QueryRow(func(r pgx.Row) error { return r.Scan(&n.out.ID) })
}

// queueAudit follows queueRow.
func (n *creation) queueAudit(b *pgx.Batch) {
	if n.out.ID != 0 {
		queueAudit(b, n.Audit.Of(n.out.ID))
		return
	}
	queueAudit(b, n.Audit)
}

// Create stores a new resource.
func (s *Store) Create(ctx context.Context, p store.CreateParams) (store.Created, error) {
	var out store.Created
	n, err := newCreation(p, &out)
	if err != nil {
		return store.Created{}, err
	}
	err = s.write(ctx, func(c *pgx.Conn) error {
		out.ID = p.ID
		if n.inCompany() {
			return n.inTheCompany(ctx, c)
		}
		if len(p.Members) > 0 {
			return n.withMembers(ctx, c)
		}
		b := &pgx.Batch{}
		n.queueRow(b)
		queueManager(b, p.Tenant, n.row, &out.Resource)
		n.queueAudit(b)
		queueCount(c, b, p.Tenant, p.Type.Name, 1)
		return run(ctx, c, b)
	})
	return out, err
}

func (n *creation) withMembers(ctx context.Context, c *pgx.Conn) error {
	exist := known{}
	b := &pgx.Batch{}
	b.Queue("begin")
	if n.ID == 0 {
		b.Queue("SELECT nextval('resource_ids')").QueryRow(func(r pgx.Row) error { return r.Scan(&n.out.ID) })
	}
	exist.queue(b, n.Tenant, sortedUnique(n.Members))
	if err := run(ctx, c, b); err != nil {
		return err
	}
	members, unknown := exist.split(sortedUnique(n.Members))
	if n.out.Skipped = unknown; len(unknown) > 0 && !n.SkipUnknown {
		return &store.UnknownMembersError{IDs: unknown}
	}
	b = &pgx.Batch{}
	n.queueRow(b)
	exist.queueMembers(b, n.Tenant, n.out.ID, members)
	queueManager(b, n.Tenant, n.row, &n.out.Resource)
	n.queueAudit(b)
	queueCount(c, b, n.Tenant, n.Type.Name, 1)
	b.Queue("commit")
	return run(ctx, c, b)
}

func sortedUnique(ids []int64) []int64 {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// reserve takes as many ids off the sequence.
const reserve = "SELECT nextval('resource_ids') FROM generate_series(1, $1)"

// ReserveIDs takes ids off the sequence.
func (s *Store) ReserveIDs(ctx context.Context, n int) ([]int64, error) {
	rows, err := s.pool.Query(ctx, reserve, n)
	if err != nil {
		return nil, translate(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return ids, translate(err)
}

// CreateAll stores new resources that may be members of each other, all or none.
func (s *Store) CreateAll(ctx context.Context, all []store.CreateParams) ([]store.Created, error) {
	out := make([]store.Created, len(all))
	list := make([]creation, len(all))
	if len(list) == 0 {
		return out, nil
	}
	for i, p := range all {
		var err error
		if list[i], err = newCreation(p, &out[i]); err != nil {
			return nil, err
		}
	}
	if err := s.reserveFor(ctx, list); err != nil {
		return nil, err
	}
	// In one order for all, so that those who wait for each other's user names do
	// not do so in a circle.
	slices.SortStableFunc(list, func(a, b creation) int {
		return cmp.Or(cmp.Compare(a.Type.Name, b.Type.Name), cmp.Compare(a.row.UserName, b.row.UserName), cmp.Compare(a.out.ID, b.out.ID))
	})
	return out, s.write(ctx, func(c *pgx.Conn) error { return createAll(ctx, c, list) })
}

// reserveFor gives ids to those that have none, and to the Teams of groups.
func (s *Store) reserveFor(ctx context.Context, list []creation) error {
	var without []*int64
	for i := range list {
		if list[i].out.ID == 0 {
			without = append(without, &list[i].out.ID)
		}
		if list[i].inCompany() {
			without = append(without, &list[i].team)
		}
	}
	if len(without) == 0 {
		return nil
	}
	ids, err := s.ReserveIDs(ctx, len(without))
	for i, id := range ids {
		*without[i] = id
	}
	return err
}

func createAll(ctx context.Context, c *pgx.Conn, list []creation) error {
	tenant := list[0].Tenant
	b := &pgx.Batch{}
	b.Queue("begin")
	var ids []int64
	for i := range list {
		list[i].queueRow(b)
		ids = append(ids, list[i].Members...)
	}
	exist := known{}
	if ids = sortedUnique(ids); len(ids) > 0 {
		exist.queue(b, tenant, ids)
	}
	if err := run(ctx, c, b); err != nil {
		return err
	}
	if _, unknown := exist.split(ids); len(unknown) > 0 {
		return &store.UnknownMembersError{IDs: unknown}
	}
	b = &pgx.Batch{}
	counts := map[string]int{}
	for _, n := range list {
		counts[n.Type.Name]++
		members := sortedUnique(n.Members)
		if len(members) > 0 {
			exist.queueMembers(b, tenant, n.out.ID, members)
		}
		if n.inCompany() {
			n.queueTeam(b, n.team).queueJoin(b, tenant, n.out.ID, members)
		}
		queueManager(b, tenant, n.row, &n.out.Resource)
		n.queueAudit(b)
	}
	for _, resourceType := range []string{"Group", "User"} {
		if counts[resourceType] > 0 {
			queueCount(c, b, tenant, resourceType, counts[resourceType])
		}
	}
	b.Queue("commit")
	return run(ctx, c, b)
}
