-- manager_id is the user whom the enterprise extension names, who need not
-- exist; password is a hash. Most groups hold users alone: whether one is in
-- another is asked for every user that is shown, of indexes without users.
ALTER TABLE users ADD COLUMN manager_id INTEGER;
ALTER TABLE users ADD COLUMN password TEXT;
ALTER TABLE groups ADD COLUMN manager_id INTEGER;
ALTER TABLE groups ADD COLUMN password TEXT;
UPDATE users SET manager_id = CAST(m.value AS INTEGER)
    FROM (SELECT u.tenant_id, u.id, json_extract(u.search, '$."urn:ietf:params:scim:schemas:extension:enterprise:2.0:User".manager.value') AS value
        FROM users u) m
    WHERE m.tenant_id = users.tenant_id AND m.id = users.id
        AND m.value GLOB '[1-9]*' AND m.value NOT GLOB '*[^0-9]*' AND length(m.value) <= 18;
CREATE INDEX ix_memberships_nested_member ON memberships (tenant_id, member_id) WHERE member_type = 'Group';
CREATE INDEX ix_memberships_nested_group ON memberships (tenant_id, group_id) WHERE member_type = 'Group';
