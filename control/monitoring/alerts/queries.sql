-- name: rule_page
SELECT r.id, r.organization_id, r.name, r.kind, r.expression, r.recovery, r.anomaly, r.interval_s, r.for_s, r.keep_firing_for_s,
       r.no_data, r.severity, r.labels, r.annotations, r.is_active, e.health, e.error, e.checked_at, e.took_ms, e.lag_ms, e.missed,
       r.version, r.created_at, r.updated_at
  FROM hcc.alert_rules r JOIN hcc.alert_evaluations e ON e.rule_id = r.id
 WHERE (%(organization_id)s::uuid IS NULL OR r.organization_id = %(organization_id)s)
   AND (%(is_active)s::boolean IS NULL OR r.is_active = %(is_active)s)
   AND (%(health)s::text IS NULL OR e.health = %(health)s)

-- name: rule_count
SELECT count(*)
  FROM hcc.alert_rules r JOIN hcc.alert_evaluations e ON e.rule_id = r.id
 WHERE (%(organization_id)s::uuid IS NULL OR r.organization_id = %(organization_id)s)
   AND (%(is_active)s::boolean IS NULL OR r.is_active = %(is_active)s)
   AND (%(health)s::text IS NULL OR e.health = %(health)s)

-- name: rule_get
SELECT r.id, r.organization_id, r.name, r.kind, r.expression, r.recovery, r.anomaly, r.interval_s, r.for_s, r.keep_firing_for_s,
       r.no_data, r.severity, r.labels, r.annotations, r.is_active, e.health, e.error, e.checked_at, e.took_ms, e.lag_ms, e.missed,
       r.version, r.created_at, r.updated_at
  FROM hcc.alert_rules r JOIN hcc.alert_evaluations e ON e.rule_id = r.id
 WHERE r.id = %(id)s

-- name: rule_lock
SELECT id FROM hcc.alert_rules WHERE id = %(id)s FOR UPDATE


-- name: rule_how_many
SELECT count(*) FROM hcc.alert_rules WHERE organization_id = %(organization_id)s


-- name: rule_insert
-- With the row that says when it is due, which is at once.
WITH rule AS (
  INSERT INTO hcc.alert_rules (id, organization_id, name, kind, expression, recovery, anomaly, interval_s, for_s, keep_firing_for_s, no_data, severity,
    labels, annotations, is_active)
  VALUES (%(id)s, %(organization_id)s, %(name)s, %(kind)s, %(expression)s, %(recovery)s, %(anomaly)s, %(interval_s)s,
          %(for_s)s, %(keep_firing_for_s)s, %(no_data)s, %(severity)s, %(labels)s, %(annotations)s, %(is_active)s)
  RETURNING id, organization_id)
INSERT INTO hcc.alert_evaluations (rule_id, organization_id)
SELECT id, organization_id FROM rule

-- name: rule_update
UPDATE hcc.alert_rules
   SET name = %(name)s, kind = %(kind)s, expression = %(expression)s, recovery = %(recovery)s, anomaly = %(anomaly)s,
       interval_s = %(interval_s)s, for_s = %(for_s)s, keep_firing_for_s = %(keep_firing_for_s)s, no_data = %(no_data)s,
       severity = %(severity)s, labels = %(labels)s, annotations = %(annotations)s, is_active = %(is_active)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s


-- name: rule_delete
WITH gone AS (DELETE FROM hcc.alerts WHERE source = 'rule' AND source_id = %(id)s)
DELETE FROM hcc.alert_rules WHERE id = %(id)s

-- name: alert_page
SELECT id, organization_id, source, source_id, name, severity, labels, annotations, phase, since, fired_at, resolved_at, known_at, value,
       acknowledged_at, acknowledged_by, acknowledged_note, version, updated_at
  FROM hcc.alerts
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(phase)s::text IS NULL OR phase = %(phase)s)
   AND (%(severity)s::text IS NULL OR severity = %(severity)s)
   AND (%(source_id)s::uuid IS NULL OR source_id = %(source_id)s)

-- name: alert_count
SELECT count(*)
  FROM hcc.alerts
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(phase)s::text IS NULL OR phase = %(phase)s)
   AND (%(severity)s::text IS NULL OR severity = %(severity)s)
   AND (%(source_id)s::uuid IS NULL OR source_id = %(source_id)s)

-- name: alert_get
SELECT id, organization_id, source, source_id, name, severity, labels, annotations, phase, since, fired_at, resolved_at, known_at, value,
       acknowledged_at, acknowledged_by, acknowledged_note, version, updated_at
  FROM hcc.alerts WHERE id = %(id)s

-- name: alert_lock
SELECT id FROM hcc.alerts WHERE id = %(id)s FOR UPDATE

-- name: alert_acknowledge
UPDATE hcc.alerts
   SET acknowledged_at = %(at)s, acknowledged_by = %(by)s, acknowledged_note = %(note)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: change_page
SELECT id, organization_id, alert_id, name, labels, before, after, value, at
  FROM hcc.alert_changes
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(alert_id)s::uuid IS NULL OR alert_id = %(alert_id)s)

-- name: change_count
SELECT count(*)
  FROM hcc.alert_changes
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(alert_id)s::uuid IS NULL OR alert_id = %(alert_id)s)

-- name: end_alerts
-- Of a rule that is switched off.
UPDATE hcc.alerts SET phase = 'resolved', resolved_at = now(), since = now(), version = version + 1, updated_at = now()
 WHERE source = 'rule' AND source_id = %(id)s AND phase <> 'resolved'

-- name: claim
SELECT rule_id, organization_id, due_at FROM hcc.alert_rules_claim(%(most)s, %(at)s)

-- name: evaluated
UPDATE hcc.alert_evaluations
   SET checked_at = %(at)s, health = %(health)s, error = %(error)s, took_ms = %(took_ms)s, lag_ms = %(lag_ms)s
 WHERE rule_id = %(id)s

-- name: known
-- What was known of a source's series, to be changed by this transaction alone.
SELECT id, fingerprint, name, severity, series, labels, annotations, phase, since, fired_at, resolved_at, known_at, value
  FROM hcc.alerts
 WHERE organization_id = %(organization_id)s AND source = %(source)s AND source_id = %(source_id)s
   AND (phase <> 'resolved' OR fingerprint = ANY (%(prints)s::bytea[]))
   FOR UPDATE

-- name: put
INSERT INTO hcc.alerts (id, organization_id, source, source_id, fingerprint, name, severity, series, labels, annotations, phase,
                        since, fired_at, resolved_at, known_at, value)
VALUES (%(id)s, %(organization_id)s, %(source)s, %(source_id)s, %(fingerprint)s, %(name)s, %(severity)s, %(series)s, %(labels)s,
        %(annotations)s, %(phase)s, %(since)s, %(fired_at)s, %(resolved_at)s, %(known_at)s, %(value)s)
ON CONFLICT ON CONSTRAINT alerts_series DO UPDATE
   SET name = excluded.name, severity = excluded.severity, labels = excluded.labels, annotations = excluded.annotations,
       phase = excluded.phase, since = excluded.since, fired_at = excluded.fired_at, resolved_at = excluded.resolved_at,
       known_at = excluded.known_at, value = excluded.value, version = hcc.alerts.version + 1, updated_at = now(),
       acknowledged_at = CASE WHEN excluded.fired_at IS DISTINCT FROM hcc.alerts.fired_at THEN NULL ELSE hcc.alerts.acknowledged_at END

-- name: forget_pending
DELETE FROM hcc.alerts WHERE id = %(id)s

-- name: note_change
INSERT INTO hcc.alert_changes (id, organization_id, alert_id, name, labels, before, after, value, at)
VALUES (%(id)s, %(organization_id)s, %(alert_id)s, %(name)s, %(labels)s, %(before)s, %(after)s, %(value)s, %(at)s)

-- name: newest
-- The newest value of the organisation that this transaction works for.
SELECT hcc.metric_newest(%(after)s, %(until)s)

-- name: anybody_writes
SELECT hcc.metric_written_since(%(since)s)

-- name: outages
SELECT id, began, ended, filled FROM hcc.ingest_outages
 WHERE organization_id = %(organization_id)s AND NOT filled AND (ended IS NULL OR ended > %(after)s)
 ORDER BY began

-- name: outage_begins
INSERT INTO hcc.ingest_outages (id, organization_id, began)
VALUES (%(id)s, %(organization_id)s, %(began)s)
ON CONFLICT DO NOTHING

-- name: outage_ends
UPDATE hcc.ingest_outages SET ended = %(ended)s, filled = %(filled)s WHERE id = %(id)s

-- name: kind_of_organization
SELECT kind FROM hcc.organizations WHERE id = %(id)s
