-- name: check_page
SELECT c.id, c.organization_id, c.name, c.kind, c.target, c.expects, c.sealed IS NOT NULL AS has_secret, c.interval_s, c.timeout_s,
       c.retries, c.locations, c.quorum, c.severity, c.labels, c.is_active, coalesce(s.state, 'new') AS state, s.began AS since,
       coalesce(s.message, '') AS message,
       (SELECT max(t.last_at) FROM hcc.check_states t WHERE t.check_id = c.id) AS last_at, c.version, c.created_at, c.updated_at
  FROM hcc.checks c LEFT JOIN hcc.check_spans s ON s.check_id = c.id AND s.ended IS NULL
 WHERE (%(organization_id)s::uuid IS NULL OR c.organization_id = %(organization_id)s)
   AND (%(kind)s::text IS NULL OR c.kind = %(kind)s)
   AND (%(state)s::text IS NULL OR coalesce(s.state, 'new') = %(state)s)

-- name: check_count
SELECT count(*)
  FROM hcc.checks c LEFT JOIN hcc.check_spans s ON s.check_id = c.id AND s.ended IS NULL
 WHERE (%(organization_id)s::uuid IS NULL OR c.organization_id = %(organization_id)s)
   AND (%(kind)s::text IS NULL OR c.kind = %(kind)s)
   AND (%(state)s::text IS NULL OR coalesce(s.state, 'new') = %(state)s)

-- name: check_get
SELECT c.id, c.organization_id, c.name, c.kind, c.target, c.expects, c.sealed IS NOT NULL AS has_secret, c.interval_s, c.timeout_s,
       c.retries, c.locations, c.quorum, c.severity, c.labels, c.is_active, coalesce(s.state, 'new') AS state, s.began AS since,
       coalesce(s.message, '') AS message,
       (SELECT max(t.last_at) FROM hcc.check_states t WHERE t.check_id = c.id) AS last_at, c.version, c.created_at, c.updated_at
  FROM hcc.checks c LEFT JOIN hcc.check_spans s ON s.check_id = c.id AND s.ended IS NULL
 WHERE c.id = %(id)s

-- name: check_lock
SELECT id FROM hcc.checks WHERE id = %(id)s FOR UPDATE

-- name: check_how_many
SELECT count(*) FROM hcc.checks WHERE organization_id = %(organization_id)s

-- name: check_insert
INSERT INTO hcc.checks (id, organization_id, name, kind, target, expects, interval_s, timeout_s, retries, locations, quorum, severity, labels,
  is_active, token_hash, sealed)
VALUES (%(id)s, %(organization_id)s, %(name)s, %(kind)s, %(target)s, %(expects)s, %(interval_s)s, %(timeout_s)s, %(retries)s,
        %(locations)s, %(quorum)s, %(severity)s, %(labels)s, %(is_active)s, %(token_hash)s, %(sealed)s)

-- name: check_update
UPDATE hcc.checks
   SET name = %(name)s, kind = %(kind)s, target = %(target)s, expects = %(expects)s, interval_s = %(interval_s)s,
       timeout_s = %(timeout_s)s, retries = %(retries)s, locations = %(locations)s, quorum = %(quorum)s,
       severity = %(severity)s, labels = %(labels)s, is_active = %(is_active)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: check_delete
WITH gone AS (DELETE FROM hcc.alerts WHERE source IN ('check', 'stuck') AND source_id = %(id)s)
DELETE FROM hcc.checks WHERE id = %(id)s

-- name: seal
UPDATE hcc.checks SET sealed = %(sealed)s WHERE id = %(id)s

-- name: leave_locations
DELETE FROM hcc.check_states WHERE check_id = %(check_id)s AND location <> ALL (%(locations)s)

-- name: add_locations
INSERT INTO hcc.check_states (check_id, organization_id, location)
SELECT %(check_id)s, %(organization_id)s, l FROM unnest(%(locations)s::text[]) AS l
ON CONFLICT (check_id, location) DO UPDATE SET due_at = least(hcc.check_states.due_at, now())

-- name: rest
-- Nobody looks at a check that is switched off: its alerts are over, and what it is nobody knows.
WITH alerts AS (
  UPDATE hcc.alerts SET phase = 'resolved', resolved_at = now(), since = now(), version = version + 1, updated_at = now()
   WHERE source IN ('check', 'stuck') AND source_id = %(id)s AND phase <> 'resolved'),
states AS (UPDATE hcc.check_states SET state = 'new', since = now(), failures = 0, message = '' WHERE check_id = %(id)s)
UPDATE hcc.check_spans SET ended = now() WHERE check_id = %(id)s AND ended IS NULL

-- name: locations
SELECT location, state, since, last_at, beat_at, failures, message, ms, figures
  FROM hcc.check_states WHERE check_id = %(check_id)s ORDER BY location

-- name: result_page
SELECT id, location, at, ok, ms, message, figures FROM hcc.check_results WHERE check_id = %(check_id)s

-- name: result_count
SELECT count(*) FROM hcc.check_results WHERE check_id = %(check_id)s

-- name: beat
SELECT hcc.check_beat(%(hash)s, %(at)s)

-- name: here
-- This location is being looked from; after a pause it begins anew.
INSERT INTO hcc.check_locations (location, since, seen_at) VALUES (%(location)s, %(at)s, %(at)s)
ON CONFLICT (location) DO UPDATE
   SET since = CASE WHEN hcc.check_locations.seen_at < %(at)s - %(paused)s THEN %(at)s ELSE hcc.check_locations.since END,
       seen_at = greatest(hcc.check_locations.seen_at, %(at)s)

-- name: claim
SELECT check_id, organization_id FROM hcc.checks_claim(%(location)s, %(most)s, %(at)s)

-- name: due
SELECT c.id, c.organization_id, c.name, c.kind, c.target, c.expects, c.sealed, c.interval_s, c.timeout_s, c.retries, c.quorum,
       c.severity, c.labels, c.is_active, s.beat_at, s.since AS waits_since
  FROM hcc.checks c LEFT JOIN hcc.check_states s ON s.check_id = c.id AND s.location = %(location)s
 WHERE c.id = %(id)s

-- name: lock_states
-- All locations of a check, for this transaction alone to change.
SELECT location, state, since, last_at, failures FROM hcc.check_states WHERE check_id = %(check_id)s ORDER BY location FOR UPDATE

-- name: set_state
UPDATE hcc.check_states
   SET state = %(state)s, since = %(since)s, last_at = %(at)s, failures = %(failures)s, message = %(message)s, ms = %(ms)s,
       figures = %(figures)s, due_at = least(due_at, coalesce(%(retry_at)s, due_at))
 WHERE check_id = %(check_id)s AND location = %(location)s

-- name: add_result
INSERT INTO hcc.check_results (id, organization_id, check_id, location, at, ok, ms, message, figures)
VALUES (%(id)s, %(organization_id)s, %(check_id)s, %(location)s, %(at)s, %(ok)s, %(ms)s, %(message)s, %(figures)s)

-- name: open_span
SELECT id, state FROM hcc.check_spans WHERE check_id = %(check_id)s AND ended IS NULL

-- name: end_span
UPDATE hcc.check_spans SET ended = greatest(began, %(at)s) WHERE id = %(id)s

-- name: begin_span
INSERT INTO hcc.check_spans (id, organization_id, check_id, state, began, message)
VALUES (%(id)s, %(organization_id)s, %(check_id)s, %(state)s, %(at)s, %(message)s)

-- name: stuck
SELECT check_id, organization_id, stuck FROM hcc.checks_stuck(%(at)s)

-- name: add_token
INSERT INTO hcc.ingest_tokens (id, organization_id, name, prefix, token_hash)
VALUES (%(id)s, %(organization_id)s, 'results of checks', %(prefix)s, %(hash)s)
ON CONFLICT (token_hash) DO NOTHING

-- name: kind_of_organization
SELECT kind FROM hcc.organizations WHERE id = %(id)s

-- name: shown_on
SELECT id, title AS name, count(*) OVER () AS total FROM hcc.status_pages
 WHERE components @> jsonb_build_array(jsonb_build_object('check_id', %(id)s::text))
 ORDER BY name, id
