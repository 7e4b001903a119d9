-- name: page
SELECT id, organization_id, user_id, name, prefix, scopes, expires_at, last_used_at, version, created_at, updated_at
  FROM hcc.api_keys
 WHERE deleted_at IS NULL
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s OR prefix ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(user_id)s::uuid IS NULL OR user_id = %(user_id)s)

-- name: count
SELECT count(*)
  FROM hcc.api_keys
 WHERE deleted_at IS NULL
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s OR prefix ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(user_id)s::uuid IS NULL OR user_id = %(user_id)s)

-- name: get
SELECT id, organization_id, user_id, name, prefix, scopes, expires_at, last_used_at, version, created_at, updated_at
  FROM hcc.api_keys WHERE id = %(id)s AND deleted_at IS NULL

-- name: lock
SELECT id, organization_id, user_id, name, prefix, scopes, expires_at, last_used_at, version, created_at, updated_at
  FROM hcc.api_keys WHERE id = %(id)s AND deleted_at IS NULL FOR UPDATE

-- name: insert
INSERT INTO hcc.api_keys (id, organization_id, user_id, name, prefix, key_hash, scopes, expires_at)
VALUES (%(id)s, %(organization_id)s, %(user_id)s, %(name)s, %(prefix)s, %(key_hash)s, %(scopes)s, %(expires_at)s)

-- name: update
UPDATE hcc.api_keys SET name = %(name)s, scopes = %(scopes)s, expires_at = %(expires_at)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: delete
UPDATE hcc.api_keys SET deleted_at = now(), updated_at = now() WHERE id = %(id)s
