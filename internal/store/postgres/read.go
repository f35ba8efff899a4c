package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// dialect writes filters for this database.
var dialect = sqlfilter.Postgres()

// columns are what a resourceRow reads. Shallow ones are for a tenant without
// groups in groups.
func columns(p store.GetParams, shallow bool) string {
	if p.Links && shallow {
		return dialect.Shallow(p.Type, p.Manager)
	}
	return dialect.Columns(p.Type, p.Links, p.Manager) + ", FALSE AS nested"
}

// deepen reads with columns for a tenant that is not known to have groups in
// groups, and once more if it has: what counts is of one statement.
func (s *Store) deepen(tenant int64, read func(shallow bool) (nested bool, err error)) error {
	_, known := s.nested.Load(tenant)
	nested, err := read(!known)
	if nested && !known && err == nil {
		s.nested.Store(tenant, true)
		_, err = read(false)
	}
	return err
}

// selectOne reads a resource by tenant and id, and its password.
func selectOne(p store.UpdateParams, shallow bool) string {
	return "SELECT " + columns(p.Reading(), shallow) + ", " + password + " FROM " + tables[p.Ref.Type] + " r WHERE r.tenant_id = $1 AND r.id = $2"
}

// password reads the hash of r's password.
const password = "COALESCE(r.password, '')"

// Get reads one resource.
func (s *Store) Get(ctx context.Context, p store.GetParams) (store.Resource, error) {
	row := resourceRow{resourceType: p.Type}
	err := s.deepen(p.Tenant, func(shallow bool) (bool, error) {
		sql := "SELECT " + columns(p, shallow) + " FROM " + tables[p.Type] + " r WHERE r.tenant_id = $1 AND r.id = $2"
		err := s.pool.QueryRow(ctx, sql, p.Tenant, p.ID).Scan(row.targets()...)
		return row.nested, err
	})
	if err != nil {
		return store.Resource{}, translate(err)
	}
	return row.resource()
}

// resourceRow is a row of columns. Its targets serve for every row of a page.
type resourceRow struct {
	resourceType                   string
	key                            *string // for a cursor
	total                          *int64  // of the whole list
	id, version, created, modified int64
	wide                           bool
	doc, links                     []byte
	managerID                      *int64
	manager                        *string
	nested, anyNested              bool // in this row, in any
}

func (r *resourceRow) targets() []any {
	return []any{&r.id, &r.version, &r.created, &r.modified, &r.wide, &r.doc, &r.links, &r.managerID, &r.manager, &r.nested}
}

func (r *resourceRow) resource() (store.Resource, error) {
	links, err := sqlfilter.ParseLinks(r.links)
	out := store.Resource{
		Type: r.resourceType, ID: r.id, Text: r.doc, Wide: r.wide, Links: links,
		Meta: scim.Meta{Created: time.UnixMilli(r.created).UTC(), LastModified: time.UnixMilli(r.modified).UTC(), Version: r.version},
	}
	if r.manager != nil {
		out.Manager = &store.Link{ID: *r.managerID, Type: "User", Display: *r.manager}
	}
	return out, err
}

// queueManager finds the manager of a row that has been written.
func queueManager(b *pgx.Batch, tenant int64, row sqlfilter.Row, out *store.Resource) {
	out.Manager = nil
	if row.ManagerID == 0 {
		return
	}
	b.Queue("SELECT display FROM users WHERE tenant_id = $1 AND id = $2", tenant, row.ManagerID).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, display := range found {
			out.Manager = &store.Link{ID: row.ManagerID, Type: "User", Display: display}
		}
		return err
	})
}
