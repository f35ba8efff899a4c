-- doc is the JSON ready to send, search its folded form for filters, keys one
-- hash per value for eq. doc stays in the row (MAIN): a page reads a hundred of
-- them. fillfactor leaves room for updates that touch no index (HOT), and rows
-- of up to half a page are not compressed, which would cost each write more.
DO $$ BEGIN
CREATE SEQUENCE resource_ids;
CREATE TABLE users (
    tenant_id     bigint NOT NULL,
    id            bigint NOT NULL DEFAULT nextval('resource_ids'),
    version       bigint NOT NULL,
    created       bigint NOT NULL,
    last_modified bigint NOT NULL,
    active        boolean NOT NULL,
    wide          boolean NOT NULL,
    user_name     text COLLATE "C" NOT NULL,
    external_id   text COLLATE "C",
    display       text NOT NULL,
    display_key   text COLLATE "C" NOT NULL,
    doc           text NOT NULL,
    search        jsonb NOT NULL,
    keys          bigint[] NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_users_user_name UNIQUE (tenant_id, user_name)
) WITH (fillfactor = 70, toast_tuple_target = 4080);
CREATE TABLE groups (
    tenant_id     bigint NOT NULL,
    id            bigint NOT NULL DEFAULT nextval('resource_ids'),
    version       bigint NOT NULL,
    created       bigint NOT NULL,
    last_modified bigint NOT NULL,
    active        boolean NOT NULL,
    wide          boolean NOT NULL,
    user_name     text COLLATE "C" NOT NULL,
    external_id   text COLLATE "C",
    display       text NOT NULL,
    display_key   text COLLATE "C" NOT NULL,
    doc           text NOT NULL,
    search        jsonb NOT NULL,
    keys          bigint[] NOT NULL,
    CONSTRAINT pk_groups PRIMARY KEY (tenant_id, id)
) WITH (fillfactor = 70, toast_tuple_target = 4080);
CREATE TABLE memberships (
    tenant_id   bigint NOT NULL,
    group_id    bigint NOT NULL,
    member_id   bigint NOT NULL,
    member_type text NOT NULL,
    CONSTRAINT pk_memberships PRIMARY KEY (tenant_id, group_id, member_id)
);
CREATE TABLE resource_counts (
    tenant_id bigint NOT NULL,
    type      text NOT NULL,
    slot      smallint NOT NULL,
    n         bigint NOT NULL,
    CONSTRAINT pk_resource_counts PRIMARY KEY (tenant_id, type, slot)
) WITH (fillfactor = 50);
ALTER TABLE users ALTER COLUMN doc SET STORAGE MAIN;
ALTER TABLE groups ALTER COLUMN doc SET STORAGE MAIN;
IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
    PERFORM create_reference_table('tenants');
    PERFORM create_reference_table('tokens');
    PERFORM create_distributed_table('users', 'tenant_id');
    PERFORM create_distributed_table('groups', 'tenant_id');
    PERFORM create_distributed_table('memberships', 'tenant_id');
    PERFORM create_distributed_table('resource_counts', 'tenant_id');
END IF;
CREATE INDEX ix_users_external_id ON users (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX ix_users_keys ON users USING gin (keys);
CREATE INDEX ix_groups_external_id ON groups (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX ix_groups_display_key ON groups (tenant_id, display_key);
CREATE INDEX ix_groups_keys ON groups USING gin (keys);
CREATE INDEX ix_memberships_member ON memberships (tenant_id, member_id);
END $$;
