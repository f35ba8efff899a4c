-- Teams and Roles take their ids from resource_ids too: an id names one thing
-- of a tenant. awaited_key is a hash of the display name and object id that a
-- link made beforehand waits for, NULL once its group has come.
ALTER TABLE tenants ADD COLUMN switches TEXT NOT NULL DEFAULT '{}';
ALTER TABLE tenants ADD COLUMN mappings TEXT NOT NULL DEFAULT '[]';
CREATE TABLE teams (
    tenant_id INTEGER NOT NULL,
    id        INTEGER NOT NULL,
    name      TEXT NOT NULL,
    name_key  TEXT NOT NULL,
    created   INTEGER NOT NULL,
    CONSTRAINT pk_teams PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE roles (
    tenant_id INTEGER NOT NULL,
    id        INTEGER NOT NULL,
    name      TEXT NOT NULL,
    name_key  TEXT NOT NULL,
    created   INTEGER NOT NULL,
    CONSTRAINT pk_roles PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE links (
    tenant_id   INTEGER NOT NULL,
    group_id    INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    unit_id     INTEGER NOT NULL,
    awaited_key TEXT,
    created     INTEGER NOT NULL,
    CONSTRAINT pk_links PRIMARY KEY (tenant_id, group_id),
    CONSTRAINT uq_links_awaited_key UNIQUE (tenant_id, awaited_key)
) STRICT, WITHOUT ROWID;
CREATE TABLE team_members (
    tenant_id INTEGER NOT NULL,
    team_id   INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    CONSTRAINT pk_team_members PRIMARY KEY (tenant_id, team_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE user_roles (
    tenant_id INTEGER NOT NULL,
    role_id   INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    CONSTRAINT pk_user_roles PRIMARY KEY (tenant_id, role_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_links_unit ON links (tenant_id, unit_id);
CREATE INDEX ix_team_members_user ON team_members (tenant_id, user_id);
CREATE INDEX ix_user_roles_user ON user_roles (tenant_id, user_id);
