-- name: is_there
-- Whether a step was done by an earlier run: each leaves something that only it leaves.
SELECT CASE %(step)s::text
  WHEN 'people' THEN EXISTS (SELECT FROM hcc.users WHERE email LIKE '%%.large.example')
  WHEN 'sites' THEN EXISTS (SELECT FROM hcc.gateway_sites WHERE hosts[1] LIKE '%%.large.localhost')
  WHEN 'servers' THEN EXISTS (SELECT FROM hcc.agents WHERE name LIKE '%%.large.example')
  WHEN 'samples' THEN EXISTS (SELECT FROM hcc.metric_segments WHERE ingester = md5('large')::uuid)
  WHEN 'checks' THEN EXISTS (SELECT FROM hcc.checks WHERE labels @> '{"demo": "large"}')
  WHEN 'security_events' THEN EXISTS (SELECT FROM hcc.security_events WHERE gateway = 'gateway-large')
  WHEN 'audit' THEN EXISTS (SELECT FROM hcc.audit_log WHERE request_id LIKE 'large-%%')
  WHEN 'webhooks' THEN EXISTS (SELECT FROM hcc.webhook_endpoints WHERE url LIKE '%%.large.example/%%')
  WHEN 'jobs' THEN EXISTS (SELECT FROM jobs.procrastinate_jobs WHERE lock LIKE 'large %%')
  WHEN 'bans' THEN EXISTS (SELECT FROM hcc.bans WHERE reason = 'asks for what is not there')
  WHEN 'alerts' THEN EXISTS (SELECT FROM hcc.alerts WHERE labels @> '{"demo": "large"}')
END

-- name: resellers
INSERT INTO hcc.organizations (id, parent_id, kind, path, name, slug, plan, created_at)
SELECT n.id, %(platform)s, 'reseller', '{}', n.name, n.slug, 'reseller', now() - interval '26 months'
  FROM jsonb_to_recordset(%(rows)s) AS n (id uuid, name text, slug text)
ON CONFLICT DO NOTHING

-- name: settings
INSERT INTO hcc.billing_settings (organization_id, legal_name, address, email, vat_id, iban, timezone)
SELECT o.id, o.name, %(address)s, 'billing@' || o.slug || '.example', 'DE136695976', 'DE89370400440532013000', 'Europe/Berlin'
  FROM hcc.organizations o WHERE o.id = ANY (%(sellers)s)
ON CONFLICT DO NOTHING

-- name: seller_rows
SELECT to_jsonb(s) - 'logo' FROM hcc.billing_settings s WHERE s.organization_id = ANY (%(sellers)s)

-- name: organizations
-- Where people, sites and servers are put: the sellers first, then customers of each, the same at every call.
SELECT id FROM (
  SELECT o.id, o.kind, row_number() OVER (PARTITION BY o.parent_id ORDER BY o.created_at, o.id) AS place
    FROM hcc.organizations o WHERE o.deleted_at IS NULL) x
 WHERE kind <> 'platform' ORDER BY kind = 'customer', place, id LIMIT %(many)s

-- name: people
WITH made AS (
  INSERT INTO hcc.users (id, organization_id, email, username, full_name, created_at, last_login_at)
  SELECT n.id, n.organization_id, n.email, n.username, n.name, now() - n.age * interval '1 day',
         now() - (n.age %% 40) * interval '1 day'
    FROM jsonb_to_recordset(%(rows)s) AS n (id uuid, organization_id uuid, email text, username text, name text, age integer)
  RETURNING id, organization_id),
members AS (INSERT INTO hcc.memberships (organization_id, user_id) SELECT organization_id, id FROM made)
INSERT INTO hcc.user_roles (organization_id, user_id, role_id)
SELECT m.organization_id, m.id, r.id
  FROM (SELECT id, organization_id, row_number() OVER (PARTITION BY organization_id ORDER BY id) AS place FROM made) m
  JOIN hcc.organizations o ON o.id = m.organization_id
  JOIN hcc.roles r ON r.organization_id IS NULL AND r.user_type = CASE o.kind WHEN 'platform' THEN 'admin' ELSE o.kind END
   AND r.name = CASE WHEN m.place = 1 THEN CASE o.kind WHEN 'platform' THEN 'support' ELSE 'owner' END
                     ELSE CASE o.kind WHEN 'platform' THEN 'support' WHEN 'reseller' THEN 'staff' ELSE 'member' END END

-- name: sites
WITH made AS (
  INSERT INTO hcc.gateway_sites (id, organization_id, name, hosts, created_at, updated_at)
  SELECT n.id, n.organization_id, n.name, ARRAY[n.host], now() - n.age * interval '1 day', now() - (n.age %% 60) * interval '1 day'
    FROM jsonb_to_recordset(%(rows)s) AS n (id uuid, organization_id uuid, name text, host text, age integer)
  RETURNING id, organization_id),
upstreams AS (
  INSERT INTO hcc.gateway_upstreams (id, organization_id, site_id, name)
  SELECT gen_random_uuid(), organization_id, id, 'web' FROM made RETURNING id, organization_id, site_id),
targets AS (
  INSERT INTO hcc.gateway_targets (id, organization_id, site_id, upstream_id, address)
  SELECT gen_random_uuid(), organization_id, site_id, id, %(target)s FROM upstreams)
INSERT INTO hcc.gateway_routes (id, organization_id, site_id, upstream_id, path_prefix, rate_limits)
SELECT gen_random_uuid(), u.organization_id, u.site_id, u.id, p.prefix, p.limits::jsonb
  FROM upstreams u CROSS JOIN (VALUES ('/', '[]'),
       ('/api', '[{"name": "api", "key": "client", "rate": 300, "per_s": 60, "burst": 50}]')) AS p(prefix, limits)

-- name: servers
WITH made AS (
  INSERT INTO hcc.ingest_tokens (id, organization_id, name, prefix, token_hash, created_at)
  SELECT n.id, n.organization_id, n.name, 'hcc_in_demo', sha256(convert_to(n.id::text || gen_random_uuid(), 'UTF8')),
         now() - n.age * interval '1 day'
    FROM jsonb_to_recordset(%(rows)s) AS n (id uuid, organization_id uuid, name text, age integer)
  RETURNING id, organization_id, name, created_at),
uses AS (
  INSERT INTO hcc.ingest_token_uses (token_id, organization_id, last_used_at)
  SELECT id, organization_id, now() - interval '20 seconds' FROM made)
INSERT INTO hcc.agents (id, organization_id, name, agent_version, token_id, created_at)
SELECT gen_random_uuid(), organization_id, name, '1.0.0', id, created_at FROM made

-- name: series
-- Of each server a dozen, of each site five.
INSERT INTO hcc.metric_series (organization_id, name, labels, key)
SELECT x.organization_id, x.name, x.labels, decode(md5(x.name || x.labels), 'hex')
  FROM (
    SELECT a.organization_id, m.name, m.labels || jsonb_build_object('host', a.name) AS labels
      FROM hcc.agents a CROSS JOIN (VALUES
        ('agent_up', '{}'::jsonb), ('cpu_usage_percent', '{}'), ('memory_used_bytes', '{}'), ('memory_total_bytes', '{}'),
        ('load1', '{}'), ('disk_used_bytes', '{"path": "/"}'), ('disk_total_bytes', '{"path": "/"}'),
        ('network_received_bytes_total', '{"device": "eth0"}'), ('network_sent_bytes_total', '{"device": "eth0"}'),
        ('processes', '{}'), ('uptime_seconds', '{}'), ('disk_read_bytes_total', '{"device": "sda"}')) AS m(name, labels)
     WHERE a.name LIKE '%%.large.example'
    UNION ALL
    SELECT s.organization_id, m.name, m.labels || jsonb_build_object('site', s.id)
      FROM hcc.gateway_sites s CROSS JOIN (VALUES
        ('hcc_site_requests_total', '{"class": "2xx"}'::jsonb), ('hcc_site_requests_total', '{"class": "4xx"}'),
        ('hcc_site_requests_total', '{"class": "5xx"}'), ('hcc_site_received_bytes_total', '{}'),
        ('hcc_site_sent_bytes_total', '{}')) AS m(name, labels)
     WHERE s.hosts[1] LIKE '%%.large.localhost') x
ON CONFLICT DO NOTHING

-- name: prepare
SELECT hcc.metric_prepare(ARRAY(SELECT generate_series(date_trunc('minute', now()) - make_interval(hours => %(hours)s), now(),
                                                       interval '10 minutes')))

-- name: segment
-- As if an ingester had brought them: the worker rolls them up.
INSERT INTO hcc.metric_segments (ingester, segment, values, minutes)
SELECT md5('large')::uuid, 1, 0, array_agg((extract(epoch FROM t) / 60)::integer)
  FROM generate_series(date_trunc('minute', now()) - make_interval(hours => %(hours)s), now(), interval '2 minutes') AS t
RETURNING batch

-- name: samples
INSERT INTO hcc.metric_samples (time, series, value, batch)
SELECT t, s.id, CASE
         WHEN s.name LIKE '%%_total' AND s.name LIKE 'hcc%%'
           THEN floor(extract(epoch FROM t - now() + interval '1 day') * (1 + s.id %% 40) * CASE s.labels ->> 'class' WHEN '2xx' THEN 1
             WHEN '4xx' THEN 0.05 WHEN '5xx' THEN 0.004 ELSE 900 END)
         WHEN s.name LIKE '%%_total' AND s.name LIKE '%%\_bytes\_total'
           THEN floor(extract(epoch FROM t - now() + interval '1 day') * (2000 + s.id %% 90000))
         WHEN s.name = 'agent_up' THEN 1 WHEN s.name LIKE '%%_total_bytes' THEN 64 * 2.0 ^ 30
         WHEN s.name LIKE '%%_bytes' THEN (20 + s.id %% 30 + 4 * sin(extract(epoch FROM t) / 3000 + s.id)) * 2.0 ^ 30
         WHEN s.name = 'uptime_seconds' THEN extract(epoch FROM t - now() + interval '40 days')
         WHEN s.name = 'load1' THEN 1 + s.id %% 4 + sin(extract(epoch FROM t) / 1800 + s.id)
         ELSE 35 + s.id %% 30 + 20 * sin(extract(epoch FROM t) / 5000 + s.id) END, %(batch)s
  FROM generate_series(date_trunc('minute', now()) - make_interval(hours => %(hours)s), now(), interval '2 minutes') AS t
 CROSS JOIN hcc.metric_series s
 WHERE (s.labels ->> 'host' LIKE '%%.large.example' OR s.labels ? 'site')

-- name: families
INSERT INTO hcc.metric_families (organization_id, name, kind, unit)
SELECT DISTINCT s.organization_id, s.name, CASE WHEN s.name LIKE '%%_total' THEN 'counter' ELSE 'gauge' END, ''
  FROM hcc.metric_series s ON CONFLICT DO NOTHING

-- name: checks
WITH made AS (
  INSERT INTO hcc.checks (id, organization_id, name, kind, target, expects, interval_s, labels, created_at)
  SELECT gen_random_uuid(), s.organization_id, s.name, 'http', %(url)s || '/', '{}'::jsonb, 3600, '{"demo": "large"}'::jsonb,
         s.created_at FROM hcc.gateway_sites s WHERE s.hosts[1] LIKE '%%.large.localhost'
  UNION ALL
  SELECT gen_random_uuid(), a.organization_id, a.name, 'tcp', %(address)s, '{}'::jsonb, 3600, '{"demo": "large"}'::jsonb,
         a.created_at FROM hcc.agents a WHERE a.name LIKE '%%.large.example'
  RETURNING id, organization_id, name),
numbered AS (SELECT id, organization_id, row_number() OVER (ORDER BY name) AS n FROM made),
states AS (
  INSERT INTO hcc.check_states (check_id, organization_id, location, state, since, due_at, last_at, ms)
  SELECT id, organization_id, 'default', CASE WHEN n %% 60 = 0 THEN 'down' ELSE 'up' END, now() - interval '3 hours',
         now() + n * interval '5 seconds', now() - interval '5 minutes', 4 + n %% 30 FROM numbered),
spans AS (
  INSERT INTO hcc.check_spans (id, organization_id, check_id, state, began, ended, message)
  SELECT gen_random_uuid(), organization_id, id, x.state, now() - x.began, now() - x.ended,
         CASE x.state WHEN 'down' THEN 'no connection within 10 s' ELSE '' END
    FROM numbered
   CROSS JOIN LATERAL (VALUES
     ('up', interval '30 days', n %% 20 * interval '1 day' + interval '4 hours'),
     ('down', n %% 20 * interval '1 day' + interval '4 hours', n %% 20 * interval '1 day' + interval '3 hours 40 minutes'),
     ('up', n %% 20 * interval '1 day' + interval '3 hours 40 minutes', CASE WHEN n %% 60 = 0 THEN interval '3 hours' END),
     ('down', CASE WHEN n %% 60 = 0 THEN interval '3 hours' END, NULL)) AS x(state, began, ended)
   WHERE x.began IS NOT NULL)
INSERT INTO hcc.check_results (id, organization_id, check_id, location, at, ok, ms, message)
SELECT gen_random_uuid(), organization_id, id, 'default', now() - r * interval '1 hour', n %% 60 <> 0 OR r > 3, 3 + (n * r) %% 40,
       CASE WHEN n %% 60 = 0 AND r <= 3 THEN 'no connection within 10 s' ELSE '' END
  FROM numbered CROSS JOIN generate_series(1, 48) AS r

-- name: event_days
SELECT hcc.security_events_day(current_date - d) FROM generate_series(-1, 31) AS d

-- name: security_events
-- Over thirty days: more by day than by night, with five attacks of an hour each from one network.
INSERT INTO hcc.security_events (id, organization_id, at, gateway, requests, action, source, subject_id, message, rule_ids, matches,
                                 score, client, country, asn, site_id, route_id, method, host, path, user_agent, status, request_id)
SELECT gen_random_uuid(), s.organization_id, w.at, 'gateway-large', 1 + h.hash %% 4, k.action, k.source, NULL, k.message, k.rules,
       CASE WHEN k.source = 'waf' THEN jsonb_build_array(jsonb_build_object('rule_id', k.rules[1], 'message', k.message,
         'target', 'ARGS:q', 'excerpt', 'x', 'tags', '[]'::jsonb)) ELSE '[]'::jsonb END,
       CASE WHEN k.source = 'waf' THEN 5 * (1 + h.hash %% 4) END, c.client::inet,
       (ARRAY['DE','NL','US','CN','RU','BR','VN','RO'])[1 + h.hash %% 8], 64500 + h.hash %% 400, s.id, NULL,
       CASE WHEN h.hash %% 3 = 0 THEN 'POST' ELSE 'GET' END, s.host, k.path,
       (ARRAY['curl/8.4', 'Mozilla/5.0', 'python-requests/2.31', 'sqlmap/1.7'])[1 + h.hash %% 4], k.status, 'large-' || n
  FROM generate_series(%(low)s::integer, %(high)s::integer) AS n
 CROSS JOIN LATERAL (SELECT (hashint4(n) & 2147483647) AS hash, n %% 5 = 0 AS attack) h
  JOIN sites_here s ON s.place = CASE WHEN h.attack THEN (n / 10000) ELSE h.hash END %% (SELECT count(*) FROM sites_here)
 CROSS JOIN LATERAL (SELECT CASE WHEN h.attack THEN date_trunc('hour', now()) - (3 + 6 * (n %% 25 / 5)) * interval '1 day'
     + (h.hash %% 3600) * interval '1 second'
   ELSE now() - (h.hash %% 30) * interval '1 day' - abs(sin(h.hash::float8)) ^ 2 * interval '12 hours' END AS at) w
 CROSS JOIN LATERAL (SELECT CASE WHEN h.attack THEN '198.51.100.' || (7 + n %% 25 / 5)
   ELSE '203.' || h.hash %% 113 || '.' || h.hash / 7 %% 256 || '.' || h.hash / 11 %% 256 END AS client) c
  JOIN (VALUES
    (0, 'blocked', 'waf', 'SQL Injection Attack Detected via libinjection', ARRAY[942100], '/search', 403),
    (1, 'blocked', 'waf', 'XSS Attack Detected via libinjection', ARRAY[941100], '/comments', 403),
    (2, 'detected', 'waf', 'Path Traversal Attack (/../) or (/.../)', ARRAY[930100], '/download', 200),
    (3, 'blocked', 'waf', 'Found User-Agent associated with security scanner', ARRAY[913100], '/', 403),
    (4, 'limited', 'limit', 'shop-api', '{}'::integer[], '/api/items', 429),
    (5, 'denied', 'list', 'denied by an entry of the access list', '{}', '/wp-login.php', 403),
    (6, 'banned', 'ban', 'banned: guesses passwords', '{}', '/login', 403),
    (7, 'challenged', 'rule', 'bots have to show that they are none', '{}', '/', 403)
  ) AS k(place, action, source, message, rules, path, status) ON k.place = CASE WHEN h.attack THEN 0 ELSE h.hash / 13 %% 8 END

-- name: sites_here
CREATE TEMPORARY TABLE sites_here ON COMMIT PRESERVE ROWS AS
SELECT row_number() OVER (ORDER BY created_at, id) - 1 AS place, id, organization_id, hosts[1] AS host
  FROM hcc.gateway_sites WHERE deleted_at IS NULL

-- name: bans
INSERT INTO hcc.bans (id, organization_id, network, reason, detector, until, lifted_at, created_at)
SELECT gen_random_uuid(), %(platform)s, ('203.0.' || n %% 114 || '.' || n %% 251)::cidr, 'asks for what is not there', 'scanner',
       now() - n * interval '2 hours' + interval '1 day', CASE WHEN n > 12 THEN now() - n * interval '2 hours' + interval '1 day' END,
       now() - n * interval '2 hours'
  FROM generate_series(1, 400) AS n

-- name: audit
-- Over two years; who acted is somebody of that organisation where there is anybody.
INSERT INTO hcc.audit_log (organization_id, at, actor_id, actor_type, actor_org_id, action, subject_type, subject_id, before, after,
                           address, request_id)
SELECT u.organization_id, now() - (n::float8 / %(many)s) ^ 1.4 * interval '24 months', u.id, 'user', u.organization_id, a.action,
       split_part(a.action, '.', 1), md5('subject' || h.hash %% 5000)::uuid,
       CASE WHEN a.action LIKE '%%updated' THEN jsonb_build_object('name', 'Before ' || h.hash %% 90, 'is_active', true) END,
       CASE WHEN a.action NOT LIKE '%%deleted' THEN jsonb_build_object('name', 'After ' || h.hash %% 90, 'is_active', h.hash %% 7 <> 0) END,
       ('192.0.2.' || h.hash %% 250)::inet, 'large-' || n
  FROM generate_series(%(low)s::integer, %(high)s::integer) AS n
 CROSS JOIN LATERAL (SELECT (hashint4(n) & 2147483647) AS hash) h
  JOIN people_here u ON u.place = h.hash %% (SELECT count(*) FROM people_here)
 CROSS JOIN LATERAL (SELECT (ARRAY['site.updated', 'user.updated', 'invoice.finalised', 'customer.updated', 'session.started',
   'api_key.created', 'waf_exclusion.created', 'check.updated', 'subscription.changed', 'route.deleted', 'ban.created',
   'payment.succeeded'])[1 + h.hash / 17 %% 12] AS action) a
 ORDER BY n DESC

-- name: people_here
CREATE TEMPORARY TABLE people_here ON COMMIT PRESERVE ROWS AS
SELECT row_number() OVER (ORDER BY created_at, id) - 1 AS place, id, organization_id FROM hcc.users WHERE deleted_at IS NULL

-- name: webhooks
-- Switched off, since there is nobody at these addresses.
WITH made AS (
  INSERT INTO hcc.webhook_endpoints (id, organization_id, url, description, topics, secret, is_active, disabled_reason, created_at)
  SELECT gen_random_uuid(), o.id, 'https://hooks-' || o.place || '.large.example/hcc', 'Books', ARRAY['invoice.finalised', 'invoice.paid'],
         %(secret)s, false, 'nobody answered', now() - interval '100 days'
    FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS place FROM hcc.organizations WHERE kind <> 'customer') o
  RETURNING id, organization_id),
events AS (
  INSERT INTO hcc.outbox_events (event_id, organization_id, topic, payload, created_at, relayed_at, attempts)
  SELECT gen_random_uuid(), m.organization_id, CASE WHEN n %% 3 = 0 THEN 'invoice.paid' ELSE 'invoice.finalised' END,
         jsonb_build_object('number', 'INV-' || n), now() - n * interval '3 hours', now() - n * interval '3 hours' + interval '1 second', 1
    FROM made m CROSS JOIN generate_series(1, 250) AS n
  RETURNING event_id, organization_id, topic, payload, created_at)
INSERT INTO hcc.webhook_deliveries (id, organization_id, endpoint_id, event_id, topic, body, status, attempts, response_status,
                                    response_ms, error, created_at, updated_at)
SELECT gen_random_uuid(), e.organization_id, m.id, e.event_id, e.topic, e.payload, d.status, d.attempts,
       CASE d.status WHEN 'succeeded' THEN 200 ELSE 503 END, 20 + d.hash %% 300,
       CASE d.status WHEN 'failed' THEN 'the answer was 503' END, e.created_at, e.created_at
  FROM events e JOIN made m ON m.organization_id = e.organization_id
 CROSS JOIN LATERAL (SELECT hashtext(e.event_id::text) & 2147483647 AS hash) h
 CROSS JOIN LATERAL (SELECT h.hash, CASE WHEN h.hash %% 12 = 0 THEN 'failed' ELSE 'succeeded' END AS status,
                            CASE WHEN h.hash %% 12 = 0 THEN 8 ELSE 1 + h.hash %% 2 END AS attempts) d

-- name: jobs
WITH made AS (
  INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, priority, args, status, attempts, lock)
  SELECT 'default', (ARRAY['billing.document', 'billing.mail', 'webhooks.deliver', 'monitoring.check', 'billing.renew'])[1 + n %% 5], 0,
         jsonb_build_object('n', n), (CASE WHEN n %% 90 = 0 THEN 'failed' ELSE 'succeeded' END)::jobs.procrastinate_job_status,
         1 + n %% 3, 'large ' || n
    FROM generate_series(1, 20000) AS n
  RETURNING id, status, args)
INSERT INTO jobs.procrastinate_events (job_id, type, at)
SELECT m.id, t.type::text::jobs.procrastinate_job_event_type, now() - (m.args ->> 'n')::integer * interval '40 seconds' + t.after
  FROM made m CROSS JOIN LATERAL (VALUES ('deferred', interval '0'), ('started', interval '1 second'),
                                         (m.status::text, interval '2 seconds')) AS t(type, after)

-- name: alerts
WITH rules AS (
  INSERT INTO hcc.alert_rules (id, organization_id, name, expression, severity, is_active, labels)
  SELECT gen_random_uuid(), o.id, r.name, r.expression, r.severity, false, '{"demo": "large"}'
    FROM (SELECT DISTINCT organization_id AS id FROM hcc.agents WHERE name LIKE '%%.large.example') o
   CROSS JOIN (VALUES ('ServerIsFull', 'disk_used_bytes / disk_total_bytes > 0.9', 'critical'),
                      ('ServerIsBusy', 'cpu_usage_percent > 95', 'warning')) AS r(name, expression, severity)
  ON CONFLICT DO NOTHING
  RETURNING id, organization_id, name, severity),
made AS (
  INSERT INTO hcc.alerts (id, organization_id, source, source_id, fingerprint, name, severity, series, labels, phase, since, fired_at,
                          resolved_at, known_at, value, updated_at)
  SELECT gen_random_uuid(), r.organization_id, 'rule', r.id, decode(md5(r.id || a.name), 'hex'), r.name, r.severity,
         jsonb_build_object('host', a.name), jsonb_build_object('host', a.name, 'alertname', r.name, 'demo', 'large'),
         'resolved', w.at, w.at, w.at + interval '25 minutes', w.at, 0.93, w.at + interval '25 minutes'
    FROM rules r JOIN hcc.agents a ON a.organization_id = r.organization_id
   CROSS JOIN LATERAL (SELECT now() - (hashtext(a.name || r.name) & 2147483647) %% 700 * interval '1 hour' AS at) w
  RETURNING id, organization_id, name, labels, since)
INSERT INTO hcc.alert_changes (id, organization_id, alert_id, name, labels, before, after, value, at)
SELECT gen_random_uuid(), m.organization_id, m.id, m.name, m.labels, c.before, c.after, 0.93, m.since + c.later
  FROM made m CROSS JOIN (VALUES ('pending', 'firing', interval '0'), ('firing', 'resolved', interval '25 minutes'))
       AS c(before, after, later)
