-- name: page
SELECT id, organization_id, server, input, forward, output, sets, rules, note, version, created_at, updated_at
  FROM hcc.firewalls
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(server)s::text IS NULL OR server = %(server)s)
   AND (%(search)s::text IS NULL OR server ILIKE %(search)s OR note ILIKE %(search)s)

-- name: count
SELECT count(*)
  FROM hcc.firewalls
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(server)s::text IS NULL OR server = %(server)s)
   AND (%(search)s::text IS NULL OR server ILIKE %(search)s OR note ILIKE %(search)s)

-- name: get
SELECT id, organization_id, server, input, forward, output, sets, rules, note, version, created_at, updated_at
  FROM hcc.firewalls WHERE id = %(id)s

-- name: lock
SELECT id FROM hcc.firewalls WHERE id = %(id)s FOR UPDATE

-- name: how_many
SELECT count(*) FROM hcc.firewalls WHERE organization_id = %(organization_id)s

-- name: insert
INSERT INTO hcc.firewalls (id, organization_id, server, input, forward, output, sets, rules, note)
VALUES (%(id)s, %(organization_id)s, %(server)s, %(input)s, %(forward)s, %(output)s, %(sets)s, %(rules)s, %(note)s)

-- name: update
UPDATE hcc.firewalls
   SET server = %(server)s, input = %(input)s, forward = %(forward)s, output = %(output)s, sets = %(sets)s, rules = %(rules)s,
       note = %(note)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: delete
DELETE FROM hcc.firewalls WHERE id = %(id)s
