DROP TABLE user_roles;
DROP TABLE team_members;
DROP TABLE links;
DROP TABLE roles;
DROP TABLE teams;
ALTER TABLE tenants DROP COLUMN mappings;
ALTER TABLE tenants DROP COLUMN switches;
