package sqlite

import (
	"context"
	"database/sql"

	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// AppendAudit appends a line to the audit log. Without deletions the next rowid
// is above all others.
func (s *Store) AppendAudit(ctx context.Context, e store.AuditEntry) error {
	return s.transact(ctx, func(c *conn) error {
		text, args := dialect.InsertAudit(e)
		_, err := c.exec(ctx, text, args...)
		return err
	})
}

// AuditLog reads a part of the audit log.
func (s *Store) AuditLog(ctx context.Context, p store.AuditParams) ([]store.AuditEntry, error) {
	text, args := dialect.SelectAudit(p)
	return collect(ctx, s, func(rows *sql.Rows) (store.AuditEntry, error) {
		var r sqlfilter.AuditRow
		err := rows.Scan(r.Targets()...)
		return r.Entry(), err
	}, text, args...)
}
