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

// selectOne reads a resource by tenant and id.
func selectOne(resourceType string, withLinks bool, more string) string {
	return "SELECT " + dialect.Columns(resourceType, withLinks) + more + " FROM " + tables[resourceType] + " r WHERE r.tenant_id = $1 AND r.id = $2"
}

// password reads the hash of r's password.
const password = "COALESCE(r.password, '')"

// Get reads one resource.
func (s *Store) Get(ctx context.Context, p store.GetParams) (store.Resource, error) {
	row := resourceRow{resourceType: p.Type}
	if err := s.pool.QueryRow(ctx, selectOne(p.Type, p.Links, ""), p.Tenant, p.ID).Scan(row.targets()...); err != nil {
		return store.Resource{}, translate(err)
	}
	return row.resource()
}

// Password reads the hash of a resource's password.
func (s *Store) Password(ctx context.Context, ref store.Ref) (string, error) {
	var hash string
	err := s.pool.QueryRow(ctx, "SELECT "+password+" FROM "+tables[ref.Type]+" r WHERE r.tenant_id = $1 AND r.id = $2", ref.Tenant, ref.ID).Scan(&hash)
	return hash, translate(err)
}

// resourceRow is a row of Columns. Its targets serve for every row of a page.
type resourceRow struct {
	resourceType                   string
	key                            *string // for a cursor
	total                          *int64  // of the whole list
	id, version, created, modified int64
	wide                           bool
	doc, links                     []byte
	managerID                      *int64
	manager                        *string
}

func (r *resourceRow) targets() []any {
	return []any{&r.id, &r.version, &r.created, &r.modified, &r.wide, &r.doc, &r.links, &r.managerID, &r.manager}
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
