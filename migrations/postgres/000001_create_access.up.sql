-- Tenants and tokens are small and looked up before the tenant is known:
-- reference tables on Citus. Times are milliseconds since 1970.
DO $$ BEGIN
CREATE SEQUENCE tenant_ids;
CREATE TABLE tenants (
    id                   bigint NOT NULL DEFAULT nextval('tenant_ids'),
    name                 text NOT NULL,
    persona              text NOT NULL,
    strict               boolean NOT NULL,
    skip_unknown_members boolean NOT NULL,
    created              bigint NOT NULL,
    CONSTRAINT pk_tenants PRIMARY KEY (id)
);
CREATE TABLE tokens (
    hash            bytea NOT NULL,
    tenant_id       bigint NOT NULL,
    name            text NOT NULL,
    name_key        text COLLATE "C" NOT NULL,
    audience        text NOT NULL,
    scopes          text NOT NULL,
    user_id         bigint NOT NULL,
    created         bigint NOT NULL,
    expires         bigint NOT NULL,
    revoked         bigint NOT NULL,
    used_at         bigint NOT NULL,
    used_address    text NOT NULL,
    used_client     text NOT NULL,
    CONSTRAINT pk_tokens PRIMARY KEY (hash),
    CONSTRAINT uq_tokens_name UNIQUE (tenant_id, name_key)
);
CREATE TABLE settings (
    name  text NOT NULL,
    value bytea NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY (name)
);
END $$;
