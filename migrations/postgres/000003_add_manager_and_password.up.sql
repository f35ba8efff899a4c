-- manager_id is the user whom the enterprise extension names, who need not
-- exist; password is a hash. Most groups hold users alone: whether one is in
-- another is asked for every user that is shown, of indexes without users.
DO $$ BEGIN
ALTER TABLE users ADD COLUMN manager_id bigint, ADD COLUMN password text;
ALTER TABLE groups ADD COLUMN manager_id bigint, ADD COLUMN password text;
UPDATE users SET manager_id = (search #>> '{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,manager,value}')::bigint
    WHERE search #>> '{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,manager,value}' ~ '^[1-9][0-9]{0,17}$';
CREATE INDEX ix_memberships_nested_member ON memberships (tenant_id, member_id) WHERE member_type = 'Group';
CREATE INDEX ix_memberships_nested_group ON memberships (tenant_id, group_id) WHERE member_type = 'Group';
END $$;
