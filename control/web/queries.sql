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

-- name: views
SELECT v.id, v.name, v.query, v.is_shared, v.user_id = %(user_id)s AS is_own,
       coalesce(p.value = to_jsonb(v.id::text), false) AS is_default
  FROM hcc.table_views v
  LEFT JOIN hcc.web_preferences p ON p.user_id = %(user_id)s AND p.name = %(preference)s
 WHERE v.table_name = %(table)s AND (v.user_id = %(user_id)s OR v.is_shared)
 ORDER BY lower(v.name), v.id

-- name: count_views
SELECT count(*) FROM hcc.table_views WHERE table_name = %(table)s AND user_id = %(user_id)s

-- name: view
SELECT v.id, v.name, v.query, v.is_shared, v.table_name, v.user_id = %(user_id)s AS is_own, false AS is_default
  FROM hcc.table_views v
 WHERE v.id = %(id)s AND (v.user_id = %(user_id)s OR v.is_shared)

-- name: add_view
INSERT INTO hcc.table_views (id, organization_id, user_id, table_name, name, query, is_shared)
VALUES (%(id)s, %(organization_id)s, %(user_id)s, %(table)s, %(name)s, %(query)s, %(is_shared)s)
ON CONFLICT (organization_id, user_id, table_name, name) DO NOTHING

-- name: set_view
UPDATE hcc.table_views SET name = %(name)s, query = %(query)s, is_shared = %(is_shared)s, updated_at = now()
 WHERE id = %(id)s AND user_id = %(user_id)s
   AND NOT EXISTS (SELECT FROM hcc.table_views o WHERE o.organization_id = hcc.current_org_id() AND o.user_id = %(user_id)s
                    AND o.table_name = %(table)s AND o.name = %(name)s AND o.id <> %(id)s)

-- name: delete_view
DELETE FROM hcc.table_views WHERE id = %(id)s AND user_id = %(user_id)s

-- name: drop_preference
DELETE FROM hcc.web_preferences WHERE user_id = %(user_id)s AND name = %(name)s
