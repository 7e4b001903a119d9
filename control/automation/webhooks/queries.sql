-- name: page
SELECT id, organization_id, url, description, topics, is_active, disabled_reason, version, created_at, updated_at
  FROM hcc.webhook_endpoints
 WHERE deleted_at IS NULL
   AND (%(search)s::text IS NULL OR url ILIKE %(search)s OR description ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: count
SELECT count(*)
  FROM hcc.webhook_endpoints
 WHERE deleted_at IS NULL
   AND (%(search)s::text IS NULL OR url ILIKE %(search)s OR description ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: get
SELECT id, organization_id, url, description, topics, is_active, disabled_reason, version, created_at, updated_at
  FROM hcc.webhook_endpoints WHERE id = %(id)s AND deleted_at IS NULL

-- name: lock
SELECT id, organization_id, url, description, topics, is_active, disabled_reason, version, created_at, updated_at
  FROM hcc.webhook_endpoints WHERE id = %(id)s AND deleted_at IS NULL FOR UPDATE

-- name: how_many
SELECT count(*) FROM hcc.webhook_endpoints WHERE organization_id = %(organization_id)s AND deleted_at IS NULL

-- name: insert
INSERT INTO hcc.webhook_endpoints (id, organization_id, url, description, topics, secret, is_active)
VALUES (%(id)s, %(organization_id)s, %(url)s, %(description)s, %(topics)s, %(secret)s, %(is_active)s)

-- name: update
UPDATE hcc.webhook_endpoints
   SET url = %(url)s, description = %(description)s, topics = %(topics)s, is_active = %(is_active)s,
       disabled_reason = CASE WHEN %(is_active)s THEN NULL ELSE disabled_reason END, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: set_secret
UPDATE hcc.webhook_endpoints SET secret = %(secret)s, version = version + 1, updated_at = now() WHERE id = %(id)s

-- name: delete
UPDATE hcc.webhook_endpoints SET deleted_at = now(), updated_at = now() WHERE id = %(id)s

-- name: disable
-- The version grows, so that an owner who edits at the same time is told.
UPDATE hcc.webhook_endpoints
   SET is_active = false, disabled_reason = %(reason)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s AND is_active

-- name: subscribed
SELECT id FROM hcc.webhook_endpoints
 WHERE organization_id = %(organization_id)s AND is_active AND deleted_at IS NULL AND topics && ARRAY[%(topic)s, '*']

-- name: add_delivery
-- Gives nothing when this event already is on its way to this endpoint.
INSERT INTO hcc.webhook_deliveries (id, organization_id, endpoint_id, event_id, topic, body, next_attempt_at)
VALUES (%(id)s, %(organization_id)s, %(endpoint_id)s, %(event_id)s, %(topic)s, %(body)s, now())
ON CONFLICT (organization_id, endpoint_id, event_id) DO NOTHING
RETURNING id

-- name: delivery_page
SELECT id, organization_id, endpoint_id, event_id, topic, body, status, attempts, response_status, response_ms, error,
       created_at, updated_at, next_attempt_at
  FROM hcc.webhook_deliveries
 WHERE endpoint_id = %(endpoint_id)s
   AND (%(status)s::text IS NULL OR status = %(status)s)
   AND (%(topic)s::text IS NULL OR topic = %(topic)s)

-- name: delivery_count
SELECT count(*)
  FROM hcc.webhook_deliveries
 WHERE endpoint_id = %(endpoint_id)s
   AND (%(status)s::text IS NULL OR status = %(status)s)
   AND (%(topic)s::text IS NULL OR topic = %(topic)s)

-- name: delivery
SELECT id, organization_id, endpoint_id, event_id, topic, body, status, attempts, response_status, response_ms, error,
       created_at, updated_at, next_attempt_at
  FROM hcc.webhook_deliveries WHERE endpoint_id = %(endpoint_id)s AND id = %(id)s

-- name: delivery_lock
SELECT id, organization_id, endpoint_id, event_id, topic, body, status, attempts, response_status, response_ms, error,
       created_at, updated_at, next_attempt_at
  FROM hcc.webhook_deliveries WHERE endpoint_id = %(endpoint_id)s AND id = %(id)s FOR UPDATE

-- name: delivery_again
UPDATE hcc.webhook_deliveries SET status = 'retrying', next_attempt_at = now(), updated_at = now() WHERE id = %(id)s

-- name: endpoint_of
SELECT endpoint_id FROM hcc.webhook_deliveries WHERE id = %(id)s

-- name: failed_again
-- The oldest first; each with the number of attempts that its next one follows.
UPDATE hcc.webhook_deliveries SET status = 'retrying', next_attempt_at = now(), updated_at = now()
 WHERE organization_id = %(organization_id)s
   AND id IN (SELECT id FROM hcc.webhook_deliveries
               WHERE organization_id = %(organization_id)s AND endpoint_id = %(endpoint_id)s AND status = 'failed'
               ORDER BY created_at, id LIMIT %(most)s FOR UPDATE)
RETURNING id, attempts

-- name: delivery_due
-- What one attempt needs; nothing when another run of the job made this attempt already.
SELECT d.id, d.organization_id, d.endpoint_id, d.event_id, d.body, d.attempts, e.url, e.secret,
       (e.is_active AND e.deleted_at IS NULL) AS wanted
  FROM hcc.webhook_deliveries d
  JOIN hcc.webhook_endpoints e ON e.organization_id = d.organization_id AND e.id = d.endpoint_id
 WHERE d.id = %(id)s AND d.status IN ('pending', 'retrying') AND d.attempts = %(attempts)s

-- name: settle
-- Touches no row when another run of the job settled this attempt first.
UPDATE hcc.webhook_deliveries
   SET status = %(status)s, attempts = attempts + 1, response_status = %(response_status)s, response_ms = %(response_ms)s,
       error = %(error)s, next_attempt_at = %(next_attempt_at)s, updated_at = now()
 WHERE id = %(id)s AND status IN ('pending', 'retrying') AND attempts = %(attempts)s
