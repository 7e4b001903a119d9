-- What the gateway serves. Gateways read the views at the end, report through one function, and reach nothing else.
-- Foreign keys carry organization_id: a key is checked without row level security, so that a bare id could point at
-- another organisation's row. Structured columns hold what control/sites/bodies describes.

-- `revision` grows with every change of what the gateway is told of the site, its upstreams and routes included; `version`
-- is the ETag of the site's own fields.
CREATE TABLE hcc.gateway_sites (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  hosts           text[] NOT NULL CHECK (cardinality(hosts) BETWEEN 1 AND 100),
  is_active       boolean NOT NULL DEFAULT true,
  https_redirect  boolean NOT NULL DEFAULT false,
  hsts_s          bigint NOT NULL DEFAULT 0 CHECK (hsts_s BETWEEN 0 AND 63072000),
  maintenance     jsonb,
  error_pages     jsonb NOT NULL DEFAULT '{}',
  revision        bigint NOT NULL DEFAULT 1,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  deleted_at      timestamptz,
  UNIQUE (organization_id, id)
);
CREATE INDEX gateway_sites_organization ON hcc.gateway_sites (organization_id, created_at DESC) WHERE deleted_at IS NULL;
CALL hcc.make_tenant_table('gateway_sites');
GRANT SELECT, INSERT ON hcc.gateway_sites TO hcc_app, hcc_worker;
GRANT UPDATE (name, hosts, is_active, https_redirect, hsts_s, maintenance, error_pages, version, updated_at, deleted_at)
  ON hcc.gateway_sites TO hcc_app, hcc_worker;

-- Which site holds a name: one on the whole platform. `place` is the name without `*.`, from its end, so that what lies below
-- a name begins with it.
CREATE TABLE hcc.gateway_hosts (
  host            text PRIMARY KEY CHECK (char_length(host) BETWEEN 1 AND 255 AND host = lower(host)),
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  site_id         uuid NOT NULL,
  place           text COLLATE "C" NOT NULL GENERATED ALWAYS AS (
    CASE WHEN host = '*' THEN '*' ELSE reverse(CASE WHEN host LIKE '*.%' THEN substr(host, 3) ELSE host END) || '.' END) STORED,
  FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX gateway_hosts_place ON hcc.gateway_hosts (place);
CREATE INDEX gateway_hosts_site ON hcc.gateway_hosts (organization_id, site_id);
CALL hcc.make_tenant_table('gateway_hosts');
GRANT SELECT ON hcc.gateway_hosts TO hcc_app, hcc_worker;

CREATE FUNCTION hcc.gateway_hold_hosts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  DELETE FROM gateway_hosts g WHERE g.site_id = NEW.id AND (NEW.deleted_at IS NOT NULL OR g.host <> ALL (NEW.hosts));
  IF NEW.deleted_at IS NULL THEN
    INSERT INTO gateway_hosts (host, organization_id, site_id)
    SELECT DISTINCT n.host, NEW.organization_id, NEW.id FROM unnest(NEW.hosts) AS n(host)
     WHERE NOT EXISTS (SELECT FROM gateway_hosts g WHERE g.host = n.host AND g.site_id = NEW.id);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER gateway_hold_hosts AFTER INSERT OR UPDATE OF hosts, deleted_at ON hcc.gateway_sites
  FOR EACH ROW EXECUTE FUNCTION hcc.gateway_hold_hosts();

CREATE FUNCTION hcc.gateway_hosts_refused(names text[], site uuid, organization uuid, home uuid) RETURNS text[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('hcc.gateway_hosts', 7));
  -- Three looks by index: the name itself, what lies below it, what lies above it.
  RETURN (
    WITH wanted AS (
      SELECT w.host, (reverse(CASE WHEN w.host LIKE '*.%' THEN substr(w.host, 3) ELSE w.host END) || '.') COLLATE "C" AS place
        FROM unnest(names) AS w(host)),
    nesting AS (
      SELECT n.host, g.organization_id
        FROM wanted n JOIN gateway_hosts g ON g.place >= n.place AND g.place < n.place || chr(127)
       WHERE n.host <> '*'
      UNION
      SELECT n.host, g.organization_id
        FROM wanted n
        CROSS JOIN LATERAL generate_series(1, length(n.place)) AS i
        JOIN gateway_hosts g ON g.place = left(n.place, i)
       WHERE n.host <> '*' AND substr(n.place, i, 1) = '.')
    SELECT coalesce(array_agg(r.host ORDER BY r.host), '{}')
      FROM (SELECT n.host FROM wanted n JOIN gateway_hosts g ON g.host = n.host WHERE g.site_id IS DISTINCT FROM site
            UNION
            SELECT n.host FROM nesting n
             WHERE n.organization_id <> organization
               AND NOT EXISTS (SELECT FROM organizations o WHERE o.id = n.organization_id AND o.path @> ARRAY[home])) r);
END
$$;
COMMENT ON FUNCTION hcc.gateway_hosts_refused(text[], uuid, uuid, uuid) IS
  'Of the names that a site of an organisation wants, those it cannot have: held by another site, or above or below a name of '
  'another organisation, unless that one is `home` (the organisation of who asks) or below it. Names are given out one '
  'transaction at a time.';

CREATE TABLE hcc.gateway_upstreams (
  id                uuid PRIMARY KEY,
  organization_id   uuid NOT NULL REFERENCES hcc.organizations (id),
  site_id           uuid NOT NULL,
  name              text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  policy            text NOT NULL DEFAULT 'round_robin' CHECK (policy IN ('round_robin', 'least_request', 'consistent_hash')),
  hash_key          jsonb NOT NULL DEFAULT '{"kind": "client"}',
  protocol          text NOT NULL DEFAULT 'h1' CHECK (protocol IN ('h1', 'h2')),
  tls               jsonb,
  connect_ms        integer NOT NULL DEFAULT 2000 CHECK (connect_ms BETWEEN 1 AND 60000),
  first_byte_ms     integer NOT NULL DEFAULT 15000 CHECK (first_byte_ms BETWEEN 1 AND 3600000),
  between_bytes_ms  integer NOT NULL DEFAULT 15000 CHECK (between_bytes_ms BETWEEN 1 AND 3600000),
  total_ms          integer NOT NULL DEFAULT 0 CHECK (total_ms BETWEEN 0 AND 86400000),
  health            jsonb,
  outlier           jsonb NOT NULL DEFAULT '{}',
  retry             jsonb NOT NULL DEFAULT '{}',
  breaker           jsonb NOT NULL DEFAULT '{}',
  version           integer NOT NULL DEFAULT 1,
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now(),
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

-- `canary` without the name of its upstream, which is the column beside it, so that an upstream can be renamed.
CREATE TABLE hcc.gateway_routes (
  id                 uuid PRIMARY KEY,
  organization_id    uuid NOT NULL REFERENCES hcc.organizations (id),
  site_id            uuid NOT NULL,
  path_prefix        text CHECK (path_prefix ~ '^/' AND char_length(path_prefix) <= 1024),
  path               text CHECK (path ~ '^/' AND char_length(path) <= 1024),
  path_pattern       text CHECK (path_pattern ~ '^/' AND char_length(path_pattern) <= 1024),
  methods            text[] CHECK (cardinality(methods) BETWEEN 1 AND 32),
  priority           integer NOT NULL DEFAULT 0,
  upstream_id        uuid,
  canary_upstream_id uuid,
  canary             jsonb,
  redirect           jsonb,
  respond            jsonb,
  strip_prefix       boolean NOT NULL DEFAULT false,
  rewrite            text CHECK (rewrite ~ '^/' AND char_length(rewrite) <= 1024),
  request_headers    jsonb NOT NULL DEFAULT '{}',
  response_headers   jsonb NOT NULL DEFAULT '{}',
  security_headers   boolean NOT NULL DEFAULT false,
  cors               jsonb,
  compress           boolean NOT NULL DEFAULT false,
  auth               jsonb NOT NULL DEFAULT '{"mode": "none"}',
  rate_limits        jsonb NOT NULL DEFAULT '[]',
  max_body           bigint CHECK (max_body BETWEEN 1 AND 1099511627776),
  max_in_flight      integer NOT NULL DEFAULT 0 CHECK (max_in_flight >= 0),
  validate           jsonb,
  maintenance        jsonb,
  total_ms           integer CHECK (total_ms BETWEEN 0 AND 86400000),
  version            integer NOT NULL DEFAULT 1,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT gateway_routes_one_path CHECK (num_nonnulls(path_prefix, path, path_pattern) = 1),
  CONSTRAINT gateway_routes_one_end CHECK (num_nonnulls(upstream_id, redirect, respond) = 1),
  CONSTRAINT gateway_routes_canary CHECK ((canary IS NULL) = (canary_upstream_id IS NULL)),
  CONSTRAINT gateway_routes_same UNIQUE NULLS NOT DISTINCT (organization_id, site_id, path_prefix, path, path_pattern, methods),
  FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, site_id, upstream_id) REFERENCES hcc.gateway_upstreams (organization_id, site_id, id),
  FOREIGN KEY (organization_id, site_id, canary_upstream_id) REFERENCES hcc.gateway_upstreams (organization_id, site_id, id)
);
CREATE INDEX gateway_routes_upstream ON hcc.gateway_routes (organization_id, upstream_id);
CREATE INDEX gateway_routes_canary_upstream ON hcc.gateway_routes (organization_id, canary_upstream_id);
CALL hcc.make_tenant_table('gateway_routes');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.gateway_routes TO hcc_app, hcc_worker;

-- A deleted certificate leaves no private key behind, so its row goes.
CREATE TABLE hcc.gateway_certificates (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  hosts           text[] NOT NULL CHECK (cardinality(hosts) BETWEEN 1 AND 100),
  is_default      boolean NOT NULL DEFAULT false,
  chain_pem       text NOT NULL CHECK (char_length(chain_pem) <= 65536),
  private_key     bytea NOT NULL,
  key_type        text NOT NULL,
  subject         text NOT NULL,
  issuer          text NOT NULL,
  serial          text NOT NULL,
  fingerprint     text NOT NULL CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
  not_before      timestamptz NOT NULL,
  not_after       timestamptz NOT NULL,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id)
);
CREATE INDEX gateway_certificates_organization ON hcc.gateway_certificates (organization_id, not_after);
CREATE UNIQUE INDEX gateway_certificates_default ON hcc.gateway_certificates (is_default) WHERE is_default;
CALL hcc.make_tenant_table('gateway_certificates');
GRANT SELECT, INSERT, DELETE ON hcc.gateway_certificates TO hcc_app, hcc_worker;
GRANT UPDATE (hosts, is_default, chain_pem, private_key, key_type, subject, issuer, serial, fingerprint, not_before, not_after,
  version, updated_at) ON hcc.gateway_certificates TO hcc_app, hcc_worker;

-- One row for the platform: what every gateway does alike.
CREATE TABLE hcc.gateway_settings (
  one               boolean PRIMARY KEY DEFAULT true CHECK (one),
  trusted_proxies   cidr[] NOT NULL DEFAULT '{}',
  defaults          jsonb NOT NULL DEFAULT '{}',
  response_headers  jsonb NOT NULL DEFAULT '{}',
  version           integer NOT NULL DEFAULT 1,
  updated_at        timestamptz NOT NULL DEFAULT now()
);
INSERT INTO hcc.gateway_settings (response_headers) VALUES ('{"X-Version": "0.1.0", "X-API-Gateway": "true"}');
GRANT SELECT ON hcc.gateway_settings TO hcc_app, hcc_worker;
GRANT UPDATE (trusted_proxies, defaults, response_headers, version, updated_at) ON hcc.gateway_settings TO hcc_app;

-- What each gateway made of its last snapshot; it says so after each reading, so that one that is gone can be told.
CREATE TABLE hcc.gateway_reports (
  gateway     text PRIMARY KEY CHECK (char_length(gateway) BETWEEN 1 AND 255),
  generation  bigint NOT NULL,
  refused     jsonb NOT NULL DEFAULT '[]',
  reported_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON hcc.gateway_reports TO hcc_app, hcc_worker;
GRANT SELECT, INSERT, UPDATE ON hcc.gateway_reports TO hcc_gateway;

-- The revision of a site that a gateway read last, and why it refused it, if it did.
CREATE TABLE hcc.gateway_site_reports (
  gateway         text NOT NULL CHECK (char_length(gateway) BETWEEN 1 AND 255),
  site_id         uuid NOT NULL,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  revision        bigint NOT NULL,
  error           text,
  reported_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (gateway, site_id),
  FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX gateway_site_reports_site ON hcc.gateway_site_reports (organization_id, site_id);
CALL hcc.make_tenant_table('gateway_site_reports');
GRANT SELECT ON hcc.gateway_site_reports TO hcc_app, hcc_worker;
CREATE FUNCTION hcc.gateway_report_sites(gateway_name text, sites uuid[], revisions bigint[], errors text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  INSERT INTO gateway_site_reports (gateway, site_id, organization_id, revision, error)
  SELECT gateway_name, s.id, s.organization_id, n.revision, left(n.error, 2000)
    FROM unnest(sites, revisions, errors) AS n(site, revision, error) JOIN gateway_sites s ON s.id = n.site
  ON CONFLICT (gateway, site_id) DO UPDATE SET revision = excluded.revision, error = excluded.error, reported_at = now()
$$;
GRANT EXECUTE ON FUNCTION hcc.gateway_report_sites(text, uuid[], bigint[], text[]) TO hcc_gateway;

CREATE FUNCTION hcc.gateway_site_revised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.revision := OLD.revision + 1;
  RETURN NEW;
END
$$;
CREATE TRIGGER gateway_site_revised BEFORE UPDATE ON hcc.gateway_sites FOR EACH ROW EXECUTE FUNCTION hcc.gateway_site_revised();
CREATE FUNCTION hcc.gateway_part_revised() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  -- The trigger above counts.
  UPDATE gateway_sites SET revision = revision WHERE id = coalesce(NEW.site_id, OLD.site_id);
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.gateway_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('hcc_gateway', TG_TABLE_NAME);
  RETURN NULL;
END
$$;
-- A person's standing is in the API keys that gateways verify; people without keys wake nobody.
CREATE FUNCTION hcc.gateway_person_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  person uuid := coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> TG_ARGV[0];
BEGIN
  IF EXISTS (SELECT FROM api_keys k WHERE k.user_id = person AND k.deleted_at IS NULL) THEN
    PERFORM pg_notify('hcc_gateway', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.gateway_sites FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.gateway_upstreams FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.gateway_targets FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.gateway_routes FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.gateway_certificates FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.gateway_settings FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_part_revised AFTER INSERT OR UPDATE OR DELETE ON hcc.gateway_upstreams FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();
CREATE TRIGGER gateway_part_revised AFTER INSERT OR UPDATE OR DELETE ON hcc.gateway_targets FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();
CREATE TRIGGER gateway_part_revised AFTER INSERT OR UPDATE OR DELETE ON hcc.gateway_routes FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.signing_keys FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER UPDATE OF is_active, deleted_at ON hcc.organizations FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER UPDATE OR DELETE ON hcc.roles FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
-- Without last_used_at, which every use of a key writes.
CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE OF scopes, expires_at, deleted_at ON hcc.api_keys FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_person_changed AFTER UPDATE OF is_active, deleted_at ON hcc.users FOR EACH ROW EXECUTE FUNCTION hcc.gateway_person_changed('id');
CREATE TRIGGER gateway_person_changed AFTER INSERT OR DELETE ON hcc.memberships FOR EACH ROW EXECUTE FUNCTION hcc.gateway_person_changed('user_id');
CREATE TRIGGER gateway_person_changed AFTER INSERT OR DELETE ON hcc.user_roles FOR EACH ROW EXECUTE FUNCTION hcc.gateway_person_changed('user_id');

-- What of the scopes of a key its owner may do; both lists know `area:*` and `*`, as control/core/permissions.py does.
CREATE FUNCTION hcc.narrowed(scopes text[], held text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (SELECT coalesce(array_agg(DISTINCT n.scope ORDER BY n.scope), '{}')
            FROM (SELECT CASE WHEN h = '*' OR h = s OR h LIKE '%:*' AND split_part(h, ':', 1) = split_part(s, ':', 1) THEN s
                              WHEN s = '*' OR s LIKE '%:*' AND split_part(s, ':', 1) = split_part(h, ':', 1) THEN h END
                    FROM unnest(scopes) s CROSS JOIN unnest(held) h) AS n(scope)
           WHERE n.scope IS NOT NULL);

-- The views run with their owner's rights; the role hcc_gateway reads them and holds no table.
CREATE VIEW hcc.gateway_config_platform AS
  SELECT s.trusted_proxies::text[] AS trusted_proxies, s.defaults, s.response_headers FROM hcc.gateway_settings s;
CREATE VIEW hcc.gateway_config_keys AS
  SELECT k.kid, k.public_jwk FROM hcc.signing_keys k WHERE k.retires_at IS NULL OR k.retires_at > now();
CREATE VIEW hcc.gateway_config_revoked AS
  SELECT r.session_id, extract(epoch FROM r.until)::bigint AS until FROM hcc.revoked_sessions r WHERE r.until > now();
CREATE VIEW hcc.gateway_config_sites AS
  SELECT s.id, s.organization_id, s.name, s.hosts, s.https_redirect, s.hsts_s, s.maintenance, s.error_pages, s.revision
    FROM hcc.gateway_sites s JOIN hcc.organizations o ON o.id = s.organization_id
   WHERE s.is_active AND s.deleted_at IS NULL AND o.is_active AND o.deleted_at IS NULL
     AND (o.kind = 'platform' OR NOT s.hosts @> ARRAY['*']);
CREATE VIEW hcc.gateway_config_upstreams AS
  SELECT u.id, u.site_id, u.name, u.policy, u.hash_key, u.protocol, u.tls, u.connect_ms, u.first_byte_ms, u.between_bytes_ms,
         u.total_ms, u.health, u.outlier, u.retry, u.breaker, coalesce(t.targets, '[]') AS targets
    FROM hcc.gateway_upstreams u
    JOIN hcc.gateway_config_sites s ON s.id = u.site_id
    LEFT JOIN (SELECT a.upstream_id, jsonb_agg(jsonb_build_object('address', a.address, 'weight', a.weight) ORDER BY a.address) AS targets
                 FROM hcc.gateway_targets a GROUP BY a.upstream_id) t ON t.upstream_id = u.id;
CREATE VIEW hcc.gateway_config_routes AS
  SELECT r.id, r.site_id, r.path_prefix, r.path, r.path_pattern, r.methods, r.priority, u.name AS upstream,
         CASE WHEN c.id IS NOT NULL THEN r.canary || jsonb_build_object('upstream', c.name) END AS canary,
         r.redirect, r.respond, r.strip_prefix, r.rewrite, r.request_headers, r.response_headers, r.security_headers, r.cors,
         r.compress, r.auth, r.rate_limits, r.max_body, r.max_in_flight, r.validate, r.maintenance, r.total_ms
    FROM hcc.gateway_routes r
    JOIN hcc.gateway_config_sites s ON s.id = r.site_id
    LEFT JOIN hcc.gateway_upstreams u ON u.id = r.upstream_id
    LEFT JOIN hcc.gateway_upstreams c ON c.id = r.canary_upstream_id;
-- Keys of the organisations with a site that verifies them, and the platform's; as narrow as control would see them.
CREATE VIEW hcc.gateway_config_api_keys AS
  WITH wanted AS (
    SELECT DISTINCT p.id
      FROM hcc.gateway_routes r
      JOIN hcc.gateway_config_sites s ON s.id = r.site_id
      JOIN hcc.organizations o ON o.id = s.organization_id
      CROSS JOIN LATERAL (VALUES (o.id), (o.path[1])) AS p(id)
     WHERE r.auth ->> 'api_keys' = 'verify')
  SELECT k.id, k.prefix, encode(k.key_hash, 'hex') AS hash, k.organization_id, k.user_id,
         CASE o.kind WHEN 'platform' THEN 'admin' ELSE o.kind END AS user_type,
         hcc.narrowed(k.scopes, held.permissions) AS scopes, held.roles, extract(epoch FROM k.expires_at)::bigint AS expires
    FROM wanted w
    JOIN hcc.api_keys k ON k.organization_id = w.id
    JOIN hcc.organizations o ON o.id = k.organization_id
    JOIN hcc.users u ON u.id = k.user_id
    JOIN hcc.memberships m ON m.organization_id = k.organization_id AND m.user_id = k.user_id
    CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(DISTINCT r.name ORDER BY r.name), '{}') AS roles,
             coalesce(array_agg(DISTINCT p.name) FILTER (WHERE p.name IS NOT NULL), '{}') AS permissions
        FROM hcc.user_roles ur JOIN hcc.roles r ON r.id = ur.role_id LEFT JOIN LATERAL unnest(r.permissions) AS p(name) ON true
       WHERE ur.organization_id = k.organization_id AND ur.user_id = k.user_id) held
   WHERE k.deleted_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()) AND u.is_active AND u.deleted_at IS NULL
     AND NOT EXISTS (SELECT FROM hcc.organizations a WHERE a.id = ANY (o.path) AND (NOT a.is_active OR a.deleted_at IS NOT NULL));
-- Which certificate is served for which name. A certificate serves the names of its organisation's sites and of those below,
-- the platform's own every name it is made out for: what somebody writes into a certificate opens nobody else's name. Of
-- several the one that is good now, then the one of the nearest organisation, then the newest.
CREATE VIEW hcc.gateway_certificate_hosts AS
  WITH held AS (
    SELECT h.host, s.id AS site_id, o.path
      FROM hcc.gateway_hosts h
      JOIN hcc.gateway_config_sites s ON s.id = h.site_id
      JOIN hcc.organizations o ON o.id = s.organization_id
     WHERE h.host <> '*'),
  named AS (
    SELECT c.id, c.organization_id, c.not_before, c.not_after, c.is_default, o.kind, n.host
      FROM hcc.gateway_certificates c
      JOIN hcc.organizations o ON o.id = c.organization_id
      CROSS JOIN LATERAL unnest(c.hosts) AS n(host)
     WHERE o.is_active AND o.deleted_at IS NULL),
  fitting AS (
    SELECT h.host, h.site_id, n.id, n.not_before, n.not_after, array_position(h.path, n.organization_id) AS depth
      FROM held h
      CROSS JOIN LATERAL (VALUES (h.host), ('*.' || substr(h.host, strpos(h.host, '.') + 1))) AS w(host)
      JOIN named n ON n.host = w.host AND n.organization_id = ANY (h.path)
    UNION ALL
    SELECT n.host, NULL, n.id, n.not_before, n.not_after, 0 FROM named n WHERE n.kind = 'platform'
    UNION ALL
    SELECT '*', NULL, n.id, n.not_before, n.not_after, 0 FROM named n WHERE n.kind = 'platform' AND n.is_default)
  SELECT DISTINCT ON (f.host) f.host, f.site_id, f.id AS certificate_id, f.not_after
    FROM fitting f
   ORDER BY f.host, (f.not_after > now()) DESC, f.depth DESC, f.not_before DESC, f.id DESC;
CREATE VIEW hcc.gateway_config_certificates AS
  SELECT c.id, h.hosts, c.chain_pem, translate(encode(c.private_key, 'base64'), E'\n', '') AS key_sealed
    FROM hcc.gateway_certificates c
    JOIN (SELECT g.certificate_id, array_agg(g.host ORDER BY g.host) AS hosts
            FROM hcc.gateway_certificate_hosts g GROUP BY g.certificate_id) h ON h.certificate_id = c.id;
GRANT EXECUTE ON FUNCTION hcc.narrowed(text[], text[]) TO hcc_gateway;
GRANT SELECT ON hcc.gateway_config_platform, hcc.gateway_config_keys, hcc.gateway_config_revoked, hcc.gateway_config_sites,
  hcc.gateway_config_upstreams, hcc.gateway_config_routes, hcc.gateway_config_api_keys, hcc.gateway_config_certificates
  TO hcc_gateway;

-- The certificates behind a site's names, for those who see the site; they may be of an organisation above it.
CREATE FUNCTION hcc.gateway_site_certificates(site uuid) RETURNS TABLE (host text, certificate_id uuid, not_after timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT g.host, g.certificate_id, g.not_after
    FROM gateway_certificate_hosts g JOIN gateway_sites s ON s.id = site
   WHERE g.site_id = site AND visible(s.organization_id)
   ORDER BY g.host
$$;
GRANT EXECUTE ON FUNCTION hcc.gateway_hosts_refused(text[], uuid, uuid, uuid), hcc.gateway_site_certificates(uuid)
  TO hcc_app, hcc_worker;
