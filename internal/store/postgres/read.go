package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// dialect writes filters for this database.
var dialect = sqlfilter.Postgres()

// columns are what scanResource reads, of a table with the alias r.
const columns = "r.id, r.version, r.created, r.last_modified, r.wide, r.doc"

// links aggregate the links of r as sqlfilter.ParseLinks reads them.
var links = map[string]string{
	"User": `(SELECT json_agg(json_build_array(g.id, 'Group', g.display) ORDER BY g.id)::text
		FROM memberships m JOIN groups g ON g.tenant_id = m.tenant_id AND g.id = m.group_id
		WHERE m.tenant_id = r.tenant_id AND m.member_id = r.id)`,
	"Group": `(SELECT json_agg(json_build_array(m.member_id, m.member_type, COALESCE(mu.display, mg.display, '')) ORDER BY m.member_id)::text
		FROM memberships m
		LEFT JOIN users mu ON mu.tenant_id = m.tenant_id AND mu.id = m.member_id AND m.member_type = 'User'
		LEFT JOIN groups mg ON mg.tenant_id = m.tenant_id AND mg.id = m.member_id AND m.member_type = 'Group'
		WHERE m.tenant_id = r.tenant_id AND m.group_id = r.id)`,
}

// selected gives the columns, with links or NULL in their place.
func selected(resourceType string, withLinks bool) string {
	if withLinks {
		return columns + ", " + links[resourceType] + " AS links"
	}
	return columns + ", NULL::text AS links"
}

// Get reads one resource.
func (s *Store) Get(ctx context.Context, p store.GetParams) (store.Resource, error) {
	sql := "SELECT " + selected(p.Type, p.Links) + " FROM " + tables[p.Type] + " r WHERE r.tenant_id = $1 AND r.id = $2"
	r, err := scanResource(s.pool.QueryRow(ctx, sql, p.Tenant, p.ID))
	return r, translate(err)
}

// resourceRow is a row as selected selects it. Its targets serve for every row
// of a page.
type resourceRow struct {
	id, version, created, modified int64
	wide                           bool
	doc, links                     []byte
}

func (r *resourceRow) targets() []any {
	return []any{&r.id, &r.version, &r.created, &r.modified, &r.wide, &r.doc, &r.links}
}

func (r *resourceRow) resource() (store.Resource, error) {
	links, err := sqlfilter.ParseLinks(r.links)
	return store.Resource{
		ID: r.id, Text: r.doc, Wide: r.wide, Links: links,
		Meta: scim.Meta{Created: time.UnixMilli(r.created).UTC(), LastModified: time.UnixMilli(r.modified).UTC(), Version: r.version},
	}, err
}

func scanResource(row pgx.Row) (store.Resource, error) {
	var r resourceRow
	if err := row.Scan(r.targets()...); err != nil {
		return store.Resource{}, err
	}
	return r.resource()
}

// List reads a page with the exact total, both of one snapshot.
func (s *Store) List(ctx context.Context, p store.ListParams) (store.Page, error) {
	q := newListQuery(p)
	if p.Count == 0 {
		return s.total(ctx, q)
	}
	if q.clause.Selective && p.Start == 1 {
		if page, fits, err := s.selective(ctx, q); fits || err != nil {
			return page, err
		}
	}
	return s.page(ctx, q)
}

// listQuery is a list with its filter and order compiled. Its first parameter
// is the tenant.
type listQuery struct {
	store.ListParams
	clause sqlfilter.Clause
	order  string
	args   []any // of clause and order
	table  string
	counts int // the number of args that the total needs
}

func newListQuery(p store.ListParams) *listQuery {
	c := &sqlfilter.Compiler{Dialect: dialect, Type: p.Type, Tenant: p.Tenant, BaseURL: p.BaseURL, Args: []any{p.Tenant}}
	q := &listQuery{ListParams: p, order: "r.id", table: tables[p.Type.Name]}
	if p.Filter != nil {
		q.clause = c.Filter(p.Filter)
	}
	q.counts = len(c.Args)
	if p.Sort != nil {
		q.order = c.Order(p.Sort.Target, p.Sort.Descending) + ", r.id"
	}
	q.args = c.Args
	return q
}

func (q *listQuery) where() string {
	if q.Filter == nil {
		return "r.tenant_id = $1"
	}
	return "r.tenant_id = $1 AND " + q.clause.SQL
}

// param appends a parameter to a copy of the list's own.
func (q *listQuery) param(args *[]any, v any) string {
	*args = append(*args, v)
	return fmt.Sprintf("$%d", len(*args))
}

// counted is the number of all matches as a query: for a whole type the sum of
// its counters.
func (q *listQuery) counted(args *[]any) string {
	if q.Filter == nil {
		return "SELECT COALESCE(sum(n), 0)::bigint AS n FROM resource_counts WHERE tenant_id = $1 AND type = " + q.param(args, q.Type.Name)
	}
	return "SELECT count(*) AS n FROM " + q.table + " r WHERE " + q.where()
}

func (s *Store) total(ctx context.Context, q *listQuery) (store.Page, error) {
	var page store.Page
	args := slices.Clone(q.args[:q.counts])
	sql := q.counted(&args)
	err := s.pool.QueryRow(ctx, sql, args...).Scan(&page.Total)
	return page, translate(err)
}

// selective reads the few rows an index finds, and one more than asked for:
// when they all fit on the first page, they are the total. The order is by an
// expression, so that the planner does not walk the whole tenant in hope of an
// early match.
func (s *Store) selective(ctx context.Context, q *listQuery) (page store.Page, fits bool, err error) {
	order := q.order
	if order == "r.id" {
		order = "r.id + 0"
	}
	args := slices.Clone(q.args)
	sql := "SELECT " + selected(q.Type.Name, q.Links) + " FROM " + q.table + " r WHERE " + q.where() + " ORDER BY " + order +
		" LIMIT " + q.param(&args, q.Count+1)
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return page, false, translate(err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (store.Resource, error) { return scanResource(row) })
	return store.Page{Total: int64(len(found)), Resources: found}, len(found) <= q.Count, translate(err)
}

// page reads a page with the total in each of its rows, so that both are of one
// snapshot. Where there are no rows the total is below the start.
func (s *Store) page(ctx context.Context, q *listQuery) (store.Page, error) {
	args := slices.Clone(q.args)
	sql := "SELECT " + selected(q.Type.Name, q.Links) + ", (" + q.counted(&args) + ") AS total" + q.slice(&args)
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return store.Page{}, translate(err)
	}
	defer rows.Close()
	page := store.Page{Resources: make([]store.Resource, 0, min(q.Count, 100))}
	var row resourceRow
	targets := append(row.targets(), &page.Total)
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return page, err
		}
		r, err := row.resource()
		if err != nil {
			return page, err
		}
		page.Resources = append(page.Resources, r)
	}
	if err := rows.Err(); err != nil {
		return page, translate(err)
	}
	if len(page.Resources) == 0 && q.Start > 1 {
		page, err = s.total(ctx, q)
		page.Total = min(page.Total, q.Start-1)
	}
	return page, err
}

// slice is what follows the columns of a page. A whole type in the order of ids
// starts from the id that the index gives for the offset, which reads no row in
// front of it.
func (q *listQuery) slice(args *[]any) string {
	from, offset := " FROM "+q.table+" r WHERE "+q.where(), ""
	switch {
	case q.Sort != nil || q.Filter != nil:
		offset = " OFFSET " + q.param(args, q.Start-1)
	case q.Start > 1:
		from += " AND r.id >= (SELECT o.id FROM " + q.table + " o WHERE o.tenant_id = $1 ORDER BY o.id OFFSET " +
			q.param(args, q.Start-1) + " LIMIT 1)"
	}
	return from + " ORDER BY " + q.order + " LIMIT " + q.param(args, q.Count) + offset
}
