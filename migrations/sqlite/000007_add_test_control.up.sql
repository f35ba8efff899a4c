-- As in PostgreSQL. snapshot_ids holds the id given last.
ALTER TABLE tenants ADD COLUMN clock_frozen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tenants ADD COLUMN clock_offset INTEGER NOT NULL DEFAULT 0;
CREATE TABLE snapshot_ids (
    last INTEGER NOT NULL
) STRICT;
INSERT INTO snapshot_ids (last) VALUES (0);
CREATE TABLE snapshots (
    tenant_id            INTEGER NOT NULL,
    name                 TEXT NOT NULL,
    id                   INTEGER NOT NULL,
    created              INTEGER NOT NULL,
    tenant_name          TEXT NOT NULL,
    persona              TEXT NOT NULL,
    strict               INTEGER NOT NULL,
    skip_unknown_members INTEGER NOT NULL,
    switches             TEXT NOT NULL,
    mappings             TEXT NOT NULL,
    clock_frozen         INTEGER NOT NULL,
    clock_offset         INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE snapshot_tokens (
    snapshot_id  INTEGER NOT NULL,
    hash         BLOB NOT NULL,
    tenant_id    INTEGER NOT NULL,
    name         TEXT NOT NULL,
    name_key     TEXT NOT NULL,
    audience     TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    user_id      INTEGER NOT NULL,
    created      INTEGER NOT NULL,
    expires      INTEGER NOT NULL,
    revoked      INTEGER NOT NULL,
    used_at      INTEGER NOT NULL,
    used_address TEXT NOT NULL,
    used_client  TEXT NOT NULL,
    PRIMARY KEY (snapshot_id, hash)
) STRICT, WITHOUT ROWID;
