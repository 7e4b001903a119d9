-- name: lock
-- Two installations of one organisation go one after the other.
SELECT pg_advisory_xact_lock(hashtextextended('builtin rules of ' || %(organization_id)s::text, 0))

-- name: standing
-- What an organisation has of each pack. The lowest version is that of a pack that lacks something.
SELECT pack, min(version) AS version, count(rule_id) AS rules
  FROM hcc.builtin_rules WHERE organization_id = %(organization_id)s
 GROUP BY pack

-- name: given
-- What was given of a pack, and what became of it.
SELECT b.key, b.version, b.given, b.rule_id, r.name, r.kind, r.expression, r.recovery, r.anomaly, r.interval_s, r.for_s,
       r.keep_firing_for_s, r.no_data, r.severity, r.labels, r.annotations, r.is_active
  FROM hcc.builtin_rules b LEFT JOIN hcc.alert_rules r ON r.id = b.rule_id
 WHERE b.organization_id = %(organization_id)s AND b.pack = %(pack)s

-- name: names
SELECT name FROM hcc.alert_rules WHERE organization_id = %(organization_id)s

-- name: put
INSERT INTO hcc.builtin_rules (organization_id, pack, key, version, given, rule_id)
VALUES (%(organization_id)s, %(pack)s, %(key)s, %(version)s, %(given)s, %(rule_id)s)
ON CONFLICT (organization_id, pack, key) DO UPDATE
   SET version = excluded.version, given = excluded.given, rule_id = excluded.rule_id, updated_at = now()

-- name: forget
-- The rule stays, and is the organisation's own from now on.
DELETE FROM hcc.builtin_rules WHERE organization_id = %(organization_id)s AND pack = %(pack)s AND key = %(key)s

-- name: remove
-- Rules and alerts of a pack; how many rules that were.
WITH gone AS (
  DELETE FROM hcc.builtin_rules WHERE organization_id = %(organization_id)s AND pack = %(pack)s RETURNING rule_id
), alerts AS (
  DELETE FROM hcc.alerts
   WHERE organization_id = %(organization_id)s AND source = 'rule' AND source_id IN (SELECT rule_id FROM gone)
), rules AS (
  DELETE FROM hcc.alert_rules
   WHERE organization_id = %(organization_id)s AND id IN (SELECT rule_id FROM gone) RETURNING id
)
SELECT count(*) FROM rules
