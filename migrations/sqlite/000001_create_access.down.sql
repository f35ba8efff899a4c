DROP TABLE settings;
DROP TABLE tokens;
DROP TABLE tenants;
DROP TABLE tenant_ids;
