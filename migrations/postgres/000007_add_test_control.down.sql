DO $$ BEGIN
DROP TABLE snapshot_tokens;
DROP TABLE snapshots;
DROP SEQUENCE snapshot_ids;
DELETE FROM users WHERE tenant_id < 0;
DELETE FROM groups WHERE tenant_id < 0;
DELETE FROM memberships WHERE tenant_id < 0;
DELETE FROM teams WHERE tenant_id < 0;
DELETE FROM roles WHERE tenant_id < 0;
DELETE FROM links WHERE tenant_id < 0;
DELETE FROM team_members WHERE tenant_id < 0;
DELETE FROM user_roles WHERE tenant_id < 0;
DELETE FROM resource_counts WHERE tenant_id < 0;
ALTER TABLE tenants DROP COLUMN clock_frozen, DROP COLUMN clock_offset;
END $$;
