-- name: channel_page
SELECT id, organization_id, name, kind, recipients, chat_id, host, send_resolved, is_active, version, created_at, updated_at
  FROM hcc.notification_channels
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: channel_count
SELECT count(*)
  FROM hcc.notification_channels
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: channel_get
SELECT id, organization_id, name, kind, recipients, chat_id, host, send_resolved, is_active, version, created_at, updated_at
  FROM hcc.notification_channels WHERE id = %(id)s

-- name: channel_lock
SELECT id FROM hcc.notification_channels WHERE id = %(id)s FOR UPDATE

-- name: channel_how_many
SELECT count(*) FROM hcc.notification_channels WHERE organization_id = %(organization_id)s

-- name: channel_insert
INSERT INTO hcc.notification_channels (id, organization_id, name, kind, recipients, chat_id, host, send_resolved, is_active, sealed)
VALUES (%(id)s, %(organization_id)s, %(name)s, %(kind)s, %(recipients)s, %(chat_id)s, %(host)s, %(send_resolved)s,
        %(is_active)s, %(sealed)s)

-- name: channel_update
UPDATE hcc.notification_channels
   SET name = %(name)s, kind = %(kind)s, recipients = %(recipients)s, chat_id = %(chat_id)s, host = %(host)s,
       send_resolved = %(send_resolved)s, is_active = %(is_active)s,
       sealed = %(sealed)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: channel_delete
DELETE FROM hcc.notification_channels WHERE id = %(id)s

-- name: route_page
SELECT id, organization_id, name, position, matchers, steps, group_by, group_wait_s, group_interval_s, repeat_interval_s,
       continues, is_active, version, created_at, updated_at
  FROM hcc.notification_routes
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: route_count
SELECT count(*)
  FROM hcc.notification_routes
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: route_get
SELECT id, organization_id, name, position, matchers, steps, group_by, group_wait_s, group_interval_s, repeat_interval_s,
       continues, is_active, version, created_at, updated_at
  FROM hcc.notification_routes WHERE id = %(id)s

-- name: route_lock
SELECT id FROM hcc.notification_routes WHERE id = %(id)s FOR UPDATE

-- name: route_how_many
SELECT count(*) FROM hcc.notification_routes WHERE organization_id = %(organization_id)s

-- name: route_insert
INSERT INTO hcc.notification_routes (id, organization_id, name, position, matchers, steps, group_by, group_wait_s, group_interval_s, repeat_interval_s,
  continues, is_active)
VALUES (%(id)s, %(organization_id)s, %(name)s, %(position)s, %(matchers)s, %(steps)s, %(group_by)s, %(group_wait_s)s,
        %(group_interval_s)s, %(repeat_interval_s)s, %(continues)s, %(is_active)s)

-- name: route_update
UPDATE hcc.notification_routes
   SET name = %(name)s, position = %(position)s, matchers = %(matchers)s, steps = %(steps)s, group_by = %(group_by)s,
       group_wait_s = %(group_wait_s)s, group_interval_s = %(group_interval_s)s, repeat_interval_s = %(repeat_interval_s)s,
       continues = %(continues)s, is_active = %(is_active)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: route_delete
DELETE FROM hcc.notification_routes WHERE id = %(id)s

-- name: seal
UPDATE hcc.notification_channels SET sealed = %(sealed)s WHERE id = %(id)s

-- name: sealed
SELECT sealed FROM hcc.notification_channels WHERE id = %(id)s

-- name: channels_known
SELECT count(*) FROM hcc.notification_channels WHERE organization_id = %(organization_id)s AND id = ANY (%(ids)s)

-- name: notification_page
SELECT id, organization_id, channel_id, kind, message, status, attempts, response_status, response_ms, error, created_at, updated_at,
       next_attempt_at
  FROM hcc.notifications
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(channel_id)s::uuid IS NULL OR channel_id = %(channel_id)s)
   AND (%(status)s::text IS NULL OR status = %(status)s)

-- name: notification_count
SELECT count(*)
  FROM hcc.notifications
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(channel_id)s::uuid IS NULL OR channel_id = %(channel_id)s)
   AND (%(status)s::text IS NULL OR status = %(status)s)

-- name: routes_of
SELECT r.id, r.name, count(*) OVER () AS total FROM hcc.notification_routes r
 WHERE EXISTS (SELECT FROM jsonb_array_elements(r.steps) s WHERE s->'channel_ids' ? %(channel_id)s::text)
 ORDER BY r.position, r.id

-- name: waiting
SELECT count(*) FROM hcc.notifications WHERE channel_id = %(channel_id)s AND status IN ('pending', 'retrying')

-- name: notification_get
SELECT id, organization_id, channel_id, kind, message, status, attempts, response_status, response_ms, error, created_at, updated_at,
       next_attempt_at
  FROM hcc.notifications WHERE id = %(id)s

-- name: organizations
SELECT id FROM hcc.notification_organizations() AS id

-- name: take_turn
-- Of several workers one at a time decides what an organisation is told; it holds until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('hcc.notify ' || %(organization_id)s::text, 16))

-- name: living_routes
SELECT id, organization_id, name, position, matchers, steps, group_by, group_wait_s, group_interval_s, repeat_interval_s,
       continues, is_active, version, created_at, updated_at
  FROM hcc.notification_routes
 WHERE organization_id = %(organization_id)s AND is_active

-- name: living_channels
SELECT id, send_resolved FROM hcc.notification_channels WHERE organization_id = %(organization_id)s AND is_active

-- name: alerts
-- All that fire, and what is over for so short a time that it may not have been told yet.
SELECT id, name, severity, labels, annotations, phase, fired_at, resolved_at, value, acknowledged_at IS NOT NULL AS acknowledged
  FROM hcc.alerts
 WHERE organization_id = %(organization_id)s AND phase IN ('firing', 'recovering', 'no_data', 'resolved') AND fired_at IS NOT NULL

-- name: groups
SELECT id, route_id, key, began_at, first_sent_at, last_sent_at, step, told
  FROM hcc.notification_groups WHERE organization_id = %(organization_id)s

-- name: group_put
INSERT INTO hcc.notification_groups (id, organization_id, route_id, key, began_at, first_sent_at, last_sent_at, step, told)
VALUES (%(id)s, %(organization_id)s, %(route_id)s, %(key)s, %(began_at)s, %(first_sent_at)s, %(last_sent_at)s, %(step)s, %(told)s)
ON CONFLICT ON CONSTRAINT notification_groups_key DO UPDATE
   SET first_sent_at = excluded.first_sent_at, last_sent_at = excluded.last_sent_at, step = excluded.step, told = excluded.told

-- name: group_ends
DELETE FROM hcc.notification_groups WHERE id = %(id)s

-- name: add
INSERT INTO hcc.notifications (id, organization_id, channel_id, kind, message)
VALUES (%(id)s, %(organization_id)s, %(channel_id)s, %(kind)s, %(message)s)

-- name: due
-- What one attempt needs; nothing when another run of the job made this attempt already.
SELECT n.id, n.organization_id, n.channel_id, n.message, n.attempts, c.kind, c.recipients, c.chat_id, c.sealed, c.is_active AS wanted
  FROM hcc.notifications n
  JOIN hcc.notification_channels c ON c.id = n.channel_id
 WHERE n.id = %(id)s AND n.status IN ('pending', 'retrying') AND n.attempts = %(attempts)s

-- name: settle
-- Touches no row when another run of the job settled this attempt first.
UPDATE hcc.notifications
   SET status = %(status)s, attempts = attempts + 1, response_status = %(response_status)s, response_ms = %(response_ms)s,
       error = %(error)s, next_attempt_at = %(next_attempt_at)s, updated_at = now()
 WHERE id = %(id)s AND status IN ('pending', 'retrying') AND attempts = %(attempts)s
