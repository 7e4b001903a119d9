-- What the gateway serves. Gateways read the views at the end and nothing else.
-- Foreign keys carry organization_id: a key is checked without row level security, so that a bare id could point at
-- another organisation's row.

CREATE TABLE hcc.gateway_sites (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  hosts           text[] NOT NULL CHECK (cardinality(hosts) BETWEEN 1 AND 100),
  is_active       boolean NOT NULL DEFAULT true,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  deleted_at      timestamptz,
  UNIQUE (organization_id, id)
);
CREATE INDEX gateway_sites_organization ON hcc.gateway_sites (organization_id, created_at DESC) WHERE deleted_at IS NULL;
CALL hcc.make_tenant_table('gateway_sites');
GRANT SELECT, INSERT, UPDATE ON hcc.gateway_sites TO hcc_app, hcc_worker;

CREATE TABLE hcc.gateway_upstreams (
  id                uuid PRIMARY KEY,
  organization_id   uuid NOT NULL REFERENCES hcc.organizations (id),
  site_id           uuid NOT NULL,
  name              text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  policy            text NOT NULL DEFAULT 'round_robin' CHECK (policy IN ('round_robin')),
  connect_ms        integer NOT NULL DEFAULT 2000 CHECK (connect_ms BETWEEN 1 AND 60000),
  first_byte_ms     integer NOT NULL DEFAULT 15000 CHECK (first_byte_ms BETWEEN 1 AND 3600000),
  between_bytes_ms  integer NOT NULL DEFAULT 15000 CHECK (between_bytes_ms BETWEEN 1 AND 3600000),
  total_ms          integer NOT NULL DEFAULT 0 CHECK (total_ms BETWEEN 0 AND 86400000),
  UNIQUE (organization_id, site_id, name),
  UNIQUE (organization_id, site_id, id),
  FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites (organization_id, id) ON DELETE CASCADE
);
CALL hcc.make_tenant_table('gateway_upstreams');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.gateway_upstreams TO hcc_app, hcc_worker;

CREATE TABLE hcc.gateway_targets (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  site_id         uuid NOT NULL,
  upstream_id     uuid NOT NULL,
  address         text NOT NULL CHECK (char_length(address) BETWEEN 3 AND 262),
  weight          integer NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 1000),
  UNIQUE (organization_id, upstream_id, address),
  FOREIGN KEY (organization_id, site_id, upstream_id) REFERENCES hcc.gateway_upstreams (organization_id, site_id, id) ON DELETE CASCADE
);
CALL hcc.make_tenant_table('gateway_targets');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.gateway_targets TO hcc_app, hcc_worker;

CREATE TABLE hcc.gateway_routes (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  site_id         uuid NOT NULL,
  upstream_id     uuid NOT NULL,
  path_prefix     text NOT NULL CHECK (path_prefix ~ '^/' AND char_length(path_prefix) <= 1024),
  methods         text[],
  priority        integer NOT NULL DEFAULT 0,
  strip_prefix    boolean NOT NULL DEFAULT false,
  auth            jsonb NOT NULL DEFAULT '{"mode": "none"}',
  rate_limits     jsonb NOT NULL DEFAULT '[]',
  max_body        bigint CHECK (max_body > 0),
  UNIQUE NULLS NOT DISTINCT (organization_id, site_id, path_prefix, methods),
  FOREIGN KEY (organization_id, site_id, upstream_id) REFERENCES hcc.gateway_upstreams (organization_id, site_id, id)
);
CALL hcc.make_tenant_table('gateway_routes');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.gateway_routes TO hcc_app, hcc_worker;

-- One row for the platform: what every gateway does alike.
CREATE TABLE hcc.gateway_settings (
  one               boolean PRIMARY KEY DEFAULT true CHECK (one),
  trusted_proxies   cidr[] NOT NULL DEFAULT '{}',
  defaults          jsonb NOT NULL DEFAULT '{}',
  response_headers  jsonb NOT NULL DEFAULT '{}'
);
INSERT INTO hcc.gateway_settings (response_headers) VALUES ('{"X-Version": "0.1.0", "X-API-Gateway": "true"}');
GRANT SELECT ON hcc.gateway_settings TO hcc_app, hcc_worker;

-- What each gateway made of its last snapshot, so that control can show a refused section beside its site.
CREATE TABLE hcc.gateway_reports (
  gateway     text PRIMARY KEY CHECK (char_length(gateway) BETWEEN 1 AND 255),
  generation  bigint NOT NULL,
  refused     jsonb NOT NULL DEFAULT '[]',
  reported_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON hcc.gateway_reports TO hcc_app, hcc_worker;
GRANT SELECT, INSERT, UPDATE ON hcc.gateway_reports TO hcc_gateway;

CREATE FUNCTION hcc.gateway_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('hcc_gateway', TG_TABLE_NAME);
  RETURN NULL;
END
$$;
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.gateway_sites FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.gateway_upstreams FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.gateway_targets FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.gateway_routes FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.gateway_settings FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.signing_keys FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

-- The views run with their owner's rights; the role hcc_gateway reads them and holds no table.
CREATE VIEW hcc.gateway_config_platform AS
  SELECT s.trusted_proxies::text[] AS trusted_proxies, s.defaults, s.response_headers FROM hcc.gateway_settings s;
CREATE VIEW hcc.gateway_config_keys AS
  SELECT k.kid, k.public_jwk FROM hcc.signing_keys k WHERE k.retires_at IS NULL OR k.retires_at > now();
CREATE VIEW hcc.gateway_config_revoked AS
  SELECT r.session_id, extract(epoch FROM r.until)::bigint AS until FROM hcc.revoked_sessions r WHERE r.until > now();
CREATE VIEW hcc.gateway_config_sites AS
  SELECT s.id, s.organization_id, s.name, s.hosts
    FROM hcc.gateway_sites s JOIN hcc.organizations o ON o.id = s.organization_id
   WHERE s.is_active AND s.deleted_at IS NULL AND o.is_active AND o.deleted_at IS NULL
     AND (o.kind = 'platform' OR NOT s.hosts @> ARRAY['*']);
CREATE VIEW hcc.gateway_config_upstreams AS
  SELECT u.id, u.site_id, u.name, u.policy, u.connect_ms, u.first_byte_ms, u.between_bytes_ms, u.total_ms,
         coalesce((SELECT jsonb_agg(jsonb_build_object('address', t.address, 'weight', t.weight) ORDER BY t.address)
                     FROM hcc.gateway_targets t WHERE t.upstream_id = u.id), '[]') AS targets
    FROM hcc.gateway_upstreams u;
CREATE VIEW hcc.gateway_config_routes AS
  SELECT r.id, r.site_id, r.path_prefix, r.methods, r.priority, r.strip_prefix, r.auth, r.rate_limits, r.max_body, u.name AS upstream
    FROM hcc.gateway_routes r JOIN hcc.gateway_upstreams u ON u.id = r.upstream_id;
GRANT SELECT ON hcc.gateway_config_platform, hcc.gateway_config_keys, hcc.gateway_config_revoked, hcc.gateway_config_sites,
  hcc.gateway_config_upstreams, hcc.gateway_config_routes TO hcc_gateway;
