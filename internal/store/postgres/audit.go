package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// queueAudit appends a line to the audit log with what else a batch writes.
func queueAudit(b *pgx.Batch, e store.AuditEntry) {
	if e.Action != "" {
		sql, args := dialect.InsertAudit(e, nil, "")
		b.Queue(sql, args...)
	}
}

// audit is queueAudit in an open transaction.
func audit(ctx context.Context, tx pgx.Tx, e store.AuditEntry) error {
	if e.Action == "" {
		return nil
	}
	sql, args := dialect.InsertAudit(e, nil, "")
	_, err := tx.Exec(ctx, sql, args...)
	return err
}

// audited is a statement that appends a line to the audit log for the row that it
// writes, if it writes one: the number of rows that it affects stays the same.
func audited(sql string, args []any, e store.AuditEntry) (string, []any) {
	if e.Action == "" {
		return sql, args
	}
	line, all := dialect.InsertAudit(e, args, " FROM written")
	return "WITH written AS (" + sql + " RETURNING 1) " + line, all
}

// AuditLog reads a part of the audit log.
func (s *Store) AuditLog(ctx context.Context, p store.AuditParams) ([]store.AuditEntry, error) {
	text, args := dialect.SelectAudit(p)
	return collect(ctx, s, sqlfilter.ScanAudit, text, args...)
}
