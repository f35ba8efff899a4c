DO $$ BEGIN
DROP TABLE settings;
DROP TABLE tokens;
DROP TABLE tenants;
DROP SEQUENCE tenant_ids;
END $$;
