-- doc is the JSON ready to send, search its folded form for filters;
-- resource_keys has one hash per value for the paths whose eq has an index.
-- users and groups have rowids, so that the index of their primary key, which a
-- page walks to its offset, holds no documents; memberships is its own index.
CREATE TABLE resource_ids (
    last INTEGER NOT NULL
) STRICT;
INSERT INTO resource_ids (last) VALUES (0);
CREATE TABLE users (
    tenant_id     INTEGER NOT NULL,
    id            INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    created       INTEGER NOT NULL,
    last_modified INTEGER NOT NULL,
    active        INTEGER NOT NULL,
    wide          INTEGER NOT NULL,
    user_name     TEXT NOT NULL,
    external_id   TEXT,
    display       TEXT NOT NULL,
    display_key   TEXT NOT NULL,
    doc           TEXT NOT NULL,
    search        TEXT NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_users_user_name UNIQUE (tenant_id, user_name)
) STRICT;
CREATE TABLE groups (
    tenant_id     INTEGER NOT NULL,
    id            INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    created       INTEGER NOT NULL,
    last_modified INTEGER NOT NULL,
    active        INTEGER NOT NULL,
    wide          INTEGER NOT NULL,
    user_name     TEXT NOT NULL,
    external_id   TEXT,
    display       TEXT NOT NULL,
    display_key   TEXT NOT NULL,
    doc           TEXT NOT NULL,
    search        TEXT NOT NULL,
    CONSTRAINT pk_groups PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE TABLE memberships (
    tenant_id   INTEGER NOT NULL,
    group_id    INTEGER NOT NULL,
    member_id   INTEGER NOT NULL,
    member_type TEXT NOT NULL,
    CONSTRAINT pk_memberships PRIMARY KEY (tenant_id, group_id, member_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE resource_counts (
    tenant_id INTEGER NOT NULL,
    type      TEXT NOT NULL,
    slot      INTEGER NOT NULL,
    n         INTEGER NOT NULL,
    CONSTRAINT pk_resource_counts PRIMARY KEY (tenant_id, type, slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE resource_keys (
    tenant_id INTEGER NOT NULL,
    key       INTEGER NOT NULL,
    id        INTEGER NOT NULL,
    CONSTRAINT pk_resource_keys PRIMARY KEY (tenant_id, key, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_users_external_id ON users (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX ix_groups_external_id ON groups (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX ix_groups_display_key ON groups (tenant_id, display_key);
CREATE INDEX ix_memberships_member ON memberships (tenant_id, member_id);
CREATE INDEX ix_resource_keys_id ON resource_keys (tenant_id, id);
