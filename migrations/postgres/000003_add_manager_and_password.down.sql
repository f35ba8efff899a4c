DO $$ BEGIN
DROP INDEX ix_memberships_nested_group;
DROP INDEX ix_memberships_nested_member;
ALTER TABLE groups DROP COLUMN password, DROP COLUMN manager_id;
ALTER TABLE users DROP COLUMN password, DROP COLUMN manager_id;
END $$;
