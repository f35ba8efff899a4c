-- Teams and Roles take their ids from resource_ids too: an id names one thing
-- of a tenant. awaited_key is a hash of the display name and object id that a
-- link made beforehand waits for, NULL once its group has come.
DO $$ BEGIN
ALTER TABLE tenants ADD COLUMN switches text NOT NULL DEFAULT '{}', ADD COLUMN mappings text NOT NULL DEFAULT '[]';
CREATE TABLE teams (
    tenant_id bigint NOT NULL,
    id        bigint NOT NULL DEFAULT nextval('resource_ids'),
    name      text NOT NULL,
    name_key  text COLLATE "C" NOT NULL,
    created   bigint NOT NULL,
    CONSTRAINT pk_teams PRIMARY KEY (tenant_id, id)
);
CREATE TABLE roles (
    tenant_id bigint NOT NULL,
    id        bigint NOT NULL DEFAULT nextval('resource_ids'),
    name      text NOT NULL,
    name_key  text COLLATE "C" NOT NULL,
    created   bigint NOT NULL,
    CONSTRAINT pk_roles PRIMARY KEY (tenant_id, id)
);
CREATE TABLE links (
    tenant_id   bigint NOT NULL,
    group_id    bigint NOT NULL,
    kind        text NOT NULL,
    unit_id     bigint NOT NULL,
    awaited_key text COLLATE "C",
    created     bigint NOT NULL,
    CONSTRAINT pk_links PRIMARY KEY (tenant_id, group_id),
    CONSTRAINT uq_links_awaited_key UNIQUE (tenant_id, awaited_key)
);
CREATE TABLE team_members (
    tenant_id bigint NOT NULL,
    team_id   bigint NOT NULL,
    user_id   bigint NOT NULL,
    CONSTRAINT pk_team_members PRIMARY KEY (tenant_id, team_id, user_id)
);
CREATE TABLE user_roles (
    tenant_id bigint NOT NULL,
    role_id   bigint NOT NULL,
    user_id   bigint NOT NULL,
    CONSTRAINT pk_user_roles PRIMARY KEY (tenant_id, role_id, user_id)
);
IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
    PERFORM create_distributed_table('teams', 'tenant_id');
    PERFORM create_distributed_table('roles', 'tenant_id');
    PERFORM create_distributed_table('links', 'tenant_id');
    PERFORM create_distributed_table('team_members', 'tenant_id');
    PERFORM create_distributed_table('user_roles', 'tenant_id');
END IF;
CREATE INDEX ix_links_unit ON links (tenant_id, unit_id);
CREATE INDEX ix_team_members_user ON team_members (tenant_id, user_id);
CREATE INDEX ix_user_roles_user ON user_roles (tenant_id, user_id);
END $$;
