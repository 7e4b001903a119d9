-- name: page
SELECT r.id, r.organization_id, r.site_id, r.path_prefix, r.path, r.path_pattern, r.methods, r.priority, u.name AS upstream,
       CASE WHEN c.id IS NOT NULL THEN r.canary || jsonb_build_object('upstream', c.name) END AS canary, r.redirect, r.respond,
       r.strip_prefix, r.rewrite, r.request_headers, r.response_headers, r.security_headers, r.cors, r.compress, r.auth,
       r.rate_limits, r.max_body, r.max_in_flight, r.validate, r.maintenance, r.total_ms, r.version, r.created_at, r.updated_at
  FROM hcc.gateway_routes r
  LEFT JOIN hcc.gateway_upstreams u ON u.id = r.upstream_id
  LEFT JOIN hcc.gateway_upstreams c ON c.id = r.canary_upstream_id
 WHERE r.site_id = %(site_id)s
   AND (%(search)s::text IS NULL OR coalesce(r.path_prefix, r.path, r.path_pattern) ILIKE %(search)s)
   AND (%(upstream)s::text IS NULL OR u.name = %(upstream)s OR c.name = %(upstream)s)

-- name: count
SELECT count(*)
  FROM hcc.gateway_routes r
  LEFT JOIN hcc.gateway_upstreams u ON u.id = r.upstream_id
  LEFT JOIN hcc.gateway_upstreams c ON c.id = r.canary_upstream_id
 WHERE r.site_id = %(site_id)s
   AND (%(search)s::text IS NULL OR coalesce(r.path_prefix, r.path, r.path_pattern) ILIKE %(search)s)
   AND (%(upstream)s::text IS NULL OR u.name = %(upstream)s OR c.name = %(upstream)s)

-- name: get
SELECT r.id, r.organization_id, r.site_id, r.path_prefix, r.path, r.path_pattern, r.methods, r.priority, u.name AS upstream,
       CASE WHEN c.id IS NOT NULL THEN r.canary || jsonb_build_object('upstream', c.name) END AS canary, r.redirect, r.respond,
       r.strip_prefix, r.rewrite, r.request_headers, r.response_headers, r.security_headers, r.cors, r.compress, r.auth,
       r.rate_limits, r.max_body, r.max_in_flight, r.validate, r.maintenance, r.total_ms, r.version, r.created_at, r.updated_at
  FROM hcc.gateway_routes r
  LEFT JOIN hcc.gateway_upstreams u ON u.id = r.upstream_id
  LEFT JOIN hcc.gateway_upstreams c ON c.id = r.canary_upstream_id
 WHERE r.site_id = %(site_id)s AND r.id = %(id)s

-- name: lock
SELECT id FROM hcc.gateway_routes WHERE site_id = %(site_id)s AND id = %(id)s FOR UPDATE

-- name: how_many
SELECT count(*) FROM hcc.gateway_routes WHERE site_id = %(site_id)s

-- name: upstream_id
SELECT id FROM hcc.gateway_upstreams WHERE site_id = %(site_id)s AND name = %(name)s

-- name: insert
INSERT INTO hcc.gateway_routes (
  id, organization_id, site_id, path_prefix, path, path_pattern, methods, priority, upstream_id, canary_upstream_id, canary,
  redirect, respond, strip_prefix, rewrite, request_headers, response_headers, security_headers, cors, compress, auth,
  rate_limits, max_body, max_in_flight, validate, maintenance, total_ms)
VALUES (
  %(id)s, %(organization_id)s, %(site_id)s, %(path_prefix)s, %(path)s, %(path_pattern)s, %(methods)s, %(priority)s,
  %(upstream_id)s, %(canary_upstream_id)s, %(canary)s, %(redirect)s, %(respond)s, %(strip_prefix)s, %(rewrite)s,
  %(request_headers)s, %(response_headers)s, %(security_headers)s, %(cors)s, %(compress)s, %(auth)s, %(rate_limits)s,
  %(max_body)s, %(max_in_flight)s, %(validate)s, %(maintenance)s, %(total_ms)s)

-- name: update
UPDATE hcc.gateway_routes
   SET
       path_prefix = %(path_prefix)s, path = %(path)s, path_pattern = %(path_pattern)s, methods = %(methods)s,
       priority = %(priority)s, upstream_id = %(upstream_id)s, canary_upstream_id = %(canary_upstream_id)s,
       canary = %(canary)s, redirect = %(redirect)s, respond = %(respond)s, strip_prefix = %(strip_prefix)s,
       rewrite = %(rewrite)s, request_headers = %(request_headers)s, response_headers = %(response_headers)s,
       security_headers = %(security_headers)s, cors = %(cors)s, compress = %(compress)s, auth = %(auth)s,
       rate_limits = %(rate_limits)s, max_body = %(max_body)s, max_in_flight = %(max_in_flight)s, validate = %(validate)s,
       maintenance = %(maintenance)s, total_ms = %(total_ms)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: delete
DELETE FROM hcc.gateway_routes WHERE id = %(id)s

-- name: modes
SELECT id, coalesce(mode, '-') AS name, count(*) OVER () AS total FROM hcc.security_policies WHERE route_id = %(id)s ORDER BY id
