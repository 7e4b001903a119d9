-- name: settings
SELECT trusted_proxies::text[] AS trusted_proxies, defaults, response_headers, version, updated_at FROM hcc.gateway_settings

-- name: settings_lock
SELECT trusted_proxies::text[] AS trusted_proxies, defaults, response_headers, version, updated_at
  FROM hcc.gateway_settings FOR UPDATE

-- name: settings_update
UPDATE hcc.gateway_settings
   SET trusted_proxies = %(trusted_proxies)s::cidr[], defaults = %(defaults)s, response_headers = %(response_headers)s,
       version = version + 1, updated_at = now()

-- name: site_reports
-- Every gateway that was heard of lately, whether it knows the site or not.
SELECT g.gateway, r.revision, r.error, r.reported_at, g.reported_at AS seen_at
  FROM hcc.gateway_reports g
  LEFT JOIN hcc.gateway_site_reports r ON r.gateway = g.gateway AND r.site_id = %(site_id)s
 WHERE g.reported_at > now() - make_interval(secs => %(alive)s)
 ORDER BY g.gateway

-- name: site_certificates
SELECT c.host, c.certificate_id, c.not_after,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('gateway', g.gateway, 'error', e.entry ->> 'error') ORDER BY g.gateway), '[]')
          FROM hcc.gateway_reports g CROSS JOIN LATERAL jsonb_array_elements(g.refused) AS e(entry)
         WHERE g.reported_at > now() - make_interval(secs => %(alive)s)
           AND e.entry ->> 'id' = 'certificate:' || c.certificate_id) AS refused
  FROM hcc.gateway_site_certificates(%(site_id)s) c
