-- name: spend_challenge
INSERT INTO hcc.passkey_challenges (hash, expires_at) VALUES (%(hash)s, to_timestamp(%(until)s)) ON CONFLICT (hash) DO NOTHING

-- name: forget_challenges
-- A few at a time, past those that somebody else is forgetting.
DELETE FROM hcc.passkey_challenges WHERE hash IN (
  SELECT hash FROM hcc.passkey_challenges WHERE expires_at < now() ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED)

-- name: find_passkey
SELECT user_id, is_active FROM hcc.find_passkey(%(credential_id)s)

-- name: lock_passkey
SELECT p.id, p.public_key, p.sign_count, p.name, p.rp_id, c.passkey_handle AS handle
  FROM hcc.passkeys p JOIN hcc.user_credentials c ON c.user_id = p.user_id
 WHERE p.user_id = %(user_id)s AND p.credential_id = %(credential_id)s FOR UPDATE OF p

-- name: passkey_used
UPDATE hcc.passkeys SET sign_count = %(sign_count)s, is_backed_up = %(is_backed_up)s, last_used_at = now() WHERE id = %(id)s

-- name: descriptors
-- The newest use first: browsers offer them in this order.
SELECT credential_id, transports, rp_id FROM hcc.passkeys WHERE user_id = %(user_id)s
 ORDER BY last_used_at DESC NULLS LAST, created_at DESC

-- name: passkeys
SELECT id, name, aaguid, transports, rp_id, is_backed_up, version, created_at, last_used_at
  FROM hcc.passkeys WHERE user_id = %(user_id)s ORDER BY created_at, id

-- name: passkey
SELECT id, name, aaguid, transports, rp_id, is_backed_up, version, created_at, last_used_at
  FROM hcc.passkeys WHERE user_id = %(user_id)s AND id = %(id)s

-- name: handle
UPDATE hcc.user_credentials SET passkey_handle = coalesce(passkey_handle, %(fresh)s) WHERE user_id = %(user_id)s
RETURNING passkey_handle

-- name: add_passkey
INSERT INTO hcc.passkeys (id, user_id, credential_id, public_key, sign_count, transports, aaguid, rp_id, name, is_backed_up)
VALUES (%(id)s, %(user_id)s, %(credential_id)s, %(public_key)s, %(sign_count)s, %(transports)s, %(aaguid)s, %(rp_id)s, %(name)s,
        %(is_backed_up)s)
ON CONFLICT (credential_id) DO NOTHING

-- name: rename_passkey
UPDATE hcc.passkeys SET name = %(name)s, version = version + 1 WHERE id = %(id)s AND user_id = %(user_id)s

-- name: remove_passkey
DELETE FROM hcc.passkeys WHERE id = %(id)s AND user_id = %(user_id)s
