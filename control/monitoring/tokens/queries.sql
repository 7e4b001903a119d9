-- name: page
SELECT t.id, t.organization_id, t.name, t.prefix, u.last_used_at, t.version, t.created_at, t.updated_at
  FROM hcc.ingest_tokens t LEFT JOIN hcc.ingest_token_uses u ON u.token_id = t.id
 WHERE t.deleted_at IS NULL
   AND (%(search)s::text IS NULL OR t.name ILIKE %(search)s OR t.prefix ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR t.organization_id = %(organization_id)s)

-- name: count
SELECT count(*) FROM hcc.ingest_tokens t
 WHERE t.deleted_at IS NULL
   AND (%(search)s::text IS NULL OR t.name ILIKE %(search)s OR t.prefix ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR t.organization_id = %(organization_id)s)

-- name: get
SELECT t.id, t.organization_id, t.name, t.prefix, u.last_used_at, t.version, t.created_at, t.updated_at
  FROM hcc.ingest_tokens t LEFT JOIN hcc.ingest_token_uses u ON u.token_id = t.id
 WHERE t.id = %(id)s AND t.deleted_at IS NULL

-- name: lock
SELECT t.id, t.organization_id, t.name, t.prefix, NULL::timestamptz AS last_used_at, t.version, t.created_at, t.updated_at
  FROM hcc.ingest_tokens t WHERE t.id = %(id)s AND t.deleted_at IS NULL FOR UPDATE

-- name: how_many
SELECT count(*) FROM hcc.ingest_tokens WHERE organization_id = %(organization_id)s AND deleted_at IS NULL

-- name: insert
INSERT INTO hcc.ingest_tokens (id, organization_id, name, prefix, token_hash)
VALUES (%(id)s, %(organization_id)s, %(name)s, %(prefix)s, %(token_hash)s)

-- name: revoke
UPDATE hcc.ingest_tokens SET deleted_at = now(), updated_at = now(), version = version + 1 WHERE id = %(id)s
