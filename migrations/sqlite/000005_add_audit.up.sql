-- Lines are never changed or removed; those of a deleted tenant stay.
CREATE TABLE audit_log (
    id        INTEGER NOT NULL PRIMARY KEY,
    tenant_id INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    actor     TEXT NOT NULL,
    address   TEXT NOT NULL,
    request   TEXT NOT NULL,
    action    TEXT NOT NULL,
    target    TEXT NOT NULL,
    detail    TEXT NOT NULL
) STRICT;
CREATE INDEX ix_audit_log_tenant ON audit_log (tenant_id, id);
