-- name: page
SELECT id, organization_id, name, hosts, is_active, https_redirect, hsts_s, maintenance, error_pages, revision, version,
       created_at, updated_at
  FROM hcc.gateway_sites
 WHERE deleted_at IS NULL
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s OR array_to_string(hosts, ' ') ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(host)s::text IS NULL OR hosts @> ARRAY[%(host)s::text])
   AND (%(is_active)s::boolean IS NULL OR is_active = %(is_active)s)

-- name: count
SELECT count(*)
  FROM hcc.gateway_sites
 WHERE deleted_at IS NULL
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s OR array_to_string(hosts, ' ') ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(host)s::text IS NULL OR hosts @> ARRAY[%(host)s::text])
   AND (%(is_active)s::boolean IS NULL OR is_active = %(is_active)s)

-- name: get
SELECT id, organization_id, name, hosts, is_active, https_redirect, hsts_s, maintenance, error_pages, revision, version,
       created_at, updated_at
  FROM hcc.gateway_sites WHERE id = %(id)s AND deleted_at IS NULL

-- name: lock
SELECT id, organization_id, name, hosts, is_active, https_redirect, hsts_s, maintenance, error_pages, revision, version,
       created_at, updated_at
  FROM hcc.gateway_sites WHERE id = %(id)s AND deleted_at IS NULL FOR UPDATE

-- name: how_many
SELECT count(*) FROM hcc.gateway_sites WHERE organization_id = %(organization_id)s AND deleted_at IS NULL

-- name: refused_hosts
SELECT hcc.gateway_hosts_refused(%(hosts)s, %(site_id)s, %(organization_id)s, %(home)s)

-- name: insert
INSERT INTO hcc.gateway_sites (id, organization_id, name, hosts, is_active, https_redirect, hsts_s, maintenance, error_pages)
VALUES (%(id)s, %(organization_id)s, %(name)s, %(hosts)s, %(is_active)s, %(https_redirect)s, %(hsts_s)s, %(maintenance)s,
        %(error_pages)s)

-- name: update
UPDATE hcc.gateway_sites
   SET name = %(name)s, hosts = %(hosts)s, is_active = %(is_active)s, https_redirect = %(https_redirect)s, hsts_s = %(hsts_s)s,
       maintenance = %(maintenance)s, error_pages = %(error_pages)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: delete
-- The names become free with it.
UPDATE hcc.gateway_sites SET deleted_at = now(), is_active = false, version = version + 1, updated_at = now() WHERE id = %(id)s

-- name: certificates
-- Of its organisation, for one of its names or for all names beside it.
SELECT c.id, array_to_string(c.hosts, ', ') AS name, count(*) OVER () AS total
  FROM hcc.gateway_sites s JOIN hcc.gateway_certificates c ON c.organization_id = s.organization_id
 WHERE s.id = %(id)s
   AND EXISTS (SELECT FROM unnest(s.hosts) h(host) WHERE h.host = ANY (c.hosts) OR regexp_replace(h.host, '^[^.]+', '*') = ANY (c.hosts))
 ORDER BY name, c.id

-- name: checks
-- Of its organisation, whose target has one of its names as a whole.
SELECT c.id, c.name, count(*) OVER () AS total
  FROM hcc.gateway_sites s JOIN hcc.checks c ON c.organization_id = s.organization_id
 WHERE s.id = %(id)s
   AND EXISTS (SELECT FROM unnest(s.hosts) h(host)
                WHERE lower(c.target) ~ ('(^|[^a-z0-9.-])' || replace(replace(h.host, '.', '\.'), '*', '\*') || '([^a-z0-9.-]|$)'))
 ORDER BY c.name, c.id
