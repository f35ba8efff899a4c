package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// List reads a page with the exact total, both of one snapshot.
func (s *Store) List(ctx context.Context, p store.ListParams) (store.Page, error) {
	list, err := dialect.List(p)
	if err != nil {
		return store.Page{}, err
	}
	if p.Count == 0 {
		return s.total(ctx, &listQuery{ListParams: p, List: list})
	}
	var page store.Page
	err = s.deepen(p.Tenant, func(shallow bool) (nested bool, err error) {
		page, nested, err = s.list(ctx, &listQuery{ListParams: p, List: list, shallow: shallow})
		return nested, err
	})
	return page, err
}

func (s *Store) list(ctx context.Context, q *listQuery) (page store.Page, nested bool, err error) {
	first := q.Start <= 1 && q.After == nil
	switch {
	case len(q.Parts) > 1:
		return s.page(ctx, q, q.several)
	case first && q.Parts[0].Selective:
		if page, nested, fits, err := s.selective(ctx, q); fits || err != nil {
			return page, nested, err
		}
	}
	return s.page(ctx, q, q.single)
}

// listQuery is a list as SQL.
type listQuery struct {
	store.ListParams
	*sqlfilter.List
	shallow bool // columns
}

func (q *listQuery) columns(part sqlfilter.Part) string {
	return columns(store.GetParams{Ref: store.Ref{Type: part.Type.Name}, Links: part.Links, Manager: part.Manager}, q.shallow)
}

func (s *Store) total(ctx context.Context, q *listQuery) (store.Page, error) {
	var page store.Page
	err := s.pool.QueryRow(ctx, q.Total(), q.Args[:q.Counted]...).Scan(&page.Total)
	return page, translate(err)
}

// selective reads the few rows an index finds, and one more than asked for:
// when they all fit on the first page, they are the total. The order is by an
// expression, so that the planner does not walk the whole tenant in hope of an
// early match.
func (s *Store) selective(ctx context.Context, q *listQuery) (page store.Page, nested, fits bool, err error) {
	l, part := q.Copy(), q.Parts[0]
	sql := "SELECT " + q.columns(part) + " FROM " + part.Table + " r WHERE " + part.Where +
		" ORDER BY " + l.Order(part.Key, "r.id + 0") + " LIMIT " + l.Param(q.Count+1)
	row := resourceRow{resourceType: part.Type.Name}
	page.Resources, _, err = s.read(ctx, sql, l.Args, &row, row.targets(), nil)
	page.Total = int64(len(page.Resources))
	return page, row.anyNested, len(page.Resources) <= q.Count, err
}

// page reads a page with the total in each of its rows, so that both are of one
// snapshot. Where there are no rows the total is below the start.
func (s *Store) page(ctx context.Context, q *listQuery, form func(*resourceRow) (string, []any, []any)) (page store.Page, nested bool, err error) {
	row := resourceRow{total: &page.Total}
	sql, args, targets := form(&row)
	var keys []*string
	if page.Resources, keys, err = s.read(ctx, sql, args, &row, targets, make([]store.Resource, 0, min(q.Count, 100))); err != nil {
		return page, false, err
	}
	if len(page.Resources) == 0 && (q.Start > 1 || q.After != nil) {
		page, err = s.total(ctx, q)
		if !q.Cursor {
			page.Total = min(page.Total, q.Start-1)
		}
	}
	q.Next(&page, keys)
	return page, row.anyNested, err
}

// read adds resources to a list and gives, where they are among the targets,
// their keys.
func (s *Store) read(ctx context.Context, sql string, args []any, row *resourceRow, targets []any, list []store.Resource) (
	[]store.Resource, []*string, error,
) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, nil, translate(err)
	}
	var keys []*string
	_, err = pgx.ForEachRow(rows, targets, func() error {
		row.anyNested = row.anyNested || row.nested
		r, err := row.resource()
		list, keys = append(list, r), append(keys, row.key)
		return err
	})
	return list, keys, translate(err)
}

// single is a page of one type. A whole type in the order of ids starts from the
// id that the index gives for the offset, which reads no row in front of it.
func (q *listQuery) single(row *resourceRow) (sql string, args, targets []any) {
	l, part := q.Copy(), q.Parts[0]
	row.resourceType = part.Type.Name
	columns, targets := q.columns(part)+", ("+l.Total()+") AS total", append(row.targets(), row.total)
	from, offset := " FROM "+part.Table+" r WHERE "+part.Where+part.After, ""
	switch {
	case q.Cursor && part.Key != "":
		columns, targets = columns+", CAST("+part.Key+" AS text) AS key", append(targets, &row.key)
	case q.Cursor || l.Skip() == 0:
	case part.Key == "" && part.Filter == nil:
		from += " AND r.id >= (SELECT o.id FROM " + part.Table + " o WHERE o.tenant_id = $1 ORDER BY o.id OFFSET " + l.Param(l.Skip()) + " LIMIT 1)"
	default:
		offset = " OFFSET " + l.Param(l.Skip())
	}
	sql = "SELECT " + columns + from + " ORDER BY " + l.Order(part.Key, "r.id") + " LIMIT " + l.Param(l.Limit()) + offset
	return sql, l.Args, targets
}

// several is a page of several types.
func (q *listQuery) several(row *resourceRow) (sql string, args, targets []any) {
	l := q.Copy()
	var place int64
	targets = append([]any{row.total, &row.resourceType, &row.key, &place}, row.targets()...)
	sql = "WITH " + l.Several() + " SELECT (" + l.Total() + ") AS total, x.* FROM " + l.Whole(q.columns) + " ORDER BY x.place"
	return sql, l.Args, targets
}
