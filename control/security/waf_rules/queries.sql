-- name: page
SELECT id, organization_id, site_id, name, position, text, is_active, created_by, version, created_at, updated_at
  FROM hcc.waf_rules
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s)
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s)

-- name: count
SELECT count(*)
  FROM hcc.waf_rules
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s)
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s)

-- name: get
SELECT id, organization_id, site_id, name, position, text, is_active, created_by, version, created_at, updated_at
  FROM hcc.waf_rules WHERE id = %(id)s

-- name: lock
SELECT id FROM hcc.waf_rules WHERE id = %(id)s FOR UPDATE

-- name: how_many
SELECT count(*) FROM hcc.waf_rules WHERE organization_id = %(organization_id)s

-- name: insert
INSERT INTO hcc.waf_rules (id, organization_id, site_id, name, position, text, is_active, created_by)
VALUES (%(id)s, %(organization_id)s, %(site_id)s, %(name)s, %(position)s, %(text)s, %(is_active)s, %(created_by)s)

-- name: update
UPDATE hcc.waf_rules
   SET name = %(name)s, position = %(position)s, text = %(text)s, is_active = %(is_active)s, version = version + 1,
       updated_at = now()
 WHERE id = %(id)s

-- name: delete
DELETE FROM hcc.waf_rules WHERE id = %(id)s
