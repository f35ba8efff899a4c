-- As in PostgreSQL. exchange_ids holds the id given last: none is given twice.
CREATE TABLE exchange_ids (
    last INTEGER NOT NULL
) STRICT;
INSERT INTO exchange_ids (last) VALUES (0);
CREATE TABLE exchanges (
    id         INTEGER NOT NULL PRIMARY KEY,
    tenant_id  INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    refused    INTEGER NOT NULL,
    address    TEXT NOT NULL,
    method     TEXT NOT NULL,
    place      TEXT NOT NULL,
    status     INTEGER NOT NULL,
    client     TEXT NOT NULL,
    token      TEXT NOT NULL,
    deviations TEXT NOT NULL,
    doc        TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX ix_exchanges_tenant ON exchanges (tenant_id, id);
CREATE TABLE deviation_counts (
    tenant_id INTEGER NOT NULL,
    deviation TEXT NOT NULL,
    n         INTEGER NOT NULL,
    last_at   INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, deviation)
) STRICT, WITHOUT ROWID;
