package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// AppendAudit appends a line to the audit log.
func (s *Store) AppendAudit(ctx context.Context, e store.AuditEntry) error {
	text, args := dialect.InsertAudit(e)
	_, err := s.pool.Exec(ctx, text, args...)
	return translate(err)
}

// AuditLog reads a part of the audit log.
func (s *Store) AuditLog(ctx context.Context, p store.AuditParams) ([]store.AuditEntry, error) {
	text, args := dialect.SelectAudit(p)
	rows, err := s.pool.Query(ctx, text, args...)
	if err != nil {
		return nil, translate(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (store.AuditEntry, error) {
		var r sqlfilter.AuditRow
		err := row.Scan(r.Targets()...)
		return r.Entry(), err
	})
	return list, translate(err)
}
