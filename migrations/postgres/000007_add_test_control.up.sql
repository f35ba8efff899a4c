-- A snapshot keeps the rows of a tenant beside it, under the negative number of
-- the snapshot; what is not looked up by tenant alone stands here.
DO $$ BEGIN
ALTER TABLE tenants ADD COLUMN clock_frozen bigint NOT NULL DEFAULT 0, ADD COLUMN clock_offset bigint NOT NULL DEFAULT 0;
CREATE SEQUENCE snapshot_ids;
CREATE TABLE snapshots (
    tenant_id            bigint NOT NULL,
    name                 text COLLATE "C" NOT NULL,
    id                   bigint NOT NULL,
    created              bigint NOT NULL,
    tenant_name          text NOT NULL,
    persona              text NOT NULL,
    strict               boolean NOT NULL,
    skip_unknown_members boolean NOT NULL,
    switches             text NOT NULL,
    mappings             text NOT NULL,
    clock_frozen         bigint NOT NULL,
    clock_offset         bigint NOT NULL,
    CONSTRAINT pk_snapshots PRIMARY KEY (tenant_id, name)
);
CREATE TABLE snapshot_tokens (
    snapshot_id  bigint NOT NULL,
    hash         bytea NOT NULL,
    tenant_id    bigint NOT NULL,
    name         text NOT NULL,
    name_key     text COLLATE "C" NOT NULL,
    audience     text NOT NULL,
    scopes       text NOT NULL,
    user_id      bigint NOT NULL,
    created      bigint NOT NULL,
    expires      bigint NOT NULL,
    revoked      bigint NOT NULL,
    used_at      bigint NOT NULL,
    used_address text NOT NULL,
    used_client  text NOT NULL,
    CONSTRAINT pk_snapshot_tokens PRIMARY KEY (snapshot_id, hash)
);
IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
    PERFORM create_reference_table('snapshots');
    PERFORM create_reference_table('snapshot_tokens');
END IF;
END $$;
