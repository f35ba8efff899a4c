package sqlite

import (
	"context"
	"database/sql"

	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// List reads a page with the exact total, both of one snapshot.
func (s *Store) List(ctx context.Context, p store.ListParams) (store.Page, error) {
	list, err := dialect.List(p)
	if err != nil {
		return store.Page{}, err
	}
	q := &listQuery{ListParams: p, List: list}
	var page store.Page
	err = s.with(ctx, s.read, func(c *conn) (err error) {
		page, err = q.run(ctx, c)
		return err
	})
	return page, err
}

// listQuery is a list as SQL.
type listQuery struct {
	store.ListParams
	*sqlfilter.List
}

func (q *listQuery) run(ctx context.Context, c *conn) (store.Page, error) {
	first := q.Start <= 1 && q.After == nil
	switch {
	case q.Count == 0:
		var page store.Page
		err := c.queryRow(ctx, q.Total(), q.Args, &page.Total)
		return page, err
	case len(q.Parts) > 1:
		return q.several(ctx, c)
	case first && q.Parts[0].Selective:
		if page, all, err := q.few(ctx, c); all || err != nil {
			return page, err
		}
	}
	return q.single(ctx, c)
}

func columns(part sqlfilter.Part) string {
	return dialect.Columns(part.Type.Name, part.Links, part.Manager)
}

// few reads the rows an index finds, and one more than asked for: when all fit,
// they are the total. The + keeps SQLite from walking the tenant by id in hope
// of an early match.
func (q *listQuery) few(ctx context.Context, c *conn) (page store.Page, all bool, err error) {
	l, part := q.Copy(), q.Parts[0]
	id := "r.id"
	if part.Key == "" {
		id = "+r.id"
	}
	text := "SELECT " + columns(part) + " FROM " + part.Table + " r WHERE " + part.Where +
		" ORDER BY " + l.Order(part.Key, id) + " LIMIT " + l.Param(q.Count+1)
	err = c.query(ctx, text, l.Args, func(rows *sql.Rows) error {
		row := scanned{resourceType: sql.NullString{String: part.Type.Name}}
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

// single joins a page of one type to the total in one statement. It first finds
// the ids, so that neither offset nor sort carries documents along.
func (q *listQuery) single(ctx context.Context, c *conn) (store.Page, error) {
	l, part := q.Copy(), q.Parts[0]
	text := "SELECT t.n, " + "'" + part.Type.Name + "', p.key, p.place, " + columns(part) +
		" FROM (" + l.Total() + ") t LEFT JOIN (" + ids(l) + ") p" +
		" LEFT JOIN " + part.Table + " r ON r.tenant_id = ?1 AND r.id = p.id ORDER BY p.place"
	return q.page(ctx, c, text, l.Args)
}

// ids are the ids of the page with their places. For a whole type in the order
// of ids they are a walk on the index of the primary key alone.
func ids(l *sqlfilter.List) string {
	part := l.Parts[0]
	columns, order := "r.id, r.id AS place, NULL AS key", "r.id"
	if part.Key != "" {
		columns = "r.id, row_number() OVER (ORDER BY " + l.Order(part.Key, "r.id") + ") AS place, CAST(" + part.Key + " AS TEXT) AS key"
		order = "place"
	}
	return "SELECT " + columns + " FROM " + part.Table + " r WHERE " + part.Where + part.After +
		" ORDER BY " + order + " LIMIT " + l.Param(l.Limit()) + " OFFSET " + l.Param(l.Skip())
}

// several is single for several types.
func (q *listQuery) several(ctx context.Context, c *conn) (store.Page, error) {
	l := q.Copy()
	text := "WITH " + l.Several() + " SELECT t.n, x.* FROM (" + l.Total() + ") t LEFT JOIN " + l.Whole(columns) + " ORDER BY x.place"
	return q.page(ctx, c, text, l.Args)
}

// page reads rows of the total, the type, key and place of a resource, and its
// columns.
func (q *listQuery) page(ctx context.Context, c *conn, text string, args []any) (store.Page, error) {
	page := store.Page{Resources: make([]store.Resource, 0, min(q.Count, 100))}
	var keys []*string
	err := c.query(ctx, text, args, func(rows *sql.Rows) error {
		var row scanned
		var place sql.NullInt64
		err := rows.Scan(append([]any{&page.Total, &row.resourceType, &row.key, &place}, row.targets()...)...)
		if err != nil || !row.id.Valid {
			return err
		}
		r, err := row.resource()
		page.Resources, keys = append(page.Resources, r), append(keys, row.key)
		return err
	})
	q.Next(&page, keys)
	return page, err
}
