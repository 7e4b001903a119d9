-- name: find_web_session
SELECT session_id, user_id, organization_id, entered_org_id, confirmed_at, last_seen_at
  FROM hcc.find_web_session(%(hash)s, %(longest)s)

-- name: add_web_session
INSERT INTO hcc.web_sessions (session_id, user_id, secret_hash) VALUES (%(session_id)s, %(user_id)s, %(secret_hash)s)

-- name: confirm_web_session
UPDATE hcc.web_sessions SET secret_hash = %(new)s, confirmed_at = now() WHERE secret_hash = %(old)s

-- name: enter_web_session
UPDATE hcc.web_sessions SET secret_hash = %(new)s, entered_org_id = %(organization_id)s WHERE secret_hash = %(old)s

-- name: extend_session
UPDATE hcc.sessions SET last_seen_at = now(), expires_at = now() + make_interval(secs => %(seconds)s), address = %(address)s
 WHERE id = %(id)s AND revoked_at IS NULL AND expires_at > now()

-- name: preference
SELECT value FROM hcc.web_preferences WHERE user_id = %(user_id)s AND name = %(name)s

-- name: set_preference
INSERT INTO hcc.web_preferences (user_id, name, value) VALUES (%(user_id)s, %(name)s, %(value)s)
ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value, updated_at = now()

-- name: has_passkeys
SELECT EXISTS (SELECT FROM hcc.passkeys WHERE user_id = %(user_id)s)

-- name: organization_name
SELECT name FROM hcc.organizations WHERE id = %(id)s
