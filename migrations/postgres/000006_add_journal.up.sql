-- doc is the exchange as JSON; the columns beside it are what queries ask for.
-- Values that are compared in any case are stored folded. Old rows go all the
-- time: a table of its own keeps that away from everything else.
DO $$ BEGIN
CREATE SEQUENCE exchange_ids;
CREATE TABLE exchanges (
    tenant_id  bigint NOT NULL,
    id         bigint NOT NULL DEFAULT nextval('exchange_ids'),
    at         bigint NOT NULL,
    refused    boolean NOT NULL,
    address    text NOT NULL,
    method     text NOT NULL,
    place      text NOT NULL,
    status     integer NOT NULL,
    client     text NOT NULL,
    token      text NOT NULL,
    deviations text NOT NULL,
    doc        text NOT NULL,
    CONSTRAINT pk_exchanges PRIMARY KEY (tenant_id, id)
);
CREATE TABLE deviation_counts (
    tenant_id bigint NOT NULL,
    deviation text NOT NULL,
    n         bigint NOT NULL,
    last_at   bigint NOT NULL,
    CONSTRAINT pk_deviation_counts PRIMARY KEY (tenant_id, deviation)
);
IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
    PERFORM create_distributed_table('exchanges', 'tenant_id');
    PERFORM create_distributed_table('deviation_counts', 'tenant_id');
END IF;
CREATE INDEX ix_exchanges_id ON exchanges (id);
END $$;
