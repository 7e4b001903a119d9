-- What clients do that only attackers do often: counted by gateways, judged by the worker, answered with bans.

-- One row a detector; `measure` of a client within `window_s` from `threshold` on is a ban of `ban_s`, doubled for each ban of the
-- last week, up to `most_ban_s`.
CREATE TABLE hcc.threat_detectors (
  name       text PRIMARY KEY CHECK (name IN ('login', 'unauthorized', 'not_found', 'scanner', 'limited', 'waf_score')),
  is_active  boolean NOT NULL,
  threshold  integer NOT NULL CHECK (threshold BETWEEN 1 AND 1000000),
  window_s   integer NOT NULL CHECK (window_s BETWEEN 5 AND 3600),
  ban_s      integer NOT NULL CHECK (ban_s BETWEEN 1 AND 31536000),
  most_ban_s integer NOT NULL CHECK (most_ban_s BETWEEN 1 AND 31536000),
  version    integer NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK (most_ban_s >= ban_s)
);
INSERT INTO hcc.threat_detectors (name, is_active, threshold, window_s, ban_s, most_ban_s) VALUES
  ('login', true, 20, 300, 900, 86400),
  ('unauthorized', true, 100, 300, 600, 86400),
  ('not_found', true, 100, 60, 600, 86400),
  ('scanner', true, 5, 60, 3600, 604800),
  ('limited', true, 300, 60, 300, 3600),
  ('waf_score', true, 50, 300, 1800, 604800);
GRANT SELECT ON hcc.threat_detectors TO hcc_app, hcc_worker;
GRANT UPDATE (is_active, threshold, window_s, ban_s, most_ban_s, version, updated_at) ON hcc.threat_detectors TO hcc_app;

ALTER TABLE hcc.security_settings
  ADD login_paths text[] NOT NULL DEFAULT
    '{/login,/signin,/sign-in,/wp-login.php,/xmlrpc.php,/auth,/session,/oauth/token,/user/password,/administrator/index.php}',
  ADD scanner_paths text[] NOT NULL DEFAULT
    '{/.env,/.git/,/.svn/,/.aws/,/.ssh/,/.DS_Store,/.htpasswd,/wp-config,/config.php,/phpinfo,/phpmyadmin,/pma/,/adminer,/vendor/phpunit,/cgi-bin/,/boaform,/HNAP1,/actuator/,/solr/,/server-status,/owa/auth,/autodiscover/autodiscover.json,/_ignition/,/telescope/,/struts,/manager/html,/jenkins/script,/shell,/backup.sql,/dump.sql}',
  ADD never_ban cidr[] NOT NULL DEFAULT '{127.0.0.0/8,::1/128}',
  ADD CHECK (cardinality(login_paths) <= 100 AND cardinality(scanner_paths) <= 500 AND cardinality(never_ban) <= 1000);
GRANT SELECT (login_paths, scanner_paths, never_ban) ON hcc.security_settings TO hcc_app, hcc_worker;
GRANT UPDATE (login_paths, scanner_paths, never_ban) ON hcc.security_settings TO hcc_app;

-- Counts of one client on one site, as a gateway sent them: about one row a second and client that does such things.
CREATE TABLE hcc.client_tallies (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  site_id         uuid,
  at              timestamptz NOT NULL DEFAULT now(),
  gateway         text NOT NULL,
  client          inet NOT NULL,
  login           integer NOT NULL,
  unauthorized    integer NOT NULL,
  not_found       integer NOT NULL,
  scanner         integer NOT NULL,
  limited         integer NOT NULL,
  waf_score       integer NOT NULL,
  sample          text NOT NULL
);
CREATE INDEX client_tallies_at ON hcc.client_tallies (at);
CREATE INDEX client_tallies_client ON hcc.client_tallies (organization_id, client, at);
CALL hcc.make_tenant_table('client_tallies');
GRANT SELECT ON hcc.client_tallies TO hcc_app, hcc_worker;

CREATE FUNCTION hcc.client_tallies_add(gateway_name text, batch jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  INSERT INTO client_tallies (organization_id, site_id, gateway, client, login, unauthorized, not_found, scanner, limited, waf_score, sample)
  SELECT coalesce(s.organization_id, (SELECT o.id FROM organizations o WHERE o.kind = 'platform')), s.id, left(gateway_name, 255),
         t.client, t.login, t.unauthorized, t.not_found, t.scanner, t.limited, t.score, left(t.sample, 512)
    FROM jsonb_to_recordset(batch) AS t(client inet, site uuid, login integer, unauthorized integer, not_found integer,
           scanner integer, limited integer, score integer, sample text)
    LEFT JOIN gateway_sites s ON s.id = t.site;
  PERFORM pg_notify('hcc_tallies', '');
END
$$;
GRANT EXECUTE ON FUNCTION hcc.client_tallies_add(text, jsonb) TO hcc_gateway;

-- Clients past a threshold that no ban of the organisation, or of one above it, keeps out yet. Trusted proxies, the platform's own
-- networks and whoever is on a list of those allowed are never among them. An organisation judges what happened on its own
-- sites: nobody can have somebody else's visitors banned elsewhere.
CREATE FUNCTION hcc.threats() RETURNS TABLE (
  detector text, organization_id uuid, client inet, total bigint, threshold integer, window_s integer, sites bigint,
  first_at timestamptz, last_at timestamptz, sample text, ban_s integer, most_ban_s integer, earlier bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  -- First roughly, in one pass over the longest window; then exactly, for the few that could be past a threshold.
  WITH rough AS (
    SELECT t.organization_id, t.client, sum(t.login) AS login, sum(t.unauthorized) AS unauthorized, sum(t.not_found) AS not_found,
           sum(t.scanner) AS scanner, sum(t.limited) AS limited, sum(t.waf_score) AS waf_score
      FROM client_tallies t
     WHERE t.at > now() - make_interval(secs => (SELECT coalesce(max(d.window_s), 0) FROM threat_detectors d WHERE d.is_active))
     GROUP BY t.organization_id, t.client),
  candidates AS MATERIALIZED (
    SELECT r.organization_id, r.client, d.name, d.threshold, d.window_s, d.ban_s, d.most_ban_s,
           -- What was counted before the last ban of this client was lifted, or ended, is settled.
           greatest(now() - make_interval(secs => d.window_s),
                    (SELECT max(coalesce(b.lifted_at, b.until)) FROM bans b
                      WHERE b.organization_id = r.organization_id AND b.network >>= r.client
                        AND coalesce(b.lifted_at, b.until) <= now())) AS since
      FROM rough r
      JOIN threat_detectors d ON d.is_active AND d.threshold <=
           CASE d.name WHEN 'login' THEN r.login WHEN 'unauthorized' THEN r.unauthorized WHEN 'not_found' THEN r.not_found
                       WHEN 'scanner' THEN r.scanner WHEN 'limited' THEN r.limited WHEN 'waf_score' THEN r.waf_score END),
  past AS (
    SELECT c.name, c.threshold, c.window_s, c.ban_s, c.most_ban_s, c.organization_id, c.client, sum(m.measure) AS total,
           count(DISTINCT m.site_id) AS sites, min(m.at) AS first_at, max(m.at) AS last_at,
           (array_agg(m.sample ORDER BY m.measure DESC, m.at DESC))[1] AS sample
      FROM candidates c
      CROSS JOIN LATERAL (
        SELECT t.site_id, t.at, t.sample,
               CASE c.name WHEN 'login' THEN t.login WHEN 'unauthorized' THEN t.unauthorized WHEN 'not_found' THEN t.not_found
                           WHEN 'scanner' THEN t.scanner WHEN 'limited' THEN t.limited WHEN 'waf_score' THEN t.waf_score END AS measure
          FROM client_tallies t
         WHERE t.organization_id = c.organization_id AND t.client = c.client AND t.at > c.since) m
     WHERE m.measure > 0
     GROUP BY c.name, c.threshold, c.window_s, c.ban_s, c.most_ban_s, c.organization_id, c.client
    HAVING sum(m.measure) >= c.threshold)
  SELECT p.name, p.organization_id, p.client, p.total, p.threshold, p.window_s, p.sites, p.first_at, p.last_at, p.sample, p.ban_s,
         p.most_ban_s,
         (SELECT count(*) FROM bans b WHERE b.organization_id = p.organization_id AND b.network >>= p.client
             AND b.detector IS NOT NULL AND b.created_at > now() - interval '7 days')
    FROM past p
    JOIN organizations o ON o.id = p.organization_id
   WHERE NOT EXISTS (SELECT FROM bans b WHERE b.organization_id = ANY (o.path) AND b.network >>= p.client AND b.lifted_at IS NULL
                        AND (b.until IS NULL OR b.until > now()))
     AND NOT EXISTS (SELECT FROM gateway_settings g CROSS JOIN LATERAL unnest(g.trusted_proxies) AS n(network)
                      WHERE n.network >>= p.client)
     AND NOT EXISTS (SELECT FROM security_settings s CROSS JOIN LATERAL unnest(s.never_ban) AS n(network)
                      WHERE n.network >>= p.client)
     AND NOT EXISTS (SELECT FROM access_entries a WHERE a.organization_id = ANY (o.path) AND a.action = 'allow'
                        AND a.network >>= p.client AND masklen(a.network) > 0 AND (a.expires_at IS NULL OR a.expires_at > now()))
   ORDER BY p.organization_id, p.client, p.total::numeric / p.threshold DESC
$$;
-- Windows are an hour at most.
CREATE FUNCTION hcc.forget_client_tallies(older_than interval) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  WITH gone AS (DELETE FROM client_tallies WHERE at < now() - greatest(older_than, interval '1 hour') RETURNING 1) SELECT count(*) FROM gone
$$;
GRANT EXECUTE ON FUNCTION hcc.threats(), hcc.forget_client_tallies(interval) TO hcc_worker;

CREATE VIEW hcc.gateway_config_detection AS
  SELECT s.login_paths, s.scanner_paths FROM hcc.security_settings s;
GRANT SELECT ON hcc.gateway_config_detection TO hcc_gateway;
