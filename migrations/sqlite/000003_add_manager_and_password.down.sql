DROP INDEX ix_memberships_nested_group;
DROP INDEX ix_memberships_nested_member;
ALTER TABLE groups DROP COLUMN password;
ALTER TABLE groups DROP COLUMN manager_id;
ALTER TABLE users DROP COLUMN password;
ALTER TABLE users DROP COLUMN manager_id;
