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

// columns are what scan reads, of a table with the alias r.
// dialect writes filters for this database.
var dialect = sqlfilter.SQLite()

const columns = "r.id, r.version, r.created, r.last_modified, r.wide, r.doc"

// links aggregate the links of r as sqlfilter.ParseLinks reads them.
var links = map[string]string{
	"User": `(SELECT json_group_array(json_array(g.id, 'Group', g.display) ORDER BY g.id)
		FROM memberships m JOIN groups g ON g.tenant_id = m.tenant_id AND g.id = m.group_id
		WHERE m.tenant_id = r.tenant_id AND m.member_id = r.id)`,
	"Group": `(SELECT json_group_array(json_array(m.member_id, m.member_type, COALESCE(mu.display, mg.display, '')) ORDER BY m.member_id)
		FROM memberships m
		LEFT JOIN users mu ON mu.tenant_id = m.tenant_id AND mu.id = m.member_id AND m.member_type = 'User'
		LEFT JOIN groups mg ON mg.tenant_id = m.tenant_id AND mg.id = m.member_id AND m.member_type = 'Group'
		WHERE m.tenant_id = r.tenant_id AND m.group_id = r.id)`,
}

// tables are the tables of the resource types.
var tables = map[string]string{"User": "users", "Group": "groups"}

// selected gives the columns, with links or NULL in their place.
func selected(resourceType string, withLinks bool) string {
	if withLinks {
		return columns + ", " + links[resourceType]
	}
	return columns + ", NULL"
}

// selectOne reads a resource by tenant and id.
func selectOne(resourceType string, withLinks bool) string {
	return "SELECT " + selected(resourceType, withLinks) + " FROM " + tables[resourceType] + " r WHERE r.tenant_id = ?1 AND r.id = ?2"
}

// scanned is a row of selected. It is all NULL beside the total of an empty
// page.
type scanned struct {
	id, version, created, modified sql.NullInt64
	wide                           sql.NullBool
	text, links                    []byte
}

func (s *scanned) targets() []any {
	return []any{&s.id, &s.version, &s.created, &s.modified, &s.wide, &s.text, &s.links}
}

func (s *scanned) resource() (store.Resource, error) {
	meta := scim.Meta{
		Created: time.UnixMilli(s.created.Int64).UTC(), LastModified: time.UnixMilli(s.modified.Int64).UTC(), Version: s.version.Int64,
	}
	parsed, err := sqlfilter.ParseLinks(s.links)
	return store.Resource{ID: s.id.Int64, Meta: meta, Text: s.text, Wide: s.wide.Bool, Links: parsed}, err
}

// Get reads one resource.
func (s *Store) Get(ctx context.Context, p store.GetParams) (store.Resource, error) {
	var r store.Resource
	err := s.with(ctx, s.read, func(c *conn) (err error) {
		r, err = get(ctx, c, p.Ref, p.Links)
		return err
	})
	return r, err
}

func get(ctx context.Context, c *conn, ref store.Ref, withLinks bool) (store.Resource, error) {
	var row scanned
	if err := c.queryRow(ctx, selectOne(ref.Type, withLinks), []any{ref.Tenant, ref.ID}, row.targets()...); err != nil {
		return store.Resource{}, err
	}
	return row.resource()
}

// List reads a page with the exact total, both of one snapshot.
func (s *Store) List(ctx context.Context, p store.ListParams) (store.Page, error) {
	q := newListQuery(p)
	var page store.Page
	err := s.with(ctx, s.read, func(c *conn) (err error) {
		page, err = q.run(ctx, c)
		return err
	})
	return page, err
}

// listQuery is a list with its filter and order compiled. Its first parameter
// is the tenant.
type listQuery struct {
	store.ListParams
	clause sqlfilter.Clause
	order  string
	args   []any
	table  string
}

func newListQuery(p store.ListParams) *listQuery {
	c := &sqlfilter.Compiler{Dialect: dialect, Type: p.Type, Tenant: p.Tenant, BaseURL: p.BaseURL, Args: []any{p.Tenant}}
	q := &listQuery{ListParams: p, order: "r.id", table: tables[p.Type.Name]}
	if p.Filter != nil {
		q.clause = c.Filter(p.Filter)
	}
	if p.Sort != nil && p.Count > 0 {
		q.order = c.Order(p.Sort.Target, p.Sort.Descending) + ", r.id"
	}
	q.args = c.Args
	return q
}

func (q *listQuery) run(ctx context.Context, c *conn) (store.Page, error) {
	if q.Count == 0 {
		var page store.Page
		args := slices.Clone(q.args)
		err := c.queryRow(ctx, q.counted(&args), args, &page.Total)
		return page, err
	}
	if q.clause.Selective && q.Start == 1 {
		if page, all, err := q.few(ctx, c); all || err != nil {
			return page, err
		}
	}
	return q.page(ctx, c)
}

func (q *listQuery) where() string {
	if q.Filter == nil {
		return "r.tenant_id = ?1"
	}
	return "r.tenant_id = ?1 AND " + q.clause.SQL
}

func param(args *[]any, v any) string {
	*args = append(*args, v)
	return "?" + strconv.Itoa(len(*args))
}

// counted is the number of all matches as a query: for a whole type its
// counter.
func (q *listQuery) counted(args *[]any) string {
	if q.Filter == nil {
		return "SELECT COALESCE(sum(n), 0) AS n FROM resource_counts WHERE tenant_id = ?1 AND type = " + param(args, q.Type.Name)
	}
	return "SELECT count(*) AS n FROM " + q.table + " r WHERE " + q.where()
}

// few reads the rows an index finds, and one more than asked for: when all fit,
// they are the total. The + keeps SQLite from walking the tenant by id in hope
// of an early match.
func (q *listQuery) few(ctx context.Context, c *conn) (page store.Page, all bool, err error) {
	order := q.order
	if q.Sort == nil {
		order = "+r.id"
	}
	args := slices.Clone(q.args)
	text := "SELECT " + selected(q.Type.Name, q.Links) + " FROM " + q.table + " r WHERE " + q.where() +
		" ORDER BY " + order + " LIMIT " + param(&args, q.Count+1)
	err = c.query(ctx, text, args, func(rows *sql.Rows) error {
		var row scanned
		if err := rows.Scan(row.targets()...); err != nil {
			return err
		}
		r, err := row.resource()
		page.Resources = append(page.Resources, r)
		return err
	})
	page.Total = int64(len(page.Resources))
	return page, len(page.Resources) <= q.Count, err
}

// page joins the page to the total in one statement. It first finds the ids, so
// that neither offset nor sort carries documents along.
func (q *listQuery) page(ctx context.Context, c *conn) (store.Page, error) {
	args := slices.Clone(q.args)
	text := "SELECT t.n, " + selected(q.Type.Name, q.Links) + " FROM (" + q.counted(&args) + ") t LEFT JOIN (" + q.ids(&args) + ") p" +
		" LEFT JOIN " + q.table + " r ON r.tenant_id = ?1 AND r.id = p.id ORDER BY p.place"
	page := store.Page{Resources: make([]store.Resource, 0, min(q.Count, 100))}
	err := c.query(ctx, text, args, func(rows *sql.Rows) error {
		var row scanned
		if err := rows.Scan(append([]any{&page.Total}, row.targets()...)...); err != nil || !row.id.Valid {
			return err
		}
		r, err := row.resource()
		page.Resources = append(page.Resources, r)
		return err
	})
	return page, err
}

// ids are the ids of the page with their places. For a whole type in the order
// of ids they are a walk on the index of the primary key alone.
func (q *listQuery) ids(args *[]any) string {
	if q.Sort != nil {
		return "SELECT r.id, row_number() OVER (ORDER BY " + q.order + ") AS place FROM " + q.table + " r WHERE " + q.where() +
			" ORDER BY place LIMIT " + param(args, q.Count) + " OFFSET " + param(args, q.Start-1)
	}
	return "SELECT r.id, r.id AS place FROM " + q.table + " r WHERE " + q.where() +
		" ORDER BY r.id LIMIT " + param(args, q.Count) + " OFFSET " + param(args, q.Start-1)
}
