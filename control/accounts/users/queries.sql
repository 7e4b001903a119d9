-- name: page
-- A person always sees their own row; at work inside another organisation they are not one of its people.
SELECT u.id, u.organization_id, u.email, u.username, u.full_name, u.locale, u.timezone, u.is_active, u.version, u.created_at,
       u.updated_at, u.last_login_at,
       coalesce((SELECT array_agg(r.name ORDER BY r.name) FROM hcc.user_roles ur JOIN hcc.roles r ON r.id = ur.role_id
                  WHERE ur.user_id = u.id AND ur.organization_id = u.organization_id), '{}') AS roles
  FROM hcc.users u
 WHERE u.deleted_at IS NULL
   AND (%(search)s::text IS NULL OR u.email ILIKE %(search)s OR u.username ILIKE %(search)s OR u.full_name ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR u.organization_id = %(organization_id)s)
   AND (%(is_active)s::boolean IS NULL OR u.is_active = %(is_active)s)
   AND (%(role)s::text IS NULL
        OR EXISTS (SELECT FROM hcc.user_roles ur JOIN hcc.roles r ON r.id = ur.role_id
                    WHERE ur.user_id = u.id AND ur.organization_id = u.organization_id AND r.name = %(role)s))
   AND (u.id IS DISTINCT FROM hcc.current_user_id() OR hcc.visible(u.organization_id)
        OR EXISTS (SELECT FROM hcc.memberships m WHERE m.user_id = u.id AND hcc.visible(m.organization_id)))

-- name: count
SELECT count(*)
  FROM hcc.users u
 WHERE u.deleted_at IS NULL
   AND (%(search)s::text IS NULL OR u.email ILIKE %(search)s OR u.username ILIKE %(search)s OR u.full_name ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR u.organization_id = %(organization_id)s)
   AND (%(is_active)s::boolean IS NULL OR u.is_active = %(is_active)s)
   AND (%(role)s::text IS NULL
        OR EXISTS (SELECT FROM hcc.user_roles ur JOIN hcc.roles r ON r.id = ur.role_id
                    WHERE ur.user_id = u.id AND ur.organization_id = u.organization_id AND r.name = %(role)s))
   AND (u.id IS DISTINCT FROM hcc.current_user_id() OR hcc.visible(u.organization_id)
        OR EXISTS (SELECT FROM hcc.memberships m WHERE m.user_id = u.id AND hcc.visible(m.organization_id)))

-- name: get
SELECT u.id, u.organization_id, u.email, u.username, u.full_name, u.locale, u.timezone, u.is_active, u.version, u.created_at,
       u.updated_at, u.last_login_at,
       coalesce((SELECT array_agg(r.name ORDER BY r.name) FROM hcc.user_roles ur JOIN hcc.roles r ON r.id = ur.role_id
                  WHERE ur.user_id = u.id AND ur.organization_id = u.organization_id), '{}') AS roles
  FROM hcc.users u WHERE u.id = %(id)s AND u.deleted_at IS NULL

-- name: lock
SELECT u.version FROM hcc.users u WHERE u.id = %(id)s AND u.deleted_at IS NULL FOR UPDATE

-- name: organization_kind
SELECT kind FROM hcc.organizations WHERE id = %(id)s AND deleted_at IS NULL

-- name: organization_name
SELECT name FROM hcc.organizations WHERE id = %(id)s

-- name: permissions_held
-- All that a person may do anywhere in reach; who changes the account must hold as much.
SELECT DISTINCT p.name AS permission
  FROM hcc.user_roles ur JOIN hcc.roles r ON r.id = ur.role_id CROSS JOIN LATERAL unnest(r.permissions) AS p(name)
 WHERE ur.user_id = %(id)s

-- name: insert
INSERT INTO hcc.users (id, organization_id, email, username, full_name, locale, timezone)
VALUES (%(id)s, %(organization_id)s, %(email)s, %(username)s, %(full_name)s, %(locale)s, %(timezone)s)

-- name: add_membership
INSERT INTO hcc.memberships (organization_id, user_id) VALUES (%(organization_id)s, %(user_id)s)

-- name: add_role
INSERT INTO hcc.user_roles (organization_id, user_id, role_id) VALUES (%(organization_id)s, %(user_id)s, %(role_id)s)

-- name: drop_roles
DELETE FROM hcc.user_roles WHERE organization_id = %(organization_id)s AND user_id = %(user_id)s

-- name: update
UPDATE hcc.users
   SET email = %(email)s, username = %(username)s, full_name = %(full_name)s, locale = %(locale)s, timezone = %(timezone)s,
       is_active = %(is_active)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: delete
UPDATE hcc.users SET deleted_at = now(), is_active = false, version = version + 1, updated_at = now() WHERE id = %(id)s

-- name: delete_keys
UPDATE hcc.api_keys SET deleted_at = now(), updated_at = now() WHERE user_id = %(id)s AND deleted_at IS NULL

-- name: lock_organization
-- Two who remove each other take turns here. A statement of its own: the next one sees what the first of them did.
SELECT o.id FROM hcc.organizations o WHERE o.id = %(organization_id)s FOR UPDATE

-- name: other_owners
-- Whether somebody else who is active holds the highest role of the organisation.
SELECT count(*)
  FROM hcc.user_roles ur
  JOIN hcc.roles r ON r.id = ur.role_id AND r.name IN ('superadmin', 'owner')
  JOIN hcc.users u ON u.id = ur.user_id AND u.is_active AND u.deleted_at IS NULL
 WHERE ur.organization_id = %(organization_id)s AND u.id <> %(id)s

-- name: person
SELECT u.id, u.organization_id, u.email, u.username, u.full_name, u.locale, u.timezone, u.is_active, u.created_at, u.updated_at,
       u.last_login_at, u.deleted_at
  FROM hcc.users u WHERE u.id = %(id)s

-- name: person_memberships
SELECT m.organization_id, m.created_at, m.last_used_at,
       coalesce((SELECT array_agg(r.name ORDER BY r.name) FROM hcc.user_roles ur JOIN hcc.roles r ON r.id = ur.role_id
                  WHERE ur.user_id = m.user_id AND ur.organization_id = m.organization_id), '{}') AS roles
  FROM hcc.memberships m WHERE m.user_id = %(id)s ORDER BY m.created_at

-- name: person_sessions
SELECT s.id, s.user_agent, host(s.address) AS address, s.created_at, s.last_seen_at, s.revoked_at
  FROM hcc.sessions s WHERE s.user_id = %(id)s ORDER BY s.created_at

-- name: person_keys
SELECT k.name, k.prefix, k.scopes, k.created_at, k.expires_at, k.last_used_at, k.deleted_at
  FROM hcc.api_keys k WHERE k.user_id = %(id)s ORDER BY k.created_at

-- name: person_passkeys
SELECT name, aaguid, rp_id, created_at, last_used_at FROM hcc.passkeys WHERE user_id = %(id)s ORDER BY created_at

-- name: person_audit
SELECT a.at, a.action, a.subject_type, a.subject_id, host(a.address) AS address
  FROM hcc.audit_log a
 WHERE a.organization_id = %(organization_id)s
   AND (a.actor_id = %(id)s OR (a.subject_type = 'user' AND a.subject_id = %(id)s::text))
 ORDER BY a.at, a.id LIMIT 10000

-- name: store_export
INSERT INTO hcc.user_exports (id, organization_id, user_id, document)
VALUES (%(id)s, %(organization_id)s, %(user_id)s, %(document)s)
ON CONFLICT (id) DO NOTHING

-- name: get_export
SELECT id, organization_id, document FROM hcc.user_exports
 WHERE id = %(id)s AND user_id = %(user_id)s AND expires_at > now()

-- name: prune_exports
DELETE FROM hcc.user_exports WHERE user_id = %(user_id)s AND expires_at <= now()

-- name: erase
SELECT hcc.erase_person(%(id)s)

-- name: forget_reset_jobs
-- Asking for a reset queues the address as it was typed. A job at work is left alone; it finds nobody any more.
DELETE FROM jobs.procrastinate_jobs
 WHERE task_name = 'accounts.send_reset' AND args ->> 'email' = %(email)s AND status <> 'doing'

-- name: names
-- Those who are in reach; deleted ones are still called by their names, since what they did stays.
SELECT id, coalesce(nullif(full_name, ''), username) AS name FROM hcc.users WHERE id = ANY (%(ids)s)
