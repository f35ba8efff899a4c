-- As in PostgreSQL.
ALTER TABLE exchanges ADD COLUMN deviating INTEGER NOT NULL DEFAULT 0;
UPDATE exchanges SET deviating = 1 WHERE deviations <> '';
CREATE INDEX ix_exchanges_at ON exchanges (tenant_id, at, client, status, deviating);
CREATE INDEX ix_users_active ON users (tenant_id, active, id);
CREATE INDEX ix_users_display ON users (tenant_id, substr(display_key, 1, 256), id);
CREATE INDEX ix_audit_log_by_hand ON audit_log (tenant_id, target, id) WHERE actor = 'admin';
