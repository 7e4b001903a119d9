-- name: page
SELECT u.id, u.organization_id, u.site_id, u.name, u.policy, u.hash_key, u.protocol, u.tls, u.connect_ms, u.first_byte_ms,
       u.between_bytes_ms, u.total_ms, u.health, u.outlier, u.retry, u.breaker, u.version, u.created_at, u.updated_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('address', t.address, 'weight', t.weight) ORDER BY t.address), '[]')
          FROM hcc.gateway_targets t WHERE t.upstream_id = u.id) AS targets
  FROM hcc.gateway_upstreams u
 WHERE u.site_id = %(site_id)s
   AND (%(search)s::text IS NULL OR u.name ILIKE %(search)s)

-- name: count
SELECT count(*)
  FROM hcc.gateway_upstreams u
 WHERE u.site_id = %(site_id)s
   AND (%(search)s::text IS NULL OR u.name ILIKE %(search)s)

-- name: get
SELECT u.id, u.organization_id, u.site_id, u.name, u.policy, u.hash_key, u.protocol, u.tls, u.connect_ms, u.first_byte_ms,
       u.between_bytes_ms, u.total_ms, u.health, u.outlier, u.retry, u.breaker, u.version, u.created_at, u.updated_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('address', t.address, 'weight', t.weight) ORDER BY t.address), '[]')
          FROM hcc.gateway_targets t WHERE t.upstream_id = u.id) AS targets
  FROM hcc.gateway_upstreams u WHERE u.site_id = %(site_id)s AND u.id = %(id)s

-- name: lock
-- Targets are read after the lock is held, by `get`.
SELECT id FROM hcc.gateway_upstreams WHERE site_id = %(site_id)s AND id = %(id)s FOR UPDATE

-- name: how_many
SELECT count(*) FROM hcc.gateway_upstreams WHERE site_id = %(site_id)s

-- name: insert
INSERT INTO hcc.gateway_upstreams (id, organization_id, site_id, name, policy, hash_key, protocol, tls, connect_ms, first_byte_ms,
                                   between_bytes_ms, total_ms, health, outlier, retry, breaker)
VALUES (%(id)s, %(organization_id)s, %(site_id)s, %(name)s, %(policy)s, %(hash_key)s, %(protocol)s, %(tls)s, %(connect_ms)s,
        %(first_byte_ms)s, %(between_bytes_ms)s, %(total_ms)s, %(health)s, %(outlier)s, %(retry)s, %(breaker)s)

-- name: update
UPDATE hcc.gateway_upstreams
   SET name = %(name)s, policy = %(policy)s, hash_key = %(hash_key)s, protocol = %(protocol)s, tls = %(tls)s,
       connect_ms = %(connect_ms)s, first_byte_ms = %(first_byte_ms)s, between_bytes_ms = %(between_bytes_ms)s,
       total_ms = %(total_ms)s, health = %(health)s, outlier = %(outlier)s, retry = %(retry)s, breaker = %(breaker)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: drop_targets
DELETE FROM hcc.gateway_targets WHERE upstream_id = %(upstream_id)s AND address <> ALL (%(addresses)s)

-- name: put_target
-- The gateway knows a target by its address, so one that stays keeps its health and connections.
INSERT INTO hcc.gateway_targets (id, organization_id, site_id, upstream_id, address, weight)
VALUES (%(id)s, %(organization_id)s, %(site_id)s, %(upstream_id)s, %(address)s, %(weight)s)
ON CONFLICT (organization_id, upstream_id, address) DO UPDATE SET weight = excluded.weight
 WHERE gateway_targets.weight <> excluded.weight

-- name: used_by
SELECT id, coalesce(path_prefix, path, path_pattern) AS path, methods
  FROM hcc.gateway_routes WHERE upstream_id = %(id)s OR canary_upstream_id = %(id)s
 ORDER BY path, id

-- name: routes
SELECT id, coalesce(path_prefix, path, path_pattern) AS name, count(*) OVER () AS total
  FROM hcc.gateway_routes WHERE upstream_id = %(id)s OR canary_upstream_id = %(id)s
 ORDER BY name, id

-- name: delete
DELETE FROM hcc.gateway_upstreams WHERE id = %(id)s
