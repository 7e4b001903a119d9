-- name: page
SELECT id, organization_id, at, gateway, requests, action, source, subject_id, message, rule_ids, matches, score,
       host(client) AS client, country, asn, site_id, route_id, method, host, path, user_agent, status, request_id
  FROM hcc.security_events
 WHERE at >= %(since)s AND at < %(until)s
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s)
   AND (%(route_id)s::uuid IS NULL OR route_id = %(route_id)s)
   AND (%(action)s::text IS NULL OR action = %(action)s)
   AND (%(source)s::text IS NULL OR source = %(source)s)
   AND (%(rule_id)s::integer IS NULL OR rule_ids @> ARRAY[%(rule_id)s::integer])
   AND (%(client)s::cidr IS NULL OR client <<= %(client)s::cidr)
   AND (%(request_id)s::text IS NULL OR request_id = %(request_id)s)
   AND (%(search)s::text IS NULL OR path ILIKE %(search)s OR message ILIKE %(search)s OR host ILIKE %(search)s)

-- name: count
SELECT count(*)
  FROM hcc.security_events
 WHERE at >= %(since)s AND at < %(until)s
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s)
   AND (%(route_id)s::uuid IS NULL OR route_id = %(route_id)s)
   AND (%(action)s::text IS NULL OR action = %(action)s)
   AND (%(source)s::text IS NULL OR source = %(source)s)
   AND (%(rule_id)s::integer IS NULL OR rule_ids @> ARRAY[%(rule_id)s::integer])
   AND (%(client)s::cidr IS NULL OR client <<= %(client)s::cidr)
   AND (%(request_id)s::text IS NULL OR request_id = %(request_id)s)
   AND (%(search)s::text IS NULL OR path ILIKE %(search)s OR message ILIKE %(search)s OR host ILIKE %(search)s)

-- name: tally
SELECT count(*) AS found, count(*) FILTER (WHERE action = 'blocked') AS blocked
  FROM hcc.security_events
 WHERE at >= %(since)s AND at < %(until)s

-- name: get
SELECT id, organization_id, at, gateway, requests, action, source, subject_id, message, rule_ids, matches, score,
       host(client) AS client, country, asn, site_id, route_id, method, host, path, user_agent, status, request_id
  FROM hcc.security_events WHERE id = %(id)s

-- name: rules
-- Each event counts once for each rule it names; the message is the newest.
SELECT r.rule_id, max(m.message) AS message, sum(e.requests)::bigint AS requests,
       coalesce(sum(e.requests) FILTER (WHERE e.action = 'blocked'), 0)::bigint AS blocked,
       count(DISTINCT e.client) AS clients, count(DISTINCT e.path) AS paths, max(e.at) AS last_at
  FROM (SELECT id, at, requests, action, client, path, rule_ids, matches FROM hcc.security_events
        WHERE at >= %(since)s AND at < %(until)s
          AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
          AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s)
          AND (%(route_id)s::uuid IS NULL OR route_id = %(route_id)s)
          AND (%(action)s::text IS NULL OR action = %(action)s)
          AND (%(source)s::text IS NULL OR source = %(source)s)
          AND (%(rule_id)s::integer IS NULL OR rule_ids @> ARRAY[%(rule_id)s::integer])
          AND (%(client)s::cidr IS NULL OR client <<= %(client)s::cidr)
          AND (%(request_id)s::text IS NULL OR request_id = %(request_id)s)
          AND (%(search)s::text IS NULL OR path ILIKE %(search)s OR message ILIKE %(search)s OR host ILIKE %(search)s)
           AND source = 'waf') e
  CROSS JOIN LATERAL unnest(e.rule_ids) AS r(rule_id)
  LEFT JOIN LATERAL (SELECT j ->> 'message' AS message FROM jsonb_array_elements(e.matches) AS j
                      WHERE (j ->> 'rule_id')::integer = r.rule_id LIMIT 1) m ON true
 GROUP BY r.rule_id
 ORDER BY requests DESC, r.rule_id
 LIMIT 100

-- name: forget
-- The number of days that went; the function runs with its owner's rights, because partitions are no tenant's.
SELECT hcc.forget_security_events()
