-- What protects sites: the firewall's policies with exclusions and rules, lists of who may come, and bans.
-- A row without a site holds for all sites of its organisation and of those below it.

-- NULL is inherited: a route from its site, a site from its organisation, an organisation from the one above, the platform
-- from what is built in (hcc.waf_effective).
CREATE TABLE hcc.security_policies (
  id                 uuid PRIMARY KEY,
  organization_id    uuid NOT NULL REFERENCES hcc.organizations (id),
  site_id            uuid,
  route_id           uuid REFERENCES hcc.gateway_routes (id) ON DELETE CASCADE,
  mode               text CHECK (mode IN ('off', 'detect', 'block')),
  paranoia           smallint CHECK (paranoia BETWEEN 1 AND 4),
  inbound_threshold  integer CHECK (inbound_threshold BETWEEN 1 AND 10000),
  outbound_threshold integer CHECK (outbound_threshold BETWEEN 1 AND 10000),
  rule_set           text CHECK (rule_set ~ '^[0-9]+(\.[0-9]+){1,2}$'),
  version            integer NOT NULL DEFAULT 1,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  CHECK (route_id IS NULL OR site_id IS NOT NULL),
  CONSTRAINT security_policies_same UNIQUE NULLS NOT DISTINCT (organization_id, site_id, route_id),
  FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites (organization_id, id) ON DELETE CASCADE
);
-- Those that hold for a whole organisation.
CREATE INDEX security_policies_wide ON hcc.security_policies (organization_id) WHERE site_id IS NULL;
CALL hcc.make_tenant_table('security_policies');

-- What the firewall leaves out: a rule, a range of rules or a tag, for one target or all, on one path or all.
CREATE TABLE hcc.waf_exclusions (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  site_id         uuid,
  rule_from       integer CHECK (rule_from BETWEEN 1 AND 2147483647),
  rule_to         integer CHECK (rule_to >= rule_from),
  tag             text CHECK (char_length(tag) BETWEEN 1 AND 200),
  target          text CHECK (char_length(target) BETWEEN 1 AND 300),
  path_prefix     text CHECK (path_prefix ~ '^/' AND char_length(path_prefix) <= 1024),
  note            text NOT NULL DEFAULT '' CHECK (char_length(note) <= 500),
  expires_at      timestamptz,
  created_by      uuid,
  event_id        uuid,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(rule_from, tag) = 1 AND (rule_from IS NULL) = (rule_to IS NULL)),
  FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX waf_exclusions_organization ON hcc.waf_exclusions (organization_id, site_id, created_at DESC);
CALL hcc.make_tenant_table('waf_exclusions');

CREATE TABLE hcc.waf_rules (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  site_id         uuid,
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  position        integer NOT NULL DEFAULT 0 CHECK (position BETWEEN -1000000 AND 1000000),
  text            text NOT NULL CHECK (octet_length(text) BETWEEN 1 AND 65536),
  is_active       boolean NOT NULL DEFAULT true,
  created_by      uuid,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT waf_rules_name UNIQUE NULLS NOT DISTINCT (organization_id, site_id, name),
  FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites (organization_id, id) ON DELETE CASCADE
);
CALL hcc.make_tenant_table('waf_rules');

-- Rules for people who do not read SecLang; `conditions` and `quota` hold what control/security/bodies describes.
CREATE TABLE hcc.match_rules (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  site_id         uuid,
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  position        integer NOT NULL DEFAULT 0 CHECK (position BETWEEN -1000000 AND 1000000),
  conditions      jsonb NOT NULL,
  action          text NOT NULL CHECK (action IN ('block', 'allow', 'limit', 'challenge', 'log')),
  quota           jsonb,
  is_active       boolean NOT NULL DEFAULT true,
  note            text NOT NULL DEFAULT '' CHECK (char_length(note) <= 500),
  expires_at      timestamptz,
  created_by      uuid,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  CHECK ((action = 'limit') = (quota IS NOT NULL)),
  CONSTRAINT match_rules_name UNIQUE NULLS NOT DISTINCT (organization_id, site_id, name),
  FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites (organization_id, id) ON DELETE CASCADE
);
CALL hcc.make_tenant_table('match_rules');

CREATE TABLE hcc.access_entries (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  site_id         uuid,
  network         cidr,
  asn             bigint CHECK (asn BETWEEN 1 AND 4294967295),
  country         text CHECK (country ~ '^[A-Z]{2}$'),
  action          text NOT NULL CHECK (action IN ('allow', 'deny')),
  note            text NOT NULL DEFAULT '' CHECK (char_length(note) <= 500),
  expires_at      timestamptz,
  created_by      uuid,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(network, asn, country) = 1),
  CONSTRAINT access_entries_same UNIQUE NULLS NOT DISTINCT (organization_id, site_id, network, asn, country),
  FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites (organization_id, id) ON DELETE CASCADE
);
CALL hcc.make_tenant_table('access_entries');

-- A ban is never deleted: who was banned, why and for how long is what the next one is measured by.
CREATE TABLE hcc.bans (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  network         cidr NOT NULL,
  reason          text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
  detector        text CHECK (char_length(detector) BETWEEN 1 AND 50),
  evidence        jsonb,
  until           timestamptz,
  created_by      uuid,
  lifted_at       timestamptz,
  lifted_by       uuid,
  lift_reason     text CHECK (char_length(lift_reason) <= 500),
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX bans_organization ON hcc.bans (organization_id, created_at DESC);
CREATE INDEX bans_network ON hcc.bans (organization_id, network, created_at DESC);
CREATE INDEX bans_in_force ON hcc.bans (until) WHERE lifted_at IS NULL;
CALL hcc.make_tenant_table('bans');

GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.security_policies, hcc.waf_exclusions, hcc.waf_rules, hcc.match_rules,
  hcc.access_entries TO hcc_app, hcc_worker;
GRANT SELECT, INSERT ON hcc.bans TO hcc_app, hcc_worker;
GRANT UPDATE (lifted_at, lifted_by, lift_reason, version, updated_at) ON hcc.bans TO hcc_app, hcc_worker;

-- One row for the platform. The key signs the cookies of those who passed a challenge; control has no use for it.
CREATE TABLE hcc.security_settings (
  one                  boolean PRIMARY KEY DEFAULT true CHECK (one),
  challenge_key        bytea NOT NULL DEFAULT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())),
  challenge_difficulty smallint NOT NULL DEFAULT 16 CHECK (challenge_difficulty BETWEEN 1 AND 24),
  challenge_ttl_s      integer NOT NULL DEFAULT 3600 CHECK (challenge_ttl_s BETWEEN 60 AND 604800),
  version              integer NOT NULL DEFAULT 1,
  updated_at           timestamptz NOT NULL DEFAULT now()
);
INSERT INTO hcc.security_settings DEFAULT VALUES;
GRANT SELECT (challenge_difficulty, challenge_ttl_s, version, updated_at) ON hcc.security_settings TO hcc_app, hcc_worker;
GRANT UPDATE (challenge_difficulty, challenge_ttl_s, version, updated_at) ON hcc.security_settings TO hcc_app;

-- A policy names a route of its own site.
CREATE FUNCTION hcc.security_policy_route() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  IF NEW.route_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM gateway_routes r WHERE r.id = NEW.route_id AND r.site_id = NEW.site_id AND r.organization_id = NEW.organization_id) THEN
    RAISE foreign_key_violation USING MESSAGE = 'the route is not of the site', CONSTRAINT = 'security_policies_route';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER security_policy_route BEFORE INSERT OR UPDATE ON hcc.security_policies
  FOR EACH ROW EXECUTE FUNCTION hcc.security_policy_route();

-- The nearest policy that says something decides, field by field. One row a site (`route_id` NULL), and one a route that has a
-- policy of its own. Each branch finds its rows by the unique index: thousands of sites are read with every snapshot.
CREATE VIEW hcc.waf_effective AS
  SELECT w.site_id, w.route_id, w.organization_id, e.*
    FROM (SELECT s.id AS site_id, NULL::uuid AS route_id, s.organization_id, o.path
            FROM hcc.gateway_sites s JOIN hcc.organizations o ON o.id = s.organization_id
           WHERE s.deleted_at IS NULL
          UNION ALL
          SELECT q.site_id, q.route_id, q.organization_id, o.path
            FROM hcc.security_policies q JOIN hcc.organizations o ON o.id = q.organization_id
           WHERE q.route_id IS NOT NULL) w
    CROSS JOIN LATERAL (
      SELECT coalesce((array_agg(p.mode ORDER BY p.depth DESC) FILTER (WHERE p.mode IS NOT NULL))[1], 'off') AS mode,
             coalesce((array_agg(p.paranoia ORDER BY p.depth DESC) FILTER (WHERE p.paranoia IS NOT NULL))[1], 1) AS paranoia,
             coalesce((array_agg(p.inbound_threshold ORDER BY p.depth DESC)
                         FILTER (WHERE p.inbound_threshold IS NOT NULL))[1], 5) AS inbound_threshold,
             coalesce((array_agg(p.outbound_threshold ORDER BY p.depth DESC)
                         FILTER (WHERE p.outbound_threshold IS NOT NULL))[1], 4) AS outbound_threshold,
             coalesce((array_agg(p.rule_set ORDER BY p.depth DESC) FILTER (WHERE p.rule_set IS NOT NULL))[1], '3.3.4') AS rule_set
        FROM (SELECT q.mode, q.paranoia, q.inbound_threshold, q.outbound_threshold, q.rule_set,
                     array_position(w.path, q.organization_id) AS depth
                FROM hcc.security_policies q
               WHERE q.organization_id = ANY (w.path) AND q.site_id IS NULL AND q.route_id IS NULL
              UNION ALL
              SELECT q.mode, q.paranoia, q.inbound_threshold, q.outbound_threshold, q.rule_set, 100
                FROM hcc.security_policies q
               WHERE q.organization_id = w.organization_id AND q.site_id = w.site_id AND q.route_id IS NULL
              UNION ALL
              SELECT q.mode, q.paranoia, q.inbound_threshold, q.outbound_threshold, q.rule_set, 101
                FROM hcc.security_policies q
               WHERE q.organization_id = w.organization_id AND q.site_id = w.site_id AND q.route_id = w.route_id) p) e;
-- What is inherited may come from above: whoever sees the site sees what is in force on it, not whose row says so.
CREATE FUNCTION hcc.waf_in_force(site uuid) RETURNS TABLE (
  route_id uuid, mode text, paranoia smallint, inbound_threshold integer, outbound_threshold integer, rule_set text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT p.route_id, f.mode, f.paranoia::smallint, f.inbound_threshold, f.outbound_threshold, f.rule_set
    FROM gateway_sites s
    CROSS JOIN LATERAL (SELECT NULL::uuid AS route_id
                        UNION ALL SELECT r.id FROM gateway_routes r WHERE r.organization_id = s.organization_id AND r.site_id = s.id) p
    CROSS JOIN LATERAL (SELECT e.mode, e.paranoia, e.inbound_threshold, e.outbound_threshold, e.rule_set FROM waf_effective e
                         WHERE e.site_id = s.id AND (e.route_id IS NULL OR e.route_id = p.route_id)
                         ORDER BY e.route_id NULLS LAST LIMIT 1) f
   WHERE s.id = site AND s.deleted_at IS NULL AND visible(s.organization_id)
   ORDER BY p.route_id NULLS FIRST
$$;
GRANT EXECUTE ON FUNCTION hcc.waf_in_force(uuid) TO hcc_app, hcc_worker;

-- Gateways are told at once of bans, and read all that are in force with every snapshot.
CREATE FUNCTION hcc.ban_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  PERFORM pg_notify('hcc_bans', json_build_object(
    'id', NEW.id, 'network', NEW.network::text, 'reason', left(NEW.reason, 200),
    'scope', (SELECT CASE WHEN o.kind = 'platform' THEN NULL ELSE o.id END FROM organizations o WHERE o.id = NEW.organization_id),
    'until', extract(epoch FROM NEW.until)::bigint, 'lifted', NEW.lifted_at IS NOT NULL)::text);
  RETURN NULL;
END
$$;
CREATE TRIGGER ban_changed AFTER INSERT OR UPDATE ON hcc.bans FOR EACH ROW EXECUTE FUNCTION hcc.ban_changed();

CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.security_policies FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.waf_exclusions FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.waf_rules FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.match_rules FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.access_entries FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.security_settings FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();
CREATE TRIGGER gateway_part_revised AFTER INSERT OR UPDATE OR DELETE ON hcc.security_policies FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();
CREATE TRIGGER gateway_part_revised AFTER INSERT OR UPDATE OR DELETE ON hcc.waf_exclusions FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();
CREATE TRIGGER gateway_part_revised AFTER INSERT OR UPDATE OR DELETE ON hcc.waf_rules FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();
CREATE TRIGGER gateway_part_revised AFTER INSERT OR UPDATE OR DELETE ON hcc.match_rules FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();
CREATE TRIGGER gateway_part_revised AFTER INSERT OR UPDATE OR DELETE ON hcc.access_entries FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();

-- Rows without a site belong to `scope`, their organisation; those with one to the site.
CREATE VIEW hcc.gateway_config_challenge AS
  SELECT encode(s.challenge_key, 'hex') AS key, s.challenge_difficulty AS difficulty, s.challenge_ttl_s AS ttl_s
    FROM hcc.security_settings s;
CREATE VIEW hcc.gateway_config_scopes AS
  SELECT s.id AS site_id, o.path FROM hcc.gateway_config_sites s JOIN hcc.organizations o ON o.id = s.organization_id;
CREATE VIEW hcc.gateway_config_waf AS
  SELECT e.site_id, e.route_id, e.mode, e.paranoia, e.inbound_threshold, e.outbound_threshold, e.rule_set
    FROM hcc.waf_effective e JOIN hcc.gateway_config_sites s ON s.id = e.site_id;
CREATE VIEW hcc.gateway_config_exclusions AS
  SELECT x.id, x.organization_id, x.site_id, x.rule_from, x.rule_to, x.tag, x.target, x.path_prefix
    FROM hcc.waf_exclusions x WHERE x.expires_at IS NULL OR x.expires_at > now();
CREATE VIEW hcc.gateway_config_waf_rules AS
  SELECT r.id, r.organization_id, r.site_id, r.position, r.name, r.text FROM hcc.waf_rules r WHERE r.is_active;
CREATE VIEW hcc.gateway_config_match_rules AS
  SELECT r.id, r.organization_id, r.site_id, r.name, r.position, r.conditions, r.action, r.quota
    FROM hcc.match_rules r WHERE r.is_active AND (r.expires_at IS NULL OR r.expires_at > now());
CREATE VIEW hcc.gateway_config_access AS
  SELECT a.id, a.organization_id, a.site_id, a.network::text AS network, a.asn, a.country, a.action,
         extract(epoch FROM a.expires_at)::bigint AS until
    FROM hcc.access_entries a WHERE a.expires_at IS NULL OR a.expires_at > now();
CREATE VIEW hcc.gateway_config_bans AS
  SELECT b.id, b.network::text AS network, left(b.reason, 200) AS reason, CASE WHEN o.kind <> 'platform' THEN o.id END AS scope,
         extract(epoch FROM b.until)::bigint AS until
    FROM hcc.bans b JOIN hcc.organizations o ON o.id = b.organization_id
   WHERE b.lifted_at IS NULL AND (b.until IS NULL OR b.until > now());
GRANT SELECT ON hcc.gateway_config_challenge, hcc.gateway_config_scopes, hcc.gateway_config_waf, hcc.gateway_config_exclusions,
  hcc.gateway_config_waf_rules, hcc.gateway_config_match_rules, hcc.gateway_config_access, hcc.gateway_config_bans TO hcc_gateway;

UPDATE hcc.roles SET permissions = permissions || '{security:read,security-settings:read}'::text[] WHERE organization_id IS NULL AND user_type = 'admin' AND name = 'support';
UPDATE hcc.roles SET permissions = permissions || '{security:*}'::text[] WHERE organization_id IS NULL AND name = 'owner';
UPDATE hcc.roles SET permissions = permissions || '{security:read}'::text[] WHERE organization_id IS NULL AND (user_type, name) IN (('reseller', 'staff'), ('customer', 'member'));
