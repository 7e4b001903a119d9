-- name: page
SELECT id, organization_id, site_id, name, position, conditions, action, quota, is_active, note, expires_at, created_by,
       version, created_at, updated_at
  FROM hcc.match_rules
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s)
   AND (%(search)s::text IS NULL OR note ILIKE %(search)s OR name ILIKE %(search)s)
   AND (%(action)s::text IS NULL OR action = %(action)s)

-- name: count
SELECT count(*)
  FROM hcc.match_rules
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s)
   AND (%(search)s::text IS NULL OR note ILIKE %(search)s OR name ILIKE %(search)s)
   AND (%(action)s::text IS NULL OR action = %(action)s)

-- name: get
SELECT id, organization_id, site_id, name, position, conditions, action, quota, is_active, note, expires_at, created_by,
       version, created_at, updated_at
  FROM hcc.match_rules WHERE id = %(id)s

-- name: lock
SELECT id FROM hcc.match_rules WHERE id = %(id)s FOR UPDATE

-- name: how_many
SELECT count(*) FROM hcc.match_rules WHERE organization_id = %(organization_id)s

-- name: insert
INSERT INTO hcc.match_rules (id, organization_id, site_id, name, position, conditions, action, quota, is_active, note, expires_at, created_by)
VALUES (%(id)s, %(organization_id)s, %(site_id)s, %(name)s, %(position)s, %(conditions)s, %(action)s, %(quota)s,
        %(is_active)s, %(note)s, %(expires_at)s, %(created_by)s)

-- name: update
UPDATE hcc.match_rules
   SET name = %(name)s, position = %(position)s, conditions = %(conditions)s, action = %(action)s, quota = %(quota)s,
       is_active = %(is_active)s, note = %(note)s, expires_at = %(expires_at)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: delete
DELETE FROM hcc.match_rules WHERE id = %(id)s
