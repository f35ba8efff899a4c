-- What the pages ask for. What is drawn over time is counted from the index alone: the
-- rows beside it are wide. A list of deviations may be too long for an index, that there
-- are some is not. Users are looked up the newest first within a status, which counts
-- those who are disconnected too, and by the beginning of a display name, of which an
-- index holds no more than this. What administrators did to a resource stands in a log
-- of what everybody did.
DO $$ BEGIN
ALTER TABLE exchanges ADD COLUMN deviating boolean NOT NULL DEFAULT false;
UPDATE exchanges SET deviating = true WHERE deviations <> '';
CREATE INDEX ix_exchanges_at ON exchanges (tenant_id, at) INCLUDE (client, status, deviating);
CREATE INDEX ix_users_active ON users (tenant_id, active, id);
CREATE INDEX ix_users_display ON users (tenant_id, left(display_key, 256), id);
CREATE INDEX ix_audit_log_by_hand ON audit_log (tenant_id, target, id) WHERE actor = 'admin';
END $$;
