-- name: watch
SELECT hcc.watch_site(%(site_id)s)

-- name: heard
-- Which gateways look at the site: each says so every half a minute.
SELECT coalesce(array_agg(DISTINCT s.gateway) FILTER (WHERE s.at > now() - interval '90 seconds'), '{}') AS gateways,
       coalesce(sum(s.left_out), 0)::bigint AS left_out
  FROM hcc.seen_requests s
 WHERE s.site_id = %(site_id)s AND s.at > now() - interval '5 minutes'

-- name: requests
SELECT r."time" AS at, s.gateway, r.client, r.country, r.status, r.us AS micros, r."in" AS bytes_in, r."out" AS bytes_out,
       r.request_id, r.method, r.host, r.path, r.upstream, r.reason, r.detail
  FROM hcc.seen_requests s
 CROSS JOIN LATERAL jsonb_to_recordset(s.requests) AS r (
         "time" timestamptz, client text, country text, status integer, us bigint, "in" bigint, "out" bigint, request_id text,
         method text, host text, path text, upstream text, reason text, detail text)
 WHERE s.site_id = %(site_id)s AND s.at > now() - interval '5 minutes'
   AND (%(class)s::integer IS NULL OR r.status / 100 = %(class)s)
   AND (NOT %(early)s OR r.reason IS NOT NULL)
   AND (%(method)s::text IS NULL OR r.method = %(method)s)
   AND (%(text)s::text IS NULL
        OR concat_ws(' ', r.host || r.path, r.client, r.country, r.request_id, r.upstream, r.reason, r.detail) ILIKE %(text)s)
 ORDER BY at DESC, r.request_id DESC
 LIMIT %(most)s

-- name: forget
SELECT hcc.forget_seen_requests()
