-- name: page
SELECT id, organization_id, site_id, network::text AS network, asn, country, action, note, expires_at, created_by, version,
       created_at, updated_at
  FROM hcc.access_entries
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s)
   AND (%(search)s::text IS NULL OR note ILIKE %(search)s OR network::text ILIKE %(search)s OR country ILIKE %(search)s)
   AND (%(action)s::text IS NULL OR action = %(action)s)

-- name: count
SELECT count(*)
  FROM hcc.access_entries
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s)
   AND (%(search)s::text IS NULL OR note ILIKE %(search)s OR network::text ILIKE %(search)s OR country ILIKE %(search)s)
   AND (%(action)s::text IS NULL OR action = %(action)s)

-- name: get
SELECT id, organization_id, site_id, network::text AS network, asn, country, action, note, expires_at, created_by, version,
       created_at, updated_at
  FROM hcc.access_entries WHERE id = %(id)s

-- name: lock
SELECT id FROM hcc.access_entries WHERE id = %(id)s FOR UPDATE

-- name: how_many
SELECT count(*) FROM hcc.access_entries WHERE organization_id = %(organization_id)s

-- name: insert
INSERT INTO hcc.access_entries (id, organization_id, site_id, network, asn, country, action, note, expires_at, created_by)
VALUES (%(id)s, %(organization_id)s, %(site_id)s, %(network)s::cidr, %(asn)s, %(country)s, %(action)s, %(note)s,
        %(expires_at)s, %(created_by)s)

-- name: update
UPDATE hcc.access_entries
   SET network = %(network)s::cidr, asn = %(asn)s, country = %(country)s, action = %(action)s, note = %(note)s,
       expires_at = %(expires_at)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: delete
DELETE FROM hcc.access_entries WHERE id = %(id)s
