-- name: page
SELECT id, organization_id, network::text AS network, reason, detector, evidence, until, created_by, lifted_at, lifted_by, lift_reason,
       lifted_at IS NULL AND (until IS NULL OR until > now()) AS in_force, version, created_at, updated_at
  FROM hcc.bans
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(in_force)s::boolean IS NULL OR (lifted_at IS NULL AND (until IS NULL OR until > now())) = %(in_force)s)
   AND (%(detector)s::text IS NULL OR detector = %(detector)s)
   AND (%(address)s::inet IS NULL OR network >>= %(address)s::inet)
   AND (%(search)s::text IS NULL OR reason ILIKE %(search)s OR network::text ILIKE %(search)s)

-- name: count
SELECT count(*)
  FROM hcc.bans
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(in_force)s::boolean IS NULL OR (lifted_at IS NULL AND (until IS NULL OR until > now())) = %(in_force)s)
   AND (%(detector)s::text IS NULL OR detector = %(detector)s)
   AND (%(address)s::inet IS NULL OR network >>= %(address)s::inet)
   AND (%(search)s::text IS NULL OR reason ILIKE %(search)s OR network::text ILIKE %(search)s)

-- name: get
SELECT id, organization_id, network::text AS network, reason, detector, evidence, until, created_by, lifted_at, lifted_by, lift_reason,
       lifted_at IS NULL AND (until IS NULL OR until > now()) AS in_force, version, created_at, updated_at
  FROM hcc.bans WHERE id = %(id)s

-- name: lock
SELECT id FROM hcc.bans WHERE id = %(id)s FOR UPDATE

-- name: how_many
SELECT count(*) FROM hcc.bans
 WHERE organization_id = %(organization_id)s AND lifted_at IS NULL AND (until IS NULL OR until > now())

-- name: same
-- A ban in force that covers the network for as long at least.
SELECT id FROM hcc.bans
 WHERE organization_id = %(organization_id)s AND network >>= %(network)s::cidr AND lifted_at IS NULL
   AND (until IS NULL OR (until > now() AND until >= %(until)s::timestamptz))
 LIMIT 1

-- name: insert
INSERT INTO hcc.bans (id, organization_id, network, reason, detector, evidence, until, created_by)
VALUES (%(id)s, %(organization_id)s, %(network)s::cidr, %(reason)s, %(detector)s, %(evidence)s, %(until)s, %(created_by)s)

-- name: lift
UPDATE hcc.bans
   SET lifted_at = now(), lifted_by = %(lifted_by)s, lift_reason = %(lift_reason)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: trusted
-- Proxies in front of the gateways: whoever bans one bans everybody behind it.
SELECT count(*) FROM hcc.gateway_settings s CROSS JOIN LATERAL unnest(s.trusted_proxies) AS p(network)
 WHERE p.network && %(network)s::cidr
