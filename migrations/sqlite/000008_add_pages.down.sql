DROP INDEX ix_audit_log_by_hand;
DROP INDEX ix_users_display;
DROP INDEX ix_users_active;
DROP INDEX ix_exchanges_at;
ALTER TABLE exchanges DROP COLUMN deviating;
