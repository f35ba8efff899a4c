package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// dialect writes filters for this database.
var dialect = sqlfilter.SQLite()

// tables are the tables of the resource types.
var tables = map[string]string{"User": "users", "Group": "groups"}

// scanned is a row of Columns. It is all NULL beside the total of an empty page.
type scanned struct {
	resourceType                   sql.NullString
	key                            *string // for a cursor
	id, version, created, modified sql.NullInt64
	wide                           sql.NullBool
	text, links                    []byte
	managerID                      sql.NullInt64
	manager                        sql.NullString
}

func (s *scanned) targets() []any {
	return []any{&s.id, &s.version, &s.created, &s.modified, &s.wide, &s.text, &s.links, &s.managerID, &s.manager}
}

func (s *scanned) resource() (store.Resource, error) {
	meta := scim.Meta{
		Created: time.UnixMilli(s.created.Int64).UTC(), LastModified: time.UnixMilli(s.modified.Int64).UTC(), Version: s.version.Int64,
	}
	links, err := sqlfilter.ParseLinks(s.links)
	r := store.Resource{Type: s.resourceType.String, ID: s.id.Int64, Meta: meta, Text: s.text, Wide: s.wide.Bool, Links: links}
	if s.manager.Valid {
		r.Manager = &store.Link{ID: s.managerID.Int64, Type: "User", Display: s.manager.String}
	}
	return r, err
}

// Get reads one resource.
func (s *Store) Get(ctx context.Context, p store.GetParams) (store.Resource, error) {
	var r store.Resource
	err := s.with(ctx, s.read, func(c *conn) (err error) {
		r, err = get(ctx, c, p)
		return err
	})
	return r, err
}

func get(ctx context.Context, c *conn, p store.GetParams) (store.Resource, error) {
	row := scanned{resourceType: sql.NullString{String: p.Type}}
	text := "SELECT " + dialect.Columns(p.Type, p.Links, p.Manager) + " FROM " + tables[p.Type] + " r WHERE r.tenant_id = ?1 AND r.id = ?2"
	if err := c.queryRow(ctx, text, []any{p.Tenant, p.ID}, row.targets()...); err != nil {
		return store.Resource{}, err
	}
	return row.resource()
}

func password(ctx context.Context, c *conn, ref store.Ref) (hash string, err error) {
	err = c.queryRow(ctx, "SELECT COALESCE(password, '') FROM "+tables[ref.Type]+" WHERE tenant_id = ?1 AND id = ?2", []any{ref.Tenant, ref.ID}, &hash)
	return hash, err
}
