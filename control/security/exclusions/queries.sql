-- name: page
SELECT id, organization_id, site_id, rule_from, rule_to, tag, target, path_prefix, note, expires_at, created_by, event_id,
       version, created_at, updated_at
  FROM hcc.waf_exclusions
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s)
   AND (%(search)s::text IS NULL OR note ILIKE %(search)s OR tag ILIKE %(search)s OR target ILIKE %(search)s)
   AND (%(rule_id)s::integer IS NULL OR %(rule_id)s BETWEEN rule_from AND rule_to)

-- name: count
SELECT count(*)
  FROM hcc.waf_exclusions
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s)
   AND (%(search)s::text IS NULL OR note ILIKE %(search)s OR tag ILIKE %(search)s OR target ILIKE %(search)s)
   AND (%(rule_id)s::integer IS NULL OR %(rule_id)s BETWEEN rule_from AND rule_to)

-- name: get
SELECT id, organization_id, site_id, rule_from, rule_to, tag, target, path_prefix, note, expires_at, created_by, event_id,
       version, created_at, updated_at
  FROM hcc.waf_exclusions WHERE id = %(id)s

-- name: lock
SELECT id FROM hcc.waf_exclusions WHERE id = %(id)s FOR UPDATE

-- name: how_many
SELECT count(*) FROM hcc.waf_exclusions WHERE organization_id = %(organization_id)s

-- name: insert
INSERT INTO hcc.waf_exclusions (id, organization_id, site_id, rule_from, rule_to, tag, target, path_prefix, note, expires_at, created_by, event_id)
VALUES (%(id)s, %(organization_id)s, %(site_id)s, %(rule_from)s, %(rule_to)s, %(tag)s, %(target)s, %(path_prefix)s,
        %(note)s, %(expires_at)s, %(created_by)s, %(event_id)s)

-- name: update
UPDATE hcc.waf_exclusions
   SET rule_from = %(rule_from)s, rule_to = %(rule_to)s, tag = %(tag)s, target = %(target)s, path_prefix = %(path_prefix)s,
       note = %(note)s, expires_at = %(expires_at)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: delete
DELETE FROM hcc.waf_exclusions WHERE id = %(id)s
