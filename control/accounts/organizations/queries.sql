-- name: page
SELECT id, parent_id, kind, name, slug, plan, is_active, version, created_at, updated_at
  FROM hcc.organizations
 WHERE deleted_at IS NULL
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s OR slug ILIKE %(search)s)
   AND (%(kind)s::text IS NULL OR kind = %(kind)s)
   AND (%(parent_id)s::uuid IS NULL OR parent_id = %(parent_id)s)
   AND (%(is_active)s::boolean IS NULL OR is_active = %(is_active)s)

-- name: count
SELECT count(*)
  FROM hcc.organizations
 WHERE deleted_at IS NULL
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s OR slug ILIKE %(search)s)
   AND (%(kind)s::text IS NULL OR kind = %(kind)s)
   AND (%(parent_id)s::uuid IS NULL OR parent_id = %(parent_id)s)
   AND (%(is_active)s::boolean IS NULL OR is_active = %(is_active)s)

-- name: get
SELECT id, parent_id, kind, name, slug, plan, is_active, version, created_at, updated_at
  FROM hcc.organizations WHERE id = %(id)s AND deleted_at IS NULL

-- name: lock
SELECT id, parent_id, kind, name, slug, plan, is_active, version, created_at, updated_at
  FROM hcc.organizations WHERE id = %(id)s AND deleted_at IS NULL FOR UPDATE

-- name: insert
INSERT INTO hcc.organizations (id, parent_id, kind, path, name, slug, plan)
VALUES (%(id)s, %(parent_id)s, %(kind)s, '{}', %(name)s, %(slug)s, %(plan)s)

-- name: update
UPDATE hcc.organizations
   SET name = %(name)s, slug = %(slug)s, plan = %(plan)s, is_active = %(is_active)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: delete
UPDATE hcc.organizations SET deleted_at = now(), is_active = false, version = version + 1, updated_at = now() WHERE id = %(id)s

-- name: live_children
SELECT count(*) FROM hcc.organizations WHERE parent_id = %(id)s AND deleted_at IS NULL

-- name: member_ids
-- Those below too: an organisation is closed with all that hangs under it.
SELECT DISTINCT m.user_id AS id
  FROM hcc.memberships m JOIN hcc.organizations o ON o.id = m.organization_id
 WHERE o.path @> ARRAY[%(id)s::uuid]

-- name: names
SELECT id, name FROM hcc.organizations WHERE id = ANY (%(ids)s)
