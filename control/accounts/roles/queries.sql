-- name: offered
-- The roles that can be held in an organisation of a kind: the platform's own set and the organisation's.
SELECT id, organization_id, name, user_type, description, permissions, version, created_at, updated_at
  FROM hcc.roles
 WHERE (organization_id IS NULL OR organization_id = %(organization_id)s) AND user_type = %(user_type)s
 ORDER BY organization_id NULLS FIRST, name

-- name: get
SELECT id, organization_id, name, user_type, description, permissions, version, created_at, updated_at
  FROM hcc.roles WHERE id = %(id)s

-- name: lock
SELECT id FROM hcc.roles WHERE id = %(id)s FOR UPDATE

-- name: highest
-- What the highest built-in role of a type opens: nobody there can be allowed more.
SELECT permissions FROM hcc.roles
 WHERE organization_id IS NULL AND user_type = %(user_type)s AND name IN ('superadmin', 'owner')

-- name: how_many
SELECT count(*) FROM hcc.roles WHERE organization_id = %(organization_id)s

-- name: insert
INSERT INTO hcc.roles (id, organization_id, name, user_type, description, permissions)
VALUES (%(id)s, %(organization_id)s, %(name)s, %(user_type)s, %(description)s, %(permissions)s)

-- name: update
UPDATE hcc.roles
   SET name = %(name)s, description = %(description)s, permissions = %(permissions)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: delete
DELETE FROM hcc.roles WHERE id = %(id)s

-- name: held_by
SELECT user_id FROM hcc.user_roles WHERE organization_id = %(organization_id)s AND role_id = %(id)s

-- name: holders
SELECT u.id, coalesce(nullif(u.full_name, ''), u.username) AS name, count(*) OVER () AS total
  FROM hcc.user_roles ur JOIN hcc.users u ON u.id = ur.user_id
 WHERE ur.organization_id = %(organization_id)s AND ur.role_id = %(id)s
 ORDER BY 2, 1
