-- Lines are never changed or removed; those of a deleted tenant stay.
DO $$ BEGIN
CREATE SEQUENCE audit_ids;
CREATE TABLE audit_log (
    tenant_id bigint NOT NULL,
    id        bigint NOT NULL DEFAULT nextval('audit_ids'),
    at        bigint NOT NULL,
    actor     text NOT NULL,
    address   text NOT NULL,
    request   text NOT NULL,
    action    text NOT NULL,
    target    text NOT NULL,
    detail    text NOT NULL,
    CONSTRAINT pk_audit_log PRIMARY KEY (tenant_id, id)
);
IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
    PERFORM create_distributed_table('audit_log', 'tenant_id');
END IF;
CREATE INDEX ix_audit_log_id ON audit_log (id);
END $$;
