-- name: page
SELECT a.id, a.organization_id, a.name, a.agent_version, u.last_used_at AS last_seen_at, a.version, a.created_at, a.updated_at
  FROM hcc.agents a LEFT JOIN hcc.ingest_token_uses u ON u.token_id = a.token_id
 WHERE a.deleted_at IS NULL
   AND (%(search)s::text IS NULL OR a.name ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR a.organization_id = %(organization_id)s)

-- name: count
SELECT count(*) FROM hcc.agents a
 WHERE a.deleted_at IS NULL
   AND (%(search)s::text IS NULL OR a.name ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR a.organization_id = %(organization_id)s)

-- name: get
SELECT a.id, a.organization_id, a.name, a.agent_version, u.last_used_at AS last_seen_at, a.version, a.created_at, a.updated_at
  FROM hcc.agents a LEFT JOIN hcc.ingest_token_uses u ON u.token_id = a.token_id
 WHERE a.id = %(id)s AND a.deleted_at IS NULL

-- name: lock
SELECT a.id, a.organization_id, a.name, a.agent_version, NULL::timestamptz AS last_seen_at, a.version, a.created_at, a.updated_at
  FROM hcc.agents a WHERE a.id = %(id)s AND a.deleted_at IS NULL FOR UPDATE

-- name: insert
INSERT INTO hcc.agents (id, organization_id, name, agent_version, token_id)
VALUES (%(id)s, %(organization_id)s, %(name)s, %(agent_version)s, %(token_id)s)

-- name: insert_token
INSERT INTO hcc.ingest_tokens (id, organization_id, name, prefix, token_hash)
VALUES (%(id)s, %(organization_id)s, %(name)s, %(prefix)s, %(token_hash)s)

-- name: delete
-- The token first: from now on ingestion refuses what the agent sends.
WITH token AS (
  UPDATE hcc.ingest_tokens t SET deleted_at = now(), updated_at = now(), version = t.version + 1
    FROM hcc.agents a WHERE a.id = %(id)s AND t.id = a.token_id AND t.deleted_at IS NULL
)
UPDATE hcc.agents SET deleted_at = now(), updated_at = now(), version = version + 1 WHERE id = %(id)s

-- name: insert_claim
INSERT INTO hcc.agent_claims (id, organization_id, name, claim_hash, expires_at)
VALUES (%(id)s, %(organization_id)s, %(name)s, %(claim_hash)s, %(expires_at)s)

-- name: claim_page
SELECT id, organization_id, name, expires_at, used_at, created_at,
       CASE WHEN used_at IS NOT NULL THEN 'used' WHEN expires_at <= now() THEN 'expired' ELSE 'waiting' END AS state
  FROM hcc.agent_claims
 WHERE (%(search)s::text IS NULL OR name ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(state)s::text IS NULL
        OR %(state)s = CASE WHEN used_at IS NOT NULL THEN 'used' WHEN expires_at <= now() THEN 'expired' ELSE 'waiting' END)

-- name: claim_count
SELECT count(*) FROM hcc.agent_claims
 WHERE (%(search)s::text IS NULL OR name ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(state)s::text IS NULL
        OR %(state)s = CASE WHEN used_at IS NOT NULL THEN 'used' WHEN expires_at <= now() THEN 'expired' ELSE 'waiting' END)

-- name: claim_get
SELECT id, organization_id, name, expires_at, used_at, created_at,
       CASE WHEN used_at IS NOT NULL THEN 'used' WHEN expires_at <= now() THEN 'expired' ELSE 'waiting' END AS state
  FROM hcc.agent_claims
 WHERE id = %(id)s

-- name: claim_revoke
-- Not one that was used meanwhile.
DELETE FROM hcc.agent_claims WHERE id = %(id)s AND used_at IS NULL

-- name: waiting_claims
SELECT count(*) FROM hcc.agent_claims
 WHERE organization_id = %(organization_id)s AND used_at IS NULL AND expires_at > now()

-- name: forget_claims
-- Those that are of no use any more.
DELETE FROM hcc.agent_claims
 WHERE organization_id = %(organization_id)s AND (used_at IS NOT NULL OR expires_at <= now()) AND created_at < now() - interval '30 days'

-- name: take_claim
SELECT organization_id, name FROM hcc.agent_claim_take(%(claim_hash)s)

-- name: series
SELECT count(*) FROM hcc.agents a
  JOIN hcc.metric_series m ON m.organization_id = a.organization_id AND m.labels->>'host' = a.name
 WHERE a.id = %(id)s
