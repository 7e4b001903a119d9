-- name: page
SELECT id, organization_id, site_id, route_id, mode, paranoia, inbound_threshold, outbound_threshold, rule_set, response_bodies,
       version, created_at, updated_at
  FROM hcc.security_policies
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s)

-- name: count
SELECT count(*)
  FROM hcc.security_policies
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s)

-- name: get
SELECT id, organization_id, site_id, route_id, mode, paranoia, inbound_threshold, outbound_threshold, rule_set, response_bodies,
       version, created_at, updated_at
  FROM hcc.security_policies WHERE id = %(id)s

-- name: lock
SELECT id FROM hcc.security_policies WHERE id = %(id)s FOR UPDATE

-- name: how_many
SELECT count(*) FROM hcc.security_policies WHERE organization_id = %(organization_id)s

-- name: insert
INSERT INTO hcc.security_policies (id, organization_id, site_id, route_id, mode, paranoia, inbound_threshold, outbound_threshold, rule_set,
                                   response_bodies)
VALUES (%(id)s, %(organization_id)s, %(site_id)s, %(route_id)s, %(mode)s, %(paranoia)s, %(inbound_threshold)s,
        %(outbound_threshold)s, %(rule_set)s, %(response_bodies)s)

-- name: update
UPDATE hcc.security_policies
   SET route_id = %(route_id)s, mode = %(mode)s, paranoia = %(paranoia)s, inbound_threshold = %(inbound_threshold)s,
       outbound_threshold = %(outbound_threshold)s, rule_set = %(rule_set)s, response_bodies = %(response_bodies)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: delete
DELETE FROM hcc.security_policies WHERE id = %(id)s

-- name: of_place
SELECT id, organization_id, site_id, route_id, mode, paranoia, inbound_threshold, outbound_threshold, rule_set, response_bodies,
       version, created_at, updated_at
  FROM hcc.security_policies
 WHERE organization_id = %(organization_id)s AND site_id IS NOT DISTINCT FROM %(site_id)s
   AND route_id IS NOT DISTINCT FROM %(route_id)s

-- name: in_force
SELECT route_id, mode, paranoia, inbound_threshold, outbound_threshold, rule_set, response_bodies FROM hcc.waf_in_force(%(site_id)s)
