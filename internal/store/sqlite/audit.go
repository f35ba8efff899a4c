package sqlite

import (
	"context"

	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// audit appends a line to the audit log in the open transaction. Without
// deletions the next rowid is above all others.
func audit(ctx context.Context, c *conn, e store.AuditEntry) error {
	if e.Action == "" {
		return nil
	}
	text, args := dialect.InsertAudit(e, nil, "")
	_, err := c.exec(ctx, text, args...)
	return err
}

// AuditLog reads a part of the audit log.
func (s *Store) AuditLog(ctx context.Context, p store.AuditParams) ([]store.AuditEntry, error) {
	text, args := dialect.SelectAudit(p)
	return collect(ctx, s, sqlfilter.ScanAudit, text, args...)
}
