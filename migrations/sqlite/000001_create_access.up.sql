-- Times are milliseconds since 1970. tenant_ids holds the last id given, which
-- is never given again.
CREATE TABLE tenant_ids (
    last INTEGER NOT NULL
) STRICT;
INSERT INTO tenant_ids (last) VALUES (0);
CREATE TABLE tenants (
    id                   INTEGER NOT NULL,
    name                 TEXT NOT NULL,
    persona              TEXT NOT NULL,
    strict               INTEGER NOT NULL,
    skip_unknown_members INTEGER NOT NULL,
    created              INTEGER NOT NULL,
    CONSTRAINT pk_tenants PRIMARY KEY (id)
) STRICT;
CREATE TABLE tokens (
    hash            BLOB NOT NULL,
    tenant_id       INTEGER NOT NULL,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    audience        TEXT NOT NULL,
    scopes          TEXT NOT NULL,
    user_id         INTEGER NOT NULL,
    created         INTEGER NOT NULL,
    expires         INTEGER NOT NULL,
    revoked         INTEGER NOT NULL,
    used_at         INTEGER NOT NULL,
    used_address    TEXT NOT NULL,
    used_client     TEXT NOT NULL,
    CONSTRAINT pk_tokens PRIMARY KEY (hash),
    CONSTRAINT uq_tokens_name UNIQUE (tenant_id, name_key)
) STRICT;
CREATE TABLE settings (
    name  TEXT NOT NULL,
    value BLOB NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY (name)
) STRICT;
